import { expect, test } from 'vitest';
import { marksOf, sentenceOf, tablesOf, tellingMark } from './plot-words.ts';
import type { PlotRecord } from '../../output/types.ts';

const call = (name: string, ...args: unknown[]): object => ({ $: 'call', name, args });
const rows = (...values: unknown[]): object => ({ $: 'data', values });
const figure = (...marks: unknown[]): PlotRecord => ({ call: 'plot', options: [{ marks }] });
const some = rows({ x: 1, y: 2, kind: 'a' }, { x: 3, y: 4, kind: 'b' });

test('points tell their values before lines and areas do, and rules never', () => {
  const dots = call('dot', some, { x: 'x', y: 'y' });
  const record = figure(call('areaY', some, { x: 'x', y: 'y' }), dots, call('lineY', some, { x: 'x', y: 'y' }), call('ruleY', rows(0, 1)));
  expect(tellingMark(record)).toBe(dots);
  expect(tellingMark(figure(call('ruleY', rows(0, 1))))).toBeUndefined();
});

test('where the author chose a tip or a crosshair, nothing is added', () => {
  for (const chosen of [
    call('dot', some, { x: 'x', tip: true }),
    call('tip', some, call('pointer', { x: 'x' })),
    call('crosshair', some, { x: 'x' }),
    call('rectY', some, { $: 'spread', call: call('binX', { y: 'count' }, { x: 'x' }), rest: { tip: 'x' } }),
    call('text', some, call('pointerX', { x: 'x' })),
  ])
    expect(tellingMark(figure(call('lineY', some, { x: 'x' }), chosen))).toBeUndefined();
});

test('a sentence names marks, axes with their ranges, colours and rows', () => {
  const scales: Readonly<Record<string, object>> = {
    x: { type: 'linear', domain: [0, 1000], label: 'step →' },
    y: { type: 'log', domain: [0.1, 2.34567] },
    color: { type: 'ordinal', domain: ['a', 'b'], label: 'kind' },
  };
  const record = figure(call('lineY', some, {}), call('ruleX', rows(3)), call('dot', some, {}));
  expect(sentenceOf(record, (name) => scales[name])).toBe(
    'A figure of a line and dots; x step from 0 to 1,000; y from 0.1 to 2.346; colour kind a, b; 2 rows.',
  );
});

test('tables have the channels that rows have, evaluated columns, and tuples', () => {
  const [table] = tablesOf(figure(call('dot', some, { x: 'x', y: { $: 'column', values: [7, 8] }, fill: 'kind', stroke: 'red' })));
  expect(table).toMatchObject({
    columns: ['x', 'y', 'kind'],
    total: 2,
    rows: [
      ['1', '7', 'a'],
      ['3', '8', 'b'],
    ],
  });
  expect(tablesOf(figure(call('line', rows([0, 1], [2, 3]))))[0]).toMatchObject({
    columns: ['x', 'y'],
    rows: [
      ['0', '1'],
      ['2', '3'],
    ],
  });
  expect(tablesOf(figure(call('lineY', rows(5, 6))))[0]).toMatchObject({ columns: ['y'], rows: [['5'], ['6']] });
});

test('options inside a transform count, marks inside marks too, and the same table is there once', () => {
  const binned = call('rectY', some, call('binX', { y: 'count' }, { x: 'x' }));
  expect(tablesOf(figure(call('marks', binned, binned)))).toHaveLength(1);
  expect(tablesOf(figure(binned))[0]!.columns).toEqual(['x']);
  expect(marksOf(figure(call('marks', binned, [binned])))).toHaveLength(2);
});

test('a record that is nonsense gives words and no tables', () => {
  const record = {
    call: 'plot',
    options: [{ marks: [null, 3, { $: 'call', name: 7 }, call('dot'), call('dot', { $: 'data' })] }],
  } as PlotRecord;
  expect(tablesOf(record)).toEqual([]);
  expect(sentenceOf(record, () => undefined)).toBe('A figure of dots.');
});
