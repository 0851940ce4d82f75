/* A day of work by the mouse: write, run, rename, split, undo, find, version, restore, several cells at once, a dropped file, two tabs,
   close, reopen. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, keepCopy, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const fence = (code: string): string => `\`\`\`ts\n${code}\n\`\`\`\n`;
const text = (id: string, ...cells: string[]): string =>
  `---\ngradus: 1\nid: ${id}\ntitle: A day\n---\n\n# A day\n\nThe answer is \${answer}.\n\n${cells.map(fence).join('\n')}`;

async function own(id: string, ...cells: string[]): Promise<OpenPage> {
  const page = await site.page('', { viewport: { width: 1280, height: 900 } });
  await keepCopy(page, text(id, ...cells));
  return page;
}
const ids = (page: OpenPage): Promise<string> =>
  page.evaluate(() => [...document.querySelectorAll<HTMLElement>('[data-cell]')].map((one) => one.dataset['cell']).join(' '));
const code = (page: OpenPage, id: string): ReturnType<OpenPage['locator']> =>
  page.getByRole('textbox', { name: `Code of ${id}`, exact: true });
const saved = (page: OpenPage): Promise<boolean> =>
  page.evaluate(() => document.documentElement.dataset['saved'] === document.documentElement.dataset['revision']);
/** A command of the palette, found by its title and pressed. */
async function command(page: OpenPage, title: string): Promise<void> {
  await page.locator('.bar').getByRole('button', { name: 'Search' }).first().click();
  await page.getByRole('combobox').fill(`>${title}`);
  await page.getByRole('option', { name: title }).first().click();
}
async function menu(page: OpenPage, id: string, item: string): Promise<void> {
  await cell(page, id).locator('.meta b').click({ button: 'right' });
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

test('write, run, rename, split, undo, find, version, restore, two tabs, close, reopen', async () => {
  const page = await own('mouse', 'const a = 2', 'const answer = a * 21\nanswer', 'const rest = answer - a\nrest');
  const context = page.context();

  // ---- write and run
  await page.getByRole('button', { name: 'Run cell answer', exact: true }).click();
  await cellIs(page, 'rest', 'done');
  await expect.poll(() => page.locator('[data-value]').first().innerText()).toBe('42');
  await page.locator('.gap-add.at-end').getByRole('button', { name: '+ Code' }).click();
  await page.locator('.cm-content:focus').waitFor();
  await page.keyboard.type('const half = answer / 2\nhalf');
  await page.locator('[data-cell]').last().locator('.run').click();
  await cellIs(page, 'half', 'done');

  // ---- rename
  await menu(page, 'half', 'Rename');
  await page.keyboard.type('half-of-it');
  await page.keyboard.press('Enter');
  await expect.poll(() => ids(page)).toBe('a answer rest half-of-it');

  // ---- split at the caret, then undo
  await code(page, 'half-of-it')
    .locator('.cm-line')
    .nth(1)
    .click({ position: { x: 1, y: 8 } });
  await menu(page, 'half-of-it', 'Split at the caret');
  await expect.poll(async () => (await ids(page)).split(' ').length).toBe(5);
  expect(await code(page, 'half-of-it').innerText()).toBe('const half = answer / 2');
  await command(page, 'Undo');
  await expect.poll(() => ids(page)).toBe('a answer rest half-of-it');

  // ---- hide code of several cells: one step back
  await cell(page, 'a').locator('.meta b').click();
  await cell(page, 'rest')
    .locator('.meta b')
    .click({ modifiers: ['Shift'] });
  await menu(page, 'answer', 'Hide or show code');
  await expect.poll(() => page.locator('.fold', { hasText: 'Code hidden' }).count()).toBe(3);
  expect(await code(page, 'rest').isVisible()).toBe(false);
  await cell(page, 'rest').locator('.fold').click();
  expect(await code(page, 'rest').isVisible()).toBe(true);
  await command(page, 'Undo');
  await expect.poll(() => page.locator('.fold').count()).toBe(0);
  expect(await code(page, 'a').isVisible()).toBe(true);

  // ---- a version with a name, then find and replace, then back to the version
  await command(page, 'Save version');
  await page.locator('#version-name').fill('before the change');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await command(page, 'Find and replace');
  await page.getByLabel('Find', { exact: true }).fill('answer');
  await page.getByLabel('Replace by').fill('result');
  await page.getByRole('button', { name: 'Replace all' }).click();
  await expect.poll(() => code(page, 'rest').innerText()).toBe('const rest = result - a\nrest');
  await page.getByRole('search').getByRole('button', { name: 'Close' }).click();
  await command(page, 'Versions');
  await page.getByRole('option', { name: /before the change/ }).click();
  await page.getByRole('button', { name: 'Restore' }).click();
  await expect.poll(() => code(page, 'rest').innerText()).toBe('const rest = answer - a\nrest');

  // ---- a file that is dropped becomes a cell
  await page.locator('main.nb').evaluate((main) => {
    const data = new DataTransfer();
    data.items.add(new File(['x,y\n1,2\n3,4\n'], 'points.csv', { type: 'text/csv' }));
    const { left, bottom } = main.querySelector('[data-cell="half-of-it"]')!.getBoundingClientRect();
    const at = { bubbles: true, cancelable: true, dataTransfer: data, clientX: left + 200, clientY: bottom - 4 };
    const target = document.elementFromPoint(at.clientX, at.clientY)!;
    target.dispatchEvent(new DragEvent('dragover', at));
    target.dispatchEvent(new DragEvent('drop', at));
  });
  await expect.poll(async () => (await ids(page)).split(' ').length).toBe(5);
  expect(await page.locator('[data-cell]').last().locator('[data-code], .cm-content').innerText()).toContain('x,y');

  // ---- two tabs, close, reopen
  await expect.poll(() => saved(page)).toBe(true);
  const second = (await context.newPage()) as OpenPage;
  await second.goto(`${site.url}#/n/mouse?cell=rest`);
  await second.locator('.banner').filter({ hasText: 'another tab' }).waitFor();
  await page.bringToFront();
  await code(page, 'a').click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('0');
  await expect.poll(() => code(second, 'a').innerText()).toBe('const a = 20');
  await expect.poll(() => saved(page)).toBe(true);
  await page.close();
  await second.bringToFront();
  await second.getByRole('button', { name: 'Run all', exact: true }).click();
  await cellIs(second, 'half-of-it', 'done');
  expect(await cell(second, 'rest').locator('[data-outputs]').innerText()).toBe('400');
  await second.waitForTimeout(1000);
  await second.close();
  const again = (await context.newPage()) as OpenPage;
  await again.goto(`${site.url}#/n/mouse`);
  await again.locator('[data-cell="rest"][data-kept]').waitFor();
  expect(await cell(again, 'rest').locator('[data-outputs]').innerText()).toBe('400');
  expect(await code(again, 'a').innerText()).toBe('const a = 20');
  await context.close();
});

test('a notebook that is emptied says so, and what was there comes back', async () => {
  const page = await site.page('', { viewport: { width: 1280, height: 900 } });
  await keepCopy(page, `---\ngradus: 1\nid: emptied\ntitle: Emptied\n---\n\n${fence('const answer = 1')}`);
  await cell(page, 'answer').locator('.meta b').click();
  await menu(page, 'answer', 'Delete');
  await expect.poll(() => page.locator('[data-cell]').count()).toBe(0);
  await page.getByText('This notebook is empty.').waitFor();
  await command(page, 'Undo');
  await expect.poll(() => ids(page)).toBe('answer');
  expect(await page.getByText('This notebook is empty.').isVisible()).toBe(false);
  await page.context().close();
});
