/* Cases of sorting and searching: lengths around powers of two, ties (stable), NaN, −0, integers, many rows. */

import type { ContractCase, Values } from '../case.ts';
import { input, integers, listed, output, uniform } from '../case.ts';
import type { DType } from '../types.ts';

export function sortCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  for (const descending of [false, true]) {
    const add = (R: number, N: number, values: Values = uniform(151), dtype: DType = 'float32', note = '') =>
      cases.push({
        name: `sort ${dtype} [${R}, ${N}]${descending ? ' descending' : ''}${note}`,
        op: 'sort',
        tolerance: 'signed',
        make: () => ({
          inputs: [input([R, N], values, dtype, 'offset')],
          outputs: [output([R, N], dtype), output([R, N], 'int32')],
          attributes: { descending },
        }),
      });
    for (const [R, N] of [
      [1, 1],
      [3, 2],
      [5, 7],
      [2, 64],
      [3, 65],
      [2, 257],
      [2, 1024],
      [1, 1031],
      [1, 5003],
      [0, 4],
      [3, 0],
      [70001, 2],
    ] as const)
      add(R, N);
    add(3, 257, integers(152, 0, 5), 'float32', ', ties');
    add(2, 1031, () => 1, 'float32', ', all equal');
    add(3, 131, listed([NaN, 0, -0, Infinity, -Infinity, 1, NaN, -1], uniform(153)), 'float32', ', NaN and zeros');
    add(3, 257, listed([2147483647, -2147483648, 0], integers(154, -50, 50)), 'int32');
    add(3, 257, integers(155, 0, 256), 'uint8');
    add(2, 33, integers(156, 0, 2), 'bool');
  }
  for (const right of [false, true]) {
    const add = (R: number, N: number, M: number, dtype: DType = 'float32', note = '') =>
      cases.push({
        name: `searchSorted ${dtype} [${R}, ${N}] for [${R}, ${M}]${right ? ' right' : ''}${note}`,
        op: 'searchSorted',
        tolerance: 'exact',
        make: () => ({
          inputs: [
            input([R, N], (i) => Math.floor((i % N) / 2) - 3 + Math.floor(i / N), dtype, 'offset'),
            input(
              [R, M],
              dtype === 'float32'
                ? listed([0, -0, -100, 100, Infinity, -Infinity, NaN, 1, 2.5], integers(157, -5, N / 2))
                : integers(157, -5, N / 2),
              dtype,
            ),
          ],
          outputs: [output([R, M], 'int32')],
          attributes: { right },
        }),
      });
    for (const [R, N, M] of [
      [1, 1, 9],
      [3, 7, 20],
      [2, 257, 300],
      [1, 1031, 1031],
      [1, 0, 5],
      [2, 5, 0],
      [70001, 2, 1],
    ] as const)
      add(R, N, M);
    add(3, 33, 65, 'int32');
  }
  return cases;
}
