/* Parts in a reader's hands: dragged by mouse and finger, moved by keys, bound to what code sets, asked before they run. Followers run
   while they move; axe finds nothing, in light and dark. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BrowserContextOptions, Locator } from 'playwright-core';
import { cell, cellIs, keepCopy, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function opened(id: string, cells: readonly string[], options: BrowserContextOptions = {}): Promise<OpenPage> {
  const text = `---\ngradus: 1\nid: ${id}\ntitle: Parts\n---\n\n${cells.map((code) => `\`\`\`ts\n${code}\n\`\`\`\n`).join('\n')}`;
  const page = await site.page('', { viewport: { width: 1280, height: 900 }, ...options });
  await keepCopy(page, text);
  await page.getByRole('button', { name: 'Run all' }).click();
  return page;
}
const seen = async (page: OpenPage): Promise<unknown> =>
  JSON.parse((await cell(page, 'seen').locator('[data-outputs]').innerText()) || 'null');
const arrives = (page: OpenPage, value: unknown): Promise<void> => expect.poll(() => seen(page), { timeout: 15_000 }).toEqual(value);
const show = (names: string): string => `const seen = md\`\${JSON.stringify(${names})}\`\nseen`;

/** Presses on the middle of `from`, moves by (dx, dy) pixels in steps, and lets go. */
async function drag(page: OpenPage, from: Locator, dx: number, dy: number, steps = 8): Promise<void> {
  await from.scrollIntoViewIfNeeded();
  const box = (await from.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let i = 1; i <= steps; i++) await page.mouse.move(x + (dx * i) / steps, y + (dy * i) / steps);
  await page.mouse.up();
}

async function violations(page: OpenPage): Promise<unknown[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as {
      axe: { run(at: string): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await tool.run('[data-outputs]')).violations.map(({ id, nodes }) => [
      id,
      nodes.slice(0, 2).map(({ html }) => html.slice(0, 160)),
    ]);
  });
}

test('a point is dragged, moved by keys and heard of; what follows it runs while it moves', async () => {
  const page = await opened('parts-points', [
    `import { points } from 'gradus:parts'
const xy = view(points({ label: 'Corners', value: [[0, 0], [1, 1]], names: ['low', 'high'], domain: [-2, 2], snap: 0.5 }))`,
    show('xy'),
  ]);
  await arrives(page, [[0, 0], [1, 1]]); // prettier-ignore
  const low = page.getByRole('slider', { name: 'point low' });
  await drag(page, low, 0, -40);
  await expect.poll(async () => ((await seen(page)) as number[][])[0]![1]).toBeGreaterThan(0);
  expect(((await seen(page)) as number[][])[1]).toEqual([1, 1]);

  const high = page.getByRole('slider', { name: 'point high' });
  await high.focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowDown');
  await expect.poll(async () => ((await seen(page)) as number[][])[1]).toEqual([0.5, 0.5]);
  await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(async () => ((await seen(page)) as number[][])[1]).toEqual([2, 0.5]); // the edge of the plane
  expect(await high.getAttribute('aria-valuetext')).toBe('x 2, y 0.5');
  await expect.poll(() => page.locator('.part [role=status]').innerText(), { timeout: 5000 }).toContain('high (2, 0.5)');
  expect(await high.evaluate((one) => document.activeElement === one)).toBe(true); // focus is never lost

  await page.getByText('Values').click();
  await page.getByRole('cell', { name: 'high' }).waitFor();
  expect(page.problems).toEqual([]);
});

test('what code sets moves the part; a part in the cell of its followers is not lost while it is dragged', async () => {
  const page = await opened('parts-bound', [
    'const tip = Inputs.input([[1, 1]])',
    `const [[x, y]] = view(tip)
const reset = view(Inputs.button('Reset', { reduce: () => { tip.value = [[1, 1]]; tip.dispatchEvent(new Event('input')) } }))`,
    `import { vectors } from 'gradus:parts'
display(Inputs.bind(vectors({ label: 'Arrow', value: [[1, 1]], domain: [-3, 3], layers: { segments: [{ to: [x, 0], colour: 2 }] } }), tip))`,
    show('[x, y]'),
  ]);
  await arrives(page, [1, 1]);
  const arrow = page.getByRole('slider', { name: 'arrow u' });
  await drag(page, arrow, 60, 20, 20);
  await expect.poll(async () => ((await seen(page)) as number[])[0]).toBeGreaterThan(1.5);
  const [left, up] = (await arrow.getAttribute('aria-valuetext'))!.match(/-?[\d.]+/g)!.map(Number);
  await arrives(page, [left, up]); // the last move is not lost
  await page.getByRole('button', { name: 'Reset' }).click();
  await arrives(page, [1, 1]);
  await expect.poll(() => arrow.getAttribute('aria-valuenow')).toBe('1');
  expect(page.problems).toEqual([]);
});

test('a prediction: what uses it waits, the commitment is judged, and it is still there after a reload', async () => {
  const page = await opened('parts-predict', [
    `import { predict } from 'gradus:parts'
const guess = view(predict({ id: 'corners', question: 'How many corners can one line get right?', choices: [1, 2, 3, 4], answer: 3, explain: 'One line gets 3.' }))`,
    'const seen = md`${JSON.stringify([guess])}`\nseen',
    "const other = view(predict({ id: 'rate', question: 'How large may the rate be?', range: [0, 4], answer: 2 }))",
  ]);
  await page.getByText('Waits for your answer in predict: commit to one first.').waitFor();
  await cellIs(page, 'seen', 'idle');
  await cellIs(page, 'other', 'done'); // predict itself is there
  const card = cell(page, 'predict').locator('.predict');
  await card.getByRole('button', { name: 'Commit and run' }).click();
  await card.getByText('Choose an answer first.').waitFor();
  await card.getByRole('radio', { name: '4' }).check({ force: true });
  const sure = card.getByRole('radiogroup', { name: 'How sure?' });
  await sure.getByRole('radio', { name: '70 %' }).check({ force: true });
  await sure.getByRole('radio', { name: '70 %' }).click({ force: true }); // taken back
  expect(await sure.locator(':checked').count()).toBe(0);
  await sure.getByRole('radio', { name: '50 %' }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await card.getByRole('button', { name: 'Commit and run' }).click();
  await card.getByText('You said 4. One line gets 3.').waitFor();
  await card.getByText('0 of your 1 prediction held.').waitFor();
  await card.getByText('You were 70 % sure.').waitFor();
  expect(await card.locator('.truth').innerText()).toContain('3');
  expect(await card.locator('.truth').textContent()).toBe('3, the answer');
  await arrives(page, [4]);

  await page.waitForTimeout(500);
  await page.reload();
  await page.getByRole('button', { name: 'Run all' }).click();
  await arrives(page, [4]);
  await card.getByText('You said 4. One line gets 3.').waitFor();
  await card.getByText('You were 70 % sure.').waitFor();
  expect(await card.getByRole('radio').count()).toBe(0);
  await page.goto(new URL('/#/progress', page.url()).href);
  await page.getByText('you said 70 %').waitFor();
  expect(page.problems).toEqual([]);
});

const everything = [
  `import { predict, points, vectors, lines, matrixColumns, plane, curve, scrubber, chips, pad } from 'gradus:parts'
const uv = view(vectors({ label: 'Two arrows', value: [[2, 1], [-1, 2]], sum: true }))
const line = view(lines({ label: 'A neuron', value: { w: [1, 1], b: -1.5 }, domain: [-0.5, 1.5], sides: true }))
const A = view(matrixColumns({ label: 'A matrix', value: [[1, 0.5], [0, 1]], morph: true }))
const B = view(matrixColumns({ label: 'Three columns', value: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }))`,
  `const at = view(plane({ label: 'A plane', value: [0.5, 0.5], layers: { points: { xy: [[0, 0], [1, 1]], classes: [0, 1] } } }))
const rate = view(curve({ label: 'Learning rate', value: [[0, 0], [1, 1]], samples: 3 }))
const drawn = view(curve({ label: 'By hand', draw: true, samples: 16 }))`,
  `const step = view(scrubber({ label: 'Step', length: 20, fps: 30 }))
const order = view(chips({ label: 'Order', items: ['Rotate', 'Shear', 'Scale'] }))
const digit = view(pad({ label: 'Digit' }))`,
  show('{ uv, w: line.w, A, B: B[2][2], at, rate: [...rate], drawn: Math.max(...drawn), step, order, ink: digit.some((x) => x > 0.5) }'),
  "const q = view(predict({ id: 'order', question: 'Which order?', order: ['a', 'b'], answer: ['b', 'a'] }))",
];

test('every part by keyboard; nothing for axe to find, in light and dark', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await opened('parts-all', everything, { colorScheme });
    await cellIs(page, 'seen', 'done');
    await page.getByText('Which order?').waitFor();
    await expect.poll(() => page.locator('.part .handle').count()).toBeGreaterThan(10);
    expect(await violations(page), colorScheme).toEqual([]);
    if (colorScheme === 'dark') continue;
    const press = async (
      name: string | RegExp,
      role: 'slider' | 'button' | 'textbox' | 'application',
      ...keys: string[]
    ): Promise<void> => {
      await page.getByRole(role, { name, exact: typeof name === 'string' }).focus();
      for (const key of keys) await page.keyboard.press(key);
    };
    await press('arrow u', 'slider', 'ArrowLeft');
    await press('line, arrow', 'slider', 'Shift+ArrowUp');
    await press('column ĵ', 'slider', 'ArrowUp').catch(() => page.getByRole('slider', { name: 'column ĵ' }).first().focus());
    await page.getByLabel('row 3, column 3').fill('2');
    await press('point', 'slider', 'ArrowUp');
    await press('point 2', 'slider', 'Shift+ArrowDown');
    await press(/^By hand/, 'slider', 'ArrowRight', 'ArrowRight', 'Shift+ArrowUp');
    await press('Step', 'slider', 'ArrowRight', 'Shift+ArrowRight');
    await press(/^Rotate/, 'button', 'ArrowRight');
    await press(/drawing pad/, 'application', 'Space', 'Shift+ArrowDown', 'Shift+ArrowDown', 'Space');
    await expect
      .poll(() => seen(page), { timeout: 15_000 })
      .toMatchObject({
        B: 2,
        step: 11,
        order: ['Shear', 'Rotate', 'Scale'],
        ink: true,
      });
    const now = (await seen(page)) as { uv: number[][]; w: number[]; at: number[]; rate: number[]; drawn: number };
    expect(now.uv[0]![0]).toBeLessThan(2);
    expect(now.w[1]).toBeGreaterThan(1);
    expect(now.at[1]).toBeGreaterThan(0.5);
    expect(now.rate[2]).toBeLessThan(1);
    expect(now.drawn).toBeGreaterThan(0);
    expect(page.problems).toEqual([]);
    await page.close();
  }
});

test('by touch: handles are 44 pixels to hit and follow the finger, a stroke on the pad does not scroll', async () => {
  const page = await opened('parts-touch', everything, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await cellIs(page, 'seen', 'done');
  const handle = page.getByRole('slider', { name: 'arrow u' });
  await handle.scrollIntoViewIfNeeded();
  const hit = (await handle.locator('.hit').boundingBox())!;
  expect(Math.round(Math.min(hit.width, hit.height))).toBeGreaterThanOrEqual(44);
  const touch = await page.context().newCDPSession(page);
  const stroke = async (from: Locator, dx: number, dy: number): Promise<void> => {
    await from.evaluate((one) => one.scrollIntoView({ block: 'center' }));
    await from.click({ trial: true }); // it stands still, and nothing lies over it
    const box = (await from.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] });
    for (let i = 1; i <= 6; i++)
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: x + (dx * i) / 6, y: y + (dy * i) / 6 }] });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  await stroke(handle, -30, 30);
  await expect.poll(async () => ((await seen(page)) as { uv: number[][] }).uv[0]![1]).toBeLessThan(1);
  const pad = page.getByRole('application', { name: /drawing pad/ });
  await pad.evaluate((one) => one.scrollIntoView({ block: 'center' }));
  const before = await page.evaluate(() => scrollY);
  await stroke(pad, 20, 60);
  await expect.poll(async () => ((await seen(page)) as { ink: boolean }).ink).toBe(true);
  expect(Math.abs((await page.evaluate(() => scrollY)) - before)).toBeLessThan(2);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(page.problems).toEqual([]);
});
