import { expect, test } from 'vitest';
import type { RunEntry } from '../../engine/protocol.ts';
import type { StoredRun } from '../../store/types.ts';
import { digestOf, type Digest } from './digest.ts';
import { columnsOf, filterRows, filtersByCurves, formatCell, makeRows, sayState } from './rows.ts';

const run = (id: string, over: Partial<StoredRun> = {}): StoredRun => ({
  id,
  notebook: 'digits',
  cell: 'c',
  name: 'mlp',
  params: {},
  summary: {},
  state: 'done',
  startedAt: Number(id),
  ms: 5,
  environment: { backend: 'wasm' },
  ...over,
});
const curves = (metrics: Record<string, number[]>): RunEntry['metrics'] =>
  Object.fromEntries(
    Object.entries(metrics).map(([k, v]) => [k, { steps: Float64Array.from(v, (_, i) => i * 10), values: Float64Array.from(v) }]),
  );

const rows = makeRows([
  run('3', { params: { lr: 0.1, hidden: 64 }, summary: { test_acc: 0.95 } }),
  run('1', { params: { lr: 0.01 }, summary: { test_acc: 0.9 } }),
  run('2', { name: 'cnn', state: 'failed' }),
  run('4', { state: 'interrupted', notebook: 'other' }),
]);
const digests = new Map<string, Digest>([
  ['3', digestOf(curves({ acc: [0.1, 0.9], train_loss: [2, 1] }))],
  ['2', digestOf(curves({ loss: [1, NaN, NaN] }))],
]);
const ids = (text: string): string =>
  filterRows(rows, text, (id) => digests.get(id))
    .map((row) => row.run.id)
    .join('');

test('rows come newest first and are numbered by name from the oldest', () => {
  expect(rows.map((row) => `${row.run.name} ${row.number}`)).toEqual(['mlp 3', 'mlp 2', 'cnn 1', 'mlp 1']);
});

test('the loss-like metric stands for the run, and NaN is said with its step', () => {
  const of = rows.map((row) => digests.get(row.run.id));
  expect(of.map((digest) => digest?.loss?.name)).toEqual([undefined, 'train_loss', 'loss', undefined]);
  expect(rows.map((row, i) => sayState(row, of[i]))).toEqual(['interrupted', 'done', 'NaN at step 10', 'done']);
  expect(of.map((digest) => digest?.steps)).toEqual([undefined, 11, 21, undefined]);
  expect(digestOf({})).toEqual({ last: {}, steps: 0 });
});

test('columns are the keys that occur, newest first', () => {
  expect(columnsOf(rows, 'params', 6)).toEqual(['lr', 'hidden']);
  expect(columnsOf(rows, 'params', 1)).toEqual(['lr']);
  expect(columnsOf(rows, 'summary', 6)).toEqual(['test_acc']);
});

test.each([
  ['', '4321'],
  ['mlp', '431'],
  ['cnn', '2'],
  ['interrupted', '4'],
  ['other', '4'],
  ['test_acc > 0.9', '3'],
  ['test_acc>=0.9', '31'],
  ['lr = 0.01', '1'],
  ['hidden:64', '3'],
  ['mlp lr<1 test_acc<0.92', '1'],
  ['train_loss<=1', '3'],
  ['state:failed', '2'],
  ['nothing', ''],
])('the filter %j leaves %j', (text, expected) => {
  expect(ids(text)).toBe(expected);
});

test('cells of the table are short', () => {
  expect([0.02, 'adam', true, undefined, [1, 2], { a: 'x'.repeat(40) }].map(formatCell)).toEqual([
    '0.02',
    'adam',
    'true',
    '–',
    '[1,2]',
    `{"a":"${'x'.repeat(17)}…`,
  ]);
});

test.each([
  ['', false],
  ['mlp interrupted', false],
  ['test_acc>0.9 lr<1 state:done', false],
  ['train_loss<1', true],
  ['steps>3', true],
  ['nan', true],
])('the filter %j looks at curves: %j', (text, expected) => {
  expect(filtersByCurves(rows, text)).toBe(expected);
});
