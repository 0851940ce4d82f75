/* Cases of reductions and running sums: dims of all sizes and strides, ties, NaN, wrapping integers, empty dims. */

import type { ContractCase, Placement, Values } from '../case.ts';
import { input, integers, isFloat, listed, output, uniform } from '../case.ts';
import type { ReduceName } from '../operations.ts';
import type { DType, Shape } from '../types.ts';

const NAMES: readonly ReduceName[] = ['sum', 'prod', 'max', 'min', 'argmax', 'argmin', 'any', 'all'];

/** Shape, number of reduced dims, placement. */
const SHAPES: readonly (readonly [Shape, number, Placement])[] = [
  [[1], 1, 'contiguous'],
  [[257], 1, 'offset'],
  [[1031], 1, 'flipped'],
  [[65, 3], 1, 'contiguous'],
  [[3, 64], 1, 'contiguous'],
  [[5, 257], 1, 'contiguous'],
  [[2, 1031], 1, 'sliced'],
  [[1031, 5], 1, 'transposed'],
  [[5, 1031], 1, 'transposed'],
  [[37, 29], 2, 'transposed'],
  [[3, 5, 7, 11], 2, 'contiguous'],
  [[3, 5, 7, 11], 3, 'transposed'],
  [[3, 5, 7, 11], 1, 'flipped'],
  [[4, 33], 1, [1]],
  [[4, 33], 1, [0]],
  [[6, 5, 4], 2, [1]],
  [[2, 1, 3, 2, 2, 3, 2, 2], 4, 'transposed'],
  [[0, 5], 1, 'contiguous'],
  [[3, 0, 5], 1, 'contiguous'],
  [[70001, 3], 1, 'contiguous'],
];

export function reduceCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (fn: ReduceName, dtype: DType, shape: Shape, count: number, placement: Placement, values: Values, note = '') =>
    cases.push({
      name: `reduce ${fn} ${dtype} [${shape.join(', ')}] over ${count} ${typeof placement === 'string' ? placement : `broadcast ${placement.join('+')}`}${note}`,
      op: 'reduce',
      tolerance: isFloat(dtype) && (fn === 'sum' || fn === 'prod') ? (note === ', long' ? 'sum' : 'scaled') : 'exact',
      make: () => ({
        inputs: [input(shape, values, dtype, placement)],
        outputs: [output(shape.slice(0, shape.length - count), fn === 'argmax' || fn === 'argmin' ? 'int32' : dtype)],
        attributes: { fn, count },
      }),
    });
  for (const fn of NAMES) {
    const logical = fn === 'any' || fn === 'all';
    for (const [shape, count, placement] of SHAPES) {
      if (logical) add(fn, 'bool', shape, count, placement, fn === 'any' ? (i) => (i % 41 === 40 ? 1 : 0) : (i) => (i % 41 === 40 ? 0 : 1));
      else add(fn, 'float32', shape, count, placement, fn === 'prod' ? uniform(51, 0.9, 1.1) : uniform(52));
      if (!logical && shape[0] !== 70001) add(fn, 'int32', shape, count, placement, integers(53, -50, 50));
    }
    if (logical) continue;
    const ties = listed([1, 3, 3, -2, -2, 0], integers(54, -2, 4));
    add(fn, 'float32', [7, 300], 1, 'contiguous', ties, ', ties');
    add(fn, 'float32', [7, 300], 1, 'contiguous', (i) => (i % 601 === 77 ? NaN : (i % 17) - 8), ', NaN');
    add(
      fn,
      'float32',
      [6, 3],
      1,
      'contiguous',
      (i) => [Infinity, -Infinity, NaN, 1, Infinity, 2, -Infinity, -Infinity, -Infinity, NaN, NaN, 1, 0, -5, Infinity, 1, -Infinity, 2][i]!,
      ', infinities',
    );
    add(fn, 'int32', [3, 257], 1, 'contiguous', listed([2147483647, 1000003, -2147483648, 7], integers(55, -3, 4)), ', extremes');
  }
  for (const [fn, dtype] of [
    ['sum', 'float32'],
    ['prod', 'float32'],
    ['sum', 'int32'],
    ['prod', 'int32'],
    ['any', 'bool'],
    ['all', 'bool'],
  ] as const) {
    add(fn, dtype, [3, 0], 1, 'contiguous', () => 0, ', empty');
    add(fn, dtype, [0], 1, 'contiguous', () => 0, ', empty');
  }
  add('sum', 'float32', [1_000_003], 1, 'contiguous', uniform(56, 0, 1), ', long');
  add('max', 'float32', [1_000_003], 1, 'contiguous', uniform(57), ', long');
  add('argmax', 'float32', [1_000_003], 1, 'contiguous', (i) => (i === 777_777 ? 9 : i % 5), ', long');
  add('argmax', 'float32', [100_003], 1, 'contiguous', (i) => i % 5, ', long ties');
  add('sum', 'float32', [100_003, 2], 1, 'transposed', uniform(58), ', many rows');
  add('sum', 'float32', [7, 20_011], 1, 'transposed', uniform(59, 0, 1), ', long');
  add('all', 'bool', [100_003], 1, 'contiguous', (i) => (i === 100_002 ? 0 : 1), ', last');
  add('any', 'bool', [100_003], 1, 'contiguous', (i) => (i === 100_002 ? 1 : 0), ', last');
  return [...cases, ...scanCases()];
}

function scanCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (fn: 'sum' | 'prod' | 'logsumexp', dtype: DType, shape: Shape, placement: Placement, values: Values, note = '') =>
    cases.push({
      name: `scan ${fn} ${dtype} [${shape.join(', ')}] ${String(placement)}${note}`,
      op: 'scan',
      tolerance: isFloat(dtype) ? (note === ', long' ? 'sum' : 'scaled') : 'exact',
      make: () => ({ inputs: [input(shape, values, dtype, placement)], outputs: [output(shape, dtype)], attributes: { fn } }),
    });
  for (const [shape, placement] of [
    [[1], 'contiguous'],
    [[0], 'contiguous'],
    [[0, 4], 'contiguous'],
    [[3, 0], 'contiguous'],
    [[257], 'flipped'],
    [[5, 1031], 'contiguous'],
    [[1031, 5], 'transposed'],
    [[5, 300], 'transposed'],
    [[3, 4, 65], 'sliced'],
    [[4, 64], [0]],
    [[70001, 2], 'contiguous'],
  ] as const) {
    add('sum', 'float32', shape, placement, uniform(61));
    add('prod', 'float32', shape, placement, uniform(62, 0.95, 1.05));
    add('logsumexp', 'float32', shape, placement, uniform(63, -5, 5));
    add('sum', 'int32', shape, placement, integers(64, -1000000, 1000000));
    add('prod', 'int32', shape, placement, integers(65, -3, 4));
  }
  add('sum', 'float32', [100_003], 'contiguous', uniform(66, 0, 1), ', long');
  add('sum', 'float32', [2, 9], 'contiguous', (i) => [1, 2, Infinity, 3, -Infinity, 1, 2, 3, 4, 1, NaN, 2, 3, 4, 5, 6, 7, 8][i]!, ', NaN');
  add(
    'logsumexp',
    'float32',
    [4, 5],
    'contiguous',
    (i) => [-Infinity, -Infinity, 1, 2, -Infinity, 1000, 1001, -1000, 999, 1000, -500, -501, Infinity, 1, 2, 0, NaN, 1, 1, 1][i]!,
    ', extremes',
  );
  add('sum', 'int32', [9], 'contiguous', () => 2147483647, ', wraps');
  return cases;
}
