/* One notebook in two tabs of one browser: one writes, the other follows, whoever types takes over, and no edit is lost. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { cell, keepCopy, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const text = (id: string, cells: readonly string[]): string =>
  `---\ngradus: 1\nid: ${id}\ntitle: Two tabs\n---\n\n${cells.map((code) => `\`\`\`ts\n${code}\n\`\`\`\n`).join('\n')}`;

/** A notebook of one's own in a first tab, and the same in a second one. */
async function twoTabs(id: string, cells: readonly string[]): Promise<[OpenPage, Page]> {
  const first = await site.page('', { viewport: { width: 1100, height: 800 } });
  await keepCopy(first, text(id, cells));
  const second = await first.context().newPage();
  await second.goto(first.url());
  await code(second, 'a').waitFor();
  return [first, second];
}
const code = (page: Page, id: string): ReturnType<Page['locator']> => page.getByRole('textbox', { name: `Code of ${id}`, exact: true });
const band = (page: Page): ReturnType<Page['locator']> => page.locator('.banner').filter({ hasText: 'Open in another tab.' });
const isSaved = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.dataset['saved'] === document.documentElement.dataset['revision']);
async function typeAtEnd(page: Page, id: string, letters: string): Promise<void> {
  await page.bringToFront();
  await code(page, id).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(letters);
}

test('the second tab follows the first, says so, and takes over by a button or by typing', async () => {
  const [first, second] = await twoTabs('follow', ['const a = 1', 'const b = 2']);
  await typeAtEnd(first, 'a', '0');
  await expect.poll(() => code(second, 'a').innerText()).toBe('const a = 10');
  await band(second).waitFor();
  expect(await band(first).count()).toBe(0);
  await band(second).getByRole('button', { name: 'Take over' }).click();
  await band(first).waitFor();
  await band(second).waitFor({ state: 'detached' });
  await typeAtEnd(first, 'b', '0');
  await band(second).waitFor();
  await expect.poll(() => code(second, 'b').innerText()).toBe('const b = 20');
  await expect.poll(() => isSaved(first)).toBe(true);
  await expect.poll(() => isSaved(second)).toBe(true);
  expect(first.problems).toEqual([]);
});

test('cells added and deleted in one tab come and go in the other', async () => {
  const [first, second] = await twoTabs('frame', ['const a = 1', 'a + 1']);
  await first.bringToFront();
  await cell(first, 'a').focus();
  await first.keyboard.press('b');
  await first.locator('.cm-content:focus').waitFor();
  await first.keyboard.type('const made = 3');
  await expect.poll(() => second.locator('[data-cell]').count()).toBe(3);
  await expect.poll(() => second.locator('main').innerText()).toContain('const made = 3');
  await first.keyboard.press('Escape');
  await first.keyboard.press('d');
  await first.keyboard.press('d');
  await expect.poll(() => second.locator('[data-cell]').count()).toBe(2);
});

test('200 edits, in turn in two tabs: all there, in both and after opening again', async () => {
  const [first, second] = await twoTabs('turns', ['const a = 1', 'const b = 1']);
  const pages = [first, second];
  const took: number[] = [];
  for (let i = 0; i < 200; i++) {
    const page = pages[i % 2]!;
    const began = Date.now();
    await page.evaluate(
      ([id, line]) => {
        const editor = document.querySelector<HTMLElement>(`[data-cell="${id}"] .cm-content, [data-cell="${id}"] [data-code]`)!;
        editor.focus();
        const selection = getSelection()!;
        selection.selectAllChildren(editor);
        selection.collapseToEnd();
        document.execCommand('insertText', false, line!);
      },
      [i % 4 < 2 ? 'a' : 'b', ` /*${i}*/`] as const,
    );
    took.push(Date.now() - began);
    if (i % 10 === 0) await page.waitForTimeout(30);
  }
  for (const page of pages) await expect.poll(() => isSaved(page), { timeout: 20_000 }).toBe(true);
  await first.waitForTimeout(1500);
  const shown = async (page: Page): Promise<string> => `${await code(page, 'a').innerText()}\n${await code(page, 'b').innerText()}`;
  const [one, two] = [await shown(first), await shown(second)];
  expect(one).toBe(two);
  const missing = Array.from({ length: 200 }, (_, i) => i).filter((i) => !one.includes(`/*${i}*/`));
  expect(missing).toEqual([]);
  await second.close();
  await first.reload();
  await code(first, 'a').waitFor();
  expect(await shown(first)).toBe(one);
  expect(first.problems).toEqual([]);
}, 240_000);

test('what both type at the same moment is merged', async () => {
  const [first, second] = await twoTabs('moment', ['const a = 1', 'const b = 1', 'const c = 1']);
  for (const page of [first, second]) await page.evaluate(() => document.querySelector<HTMLElement>('[data-code]')?.focus());
  await Promise.all([
    (async () => {
      for (let i = 0; i < 30; i++) {
        await code(first, 'a').press('Control+End');
        await code(first, 'a').pressSequentially(` /*x${i}*/`);
      }
    })(),
    (async () => {
      for (let i = 0; i < 30; i++) {
        await code(second, 'b').press('Control+End');
        await code(second, 'b').pressSequentially(` /*y${i}*/`);
      }
    })(),
  ]);
  // Both come to one text, however busy the machine is: nothing that was typed is missing in either.
  for (const page of [first, second]) {
    const missing = async (): Promise<string[]> => {
      const all = `${await code(page, 'a').innerText()}${await code(page, 'b').innerText()}`;
      return Array.from({ length: 30 }, (_, i) => [`/*x${i}*/`, `/*y${i}*/`])
        .flat()
        .filter((mark) => !all.includes(mark));
    };
    await expect.poll(missing, { timeout: 20_000 }).toEqual([]);
    await expect.poll(() => isSaved(page), { timeout: 20_000 }).toBe(true);
  }
});

test('closing the tab that writes hands over, with its last letters', async () => {
  const [first, second] = await twoTabs('close', ['const a = 1']);
  await typeAtEnd(first, 'a', '2');
  await expect.poll(() => first.evaluate(() => document.documentElement.dataset['tab'])).toBe('writes');
  await first.keyboard.type('3');
  await first.evaluate(() => new Promise(requestAnimationFrame)); // a browser kills a page that does not answer when it is closed
  await first.close({ runBeforeUnload: false });
  await expect.poll(() => code(second, 'a').innerText()).toBe('const a = 123');
  await expect.poll(() => second.evaluate(() => document.documentElement.dataset['tab'])).toBe('writes');
  await typeAtEnd(second, 'a', '4');
  await expect.poll(() => isSaved(second)).toBe(true);
  await second.reload();
  expect(await code(second, 'a').innerText()).toBe('const a = 1234');
});
