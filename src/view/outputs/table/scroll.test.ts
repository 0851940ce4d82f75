import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cap, heightOf, moved, placeAt } from './scroll.ts';

const million = { content: 1_000_000 * 32, view: 384 };
const few = { content: 1000 * 32, view: 384 };

test('rows that fit are where the box is', () => {
  expect(moved({ scroll: 0, top: 0 }, 777, few)).toEqual({ scroll: 777, top: 777 });
  expect(placeAt(1e9, few)).toEqual({ scroll: 31_616, top: 31_616 });
});

test('a million rows fit below the cap, and the bar reaches both ends', () => {
  expect(heightOf(million)).toBe(cap);
  const bottom = moved({ scroll: 0, top: 0 }, cap - 384, million);
  expect(bottom.top).toBe(million.content - 384);
  expect(moved(bottom, 0, million).top).toBe(0);
  expect(moved({ scroll: 0, top: 0 }, (cap - 384) / 2, million).top).toBeCloseTo((million.content - 384) / 2, 0);
});

test('a wheel moves rows by as many pixels as itself', () => {
  const place = placeAt(16_000_000, million);
  expect(moved(place, place.scroll + 100, million).top - place.top).toBe(100);
  expect(moved(place, place.scroll - 100, million).top - place.top).toBe(-100);
});

test('every row can be shown, and every place has room to go on unless it is an end', () => {
  fc.assert(
    fc.property(fc.nat(999_999), (row) => {
      const place = placeAt(row * 32, million);
      expect(place.top).toBe(Math.min(row * 32, million.content - million.view));
      if (place.top > 0) expect(place.scroll).toBeGreaterThan(0);
      if (place.top < million.content - million.view) expect(place.scroll).toBeLessThan(cap - million.view);
    }),
    { seed: 1, numRuns: 300 },
  );
});
