/* A reader is asked: each kind of input is drawn, used by mouse and by keyboard, and what it holds arrives in a cell that
   depends on it. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cell, cellIs, keepCopy, openSite, type OpenPage, type Site } from './harness.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const text = (id: string, cells: readonly string[]): string =>
  `---\ngradus: 1\nid: ${id}\ntitle: Inputs\n---\n\n${cells.map((code) => `\`\`\`ts\n${code}\n\`\`\`\n`).join('\n')}`;

/** A notebook of these cells, run; the last of them shows what the inputs hold as JSON. */
async function asked(id: string, cells: readonly string[], options: Parameters<Site['page']>[1] = {}): Promise<OpenPage> {
  const page = await site.page('', { viewport: { width: 1280, height: 900 }, ...options });
  await keepCopy(page, text(id, cells));
  await page.getByRole('button', { name: 'Run all' }).click();
  await cellIs(page, 'seen', 'done');
  return page;
}
const seen = async (page: OpenPage): Promise<unknown> =>
  JSON.parse((await cell(page, 'seen').locator('[data-outputs]').innerText()) || 'null');
const arrives = (page: OpenPage, value: Record<string, unknown>): Promise<void> =>
  expect.poll(() => seen(page), { timeout: 10_000 }).toMatchObject(value);
const show = (names: string): string => `const seen = md\`\${JSON.stringify({ ${names} })}\`\nseen`;

test('numbers: dragged, stepped, typed, reset, refused', async () => {
  const page = await asked('numbers', [
    `const k = view(Inputs.range([0, 100], { label: 'k', step: 1, value: 10 }))
const rate = view(Inputs.range([1e-4, 1], { label: 'Rate', transform: Math.log10, value: 0.01, format: (x) => x.toExponential(1) }))
const prime = view(Inputs.range([2, 30], { label: 'Prime', step: 1, value: 7, validate: (i) => {
  for (let d = 2; d * d <= i.valueAsNumber; d++) if (i.valueAsNumber % d === 0) { i.setCustomValidity(i.value + ' is divided by ' + d + '.'); return false }
  return true
} }))
const n = view(Inputs.number([0, 10], { label: 'n', step: 2, value: 4 }))`,
    show('k, rate, prime, n'),
  ]);
  const k = page.getByRole('slider', { name: 'k' });
  await k.focus();
  await page.keyboard.press('ArrowRight');
  await arrives(page, { k: 11 });
  await page.keyboard.press('Shift+ArrowRight');
  await arrives(page, { k: 21 });
  const box = (await k.boundingBox())!;
  await page.mouse.click(box.x + box.width - 2, box.y + box.height / 2);
  await arrives(page, { k: 100 });
  await k.dblclick();
  await arrives(page, { k: 10 });
  const typed = page.getByRole('textbox', { name: 'k, value' });
  await typed.fill('140');
  expect(await page.getByText('At most 100.').isVisible()).toBe(true);
  expect(await typed.getAttribute('aria-invalid')).toBe('true');
  await typed.fill('42');
  await arrives(page, { k: 42 });
  expect(await page.getByText('At most 100.').count()).toBe(0);

  await page.getByRole('slider', { name: 'Rate' }).focus();
  await page.keyboard.press('End');
  await arrives(page, { rate: 1 });
  await expect.poll(() => page.getByRole('textbox', { name: 'Rate, value' }).inputValue()).toBe('1.0e+0');
  await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(async () => ((await seen(page)) as { rate: number }).rate).toBeCloseTo(10 ** -0.4, 6);

  await page.getByRole('textbox', { name: 'Prime, value' }).fill('9');
  await page.getByText('9 is divided by 3.').waitFor();
  await arrives(page, { prime: 7 });
  await page.getByRole('textbox', { name: 'Prime, value' }).fill('11');
  await arrives(page, { prime: 11 });
  await expect.poll(() => page.getByText('9 is divided by 3.').count()).toBe(0);

  const n = page.getByRole('spinbutton', { name: 'n' });
  await n.fill('5');
  await page.getByText('In steps of 2.').waitFor();
  await arrives(page, { n: 4 });
  await n.fill('8');
  await arrives(page, { n: 8 });
  expect(page.problems).toEqual([]);
});

test('choices: select, radio, checkbox, toggle and buttons, by mouse and by keyboard', async () => {
  const page = await asked('choices', [
    `const size = view(Inputs.select(['S', 'M', 'L'], { label: 'Size' }))
const inks = view(Inputs.select(['c', 'm', 'y'], { label: 'Inks', multiple: true }))
const planet = view(Inputs.radio(new Map([['Earth', 1], ['Mars', 1.5]]), { label: 'Planet' }))
const tastes = view(Inputs.checkbox(['sweet', 'sour'], { label: html\`<b>Tastes</b>\` }))
const mute = view(Inputs.toggle({ label: 'Mute', values: ['on', 'off'] }))
const clicks = view(Inputs.button('Click'))
const counter = view(Inputs.button([['Add', (n) => n + 1], ['Reset', () => 0]], { label: 'Counter', value: 5 }))`,
    show('size, inks, planet, tastes, mute, clicks, counter'),
  ]);
  await arrives(page, { size: 'S', inks: [], planet: null, tastes: [], mute: 'off', clicks: 0, counter: 5 });
  await page.getByRole('combobox', { name: 'Size' }).selectOption('M');
  await page.getByRole('listbox', { name: 'Inks' }).selectOption(['0', '2']);
  await page.getByRole('radio', { name: 'Mars' }).click();
  await page.getByRole('checkbox', { name: 'sour' }).click();
  await page.getByRole('checkbox', { name: 'Mute' }).click();
  await page.getByRole('button', { name: 'Click' }).click();
  await page.getByRole('group', { name: 'Counter' }).getByRole('button', { name: 'Add' }).click();
  await arrives(page, { size: 'M', inks: ['c', 'y'], planet: 1.5, tastes: ['sour'], mute: 'on', clicks: 1, counter: 6 });

  await page.getByRole('combobox', { name: 'Size' }).focus();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('radio', { name: 'Mars' }).focus();
  await page.keyboard.press('ArrowUp');
  await page.getByRole('group', { name: 'Tastes' }).getByRole('checkbox', { name: 'sweet' }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('checkbox', { name: 'Mute' }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Reset' }).focus();
  await page.keyboard.press('Enter');
  await arrives(page, { size: 'L', planet: 1, tastes: ['sweet', 'sour'], mute: 'off', counter: 0 });
  expect(await page.getByRole('button', { name: 'Reset' }).evaluate((element) => element === document.activeElement)).toBe(true);
  expect(page.problems).toEqual([]);
});

test('texts: what is refused is said below and not reported, submit waits', async () => {
  const page = await asked('texts', [
    `const name = view(Inputs.text({ label: 'Name', minlength: 3, value: 'Ada' }))
const mail = view(Inputs.email({ label: 'Mail' }))
const city = view(Inputs.text({ label: 'City', submit: 'Go', datalist: ['Oslo'] }))
const bio = view(Inputs.textarea({ label: 'Bio', submit: true }))
const ink = view(Inputs.color({ label: 'Ink', value: '#112233' }))
const day = view(Inputs.date({ label: 'Day', min: '2024-01-01' }))
const at = view(Inputs.datetime({ label: 'Moment' }))
const doc = view(Inputs.file({ label: 'Records', transform: (file) => file.name }))
const same = view(Inputs.text({ label: 'Even', value: 'ab', validate: (input) => input.value.length % 2 === 0 }))`,
    show('name, mail, city, bio, ink, day, at, doc, same'),
  ]);
  await arrives(page, { name: 'Ada', mail: '', city: '', bio: '', ink: '#112233', day: null, at: null, doc: null, same: 'ab' });
  const name = page.getByLabel('Name', { exact: true });
  await name.fill('Al');
  await page.getByText('At least 3 characters, there are 2.').waitFor();
  expect(await name.getAttribute('aria-describedby')).not.toBeNull();
  await arrives(page, { name: 'Ada' });
  await name.fill('Alan');
  await arrives(page, { name: 'Alan' });
  await page.getByLabel('Mail').fill('nobody');
  await page.getByText('Expected an address such as ada@example.org.').waitFor();
  await page.getByLabel('Mail').fill('a@b.org');
  await page.getByLabel('City').fill('Oslo');
  await page.keyboard.press('Enter');
  await page.getByLabel('Bio').fill('one\ntwo');
  await page.keyboard.press('Control+Enter');
  await arrives(page, { mail: 'a@b.org', city: 'Oslo', bio: 'one\ntwo' });
  await page.getByLabel('City').fill('Rome');
  await new Promise((resolve) => setTimeout(resolve, 300));
  await arrives(page, { city: 'Oslo' });
  await page.getByRole('button', { name: 'Go' }).click();
  await arrives(page, { city: 'Rome' });
  await page.getByLabel('Ink').fill('#ff0000');
  await page.getByLabel('Day').fill('2023-05-06');
  await page.getByText('Not before 2024-01-01.').waitFor();
  await page.getByLabel('Day').fill('2024-05-06');
  await page.getByLabel('Moment').fill('2024-05-06T07:08');
  await page.getByLabel('Records').setInputFiles({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
  await arrives(page, { ink: '#ff0000', day: '2024-05-06T00:00:00.000Z', doc: 'a.json' });
  const even = page.getByLabel('Even');
  await even.focus();
  await even.press('End');
  await page.keyboard.type('c');
  await page.getByText('This is not accepted.').waitFor();
  await page.keyboard.type('d');
  await arrives(page, { same: 'abcd' });
  expect(await even.inputValue()).toBe('abcd');
  expect(page.problems).toEqual([]);
});

test('rows: found, sorted, chosen one by one and by a range', async () => {
  const page = await asked('rows', [
    `const rows = Array.from({ length: 1200 }, (_, i) => ({ name: 'row' + i, square: i * i }))
const found = view(Inputs.search(rows, { label: 'Find', query: 'row' }))`,
    `const picked = view(Inputs.table(found, { label: 'Rows', required: false }))`,
    `const names = picked.map((row) => row.name), count = found.length`,
    show('count, names'),
  ]);
  await arrives(page, { count: 1200, names: [] });
  const table = page.getByRole('grid', { name: 'Rows' });
  await table.getByRole('button', { name: 'square' }).click();
  await table.getByRole('button', { name: 'square' }).click();
  await expect.poll(() => table.getByRole('row').nth(1).innerText()).toContain('row1199');
  expect(await table.getByRole('columnheader', { name: 'square' }).getAttribute('aria-sort')).toBe('descending');
  await table.getByRole('checkbox', { name: 'Row 1', exact: true }).click();
  await table.getByRole('checkbox', { name: 'Row 3', exact: true }).click({ modifiers: ['Shift'] });
  await arrives(page, { names: ['row1199', 'row1198', 'row1197'] });
  await table.getByRole('checkbox', { name: 'Row 2', exact: true }).focus();
  await page.keyboard.press('Space');
  await arrives(page, { names: ['row1199', 'row1197'] });
  await page.getByRole('searchbox', { name: 'Find' }).fill('row7');
  await page.getByText('111 results').waitFor();
  await arrives(page, { count: 111 });
  expect(page.problems).toEqual([]);
});

test('forms and bound inputs', async () => {
  const page = await asked('forms', [
    `const at = view(Inputs.form({ x: Inputs.range([0, 10], { step: 1 }), more: { word: Inputs.text({ label: 'Word' }) } }, { label: 'Place' }))
const pair = view(Inputs.form([Inputs.toggle({ label: 'left' }), Inputs.toggle({ label: 'right' })], { template: ([a, b]) => html\`<p>First</p>\${a}<p>then</p>\${b}\` }))`,
    `const source = Inputs.input(5)
display(Inputs.bind(Inputs.range([0, 10], { label: 'one' }), source))
display(Inputs.bind(Inputs.number([0, 10], { label: 'same' }), source))
const s = view(source)`,
    show('at, pair, s'),
  ]);
  await arrives(page, { at: { x: 5, more: { word: '' } }, pair: [false, false], s: 5 });
  const place = page.getByRole('group', { name: 'Place' });
  await place.getByRole('slider', { name: 'x' }).focus();
  await page.keyboard.press('End');
  await place.getByLabel('Word').fill('here');
  await page.getByText('then', { exact: true }).waitFor();
  await page.getByLabel('right').check();
  await page.getByRole('spinbutton', { name: 'same' }).fill('8');
  await arrives(page, { at: { x: 10, more: { word: 'here' } }, pair: [false, true], s: 8 });
  await expect.poll(() => page.getByRole('slider', { name: 'one' }).inputValue()).toBe('8');
  expect(page.problems).toEqual([]);
});

test('a link opens with the values it names, and the address follows the reader on request', async () => {
  const cells = [
    `const k = view(Inputs.range([0, 10], { label: 'k', step: 1, value: 5, address: 'k' }))
const tags = view(Inputs.checkbox(['a', 'b'], { label: 'Tags', address: 'tag' }))
const plain = view(Inputs.range([0, 10], { label: 'plain', step: 1 }))`,
    show('k, tags, plain'),
  ];
  const page = await asked('address', cells);
  await page.getByRole('slider', { name: 'plain' }).press('End');
  await page.getByRole('slider', { name: 'k' }).press('ArrowRight');
  await page.getByRole('checkbox', { name: 'b' }).click();
  await arrives(page, { k: 6, tags: ['b'], plain: 10 });
  await expect.poll(() => new URL(page.url()).search).toBe('?k=6&tag=b');
  expect(new URL(page.url()).hash).toBe('#/n/address');
  await page.reload();
  await page.getByRole('button', { name: 'Run all' }).click();
  await arrives(page, { k: 6, tags: ['b'], plain: 5 });
  await page.getByRole('slider', { name: 'k' }).press('ArrowLeft');
  await page.getByRole('checkbox', { name: 'b' }).click();
  await expect.poll(() => new URL(page.url()).search).toBe('');
  expect(page.problems).toEqual([]);
});

test.each(['light', 'dark'] as const)('axe finds nothing among inputs, on a phone, %s', async (colorScheme) => {
  const page = await asked(
    'access',
    [
      `const a = view(Inputs.range([0, 1], { label: 'A long label of a slider that has to break' }))
const b = view(Inputs.form({ n: Inputs.number({ label: 'n' }), t: Inputs.text({ label: 'Text', pattern: 'x', submit: true }), c: Inputs.color({ label: 'Colour' }), d: Inputs.date({ label: 'Day' }) }))
const c = view(Inputs.radio(['x', 'y'], { label: 'Radio', disabled: ['y'] }))
const d = view(Inputs.table([{ x: 1 }, { x: 2 }], { label: 'Table' }))
const e = view(Inputs.search(['x'], { label: 'Find' }))
const f = view(Inputs.button([['Add', () => 1], ['Off', () => 2]], { label: 'Count', disabled: ['Off'] }))
const g = view(Inputs.range([0, 1]))
const h = view(Inputs.file({ label: 'File' }))
const i = view(Inputs.toggle({ label: 'Toggle' }))
const j = view(Inputs.textarea({ label: 'Area', value: 'x' }))`,
      show('a, c'),
    ],
    { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, colorScheme },
  );
  await page.getByLabel('n', { exact: true }).fill('x'.repeat(0));
  await page.getByLabel('Text').fill('y');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByText('Expected the form x.').waitFor();
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`);
  });
  expect(violations).toEqual([]);
  const small = await page.locator('[data-outputs] :is(input, select, textarea, button)').evaluateAll((elements) =>
    elements
      .map((element) => {
        const box = (element as HTMLInputElement).type === 'checkbox' ? (element as HTMLInputElement).labels?.[0] : undefined;
        const around = box ?? element.closest<HTMLElement>('label, td, th') ?? (element as HTMLElement);
        const least = element.closest('.grid') === null ? 40 : 22; // rows of a grid are 32 high
        return [element.outerHTML.slice(0, 80), around.getBoundingClientRect().height, least] as const;
      })
      .filter(([, height, least]) => height > 0 && height < least),
  );
  expect(small).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});
