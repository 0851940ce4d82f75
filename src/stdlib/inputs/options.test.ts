/* Every option of Observable Inputs 0.12, by input: what it does here. A row is a name, what is made, and what is seen of it. */

import { describe, expect, test } from 'vitest';
import { html } from '../templates.ts';
import { type Input, Inputs } from '../inputs.ts';

const seen = (input: Input): Record<string, unknown> => ({ ...input.props, label: input.label, value: input.value, wire: input.wire });
/** What is seen after the reader sent these wire values. */
const after = (input: Input, ...wires: unknown[]): Record<string, unknown> => {
  for (const wire of wires) input.receive(wire);
  return seen(input);
};
type Row = readonly [option: string, made: () => Record<string, unknown>, seen: Record<string, unknown>];

const even = (input: { value: string; setCustomValidity(text: string): void }): boolean => {
  if (Number(input.value) % 2 === 0) return true;
  input.setCustomValidity(`${input.value} is odd.`);
  return false;
};
const people = [
  { name: 'Ada', born: 1815, day: new Date('1815-12-10') },
  { name: 'Bob', born: undefined, day: null },
  { name: 'Cleo', born: -69, day: null },
];
const map = new Map([
  ['low', 1],
  ['high', 2],
]);

const table: Readonly<Record<string, readonly Row[]>> = {
  button: [
    ['content', () => seen(Inputs.button()), { labels: ['≡'], value: 0 }],
    [
      'content of html',
      () => seen(Inputs.button(html`<b>Go &amp; run</b>`)),
      { labels: [{ html: '<b>Go &amp; run</b>', text: 'Go & run' }] },
    ],
    ['label', () => seen(Inputs.button('Go', { label: 'Start' })), { label: 'Start' }],
    ['value', () => after(Inputs.button('Go', { value: 5 }), 0), { value: 6 }],
    ['reduce', () => after(Inputs.button('Go', { reduce: (v) => `${String(v)}!` }), 0, 0), { value: '0!!' }],
    ['required', () => seen(Inputs.button('Go', { required: true })), { value: undefined }],
    ['width', () => seen(Inputs.button('Go', { width: 120 })), { width: 120 }],
    ['disabled', () => seen(Inputs.button('Go', { disabled: true })), { disabled: true }],
    ['several', () => seen(Inputs.button([['a'], ['b', () => 1]])), { value: null, labels: ['a', 'b'] }],
    ['several, without reduce', () => after(Inputs.button([['a']], { value: 3 }), 0), { value: 3 }],
    ['several disabled', () => seen(Inputs.button([['a'], ['b']], { disabled: ['b'] })), { disabled: [1] }],
  ],
  toggle: [
    ['first value', () => seen(Inputs.toggle()), { value: false, wire: false }],
    ['value', () => seen(Inputs.toggle({ value: true })), { value: true, wire: true }],
    ['values', () => after(Inputs.toggle({ values: ['on', 'off'] }), true), { value: 'on' }],
    ['values, first', () => seen(Inputs.toggle({ values: ['on', 'off'] })), { value: 'off' }],
    ['values, unknown value', () => seen(Inputs.toggle({ values: [1, 0], value: 7 })), { value: 0 }],
    ['label, disabled', () => seen(Inputs.toggle({ label: 'Mute', disabled: true })), { label: 'Mute', disabled: true }],
  ],
  checkbox: [
    ['first value', () => seen(Inputs.checkbox(['a', 'b'])), { value: [], wire: [] }],
    ['value, in the order of the choices', () => seen(Inputs.checkbox(['a', 'b', 'c'], { value: ['c', 'x', 'a'] })), { value: ['a', 'c'] }],
    ['sort', () => seen(Inputs.checkbox(['b', null, 'a'], { sort: 'descending' })), { labels: ['b', 'a', ''] }],
    ['sort by a function', () => seen(Inputs.checkbox([3, 1, 2], { sort: (a, b) => Number(b) - Number(a) })), { labels: ['3', '2', '1'] }],
    ['unique', () => seen(Inputs.checkbox(['a', 'b', 'a'], { unique: true })), { labels: ['a', 'b'] }],
    ['unique dates', () => seen(Inputs.checkbox([new Date(0), new Date(0)], { unique: true })), { labels: ['1970-01-01'] }],
    ['locale', () => seen(Inputs.checkbox([1234.5], { locale: 'de' })), { labels: ['1.234,5'] }],
    ['locale, default', () => seen(Inputs.checkbox([1234.5])), { labels: ['1,234.5'] }],
    ['format', () => seen(Inputs.checkbox(['a'], { format: (x, i) => `${String(x)}${i}` })), { labels: ['a0'] }],
    [
      'format to html',
      () => seen(Inputs.checkbox(['a'], { format: (x) => html`<i>${x}</i>` })),
      { labels: [{ html: '<i>a</i>', text: 'a' }] },
    ],
    [
      'keyof, valueof',
      () =>
        after(Inputs.checkbox(people, { keyof: (d) => (d as { name: string }).name, valueof: (d) => (d as { born: number }).born }), [2]),
      { labels: ['Ada', 'Bob', 'Cleo'], value: [-69] },
    ],
    ['a Map', () => after(Inputs.checkbox(map), [1, 0]), { labels: ['low', 'high'], value: [2, 1] }],
    ['a Map, by key', () => seen(Inputs.checkbox(map, { key: ['high'] })), { value: [2] }],
    ['a Set, a generator', () => seen(Inputs.checkbox(new Set([1, 2]))), { labels: ['1', '2'] }],
    ['disabled', () => seen(Inputs.checkbox(['a', 'b'], { disabled: ['b'] })), { disabled: [1] }],
    ['width', () => seen(Inputs.checkbox(['a'], { width: '20rem' })), { width: '20rem' }],
  ],
  radio: [
    ['first value', () => seen(Inputs.radio(['a', 'b'])), { value: null, wire: null }],
    ['value', () => seen(Inputs.radio(['a', 'b'], { value: 'b' })), { value: 'b', wire: 1 }],
    ['value, unknown', () => seen(Inputs.radio(['a', 'b'], { value: 'x' })), { value: null }],
    ['value, a date', () => seen(Inputs.radio([new Date(5)], { value: new Date(5) })), { wire: 0 }],
    ['a Map', () => seen(Inputs.radio(map, { key: 'high' })), { value: 2 }],
    ['disabled', () => seen(Inputs.radio(['a'], { disabled: true })), { disabled: true }],
  ],
  select: [
    ['first value', () => seen(Inputs.select(['a', 'b'])), { value: 'a', wire: 0, multiple: false }],
    ['first value that is not disabled', () => seen(Inputs.select(['a', 'b'], { disabled: ['a'] })), { value: 'b' }],
    ['no choices', () => seen(Inputs.select([])), { value: null, wire: null }],
    ['value', () => seen(Inputs.select(['a', 'b'], { value: 'b' })), { value: 'b' }],
    ['value, unknown', () => seen(Inputs.select(['a', 'b'], { value: 'x' })), { value: 'a' }],
    ['a Map', () => seen(Inputs.select(map)), { value: 1, labels: ['low', 'high'] }],
    ['multiple', () => seen(Inputs.select(['a', 'b'], { multiple: true })), { value: [], multiple: true, size: 2 }],
    ['multiple, so many', () => seen(Inputs.select(['a', 'b'], { multiple: 7 })), { multiple: true, size: 7 }],
    ['size', () => seen(Inputs.select(['a', 'b'], { multiple: true, size: 3 })), { size: 3 }],
    ['width', () => seen(Inputs.select(['a'], { width: 80 })), { width: 80 }],
  ],
  range: [
    ['first value', () => seen(Inputs.range()), { value: 0.5, min: 0, max: 1, step: 'any' }],
    ['extent, inverted', () => seen(Inputs.range([10, 0])), { value: 5, min: 0, max: 10 }],
    ['step', () => seen(Inputs.range([0, 10], { step: 3, value: 10 })), { value: 9 }],
    ['step, beyond the last', () => seen(Inputs.range([0, 8], { step: 3, value: 8 })), { value: 6 }],
    ['value', () => seen(Inputs.range([0, 1], { value: 7 })), { value: 1 }],
    ['format', () => after(Inputs.range([0, 1], { format: (x) => `${x * 100} %` }), 0.25), { text: '25 %' }],
    ['transform', () => seen(Inputs.range([1, 100], { transform: Math.log })), { value: 50.5 }],
    [
      'invert',
      () => ({ at: (Inputs.range([1, 100], { transform: Math.log10, invert: (x) => 10 ** x }).props['scale'] as number[])[500] }),
      { at: 10 },
    ],
    ['placeholder', () => seen(Inputs.range([0, 1], { placeholder: 'p' })), { placeholder: 'p' }],
    ['validate', () => after(Inputs.range([0, 9], { step: 1, value: 2, validate: even }), 3), { value: 2, invalid: '3 is odd.' }],
    ['validate, mended', () => after(Inputs.range([0, 9], { step: 1, value: 2, validate: even }), 3, 4), { value: 4 }],
    ['width, disabled', () => seen(Inputs.range([0, 1], { width: 99, disabled: true })), { width: 99, disabled: true }],
  ],
  number: [
    ['first value', () => seen(Inputs.number()), { value: undefined, wire: null }],
    ['only options', () => seen(Inputs.number({ label: 'n', value: 2 })), { label: 'n', value: 2 }],
    ['value', () => seen(Inputs.number([0, 10], { value: 20 })), { value: 10 }],
    ['step', () => after(Inputs.number([0, 10], { step: 2, value: 4 }), 5), { value: 4, invalid: 'In steps of 2.' }],
    ['outside', () => after(Inputs.number([0, 10], { value: 4 }), 11), { value: 4, invalid: 'At most 10.' }],
    ['emptied', () => after(Inputs.number({ value: 4 }), null), { value: 4, invalid: 'Expected a number.' }],
    ['placeholder', () => seen(Inputs.number({ placeholder: '0 to 9' })), { placeholder: '0 to 9' }],
    ['validate', () => after(Inputs.number({ validate: even }), 8, 9), { value: 8, invalid: '9 is odd.', judged: true }],
  ],
  text: [
    ['first value', () => seen(Inputs.text()), { value: '', type: 'text' }],
    ['value', () => seen(Inputs.text({ value: 7 })), { value: '7' }],
    ['type', () => seen(Inputs.text({ type: 'email' })), { type: 'email' }],
    [
      'placeholder, spellcheck',
      () => seen(Inputs.text({ placeholder: 'p', spellcheck: false })),
      { placeholder: 'p', spellcheck: 'false' },
    ],
    [
      'autocomplete, autocapitalize',
      () => seen(Inputs.text({ autocomplete: true, autocapitalize: 'words' })),
      { autocomplete: 'on', autocapitalize: 'words' },
    ],
    ['pattern', () => after(Inputs.text({ pattern: '[a-z]+', value: 'a' }), 'A'), { value: 'a', invalid: 'Expected the form [a-z]+.' }],
    [
      'minlength',
      () => after(Inputs.text({ minlength: 3 }), 'ab'),
      { value: undefined, required: true, invalid: 'At least 3 characters, there are 2.' },
    ],
    [
      'maxlength',
      () => after(Inputs.text({ maxlength: 1, value: 'a' }), 'ab'),
      { value: 'a', invalid: 'At most 1 character, there are 2.' },
    ],
    ['min, max', () => after(Inputs.text({ type: 'number', min: 1, max: 3, value: 2 }), '4'), { value: '2', invalid: 'At most 3.' }],
    ['required', () => after(Inputs.text({ required: true, value: 'a' }), ''), { value: 'a', invalid: 'Something has to stand here.' }],
    ['required, first value', () => seen(Inputs.text({ required: true })), { value: undefined }],
    ['validate', () => after(Inputs.text({ validate: (i) => i.value.startsWith('x'), value: 'x' }), 'y', 'xz'), { value: 'xz' }],
    ['validate, first value', () => seen(Inputs.text({ validate: () => false, value: 'x' })), { value: undefined, wire: 'x' }],
    ['width', () => seen(Inputs.text({ width: '10em' })), { width: '10em' }],
    ['submit', () => seen(Inputs.text({ submit: true })), { submit: 'Submit' }],
    ['submit, worded', () => seen(Inputs.text({ submit: 'Send' })), { submit: 'Send' }],
    ['datalist', () => seen(Inputs.text({ datalist: new Set(['a', 2]) })), { datalist: ['a', '2'] }],
    ['readonly, disabled', () => seen(Inputs.text({ readonly: true, disabled: true })), { readonly: true, disabled: true }],
    ['label of html', () => seen(Inputs.text({ label: html`<b>Name</b>` })), { label: 'Name', labelHtml: '<b>Name</b>' }],
  ],
  'email tel url password': [
    ['email', () => after(Inputs.email({ value: 'a@b.org' }), 'nobody'), { type: 'email', value: 'a@b.org' }],
    ['email, first value', () => seen(Inputs.email({ value: 'nobody' })), { value: undefined }],
    ['tel', () => seen(Inputs.tel()), { type: 'tel' }],
    [
      'url',
      () => after(Inputs.url(), 'example.org'),
      { type: 'url', value: '', invalid: 'Expected an address such as https://example.org.' },
    ],
    ['password', () => seen(Inputs.password()), { type: 'password' }],
  ],
  textarea: [
    ['first value', () => seen(Inputs.textarea()), { value: '', rows: 3, resize: true }],
    ['rows', () => seen(Inputs.textarea({ rows: 20 })), { rows: 20, resize: false }],
    ['resize', () => seen(Inputs.textarea({ resize: false })), { resize: false }],
    ['monospace', () => seen(Inputs.textarea({ monospace: true })), { monospace: true }],
    ['submit, readonly', () => seen(Inputs.textarea({ submit: true, readonly: true })), { submit: 'Submit', readonly: true }],
    ['minlength', () => after(Inputs.textarea({ minlength: 2, value: 'ab' }), 'a'), { value: 'ab' }],
  ],
  color: [
    ['first value', () => seen(Inputs.color()), { value: '#000000' }],
    ['value', () => seen(Inputs.color({ value: '#FF00FF' })), { value: '#ff00ff' }],
    ['datalist', () => seen(Inputs.color({ datalist: ['#ff0000'] })), { datalist: ['#ff0000'] }],
    ['submit', () => seen(Inputs.color({ submit: true })), { submit: 'Submit' }],
  ],
  'date datetime': [
    ['first value', () => seen(Inputs.date()), { value: null, wire: '' }],
    ['value, a string', () => seen(Inputs.date({ value: '2024-02-29' })), { value: new Date('2024-02-29'), wire: '2024-02-29' }],
    ['value, a moment', () => seen(Inputs.date({ value: new Date('2024-02-29T13:00Z') })), { value: new Date('2024-02-29') }],
    ['value, a number', () => seen(Inputs.date({ value: 0 })), { wire: '1970-01-01' }],
    [
      'min',
      () => after(Inputs.date({ min: '2024-01-01', value: '2024-01-02' }), '2023-12-31'),
      { min: '2024-01-01', value: new Date('2024-01-02'), invalid: 'Not before 2024-01-01.' },
    ],
    ['max', () => seen(Inputs.date({ max: new Date('2024-01-01'), value: '2024-02-01' })), { max: '2024-01-01', value: undefined }],
    ['required', () => seen(Inputs.date({ required: true })), { value: undefined, required: true }],
    [
      'validate',
      () => after(Inputs.date({ validate: (i) => i.valueAsDate?.getUTCDay() === 1 }), '2024-01-01', '2024-01-02'),
      { value: new Date('2024-01-01') },
    ],
    ['emptied', () => after(Inputs.date({ value: '2024-01-01' }), ''), { value: null }],
    ['submit, readonly', () => seen(Inputs.date({ submit: true, readonly: true })), { submit: 'Submit', readonly: true }],
    [
      'datetime',
      () => after(Inputs.datetime({ value: new Date(2024, 0, 2, 3, 4, 5) }), '2024-05-06T07:08'),
      { value: new Date(2024, 4, 6, 7, 8) },
    ],
    [
      'datetime, first value',
      () => seen(Inputs.datetime({ value: new Date(2024, 0, 2, 3, 4, 5) })),
      { value: new Date(2024, 0, 2, 3, 4), wire: '2024-01-02T03:04' },
    ],
  ],
  file: [
    ['first value', () => seen(Inputs.file()), { value: null }],
    ['multiple', () => after(Inputs.file({ multiple: true }), [new File(['a'], 'a')]), { multiple: true, value: [expect.any(File)] }],
    ['multiple, first value', () => seen(Inputs.file({ multiple: true })), { value: [] }],
    ['required', () => seen(Inputs.file({ required: true })), { value: undefined, required: true }],
    ['accept, capture', () => seen(Inputs.file({ accept: 'image/*', capture: 'user' })), { accept: 'image/*', capture: 'user' }],
    ['transform', () => after(Inputs.file({ transform: (file) => file.name }), new File([], 'a.txt')), { value: 'a.txt' }],
    [
      'validate',
      () => after(Inputs.file({ validate: (i) => (i.files[0]?.size ?? 0) > 0 }), new File([], 'a.txt')),
      { value: null, invalid: 'This is not accepted.' },
    ],
  ],
  search: [
    ['first value', () => seen(Inputs.search(['a', 'b'])), { value: ['a', 'b'], text: '2 results', placeholder: 'Search' }],
    ['query', () => seen(Inputs.search(['a', 'b'], { query: 'b' })), { value: ['b'], text: '1 result', wire: 'b' }],
    [
      'placeholder, spellcheck',
      () => seen(Inputs.search([], { placeholder: 'Who', spellcheck: true })),
      { placeholder: 'Who', spellcheck: 'true' },
    ],
    ['columns', () => after(Inputs.search(people, { columns: ['born'] }), 'ada'), { value: [] }],
    [
      'columns of the data',
      () => ({ columns: (Inputs.search(Object.assign([...people], { columns: ['name'] })).value as { columns?: unknown }).columns }),
      { columns: ['name'] },
    ],
    ['locale', () => seen(Inputs.search(Array.from({ length: 1200 }, String), { locale: 'de' })), { text: '1.200 results' }],
    ['format', () => seen(Inputs.search(['a'], { format: (n) => `${n} found` })), { text: '1 found' }],
    ['filter', () => after(Inputs.search([1, 2, 3], { filter: (q) => (d) => Number(d) > Number(q) }), '1'), { value: [2, 3] }],
    ['required', () => seen(Inputs.search(['a'], { required: false })), { value: [], text: '0 results' }],
    [
      'datalist, autocomplete',
      () => seen(Inputs.search([], { datalist: ['x'], autocomplete: false })),
      { datalist: ['x'], autocomplete: 'off' },
    ],
    [
      'words begin words',
      () => after(Inputs.search(['Worldwide Hello Services', 'hello']), 'hello world'),
      { value: ['Worldwide Hello Services'] },
    ],
  ],
  table: [
    ['first value', () => seen(Inputs.table(people)), { value: people, total: 3, multiple: true, selectable: true, layout: 'fixed' }],
    [
      'columns',
      () => ({ names: (Inputs.table(people, { columns: ['name'] }).props['columns'] as { name: string }[]).map(({ name }) => name) }),
      { names: ['name'] },
    ],
    ['value', () => seen(Inputs.table(people, { value: [people[1]] })), { value: [people[1]], wire: [1] }],
    ['value, one', () => seen(Inputs.table(people, { value: people[2], multiple: false })), { value: people[2], wire: [2] }],
    ['multiple', () => seen(Inputs.table(people, { multiple: false })), { value: null }],
    ['required', () => seen(Inputs.table(people, { required: false })), { value: [] }],
    ['select', () => seen(Inputs.table(people, { select: false })), { selectable: false }],
    ['sort, what is missing last', () => seen(Inputs.table(people, { sort: 'born' })), { value: [people[2], people[0], people[1]] }],
    ['sort, reverse', () => seen(Inputs.table(people, { sort: 'born', reverse: true })), { value: [people[0], people[2], people[1]] }],
    ['reverse alone', () => seen(Inputs.table(people, { reverse: true })), { value: [people[2], people[1], people[0]] }],
    [
      'sorted by a head',
      () => after(Inputs.table(people), { sort: 1, reverse: true }),
      { value: [people[0], people[2], people[1]], sorted: { column: 1, reverse: true } },
    ],
    [
      'chosen rows stay chosen when sorted',
      () => after(Inputs.table(people), [0], { sort: 1, reverse: false }),
      { value: [people[0]], wire: [1] },
    ],
    [
      'format',
      () => seen(Inputs.table(people, { columns: ['born'], format: { born: (x) => `in ${String(x)}` } })),
      { rows: [['in 1815'], [undefined], ['in -69']] },
    ],
    [
      'locale',
      () => seen(Inputs.table(people, { columns: ['born', 'day'], locale: 'de' })),
      {
        rows: [
          ['1.815', '1815-12-10'],
          [undefined, null],
          ['-69', null],
        ],
      },
    ],
    [
      'align, header, width',
      () => ({
        column: (
          Inputs.table(people, { columns: ['name'], align: { name: 'center' }, header: { name: 'Who' }, width: { name: 50 } }).props[
            'columns'
          ] as unknown[]
        )[0],
      }),
      { column: { name: 'name', type: 'string', title: 'Who', titleHtml: undefined, align: 'center', width: 50 } },
    ],
    [
      'rows, height, maxHeight, width, maxWidth',
      () => seen(Inputs.table(people, { rows: 5, height: 100, maxHeight: 90, width: 300, maxWidth: '50%' })),
      { lines: 5, height: 100, maxHeight: 90, width: 300, maxWidth: '50%' },
    ],
    ['layout', () => seen(Inputs.table(people, { layout: 'auto' })), { layout: 'auto' }],
    ['no rows', () => seen(Inputs.table([])), { value: [], total: 0 }],
  ],
  form: [
    ['an object', () => seen(Inputs.form({ a: Inputs.range(), b: Inputs.text() })), { value: { a: 0.5, b: '' } }],
    ['an array', () => seen(Inputs.form([Inputs.toggle(), Inputs.number()])), { value: [false, undefined] }],
    ['nested', () => seen(Inputs.form({ at: { x: Inputs.range(), y: [Inputs.toggle()] } })), { value: { at: { x: 0.5, y: [false] } } }],
    [
      'a value that is set',
      () => {
        const form = Inputs.form({ a: Inputs.range(), at: { b: Inputs.text() } });
        form.value = { a: 1, at: { b: 'x' } };
        return seen(form);
      },
      { value: { a: 1, at: { b: 'x' } } },
    ],
    [
      'template',
      () => {
        const a = Inputs.text();
        return {
          html:
            Inputs.form({ a }, { template: ({ a: field }: { a: Input }) => html`<p>Here: ${field}</p>` }).props['html'] ===
            `<p>Here: <span class="gradus-${a.id}"></span></p>`,
        };
      },
      { html: true },
    ],
  ],
  formats: [
    ['formatTrim', () => ({ out: [1.5, 2, 100, 0.25].map(Inputs.formatTrim) }), { out: ['1.5', '2', '100', '0.25'] }],
    ['formatDate', () => ({ out: Inputs.formatDate(new Date('2024-01-31T12:30Z')) }), { out: '2024-01-31T12:30Z' }],
    [
      'formatLocaleNumber',
      () => ({ out: [Inputs.formatLocaleNumber('de')(1234.5), Inputs.formatLocaleNumber()(-0)] }),
      { out: ['1.234,5', '0'] },
    ],
    [
      'formatLocaleAuto',
      () => ({ out: [null, 1e3, new Date(0), 'x'].map(Inputs.formatLocaleAuto()) }),
      { out: ['', '1,000', '1970-01-01', 'x'] },
    ],
    ['searchFilter', () => ({ out: ['ab', 'ba'].filter(Inputs.searchFilter('a')) }), { out: ['ab'] }],
  ],
};

for (const [name, rows] of Object.entries(table)) {
  describe(`Inputs.${name}`, () => {
    test.each(rows)('%s', (_, made, expected) => {
      const got = made();
      expect(Object.fromEntries(Object.keys(expected).map((key) => [key, got[key]]))).toEqual(expected);
    });
  });
}

describe('a wrong option is named', () => {
  const wrong: readonly (readonly [() => unknown, string])[] = [
    [() => Inputs.range([0, 1], { step: 'fine' as never }), 'Inputs.range: expected option "step" to be a number above 0, got "fine".'],
    [() => Inputs.range([0, 1], { step: 0 }), '"step"'],
    [() => Inputs.range(5 as never), 'Inputs.range: expected [min, max], got 5.'],
    [() => Inputs.range([0, 1], { transform: Math.log }), 'option "transform" to give a finite number for 0'],
    [() => Inputs.range([0, 1], { format: '%' as never }), '"format"'],
    [() => Inputs.number([0, 1], { validate: true as never }), 'Inputs.number: expected option "validate" to be a function, got true.'],
    [() => Inputs.select(5 as never), 'Inputs.select: expected an array, a Map or another iterable'],
    [() => Inputs.select([], { sort: 'up' as never }), '"sort"'],
    [() => Inputs.radio([], { keyof: 'name' as never }), '"keyof"'],
    [() => Inputs.text('Name' as never), 'Inputs.text: expected options such as { label: "Name" }, got "Name".'],
    [() => Inputs.text({ pattern: /a/ as never }), 'Write the source of the expression.'],
    [() => Inputs.text({ datalist: 5 as never }), '"datalist"'],
    [() => Inputs.color({ value: 'red' }), 'Inputs.color: expected option "value" to be a colour such as "#ff00ff", got "red".'],
    [() => Inputs.date({ value: 'tomorrow' }), 'Inputs.date: expected option "value"'],
    [() => Inputs.datetime({ max: 'x' }), 'Inputs.datetime: expected option "max"'],
    [() => Inputs.button('a', { reduce: 3 as never }), '"reduce"'],
    [() => Inputs.search(5 as never), 'Inputs.search: expected an array of rows'],
    [() => Inputs.table([{ a: 1 }], { columns: ['a'], sort: 'b' }), '"sort" to be one of the columns a'],
    [() => Inputs.table([{ a: 1 }], { layout: 'wide' as never }), '"layout"'],
    [() => Inputs.table(Promise.resolve([]) as never), 'Write Inputs.table(await rows).'],
    [() => Inputs.form({ a: 5 as never }), 'Inputs.form: expected inputs, got 5.'],
    [() => Inputs.form({ a: Inputs.text() }, { template: () => 'x' }), 'option "template" to return html'],
    [() => Inputs.form({ a: Inputs.text() }, { template: () => html`<p></p>` }), 'a'],
    [() => Inputs.bind(5 as never, Inputs.text()), 'Inputs.bind: expected the target to be an input, got 5.'],
    [() => Inputs.button('a', { address: 'k' }), '"address" to be absent'],
    [() => Inputs.text({ address: 'no blanks' }), '"address"'],
  ];
  test.each(wrong)('%#', (make, words) => expect(make).toThrow(words));
});

describe('a value in the address', () => {
  const both = (input: Input, wire: unknown): unknown => {
    const again = input.parameters;
    input.receive(wire);
    return [again, input.parameters];
  };
  test.each([
    ['range', Inputs.range([0, 10], { address: 'k' }), 3, ['3']],
    ['number', Inputs.number({ address: 'k' }), 4, ['4']],
    ['select', Inputs.select(['a', 'b'], { address: 'k' }), 1, ['b']],
    ['checkbox', Inputs.checkbox(['a', 'b'], { address: 'k' }), [0, 1], ['a', 'b']],
    ['toggle', Inputs.toggle({ address: 'k' }), true, ['true']],
    ['text', Inputs.text({ address: 'k' }), 'x', ['x']],
    ['date', Inputs.date({ address: 'k' }), '2024-01-31', ['2024-01-31']],
    ['color', Inputs.color({ address: 'k' }), '#ff0000', ['#ff0000']],
    ['search', Inputs.search(['x'], { address: 'k' }), 'y', ['y']],
  ])('%s: absent at first, then what the reader chose', (_, input, wire, texts) => {
    expect(both(input, wire)).toEqual([undefined, texts]);
  });

  test('what an address says is taken where it means something, within the options', () => {
    const open = (input: Input, ...texts: string[]): unknown => {
      input.open(texts);
      return input.value;
    };
    expect(open(Inputs.range([0, 10], { step: 1 }), '99')).toBe(10);
    expect(open(Inputs.range([0, 10]), 'x')).toBe(5);
    expect(open(Inputs.select(['a', 'b']), 'b')).toBe('b');
    expect(open(Inputs.select(['a', 'b']), 'c')).toBe('a');
    expect(open(Inputs.checkbox(['a', 'b']), 'b', 'c')).toEqual(['b']);
    expect(open(Inputs.checkbox(['a', 'b'], { value: ['a'] }), '')).toEqual([]);
    expect(open(Inputs.text({ maxlength: 2 }), 'long')).toBe('');
    expect(open(Inputs.toggle({ value: true }), 'false')).toBe(false);
    expect(open(Inputs.date(), '2024-01-31')).toEqual(new Date('2024-01-31'));
  });

  test('a form hands its name on to its fields', () => {
    const form = Inputs.form({ x: Inputs.range(), at: { y: Inputs.text() }, go: Inputs.button() }, { address: 'p' });
    expect(form.fields.map(({ address }) => address)).toEqual(['p.x', undefined, undefined]);
    expect(form.fields[1]!.fields[0]!.address).toBe('p.at.y');
  });
});

test('a form keeps its value until a field changes', () => {
  const form = Inputs.form({ a: Inputs.range(), b: Inputs.text() });
  const first = form.value;
  expect(form.value).toBe(first);
  form.fields[0]!.receive(1);
  expect(form.value).not.toBe(first);
});

test('what is refused in a form is said by the form', () => {
  const form = Inputs.form({ a: Inputs.text({ pattern: 'x*', value: 'x' }) });
  let drawn = 0;
  form.shownAt.add(() => drawn++);
  form.fields[0]!.receive('y');
  expect([form.value, drawn, (form.props['fields'] as { props: object }[])[0]!.props]).toMatchObject([
    { a: 'x' },
    1,
    { invalid: 'Expected the form x*.' },
  ]);
});

test('a bound input ends with its invalidation', async () => {
  const source = Inputs.input(1);
  const target = Inputs.bind(Inputs.number(), source, Promise.resolve());
  await Promise.resolve();
  source.value = 2;
  source.dispatchEvent(new Event('input'));
  expect(target.value).toBe(1);
});
