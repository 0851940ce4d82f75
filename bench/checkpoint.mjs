/* What it costs a training to last: a checkpoint of 50 MB until it is on the disk, how long the loop and the page stand still for it, and
   10,000 logged points until they are on the disk. In the built site, with its session and its store. */

import { join } from 'node:path';
import { startServer } from '../src/command/server.mjs';
import { median, ms, table } from './measure.mjs';
import { buildSite, copySite } from './site.mjs';

const megabytes = 50;
const rounds = 7;

const text = `---
gradus: 1
id: bench-checkpoint
title: Checkpoints
seed: 1
---

\`\`\`ts {id=last run=manual}
const w = new Float32Array(${(megabytes * 1e6) / 4}).map(() => Math.random())
const run = await startRun('bench', { megabytes: ${megabytes} })
const times: object[] = []
for (let round = 0; round < ${rounds + 1}; round++) {
  let stood = 0, last = performance.now(), ends = false
  const beside = (async () => { // a loop that goes on meanwhile
    while (!ends) {
      await new Promise((resolve) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = resolve; port2.postMessage(0) })
      const now = performance.now()
      stood = Math.max(stood, now - last)
      last = now
    }
  })()
  w[round] = round
  const began = performance.now()
  const kept = run.checkpoint({ w, round })
  const takenMs = performance.now() - began
  await kept
  const wholeMs = performance.now() - began
  ends = true
  await beside
  if (round > 0) times.push({ takenMs, wholeMs, loopMs: stood })
}
await run.finish()
JSON.stringify(times)
\`\`\`

\`\`\`ts {id=points run=manual}
const logged = await startRun('bench points')
for (let i = 0; i < 10_000; i++) logged.log({ loss: 1 / (i + 1) })
await logged.finish()
\`\`\`
`;

/** In the page: the same bytes as a Blob in a database, as quick as they get there on this machine. */
async function plainly({ bytes, times }) {
  const data = new Uint8Array(bytes).map((_, i) => i * 31);
  const database = await new Promise((resolve) => {
    const request = indexedDB.open('plain');
    request.onupgradeneeded = () => request.result.createObjectStore('blobs');
    request.onsuccess = () => resolve(request.result);
  });
  const took = [];
  for (let i = 0; i <= times; i++) {
    data[i] = i;
    const began = performance.now();
    await new Promise((resolve, reject) => {
      const transaction = database.transaction('blobs', 'readwrite', { durability: 'strict' });
      transaction.objectStore('blobs').put(new Blob([data]), i);
      if (i > 2) transaction.objectStore('blobs').delete(i - 3);
      transaction.oncomplete = resolve;
      transaction.onerror = () => reject(transaction.error);
    });
    if (i > 0) took.push(performance.now() - began);
  }
  return took;
}

/** In the page: notes the longest frame, and from the first put of points to the end of its last transaction. */
function watch() {
  const seen = { frameMs: 0, first: 0, last: 0, points: 0 };
  globalThis.seen = seen;
  let before = performance.now();
  const frame = (now) => {
    seen.frameMs = Math.max(seen.frameMs, now - before);
    before = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (...given) {
    if (this.name === 'points') {
      seen.first ||= performance.now();
      seen.points += given[0].metrics.loss?.values.length ?? 0;
      this.transaction.addEventListener('complete', () => {
        seen.last = performance.now();
      });
    }
    return put.apply(this, given);
  };
}

export const checkpoint = {
  name: 'checkpoint',
  title: `A checkpoint of ${megabytes} MB, and 10,000 points, to the disk`,
  async run(context) {
    buildSite(context.root);
    const site = join(await context.scratch(), 'checkpoint');
    await copySite(context.root, site, { 'bench-checkpoint': text });
    const server = await startServer({ root: site, isolation: true });
    const profile = await (await context.browser()).newContext();
    try {
      const page = await profile.newPage();
      await page.goto(`${server.url}n/bench-checkpoint/`);
      await page.waitForSelector('button[aria-label="Run cell last"]');
      await page.evaluate(watch);
      const run = async (id) => {
        await page.click(`button[aria-label="Run cell ${id}"]`);
        await page.waitForSelector(`[data-cell="${id}"]:is([data-state="done"], [data-state="error"])`, { timeout: 120_000 });
        const state = await page.getAttribute(`[data-cell="${id}"]`, 'data-state');
        if (state !== 'done')
          throw new Error(`checkpoint: the cell ${id} ended in ${state}: ${await page.textContent(`[data-cell="${id}"]`)}`);
      };
      const points = [];
      for (let i = 0; i < rounds; i++) {
        await page.evaluate(() => Object.assign(globalThis.seen, { first: 0, last: 0, points: 0 }));
        await run('points');
        await page.waitForFunction(() => globalThis.seen.points >= 10_000 && globalThis.seen.last > 0);
        await page.waitForTimeout(100);
        points.push(await page.evaluate(() => globalThis.seen.last - globalThis.seen.first));
      }
      await page.evaluate(() => (globalThis.seen.frameMs = 0));
      await run('last');
      const frameMs = await page.evaluate(() => globalThis.seen.frameMs);
      const plainMs = median(await page.evaluate(plainly, { bytes: megabytes * 1e6, times: rounds }));
      const shown = await page.evaluate(() => document.querySelector('[data-cell="last"] [data-outputs]').innerText);
      const of = (key) => median([...shown.matchAll(new RegExp(`${key}[^0-9]{1,5}([0-9.]+)`, 'g'))].map(([, value]) => Number(value)));
      const row = {
        megabytes,
        wholeMs: of('wholeMs'),
        plainMs,
        takenMs: of('takenMs'),
        loopMs: of('loopMs'),
        frameMs,
        pointsMs: median(points),
      };
      return {
        rows: [row],
        text: table([
          {
            checkpoint: `${megabytes} MB`,
            'on the disk': `${ms(row.wholeMs)} ms`,
            'a bare Blob': `${ms(row.plainMs)} ms`,
            'values taken': `${ms(row.takenMs)} ms`,
            'loop stood still': `${ms(row.loopMs)} ms`,
            'longest frame': `${ms(row.frameMs)} ms`,
            '10,000 points on the disk': `${ms(row.pointsMs)} ms`,
          },
        ]),
      };
    } finally {
      await profile.close();
      await server.close();
    }
  },
};
