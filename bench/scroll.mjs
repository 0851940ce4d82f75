/* Scrolling a unit of 60 cells with figures from top to end as a wheel does: how long each frame took. All cells have run before; figures
   are drawn as they come near the window. Plain, and with the processor four times slower; beside it the same page with its
   figures hidden, which is what this machine can do at best. */

import { join } from 'node:path';
import { ms, quantile, table } from './measure.mjs';
import { buildSite, copySite } from './site.mjs';
import { startServer } from '../src/command/server.mjs';

const cells = 60;
const limitMs = 32;

/** A notebook of `cells` cells, each with prose before it and a figure below it: lines, points, bars and histograms in turn. */
function notebookText() {
  const kinds = [
    'Plot.lineY(rows, { x: "x", y: "y", stroke: "kind" })',
    'Plot.dot(rows, { x: "x", y: "y", fill: "kind" })',
    'Plot.barY(rows.slice(0, 24), { x: "i", y: "z" })',
    'Plot.rectY(rows, Plot.binX({ y: "count" }, { x: "z", fill: "kind" }))',
  ];
  const parts = ['---\ngradus: 1\nid: bench-scroll\ntitle: Sixty figures\nseed: 1\nopen: run\n---\n'];
  parts.push(
    '```ts {id=rows}\nconst rows = Array.from({ length: 500 }, (_, i) => ({ i, x: i / 10, y: Math.sin(i / 20) + Math.random(), z: Math.random() ** 2, kind: "abc"[i % 3] }));\n```\n',
  );
  for (let i = 1; i < cells; i++) {
    parts.push(
      `\n## Part ${i}\n\nA paragraph that stands between the figures, as in a unit, with $x_${i}$ in it.\n\n\`\`\`ts {id=f${i}}\nPlot.plot({ grid: true, color: { legend: true }, marks: [${kinds[i % 4]}, Plot.ruleY([0])] })\n\`\`\`\n`,
    );
  }
  return parts.join('');
}

/** In the page: turns the wheel by `step` px a frame to the end, and resolves to the time of each frame. */
async function wheel(step) {
  const frames = [];
  let last = await new Promise(requestAnimationFrame);
  // The end is looked for every twentieth frame: asking for it makes the page lay itself out.
  for (let y = 0, end = Infinity, n = 0; y < end; n++) {
    if (n % 20 === 0) end = document.documentElement.scrollHeight;
    scrollTo({ top: (y += step), behavior: 'instant' });
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  return frames;
}

/** In the page: figures keep their room and show nothing. */
function hideFigures() {
  for (const part of document.querySelectorAll('[data-kind="plot"] > *')) part.style.visibility = 'hidden';
}

export const scroll = {
  name: 'scroll',
  title: `Scrolling a unit of ${cells} cells with figures`,
  async run(context) {
    buildSite(context.root);
    const site = join(await context.scratch(), 'scroll');
    await copySite(context.root, site, { 'bench-scroll': notebookText() });
    const server = await startServer({ root: site, isolation: true });
    const rows = [];
    try {
      for (const { name, slowdown } of [{ name: 'plain' }, { name: '4x slower processor', slowdown: 4 }]) {
        const profile = await (await context.browser()).newContext({ viewport: { width: 1280, height: 900 } });
        try {
          const page = await profile.newPage();
          await page.goto(`${server.url}n/bench-scroll/`);
          await page.waitForFunction((n) => document.querySelectorAll('[data-cell][data-state="done"]').length === n, cells, {
            timeout: 60_000,
          });
          await page.waitForSelector('.out[data-kind="plot"] svg', { timeout: 30_000 });
          await page.waitForTimeout(1500);
          if (slowdown) await (await profile.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: slowdown });
          for (const way of ['first time', 'again', 'without figures']) {
            if (way === 'without figures') await page.evaluate(hideFigures);
            const frames = await page.evaluate(wheel, 60);
            rows.push({
              condition: name,
              way,
              frames: frames.length,
              median: quantile(frames, 0.5),
              p99: quantile(frames, 0.99),
              max: Math.max(...frames),
              over: frames.filter((t) => t > limitMs).length,
            });
            await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
            await page.waitForTimeout(500);
          }
        } finally {
          await profile.close();
        }
      }
    } finally {
      await server.close();
    }
    return {
      rows,
      text: table(
        rows.map((row) => ({
          condition: row.condition,
          way: row.way,
          frames: row.frames,
          median: `${ms(row.median)} ms`,
          '99 %': `${ms(row.p99)} ms`,
          longest: `${ms(row.max)} ms`,
          [`over ${limitMs} ms`]: row.over,
        })),
      ),
    };
  },
};
