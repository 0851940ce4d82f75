/* A notebook of 1,000 cells in the app: what one key costs in the middle of it (from the key event until the frame that shows
   it has been drawn), and how long an edit of its head takes until the last cell shows its new value and every cell its
   state. The cells are a chain, so all 1,000 follow from the first. */

import { median, ms, quantile, table } from './measure.mjs';
import { startServer } from '../src/command/server.mjs';
import { buildSite, copySite, storeNotebook } from './site.mjs';
import { join } from 'node:path';

export const typing = {
  name: 'typing',
  title: 'A notebook of 1,000 cells in the app',
  async run(context, { cells = 1000, keys = 60, edits = 7 } = {}) {
    buildSite(context.root);
    const site = join(await context.scratch(), 'typing');
    await copySite(context.root, site);
    const server = await startServer({ root: site });
    const page = await (await (await context.browser()).newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    page.setDefaultTimeout(120_000);
    try {
      await page.goto(`${server.url}#/n/nobody`);
      await page.waitForFunction(async () => (await indexedDB.databases()).some(({ name }) => name === 'gradus'));
      await storeNotebook(page, { id: 'bench-thousand', title: 'A thousand cells', text: chain(cells) });
      await page.goto('about:blank');
      const began = performance.now();
      await page.goto(`${server.url}#/n/bench-thousand`);
      await page.waitForFunction(n => document.querySelectorAll('[data-cell]').length >= n, cells);
      const openMs = performance.now() - began;
      await page.getByRole('button', { name: 'Run all', exact: true }).first().click();
      await settled(page, cells, String(cells));

      await page.evaluate(listen);
      const keyTimes = await typeInto(page, `c${cells >> 1}`, keys);
      await page.keyboard.press('Shift+Enter'); // what was typed is a comment, so nothing else changes
      await settled(page, cells, String(cells));
      const headTimes = [];
      for (let k = 1; k <= edits + 1; k++) headTimes.push(await editHead(page, cells, 100 * k));
      headTimes.shift(); // the first one loads the analyser
      const rows = [{ cells, openMs, keyP50: quantile(keyTimes, 0.5), keyP95: quantile(keyTimes, 0.95), headEditMs: median(headTimes) }];
      return { rows, text: table(rows.map(row => ({
        cells: row.cells, 'opened in': `${ms(row.openMs)} ms`, 'a key, p50': `${ms(row.keyP50)} ms`, 'p95': `${ms(row.keyP95)} ms`, 'head edit, all drawn': `${ms(row.headEditMs)} ms`,
      }))) };
    } finally {
      await page.context().close();
      await server.close();
    }
  },
};

function chain(n) {
  const cell = i => `\`\`\`ts {id=c${i}}\nconst v${i} = ${i ? `v${i - 1} + 1` : '1'};\nv${i}\n\`\`\``;
  return `---\ngradus: 1\nid: bench-thousand\ntitle: A thousand cells\n---\n# A thousand cells\n\n${Array.from({ length: n }, (_, i) => cell(i)).join('\n\n')}\n`;
}

/** Until every cell is done and the last one shows `value`. */
async function settled(page, cells, value) {
  await page.waitForFunction(([n, text]) => {
    const last = document.querySelector(`[data-cell="c${n - 1}"]`);
    return last?.dataset.state === 'done' && last.querySelector('[data-outputs]')?.textContent.trim() === text && document.querySelectorAll('[data-cell]:not([data-state="done"])').length === 0;
  }, [cells, value], { polling: 50 });
}

/** In the page: times each key from its event to the task behind the frame that it caused. */
function listen() {
  globalThis.__keys = [];
  addEventListener('keydown', () => {
    const began = performance.now();
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => globalThis.__keys.push(performance.now() - began);
      channel.port2.postMessage(0);
    });
  }, { capture: true });
}

async function typeInto(page, id, keys) {
  const code = page.getByRole('textbox', { name: `Code of ${id}`, exact: true });
  await code.scrollIntoViewIfNeeded();
  await code.click();
  await page.waitForTimeout(500);
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.press('Enter');
  await page.evaluate(() => { globalThis.__keys.length = 0; });
  await page.keyboard.type('// '.padEnd(keys, 'abcdefg '), { delay: 60 });
  await page.waitForTimeout(300);
  return page.evaluate(() => globalThis.__keys);
}

async function editHead(page, cells, start) {
  const code = page.getByRole('textbox', { name: 'Code of c0', exact: true });
  await code.scrollIntoViewIfNeeded();
  await code.click();
  await page.waitForTimeout(200);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(`const v0 = ${start};\nv0`);
  await page.waitForTimeout(600);
  const arrived = page.evaluate(([n, text]) => new Promise(resolve => {
    let began = 0;
    addEventListener('keydown', event => { if (event.key === 'Enter') began ||= performance.now(); }, { capture: true });
    const last = document.querySelector(`[data-cell="c${n - 1}"]`);
    const look = () => {
      if (!began || last.dataset.state !== 'done' || last.querySelector('[data-outputs]')?.textContent.trim() !== text) return;
      if (document.querySelector('[data-cell]:not([data-state="done"])')) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['data-state'] });
  }), [cells, String(start + cells - 1)]);
  await page.waitForTimeout(50);
  await page.keyboard.press('Shift+Enter');
  return arrived;
}
