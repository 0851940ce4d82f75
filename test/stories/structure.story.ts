/* A reader gives a notebook another shape: cells and text come, go, move, split, join and change kind; what is not touched keeps its
   outputs and its elements, one history leads back through all of it, and what stands in the store right after is found again. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, keepCopy, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

async function own(id: string, body: string, width = 1280): Promise<OpenPage> {
  const page = await site.page('', { viewport: { width, height: 900 } });
  const text = `---\ngradus: 1\nid: ${id}\ntitle: Shapes\n---\n\n${body}`;
  await keepCopy(page, text);
  return page;
}
const fence = (code: string): string => `\`\`\`ts\n${code}\n\`\`\`\n\n`;
const code = (page: OpenPage, id: string) => page.getByRole('textbox', { name: `Code of ${id}`, exact: true });
/** Cells by id and prose by its words, as they follow each other in the page. */
const frame = (page: OpenPage): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main [data-cell], main [data-prose]')].map(
      (element) => element.dataset['cell'] ?? `"${element.textContent.trim()}"`,
    ),
  );
const shown = (page: OpenPage, id: string): Promise<string> => cell(page, id).locator('[data-outputs]').innerText();
/** Marks an element, to see that it is the same one later. */
const mark = (page: OpenPage, id: string): Promise<void> =>
  cell(page, id).evaluate((element) => {
    (element as HTMLElement & { seen?: boolean }).seen = true;
  });
const isMarked = (page: OpenPage, id: string): Promise<boolean> =>
  cell(page, id).evaluate((element) => (element as HTMLElement & { seen?: boolean }).seen === true);
/** Other work may share the machine. */
const patience = { timeout: 15_000 };
const saved = async (page: OpenPage): Promise<void> => {
  await expect
    .poll(() => page.evaluate(() => document.documentElement.dataset['saved'] === document.documentElement.dataset['revision']), patience)
    .toBe(true);
};
const body = `First, \${a}.\n\n${fence('const a = 2\na')}## Middle\n\nThen \${b * 10}.\n\n${fence('const b = a + 1\nb')}Last, \${c}.\n\n${fence('const c = b + 1\nc')}`;

async function ready(id: string, width?: number): Promise<OpenPage> {
  const page = await own(id, body, width);
  await page.getByRole('button', { name: 'Run all' }).click();
  await cellIs(page, 'c', 'done');
  for (const name of ['a', 'b', 'c']) await mark(page, name);
  return page;
}

test('cells are moved, deleted and brought back with their outputs, and elements that stay are the same ones', async () => {
  const page = await ready('shape-move');
  expect(await frame(page)).toEqual(['a', '"Middle"', '"Then 30."', 'b', '"Last, 4."', 'c']);
  await cell(page, 'c').focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => frame(page), patience).toEqual(['a', '"Middle"', '"Then 30."', 'b', 'c', '"Last, 4."']);
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => frame(page), patience).toEqual(['a', '"Middle"', '"Then 30."', 'c', 'b', '"Last, 4."']);
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-cell'))).toBe('c');
  for (const id of ['a', 'b', 'c']) {
    expect([id, await isMarked(page, id), await cell(page, id).getAttribute('data-state')]).toEqual([id, true, 'done']);
  }
  await cell(page, 'b').focus();
  await page.keyboard.press('d');
  await page.keyboard.press('d');
  await cell(page, 'b').waitFor({ state: 'detached' });
  await cellIs(page, 'c', 'stale');
  expect(await page.evaluate(() => document.activeElement?.closest('[data-cell]') !== null)).toBe(true);
  await page.keyboard.press('z');
  await cellIs(page, 'b', 'done');
  await cellIs(page, 'c', 'done');
  expect((await shown(page, 'b')).trim()).toBe('3');
  await page.keyboard.press('z');
  await page.keyboard.press('z');
  await expect.poll(() => frame(page), patience).toEqual(['a', '"Middle"', '"Then 30."', 'b', '"Last, 4."', 'c']);
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => frame(page), patience).toEqual(['a', '"Middle"', '"Then 30."', 'b', 'c', '"Last, 4."']);
  await saved(page);
  await page.reload();
  await expect.poll(() => frame(page), patience).toEqual(['a', '"Middle"', '"Then …."', 'b', 'c', '"Last, …."']);
  expect(page.problems).toEqual([]);
});

test('a cell that is brought back after other edits has what it showed, and one undo takes it away again', async () => {
  const page = await ready('shape-back');
  await cell(page, 'b').focus();
  await page.keyboard.press('d');
  await page.keyboard.press('d');
  await cell(page, 'b').waitFor({ state: 'detached' });
  await code(page, 'a').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' // more');
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await cellIs(page, 'b', 'done');
  expect((await shown(page, 'b')).trim()).toBe('3');
  await cellIs(page, 'c', 'done');
  expect(await code(page, 'a').innerText()).toContain('// more');
  await page.keyboard.press('z');
  await cell(page, 'b').waitFor({ state: 'detached' });
  expect(page.problems).toEqual([]);
});

test('a cell is split at the caret and merged again, one keeps its outputs', async () => {
  const page = await ready('shape-split');
  await code(page, 'a').click();
  await cell(page, 'a').locator('.cm-content').waitFor();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('End');
  await page.keyboard.press('Control+Shift+Minus');
  await expect.poll(async () => (await frame(page)).filter((part) => !part.startsWith('"')).length, patience).toBe(4);
  expect((await code(page, 'a').innerText()).trim()).toBe('const a = 2');
  const second = (await frame(page))[1]!;
  expect((await code(page, second).innerText()).trim()).toBe('a');
  await cell(page, 'a').focus();
  await page.keyboard.press('Shift+M');
  await cell(page, second).waitFor({ state: 'detached' });
  expect(await code(page, 'a').innerText()).toBe('const a = 2\na');
  expect((await shown(page, 'a')).trim()).toBe('2');
  await cellIs(page, 'a', 'done');
  expect(page.problems).toEqual([]);
});

test('a cell becomes text and text a cell, values in text go on, and undo leads back', async () => {
  const page = await ready('shape-kind');
  await cell(page, 'b').focus();
  await page.keyboard.press('m');
  await cell(page, 'b').waitFor({ state: 'detached' });
  await expect.poll(async () => (await frame(page)).join(' '), patience).toContain('const b = a + 1');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await cellIs(page, 'b', 'done');
  expect((await shown(page, 'b')).trim()).toBe('3');
  await expect.poll(() => frame(page), patience).toEqual(['a', '"Middle"', '"Then 30."', 'b', '"Last, 4."', 'c']);
  await code(page, 'a').fill('const a = 5\na');
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => frame(page), patience).toEqual(['a', '"Middle"', '"Then 60."', 'b', '"Last, 7."', 'c']);
  expect(await page.locator('.lede').innerText()).toBe('First, 5.');
  expect(page.problems).toEqual([]);
});

test('typing is undone by the same history, in the editor and beside it', async () => {
  const page = await ready('shape-type');
  await code(page, 'a').click();
  await cell(page, 'a').locator('.cm-content').waitFor();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' + 1');
  await cellIs(page, 'a', 'stale');
  await page.keyboard.press('Control+z');
  await expect.poll(() => code(page, 'a').innerText(), patience).toBe('const a = 2\na');
  await cellIs(page, 'a', 'done');
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => code(page, 'a').innerText()).toBe('const a = 2\na + 1');
  await page.keyboard.press('Escape');
  await page.keyboard.press('b');
  await expect.poll(async () => (await frame(page)).filter((part) => !part.startsWith('"')).length, patience).toBe(4);
  await page.keyboard.type('const fresh = 1');
  await saved(page);
  await page.reload();
  await expect.poll(async () => (await frame(page))[1], patience).toBe('fresh');
  expect(await code(page, 'a').innerText()).toBe('const a = 2\na + 1');
  expect(page.problems).toEqual([]);
});

test('a long notebook keeps its parts, the reader keeps the place, and a cell that comes near says what it uses', async () => {
  const page = await own(
    'shape-long',
    Array.from({ length: 200 }, (_, i) => fence(`const v${i} = ${i ? `v${i - 1} + 1` : 0}\nv${i}`)).join(''),
  );
  await page.getByRole('button', { name: 'Run all' }).click();
  await cellIs(page, 'v199', 'done');
  await cell(page, 'v100').focus();
  await cell(page, 'v100').scrollIntoViewIfNeeded();
  await expect.poll(() => cell(page, 'v100').locator('.meta').innerText(), patience).toMatch(/uses v99\s+used by v101/);
  expect(await cell(page, 'v199').locator('.meta').innerText()).not.toContain('uses');
  const top = (): Promise<number> => cell(page, 'v100').evaluate((element) => Math.round(element.getBoundingClientRect().top));
  const before = await top();
  await page.keyboard.press('a');
  await expect.poll(async () => (await frame(page)).length, patience).toBe(201);
  await page.keyboard.press('Escape');
  await page.keyboard.press('z');
  await expect.poll(async () => (await frame(page)).length, patience).toBe(200);
  expect(Math.abs((await top()) - before)).toBeLessThan(100);
  expect(await page.locator('main > .part').count()).toBeGreaterThan(5);
  expect(page.problems).toEqual([]);
});

test('each message of a deletion brings back its own cells, once', async () => {
  const page = await ready('two-deletions');
  const remove = async (id: string): Promise<void> => {
    await cell(page, id).focus();
    await page.keyboard.press('d');
    await page.keyboard.press('d');
    await cell(page, id).waitFor({ state: 'detached' });
  };
  const undo = (id: string) => page.locator('.toast', { hasText: `Deleted cell ${id}.` }).getByRole('button', { name: 'Undo' });
  /** The first line of each cell: one that is put in again gets its name when it runs. */
  const cells = async (): Promise<string[]> =>
    (await page.locator('main [data-cell] .code').allInnerTexts()).map((text) => /const (\w)/.exec(text)?.[1] ?? text);
  await remove('a');
  await remove('b');
  await undo('a').click();
  await expect.poll(cells, patience).toEqual(['a', 'c']);
  await undo('b').click();
  await expect.poll(cells, patience).toEqual(['a', 'b', 'c']);
  expect((await frame(page)).filter((part) => part.startsWith('"')).map((part) => part.slice(1, 5))).toEqual(['Midd', 'Then', 'Last']);

  await remove('c');
  await page.keyboard.press('ControlOrMeta+z');
  await expect.poll(cells, patience).toEqual(['a', 'b', 'c']);
  await undo('c').click();
  await expect.poll(() => page.evaluate(() => document.querySelector('[role=status].vh')?.textContent), patience).toContain('back already');
  expect(await cells()).toEqual(['a', 'b', 'c']);
  expect(page.problems).toEqual([]);
});

test('a cell that is called otherwise stays the selected one', async () => {
  const page = await ready('called-otherwise');
  await code(page, 'b').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('const better = a + 1');
  await page.keyboard.press('ControlOrMeta+Enter');
  await cell(page, 'better').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('Duplicate');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator('main [data-cell]').count(), patience).toBe(4);
  expect(page.problems).toEqual([]);
});
