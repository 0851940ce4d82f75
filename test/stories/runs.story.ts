/* The page of runs as a reader uses it: few rows of many are in the page and the keyboard goes through them all, columns and targets are
   remembered, notes and tags are kept, curves are zoomed, runs go out as a file and come back, and a run that goes on in another tab grows. */

import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const text =
  '---\ngradus: 1\nid: digits\ntitle: Digits as they were\npass: [{ run: mlp, metric: test_acc, min: 0.94 }]\n---\n\nAn exact text.\n';

/** Puts runs into the database that the app has made: `n` of them, of `points` points; the second has no metrics, the third becomes NaN. */
async function fill(page: Page, n: number, points: number): Promise<void> {
  await page.getByText('No runs yet').waitFor();
  await page.evaluate(
    async ([count, length, version]) => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('gradus');
        request.onsuccess = () => resolve(request.result);
      });
      const transaction = database.transaction(['runs', 'points', 'texts'], 'readwrite');
      transaction.objectStore('texts').put({ notebook: 'digits', hash: 'h1', text: version });
      for (let k = 0; k < count; k++) {
        transaction.objectStore('runs').put({
          id: `r${k}`,
          notebook: 'digits',
          cell: 'train',
          name: 'mlp',
          params: { lr: k % 2 ? 0.1 : 0.01, hidden: 32, seed: k },
          summary: { test_acc: 0.9 + (k % 10) / 100 },
          state: 'done',
          startedAt: 1_700_000_000_000 + (count - k) * 1000,
          ms: 2000,
          environment: { backend: 'wasm', hash: 'h1', tab: 'another' },
        });
        if (k === 1) continue;
        const steps = Float64Array.from({ length }, (_, i) => i);
        const values = steps.map((s) => (k === 2 && s >= 7 ? NaN : 2 * Math.exp((-s * (1 + (k % 5))) / length) + 0.1));
        transaction
          .objectStore('points')
          .put({ run: `r${k}`, chunk: 0, metrics: { loss: { steps, values, times: steps.map((s) => s * 3) } } });
      }
      await new Promise((resolve) => (transaction.oncomplete = resolve));
      database.close();
    },
    [n, points, text] as const,
  );
  await page.reload();
  await page.locator('tr[data-row]').first().waitFor();
}
const rows = (page: Page): ReturnType<Page['locator']> => page.locator('tr[data-row]');
const names = (page: Page): Promise<string[]> => page.locator('tr[data-row] .pick').allTextContents();

async function opened(n: number, points = 50): Promise<OpenPage> {
  const page = await site.page('#/runs', { viewport: { width: 1440, height: 900 } });
  await fill(page, n, points);
  return page;
}

test('of 500 runs few are in the page, the keyboard goes through all of them, and the focus stays where it is while others scroll by', async () => {
  const page = await opened(500);
  expect(await rows(page).count()).toBeLessThan(60);
  expect(await page.locator('.runs').getAttribute('aria-rowcount')).toBe('501');
  await rows(page).first().locator('.pick').focus();
  await page.keyboard.press('End');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('mlp 1');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('mlp 3');
  await page.locator('.rows').evaluate((box) => (box.scrollTop = 0));
  await page.getByRole('button', { name: 'mlp 500', exact: true }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('mlp 3');
  await page.keyboard.press('Home');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('mlp 500');
  // What asks for curves gets those of all runs: the one that became NaN is not in sight.
  await page.getByLabel('Filter runs').fill('nan');
  await expect.poll(() => names(page), { timeout: 30_000 }).toEqual(['mlp 498']);
  await page.getByLabel('Filter runs').fill('loss<0.2 state:done lr=0.1');
  await expect.poll(() => page.getByText('still to read').count(), { timeout: 30_000 }).toBe(0);
  expect((await names(page)).length).toBeGreaterThan(5);
  expect(page.problems).toEqual([]);
  await page.context().close();
}, 90_000);

test('columns, targets, notes and tags are remembered; a run stands above or below its pass line; its exact text opens', async () => {
  const page = await opened(12);
  await page.getByRole('columnheader', { name: 'pass line' }).waitFor();
  const row = page.locator('tr[data-row="r9"]');
  expect(await row.innerText()).toContain('passes');
  expect(await page.locator('tr[data-row="r3"]').innerText()).toContain('below');
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('group', { name: 'Columns' }).getByLabel('hidden').uncheck();
  await page.getByRole('group', { name: 'Columns' }).getByLabel('notes').check();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Targets' }).click();
  await page.getByRole('group', { name: 'Targets' }).getByRole('textbox').fill('loss <= 0.3');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await page.getByText('0.3 to pass').waitFor();
  await row.locator('.pick').click();
  await page.getByLabel('Notes on mlp 3').fill('worth a second look');
  await page.getByLabel('Tags of mlp 3').fill('long, baseline');
  await page.keyboard.press('Tab');
  await page.getByText('Kept.').waitFor();
  await page.reload();
  await row.waitFor();
  expect(await row.innerText()).toContain('worth a second look');
  expect(await page.getByRole('columnheader', { name: 'hidden' }).count()).toBe(0);
  await page.getByText('0.3 to pass').waitFor();
  await page.getByLabel('Filter runs').fill('tag:baseline');
  await expect.poll(() => names(page)).toEqual(['mlp 3']);
  await page.getByRole('button', { name: 'mlp 3', exact: true }).click();
  await page.getByRole('button', { name: 'Open this version' }).click();
  await page.getByText('An exact text.').waitFor();
  expect(page.problems).toEqual([]);
  await page.context().close();
}, 60_000);

test('curves are zoomed by hand and by key, drawn over time, and with the spread over seeds', async () => {
  const page = await opened(8, 2000);
  const drawing = page.locator('.overlay .drawing').first();
  await drawing.locator('path[stroke-width="2"]').first().waitFor({ state: 'attached' });
  await drawing.scrollIntoViewIfNeeded();
  const box = (await drawing.boundingBox())!;
  await page.mouse.move(box.x + 150, box.y + 100);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 110, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Show the whole' }).click();
  await drawing.focus();
  await page.keyboard.press('+');
  await page.getByRole('button', { name: 'Show the whole' }).waitFor();
  await page.keyboard.press('0');
  await page.getByRole('button', { name: 'Show the whole' }).waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => drawing.getByRole('status').innerText()).toMatch(/^step [\d,]+: /);
  await page.getByRole('button', { name: 'Time', exact: true }).click();
  await expect.poll(() => drawing.innerText()).toContain('6');
  await page.getByLabel('seeds').selectOption('range');
  await page.getByText('runs that differ in their seed alone').waitFor();
  expect(await drawing.locator('path[opacity="0.16"]').count()).toBeGreaterThan(0);
  await page.getByText('Parameters and results').click();
  await page.getByRole('img', { name: /8 runs as lines through/ }).waitFor();
  expect(page.problems).toEqual([]);
  await page.context().close();
}, 60_000);

test('runs go out as a file and come back; a file that is none is refused and an import is taken back', async () => {
  const page = await opened(5);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('button', { name: /All with curves/ }).click();
  const file = readFileSync(await (await saved).path(), 'utf8');
  expect(JSON.parse(file)).toHaveLength(5);
  const take = (content: string): Promise<void> =>
    page.getByLabel('Runs to import').setInputFiles({ name: 'runs.json', mimeType: 'application/json', buffer: Buffer.from(content) });
  await take(file);
  await page.getByText('5 runs are here already').waitFor();
  await take('{"broken"');
  await page.getByText('expected runs that this page has exported, got text that is no JSON').waitFor();
  const other = await site.page('#/runs');
  await other.getByText('No runs yet').waitFor();
  await other.getByLabel('Runs to import').setInputFiles({ name: 'runs.json', mimeType: 'application/json', buffer: Buffer.from(file) });
  await other.getByText('5 runs imported.').waitFor();
  await expect.poll(() => rows(other).count()).toBe(5);
  await other.locator('.overlay path[stroke-width="2"]').first().waitFor({ state: 'attached' });
  await other.locator('.taken').getByRole('button', { name: 'Undo' }).click();
  await other.getByText('No runs yet').waitFor();
  expect([...page.problems, ...other.problems]).toEqual([]);
  await page.context().close();
  await other.context().close();
}, 60_000);

test('a run that goes on in another tab grows here, and one that ends there is done', async () => {
  const page = await opened(3);
  const row = page.locator('tr[data-row="r0"]');
  await expect.poll(() => row.innerText()).toContain('50');
  const write = (state: string, step: number): Promise<void> =>
    page.evaluate(
      async ([now, at]) => {
        const database = await new Promise<IDBDatabase>((resolve) => {
          const request = indexedDB.open('gradus');
          request.onsuccess = () => resolve(request.result);
        });
        const transaction = database.transaction(['runs', 'points'], 'readwrite');
        const runs = transaction.objectStore('runs');
        const found = runs.get('r0');
        found.onsuccess = () => runs.put({ ...(found.result as object), state: now });
        transaction.objectStore('points').put({
          run: 'r0',
          chunk: 1,
          metrics: { loss: { steps: Float64Array.of(at), values: Float64Array.of(0.5) } },
        });
        await new Promise((resolve) => (transaction.oncomplete = resolve));
        database.close();
      },
      [state, step] as const,
    );
  await write('running', 776);
  await expect.poll(() => row.innerText(), { timeout: 10_000 }).toContain('777');
  expect(await row.innerText()).toContain('running');
  await write('running', 1776);
  await expect.poll(() => row.innerText(), { timeout: 10_000 }).toContain('1,777');
  await write('done', 1999);
  await expect.poll(() => row.innerText(), { timeout: 10_000 }).toContain('2,000');
  expect(await row.innerText()).toContain('done');
  expect(page.problems).toEqual([]);
  await page.context().close();
}, 60_000);
