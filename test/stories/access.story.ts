/* Every page of the app under axe, wide and narrow, light and dark, empty and full; then what axe cannot see: the skip link,
   landmarks, the order of the Tab key, text at twice its size, the width of a phone at 400 %, forced colours. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cellIs, openSite, type OpenPage, type Site } from './harness.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

/** Violations on the page as it stands, in words. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; help: string; nodes: { target: string[]; any: { message: string }[] }[] }[] }> };
    };
    return (await checker.run()).violations.map(
      ({ id, help, nodes }) =>
        `${id}, ${help}: ${nodes
          .slice(0, 3)
          .map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`)
          .join(' | ')}`,
    );
  });
}

/** Notebooks and runs in this browser's store, as the app would have written them. */
async function fill(page: Page): Promise<void> {
  await page.goto(new URL('#/notebooks', site.url).href);
  await page.getByText('No notebooks yet').waitFor();
  await page.evaluate(async () => {
    const opening = indexedDB.open('gradus');
    const database = await new Promise<IDBDatabase>((resolve) => (opening.onsuccess = () => resolve(opening.result)));
    const writing = database.transaction(['notebooks', 'runs', 'points'], 'readwrite');
    const now = Date.now();
    const titles = ['Line fit', 'Spirals', `A title ${'that goes on and on '.repeat(12)}`, 'Averylongwordwithoutanyspace'.repeat(6)];
    for (const [i, title] of titles.entries())
      writing.objectStore('notebooks').put({
        id: `mine-${i}`,
        title,
        text: `---\ngradus: 1\nid: mine-${i}\ntitle: ${title}\n---\n\n# ${title}\n\n\`\`\`ts\n6 * 7\n\`\`\`\n`,
        revision: 1,
        createdAt: now,
        updatedAt: now - i * 1e7,
      });
    for (let i = 0; i < 4; i++) {
      const steps = Float64Array.from({ length: 40 }, (_, k) => k);
      writing.objectStore('runs').put({
        id: `run-${i}`,
        notebook: 'mine-0',
        cell: 'fit',
        name: 'line-fit',
        params: { rate: 0.1 * (i + 1), points: 100 },
        summary: { test_acc: 0.9 + i / 100 },
        state: i === 3 ? 'interrupted' : 'done',
        startedAt: now - i * 1e6,
        ms: 900,
        environment: { backend: 'js', text: '---\ngradus: 1\n---\n' },
      });
      writing.objectStore('points').put({
        run: `run-${i}`,
        chunk: 0,
        metrics: {
          loss: { steps, values: steps.map((s) => Math.exp(-s / (4 + i))) },
          acc: { steps, values: steps.map((s) => 1 - Math.exp(-s / 9)) },
        },
      });
    }
    await new Promise((resolve) => (writing.oncomplete = resolve));
    database.close();
    localStorage.setItem('stored', '1');
  });
  await page.goto('about:blank');
}

const places: readonly {
  readonly name: string;
  readonly path: string;
  readonly ready: (page: Page) => Promise<unknown>;
  readonly full?: true;
}[] = [
  { name: 'the map', path: '', ready: (page) => page.locator('.legend', { hasText: 'needs' }).waitFor() },
  { name: 'the tour', path: 'n/tour/', ready: (page) => page.locator('[data-cell][data-state="done"]').first().waitFor() },
  { name: 'unit 14 with its outputs', path: 'n/nn-fundamentals/', ready: (page) => cellIs(page, 'curves', 'done') },
  { name: 'no runs', path: '#/runs', ready: (page) => page.getByText('No runs yet').waitFor() },
  { name: 'no notebooks', path: '#/notebooks', ready: (page) => page.getByRole('link', { name: /^A tour of Gradus/ }).waitFor() },
  { name: 'storage', path: '#/storage', ready: (page) => page.getByRole('heading', { level: 1 }).waitFor() },
  { name: 'no such page', path: 'n/nowhere/', ready: (page) => page.getByText('No notebook called nowhere').waitFor() },
  { name: 'no such notebook', path: '#/n/nowhere', ready: (page) => page.getByText('No notebook called nowhere').first().waitFor() },
  { name: 'runs', path: '#/runs', ready: (page) => page.locator('.overlay svg').nth(1).waitFor(), full: true },
  { name: 'notebooks', path: '#/notebooks', ready: (page) => page.getByText('4 notebooks').waitFor(), full: true },
  {
    name: 'the map with notebooks',
    path: '',
    ready: (page) => page.getByRole('heading', { name: 'Your notebooks' }).waitFor(),
    full: true,
  },
  { name: 'a notebook with a long title', path: '#/n/mine-2', ready: (page) => page.locator('[data-cell]').first().waitFor(), full: true },
  { name: 'storage in use', path: '#/storage', ready: (page) => page.getByRole('heading', { level: 1 }).waitFor(), full: true },
];

describe.each([
  [1440, 'light'],
  [1440, 'dark'],
  [390, 'light'],
  [390, 'dark'],
] as const)('at %i px, %s', (width, colorScheme) => {
  const options = { viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce', bypassCSP: true } as const;
  let empty: OpenPage, full: OpenPage;
  beforeAll(async () => {
    empty = await site.page('', options);
    full = await site.page('', options);
    await fill(full);
  });
  afterAll(async () => {
    await empty.context().close();
    await full.context().close();
  });
  test.each(places)('$name: no violation, no way sideways', async (place) => {
    const page = place.full ? full : empty;
    await page.goto('about:blank');
    await page.goto(new URL(place.path, site.url).href);
    await place.ready(page);
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
    expect(await page.locator('main').count()).toBe(1);
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.locator('header.bar').count()).toBe(1);
  });
});

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement: element } = document;
    return element?.getAttribute('aria-label') ?? element?.textContent?.trim().replace(/\s+/g, ' ') ?? '';
  });

test('the first Tab offers to skip the bar, and the second way leads through it in order', async () => {
  const page = await site.page('#/notebooks', { viewport: { width: 1280, height: 800 } });
  await page.getByRole('link', { name: /^A tour of Gradus/ }).waitFor();
  await page.keyboard.press('Tab');
  expect(await focused(page)).toMatch(/^Skip to/);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.locator('.skip').focus();
  const order: string[] = [];
  for (let i = 0; i < 7; i++) {
    await page.keyboard.press('Tab');
    order.push(await focused(page));
  }
  expect(order).toEqual([
    'Gradus, course map',
    'Course',
    'Progress',
    'Notebooks',
    'Runs',
    'Search Ctrl K',
    'Switch between light and dark',
  ]);
  await page.context().close();
});

test('a reader keeps notebooks by keyboard: goes, renames, copies, deletes, takes it back', async () => {
  const page = await site.page('', { viewport: { width: 1280, height: 800 } });
  await fill(page);
  await page.goto(new URL('#/notebooks', site.url).href);
  await page.getByText('4 notebooks').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('spirals');
  await page.getByText('1 found').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('F2');
  await page.getByRole('dialog', { name: 'Rename “Spirals”' }).waitFor();
  await page.keyboard.type('Two spirals, wound');
  expect(await page.getByRole('dialog').innerText()).toContain('Its address stays #/n/mine-1');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  expect(await page.getByRole('dialog').innerText()).toContain('becomes #/n/two-spirals-wound');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: /Two spirals, wound/ }).waitFor();
  await expect.poll(() => focused(page)).toMatch(/^Two spirals, wound/);
  await page.keyboard.press('Delete');
  await page.getByText('“Two spirals, wound” is deleted.').waitFor();
  expect(await page.getByRole('link', { name: /Two spirals, wound/ }).count()).toBe(0);
  await page.keyboard.press('Control+z'); // in the search, where the focus went, it is the text's: so by the offer
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await page.getByRole('link', { name: /Two spirals, wound/ }).waitFor();
  await expect.poll(() => focused(page)).toMatch(/^Two spirals, wound/);
  await page.getByRole('link', { name: /Two spirals, wound/ }).press('Enter');
  await page.waitForURL('**/#/n/two-spirals-wound');
  expect(page.problems).toEqual([]);
  await page.context().close();
});

test('a deleted notebook is gone after ten seconds, and its runs stay', async () => {
  const page = await site.page('');
  await fill(page);
  await page.goto(new URL('#/notebooks', site.url).href);
  await page.getByRole('link', { name: /Line fit/ }).focus();
  await page.keyboard.press('Delete');
  await page.getByText('“Line fit” is deleted. Its 4 runs stay.').waitFor();
  const ids = (): Promise<unknown> =>
    page.evaluate(async () => {
      const opening = indexedDB.open('gradus');
      const database = await new Promise<IDBDatabase>((resolve) => (opening.onsuccess = () => resolve(opening.result)));
      const reading = database.transaction('notebooks').objectStore('notebooks').getAllKeys();
      await new Promise((resolve) => (reading.onsuccess = resolve));
      database.close();
      return reading.result.length;
    });
  expect(await ids()).toBe(4);
  await expect.poll(ids, { timeout: 15_000 }).toBe(3);
  await page.goto(new URL('#/runs', site.url).href);
  await page.getByRole('button', { name: 'line-fit 1' }).waitFor();
  await page.context().close();
});

test('five hundred notebooks are listed and searched at once', async () => {
  const page = await site.page('');
  await fill(page);
  await page.goto(new URL('#/notebooks', site.url).href);
  await page.getByText('4 notebooks').waitFor();
  await page.evaluate(async () => {
    const opening = indexedDB.open('gradus');
    const database = await new Promise<IDBDatabase>((resolve) => (opening.onsuccess = () => resolve(opening.result)));
    const writing = database.transaction('notebooks', 'readwrite');
    for (let i = 0; i < 500; i++)
      writing.objectStore('notebooks').put({
        id: `n-${i}`,
        title: `Notebook ${i}`,
        text: `---\ngradus: 1\nid: n-${i}\n---\n${'words and numbers '.repeat(300)}`,
        revision: 1,
        createdAt: 1,
        updatedAt: i,
      });
    await new Promise((resolve) => (writing.oncomplete = resolve));
    database.close();
  });
  await page.goto('about:blank');
  await page.goto(new URL('#/notebooks', site.url).href);
  await page.getByText('504 notebooks').waitFor();
  const ms = await page.evaluate(async () => {
    const field = document.querySelector<HTMLInputElement>('#q')!;
    const began = performance.now();
    field.value = 'notebook 49';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return performance.now() - began;
  });
  expect(await page.locator('[data-notebook-row]').count()).toBe(15); // 49, 490 to 499, 149 …
  expect(ms).toBeLessThan(5000);
  await page.context().close();
});

test.each(['', 'n/tour/', '#/notebooks', '#/runs'])(
  '%s at 400 %% is the phone, with text at twice its size nothing is cut off sideways',
  async (path) => {
    const page = await site.page('', { viewport: { width: 390, height: 844 }, forcedColors: 'active' });
    await fill(page);
    for (const size of ['100%', '200%']) {
      await page.goto('about:blank');
      await page.goto(new URL(path, site.url).href);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.evaluate((wanted) => (document.documentElement.style.fontSize = wanted), size);
      await page.waitForTimeout(300);
      const wide = await page.evaluate(() => ({
        by: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        what: [...document.querySelectorAll('body *')]
          .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, .code, .vh, svg, .crumb'))
          .slice(0, 4)
          .map((e) => `${e.tagName}.${e.className}`),
      }));
      expect(wide.by <= 0 ? [] : wide.what).toEqual([]);
    }
    await page.context().close();
  },
);
