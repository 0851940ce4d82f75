import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Input, Inputs } from './inputs.ts';

const state = (input: Input): unknown[] => [input.value, input.wire];

describe('range and number', () => {
  test('a range starts in the middle, on a step', () => {
    expect(Inputs.range().value).toBe(0.5);
    expect(Inputs.range([0, 255], { step: 1 }).value).toBe(128);
    expect(Inputs.range([0, 1], { step: 0.1 }).value).toBe(0.5);
    expect(Inputs.range([1, 8], { step: 2 }).value).toBe(5);
    expect(Inputs.range([0, 10], { value: 3, label: 'n' }).output).toMatchObject({
      kind: 'input',
      type: 'range',
      label: 'n',
      value: 3,
      props: { min: 0, max: 10, step: 'any' },
    });
  });

  test('values are clamped to the range, and what is no number is refused', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const input = Inputs.range([-1, 1]);
        input.receive(value);
        expect(input.value).toBe(Math.min(1, Math.max(-1, value)));
      }),
      { seed: 1 },
    );
    expect(() => Inputs.range().receive('x')).toThrow(/expected a number/);
  });

  test('a transform becomes a scale of values at even places', () => {
    const { props, value } = Inputs.range([1, 1000], { transform: Math.log });
    const scale = props['scale'] as number[];
    expect([scale.length, scale[0], scale[1000]]).toEqual([1001, 1, 1000]);
    expect(scale[500]).toBeCloseTo(Math.sqrt(1000), 6);
    expect(value).toBe(500.5); // the middle of the extent, as Observable's
    expect((Inputs.range([10, 0]).props['scale'] as number[])[0]).toBe(10);
  });

  test('format writes the value again when it moves', () => {
    const input = Inputs.range([0, 1], { format: (x) => `${Math.round(x * 100)} %` });
    let shown = 0;
    input.shownAt.add(() => shown++);
    input.receive(0.25);
    expect([input.props['text'], shown]).toEqual(['25 %', 1]);
  });

  test('a number may be empty and has optional bounds', () => {
    expect(state(Inputs.number())).toEqual([undefined, null]);
    const input = Inputs.number([0, 10], { value: 20, label: 'k' });
    expect(state(input)).toEqual([10, 10]);
    input.receive(null);
    expect([input.value, input.props['invalid']]).toEqual([10, 'Expected a number.']);
    expect(Inputs.number({ label: 'alone' }).label).toBe('alone');
  });
});

describe('choices', () => {
  test('values stay in the worker, indices travel', () => {
    const rows = [{ name: 'Ada' }, { name: 'Bob' }];
    const input = Inputs.select(rows, { format: (row) => (row as { name: string }).name, label: 'who' });
    expect(input.output).toMatchObject({ props: { labels: ['Ada', 'Bob'], multiple: false }, value: 0 });
    input.receive(1);
    expect(input.value).toBe(rows[1]);
    expect(() => input.receive(2)).toThrow(/no choice 2/);
  });

  test('a Map shows its keys and gives its values; sort, unique, keyof and valueof order and map', () => {
    const map = new Map([
      ['low', 1],
      ['high', 2],
    ]);
    expect(Inputs.select(map, { value: 2 }).wire).toBe(1);
    expect(Inputs.select(map, { key: 'high' }).value).toBe(2);
    const sorted = Inputs.radio(['b', 'a', 'b'], { sort: true, unique: true });
    expect(sorted.props['labels']).toEqual(['a', 'b']);
    expect(sorted.value).toBeNull();
    const mapped = Inputs.select(
      [
        { id: 7, s: 'x' },
        { id: 8, s: 'y' },
      ],
      { keyof: (d) => (d as { s: string }).s, valueof: (d) => (d as { id: number }).id },
    );
    expect([mapped.props['labels'], mapped.value]).toEqual([['x', 'y'], 7]);
  });

  test('checkbox and multiple select give lists', () => {
    const input = Inputs.checkbox(['a', 'b', 'c'], { value: ['c'] });
    expect(state(input)).toEqual([['c'], [2]]);
    input.receive([0, 1]);
    expect(input.value).toEqual(['a', 'b']);
    expect(Inputs.select(['a', 'b'], { multiple: true }).value).toEqual([]);
    expect(Inputs.checkbox(['a', 'b'], { disabled: ['b'] }).props['disabled']).toEqual([1]);
  });

  test('what is received is what is sent back, for every choice', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.object()), { minLength: 1 }), fc.nat(), (items, n) => {
        const input = Inputs.radio(items);
        input.receive(n % items.length);
        expect(input.wire).toBe(n % items.length);
      }),
      { seed: 2 },
    );
  });
});

test('the plain ones hold what they are told', () => {
  expect(state(Inputs.toggle({ label: 'on' }))).toEqual([false, false]);
  const toggle = Inputs.toggle({ values: ['yes', 'no'], value: 'yes' });
  toggle.receive(false);
  expect(toggle.value).toBe('no');
  expect(state(Inputs.text({ value: 'x' }))).toEqual(['x', 'x']);
  expect(Inputs.email({ label: 'mail' }).props['type']).toBe('email');
  expect(Inputs.textarea({ rows: 5 }).props['rows']).toBe(5);
  expect(Inputs.color({ value: '#ff0000' }).wire).toBe('#ff0000');
  const date = Inputs.date({ value: '2024-02-29', min: new Date('2024-01-01') });
  expect([date.value, date.wire, date.props['min']]).toEqual([new Date('2024-02-29'), '2024-02-29', '2024-01-01']);
  date.receive(null);
  expect(date.value).toBeNull();
  const moment = Inputs.datetime({ value: new Date(2024, 0, 2, 3, 4) });
  expect(moment.wire).toBe('2024-01-02T03:04');
  moment.receive('2024-05-06T07:08');
  expect(moment.value).toEqual(new Date(2024, 4, 6, 7, 8));
});

test('buttons reduce their value', () => {
  const count = Inputs.button('Click');
  count.receive(0);
  count.receive(0);
  expect(count.value).toBe(2);
  const counter = Inputs.button(
    [
      ['+', (n) => (n as number) + 1],
      ['-', (n) => (n as number) - 1],
    ],
    { value: 0 },
  );
  expect(counter.props['labels']).toEqual(['+', '-']);
  counter.receive(1);
  expect(counter.value).toBe(-1);
});

test('a file reads itself as JSON', async () => {
  const input = Inputs.file({ accept: '.json' });
  expect(input.value).toBeNull();
  input.receive(new File(['{"a":1}'], 'x.json'));
  expect(await (input.value as { json(): Promise<unknown> }).json()).toEqual({ a: 1 });
});

test('search gives the rows of which words begin as the query says', () => {
  const rows = [{ name: 'Ada Lovelace' }, { name: 'Alan Turing' }, { name: 'Grace' }];
  const input = Inputs.search(rows);
  expect(input.value).toEqual(rows);
  input.receive('tu al');
  expect([input.value, input.props['text'], input.wire]).toEqual([[rows[1]], '1 result', 'tu al']);
});

test('a table gives all rows, or those that are selected', () => {
  const rows = Array.from({ length: 1500 }, (_, i) => ({ i, even: i % 2 === 0 }));
  const input = Inputs.table(rows, { sort: 'i', reverse: true });
  expect((input.props['rows'] as unknown[]).length).toBe(1000);
  expect(input.props).toMatchObject({
    total: 1500,
    columns: [
      { name: 'i', type: 'number' },
      { name: 'even', type: 'boolean' },
    ],
  });
  expect((input.value as unknown[]).length).toBe(1500);
  input.receive([0, 2]);
  expect(input.value).toEqual([
    { i: 1499, even: false },
    { i: 1497, even: false },
  ]);
  expect(Inputs.table(rows, { required: false }).value).toEqual([]);
});

test('a form holds the values of its fields, and hears them', () => {
  const form = Inputs.form({ name: Inputs.text({ value: 'Ada' }), age: Inputs.range([0, 100], { step: 1 }) });
  let heard = 0;
  form.addEventListener('input', () => heard++);
  form.fields[1]!.receive(36);
  expect([form.value, heard]).toEqual([{ name: 'Ada', age: 36 }, 1]);
  expect(form.props['fields']).toMatchObject([
    { key: 'name', type: 'text', label: 'name' },
    { key: 'age', type: 'range', value: 36 },
  ]);
  expect(Inputs.form([Inputs.text(), Inputs.toggle()]).value).toEqual(['', false]);
  expect(() => Inputs.form({ a: 1 as never })).toThrow(/expected inputs/);
});

test('bound inputs keep one value', () => {
  const a = Inputs.range([0, 10], { value: 2 }),
    b = Inputs.bind(Inputs.number([0, 10]), a);
  expect(b.value).toBe(2);
  b.receive(7);
  expect(a.value).toBe(7);
  a.receive(4);
  expect(b.value).toBe(4);
});

test('an input held over from before takes its place only where it still means something', () => {
  const input = Inputs.select(['a', 'b']);
  input.restore(1);
  expect(input.value).toBe('b');
  input.restore(5);
  expect(input.value).toBe('b');
});
