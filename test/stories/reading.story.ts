/* A reader comes to the site: the map opens, and a unit can be read before (and without) any script. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

test('the map opens, says what this is, and leads to the tour', async () => {
  const page = await site.page('');
  expect(await page.title()).toMatch(/Gradus/);
  await expect.poll(() => page.locator('a[href*="n/tour/"]').count()).toBeGreaterThan(0);
  expect(page.problems).toEqual([]);
});

test('the tour is readable with JavaScript off: prose, code and every cell', async () => {
  const page = await site.page('n/tour/', { javaScriptEnabled: false });
  expect(await page.locator('h1').count()).toBeGreaterThan(0);
  const cells = page.locator('[data-cell]');
  expect(await cells.count()).toBeGreaterThan(2);
  expect((await cells.first().locator('pre').innerText()).trim()).not.toBe('');
});

test('a folder without its slash leads to the notebook, an unknown address is a 404', async () => {
  const there = await fetch(`${site.url}n/tour`);
  expect(there.status).toBe(200);
  expect(there.url).toBe(`${site.url}n/tour/`);
  expect((await fetch(`${site.url}n/no-such-notebook/`)).status).toBe(404);
});

test('the site is isolated by the headers', async () => {
  const page = await site.page('');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
});

test('the site works under a sub-path, from a server without the headers', async () => {
  const below = await openSite({ isolation: false, under: '/some/where/' });
  try {
    const page = await below.page('n/tour/');
    expect(new URL(page.url()).pathname).toBe('/some/where/n/tour/');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await page.locator('[data-cell][data-language="ts"]').first().waitFor();
    await page.getByRole('button', { name: 'Run all' }).click();
    await page.locator('[data-cell][data-state="done"]').first().waitFor();
    expect(page.problems).toEqual([]);
  } finally {
    await below.close();
  }
});
