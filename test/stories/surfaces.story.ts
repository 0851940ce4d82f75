/* Surfaces that few see and all rely on: rows for fingers, forced colours, paper, and an error that says what was meant. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, keepCopy, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const fence = (id: string, code: string): string => `\`\`\`ts {id=${id}}\n${code}\n\`\`\`\n\n`;
async function own(id: string, body: string, options: Parameters<Site['page']>[1]): Promise<OpenPage> {
  const page = await site.page('', options);
  await keepCopy(page, `---\ngradus: 1\nid: ${id}\ntitle: Surfaces\n---\n\n${body}`);
  await page.getByRole('button', { name: 'Run all' }).click();
  return page;
}
const rows = `Array.from({ length: 500 }, (_, i) => ({ i, twice: 2 * i }))`;

test('rows that are pressed are high enough for a finger, those that are read stay dense, and a press beside the box counts', async () => {
  const body =
    fence('chosen', `const chosen = view(Inputs.table(${rows}))`) + fence('read', `table(${rows})`) + fence('n', 'chosen.length');
  const page = await own('surface-rows', body, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await cellIs(page, 'n', 'done');
  const row = cell(page, 'chosen').locator('.grid-body .grid-row').nth(2);
  expect(await row.evaluate((element) => element.getBoundingClientRect().height)).toBe(44);
  const read = cell(page, 'read').locator('.grid-body .grid-row').first();
  expect(await read.evaluate((element) => element.getBoundingClientRect().height)).toBe(32);
  await cell(page, 'chosen').scrollIntoViewIfNeeded();
  const box = (await row.locator('.box').boundingBox())!;
  await page.touchscreen.tap(box.x + 3, box.y + 5);
  await expect.poll(() => row.locator('input').isChecked()).toBe(true);
  await expect.poll(() => cell(page, 'n').locator('[data-outputs]').innerText()).toBe('1');
  // The last row is reached, whole, at the end of the scrolling.
  const grid = cell(page, 'chosen').locator('.grid');
  await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect.poll(() => grid.locator('[aria-rowindex="501"]').count()).toBe(1);
  const [last, frame] = [await grid.locator('[aria-rowindex="501"]').boundingBox(), await grid.boundingBox()];
  expect(last!.y + last!.height).toBeLessThanOrEqual(frame!.y + frame!.height + 1);
  expect(page.problems).toEqual([]);
});

test('with forced colours a heat map has its shades, sliders their track, and what is chosen is seen', async () => {
  const body = fence('w', 'const w = view(Inputs.range([0, 10], { label: "w" }))') + fence('t', 'tensor.arange(24).reshape([4, 6])');
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await own(`surface-forced-${colorScheme}`, body, {
      viewport: { width: 1280, height: 900 },
      colorScheme,
      forcedColors: 'active',
    });
    await cellIs(page, 't', 'done');
    const shades = await cell(page, 't')
      .locator('canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return new Set(data.filter((_, i) => i % 4 === 0)).size;
      });
    expect(shades).toBeGreaterThan(12);
    const pressed = cell(page, 't').locator('.seg [aria-pressed="true"]').first();
    const grounds = await pressed.evaluate((element) => [
      getComputedStyle(element).backgroundColor,
      getComputedStyle(element.parentElement!).backgroundColor,
    ]);
    expect(grounds[0]).not.toBe(grounds[1]);
    expect(page.problems).toEqual([]);
  }
});

test('paper has all lines of an open editor', async () => {
  const lines = Array.from({ length: 300 }, (_, i) => `// line ${i}`).join('\n');
  const page = await own('surface-paper', fence('long', `const long = 1\n${lines}`), { viewport: { width: 1280, height: 700 } });
  await cellIs(page, 'long', 'done');
  await page.getByRole('textbox', { name: 'Code of long' }).click();
  const line = cell(page, 'long').locator('.cm-line');
  await line.first().waitFor();
  await page.emulateMedia({ media: 'print' });
  await expect.poll(() => line.count()).toBe(301);
  expect(await line.last().evaluate((element) => element.getBoundingClientRect().bottom <= document.documentElement.scrollHeight)).toBe(
    true,
  );
  // An A4 page between its margins is as narrow as a phone, and is none: nothing hangs over its edge.
  await page.setViewportSize({ width: 673, height: 900 });
  const left = await cell(page, 'long').evaluate((element) =>
    Math.min(...[...element.querySelectorAll('.body, .code, .cm-line')].map((part) => part.getBoundingClientRect().left)),
  );
  expect(left).toBeGreaterThanOrEqual(0);
  await page.emulateMedia({ media: 'screen' });
  expect(page.problems).toEqual([]);
});

test('a name that nobody defines is told with the one that was meant, which a button writes', async () => {
  const page = await own('surface-slip', fence('a', 'const labels = [1, 2]') + fence('b', 'const n = 1\nlables.length + n'), {
    viewport: { width: 1280, height: 900 },
  });
  await cellIs(page, 'b', 'error');
  await cell(page, 'b').getByText('Did you mean labels of cell a?').waitFor();
  await cell(page, 'b').getByRole('button', { name: 'Use labels' }).click();
  await cellIs(page, 'b', 'stale');
  await cell(page, 'b').getByRole('button', { name: 'Run stale cell' }).click();
  await cellIs(page, 'b', 'done');
  expect((await cell(page, 'b').locator('[data-outputs]').innerText()).trim()).toBe('3');
  expect(page.problems).toEqual([]);
});

test('what is shown from last time is out of date once its code is another one, and as it was when that is undone', async () => {
  const page = await own('surface-kept', fence('a', 'const a = 2\na'), { viewport: { width: 1280, height: 900 } });
  await cellIs(page, 'a', 'done');
  await page.waitForTimeout(1000);
  await page.reload();
  await page.locator('[data-cell="a"][data-kept]').waitFor();
  await page.getByRole('textbox', { name: 'Code of a' }).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' + 1');
  await cellIs(page, 'a', 'stale');
  await page.keyboard.press('Control+z');
  await cellIs(page, 'a', 'idle');
  expect(await cell(page, 'a').getAttribute('data-kept')).not.toBeNull();
  expect(page.problems).toEqual([]);
});
