import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvLine } from './csv.ts';
import { testOf } from './filters.ts';
import { rowSource, rowsOf, toRows } from './row-source.ts';
import { lookAtRows } from './rows.ts';
import { sortRows } from './sort.ts';
import type { ColumnFacts, LookAnswers, RowOrder } from './look.ts';

const run = <T>(fn: () => T): T => fn();
const rows = (value: unknown, order: RowOrder = {}, from = 0, count = 100): LookAnswers['rows'] =>
  lookAtRows(value, { of: 'rows', path: [], order, from, count }, run) as LookAnswers['rows'];
const facts = (value: unknown, order: RowOrder = {}): readonly ColumnFacts[] =>
  lookAtRows(value, { of: 'columns', path: [], order, from: 0, count: 100 }, run) as readonly ColumnFacts[];

describe('sorting', () => {
  const sorted = (values: readonly unknown[], down = false): unknown[] =>
    [
      ...sortRows(
        Uint32Array.from(values, (_, i) => i),
        (i) => values[i],
        down,
      ),
    ].map((i) => values[i]);

  test('numbers go by size with -0 as 0, texts as a reader sorts them, numbers before texts, what is missing last both ways', () => {
    const values = [3, NaN, 'item 10', -2.5, null, 'item 2', Infinity, -Infinity, undefined, 1e-300, true];
    expect(sorted(values)).toEqual([-Infinity, -2.5, 1e-300, true, 3, Infinity, 'item 2', 'item 10', NaN, null, undefined]);
    expect(sorted(values, true)).toEqual(['item 10', 'item 2', Infinity, 3, true, 1e-300, -2.5, -Infinity, NaN, null, undefined]);
  });

  test('is stable and agrees with a sort by comparison, both ways', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 }))), fc.boolean(), (values, down) => {
        const order = [
          ...sortRows(
            Uint32Array.from(values, (_, i) => i),
            (i) => values[i],
            down,
          ),
        ];
        const expected = values.map((_, i) => i).sort((a, b) => (down ? values[b]! - values[a]! : values[a]! - values[b]!) || a - b);
        // Equal infinities differ by NaN, which `||` takes for equal.
        expect(order).toEqual(expected);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test('dates go by time', () => {
    const days = [new Date('2024-03-01'), new Date('2023-01-01'), new Date(NaN)];
    expect(sorted(days).slice(0, 2)).toEqual([days[1], days[0]]);
  });
});

test('a filter is a text that is contained, an equation, a comparison or a range', () => {
  const holds = (filter: string, value: unknown): boolean | undefined => testOf(filter)?.(value);
  expect([holds('ab', 'xAby'), holds('ab', 'ba'), holds('= ab', 'AB'), holds('= ab', 'abc'), holds('!= ab', 'abc')]).toEqual([
    true,
    false,
    true,
    false,
    true,
  ]);
  expect([
    holds('> 3', 3),
    holds('>=3', 3),
    holds('<3', 2),
    holds('2..5', 5),
    holds('2..', 1),
    holds('..5', -9),
    holds('-2..-1', -1.5),
  ]).toEqual([false, true, true, true, false, true, true]);
  expect([holds('= 3', 3), holds('= 3', 3.1), holds('3', 13), holds('> 3', '4'), holds('= nan', NaN)]).toEqual([
    true,
    false,
    true,
    false,
    true,
  ]);
  expect([
    holds('2024-01-01..2024-12-31', new Date('2024-05-01')),
    holds('> 2024', new Date('2023-05-01')),
    holds('= 2024-05-01', new Date('2024-05-01')),
  ]).toEqual([true, false, true]);
  expect([holds('empty', null), holds('empty', 0), holds('not empty', NaN), holds('=', '')]).toEqual([true, false, false, true]);
  expect([testOf('  '), holds('..', 'a..b'), holds('> x', '> x')]).toEqual([undefined, true, true]);
});

describe('rows of an order', () => {
  const data = Array.from({ length: 10_000 }, (_, i) => ({ i, name: `n${i % 7}`, x: i % 3 ? i / 10 : NaN }));

  test('come by the page, with their places, and say how many there are', () => {
    const page = rows(data, { sort: { column: 'i', down: true }, filters: { name: '= n3', x: '100..200' } }, 5, 3);
    const expected = data.filter(({ name, x }) => name === 'n3' && x >= 100 && x <= 200).toReversed();
    expect(page).toMatchObject({
      total: 10_000,
      matching: expected.length,
      columns: [{ name: 'i', type: 'number' }, { name: 'name', type: 'string' }, { type: 'number' }],
    });
    expect(page.rows.map(([i]) => i)).toEqual(expected.slice(5, 8).map(({ i }) => i));
    expect(page.places).toEqual(expected.slice(5, 8).map(({ i }) => i));
    expect(rows(data, {}, 9_999, 50).rows).toEqual([[9999, 'n3', NaN]]);
    expect(rows(data, { text: 'n3' }).matching).toBe(data.filter(({ name }) => name === 'n3').length);
    expect(rows(data, { sort: { column: 'gone', down: false } }).matching).toBe(10_000);
  });

  test('are bounded in cells, however wide the rows', () => {
    const wide = Array.from({ length: 500 }, () => Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`c${i}`, i])));
    expect(rows(wide, {}, 0, 500).rows).toHaveLength(100);
  });

  test('facts of columns leave out what is missing and are of the filtered rows', () => {
    const [i, name, x] = facts(data, { filters: { i: '< 1000' } });
    expect(i).toMatchObject({ type: 'number', missing: 0, distinct: 1000, min: 0, max: 999, mean: 499.5 });
    expect(i!.histogram!.counts.reduce((a, b) => a + b)).toBe(1000);
    expect(name).toMatchObject({ type: 'string', distinct: 7, top: [{ text: 'n0', count: 143 }, {}, {}, {}, {}] });
    expect(x).toMatchObject({ missing: 334, type: 'number' });
    expect(facts([{ d: new Date('2024-01-01') }, { d: new Date('2025-01-01') }])[0]).toMatchObject({
      type: 'date',
      min: '2024-01-01T00:00:00.000Z',
    });
    expect(facts([{ a: null }, { a: undefined }])[0]).toEqual({ name: 'a', type: 'other', missing: 2, distinct: 0, top: [] });
    expect(facts([])).toEqual([]);
  });

  test('become CSV by the chunk: CRLF, quotes doubled, data as it is', () => {
    let text = '';
    const many = Array.from({ length: 45_000 }, (_, i) => ({ i, s: i === 7 ? '=a,"b"\r\n' : 'x', o: { i } }));
    let chunks = 0;
    for (let from: number | undefined = 0; from !== undefined; chunks++) {
      const part = lookAtRows(
        many,
        { of: 'csv', path: [], order: {}, columns: ['s', 'i'], from, count: Infinity },
        run,
      ) as LookAnswers['csv'];
      text += part.text;
      from = part.next;
    }
    expect(chunks).toBe(3);
    expect(text.startsWith('s,i\r\nx,0\r\nx,1\r\n')).toBe(true);
    expect(text).toContain('"=a,""b""\r\n",7\r\n');
    expect(text.split('\r\n').length).toBe(45_000 + 3);
    expect(csvLine(['a', 'b, c']) + csvLine([1, 'say "hi"']) + csvLine([null, 'x\ny'])).toBe('a,"b, c"\r\n1,"say ""hi"""\r\n,"x\ny"\r\n');
  });

  test('a value without rows says so', () => {
    expect(() => rows(3)).toThrow(/no rows/);
    expect(() => lookAtRows({ a: 1 }, { of: 'rows', path: [4], order: {}, from: 0, count: 1 }, run)).toThrow(/changed/);
  });

  test('what formats a column runs as the notebook’s code', () => {
    let ran = 0;
    const source = { ...rowSource([{ a: 1 }, { a: 2 }])!, format: { a: (a: unknown) => `<${String(a)}>` } };
    const answer = lookAtRows(
      { [rowsOf]: source },
      { of: 'rows', path: [], order: { sort: { column: 'a', down: true } }, from: 0, count: 9 },
      (fn) => {
        ran++;
        return fn();
      },
    ) as LookAnswers['rows'];
    expect([answer.rows, ran]).toEqual([[['<2>'], ['<1>']], 1]);
  });

  test('a million rows sort by numbers, by few texts and by many in seconds at most', () => {
    const length = 1_000_000;
    const x = Float64Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 43_758.5453);
    const table = { x, few: Array.from({ length }, (_, i) => `group ${i % 50}`) };
    const start = performance.now();
    const top = rows(table, { sort: { column: 'x', down: true } }, 0, 3);
    expect(top.rows[0]![0]).toBe(x.reduce((a, b) => Math.max(a, b)));
    expect(rows(table, { sort: { column: 'few', down: false } }, 0, 1).rows[0]![1]).toBe('group 0');
    expect(performance.now() - start).toBeLessThan(20_000); // side by side with others it takes a few hundred ms
  });
});

describe('what a table is made of', () => {
  test('columns are read where they lie, Arrow tables by their columns', () => {
    const arrow = {
      numRows: 2,
      schema: { fields: [{ name: 'x' }, { name: 'y' }] },
      getChild: (name: string) => ({ length: 2, get: (i: number) => `${name}${i}` }),
      [Symbol.iterator]: () => {
        throw new Error('rows are not made');
      },
    };
    expect(rows(arrow).rows).toEqual([
      ['x0', 'y0'],
      ['x1', 'y1'],
    ]);
    expect(rows({ x: new Float32Array([1, 2]), y: ['p'] }).rows).toEqual([
      [1, 'p'],
      [2, undefined],
    ]);
    expect(rows([1, 2]).columns).toEqual([{ name: 'value', type: 'number' }]);
    expect(rows(new Map([['a', 1]])).rows).toEqual([['a', 1]]);
    expect(rows({ rows: [{ a: 1 }], source: 'x' }).rows).toEqual([[1]]);
    expect(toRows({ x: [1, 2] }, 'table')).toEqual([{ x: 1 }, { x: 2 }]);
  });
});
