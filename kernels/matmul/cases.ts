/* Cases of matrix products: sizes around tiles, batches (broadcast too), every placement of both factors, bias and activations. */

import type { ContractCase, Placement, Values } from '../case.ts';
import { input, output, uniform } from '../case.ts';
import type { Activation } from '../operations.ts';

type Size = readonly [batch: number, M: number, K: number, N: number];

const SIZES: readonly Size[] = [
  [1, 1, 1, 1],
  [1, 2, 3, 4],
  [1, 7, 5, 3],
  [1, 17, 33, 65],
  [1, 64, 64, 64],
  [1, 65, 129, 67],
  [1, 128, 16, 130],
  [1, 1, 257, 257],
  [1, 257, 31, 1],
  [1, 1, 1031, 5],
  [1, 3, 1031, 1],
  [1, 200, 2, 200],
  [1, 31, 1, 33],
  [3, 5, 7, 9],
  [7, 33, 20, 17],
  [70, 2, 3, 2],
  [0, 3, 3, 3],
  [2, 0, 3, 4],
  [2, 3, 0, 4],
  [2, 3, 4, 0],
];

export function matmulCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (
    [B, M, K, N]: Size,
    a: Placement,
    b: Placement,
    bias: Placement | null = null,
    activation: Activation | null = null,
    values: Values = uniform(71),
    note = '',
  ) =>
    cases.push({
      name: `matmul [${B}, ${M}, ${K}] ${String(a)} × [${K}, ${N}] ${String(b)}${bias ? ' + bias' : ''}${activation ? ` ${activation}` : ''}${note}`,
      op: 'matmul',
      tolerance: 'scaled',
      make: () => ({
        inputs: [
          input([B, M, K], values, 'float32', a),
          input([B, K, N], uniform(72), 'float32', b),
          ...(bias ? [input([N], uniform(73), 'float32', bias)] : []),
        ],
        outputs: [output([B, M, N])],
        attributes: { bias: bias !== null, activation },
      }),
    });
  for (const size of SIZES) {
    add(size, 'contiguous', 'contiguous');
    add(size, 'contiguous', 'transposed', 'contiguous', 'relu');
    add(size, 'transposed', 'contiguous', 'offset');
  }
  for (const size of [
    [1, 33, 19, 35],
    [3, 18, 21, 34],
  ] as const) {
    for (const a of ['contiguous', 'transposed', 'offset', 'flipped', 'sliced', [0], [1], [2]] as const) {
      for (const b of ['contiguous', 'transposed', 'offset', 'flipped', 'sliced', [0], [1], [2]] as const) add(size, a, b);
    }
  }
  for (const activation of ['relu', 'gelu', 'geluTanh', 'silu', 'tanh', 'sigmoid'] as const) {
    // Sums of about 1: an error of theirs is one of the result, whatever the function does.
    add([1, 33, 20, 37], 'contiguous', 'contiguous', null, activation, uniform(75, -0.3, 0.3));
    add([2, 5, 18, 65], 'contiguous', 'transposed', 'contiguous', activation, uniform(75, -0.3, 0.3));
  }
  add([1, 9, 8, 7], 'contiguous', 'contiguous', [0], null);
  add([1, 66, 2000, 34], 'contiguous', 'contiguous', 'contiguous', null, uniform(74, 0, 1), ', long sums');
  add([1, 300, 300, 300], 'contiguous', 'contiguous');
  add([1, 300, 70, 260], 'transposed', 'transposed');
  add([1, 9, 9, 9], 'contiguous', 'contiguous', null, null, (i) => (i === 12 ? NaN : i === 40 ? Infinity : i % 3), ', NaN and infinity');
  return cases;
}
