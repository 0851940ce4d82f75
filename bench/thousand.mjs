/* A page of 1,000 shown cells: when all results from last time stand in it after the navigation, and all new ones after "Run all" is
   pressed, the engine's start included. Plain, and with the processor four times slower. Each round is a new page of one profile whose
   store holds the notebook and what it showed last. What counts is the DOM: every cell has its output; one frame draws it. */

import { join } from 'node:path';
import { median, ms, table } from './measure.mjs';
import { buildSite, copySite, storeNotebook } from './site.mjs';
import { startServer } from '../src/command/server.mjs';

const cells = 1000;
/** A reader looks at what came: what was shown is kept a moment later. */
const restMs = 1500;
const shapes = {
  chain: (i) => (i ? `v${i - 1} + 1` : '1'),
  'fan-out': (i) => (i ? `v0 + ${i}` : '1'),
};

export const thousand = {
  name: 'thousand',
  title: 'A page of 1,000 shown cells',
  async run(context, { rounds = 5 } = {}) {
    buildSite(context.root);
    const site = join(await context.scratch(), 'thousand');
    await copySite(context.root, site);
    const server = await startServer({ root: site });
    const rows = [];
    try {
      for (const [shape, value] of Object.entries(shapes)) {
        const profile = await (await context.bare()).profile();
        const id = `bench-${shape}`;
        const text = notebookText(id, value);
        const first = await profile.page();
        await first.goto(`${server.url}#/n/nobody`);
        await first.until(async () => (await indexedDB.databases()).some(({ name }) => name === 'gradus'));
        await storeNotebook(first, { id, title: id, text });
        await first.goto('about:blank');
        await first.goto(`${server.url}#/n/${id}`);
        await first.until(() => 'alive' in document.documentElement.dataset);
        await pressRunAll(first);
        await first.until(shown, { cells, state: 'done' });
        await first.waitForTimeout(restMs);
        await first.close();
        for (const slowdown of [1, 4]) {
          const found = { kept: [], fresh: [] };
          for (let round = 0; round < rounds; round++) {
            const page = await profile.page();
            if (slowdown > 1) await page.slow(slowdown);
            await page.before(watch, cells);
            await page.goto(`${server.url}#/n/${id}`);
            await page.until(() => globalThis.__kept !== undefined);
            found.kept.push(await page.evaluate(() => globalThis.__kept));
            await page.waitForTimeout(500);
            await pressRunAll(page);
            await page.until(() => globalThis.__fresh !== undefined);
            found.fresh.push(await page.evaluate(() => globalThis.__fresh - globalThis.__pressed));
            await page.waitForTimeout(restMs);
            await page.close();
          }
          rows.push({ shape, slowdown, kept: median(found.kept), fresh: median(found.fresh) });
        }
        await profile.close();
      }
    } finally {
      await server.close();
    }
    return {
      rows,
      text: table(
        rows.map(({ shape, slowdown, kept, fresh }) => ({
          shape,
          processor: slowdown === 1 ? 'plain' : `${slowdown}x slower`,
          'from last time, after navigation': `${ms(kept)} ms`,
          'all new, after Run all': `${ms(fresh)} ms`,
        })),
      ),
    };
  },
};

function notebookText(id, value) {
  const all = Array.from({ length: cells }, (_, i) => `\`\`\`ts {id=c${i}}\nconst v${i} = ${value(i)};\nv${i}\n\`\`\``);
  return `---\ngradus: 1\nid: ${id}\ntitle: A thousand cells\n---\n# A thousand cells\n\n${all.join('\n\n')}\n`;
}

const pressRunAll = (page) =>
  page.evaluate(() => {
    globalThis.__pressed = performance.now();
    document.querySelector('[data-action="run-all"]').click();
  });

function shown({ cells: count, state }) {
  const all = document.querySelectorAll(`[data-cell][data-state="${state}"]`);
  return all.length === count && document.querySelectorAll('[data-cell] [data-kind]').length >= count;
}

/** In the page, before its own scripts: notes when every cell shows something kept, and when every cell is done. */
function watch(count) {
  const look = () => {
    if (!document.body) return;
    const outputs = document.querySelectorAll('[data-cell] [data-kind]').length;
    if (globalThis.__kept === undefined && outputs >= count && document.querySelectorAll('[data-cell][data-kept]').length === count)
      globalThis.__kept = performance.now();
    if (
      globalThis.__fresh === undefined &&
      globalThis.__pressed !== undefined &&
      outputs >= count &&
      document.querySelectorAll('[data-cell][data-state="done"]').length === count
    )
      globalThis.__fresh = performance.now();
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['data-state', 'data-kept'],
  });
}
