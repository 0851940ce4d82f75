/* Pictures of the built site for looking at it: every page at 1440, 1024 and 390 px in light and dark, and axe over each.
   `node scripts/screenshots.mjs [--site dist] [--out docs/screenshots] [PAGE ...]` where PAGE is an address below
   the site's root ('' the map, `n/ID/` a notebook; default: the map, and the first step or example it links). `--full`
   takes the whole page instead of the first screen. Exit status 1 where axe found a violation.
   `--five` takes instead the five of docs/screenshots: map, unit in light and dark, runs, phone. */

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium } from './chromium.mjs';
import { startServer } from '../src/command/server.mjs';

const root = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    site: { type: 'string', default: 'dist' },
    out: { type: 'string', default: 'docs/screenshots' },
    full: { type: 'boolean', default: false },
    five: { type: 'boolean', default: false },
    settle: { type: 'string', default: '1500' },
  },
});
const site = resolve(root, values.site);
const out = resolve(root, values.out);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const first = /class="u ready"[^>]*href="\.\/(n\/[^"]+)"|href="\.\/(n\/[^"]+)"/.exec(readFileSync(join(site, 'index.html'), 'utf8'));
const pages = positionals.length > 0 ? positionals : ['', ...(first ? [first[1] ?? first[2]] : [])];

mkdirSync(out, { recursive: true });
const server = await startServer({ root: site });
const browser = await launchChromium();
let violations = 0;
const unit = first?.[1] ?? first?.[2] ?? '';
/** Runs worth looking at: one fit at four rates. */
const fits = `---
gradus: 1
id: line-fit
title: Line fit
seed: 3
---
\`\`\`ts {id=fit}
const noise = random(), xs = noise.uniform(100), ys = xs.map((x) => 2 * x + 1 + 0.1 * noise.normal())
for (const rate of [0.02, 0.05, 0.1, 0.5]) {
  const run = await startRun('line-fit', { rate, points: 100 })
  let slope = 0, offset = 0
  for (let step = 0; step < 400; step++) {
    const errors = ys.map((y, i) => slope * xs[i] + offset - y)
    slope -= rate * 2 * errors.reduce((sum, e, i) => sum + e * xs[i], 0) / 100
    offset -= rate * 2 * errors.reduce((sum, e) => sum + e, 0) / 100
    run.log({ loss: errors.reduce((sum, e) => sum + e * e, 0) / 100, slope }, step)
  }
  await run.finish({ slope, offset })
}
\`\`\`
`;
const five = [
  ['course-map', '', 1440, 'light'],
  ['unit-light', unit, 1440, 'light', 'curves'],
  ['unit-dark', unit, 1440, 'dark', 'layer-controls'],
  ['runs', '#/runs', 1440, 'light'],
  ['phone', unit, 390, 'dark', 'curves'],
];
async function takeFive() {
  for (const [name, path, width, colorScheme, cell] of five) {
    const context = await browser.newContext({
      viewport: { width, height: width === 390 ? 844 : 900 },
      colorScheme,
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    if (name === 'runs') {
      await page.goto(server.url);
      await page
        .locator('input[type=file]')
        .first()
        .setInputFiles({ name: 'line-fit.md', mimeType: 'text/markdown', buffer: Buffer.from(fits) });
      await page.locator('.banner').getByRole('button', { name: 'Save a copy' }).click();
      await page.waitForURL('**/#/n/line-fit');
      await page.locator('.banner').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Run all' }).click();
      await page.locator('[data-cell="fit"][data-state="done"]').waitFor();
      await page.goto('about:blank');
    }
    await page.goto(new URL(path, server.url).href);
    await page.evaluate(() => document.fonts.ready);
    if (cell) {
      await page.locator(`[data-cell="${cell}"][data-state="done"]`).waitFor();
      await page.locator(`[data-cell="${cell}"]`).evaluate((element) => scrollTo(0, element.getBoundingClientRect().top + scrollY - 80));
    }
    if (name === 'runs') await page.locator('.pick').first().click();
    await page.waitForTimeout(Number(values.settle));
    await page.screenshot({ path: join(out, `${name}.png`) });
    await context.close();
  }
}
try {
  if (values.five) await takeFive();
  for (const [width, height] of values.five
    ? []
    : [
        [1440, 1000],
        [1024, 900],
        [390, 844],
      ]) {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce', bypassCSP: true });
      for (const path of pages) {
        const page = await context.newPage();
        await page.goto(new URL(path, server.url).href);
        await page.evaluate(() => document.fonts.ready);
        await page.waitForTimeout(Number(values.settle));
        const name = `${path.replace(/^n\/|\/$/g, '') || 'course-map'}-${width}-${colorScheme}`;
        await page.screenshot({ path: join(out, `${name}.png`), fullPage: values.full });
        await page.evaluate(axe);
        const found = await page.evaluate(async () =>
          (await globalThis.axe.run()).violations.map((v) => ({
            id: v.id,
            help: v.help,
            nodes: v.nodes
              .slice(0, 4)
              .map((n) => `${n.target.join(' ')}: ${n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? ''}`),
          })),
        );
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        violations += found.length + (sideways > 0 ? 1 : 0);
        for (const v of found) console.log(`${name}: ${v.id}, ${v.help}\n  ${v.nodes.join('\n  ')}`);
        if (sideways > 0) console.log(`${name}: the page scrolls sideways by ${sideways} px`);
        await page.close();
      }
      await context.close();
    }
  }
} finally {
  await browser.close();
  await server.close();
}
console.log(violations === 0 ? `no violations; pictures in ${values.out}` : `${violations} violations`);
process.exitCode = violations === 0 ? 0 : 1;
