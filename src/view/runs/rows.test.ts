import { expect, test } from 'vitest';
import type { RunEntry } from '../../engine/protocol.ts';
import type { StoredRun } from '../../store/types.ts';
import { columnsOf, filterRows, formatCell, makeRows } from './rows.ts';

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
const entry = (id: string, metrics: Record<string, number[]>): RunEntry => ({
  id,
  name: 'mlp',
  state: 'done',
  params: {},
  summary: {},
  startedAt: 0,
  metrics: Object.fromEntries(
    Object.entries(metrics).map(([k, v]) => [k, { steps: Float64Array.from(v, (_, i) => i * 10), values: Float64Array.from(v) }]),
  ),
});

const rows = makeRows(
  [
    run('3', { params: { lr: 0.1, hidden: 64 }, summary: { test_acc: 0.95 } }),
    run('1', { params: { lr: 0.01 }, summary: { test_acc: 0.9 } }),
    run('2', { name: 'cnn', state: 'failed' }),
    run('4', { state: 'interrupted', notebook: 'other' }),
  ],
  [entry('3', { acc: [0.1, 0.9], train_loss: [2, 1] }), entry('2', { loss: [1, NaN, NaN] })],
);
const ids = (text: string): string =>
  filterRows(rows, text)
    .map((row) => row.run.id)
    .join('');

test('rows come newest first and are numbered by name from the oldest', () => {
  expect(rows.map((row) => `${row.run.name} ${row.number}`)).toEqual(['mlp 3', 'mlp 2', 'cnn 1', 'mlp 1']);
});

test('the loss-like metric stands for the run, and NaN is said with its step', () => {
  expect(rows.map((row) => row.loss?.name)).toEqual([undefined, 'train_loss', 'loss', undefined]);
  expect(rows.map((row) => row.says)).toEqual(['interrupted', 'done', 'NaN at step 10', 'done']);
  expect(rows.map((row) => row.steps)).toEqual([0, 11, 21, 0]);
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
