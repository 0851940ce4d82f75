/* The page of runs with 1,000 runs of 10,000 points each in the store: how long it takes to open until rows and curves are there, and how
   long each frame takes while the table scrolls and the curves are zoomed. Beside it the frames of the page at rest, which is what this
   machine can do at best. */

import { join } from 'node:path';
import { startServer } from '../src/command/server.mjs';
import { median, ms, quantile, table } from './measure.mjs';
import { buildSite, copySite } from './site.mjs';

const limitMs = 16.9;

/** In the page: puts runs straight into the app's database, which is there by now. */
async function fill({ runs, points }) {
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open('gradus');
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const chunk = 1000;
  const steps = Array.from({ length: points / chunk }, (_, c) => Float64Array.from({ length: chunk }, (__, i) => c * chunk + i));
  for (let r = 0; r < runs; r += 50) {
    const transaction = database.transaction(['runs', 'points'], 'readwrite', { durability: 'relaxed' });
    for (let k = r; k < Math.min(runs, r + 50); k++) {
      const lr = 10 ** -(1 + (k % 5) / 2);
      transaction.objectStore('runs').put({
        id: `bench-${k}`,
        notebook: 'bench',
        cell: 'train',
        name: `sweep-${k % 4}`,
        params: { lr, hidden: 32 << (k % 4), seed: k % 3, act: ['relu', 'gelu', 'tanh'][k % 3] },
        summary: { test_acc: 0.9 + ((k * 37) % 100) / 1000 },
        state: k % 50 === 7 ? 'interrupted' : 'done',
        startedAt: Date.now() - (runs - k) * 60_000,
        ms: 2400,
        environment: { backend: 'wasm', seed: k % 3, version: '0.1.0' },
      });
      for (const [c, at] of steps.entries()) {
        const values = Float64Array.from(at, (s) => 2.3 * Math.exp((-s * lr) / 300) + 0.05 * Math.sin(s * 12.9898 + k) ** 2 + 0.01);
        transaction.objectStore('points').put({ run: `bench-${k}`, chunk: c, metrics: { loss: { steps: at, values } } });
      }
    }
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = () => reject(transaction.error);
    });
  }
  database.close();
}

/** In the page: the time of each of `n` frames, while `move` (by the number of the frame) does something. */
async function frames({ n, what }) {
  const box = document.querySelector('.rows');
  const drawing = document.querySelector('.overlay .drawing');
  const at = drawing.getBoundingClientRect();
  const moves = {
    rest: () => undefined,
    scroll: () => (box.scrollTop += 60),
    zoom: (i) =>
      drawing.dispatchEvent(
        new WheelEvent('wheel', {
          deltaY: i % 60 < 30 ? -40 : 40,
          ctrlKey: true,
          clientX: at.left + at.width / 3,
          cancelable: true,
          bubbles: true,
        }),
      ),
  };
  const times = [];
  let last = await new Promise(requestAnimationFrame);
  for (let i = 0; i < n; i++) {
    moves[what](i);
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return times;
}

export const runs = {
  name: 'runs',
  title: 'The page of runs with 1,000 runs of 10,000 points',
  async run(context, { count = 1000, points = 10_000, rounds = 5 } = {}) {
    buildSite(context.root);
    const site = join(await context.scratch(), 'runs');
    await copySite(context.root, site);
    const server = await startServer({ root: site, isolation: true });
    const profile = await (await context.browser()).newContext({ viewport: { width: 1440, height: 900 } });
    try {
      const page = await profile.newPage();
      page.on('pageerror', (error) => context.note(`runs page: ${error.message}`));
      await page.goto(`${server.url}#/runs`);
      await page.getByText('No runs yet').waitFor({ timeout: 30_000 });
      context.note(`bench: putting ${count} runs of ${points} points into the store…`);
      await page.evaluate(fill, { runs: count, points });
      const opened = [];
      for (let k = -1; k < rounds; k++) {
        await page.goto(`${server.url}#/notebooks`);
        await page.reload();
        await page.locator('main h1').waitFor();
        await page.waitForTimeout(300);
        const times = await page.evaluate(async () => {
          const begun = performance.now();
          const until = async (there) => {
            while (!there()) await new Promise(requestAnimationFrame);
            return performance.now() - begun;
          };
          location.hash = '#/runs';
          const rows = await until(() => document.querySelectorAll('.runs tbody tr[data-row]').length >= 15);
          const curves = await until(() => document.querySelector('.overlay path[stroke-width="2"]')?.getAttribute('d')?.length > 50);
          const sparks = await until(() => document.querySelectorAll('.runs td.curve path[d^="M"]').length >= 12);
          return { rows, curves, sparks };
        });
        if (k >= 0) opened.push(times);
      }
      await page.waitForTimeout(2000);
      const found = {};
      for (const what of ['rest', 'scroll', 'zoom']) found[what] = await page.evaluate(frames, { n: 180, what });
      const of = (key) => median(opened.map((one) => one[key]));
      const rows = [
        ...['rows', 'curves', 'sparks'].map((key) => ({
          what: `open until ${key}`,
          median: of(key),
          max: Math.max(...opened.map((one) => one[key])),
        })),
        ...Object.entries(found).map(([what, times]) => ({
          what: `frames: ${what}`,
          median: quantile(times, 0.5),
          p95: quantile(times, 0.95),
          max: Math.max(...times),
          over: times.filter((t) => t > limitMs).length,
          frames: times.length,
        })),
      ];
      return {
        rows,
        text: table(
          rows.map((row) => ({
            what: row.what,
            median: `${ms(row.median)} ms`,
            '95 %': row.p95 === undefined ? '–' : `${ms(row.p95)} ms`,
            longest: `${ms(row.max)} ms`,
            [`over ${limitMs} ms`]: row.over === undefined ? '–' : `${row.over} of ${row.frames}`,
          })),
        ),
      };
    } finally {
      await profile.close();
      await server.close();
    }
  },
};
