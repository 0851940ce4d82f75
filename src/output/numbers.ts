/* Facts about many numbers: least, greatest, mean and a small histogram, in two passes over what may be 10⁷ values. */

import type { Histogram, NumberFacts } from './look.ts';

const bins = 24;

/** `at(i)`: the i-th of `count` numbers; undefined where there is none, which counts for nothing. */
export function numberFacts(count: number, at: (i: number) => number | undefined): NumberFacts | undefined {
  let min = Infinity,
    max = -Infinity,
    low = Infinity,
    high = -Infinity,
    sum = 0,
    known = 0,
    nan = 0;
  for (let i = 0; i < count; i++) {
    const x = at(i);
    if (x === undefined) continue;
    if (x !== x) {
      nan++;
      continue;
    }
    known++;
    sum += x;
    if (x < min) min = x;
    if (x > max) max = x;
    if (x < low && x !== -Infinity) low = x;
    if (x > high && x !== Infinity) high = x;
  }
  if (known + nan === 0) return undefined;
  const facts = { count: known + nan, min: known ? min : NaN, max: known ? max : NaN, mean: sum / known, nan };
  const histogram = histogramOf(count, at, low, high);
  return histogram ? { ...facts, histogram } : facts;
}

function histogramOf(count: number, at: (i: number) => number | undefined, low: number, high: number): Histogram | undefined {
  if (!(high > low)) return undefined;
  const counts = new Array<number>(bins).fill(0);
  const scale = bins / (high - low);
  for (let i = 0; i < count; i++) {
    const x = at(i);
    if (x === undefined || !(x >= low && x <= high)) continue;
    counts[Math.min(bins - 1, Math.floor((x - low) * scale))]!++;
  }
  return { low, high, counts };
}
