import fc from 'fast-check';
import { describe as suite, expect, test } from 'vitest';
import { decimate, extent, formatNumber, linearTicks, linePath, logTicks, makeScale } from './geometry.ts';

suite('decimate', () => {
  test('keeps every point of a short curve', () => {
    expect(decimate([3, 1, 2])).toEqual([0, 1, 2]);
  });

  test('keeps the ends and both extremes, in order, within the limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 4000 }),
        fc.integer({ min: 12, max: 400 }),
        (values, limit) => {
          const kept = decimate(values, limit);
          expect(kept.length).toBeLessThanOrEqual(Math.max(limit, 2));
          expect(kept[0]).toBe(0);
          expect(kept.at(-1)).toBe(values.length - 1);
          for (let i = 1; i < kept.length; i++) expect(kept[i]!).toBeGreaterThan(kept[i - 1]!);
          expect(extent(kept.map((i) => values[i]!))).toEqual(extent(values));
        },
      ),
      { seed: 7, numRuns: 100 },
    );
  });

  test('leaves a gap where a stretch is not finite', () => {
    const values = Array.from({ length: 3000 }, (_, i) => (i > 1000 && i < 2000 ? NaN : i));
    expect(decimate(values, 100).some((i) => Number.isNaN(values[i]!))).toBe(true);
  });
});

suite('ticks', () => {
  test('are round numbers inside the domain', () => {
    expect(linearTicks(0, 1250, 5)).toEqual([0, 200, 400, 600, 800, 1000, 1200]);
    expect(linearTicks(0.1, 0.35, 4)).toEqual([0.1, 0.15, 0.2, 0.25, 0.3, 0.35]);
    expect(linearTicks(5, 5, 4)).toEqual([5]);
    expect(logTicks(0.002, 3)).toEqual([0.01, 0.1, 1]);
    expect(logTicks(0.2, 0.6)).toEqual([0.2, 0.5]);
  });

  test('never run away', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (low, width) => {
        expect(linearTicks(low, low + width, 5).length).toBeLessThanOrEqual(12);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

test('a line breaks at values that have no place', () => {
  const x = makeScale([0, 4], [0, 40], 4);
  const y = makeScale([0, 10], [100, 0], 4);
  expect(linePath({ steps: [0, 1, 2, 3, 4], values: [0, 5, NaN, 5, 10] }, [0, 1, 2, 3, 4], x, y)).toBe('M0 100L10 50M30 50L40 0');
});

test('a logarithmic scale gives each decade the same room and values below zero no place', () => {
  const y = makeScale([0.01, 100], [0, 4], 4, true);
  expect([0.01, 0.1, 1, 10].map((v) => Math.round(y(v) * 1000) / 1000)).toEqual([0, 1, 2, 3]);
  expect(Number.isFinite(y(-1))).toBe(false);
});

test('numbers are written as the interface writes them', () => {
  expect([1250, 0.0432119, 2.1e-6, 0, -3.5, NaN, 12345.678, 1e12].map(formatNumber)).toEqual([
    '1,250',
    '0.04321',
    '2.1e-6',
    '0',
    '-3.5',
    'NaN',
    '12,346',
    '1e12',
  ]);
});
