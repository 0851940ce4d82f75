import { expect, test } from 'vitest';
import fc from 'fast-check';
import { extentOf, groupsOf, nearest, smooth, thin, logSplits } from './curve-data.ts';

const seeded = { seed: 14, numRuns: 200 };

test('of many points each pixel column keeps its least and its greatest, its first and its last', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 3000 }),
      fc.integer({ min: 2, max: 80 }),
      (ys, columns) => {
        const xs = ys.map((_, i) => i);
        const kept = thin(xs, ys, 0, ys.length - 1, columns);
        expect(kept.length).toBeLessThanOrEqual(Math.max(ys.length, columns * 4 + 4));
        const shown = Array.from(kept.y.subarray(0, kept.length));
        expect(Math.min(...shown)).toBe(Math.min(...ys));
        expect(Math.max(...shown)).toBe(Math.max(...ys));
        expect([kept.x[0], kept.y[0]]).toEqual([0, ys[0]]);
        expect([kept.x[kept.length - 1], kept.y[kept.length - 1]]).toEqual([ys.length - 1, ys.at(-1)]);
        for (let i = 1; i < kept.length; i++) expect(kept.x[i]!).toBeGreaterThan(kept.x[i - 1]!);
      },
    ),
    seeded,
  );
});

test('a column of NaN alone breaks the line', () => {
  const ys = Float64Array.from({ length: 1000 }, (_, i) => (i >= 400 && i < 600 ? NaN : i));
  const kept = thin(
    Float64Array.from(ys, (_, i) => i),
    ys,
    0,
    999,
    10,
  );
  expect(Array.from(kept.y.subarray(0, kept.length)).some(Number.isNaN)).toBe(true);
});

test('steps that fall are taken as they come and none is lost to the columns', () => {
  const xs = Array.from({ length: 1000 }, (_, i) => i % 100);
  const kept = thin(
    xs,
    xs.map((_, i) => i),
    0,
    99,
    20,
  );
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.y[kept.length - 1]).toBe(999);
});

test('smoothing goes on where it stopped, and begins at the first value', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 600 }), fc.nat(), (values, cut) => {
      const at = 1 + (cut % (values.length - 1));
      const once = smooth(0.9).upTo(values);
      const steps = smooth(0.9);
      steps.upTo(values.slice(0, at));
      expect(Array.from(steps.upTo(values))).toEqual(Array.from(once));
      expect(once[0]).toBeCloseTo(values[0]!, 12);
    }),
    seeded,
  );
  expect(Array.from(smooth(0.5).upTo([NaN, 4, NaN, 4]))).toEqual([NaN, 4, 4, 4]);
});

test('the nearest point is found, also before the first and behind the last', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 100 }),
      fc.integer({ min: -10, max: 1010 }),
      (given, x) => {
        const xs = given.sort((a, b) => a - b);
        const found = xs[nearest(xs, x)]!;
        expect(Math.abs(found - x)).toBe(Math.min(...xs.map((other) => Math.abs(other - x))));
      },
    ),
    seeded,
  );
  expect(nearest([], 3)).toBe(-1);
});

test('extents leave out what is not finite and know the least positive one', () => {
  const extent = extentOf();
  expect(extent.upTo([NaN, 3, Infinity])).toEqual({ low: 3, high: 3, positive: 3 });
  expect(extent.upTo([NaN, 3, Infinity, -2, 0.5])).toEqual({ low: -2, high: 3, positive: 0.5 });
  expect(extent.upTo([7])).toEqual({ low: 7, high: 7, positive: 7 });
});

test('halves of the data share a figure', () => {
  expect(groupsOf(['loss', 'train_acc', 'test_acc', 'lr'])).toEqual([
    { title: 'loss', names: ['loss'] },
    { title: 'acc', names: ['train_acc', 'test_acc'] },
    { title: 'lr', names: ['lr'] },
  ]);
  expect(groupsOf(['test_acc'])).toEqual([{ title: 'test_acc', names: ['test_acc'] }]);
});

test('a logarithmic axis has marks for every range, also one that begins at none of them', () => {
  expect(logSplits(0.5, 30)).toEqual([0.5, 0.6, 0.7, 0.8, 0.9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30]);
  expect(logSplits(0.00009537804626251236, 2.07)).toHaveLength(38);
  expect(logSplits(1e-300, 1e300).length).toBeLessThan(45);
  for (const [low, high] of [
    [0, 1],
    [NaN, 1],
    [1, Infinity],
    [2, 1],
  ] as const)
    expect(logSplits(low, high)).toEqual([]);
});
