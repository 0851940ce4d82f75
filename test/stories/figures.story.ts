/* Outputs to explore: a reader leafs through 60,000 pictures, follows curves, searches a log, reads a figure's values; by
   pointer and by keys, and without a violation that axe knows. */

import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';
import { copySite } from '../../bench/site.mjs';
import { launchChromium } from '../../scripts/chromium.mjs';
import { startServer } from '../../src/command/server.mjs';
import { cell, cellIs, root } from './harness.ts';

let folder: string, server: Awaited<ReturnType<typeof startServer>>, browser: Browser, page: Page;
const problems: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gradus-figures-'));
  const site = join(folder, 'site');
  await copySite(root, site, { 'figures-story': readFileSync(join(root, 'test/fixtures/figures.md'), 'utf8') });
  cpSync(join(root, 'dist/data'), join(site, 'data'), { recursive: true });
  server = await startServer({ root: site });
  browser = (await launchChromium()) as Browser;
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(`${error.name}: ${error.message}`));
  await page.goto(`${server.url}n/figures-story/`);
  await page.getByRole('button', { name: 'Run all', exact: true }).click();
  for (const id of ['pictures', 'weights', 'matrix', 'fit', 'noise', 'caller', 'nested', 'figure', 'picture'])
    await cellIs(page, id, 'done', 40_000);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const outputs = (id: string, kind: string): ReturnType<Page['locator']> => cell(page, id).locator(`[data-kind="${kind}"]`);
const painted = (id: string): Promise<number> =>
  outputs(id, 'tensor')
    .locator('.big canvas')
    .evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      return data.reduce((sum, x, i) => (sum * 31 + x * (i + 1)) % 1_000_003, 0);
    });

test('any of 60,000 pictures is fetched, and its numbers are read under the cursor', async () => {
  const tensor = outputs('pictures', 'tensor');
  await tensor.scrollIntoViewIfNeeded();
  await expect.poll(() => tensor.locator('.tile').count()).toBe(24);
  expect(await tensor.innerText()).toMatch(/many\.train\.images\s+uint8 \[60000, 28, 28\]/);
  expect(await tensor.locator('.stats').innerText()).toMatch(/max\s+255[\s\S]*zero\s+80\.9 %[\s\S]*memory\s+47 MB/);
  const before = await painted('pictures');
  const slider = tensor.getByRole('slider', { name: 'Slice' });
  await slider.fill('50000');
  await expect.poll(() => tensor.locator('output').innerText()).toBe('[50000 … 50023]');
  await expect.poll(() => painted('pictures')).not.toBe(before);
  const big = tensor.locator('.big');
  await big.focus();
  await page.keyboard.press('Home');
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', ']']) await page.keyboard.press(key);
  await expect.poll(() => tensor.locator('.tensor-one p').innerText()).toMatch(/^\[50001, 15, 2\]\s+= \d+$/);
  await tensor.getByRole('button', { name: 'Values', exact: true }).click();
  await expect.poll(() => tensor.locator('td[aria-current]').count()).toBe(1);
  await tensor.getByRole('button', { name: 'Table', exact: true }).click();
  await expect.poll(() => tensor.locator('tbody tr').count()).toBe(24);
});

test('rows of numbers are shown as pictures, a matrix as a heat map with its NaN counted', async () => {
  const weights = outputs('weights', 'tensor');
  await weights.scrollIntoViewIfNeeded();
  await expect.poll(() => weights.locator('.tile').count()).toBe(24);
  expect(await weights.innerText()).toContain('[200, 8, 8]');
  await weights.getByRole('slider', { name: 'Slice' }).fill('176');
  await expect.poll(() => weights.locator('.tile').last().getAttribute('aria-label')).toBe('Slice 199');
  const matrix = outputs('matrix', 'tensor');
  await matrix.scrollIntoViewIfNeeded();
  await expect.poll(() => matrix.locator('.stats .nan').innerText()).toBe('1');
});

test('a run draws its curves, says them, and has its pass line and its values', async () => {
  const metric = outputs('fit', 'metric');
  await metric.scrollIntoViewIfNeeded();
  await expect.poll(() => metric.locator('canvas').count()).toBe(2);
  const said = (i: number): Promise<string | null> => metric.locator('[role="img"]').nth(i).getAttribute('aria-label');
  await expect.poll(() => said(0)).toMatch(/^loss .* at step 3,999, between .*, 4,000 values\.$/);
  expect(await said(1)).toMatch(/pass line at least 0\.9\.$/);
  await metric.getByRole('button', { name: 'Values', exact: true }).click();
  expect(await metric.locator('.values').innerText()).toMatch(/metric\s+last\s+min\s+max\s+values\s+loss/);
  await metric.locator('.stage').first().focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => metric.locator('.tip').first().innerText()).toMatch(/step [\d,]+/);
});

test('a log is searched beyond what is shown, filtered by level, and says who called', async () => {
  const noise = cell(page, 'noise');
  await noise.scrollIntoViewIfNeeded();
  const field = noise.getByRole('searchbox', { name: 'Find in the log' });
  await field.fill('line 49');
  await expect.poll(() => noise.locator('.log-bar output').innerText()).toBe('1 of 8');
  for (let i = 0; i < 3; i++) await field.press('Enter');
  await expect.poll(() => noise.locator('[data-hit="current"]').textContent()).toContain('line 495');
  expect(await noise.locator('.log', { hasText: 'the same' }).first().textContent()).toMatch(/× 3/);
  await noise.getByRole('button', { name: 'Errors 1' }).click();
  await expect.poll(() => noise.locator('[data-kind="log"]').count()).toBe(1);
  await noise.getByRole('button', { name: 'All', exact: true }).click();
  expect(await noise.locator('.from').last().textContent()).toBe('from caller');
});

test('a loop inside a loop is indented, and stands once', async () => {
  const bars = outputs('nested', 'progress');
  expect(await bars.count()).toBe(2);
  const [outer, inner] = await bars.locator('.track').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
  expect(inner!).toBeGreaterThan(outer! + 10);
  expect(await bars.locator('[role="progressbar"]').last().getAttribute('aria-valuenow')).toBe('4');
});

test('a figure answers the pointer, says what it shows and gives its values; a picture shows its pixels', async () => {
  const figure = outputs('figure', 'plot');
  await figure.scrollIntoViewIfNeeded();
  const svg = figure.locator('svg[role="img"]');
  await svg.waitFor();
  expect(await svg.getAttribute('aria-label')).toMatch(/^A figure of dots; x weight from 0 to 39; y size from 0 to 6\.245; 40 rows\.$/);
  const box = (await svg.boundingBox())!;
  // Down through the middle, until a point is near enough to be told.
  for (let y = 20; y < box.height && (await figure.locator('.plot-tip text').count()) === 0; y += 20) {
    await page.mouse.move(box.x + box.width / 2, box.y + y);
    await page.waitForTimeout(30);
  }
  await expect.poll(() => figure.locator('.plot-tip text').count()).toBe(1);
  expect(await figure.locator('.plot-cross path').count()).toBe(2);
  await figure.getByRole('button', { name: 'Values', exact: true }).click();
  expect(await figure.locator('tbody tr').count()).toBe(40);
  const [download] = await Promise.all([page.waitForEvent('download'), figure.getByRole('button', { name: 'Download as SVG' }).click()]);
  expect(download.suggestedFilename()).toBe('figure.svg');
  const picture = outputs('picture', 'image');
  await picture.scrollIntoViewIfNeeded();
  await picture.getByRole('button', { name: '8×' }).click();
  expect(await picture.locator('img').evaluate((img) => [img.clientWidth, getComputedStyle(img).imageRendering])).toEqual([
    128,
    'pixelated',
  ]);
});

test('axe finds nothing in either theme, and at 390 pixels nothing is wider than the page', async () => {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.waitForTimeout(300);
    await page.evaluate(readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8'));
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(node: Element): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const found = await axe.run(document.querySelector('main')!);
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
    });
    expect(violations, theme).toEqual([]);
  }
  await page.setViewportSize({ width: 390, height: 800 });
  await page.waitForTimeout(500);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(problems).toEqual([]);
});
