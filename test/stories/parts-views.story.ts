/* A reader opens the example of all parts and takes each picture into the hand: by mouse, by keys, and what it says arrives in the prose
   beside it. Light and dark, on a desk and on a phone, with nothing for axe to say. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, openSite, type OpenPage, type Site } from './harness.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let site: Site, page: OpenPage;
beforeAll(async () => {
  site = await openSite();
  page = await site.page('n/parts/', { viewport: { width: 1280, height: 900 } });
  await cellIs(page, 'plan', 'done', 120_000);
}, 180_000);
afterAll(() => site?.close());

/** The part of a cell, drawn. */
async function part(id: string): Promise<ReturnType<OpenPage['locator']>> {
  const figure = cell(page, id).locator('figure.part');
  await figure.scrollIntoViewIfNeeded();
  await figure.locator('.part-body > *').first().waitFor({ timeout: 30_000 });
  return figure;
}
/** A paragraph of prose that begins so. */
const prose = (start: string): Promise<string> =>
  page
    .locator('p', { hasText: new RegExp(`^\\s*${start}`) })
    .filter({ hasNot: page.locator('figure') })
    .first()
    .innerText();
const says = (start: string, words: string | RegExp): Promise<void> =>
  expect.poll(() => prose(start), { timeout: 20_000 }).toMatch(words) as Promise<void>;
const text = (id: string): Promise<string> => cell(page, id).locator('.part-text').innerText();
const tells = (id: string, words: string | RegExp): Promise<void> =>
  expect.poll(() => text(id), { timeout: 20_000 }).toMatch(words) as Promise<void>;

test('a grid of images: arrows, a click, and a thousand of them scroll', async () => {
  const figure = await part('digits');
  const grid = figure.getByRole('slider', { name: 'A thousand digits' });
  await grid.focus();
  await page.keyboard.press('ArrowRight');
  await says('Picture', /^Picture 1 is a 3;/);
  await page.keyboard.press('End');
  await says('Picture', /^Picture 999 /);
  expect(await grid.evaluate((box) => box.scrollTop)).toBeGreaterThan(1000);
  await page.keyboard.press('Home');
  await says('Picture', /^Picture 0 /);
  await grid.evaluate((box) => (box.scrollTop = 0));
  const box = (await figure.locator('canvas').boundingBox())!;
  await page.mouse.click(box.x + 64 * 2 + 30, box.y + 30);
  await says('Picture', /^Picture 2 is a 1;/);
  const ink = await figure.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(data).size;
  });
  expect(ink).toBeGreaterThan(20);
});

test('a confusion matrix: keys, a cell, a worst mistake', async () => {
  const figure = await part('mistakes');
  await figure.getByRole('gridcell', { name: '4 taken for 9: 7' }).focus();
  await page.keyboard.press('ArrowDown');
  await says('A 5 was taken', 'A 5 was taken for a 9 in 1 of 100 cases.');
  await figure.getByRole('gridcell', { name: '0 taken for 2: 1' }).click();
  await says('A 0 was taken', 'for a 2 in 1 of 100');
  await figure.getByRole('button', { name: '5 taken for 3, 5' }).click();
  await says('A 5 was taken', 'for a 3 in 5 of 100');
});

test('a boundary: a point is dragged out of its region, the field follows a slider', async () => {
  const figure = await part('regions');
  await tells('regions', '8 of 8 points lie');
  const point = figure.getByRole('slider', { name: 'point 1 of same' });
  const from = (await point.boundingBox())!;
  const other = (await figure.getByRole('slider', { name: 'point 8 of different' }).boundingBox())!;
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(other.x - 20, other.y + 40, { steps: 6 });
  await page.mouse.up();
  await tells('regions', '7 of 8 points lie');
  expect(await point.getAttribute('aria-valuetext')).toContain('in the wrong region');
  await point.focus();
  const before = await point.getAttribute('aria-valuenow');
  await page.keyboard.press('Shift+ArrowLeft');
  expect(await point.getAttribute('aria-valuenow')).not.toBe(before);
  await page.getByRole('slider', { name: 'sharpness', exact: true }).focus();
  await page.keyboard.press('Home');
  await tells('regions', /^Of the plane same 100 %/);
});

test('shapes: two tiles by keys, one by mouse, until the edges match', async () => {
  const figure = await part('tiles');
  await figure.getByRole('slider', { name: 'tile x [B, 784]' }).focus();
  await page.keyboard.press('Enter');
  const v = figure.getByRole('slider', { name: 'tile V [128, 784]' });
  await v.focus();
  await page.keyboard.press('Enter');
  expect(await v.getAttribute('aria-valuetext')).toContain('the inner sizes 784 and 128 differ');
  await says('Lay the tiles', 'so far: none');
  await page.keyboard.press('Delete');
  await figure.getByRole('slider', { name: 'tile W [784, 128]' }).focus();
  await page.keyboard.press('ArrowRight');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('tile W [784, 128]');
  const b = (await figure.getByRole('slider', { name: 'tile b [128]' }).boundingBox())!;
  const place = (await figure.locator('[data-place="3"]').boundingBox())!;
  await page.mouse.move(b.x + 20, b.y + 20);
  await page.mouse.down();
  await page.mouse.move(place.x + 30, place.y + 20, { steps: 5 });
  await page.mouse.up();
  await says('Lay the tiles', 'so far: B × 128');
  expect(await figure.locator('.joint[data-state="fits"]').count()).toBe(2);
  await tells('tiles', 'All edges match');
});

test('a matrix: keys and a press choose a cell', async () => {
  const figure = await part('heat');
  await figure.getByRole('slider', { name: 'Who looks at whom' }).focus();
  await page.keyboard.press('ArrowUp');
  await says('on gives', /^on gives 26 % of its attention to on/);
  await page.keyboard.press('Home');
  await says('on gives', /to the\.$/);
});

test('a field and a surface: the point moves, the view turns, the way down follows', async () => {
  const field = await part('flow');
  await field.getByRole('slider', { name: 'point' }).focus();
  await page.keyboard.press('ArrowRight');
  await tells('flow', /^At \(-1\.15, 1\.2\)/);
  const valley = await part('valley');
  const view = valley.getByRole('slider', { name: 'A valley, view' });
  await view.focus();
  await page.keyboard.press('ArrowUp');
  expect(await view.getAttribute('aria-valuetext')).toBe('azimuth -50 degrees, elevation 34 degrees');
  const box = (await view.boundingBox())!;
  await page.mouse.move(box.x + 60, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 40, { steps: 4 });
  await page.mouse.up();
  expect(await view.getAttribute('aria-valuetext')).toMatch(/azimuth -80 degrees/);
  const before = await prose('It ends at height');
  await valley.getByRole('slider', { name: 'point' }).focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowLeft');
  await tells('valley', /At \(0\.1, 1\.4\)/);
  await expect.poll(() => prose('It ends at height')).not.toBe(before);
  await valley.getByRole('button', { name: 'Level lines' }).click();
  await expect.poll(() => valley.locator('.contour-line').count()).toBeGreaterThan(8);
});

test('graphs: keys go from node to node, a press chooses, a drag moves', async () => {
  const figure = await part('compute');
  await figure.getByRole('button', { name: 'z − y 1' }).focus();
  await page.keyboard.press('ArrowRight');
  await says('The slope of L', 'by L is 1.');
  await figure.getByRole('button', { name: 'w 2 parameter' }).click();
  await says('The slope of L', 'by w is 6.');
  const friends = await part('friends');
  const node = friends.getByRole('button', { name: 'd', exact: true });
  const at = (await node.boundingBox())!;
  await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
  await page.mouse.down();
  await page.mouse.move(at.x - 60, at.y + 10, { steps: 5 });
  await page.mouse.up();
  const after = (await node.boundingBox())!;
  expect(at.x - after.x).toBeGreaterThan(50);
  await tells('friends', 'Chosen: d, beside c and e');
  await node.focus();
  await page.keyboard.press('ArrowLeft');
  expect((await node.boundingBox())!.x).toBeLessThan(after.x);
});

test('a tree: arrows enter, leave, close and open', async () => {
  const figure = await part('beam');
  await figure.getByRole('treeitem', { name: /^the/ }).focus();
  await page.keyboard.press('ArrowRight');
  await says('The way to', 'to cat has probability 0.60');
  await page.keyboard.press('ArrowLeft');
  expect(await figure.getByRole('treeitem', { name: /^cat/ }).getAttribute('aria-expanded')).toBe('false');
  expect(await figure.getByRole('treeitem').count()).toBe(5);
  await figure.getByRole('treeitem', { name: /^ran 0.36/ }).click();
  await says('The way to', 'to ran has probability 0.36');
});

test('a trace: buttons, scrubber and play replay the steps', async () => {
  const figure = await part('sorting');
  await figure.getByRole('button', { name: 'Next' }).click();
  await says('Swaps so far', 'so far: 2.');
  await figure.getByRole('slider').focus();
  await page.keyboard.press('End');
  await tells('sorting', 'Step 18 of 18: sorted.');
  expect(await figure.locator('.done').count()).toBe(6);
  await page.keyboard.press('Home');
  await figure.getByRole('button', { name: 'Play' }).click();
  await tells('sorting', /^Step [2-9]/);
  await figure.getByRole('button', { name: 'Pause' }).click();
  const graph = await part('search');
  await graph.getByRole('button', { name: 'Back' }).click();
  await tells('search', /^Step 4 of/);
});

test('a timeline: cursor and bars move by keys and by mouse', async () => {
  const figure = await part('plan');
  await figure.getByRole('slider', { name: 'time' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await says('At second', /^At second 5, 2 bars/);
  const bar = figure.getByRole('slider', { name: 'part 2 in train' });
  await bar.focus();
  await page.keyboard.press('ArrowRight');
  await says('At second', /^At second 5, 1 bars run; the last ends at 8\.5/);
  const box = (await bar.boundingBox())!;
  await page.mouse.move(box.x + 40, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 40 - (box.width / 3) * 0.5, box.y + 10, { steps: 4 });
  await page.mouse.up();
  await says('At second', 'ends at 8.');
  expect(page.problems).toEqual([]);
});

for (const [colorScheme, width] of [
  ['light', 1280],
  ['dark', 390],
] as const)
  test(`nothing for axe to say, ${colorScheme}, ${width} wide, and the page does not scroll sideways`, async () => {
    const phone = width < 500;
    const other = await site.page('n/parts/', { viewport: { width, height: 900 }, colorScheme, hasTouch: phone, isMobile: phone });
    await cellIs(other, 'plan', 'done', 120_000);
    await other.evaluate(async () => {
      for (let y = 0; y < document.body.scrollHeight; y += 700) {
        scrollTo(0, y);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    });
    await other.waitForTimeout(800);
    expect(await other.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await other.evaluate(axe);
    const violations = await other.evaluate(async () => {
      const { axe: checker } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await checker.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 140)).join(' | ')}`);
    });
    expect(violations).toEqual([]);
    if (await other.evaluate(() => matchMedia('(pointer: coarse)').matches)) {
      // What is touched is 44 px large.
      const small = await other.evaluate(() =>
        [...document.querySelectorAll('.part :is(.hit, .tile-face, [role="gridcell"], .lane-bar rect, .part-bar button)')]
          .map((one) => ({ name: one.getAttribute('class') ?? one.tagName, box: one.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && box.height < 37.9)
          .map(({ name, box }) => `${name} ${box.width} × ${box.height}`),
      );
      expect(small).toEqual([]);
    }
    expect(other.problems).toEqual([]);
    await other.context().close();
  }, 180_000);
