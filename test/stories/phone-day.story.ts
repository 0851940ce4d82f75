/* A day of work at 390 pixels by touch: read, type, run, the menu of a cell as a sheet, delete and take back, find and replace,
   the bar's menu, the outline as a drawer, the palette. What is to be touched is 44 pixels, and nothing scrolls sideways. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const text = `---
gradus: 1
id: phone
title: On the way
---

# On the way

A notebook in one hand.

## First

\`\`\`ts
const a = 2
\`\`\`

\`\`\`ts
const answer = a * 21
answer
\`\`\`

## Second

The answer is \${answer}.

\`\`\`ts
const rest = answer - a
\`\`\`
`;

const ids = (page: OpenPage): Promise<string> =>
  page.evaluate(() => [...document.querySelectorAll<HTMLElement>('[data-cell]')].map((one) => one.dataset['cell']).join(' '));
const poll = (what: () => Promise<unknown>) => expect.poll(what, { timeout: 5000 });

/** Heights in px of what can be touched in an overlay; those below 44. */
const small = (page: OpenPage, within: string): Promise<string[]> =>
  page.evaluate((selector) => {
    const things = [...document.querySelectorAll<HTMLElement>(`${selector} :is(button, [role=option], input:not([type=checkbox]), label)`)];
    return things
      .filter((thing) => thing.checkVisibility() && thing.getBoundingClientRect().height < 43.5)
      .map((thing) => `${thing.textContent.trim() || thing.ariaLabel} ${thing.getBoundingClientRect().height}`);
  }, within);
const sideways = (page: OpenPage): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);

test('a day by touch', async () => {
  const page = await site.page('', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'phone.md', mimeType: 'text/markdown', buffer: Buffer.from(text) });
  await page.locator('.banner').getByRole('button', { name: 'Save a copy' }).tap();
  await page.waitForURL('**/#/n/phone');
  await page.locator('.banner').waitFor({ state: 'detached' });

  // ---- type and run
  const code = page.getByRole('textbox', { name: 'Code of a', exact: true });
  await code.tap();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('0');
  await page.getByRole('button', { name: 'Run all' }).tap();
  await cellIs(page, 'rest', 'done');
  expect((await cell(page, 'answer').locator('[data-outputs]').innerText()).trim()).toBe('420');
  await page.locator('[data-value]', { hasText: '420' }).waitFor();
  expect(await sideways(page)).toBe(false);

  // ---- the menu of a cell is a sheet at the lower edge
  const more = cell(page, 'rest').getByRole('button', { name: 'More for this cell' });
  await more.scrollIntoViewIfNeeded();
  await more.tap();
  const menu = page.getByRole('menu', { name: 'Cell rest' });
  await menu.waitFor();
  const box = (await menu.boundingBox())!;
  expect(Math.round(box.x)).toBe(0);
  expect(Math.round(box.width)).toBe(390);
  expect(Math.abs(box.y + box.height - 844)).toBeLessThan(2);
  expect(await small(page, '.menu.floating')).toEqual([]);
  await menu.getByRole('menuitem', { name: 'Duplicate' }).tap();
  await poll(async () => (await ids(page)).split(' ').length).toBe(4);
  await page.locator('[data-cell]:focus').getByRole('button', { name: 'More for this cell' }).tap();
  await page.getByRole('menuitem', { name: 'Delete' }).tap();
  await poll(() => ids(page)).toBe('a answer rest');
  await page.getByRole('button', { name: 'Undo' }).tap();
  await poll(async () => (await ids(page)).split(' ').length).toBe(4);

  // ---- the bar's menu: its commands, and find
  await page.getByRole('button', { name: 'More commands' }).tap();
  for (const name of ['Run stale', 'Restart', 'Save a copy', 'Download']) await page.getByRole('button', { name, exact: true }).waitFor();
  expect(await small(page, '#commands')).toEqual([]);
  await page.getByRole('button', { name: 'Find and replace' }).tap();
  await page.getByLabel('Find', { exact: true }).fill('answer');
  await poll(() => page.locator('#find-says').innerText()).toMatch(/^\d+ of \d+$/);
  expect(await small(page, '.find')).toEqual([]);
  expect(await sideways(page)).toBe(false);
  await page.getByLabel('Replace by').fill('result');
  await page.getByRole('button', { name: 'Replace all' }).tap();
  await poll(() => page.getByRole('textbox', { name: 'Code of rest', exact: true }).innerText()).toBe('const rest = result - a');
  await page.getByRole('search').getByRole('button', { name: 'Close' }).tap();

  // ---- the palette, and the outline as a drawer
  await page.getByRole('button', { name: 'More commands' }).tap();
  await page.locator('#commands').getByRole('button', { name: 'Search' }).tap();
  await page.getByRole('combobox').fill('@rest');
  expect(await small(page, '.palette')).toEqual([]);
  await page.getByRole('option').first().tap();
  await poll(() => page.evaluate(() => document.activeElement?.id)).toBe('cell-rest');
  await page.getByRole('button', { name: 'More commands' }).tap();
  await page.locator('#commands').getByRole('button', { name: 'Outline' }).tap();
  await page.locator('#outline').getByRole('link', { name: 'Second' }).tap();
  await poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
  expect(await page.locator('#outline').isVisible()).toBe(false);
  expect(await sideways(page)).toBe(false);
  expect(page.problems).toEqual([]);
}, 90_000);
