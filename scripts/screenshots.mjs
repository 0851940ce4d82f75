/* Pictures of the built site for docs/screenshots, and for looking at it: `npm run screenshots [-- NAME ...] [--out FOLDER]`.
   Each of map, unit, error, palette, runs, notebooks, empty in light and dark at 1440 px and on a phone, in a browser that
   keeps what is worth looking at: a changed step, a notebook of one's own, four fits of a line. WebP, so that they stay
   small. Names are those below, all by default; `--full` takes whole pages. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
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
  },
});
const out = resolve(root, values.out);
const quality = 0.86;

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
  let slope = 0, offset = 0, error = 1
  for (let step = 0; step < 400; step++) {
    const errors = ys.map((y, i) => slope * xs[i] + offset - y)
    slope -= rate * 2 * errors.reduce((sum, e, i) => sum + e * xs[i], 0) / 100
    offset -= rate * 2 * errors.reduce((sum, e) => sum + e, 0) / 100
    error = errors.reduce((sum, e) => sum + e * e, 0) / 100
    run.log({ loss: error, slope }, step)
  }
  await run.finish({ slope, offset, loss: error })
}
\`\`\`
`;
/** A layer whose inner sizes differ, what waits for it, and what goes on. */
const layers = `---
gradus: 1
id: one-layer
title: One layer
---

Sixty-four pictures of 784 numbers each go through a layer of 128 neurons. The batch stands in rows, so the whole layer is one matrix product.

\`\`\`ts {id=pictures}
const pictures = tensor.rand([64, 784])
\`\`\`

\`\`\`ts {id=forward}
const W = tensor.randn([128, 784])
const hidden = pictures.matmul(W).relu()
\`\`\`

\`\`\`ts {id=answer}
hidden.mean()
\`\`\`

\`\`\`ts {id=numbers}
const numbers = 128 * 784 + 128
\`\`\`
`;

const cellIs = (page, id, state) => page.locator(`[data-cell="${id}"][data-state="${state}"]`).waitFor({ timeout: 60_000 });
const unit = 'n/nn-fundamentals/';

/** Opens a text as a file, keeps it, and runs it. */
async function keep(page, site, name, text) {
  await page.goto(site);
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name, mimeType: 'text/markdown', buffer: Buffer.from(text) });
  await page.locator('.banner').getByRole('button', { name: 'Save a copy' }).click();
  await page.waitForURL(`**/#/n/${name.replace('.md', '')}`);
  await page.locator('.banner').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Run all' }).click();
}

/** What the browser keeps before the pictures are taken, by the app itself. */
async function prepare(page, site) {
  await keep(page, site, 'line-fit.md', fits);
  await cellIs(page, 'fit', 'done');
  await keep(page, site, 'one-layer.md', layers);
  await cellIs(page, 'forward', 'error');
  await page.goto(new URL(unit, site).href);
  await cellIs(page, 'curves', 'done');
  await page.getByRole('textbox', { name: 'Code of z' }).first().click();
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type('  // try 3');
  await page.waitForFunction(() => Number(document.documentElement.dataset.saved ?? 0) > 0);
}

/** Each: where, what to do there, and how high the window is (1440 px, phone). `fresh`: in a browser that keeps nothing. */
const pictures = {
  map: { path: '', ready: (page) => page.locator('a.u[data-state]').first().waitFor() },
  unit: { path: unit, fresh: true, high: 1320, ready: (page) => cellIs(page, 'curves', 'done') },
  error: {
    path: '#/n/one-layer',
    async ready(page) {
      await page.getByRole('button', { name: 'Run all' }).click();
      await cellIs(page, 'forward', 'error');
      await cellIs(page, 'numbers', 'done');
    },
  },
  palette: {
    path: unit,
    fresh: true,
    async ready(page) {
      await cellIs(page, 'curves', 'done');
      await page.keyboard.press('ControlOrMeta+K');
      await page.locator('.palette [role="combobox"]').waitFor();
      await page.keyboard.type('st');
    },
  },
  runs: { path: '#/runs', high: 1250, ready: (page) => page.locator('.overlay svg.chart').first().waitFor() },
  notebooks: { path: '#/notebooks', ready: (page) => page.locator('[data-notebook-row]').first().waitFor() },
  empty: { path: '#/runs', fresh: true, high: 620, ready: (page) => page.getByText('No runs yet').waitFor() },
};

const wanted = positionals.length > 0 ? positionals : Object.keys(pictures);
const unknown = wanted.filter((name) => !(name in pictures));
if (unknown.length > 0) {
  process.stderr.write(`screenshots: no picture called ${unknown.join(', ')}. There are ${Object.keys(pictures).join(', ')}.\n`);
  process.exit(2);
}

mkdirSync(out, { recursive: true });
const server = await startServer({ root: resolve(root, values.site) });
const browser = await launchChromium();
/** Pictures become WebP in a page of their own. */
const press = await browser.newPage();
async function webp(png) {
  const data = await press.evaluate(
    async ([source, share]) => {
      const picture = await createImageBitmap(await (await fetch(source)).blob());
      const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height });
      canvas.getContext('2d').drawImage(picture, 0, 0);
      return canvas.toDataURL('image/webp', share);
    },
    [`data:image/png;base64,${png.toString('base64')}`, quality],
  );
  return Buffer.from(data.split(',')[1], 'base64');
}

let bytes = 0;
try {
  for (const [kind, width, colorScheme] of [
    ['light', 1440, 'light'],
    ['dark', 1440, 'dark'],
    ['phone', 390, 'light'],
  ]) {
    const phone = width < 500;
    const options = {
      viewport: { width, height: 900 },
      colorScheme,
      reducedMotion: 'reduce',
      ...(phone ? { hasTouch: true, isMobile: true, deviceScaleFactor: 2 } : {}),
    };
    const kept = await browser.newContext(options);
    const first = await kept.newPage();
    if (wanted.some((name) => !pictures[name].fresh)) await prepare(first, server.url);
    await first.close();
    for (const name of wanted) {
      const { path, ready, fresh, high = 900 } = pictures[name];
      const context = fresh ? await browser.newContext(options) : kept;
      const page = await context.newPage();
      await page.setViewportSize({ width, height: phone ? 844 : high });
      await page.goto(new URL(path, server.url).href);
      await ready(page);
      await page.evaluate(() => document.fonts.ready.then(() => undefined));
      await page.waitForTimeout(1200);
      const picture = await webp(await page.screenshot({ fullPage: values.full }));
      writeFileSync(join(out, `${name}-${kind}.webp`), picture);
      bytes += picture.length;
      await page.close();
      if (fresh) await context.close();
    }
    await kept.close();
  }
} finally {
  await browser.close();
  await server.close();
}
// What earlier versions of this script wrote.
for (const old of ['course-map', 'phone', 'runs', 'unit-dark', 'unit-light']) rmSync(join(out, `${old}.png`), { force: true });
process.stdout.write(`${wanted.length * 3} pictures, ${Math.round(bytes / 1000)} kB, in ${values.out}\n`);
