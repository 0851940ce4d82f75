/* A notebook of 1,000 cells in the app: what one key costs in the middle of it, and how long an edit of its head takes until
   the last cell shows its new value and every cell its state. The cells are a chain, so all 1,000 follow from the first.

   Two clocks for each. Main-thread time is the processor's: everything the page's thread computed for it, the debounced
   edit included, whatever else runs on the machine. The other is the wall's: from the key event to the task behind the
   frame that shows it, the wait for that frame (up to 17 ms) included. */

import { median, ms, quantile, table } from './measure.mjs';
import { startServer } from '../src/command/server.mjs';
import { buildSite, copySite, storeNotebook } from './site.mjs';
import { join } from 'node:path';

export const typing = {
  name: 'typing',
  title: 'A notebook of 1,000 cells in the app',
  async run(context, { cells = 1000, keys = 60, edits = 9 } = {}) {
    buildSite(context.root);
    const site = join(await context.scratch(), `typing-${cells}`);
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
      await page.waitForFunction(
        (n) => document.querySelectorAll('[data-cell]').length >= n && 'alive' in document.documentElement.dataset,
        cells,
      );
      const openMs = performance.now() - began;
      await page.getByRole('button', { name: 'Run all', exact: true }).first().click();
      await settled(page, cells, String(cells));

      const thread = await threadClock(page);
      await page.evaluate(listen);
      const typed = await typeInto(page, thread, `c${cells >> 1}`, keys);
      await page.keyboard.press('ControlOrMeta+Enter'); // what was typed is a comment, so nothing else changes
      await settled(page, cells, String(cells));
      const edited = [];
      for (let k = 1; k <= edits + 2; k++) edited.push(await editHead(page, thread, cells, 100 * k));
      edited.splice(0, 2); // the first ones load the analyser and warm the page up
      const of = (list, key) => list.map((sample) => sample[key]);
      const rows = [
        {
          cells,
          openMs,
          keyThreadP50: quantile(of(typed, 'thread'), 0.5),
          keyThreadP95: quantile(of(typed, 'thread'), 0.95),
          keyP50: quantile(of(typed, 'wall'), 0.5),
          keyP95: quantile(of(typed, 'wall'), 0.95),
          headThreadMs: median(of(edited, 'thread')),
          headEditMs: median(of(edited, 'wall')),
        },
      ];
      return {
        rows,
        text: table(
          rows.map((row) => ({
            cells: row.cells,
            'opened in': `${ms(row.openMs)} ms`,
            'a key, main thread p50': `${ms(row.keyThreadP50)} ms`,
            p95: `${ms(row.keyThreadP95)} ms`,
            'to the frame p50': `${ms(row.keyP50)} ms`,
            'its p95': `${ms(row.keyP95)} ms`,
            'head edit, main thread': `${ms(row.headThreadMs)} ms`,
            'all drawn': `${ms(row.headEditMs)} ms`,
          })),
        ),
      };
    } finally {
      await page.context().close();
      await server.close();
    }
  },
};

function chain(n) {
  const cell = (i) => `\`\`\`ts {id=c${i}}\nconst v${i} = ${i ? `v${i - 1} + 1` : '1'};\nv${i}\n\`\`\``;
  return `---\ngradus: 1\nid: bench-thousand\ntitle: A thousand cells\n---\n# A thousand cells\n\n${Array.from({ length: n }, (_, i) => cell(i)).join('\n\n')}\n`;
}

/** Until every cell is done and the last one shows `value`. */
async function settled(page, cells, value) {
  await page.waitForFunction(
    ([n, text]) => {
      const last = document.querySelector(`[data-cell="c${n - 1}"]`);
      return (
        last?.dataset.state === 'done' &&
        last.querySelector('[data-outputs]')?.textContent.trim() === text &&
        document.querySelectorAll('[data-cell]:not([data-state="done"])').length === 0
      );
    },
    [cells, value],
    { polling: 50 },
  );
}

/** Processor time of the page's main thread in tasks so far, in ms. Asking costs a task too: `idle` is what two questions are apart. */
async function threadClock(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => 1000 * (await devtools.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration').value;
  const gaps = [];
  for (let k = 0; k < 9; k++) {
    const from = await read();
    await page.waitForTimeout(120);
    gaps.push((await read()) - from);
  }
  const idle = median(gaps);
  return {
    async around(act) {
      const from = await read();
      const result = await act();
      return { ...result, thread: Math.max(0, (await read()) - from - idle) };
    },
  };
}

/** In the page: knows whether a frame is being made, so that `__shown` can say when the one that shows a change has been drawn;
    times each key from its event to the task behind the next frame. */
function listen() {
  const behind = (then) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = then;
    channel.port2.postMessage(0);
  };
  let inFrame = false;
  const watch = () => {
    inFrame = true;
    behind(() => {
      inFrame = false;
    });
    requestAnimationFrame(watch);
  };
  let watching = false;
  globalThis.__watchFrames = () => {
    if (!watching) {
      watching = true;
      requestAnimationFrame(watch);
    }
  };
  globalThis.__shown = (then) => {
    if (inFrame) behind(then);
    else requestAnimationFrame(() => behind(then));
  };
  globalThis.__keys = [];
  addEventListener(
    'keydown',
    () => {
      const began = performance.now();
      requestAnimationFrame(() => behind(() => globalThis.__keys.push(performance.now() - began)));
    },
    { capture: true },
  );
}

/** Puts the caret into a cell's code and waits for its editor: keys before it would be part of another measurement. */
async function enter(page, id) {
  const code = page.getByRole('textbox', { name: `Code of ${id}`, exact: true });
  await code.scrollIntoViewIfNeeded();
  await code.click();
  await page.waitForFunction((cell) => document.activeElement?.closest('.cm-editor')?.closest('[data-cell]')?.dataset.cell === cell, id);
  await page.waitForTimeout(300);
}

async function typeInto(page, thread, id, keys) {
  await enter(page, id);
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.press('Enter');
  const text = '// '.padEnd(keys + 10, 'abcdefg ');
  await page.keyboard.type(text.slice(0, 10), { delay: 60 });
  await page.waitForTimeout(500);
  const samples = [];
  for (const key of text.slice(10)) {
    samples.push(
      await thread.around(async () => {
        await page.keyboard.type(key);
        await page.waitForTimeout(120); // behind the debounced edit
        return { wall: await page.evaluate(() => globalThis.__keys.at(-1)) };
      }),
    );
  }
  return samples;
}

async function editHead(page, thread, cells, start) {
  await enter(page, 'c0');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(`const v0 = ${start};\nv0`);
  await page.waitForTimeout(1000); // stored
  await page.evaluate(
    ([n, text]) => {
      globalThis.__watchFrames();
      globalThis.__arrived = new Promise((resolve, reject) => {
        setTimeout(
          () =>
            reject(
              new Error(`expected ${text} in the last cell within 20 s, it shows ${last.querySelector('[data-outputs]').textContent}`),
            ),
          20_000,
        );
        let began = 0;
        addEventListener(
          'keydown',
          (event) => {
            if (event.key === 'Enter') began ||= performance.now();
          },
          { capture: true },
        );
        const last = document.querySelector(`[data-cell="c${n - 1}"]`);
        const look = () => {
          if (!began || last.dataset.state !== 'done' || last.querySelector('[data-outputs]')?.textContent.trim() !== text) return;
          if (document.querySelector('[data-cell]:not([data-state="done"])')) return;
          observer.disconnect();
          globalThis.__shown(() => resolve(performance.now() - began));
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, {
          subtree: true,
          childList: true,
          characterData: true,
          attributes: true,
          attributeFilter: ['data-state'],
        });
      });
    },
    [cells, String(start + cells - 1)],
  );
  await page.waitForTimeout(100);
  return thread.around(async () => {
    await page.keyboard.press('ControlOrMeta+Enter');
    return { wall: await page.evaluate(() => globalThis.__arrived) };
  });
}
