import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extent } from './geometry.ts';
import { bandOf, siblingsOf } from './seeds.ts';
import { axesOf } from './parallel.ts';
import { makeRows } from './rows.ts';
import { holds, readTargets, standing } from './targets.ts';
import { firstFrom, indicesWithin, zoomed } from './zoom.ts';

test('a stretch of a curve keeps its extremes, in order, with at most two points a pixel and one on either side', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 3000 }),
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
      fc.boolean(),
      (values, [a, b], log) => {
        const steps = values.map((_, i) => i + 1);
        const [low, high] = [1 + Math.min(a, b) * (values.length - 1), 1 + Math.max(a, b) * (values.length - 1) + 1e-9];
        const kept = indicesWithin({ steps, values }, { domain: [low, high], range: [0, 100], log });
        expect(kept.length).toBeLessThanOrEqual(204);
        for (let i = 1; i < kept.length; i++) expect(kept[i]!).toBeGreaterThan(kept[i - 1]!);
        const inside = (i: number): boolean => steps[i]! >= low && steps[i]! <= high;
        const all = steps.map((_, i) => i).filter(inside);
        expect(extent(kept.filter(inside).map((i) => values[i]!))).toEqual(extent(all.map((i) => values[i]!)));
      },
    ),
    { seed: 11, numRuns: 150 },
  );
});

test('a million points are drawn from their blocks with the same extremes', () => {
  const values = Float64Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i / 1000) + (i === 543_210 ? 50 : 0));
  values[700_001] = NaN;
  const steps = Float64Array.from(values, (_, i) => i);
  const axis = { domain: [0, 999_999] as const, range: [0, 500] as const };
  const kept = indicesWithin({ steps, values }, axis);
  expect(kept).toContain(543_210);
  const begun = performance.now();
  for (let i = 0; i < 20; i++) indicesWithin({ steps, values }, axis);
  const again = (performance.now() - begun) / 20;
  const plain = performance.now();
  extent(values);
  expect(again).toBeLessThan(Math.max(2, (performance.now() - plain) * 2));
});

test('zooming stays within the whole and comes back to it', () => {
  const whole = [0, 100] as const;
  expect(zoomed({ domain: whole }, whole, 0.5, 0.5)).toEqual([25, 75]);
  expect(zoomed({ domain: [25, 75] }, whole, 0.5, 0)).toEqual([25, 50]);
  expect(zoomed({ domain: [25, 75] }, whole, 4, 0.5)).toBeUndefined();
  expect(firstFrom([1, 2, 2, 3], 2)).toBe(1);
});

test('the band lies about the mean and is as wide as the runs lie apart', () => {
  const steps = [0, 1, 2];
  const range = bandOf(
    [
      { steps, values: [1, 2, NaN] },
      { steps: [0, 2], values: [3, 5] },
    ],
    'range',
  );
  expect([...range.mean]).toEqual([2, 3, 5]);
  expect([...range.low]).toEqual([1, 2, 5]);
  expect([...range.high]).toEqual([3, 4, 5]);
  const deviation = bandOf(
    [
      { steps, values: [1, 1, 1] },
      { steps, values: [3, 3, 3] },
    ],
    'deviation',
  );
  expect(deviation.high[0]! - deviation.mean[0]!).toBeCloseTo(Math.SQRT2, 12);
});

const run = (
  id: string,
  params: Record<string, unknown>,
  summary: Record<string, unknown> = {},
): Parameters<typeof makeRows>[0][number] => ({
  id,
  notebook: 'n',
  cell: 'c',
  name: 'fit',
  params,
  summary,
  state: 'done',
  startedAt: 0,
  ms: 1,
  environment: {},
});
const rows = makeRows([
  run('a', { lr: 0.1, seed: 1, act: 'relu' }, { acc: 0.9 }),
  run('b', { lr: 0.1, seed: 2, act: 'relu' }, { acc: 0.95 }),
  run('c', { lr: 0.2, seed: 1, act: 'tanh' }, { acc: 0.5 }),
  run('d', { lr: 0.1, seed: 2, act: 'relu' }),
]);
const of = (id: string): (typeof rows)[number] => rows.find((row) => row.run.id === id)!;

test('runs of one experiment differ in their seed alone, one for each seed', () => {
  expect(siblingsOf(of('a'), rows).map((row) => row.run.id)).toEqual(['a', 'd']);
  expect(siblingsOf(of('c'), rows)).toHaveLength(1);
});

test('parallel axes stand for what differs, and end with the result', () => {
  const axes = axesOf(rows, 'acc');
  expect(axes.map(({ label }) => label)).toEqual(
    ['act', 'lr', 'seed', 'acc'].sort((a, b) => axes.findIndex((x) => x.label === a) - axes.findIndex((x) => x.label === b)),
  );
  expect(axes.at(-1)!.label).toBe('acc');
  expect(axes.at(-1)!.places.filter(Number.isNaN)).toHaveLength(1);
  expect(axesOf([of('a')], 'acc')).toEqual([]);
});

test('targets are read from words, and a run stands above or below those that speak of it', () => {
  const targets = readTargets('acc >= 0.94 loss<1e-1 nonsense > x');
  expect(targets).toEqual([
    { metric: 'acc', min: 0.94 },
    { metric: 'loss', max: 0.1 },
  ]);
  expect(standing(of('a').run, undefined, targets)).toBe('below');
  expect(standing(of('b').run, undefined, targets)).toBe('passes');
  expect(standing(of('d').run, undefined, targets)).toBeUndefined();
  expect(standing(of('a').run, undefined, [{ run: 'other', metric: 'acc', min: 2 }])).toBeUndefined();
  expect(holds(NaN, { metric: 'acc', min: 0 })).toBe(false);
});
