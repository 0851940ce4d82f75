/* Opening a page: first paint, first result (the value has the right text), the slider, the plot, and what crossed the line, with an
   empty cache each time. Ours (a shipped unit, a small notebook as a shipped page, isolated and not, the same as one's own) beside the
   peers' builds of the same small notebook; plain, from a page of another site, with the processor four times slower, and over
   1.6 Mbit/s. The first edit is timed from Shift+Enter to the new value: it loads what an opening did not need. Bytes and edits come
   from openings of their own, which are not timed: a driver with a log of the network slows what it looks at (bare.mjs). */

import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { interleave, median, ms, ratio, table } from './measure.mjs';
import { buildPeers } from './peers.mjs';
import { startServer } from '../src/command/server.mjs';
import { buildSite, copySite, largestUnit, storeNotebook } from './site.mjs';
import { startThrottle } from './throttle.mjs';

export const conditions = [
  { name: 'plain' },
  { name: 'from a page of another site', away: true },
  { name: '4x slower processor', slowdown: 4 },
  { name: '1.6 Mbit/s, 150 ms', line: { bitsPerSecond: 1_600_000, roundTripMs: 150 } },
];
const patienceMs = 60_000;
/** First edits that are timed. */
const edits = 3;
/** How long a reader is on the page that they come from: the browser has put its processes in order. */
const restMs = 500;

/** A page of another site (another name of this machine), as where a link is followed from: the page that opens gets a process of its
    own then, isolated or not. */
async function startElsewhere(context) {
  const root = join(await context.scratch(), 'elsewhere');
  await mkdir(root, { recursive: true });
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Elsewhere</title><p>Elsewhere');
  const server = await startServer({ root, isolation: false });
  return { url: server.url.replace('127.0.0.1', 'localhost'), close: server.close };
}

export const open = {
  name: 'open',
  title: 'Opening a page with an empty cache',
  async run(context, { rounds = 5 } = {}) {
    buildSite(context.root);
    const small = readFileSync(join(context.root, 'bench/notebooks/small.md'), 'utf8');
    const site = join(await context.scratch(), 'gradus');
    await copySite(context.root, site, { 'bench-small': small });
    const own = { id: 'bench-own', title: 'A wave', text: small.replace('id: bench-small', 'id: bench-own') };
    const unit = largestUnit(context.root);
    const targets = [
      { name: 'gradus, small notebook', folder: site, path: 'n/bench-small/', isolation: true, edit: true },
      { name: 'gradus, the same not isolated', folder: site, path: 'n/bench-small/', isolation: false },
      { name: 'gradus, own notebook', folder: site, path: '#/n/bench-own', isolation: true, edit: true, own },
      ...(unit ? [{ name: `gradus, unit ${unit}`, folder: site, path: `n/${unit}/`, isolation: true, unit: true }] : []),
      ...(await buildPeers(context)).map((peer) => ({
        name: `${peer.name} ${peer.version}`,
        folder: peer.folder,
        path: peer.path,
        isolation: false,
      })),
    ];

    const elsewhere = await startElsewhere(context);
    const rows = [];
    for (const { away, ...conditioned } of conditions) {
      const condition = { ...conditioned, ...(away ? { from: elsewhere.url } : {}) };
      const lines = [];
      const rivals = {};
      const weighed = {};
      for (const target of targets) {
        const server = await startServer({ root: target.folder, isolation: target.isolation });
        const line = condition.line && (await startThrottle({ port: server.port, ...condition.line }));
        lines.push(server, ...(line ? [line] : []));
        rivals[target.name] = () => time(context, target, (line ?? server).url, condition);
        weighed[target.name] = [];
        for (let k = 0; k < (target.edit ? edits : 1); k++)
          weighed[target.name].push(await weigh(context, target, (line ?? server).url, condition));
      }
      const results = await interleave(rivals, { rounds });
      for (const line of lines.reverse()) await line.close();
      for (const { name } of targets) {
        const of = (key) => median((key in results[name][0] ? results : weighed)[name].map((one) => one[key]));
        rows.push({
          condition: condition.name,
          page: name,
          paint: of('paint'),
          result: of('result'),
          control: of('control'),
          plot: of('plot'),
          edit: of('edit'),
          codeAfterEdit: of('codeAfterEdit'),
          code: of('code'),
          fonts: of('fonts'),
          other: of('other'),
          total: of('total'),
          requests: of('requests'),
        });
      }
    }
    await elsewhere.close();
    return {
      rows,
      text: conditions
        .map(({ name }) => {
          const group = rows.filter((row) => row.condition === name);
          const first = group.find((row) => row.page === 'gradus, small notebook');
          const kB = (bytes) => (Number.isNaN(bytes) ? '–' : `${(bytes / 1000).toFixed(0)} kB`);
          return `${name}\n${table(
            group.map((row) => ({
              page: row.page,
              'first paint': `${ms(row.paint)} ms`,
              'first result': `${ms(row.result)} ms`,
              slider: Number.isNaN(row.control) ? '–' : `${ms(row.control)} ms`,
              ratio: row === first ? '1' : ratio(row.result, first.result),
              plot: Number.isNaN(row.plot) ? '–' : `${ms(row.plot)} ms`,
              'first edit': Number.isNaN(row.edit) ? '–' : `${ms(row.edit)} ms`,
              'JS and CSS': kB(row.code),
              'and after it': kB(row.codeAfterEdit),
              fonts: kB(row.fonts),
              'all bytes': kB(row.total),
              requests: row.requests,
            })),
          )}`;
        })
        .join('\n\n'),
    };
  },
};

/** One opening in a fresh profile, timed: ms since the navigation began. */
export async function time(context, target, url, { slowdown, from }) {
  const profile = await (await context.bare()).profile();
  try {
    const page = await profile.page();
    if (target.own) {
      await page.goto(`${url}#/n/nobody`);
      await page.until(() => document.title.startsWith('No notebook'), undefined, patienceMs);
      await storeNotebook(page, target.own);
      await page.goto('about:blank');
    }
    if (from) {
      await page.goto(from);
      await page.waitForTimeout(restMs);
    }
    if (slowdown) await page.slow(slowdown);
    await page.before(watch, { unit: target.unit === true });
    await page.goto(url + target.path);
    await page.until(arrived, wantedOf(target), patienceMs);
    const { paint, result, control = NaN, plot = NaN } = await page.evaluate(() => globalThis.__marks);
    return { paint, result, control, plot };
  } finally {
    await profile.close();
  }
}

/** One more opening, with the network's log: what crossed the line until the page was idle, and with a first edit and its time. */
export async function weigh(context, target, url, { slowdown } = {}) {
  const profile = await (await context.browser()).newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await profile.newPage();
    page.setDefaultTimeout(patienceMs);
    if (target.own) {
      await page.goto(`${url}#/n/nobody`);
      await page.waitForFunction(() => document.title.startsWith('No notebook'));
      await storeNotebook(page, target.own);
      await page.goto('about:blank');
    }
    const cdp = await profile.newCDPSession(page);
    await cdp.send('Network.enable');
    await cdp.send('Network.clearBrowserCache');
    if (slowdown) await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    const sizes = [];
    profile.on('requestfinished', (request) =>
      sizes.push(
        request.sizes().then(
          ({ responseBodySize }) => ({ url: request.url(), body: Math.max(0, responseBodySize) }),
          () => undefined,
        ),
      ),
    );
    await page.addInitScript(watch, { unit: target.unit === true });
    await page.goto(url + target.path, { waitUntil: 'commit' });
    await page.waitForFunction(arrived, wantedOf(target));
    await page.waitForLoadState('networkidle');
    const before = await count(sizes);
    const edit = target.edit ? await firstEdit(page) : NaN;
    if (target.edit) await page.waitForLoadState('networkidle');
    return { ...before, edit, codeAfterEdit: target.edit ? (await count(sizes)).code : NaN };
  } finally {
    await profile.close();
  }
}

const wantedOf = ({ unit }) => (unit ? ['paint', 'result'] : ['paint', 'result', 'control', 'plot']);
const arrived = (keys) => keys.every((key) => globalThis.__marks?.[key] !== undefined);

/** Bytes of the bodies as they were sent, by kind. */
async function count(sizes) {
  const requests = (await Promise.all(sizes)).filter((size) => size && size.url.startsWith('http') && !size.url.endsWith('favicon.ico'));
  const bytes = (test) => requests.filter(({ url }) => test(new URL(url).pathname)).reduce((sum, { body }) => sum + body, 0);
  const isCode = (path) => /\.(js|mjs|css)$/.test(path);
  const isFont = (path) => /\.woff2?$/.test(path);
  return {
    code: bytes(isCode),
    fonts: bytes(isFont),
    other: bytes((path) => !isCode(path) && !isFont(path)),
    total: bytes(() => true),
    requests: requests.length,
  };
}

/** From Shift+Enter in the changed cell to its new value. */
async function firstEdit(page) {
  const code = page.getByRole('textbox', { name: 'Code of total' });
  await code.click();
  await page.waitForTimeout(300);
  await page.getByRole('textbox', { name: 'Code of total' }).press('ControlOrMeta+a');
  await page.keyboard.insertText('const total = 6 * 7 * 2000 + k;\ntotal');
  await page.waitForTimeout(100);
  await page.evaluate(() => {
    addEventListener(
      'keydown',
      (event) => {
        if (event.key === 'Enter') globalThis.__marks.editBegan ??= performance.now();
      },
      { capture: true },
    );
  });
  await page.keyboard.press('Shift+Enter');
  await page.waitForFunction(() => globalThis.__marks.edited !== undefined, undefined, { timeout: patienceMs });
  return page.evaluate(() => globalThis.__marks.edited - globalThis.__marks.editBegan);
}

/** In the page, before its own scripts: notes when what we wait for is there. */
function watch({ unit }) {
  const marks = (globalThis.__marks = {});
  const note = (key) => {
    marks[key] ??= performance.now();
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName('first-contentful-paint')) marks.paint ??= entry.startTime;
  }).observe({ type: 'paint', buffered: true });
  const look = () => {
    const { body } = document;
    if (!body) return;
    if (unit) {
      // A unit's first result: its first cell with an output that came alive in this page.
      for (const cell of document.querySelectorAll('[data-cell][data-state="done"]'))
        if (cell.querySelector('[data-outputs] > [data-kind]')) {
          note('result');
          break;
        }
      return;
    }
    if (marks.result === undefined && body.textContent.includes('42003')) note('result');
    if (marks.control === undefined && document.querySelector('input[type=range]') !== null) note('control');
    if (marks.plot === undefined && [...document.querySelectorAll('svg path')].some((path) => (path.getAttribute('d') ?? '').length > 500))
      note('plot');
    if (marks.edited === undefined && marks.result !== undefined && body.textContent.includes('84003')) note('edited');
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ['data-state', 'd'],
  });
}
