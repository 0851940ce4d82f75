/* Somebody looks into what cells show: trees at any depth, a million rows, all of it by keyboard too, and finds out what is left
   when the engine is gone. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, keepCopy, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const notebook = (id: string, cells: Readonly<Record<string, string>>): string =>
  `---\ngradus: 1\nid: ${id}\ntitle: A story\n---\n\n${Object.entries(cells)
    .map(([name, code]) => `\`\`\`ts {id=${name}}\n${code}\n\`\`\`\n`)
    .join('\n')}`;

/** Opens a notebook as a file, keeps a copy of it and runs all of it. */
async function opened(id: string, cells: Readonly<Record<string, string>>, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const page = await site.page('', { permissions: ['clipboard-read', 'clipboard-write'], ...options });
  await keepCopy(page, notebook(id, cells));
  await page.getByRole('button', { name: 'Run all' }).first().click();
  for (const name of Object.keys(cells)) await cellIs(page, name, 'done', 60_000);
  return page;
}

async function violations(page: OpenPage): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
    return (await axe.run()).violations.map((v) => `${v.id}: ${v.nodes[0]?.html.slice(0, 160)}`);
  });
}
const copied = (page: OpenPage): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
const said = (page: OpenPage, id: string): Promise<string> => cell(page, id).locator('.table-said').innerText();
const headings = (page: OpenPage, id: string) => cell(page, id).getByRole('columnheader');
/** What stands in the column of the rows that are seen, from the top. */
const column = (page: OpenPage, id: string, at: number): Promise<string[]> =>
  cell(page, id)
    .locator('.grid')
    .evaluate((grid, index) => {
      const top = grid.querySelector('.grid-head')!.getBoundingClientRect().bottom;
      const { bottom } = grid.getBoundingClientRect();
      return [...grid.querySelectorAll('.grid-body .grid-row')]
        .map((row) => ({ y: row.getBoundingClientRect().top, text: row.querySelectorAll('.grid-cell')[index]?.textContent ?? '' }))
        .filter(({ y }) => y > top - 2 && y < bottom - 20)
        .sort((a, b) => a.y - b.y)
        .map(({ text }) => text);
    }, at);

const million =
  'const rows = Array.from({ length: 1_000_000 }, (_, i) => ({ id: i, name: `${["ash", "beech", "cedar"][i % 3]} ${i % 977}`, x: i % 10 === 3 ? null : Math.sin(i) }))';

test('a million rows: shown, scrolled to both ends, sorted, filtered, summed up, copied and taken along', async () => {
  const page = await opened('million', { rows: million, big: 'table(rows)' });
  const big = cell(page, 'big');
  const grid = big.getByRole('grid');
  await expect.poll(() => said(page, 'big')).toBe('1,000,000 rows.');
  expect(await grid.getAttribute('aria-rowcount')).toBe('1000001');
  expect((await column(page, 'big', 0)).slice(0, 3)).toEqual(['0', '1', '2']);
  expect(await grid.locator('.grid-body .grid-row').count()).toBeLessThan(60);

  // The bar stands for all rows; small steps go row by row wherever it is.
  await grid.focus();
  await page.keyboard.press('Control+End');
  await expect.poll(async () => (await column(page, 'big', 0)).at(-1)).toBe('999999');
  await page.keyboard.press('Control+Home');
  await expect.poll(async () => (await column(page, 'big', 0))[0]).toBe('0');
  await grid.evaluate((element) => {
    element.scrollTop = element.scrollHeight / 2;
  });
  await expect.poll(async () => Math.abs(Number((await column(page, 'big', 0))[0]) - 500_000) < 50).toBe(true);
  await page.waitForTimeout(300);
  const before = Number((await column(page, 'big', 0))[0]);
  await grid.hover();
  await page.mouse.wheel(0, 64);
  await expect.poll(async () => Number((await column(page, 'big', 0))[0])).toBe(before + 2);

  // Heads say what is in a column, in words too.
  await expect
    .poll(async () => headings(page, 'big').nth(2).getAttribute('aria-description'), { timeout: 30_000 })
    .toContain('100,000 empty');
  expect(await headings(page, 'big').nth(2).locator('.grid-bars svg').count()).toBe(1);
  expect(await headings(page, 'big').nth(1).innerText()).toContain('2,931 different');

  // Sorted by the engine, what is missing last.
  await big.getByRole('button', { name: 'x', exact: true }).click();
  await expect.poll(async () => (await column(page, 'big', 2))[0], { timeout: 30_000 }).toBe('-1.0000');
  expect(await headings(page, 'big').nth(2).getAttribute('aria-sort')).toBe('ascending');
  await grid.focus();
  await page.keyboard.press('Control+End');
  await expect.poll(async () => (await column(page, 'big', 2)).at(-1)).toBe('');

  await big.getByRole('button', { name: 'Filter' }).first().click();
  await big.getByRole('textbox', { name: 'Filter id' }).fill('< 3000');
  await big.getByRole('textbox', { name: 'Filter name' }).fill('ash 9');
  const expected = Array.from({ length: 3000 }, (_, i) => i).filter((i) => i % 3 === 0 && String(i % 977).startsWith('9'));
  await expect.poll(() => said(page, 'big'), { timeout: 30_000 }).toBe(`${expected.length} of 1,000,000 rows.`);
  await big.getByRole('button', { name: 'x', exact: true }).click(); // down
  await big.getByRole('button', { name: 'x', exact: true }).click(); // as given
  await expect.poll(() => column(page, 'big', 0)).toEqual(expected.slice(0, (await column(page, 'big', 0)).length).map(String));

  await big.getByRole('button', { name: 'Copy as CSV' }).click();
  await expect
    .poll(async () => (await copied(page)).split('\r\n').slice(0, 2))
    .toEqual(['id,name,x', expect.stringMatching(/^9,ash 9,0\.41/) as string]);
  expect((await copied(page)).split('\r\n')).toHaveLength(expected.length + 2);
  const [download] = await Promise.all([page.waitForEvent('download'), big.getByRole('button', { name: 'Download CSV' }).click()]);
  expect(download.suggestedFilename()).toBe('big.csv');
  expect(readFileSync(await download.path(), 'utf8').split('\r\n')).toHaveLength(expected.length + 2);
  expect(page.problems).toEqual([]);
  await page.context().close();
});

test('a table by keyboard alone: cells, selection, sort, width, filter, columns; the focus is never lost', async () => {
  const page = await opened('keys', { data: 'table(Array.from({ length: 400 }, (_, i) => ({ a: i, b: "b" + (i % 3), c: i / 4 })))' });
  const focus = (): Promise<string> =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName ?? '');
  const active = (): Promise<string> =>
    cell(page, 'data')
      .getByRole('grid')
      .evaluate((grid) => document.getElementById(grid.getAttribute('aria-activedescendant') ?? '')?.textContent ?? '');
  await cell(page, 'data').getByRole('grid').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  expect(await active()).toBe('b1');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Control+c');
  await expect.poll(async () => (await copied(page)).split('\n').map((line) => line.split('\t').length)).toEqual([2, 2]);
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowUp');
  expect(await active()).toContain('a');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await column(page, 'data', 0))[0]).toBe('399');
  expect(await focus()).toBe('Table of data');
  const width = async (): Promise<number> => (await headings(page, 'data').first().boundingBox())!.width;
  const narrow = await width();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Alt+ArrowRight');
  expect(await width()).toBe(narrow + 16);

  await page.keyboard.press(' ');
  await page
    .getByRole('menuitem', { name: 'Filter' })
    .or(page.getByRole('menuitemradio', { name: 'Filter' }))
    .press('Enter');
  await expect.poll(focus).toBe('Filter a');
  await page.keyboard.type('10..12');
  await page.keyboard.press('Enter');
  expect(await focus()).toBe('Table of data');
  await expect.poll(() => column(page, 'data', 0)).toEqual(['12', '11', '10']);
  expect(await violations(page)).toEqual([]);

  await cell(page, 'data').getByRole('button', { name: 'Columns' }).press('Enter');
  await page.getByRole('checkbox', { name: /^b/ }).press(' ');
  await expect.poll(() => headings(page, 'data').count()).toBe(2);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Columns');
  expect(await said(page, 'data')).toBe('3 of 400 rows, 1 column hidden.');
  expect(page.problems).toEqual([]);
  await page.context().close();
});

const odd = `class Circle { r = 2; get area() { return 3 * this.r ** 2 } }
const data = { rows: Array.from({ length: 250_000 }, (_, i) => ({ id: i, deep: { a: { b: { c: { d: { e: [i] } } } } } })), map: new Map([["k", new Set([1])]]), circle: new Circle(), fn: function add(a, b = 2) { return a + b }, text: "one\\n".repeat(500), bytes: Float64Array.of(1, 2, 3, 6) }
data.self = data
data`;

test('a tree by keyboard: any depth, the next hundred, getters when asked, search in all of it, path and value copied', async () => {
  const page = await opened('tree', { data: odd });
  const tree = cell(page, 'data').getByRole('tree');
  const row = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
  const go = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  await tree.getByRole('treeitem').first().focus();
  expect(await tree.getByRole('treeitem').count()).toBe(8);
  await go('ArrowRight', 'ArrowRight'); // into rows, and open
  await expect.poll(() => tree.getByRole('treeitem').count(), { timeout: 10_000 }).toBeGreaterThan(100);
  await go('ArrowRight', 'ArrowRight'); // to the first of them, and open
  await tree.locator('[aria-level="4"]').first().waitFor();
  await go('ArrowRight', 'ArrowDown'); // to `deep`
  expect(await row()).toMatch(/^deep/);
  for (let level = 4; level < 10; level++) {
    await go('ArrowRight');
    await tree
      .locator(`[aria-level="${level + 1}"]`)
      .first()
      .waitFor();
    await go('ArrowRight');
  }
  expect(await row()).toBe('0 0'); // far below what the output carries
  expect(await tree.locator('[aria-level="10"]').count()).toBe(1);
  await go('Home', 'End');
  await expect.poll(row).toMatch(/^self/);
  expect(await row()).toContain('circular');

  await go('Home');
  await page.keyboard.type('ci');
  await go('ArrowRight');
  await tree.locator('.row', { hasText: /^area/ }).waitFor();
  await go('ArrowDown', 'ArrowDown');
  expect(await row()).toBe('area (…)');
  await go('Enter');
  await expect.poll(row).toBe('area 12');
  await expect
    .poll(async () => {
      await go('Alt+c');
      return copied(page);
    })
    .toBe('data.circle.area');
  await tree.locator('.row', { hasText: 'ƒ add(a, b = 2)' }).waitFor();

  await page.waitForTimeout(800);
  await page.keyboard.type('by');
  await go('Enter');
  await expect.poll(() => tree.locator('.tree-facts').innerText()).toMatch(/min 1 max 6 mean 3/);

  await go('/');
  await page.keyboard.type('249999');
  await expect.poll(() => cell(page, 'data').locator('.tree-search [role=status]').innerText(), { timeout: 30_000 }).toBe('1 of 3');
  await go('Enter');
  await go('Enter');
  await go('Escape');
  await expect.poll(row).toMatch(/^0 249999/);
  expect(await violations(page)).toEqual([]);
  await go('Control+c');
  await expect.poll(() => copied(page)).toBe('249999');
  await go('Alt+c');
  await expect.poll(() => copied(page)).toBe('data.rows[249999].deep.a.b.c.d.e[0]');
  expect(page.problems).toEqual([]);
  await page.context().close();
});

test('rows of a tree are seen as a table and as a tree again; a long text is shown whole', async () => {
  const page = await opened('views', { list: '[{ a: 1, b: "x" }, { a: 2, b: "y" }]', text: '"word ".repeat(10_000)' });
  await cell(page, 'list').getByRole('tree').hover();
  await cell(page, 'list').getByRole('button', { name: 'Table' }).click();
  await expect.poll(() => column(page, 'list', 1)).toEqual(['x', 'y']);
  await cell(page, 'list').getByRole('button', { name: 'Tree' }).press('Enter');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('treeitem');
  await cell(page, 'text').getByRole('button', { name: 'Show all' }).click();
  await expect.poll(async () => (await cell(page, 'text').locator('.value').textContent())?.length).toBe(50_002);
  expect(page.problems).toEqual([]);
  await page.context().close();
});

test('without an engine what came with the output is there, sorted and searched, and says how to see the rest', async () => {
  const page = await opened('gone', { rows: million.replace('1_000_000', '5000'), big: 'table(rows)', list: 'rows' });
  await expect.poll(() => said(page, 'big')).toBe('5,000 rows.');
  await page.waitForTimeout(1500); // written
  await page.reload();
  await cell(page, 'big').locator('.grid-body .grid-cell').first().waitFor();
  expect(await cell(page, 'big').getAttribute('data-kept')).not.toBeNull();
  await cell(page, 'big').getByRole('button', { name: 'x', exact: true }).click();
  await expect
    .poll(() => cell(page, 'big').locator('.table-note').innerText())
    .toBe('These are the first of 5,000. Run the cell to see the rest.');
  await expect.poll(async () => (await column(page, 'big', 2))[0]).toBe('-1.0000');
  expect(await said(page, 'big')).toBe('1,000 rows.');
  await cell(page, 'list').getByRole('treeitem').last().click();
  await expect.poll(() => cell(page, 'list').locator('.tree .note').innerText()).toBe('Run the cell to see the rest.');
  expect(page.problems).toEqual([]);
  await page.context().close();
});

test('on a phone a table and a tree stay inside the page, with nothing for axe to say', async () => {
  const page = await opened(
    'phone',
    {
      data: odd.replace('250_000', '300'),
      wide: 'table(Array.from({ length: 300 }, (_, i) => Object.fromEntries(Array.from({ length: 200 }, (_, c) => [`column ${c}`, i * c]))))',
    },
    { viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: 'dark' },
  );
  await cell(page, 'wide').locator('.grid-body .grid-cell').first().waitFor();
  await page.waitForTimeout(800);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(await cell(page, 'wide').locator('.grid-cell').count()).toBeLessThan(400); // of 60,000
  expect(await violations(page)).toEqual([]);
  await page.context().close();
});
