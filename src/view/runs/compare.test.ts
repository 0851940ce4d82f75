import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredRun } from '../../store/types.ts';
import { bestOf, differences, labelOf, nearest, smoothed, spread } from './compare.ts';
import { curvesCsv, runJson, runsCsv } from './export.ts';
import { readRuns } from './import.ts';
import { makeRows, sortRows } from './rows.ts';

const run = (id: string, params: Record<string, unknown>, summary: Record<string, unknown> = {}, startedAt = 0): StoredRun => ({
  id,
  notebook: 'n',
  cell: 'c',
  name: 'fit',
  params,
  summary,
  state: 'done',
  startedAt,
  ms: 1000,
  environment: { backend: 'wasm', hash: 'abcdef01', text: 'secret' },
});
const rows = makeRows([
  run('a', { lr: 0.1, hidden: 8 }, { acc: 0.9 }, 1),
  run('b', { lr: 0.2, hidden: 8 }, { acc: 0.95 }, 2),
  run('c', { lr: 0.1, hidden: 8 }, {}, 3),
]);
const curves = { loss: { steps: Float64Array.of(0, 1), values: Float64Array.of(2, NaN), times: Float64Array.of(5, 9) } };

test('a smoothed constant is that constant, and smoothing never leaves the range of what it has seen', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      (values, weight) => {
        const out = smoothed({ steps: values.map((_, i) => i), values }, weight).values;
        for (let i = 0; i < values.length; i++) {
          const seen = values.slice(0, i + 1);
          expect(out[i]!).toBeGreaterThanOrEqual(Math.min(...seen) - 1e-6);
          expect(out[i]!).toBeLessThanOrEqual(Math.max(...seen) + 1e-6);
        }
      },
    ),
    { seed: 3, numRuns: 200 },
  );
  expect(Array.from(smoothed({ steps: [0, 1, 2], values: [5, NaN, 5] }, 0.9).values)).toEqual([5, NaN, 5]);
});

test('what differs is marked where it is not what most have, and the rest is said', () => {
  const { given, came, same } = differences(rows);
  expect(given.map(({ key, cells }) => [key, cells.map(({ odd }) => odd)])).toEqual([['lr', [false, true, false]]]);
  expect(came.map(({ key }) => key)).toEqual(['acc']);
  expect(same).toBe('hidden 8, backend wasm, the notebook’s text');
  expect(rows.map((row) => labelOf(row, rows))).toEqual(['3', '2 lr 0.2', '1']);
});

test('the best is known only where a name says which way is better', () => {
  expect(bestOf('test_acc', [0.9, 0.95, undefined])).toBe(0.95);
  expect(bestOf('val_loss', [0.3, 0.1, NaN])).toBe(0.1);
  expect(bestOf('slope', [1, 2])).toBeUndefined();
  expect(bestOf('acc', [0.9, 0.9])).toBeUndefined();
});

test('labels move apart and stay inside', () => {
  const inside = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(inside, (heights) => {
      const sorted = spread(heights, 16, 10, 190).sort((a, b) => a - b);
      for (const y of sorted) expect(y).toBeLessThanOrEqual(190 + 1e-9);
      for (let i = 1; i < sorted.length; i++) expect(sorted[i]! - sorted[i - 1]!).toBeGreaterThanOrEqual(16 - 1e-9);
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('the nearest step is found', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: -10, max: 1010 }),
      (steps, x) => {
        steps.sort((a, b) => a - b);
        expect(Math.abs(steps[nearest(steps, x)]! - x)).toBe(Math.min(...steps.map((s) => Math.abs(s - x))));
      },
    ),
    { seed: 9, numRuns: 300 },
  );
});

test('rows sort by what runs were given, those without a value last either way', () => {
  const ids = (down: boolean): string[] => sortRows(rows, { key: 'summary.acc', down }).map(({ run: { id } }) => id);
  expect(ids(true)).toEqual(['b', 'a', 'c']);
  expect(ids(false)).toEqual(['a', 'b', 'c']);
});

test('files keep what is no number, leave a text out that they were not given, and start no formula', () => {
  const json = runJson(rows[2]!, curves);
  expect(json).not.toContain('secret');
  expect((JSON.parse(json) as { metrics: { loss: { values: unknown[] } } }).metrics.loss.values).toEqual([2, 'NaN']);
  const [first] = makeRows([run('x', { note: '=1+1', 'a "b"': 'c,d' })]);
  expect(
    runsCsv([first!], () => 7)
      .split('\r\n')
      .slice(0, 2),
  ).toEqual([
    'name,number,notebook,state,note,"a ""b""",steps,ms,backend,begun,tags,notes',
    `fit,1,n,done,'=1+1,"c,d",7,1000,wasm,1970-01-01T00:00:00.000Z,,`,
  ]);
  expect(curvesCsv(rows[2]!, curves).split('\r\n')).toEqual(['fit,1,loss,0,2', 'fit,1,loss,1,NaN', '']);
});

const exported = `[${rows.map((row) => runJson(row, row.run.id === 'a' ? curves : {})).join(',')}]`;

test('what was exported comes back as it was, but for the text', () => {
  const { incoming, known, renewed } = readRuns(exported, []);
  expect([known, renewed]).toEqual([0, 0]);
  expect(incoming.map(({ run: { id, params, summary, startedAt } }) => [id, params, summary, startedAt])).toEqual(
    rows.map(({ run: { id, params, summary, startedAt } }) => [id, params, summary, startedAt]),
  );
  expect(incoming[2]!.metrics).toEqual(curves);
  expect(incoming[0]!.run.environment).toEqual({ backend: 'wasm', hash: 'abcdef01' });
});

test('a run that is here is left out, and another one with its id gets a new one', () => {
  const { incoming, known, renewed } = readRuns(exported, [rows[0]!.run, { ...rows[1]!.run, startedAt: 99 }], () => 'fresh');
  expect([known, renewed, incoming.map(({ run: { id } }) => id)]).toEqual([1, 1, ['fresh', 'a']]);
});

test.each([
  ['hello', 'text that is no JSON'],
  ['{}', 'JSON that is no list'],
  ['[7]', 'run 1 of the list that is no record'],
  ['[{"begun":"1970-01-01"}]', 'run 1 of the list in a state|without its state'],
  [exported.replace('"steps":[0,1]', '"steps":[0]'), 'run 3 of the list whose loss has 1 steps and 2 values'],
  [exported.replace('"steps":[0,1]', '"steps":[0,"x"]'), 'run 3 of the list whose loss has steps that are no numbers'],
])('a file that is none is refused whole: %#', (text, why) => {
  expect(() => readRuns(text, [])).toThrow(new RegExp(why));
});
