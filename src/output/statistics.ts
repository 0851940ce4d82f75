/* Statistics and a histogram of numbers on the host, in float64: what an output of kind `tensor` tells of all its values. */

import type { Output, TensorStats } from './types.ts';

const bins = 24;

export interface Description {
  readonly stats?: TensorStats;
  readonly histogram?: NonNullable<Extract<Output, { kind: 'tensor' }>['histogram']>;
}

/** NaN is left out and counted; the histogram has the finite values, where there are more than four and they differ.
    Of nothing: {}. Two passes over the values. */
export function describe(values: ArrayLike<number>): Description {
  let [nan, zeros, sum, min, max, low, high] = [0, 0, 0, Infinity, -Infinity, Infinity, -Infinity];
  const n = values.length;
  if (n === 0) return {};
  for (let i = 0; i < n; i++) {
    const x = values[i]!;
    if (Number.isNaN(x)) {
      nan++;
      continue;
    }
    if (x === 0) zeros++;
    sum += x;
    if (x < min) min = x;
    if (x > max) max = x;
    if (Number.isFinite(x)) {
      if (x < low) low = x;
      if (x > high) high = x;
    }
  }
  if (nan === n) return { stats: { min: NaN, max: NaN, mean: NaN, std: NaN, nan, zeros } };
  const mean = sum / (n - nan);
  const counts = Array<number>(bins).fill(0);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const x = values[i]!;
    if (Number.isNaN(x)) continue;
    squares += (x - mean) ** 2;
    if (low < high && Number.isFinite(x)) counts[Math.min(bins - 1, Math.floor(((x - low) / (high - low)) * bins))]!++;
  }
  const std = n - nan > 1 ? Math.sqrt(squares / (n - nan - 1)) : 0;
  const stats = { min, max, mean, std, nan, zeros };
  return low < high && n > 4 ? { stats, histogram: { low, high, counts } } : { stats };
}
