/* A reader works in a notebook: moves an input, edits, runs, makes and breaks cells, and finds everything again. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, keepCopy, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const text = (id: string, ...cells: string[]): string =>
  `---\ngradus: 1\nid: ${id}\ntitle: A story\n---\nThe answer is \${answer}.\n\n${cells.map((code) => `\`\`\`ts\n${code}\n\`\`\`\n`).join('\n')}`;

/** Opens a file on the map and saves a copy of it. */
async function own(id: string, cells: readonly string[], width = 1280): Promise<OpenPage> {
  const page = await site.page('', { viewport: { width, height: 900 } });
  await keepCopy(page, text(id, ...cells));
  return page;
}
const code = (page: OpenPage, id: string) => page.getByRole('textbox', { name: `Code of ${id}`, exact: true });
const shown = (page: OpenPage, id: string): Promise<string> => cell(page, id).locator('[data-outputs]').innerText();

test('an edit turns the cell out of date, Mod+Enter runs it and what follows', async () => {
  const page = await own('edit', ['const a = 2', 'const answer = a * 21\nanswer', '({ a, answer })']);
  expect(await page.evaluate(() => document.documentElement.dataset['engine'])).toBe('off');
  await page.getByRole('button', { name: 'Run all' }).click();
  await cellIs(page, 'cell-1', 'done');
  expect((await shown(page, 'answer')).trim()).toBe('42');
  await code(page, 'a').fill('const a = 3');
  await cellIs(page, 'a', 'stale');
  await cellIs(page, 'answer', 'done');
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => shown(page, 'answer')).toMatch(/^63\s*$/);
  expect(await page.locator('[data-value="0"]').innerText()).toBe('63');
  await expect
    .poll(() => page.evaluate(() => document.documentElement.dataset['saved'] === document.documentElement.dataset['revision']))
    .toBe(true);
  await page.keyboard.press('Control+s');
  await page.getByRole('status').getByText('Saved').waitFor();
  await page.reload();
  await code(page, 'a').waitFor();
  expect(await code(page, 'a').innerText()).toBe('const a = 3');
  await expect.poll(() => cell(page, 'answer').getAttribute('data-kept')).not.toBeNull();
  expect(page.problems).toEqual([]);
});

test('keys typed before the editor is there arrive in it, in their order', async () => {
  const page = await own('typing', ['const answer = 1']);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/editor-*.js', async (route) => {
    await held;
    await route.continue();
  });
  await code(page, 'answer').click();
  await page.keyboard.press('End');
  await page.keyboard.type('23');
  expect(await cell(page, 'answer').locator('.cm-content').count()).toBe(0);
  release();
  await cell(page, 'answer').locator('.cm-content').waitFor();
  await page.keyboard.type(' + 4');
  expect(await code(page, 'answer').innerText()).toBe('const answer = 123 + 4');
  await page.keyboard.press('Shift+Enter');
  await cellIs(page, 'answer', 'done');
});

test('static code and the editor stand on the same pixels', async () => {
  const page = await own('pixels', ['const answer = [\n  1,\n  2,\n]', 'answer']);
  const box = (): Promise<unknown> =>
    page.evaluate(() =>
      [...document.querySelectorAll('.code')].map((element) => {
        const { top, left, width, height } = element.getBoundingClientRect();
        return [top, left, width, height].map((x) => Math.round(x * 10) / 10);
      }),
    );
  const letters = (): Promise<number> =>
    page.evaluate(() => {
      const walker = document.createTreeWalker(document.querySelector('[role=textbox]')!, NodeFilter.SHOW_TEXT);
      const range = document.createRange();
      range.selectNodeContents(walker.nextNode()!);
      return range.getBoundingClientRect().left;
    });
  const before = [await box(), await letters()];
  await code(page, 'answer').click();
  await cell(page, 'answer').locator('.cm-content').waitFor();
  expect([await box(), await letters()]).toEqual(before);
});

test('an error says where it is, blocks what needs it, and the link puts the caret there', async () => {
  const page = await own('error', ['const answer = [1].map(x => missing(x))', 'answer.length']);
  await page.getByRole('button', { name: 'Run cell answer' }).click();
  await cellIs(page, 'answer', 'error');
  await cellIs(page, 'cell-1', 'blocked');
  expect(await cell(page, 'cell-1').locator('[data-status]').innerText()).toBe('Waits for answer, which failed in answer.');
  expect(await page.getByRole('alert').innerText()).toContain('missing is not defined');
  await page.getByRole('link', { name: 'answer, line 1, column 29' }).click();
  await cell(page, 'answer').locator('.cm-content .squiggle').waitFor();
  expect(await cell(page, 'answer').locator('.squiggle').innerText()).toBe('missing');
  await page.keyboard.type('/*');
  expect(await code(page, 'answer').innerText()).toContain('=> /*missing');
});

test('command mode: Esc, J, B makes a cell, D D deletes it, Undo brings it back', async () => {
  const page = await own('keys', ['const answer = 1', 'answer + 1']);
  await code(page, 'answer').click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('cell-cell-1');
  await page.keyboard.press('b');
  await expect.poll(() => page.locator('[data-cell]').count()).toBe(3);
  await page.locator('.cm-content:focus').waitFor();
  await page.keyboard.type('const made = answer + 10');
  await page.keyboard.press('Control+Enter');
  await cellIs(page, 'made', 'done');
  await page.keyboard.press('Escape');
  await page.keyboard.press('d');
  await page.keyboard.press('d');
  await expect.poll(() => page.locator('[data-cell]').count()).toBe(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => page.locator('[data-cell]').count()).toBe(3);
});

test('on a phone the page never scrolls sideways, and a slider drives its cell', async () => {
  const page = await own(
    'phone',
    [
      "const k = view(Inputs.range([0, 10], { label: 'factor', step: 1, value: 3 }))",
      'const answer = k * k\nanswer',
      "'a long line of code that has to scroll inside of its cell and never moves the page sideways'.length",
    ],
    390,
  );
  await page.getByRole('button', { name: 'Run all' }).click();
  await cellIs(page, 'answer', 'done');
  await page.getByRole('slider', { name: 'factor' }).fill('6');
  await expect.poll(() => shown(page, 'answer')).toMatch(/^36\s*$/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(page.problems).toEqual([]);
});
