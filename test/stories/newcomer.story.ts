/* Somebody who has never been here: looks at every output, closes the page at the wrong moment, runs what hangs, has a
   browser that keeps nothing, and no mouse. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, keepCopy, openSite, root, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const fence = (code: string): string => `\`\`\`ts\n${code}\n\`\`\`\n`;
const notebook = (id: string, ...cells: string[]): string =>
  `---\ngradus: 1\nid: ${id}\ntitle: A story\n---\nIt lacks \${nobody}.\n\n${cells.map(fence).join('\n')}`;
const code = (page: OpenPage, id: string) => page.getByRole('textbox', { name: `Code of ${id}`, exact: true });
const shown = (page: OpenPage, id: string): Promise<string> => cell(page, id).locator('[data-outputs]').innerText();
const focused = (page: OpenPage): Promise<string> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');

/** Opens `text` as a file on the map and keeps a copy of it. */
async function own(text: string, options: Parameters<Site['page']>[1] = {}): Promise<OpenPage> {
  const page = await site.page('', options);
  await keepCopy(page, text);
  return page;
}

async function violations(page: OpenPage): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    return (await axe.run()).violations.map((v) => `${v.id}: ${v.nodes[0]?.html.slice(0, 120)}`);
  });
}

/** Scrolls through the page, so that what draws itself when it comes near is drawn. */
async function lookAtAll(page: OpenPage): Promise<void> {
  await page.evaluate(async () => {
    for (let y = 0; y < document.body.scrollHeight; y += 700) {
      scrollTo(0, y);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  });
  await page.waitForTimeout(600);
}

test.each([
  ['light', 1440],
  ['dark', 390],
] as const)(
  'every output and input is there, reachable and inside the page, %s at %i px',
  async (colorScheme, width) => {
    const page = await own(readFileSync(join(root, 'test/fixtures/everything.md'), 'utf8'), {
      colorScheme,
      viewport: { width, height: 900 },
      bypassCSP: true,
    });
    await page.getByRole('button', { name: 'Run all' }).click();
    await cellIs(page, 'hidden', 'done');
    await cellIs(page, 'heard', 'done');
    await lookAtAll(page);
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    expect(await page.locator('.out[data-kind="plot"] svg').count()).toBeGreaterThanOrEqual(3);
    expect(await cell(page, 'halts').getByRole('button', { name: 'Pause' }).count()).toBe(0);
    expect(await page.title()).toContain('Every output');
  },
  90_000,
);

test('an error in the middle of a cell leaves its lines where they are', async () => {
  const page = await own(notebook('middle', 'const a = 1\nconst b = missing\nconst c = 3'));
  const height = (await code(page, 'a').boundingBox())!.height;
  await page.getByRole('button', { name: 'Run cell a' }).click();
  await cellIs(page, 'a', 'error');
  expect((await code(page, 'a').boundingBox())!.height).toBe(height);
  expect((await code(page, 'a').innerText()).trim().split(/\n+/)).toEqual(['const a = 1', 'const b = missing', 'const c = 3']);
});

test('a reload right after a run, or in the middle of a word, loses nothing', async () => {
  const page = await own(notebook('closing', 'const a = 41 + 1\na', 'a * 2'));
  await page.getByRole('button', { name: 'Run all' }).click();
  await cellIs(page, 'cell-1', 'done');
  await page.reload();
  await expect.poll(() => cell(page, 'cell-1').getAttribute('data-kept')).not.toBeNull();
  expect((await shown(page, 'cell-1')).trim()).toBe('84');
  await code(page, 'cell-1').fill('a * 3');
  await page.reload();
  await code(page, 'cell-1').waitFor();
  await expect.poll(() => code(page, 'cell-1').innerText()).toBe('a * 3');
});

test('what hangs without a loop is named and ended by Stop, and the notebook goes on', async () => {
  const page = await own(notebook('hangs', 'const before = 5\nbefore', '/(a+)+$/.test("a".repeat(40) + "b")', 'before + 1'));
  await page.getByRole('button', { name: 'Run all' }).click();
  await cellIs(page, 'cell-1', 'running');
  await page.getByRole('button', { name: 'Stop cell cell-1' }).click();
  await cellIs(page, 'cell-1', 'error', 6000);
  expect(await cell(page, 'cell-1').locator('[data-status]').innerText()).toContain('could not be stopped');
  await page.getByRole('button', { name: 'Run cell cell-2' }).click();
  await cellIs(page, 'cell-2', 'done');
  expect((await shown(page, 'cell-2')).trim()).toBe('6');
});

test('a name that nobody defines stands in the prose by itself', async () => {
  const page = await own(notebook('prose', '1'));
  await page.getByRole('button', { name: 'Run all' }).click();
  await expect.poll(() => page.locator('[data-value="0"]').innerText()).toBe('nobody');
});

test('of two tabs the one that is edited writes, and the other follows', async () => {
  const page = await own(notebook('tabs', 'const a = 1'));
  const other = Object.assign(await page.context().newPage(), { problems: [] });
  await other.goto(page.url());
  await code(other, 'a').waitFor();
  const isSaved = (tab: OpenPage): Promise<boolean> =>
    tab.evaluate(() => document.documentElement.dataset['saved'] === document.documentElement.dataset['revision']);
  await code(page, 'a').fill('const a = 2');
  await expect.poll(() => isSaved(page)).toBe(true);
  await expect.poll(() => code(other, 'a').innerText(), { timeout: 5000 }).toBe('const a = 2');
  await code(other, 'a').fill('const a = 3');
  await expect.poll(() => code(page, 'a').innerText(), { timeout: 5000 }).toBe('const a = 3');
  await expect.poll(() => isSaved(other)).toBe(true);
  await other.reload();
  await expect.poll(() => code(other, 'a').innerText(), { timeout: 5000 }).toBe('const a = 3');
});

test('without a database a shipped notebook runs, and an edit says that it is not kept', async () => {
  const page = await site.page('');
  await page.context().addInitScript('Object.defineProperty(window, "indexedDB", { value: undefined })');
  await page.goto(new URL('n/tour/', site.url).href);
  await cellIs(page, 'pi-check', 'done');
  await code(page, 'hello').fill('const day = 5\nday');
  await page.keyboard.press('Control+Enter');
  await cellIs(page, 'hello', 'done');
  await page.getByRole('alert').filter({ hasText: 'This browser keeps nothing for this page.' }).waitFor();
});

test('by keyboard alone: Tab reaches run and code, focus stays after running, inserting, deleting and Undo', async () => {
  const page = await own(notebook('keys', 'const a = 1', 'const b = 2'));
  for (let i = 0; i < 60 && (await focused(page)) !== 'Run cell a'; i++) await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('Run cell a');
  await page.keyboard.press('Enter');
  await cellIs(page, 'a', 'done');
  expect(await focused(page)).toBe('Run cell a');
  await page.keyboard.press('Tab');
  expect(await focused(page)).toBe('Code of a');
  await page.keyboard.press('Shift+Enter');
  await expect.poll(() => focused(page)).toBe('Code of b');
  await page.keyboard.press('Escape');
  expect(await focused(page)).toMatch(/^Cell b/);
  await page.keyboard.press('d');
  await page.keyboard.press('d');
  await expect.poll(() => page.locator('[data-cell]').count()).toBe(1);
  expect(await focused(page)).toMatch(/^Cell a/);
  await page.keyboard.press('z');
  await expect.poll(() => page.locator('[data-cell]').count()).toBe(2);
  expect(await focused(page)).toMatch(/^Cell/);
});

test('a run that was deleted comes back by Undo, which has the focus', async () => {
  const page = await own(
    notebook(
      'runs',
      'const run = await startRun("fit", { rate: 1 })\nfor (let i = 0; i < 30; i++) run.log({ loss: 1 / (i + 1) })\nawait run.finish()',
    ),
  );
  await page.getByRole('button', { name: 'Run all' }).click();
  await cellIs(page, 'run', 'done');
  await page.goto('about:blank');
  await page.goto(new URL('#/runs', site.url).href);
  await page.getByRole('button', { name: 'fit 1' }).click();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No runs yet').waitFor();
  await expect.poll(() => focused(page)).toBe('Undo');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'fit 1' }).waitFor();
  expect(await focused(page)).toBe('fit 1');
});
