/* What a reader's browser is sent, measured by the server that sends it: gzipped bodies, in kB of 1,000 bytes. Prints a
   table; status 1 when a line is over its limit. The limits are what makes a unit open at once on a slow line. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { startServer } from '../src/command/server.mjs';
import { copySite } from '../bench/site.mjs';
import { shippedNotebooks } from './build.mjs';
import { launchChromium } from './chromium.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const lines = [];
let sent = [];

const isScript = ({ type }) => type.startsWith('text/javascript');
/** Styles that stand in a page, as they would be sent alone. */
const stylesIn = (html) => gzipSync([...html.matchAll(/<style[^>]*>([^<]*)/g)].map(([, css]) => css).join(''), { level: 9 }).length;
const isStyle = ({ type }) => type.startsWith('text/css');
const isPage = ({ type }) => type.startsWith('text/html');
const isFont = ({ type }) => type.startsWith('font/');
const isKatex = ({ path }) => /katex/i.test(path);
const isItalic = ({ path }) => /italic/i.test(path) && !/katex/i.test(path);

function total(is) {
  return sent.filter(is).reduce((sum, { bytes }) => sum + bytes, 0) / 1000;
}

/** Notes one line of the table; where it is over its limit, also what it is made of. */
function line(what, is, limit) {
  const parts = sent.filter(is).sort((a, b) => b.bytes - a.bytes);
  lines.push({ what, limit, kB: total(is), parts: parts.map(({ path, bytes }) => `${(bytes / 1000).toFixed(1)} ${path}`) });
}

/** Opens a page in a context of its own, so that nothing is cached, and counts from there. */
async function open(browser, url, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  sent = [];
  await page.goto(url, { waitUntil: 'load' });
  return page;
}

async function readingOf(browser, url, id, limit) {
  const page = await open(browser, `${url}n/${id}/`, { javaScriptEnabled: false });
  await page.evaluate('document.fonts.ready').catch(() => undefined);
  line(`${id}: page and styles, before any script`, (file) => isPage(file) || isStyle(file), limit);
  line(`${id}: its fonts`, (file) => isFont(file) && !isKatex(file) && !isItalic(file), 60);
  line(`${id}: fonts of formulas`, (file) => isFont(file) && isKatex(file), 62);
  line(`${id}: italics`, (file) => isFont(file) && isItalic(file), 18.5);
  await page.context().close();
}

async function firstResultOf(browser, url, id, what, limit) {
  const page = await open(browser, `${url}n/${id}/`);
  await page.locator('[data-cell][data-state="done"] [data-outputs] > [data-kind]:not([data-kept])').first().waitFor({ timeout: 30_000 });
  // A unit's first picture may be a part that the hand moves.
  if (what.plot) await page.locator('[data-kind="plot"] svg, .part-body svg').first().waitFor({ timeout: 30_000 });
  line(`${id}: script until the first result${what.plot ? ' with slider and plot' : ''}`, isScript, limit);
  await page.context().close();
}

async function ownNotebook(browser, url) {
  const page = await open(browser, url);
  await page
    .getByRole('button', { name: 'New notebook' })
    .or(page.getByRole('link', { name: 'New notebook' }))
    .first()
    .click();
  await page.locator('[data-cell]').first().waitFor();
  await page.waitForFunction(
    'Number(document.documentElement.dataset.saved ?? 0) >= Number(document.documentElement.dataset.revision ?? 0)',
  );
  const address = page.url();
  await page.goto('about:blank');
  sent = [];
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Network.enable');
  await protocol.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto(address, { waitUntil: 'load' });
  await page.locator('[data-cell]').first().waitFor();
  sent.push({ path: 'styles in the page', type: 'text/css', bytes: stylesIn(readFileSync(join(root, 'dist/index.html'), 'utf8')) });
  line('own notebook: script and styles until it can be read', (file) => isScript(file) || isStyle(file), 200);
  const id = await page.locator('[data-cell][data-language="ts"]').first().getAttribute('data-cell');
  await page
    .getByRole('textbox', { name: `Code of ${id}` })
    .first()
    .click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('6 * 7');
  await page.keyboard.press('Shift+Enter');
  await page.locator('[data-cell] [data-outputs]', { hasText: '42' }).first().waitFor({ timeout: 30_000 });
  line('own notebook: the same after the first edit and its result', (file) => isScript(file) || isStyle(file), 450);
  await page.context().close();
}

const server = await startServer({ root: join(root, 'dist'), log: (file) => sent.push(file) });
// Two notebooks that do not ship, as pages of a copy of the site: a slider and a value, with and without a plot.
const copy = mkdtempSync(join(tmpdir(), 'gradus-sizes-'));
const wave = readFileSync(join(root, 'bench/notebooks/small.md'), 'utf8');
await copySite(root, copy, {
  'a-slider-and-a-plot': wave.replace('id: bench-small', 'id: a-slider-and-a-plot'),
  'a-value': wave.replace('id: bench-small', 'id: a-value').replace(/```ts \{id=wave\}[\s\S]*?\n```\n/, ''),
});
const small = await startServer({ root: copy, log: (file) => sent.push(file) });
const browser = await launchChromium();
const faults = [];
try {
  const notebooks = shippedNotebooks().filter(({ id }) => existsSync(join(root, 'dist/n', id, 'index.html')));
  const runs = notebooks.filter(({ text }) => /^open:\s*run/m.test(text));
  const plotted = runs.find(({ text }) => /\bPlot\./.test(text) && /\bInputs\.range/.test(text));
  const attempt = (work) => work.catch((error) => faults.push(String(error.message).split('\n')[0]));
  for (const { id } of notebooks) await attempt(readingOf(browser, server.url, id, id === 'tour' ? 40 : 60));
  await attempt(firstResultOf(browser, small.url, 'a-value', {}, 120));
  await attempt(firstResultOf(browser, small.url, 'a-slider-and-a-plot', { plot: true }, 190));
  // A unit's first screen has more kinds of controls than the slider.
  if (plotted) await attempt(firstResultOf(browser, server.url, plotted.id, { plot: true }, 190));
  await attempt(ownNotebook(browser, server.url));
} finally {
  await browser.close();
  await server.close();
  await small.close();
  rmSync(copy, { recursive: true, force: true });
}
// What the first cell that uses tensors loads, and what comes with names of a part. The goal for all that trains a language model is 45 kB.
const packs = JSON.parse(readFileSync(join(root, 'build/packs.json'), 'utf8'));
const parts = JSON.parse(readFileSync(join(root, 'build/tensor-parts.json'), 'utf8'));
const compressed = (path) => ({ path, type: '', bytes: gzipSync(readFileSync(join(root, 'dist', path)), { level: 9 }).length });
sent = ['tensor', 'kernels'].map((name) => compressed(packs[name]));
line('gradus:tensor: the core of the library and the wasm kernels', () => true, 89);
sent = parts.filter(({ name }) => name === 'gpu').map(({ file }) => compressed(file));
line('gradus:tensor: on WebGPU in addition', () => true, 30.5);
const beside = parts.filter(({ name }) => name !== 'gpu').map(({ name, file }) => `${name} ${(compressed(file).bytes / 1000).toFixed(1)}`);
for (const { what, kB, limit, parts } of lines) {
  process.stdout.write(`${kB > limit ? '✗' : ' '} ${kB.toFixed(1).padStart(6)} of ${String(limit).padStart(4)} kB  ${what}\n`);
  if (kB > limit) for (const part of parts) process.stdout.write(`                      ${part}\n`);
}
process.stdout.write(`                   parts of gradus:tensor, each with its names: ${beside.join(', ')}\n`);
for (const fault of faults) process.stdout.write(`✗ not measured: ${fault}\n`);
process.exitCode = faults.length || lines.some(({ kB, limit }) => kB > limit) ? 1 : 0;
