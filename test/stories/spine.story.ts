/* The story of the spine, in a browser that keeps its data on disk: map, unit 14, run all, a slider, an edit, an endless loop,
   and the next day everything is where it was. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchContext } from '../../scripts/chromium.mjs';
import { startServer } from '../../src/command/server.mjs';
import { cell, root, cellIs } from './harness.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let profile: string;
beforeAll(async () => {
  server = await startServer({ root: join(root, 'dist') });
  profile = await mkdtemp(join(tmpdir(), 'gradus-story-'));
});
afterAll(async () => {
  await server.close();
  await rm(profile, { recursive: true, force: true });
});

const open = async (path: string): Promise<{ context: BrowserContext; page: Page }> => {
  const context = (await launchContext(profile)) as BrowserContext;
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(new URL(path, server.url).href);
  return { context, page };
};

it('map, unit 14, run all, slider, edit, endless loop, and everything is there the next day', async () => {
  const first = await open('/');
  let { page } = first;
  await page
    .getByRole('link', { name: /Neural Network Fundamentals/ })
    .first()
    .click();
  await page.waitForURL(/\/n\/nn-fundamentals\/$/);
  await cellIs(page, 'histogram', 'done');

  // Run all: auto cells are done, manual ones wait to be asked.
  await page.getByRole('button', { name: 'Run all', exact: true }).click();
  await page.waitForFunction(() => document.documentElement.dataset['engine'] === 'idle');
  await cellIs(page, 'softmax', 'done');
  expect(await cell(page, 'train').getAttribute('data-state')).toBe('stale');
  await cell(page, 'train').getByText('Not run yet. It runs only when asked.').waitFor();

  // The slider moves what follows from it and nothing else.
  const before = await cell(page, 'softmax').locator('[data-outputs]').innerHTML();
  const curves = await cell(page, 'curves').locator('[data-outputs]').innerHTML();
  await cell(page, 'z').getByRole('slider').fill('2');
  await expect.poll(() => cell(page, 'curves').locator('[data-outputs]').innerHTML()).not.toBe(curves);
  expect(await cell(page, 'softmax').locator('[data-outputs]').innerHTML()).toBe(before);

  // The experiment, on real digits, logged with its curve.
  await page.getByRole('button', { name: 'Run cell train', exact: true }).click();
  await cellIs(page, 'train', 'done', 90_000);
  expect(await cell(page, 'train').locator('[data-kind="metric"]').count()).toBeGreaterThan(0);

  // An edit turns its cell out of date; running it runs what follows.
  await cell(page, 'setting').getByRole('textbox').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\nconst story = 40 + 2');
  await cellIs(page, 'setting', 'stale');
  await page.keyboard.press('Control+Enter');
  await cellIs(page, 'setting', 'done');

  // An endless loop is stopped; the rest keeps its values.
  await cell(page, 'setting').getByRole('textbox').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('\nwhile (story > 0) {}');
  await page.keyboard.press('Control+Enter');
  await cellIs(page, 'setting', 'running');
  await page.getByRole('button', { name: 'Stop cell setting', exact: true }).click();
  await cellIs(page, 'setting', 'error');
  expect(await cell(page, 'setting').innerText()).toContain('Interrupted');
  expect(await cell(page, 'softmax').getAttribute('data-state')).toBe('done');

  // Taken out again, saved, closed.
  await cell(page, 'setting').getByRole('textbox').click();
  await page.keyboard.press('Control+End');
  for (let i = 0; i < '\nwhile (story > 0) {}'.length; i++) await page.keyboard.press('Backspace');
  await page.keyboard.press('Control+Enter');
  await cellIs(page, 'setting', 'done');
  await page.waitForFunction(
    () =>
      Number(document.documentElement.dataset['saved']) > 0 &&
      document.documentElement.dataset['saved'] === document.documentElement.dataset['revision'],
  );
  await page.waitForTimeout(1500); // outputs are kept a moment after their cells
  await first.context.close();

  const second = await open('/n/nn-fundamentals/');
  ({ page } = second);
  await page.getByText('Your copy of a notebook that ships with this site.').waitFor();
  await cell(page, 'setting').scrollIntoViewIfNeeded(); // what is far away is drawn when it comes near
  await expect.poll(() => cell(page, 'setting').getByRole('textbox').innerText()).toContain('const story = 40 + 2');
  await expect.poll(() => cell(page, 'train').getAttribute('data-kept')).not.toBeNull();
  expect(await cell(page, 'train').locator('[data-kind="metric"]').count()).toBeGreaterThan(0);
  await page.goto(new URL('/#/runs', server.url).href);
  await page
    .getByRole('row', { name: /mnist-mlp/ })
    .first()
    .waitFor();
  expect(
    await page
      .getByRole('row', { name: /mnist-mlp/ })
      .first()
      .innerText(),
  ).toContain('done');
  await second.context.close();
}, 240_000);
