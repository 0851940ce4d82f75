/* A notebook that runs on opening: its first values stand before the app is there, the app takes over where they are, and
   nothing runs early where the reader's store might say otherwise. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startServer } from '../../src/command/server.mjs';
import { copySite } from '../../bench/site.mjs';
import { cell, root } from './harness.ts';

const small = readFileSync(join(root, 'bench/notebooks/small.md'), 'utf8').replace('The slider', 'The sum is ${total}. The slider');
const endless =
  '---\ngradus: 1\nid: endless\ntitle: Endless\nopen: run\n---\n# Endless\n\nTwo cells.\n\n```ts\nconst b = 6 * 7;\nb\n```\n\n```ts {id=loop}\nlet n = 0;\nwhile (n >= 0) n += 1;\n```\n';
const line = 'Plot.plot({ marks: [Plot.line([[0, 1], [1, 2], [2, 1]])] })';
const pixels = 'Plot.plot({ marks: [Plot.raster([1, 2, 3, 4], { width: 2, height: 2 })] })';
const figures = (...code: readonly string[]): string =>
  `---\ngradus: 1\nid: figures\ntitle: Figures\nopen: run\n---\n# Figures\n\n${code.map((text) => `\`\`\`ts\n${text}\n\`\`\`\n`).join('\n')}`;

let browser: Browser;
let folder: string;
const servers: { url: string; close(): Promise<void> }[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-opening-'));
  await copySite(root, folder, {
    small: small.replace('id: bench-small', 'id: small'),
    endless,
    line: figures(line),
    pixels: figures(line, pixels),
    apart: figures("const kind = 'sel' + 'ect';\nview(Inputs[kind](['a', 'b']));"),
  });
  browser = (await launchChromium()) as Browser;
  for (const isolation of [true, false]) servers.push(await startServer({ root: folder, isolation }));
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A page of `id` whose app waits until `release` is called. */
async function open(id: string, { isolated = true, stored = false } = {}): Promise<{ page: Page; problems: string[]; release(): void }> {
  const page = await (await browser.newContext()).newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  if (stored) await page.addInitScript(() => localStorage.setItem('stored', '1'));
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\/assets\/index-[^/]*\.js$/, async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(`${servers[isolated ? 0 : 1]!.url}n/${id}/`, { waitUntil: 'commit' });
  return { page, problems, release };
}

const engine = (page: Page): Promise<string | null> => page.locator('html').getAttribute('data-engine');

test.each([true, false])('the first value stands before the app is there, and the app goes on from it (isolated: %s)', async (isolated) => {
  const { page, problems, release } = await open('small', { isolated });
  await cell(page, 'total').locator('[data-kind="value"]', { hasText: '42003' }).waitFor();
  expect(await cell(page, 'total').getAttribute('data-state')).toBe('done');
  await expect.poll(() => page.locator('[data-value="0"]').textContent()).toBe('42003');
  expect(await engine(page)).toBe('busy');
  expect(await page.locator('input[type=range]').count()).toBe(0);
  await page.evaluate(() => {
    const changes: string[] = ((globalThis as { __seen?: string[] }).__seen = []);
    const look = (): void => {
      changes.push(document.querySelector('[data-cell="total"] [data-outputs]')!.textContent!.trim());
      requestAnimationFrame(look);
    };
    look();
  });
  release();
  await page.locator('[data-kind="plot"] svg').waitFor();
  await expect.poll(() => engine(page)).toBe('idle');
  // No frame in between went without the value.
  expect(new Set(await page.evaluate(() => (globalThis as { __seen?: string[] }).__seen))).toEqual(new Set(['42003']));
  expect(await cell(page, 'total').locator('[data-kind]').count()).toBe(1);
  await page.locator('input[type=range]').fill('7');
  await cell(page, 'total').locator('[data-kind="value"]', { hasText: '42007' }).waitFor();
  expect(problems).toEqual([]);
});

test('where something is stored, nothing runs before the app has asked the store', async () => {
  const { page, release } = await open('small', { stored: true });
  await page.waitForFunction(() => document.documentElement.dataset['app'] === undefined);
  await page.waitForTimeout(400);
  expect(await engine(page)).toBe('off');
  expect(await page.locator('[data-outputs] > *').count()).toBe(0);
  release();
  await cell(page, 'total').locator('[data-kind="value"]', { hasText: '42003' }).waitFor();
});

test.each([true, false])('Stop ends a loop that began before the app was there (isolated: %s)', async (isolated) => {
  const { page, release } = await open('endless', { isolated });
  await cell(page, 'b').locator('[data-kind="value"]', { hasText: '42' }).waitFor();
  release();
  await expect.poll(() => cell(page, 'loop').getAttribute('data-state')).toBe('running');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect.poll(() => cell(page, 'loop').getAttribute('data-state')).toBe('error');
  expect(await cell(page, 'b').getAttribute('data-state')).toBe('done'); // the same engine, with its values
});

test('without script there is the whole sheet, and with it the part of the first frame gives way', async () => {
  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await plain.goto(`${servers[0]!.url}n/small/`);
  expect(await plain.locator('noscript link[href*="assets/look-"]').count()).toBe(1);
  const { page, release } = await open('small');
  release();
  await page.locator('input[type=range]').waitFor();
  expect(await page.locator('style[data-first]').count()).toBe(0);
  expect(await page.locator('link[href*="assets/look-"]').count()).toBe(1);
});

test('a line waits for the common part of Plot alone; a figure of pixels in the same notebook brings the rest', async () => {
  const scripts: Record<string, number> = {};
  for (const id of ['line', 'pixels']) {
    const { page, problems, release } = await open(id);
    release();
    await page.locator('[data-kind="plot"] svg').first().waitFor();
    if (id === 'pixels') await page.locator('[data-kind="plot"] svg image').waitFor();
    await page.waitForLoadState('networkidle');
    scripts[id] = await page.evaluate(
      () => performance.getEntriesByType('resource').filter(({ name }) => /\/assets\/(?!index-).*\.js$/.test(name)).length,
    );
    expect(problems).toEqual([]);
    await page.context().close();
  }
  expect(scripts['pixels']!).toBeGreaterThan(scripts['line']!);
});

test('what lies in a part of the engine that nothing names is loaded when it is used', async () => {
  const { page, problems, release } = await open('apart');
  release();
  await page.locator('[data-kind="input"] select').waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

test('nothing in an engine that judges leads to what the parts of the engine share', async () => {
  const { page } = await open('apart');
  const told = await page.evaluate(
    async (address) => {
      const worker = new Worker(new URL(address, location.href));
      const reports: { kind: string; output?: unknown }[] = [];
      const idle = new Promise((resolve) => {
        worker.onmessage = ({ data }: MessageEvent<typeof reports>) => {
          reports.push(...data);
          if (data.some(({ kind }) => kind === 'idle')) resolve(undefined);
        };
      });
      const interruptUrl = URL.createObjectURL(new Blob(['']));
      worker.postMessage({
        kind: 'start',
        options: { set: {}, headless: false, address: {}, base: location.href, packs: {}, judge: true, interruptUrl },
      });
      const code =
        "const found = Object.getOwnPropertyNames(globalThis).filter((name) => name.includes('radus')).join()\n__g.show((found))\nreturn {found}";
      const cell = { id: 'a', rank: 1, code, defines: [{ name: 'found' }], reads: [], uses: [], writes: [], imports: [], shifts: [] };
      worker.postMessage({ kind: 'plan', plan: 1, define: [cell], remove: [], run: ['a'] });
      await idle;
      worker.terminate();
      return JSON.stringify(reports.find(({ kind }) => kind === 'output')?.output);
    },
    '../../' + (JSON.parse(readFileSync(join(root, 'build/engine.json'), 'utf8')) as { typescript: string }).typescript,
  );
  expect(told).toContain('"\\"\\""');
  await page.context().close();
});
