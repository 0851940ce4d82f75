/* A day of work by the keyboard alone: write, run, rename, split, merge, undo, redo, find, replace, palette, delete, bring back,
   move, text, menus, outline, download. Nothing is pressed with a pointer; after every step the focus is where the reader goes
   on. And every overlay that opens is without faults for assistive technology, light and dark. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellIs, keepCopy, openSite, root, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const text = (id: string, ...cells: string[]): string =>
  `---\ngradus: 1\nid: ${id}\ntitle: A day\n---\n\n# A day\n\nWhat a day brings.\n\n## Morning\n\nThe answer is \${answer}.\n\n${cells.map((code) => `\`\`\`ts\n${code}\n\`\`\`\n`).join('\n')}`;

/** A notebook of one's own; from here on there is only the keyboard. */
async function own(id: string, cells: readonly string[], options: Parameters<Site['page']>[1] = {}): Promise<OpenPage> {
  const page = await site.page('', { viewport: { width: 1280, height: 900 }, ...options });
  await keepCopy(page, text(id, ...cells));
  return page;
}

const ids = (page: OpenPage): Promise<string> =>
  page.evaluate(() => [...document.querySelectorAll<HTMLElement>('[data-cell]')].map((cell) => cell.dataset['cell']).join(' '));
/** The cell that has the focus, with `code` where the caret is in its code; else what has it. */
const focus = (page: OpenPage): Promise<string> =>
  page.evaluate(() => {
    const active = document.activeElement,
      cell = active?.closest<HTMLElement>('[data-cell]');
    if (!cell) return active?.getAttribute('aria-label') ?? active?.tagName ?? '';
    return active === cell ? cell.dataset['cell']! : `${cell.dataset['cell']} ${active?.closest('.code') ? 'code' : active?.tagName}`;
  });
const codeOf = (page: OpenPage, id: string) => page.getByRole('textbox', { name: `Code of ${id}`, exact: true });
const sees = (page: OpenPage, what: () => Promise<string>) => expect.poll(what, { timeout: 5000 });
const press = async (page: OpenPage, ...keys: string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};
const says = (page: OpenPage, words: string | RegExp): Promise<void> =>
  page.getByRole('status').filter({ hasText: words }).first().waitFor();

test('write, run, rename, split, merge, undo, redo, find, replace, palette, delete, bring back, download', async () => {
  const page = await own('day', ['const a = 2', 'const answer = a * 21\nanswer', 'const rest = answer - a']);

  // ---- write and run
  await press(page, 'j');
  await sees(page, () => focus(page)).toBe('a');
  await press(page, 'Shift+Enter');
  await cellIs(page, 'answer', 'done');
  await sees(page, () => focus(page)).toBe('answer');
  await press(page, 'b');
  await sees(page, () => focus(page)).toMatch(/ code$/);
  await page.keyboard.type('const half = answer / 2\nhalf');
  await press(page, 'Control+Enter');
  await cellIs(page, 'half', 'done');
  expect(await ids(page)).toBe('a answer half rest');

  // ---- rename, with a refusal in words
  await press(page, 'F2');
  await page.keyboard.type('two words');
  await press(page, 'Enter');
  expect(await page.locator('.refusal').innerText()).toMatch(/\w+ \w+/);
  await press(page, 'Control+a');
  await page.keyboard.type('half-of-it');
  await press(page, 'Enter');
  await sees(page, () => ids(page)).toBe('a answer half-of-it rest');
  await sees(page, () => focus(page)).toBe('half-of-it code');

  // ---- split at the caret, merge, undo, redo
  await press(page, 'Control+Home', 'End', 'ArrowRight', 'Control+Shift+-');
  await sees(page, async () => (await ids(page)).split(' ').length.toString()).toBe('5');
  expect(await codeOf(page, 'half-of-it').innerText()).toBe('const half = answer / 2');
  await sees(page, () => focus(page)).toMatch(/ code$/);
  await press(page, 'Escape', 'k', 'Shift+m');
  await sees(page, () => ids(page)).toBe('a answer half-of-it rest');
  expect(await codeOf(page, 'half-of-it').innerText()).toBe('const half = answer / 2\nhalf');
  await sees(page, () => focus(page)).toBe('half-of-it');
  await press(page, 'z');
  await sees(page, async () => (await ids(page)).split(' ').length.toString()).toBe('5');
  await says(page, /^Undone: /);
  await press(page, 'Control+Shift+z');
  await sees(page, () => ids(page)).toBe('a answer half-of-it rest');

  // ---- find and replace over the notebook, one step of history
  await press(page, 'Control+f');
  await page.keyboard.type('answer');
  const count = page.locator('#find-says');
  await sees(page, () => count.innerText()).toMatch(/^\d+ of 6$/);
  await press(page, 'Enter');
  await sees(page, () => count.innerText()).toMatch(/^\d+ of 6$/);
  await press(page, 'Tab', 'Tab', 'Tab', 'Tab');
  expect(await focus(page)).toBe('Replace by');
  await page.keyboard.type('result');
  await press(page, 'Control+Enter');
  await sees(page, () => codeOf(page, 'rest').innerText()).toBe('const rest = result - a');
  await says(page, /^Replaced 6 in \d blocks\./);
  await press(page, 'Escape');
  await sees(page, () => focus(page)).toBe('half-of-it');
  await press(page, 'z');
  await sees(page, () => codeOf(page, 'rest').innerText()).toBe('const rest = answer - a');
  await press(page, 'Control+f', 'Control+a');
  await page.keyboard.type('(');
  await press(page, 'Shift+Tab', 'Escape');

  // ---- delete several, undo in words; bring back after other edits
  await page.evaluate(() => document.querySelector<HTMLElement>('[data-cell="half-of-it"]')?.focus());
  await press(page, 'Shift+j');
  await says(page, '2 cells selected');
  await press(page, 'd', 'd');
  await sees(page, () => ids(page)).toBe('a answer');
  await says(page, 'Deleted 2 cells.');
  await sees(page, () => focus(page)).toBe('answer');
  await press(page, 'Enter', 'Control+End');
  await page.keyboard.type(' // 42');
  await press(page, 'Escape', 'Control+k');
  await sees(page, () => focus(page)).toBe('Search commands, cells and steps');
  await page.keyboard.type('undelete');
  await press(page, 'Enter');
  await sees(page, () => ids(page)).toMatch(/^a answer half-of-it \S+$/);
  await sees(page, () => focus(page)).toBe('half-of-it');

  // ---- copy, paste, cut, move
  await press(page, 'c', 'v');
  await sees(page, async () => (await ids(page)).split(' ').length.toString()).toBe('5');
  await press(page, 'd', 'd');
  await sees(page, () => ids(page)).toMatch(/^a answer half-of-it \S+$/);
  await press(page, 'k', 'k', 'Alt+ArrowDown');
  await sees(page, () => ids(page)).toMatch(/^answer a |^a half-of-it answer/);
  const held = await focus(page);
  await press(page, 'Alt+ArrowUp');
  await sees(page, () => ids(page)).toMatch(/^a answer half-of-it \S+$/);
  expect(await focus(page)).toBe(held);

  // ---- what is wrong, what runs, all shortcuts, the outline
  await press(page, 'F8');
  await says(page, /out of date|failed/);
  await press(page, 'p');
  await says(page, /^Nothing runs/);
  await press(page, '?');
  await page.getByRole('dialog', { name: 'All shortcuts' }).waitFor();
  await page.keyboard.type('rename');
  expect(await page.locator('.help .row:visible').count()).toBe(1);
  await press(page, 'Escape');
  await press(page, 'Control+Shift+o');
  await sees(page, () => page.evaluate(() => document.activeElement?.textContent ?? '')).toContain('Morning');
  await press(page, 'Enter');
  await sees(page, () => page.evaluate(() => document.activeElement?.tagName ?? '')).toBe('H2');

  // ---- run what is out of date, and take the file
  await press(page, 'Control+Shift+Enter');
  await sees(page, () => page.evaluate(() => String(document.querySelectorAll('[data-state="stale"]').length))).toBe('0');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    (async () => {
      await press(page, 'Control+k');
      await page.keyboard.type('>download');
      await press(page, 'Enter');
    })(),
  ]);
  const file = readFileSync(await download.path(), 'utf8');
  expect(file).toContain('id=half-of-it');
  expect(file).toContain('// 42');
  expect(page.problems).toEqual([]);
}, 120_000);

test('the menu of a cell: Shift+F10 opens it, arrows and letters move, Esc gives the focus back', async () => {
  const page = await own('menus', ['const answer = 1', 'answer + 1']);
  await press(page, 'j', 'Shift+F10');
  await page.getByRole('menu', { name: 'Cell answer' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('menuitem');
  await press(page, 'Escape');
  await sees(page, () => focus(page)).toBe('answer');
  await press(page, 'Shift+F10');
  await page.keyboard.type('runs only');
  await press(page, 'Enter');
  await says(page, 'Cell answer runs only when asked.');
  await press(page, 'Shift+F10');
  expect(await page.getByRole('menuitemradio', { name: 'Runs only when asked' }).getAttribute('aria-checked')).toBe('true');
  await press(page, 'End', 'Enter');
  await sees(page, () => ids(page)).toBe('cell-1');
  await page.getByRole('button', { name: 'More commands' }).focus();
  await press(page, 'Enter');
  await page.getByRole('menu', { name: 'More commands' }).waitFor();
  await press(page, 'Enter'); // Undo: Delete …
  await sees(page, () => ids(page)).toBe('answer cell-1');
  expect(page.problems).toEqual([]);
}, 60_000);

test('pasted Markdown becomes cells, and cells are copied as Markdown', async () => {
  const page = await own('paste', ['const answer = 1'], { permissions: ['clipboard-read', 'clipboard-write'] });
  await press(page, 'j', 'c');
  await sees(page, () => page.evaluate(() => navigator.clipboard.readText())).toBe('```ts\nconst answer = 1\n```\n');
  await page.evaluate(() => navigator.clipboard.writeText('Some *words*.\n\n```ts {id=two}\nanswer + 1\n```\n\n```ts\nanswer + 2\n```\n'));
  await press(page, 'v');
  await sees(page, () => ids(page)).toMatch(/^answer two cell-\d$/);
  await page.getByText('Some words.').waitFor();
  expect(page.problems).toEqual([]);
}, 60_000);

test('every overlay is without faults for assistive technology, light and dark, wide and on a phone', async () => {
  const axe = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1280, 390]) {
      const page = await own(`axe-${colorScheme}-${width}`, ['const answer = 1', 'answer +'], {
        colorScheme,
        viewport: { width, height: 844 },
        bypassCSP: true,
      });
      await page.evaluate(axe);
      const faults = async (where: string): Promise<void> => {
        await page.waitForTimeout(250);
        const found = await page.evaluate(async () => {
          const { violations } = await (
            window as unknown as {
              axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
            }
          ).axe.run();
          return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)} ${nodes[0]?.failureSummary.slice(0, 200)}`);
        });
        expect({ where: `${where} ${colorScheme} ${width}`, found }).toEqual({ where: `${where} ${colorScheme} ${width}`, found: [] });
      };
      await press(page, 'j', 'Shift+Enter');
      await cellIs(page, 'answer', 'done');
      await press(page, 'Control+k');
      await page.getByRole('combobox').waitFor();
      await faults('palette');
      await page.keyboard.type('zzzz');
      await faults('palette without results');
      await press(page, 'Escape', '?');
      await page.getByRole('dialog', { name: 'All shortcuts' }).waitFor();
      await faults('help');
      await press(page, 'Escape', 'k', 'Shift+F10');
      await page.getByRole('menu').waitFor();
      await faults('menu of a cell');
      await press(page, 'Escape', 'Control+f');
      await page.keyboard.type('answer');
      await faults('find');
      await page.keyboard.type('(((');
      await faults('find without results');
      await press(page, 'Escape', 'k', 'F2');
      await page.keyboard.type('a b');
      await press(page, 'Enter');
      await faults('rename, refused');
      await press(page, 'Escape', 'Shift+j', 'd', 'd');
      await faults('a toast, an empty notebook');
      await page.context().close();
    }
}, 180_000);
