/* Cases of indexing: every dim, views of any strides, repeated indices, indices out of range, integer values. */

import type { ContractCase, Operand, Placement } from '../case.ts';
import { input, integers, isFloat, output, uniform } from '../case.ts';
import type { DType, Shape } from '../types.ts';

const values = (dtype: DType, seed: number) => (isFloat(dtype) ? uniform(seed) : integers(seed, 0, dtype === 'bool' ? 2 : 200));

/** An output that begins as data. */
function filled(shape: Shape, dtype: DType, seed: number, placement: Placement = 'offset'): Operand {
  return input(shape, values(dtype, seed), dtype, placement);
}

export function indexCases(): ContractCase[] {
  return [...gatherCases(), ...scatterCases(), ...rowCases()];
}

function gatherCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (
    shape: Shape,
    dim: number,
    length: number,
    placement: Placement = 'contiguous',
    indexPlacement: Placement = 'contiguous',
    dtype: DType = 'float32',
    low = 0,
    high = length,
  ) => {
    const from = shape.map((size, d) => (d === dim ? length : size));
    cases.push({
      name: `gather ${dtype} [${from.join(', ')}] ${String(placement)} at [${shape.join(', ')}] ${String(indexPlacement)} in dim ${dim}${low < 0 ? ', out of range' : ''}`,
      op: 'gather',
      tolerance: 'signed',
      make: () => ({
        inputs: [input(from, values(dtype, 141), dtype, placement), input(shape, integers(142, low, high), 'int32', indexPlacement)],
        outputs: [output(shape, dtype)],
        attributes: { dim },
      }),
    });
  };
  add([1], 0, 1);
  add([257], 0, 1031);
  add([5, 7], 0, 11);
  add([5, 7], 1, 11);
  add([129, 9], 1, 3, 'transposed');
  add([129, 9], 0, 3, 'flipped', 'transposed');
  add([37, 29], 1, 5, 'sliced', [0]);
  add([37, 29], 0, 5, [1], [1]);
  for (const dim of [0, 1, 2, 3]) add([3, 5, 4, 7], dim, 6, 'transposed', 'sliced');
  add([2, 1, 2, 2, 3, 1, 2, 3], 4, 9, 'transposed', 'flipped');
  add([0, 3], 0, 4);
  add([4, 0], 0, 4);
  for (const dtype of ['float32', 'int32', 'uint8', 'bool'] as const) add([33, 7], 0, 9, 'contiguous', 'contiguous', dtype, -2, 12);
  add([70001, 2], 1, 5);
  return cases;
}

function scatterCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  // prettier-ignore
  const add = (shape: Shape, dim: number, length: number, mode: 'set' | 'add', dtype: DType = 'float32', placements: readonly [Placement, Placement, Placement] = ['contiguous', 'contiguous', 'offset'], low = 0, high = length, note = '') => {
    const into = shape.map((size, d) => (d === dim ? length : size));
    cases.push({
      name: `scatter ${mode} ${dtype} [${shape.join(', ')}] into [${into.join(', ')}] in dim ${dim} ${placements.map(String).join(' ')}${note}`,
      op: 'scatter',
      tolerance: mode === 'set' || !isFloat(dtype) ? 'exact' : 'scaled',
      make: () => ({
        inputs: [input(shape, integers(143, low, high), 'int32', placements[0]), input(shape, values(dtype, 144), dtype, placements[1])],
        outputs: [filled(into, dtype, 145, placements[2])],
        attributes: { dim, mode },
      }),
    });
  };
  for (const mode of ['set', 'add'] as const) {
    add([1], 0, 1, mode);
    add([257], 0, 1031, mode);
    add([1031], 0, 7, mode);
    add([5, 7], 0, 11, mode);
    add([5, 7], 1, 3, mode);
    add([33, 9], 0, 4, mode, 'float32', ['transposed', 'flipped', 'transposed']);
    add([33, 9], 1, 20, mode, 'float32', [[0], 'sliced', 'flipped']);
    add([33, 9], 0, 4, mode, 'float32', ['contiguous', [0, 1], 'sliced']);
    for (const dim of [0, 1, 2, 3]) add([3, 5, 4, 7], dim, 6, mode, 'float32', ['transposed', 'sliced', 'transposed']);
    add([0, 3], 0, 4, mode);
    add([67, 3], 0, 5, mode, 'int32');
    add([67, 3], 0, 5, mode, 'float32', undefined, -2, 8, ', out of range');
    add([70001, 2], 1, 5, mode);
  }
  add([67, 3], 0, 5, 'set', 'uint8');
  add([67, 3], 0, 5, 'set', 'bool');
  add([2000], 0, 1, 'add');
  return cases;
}

function rowCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (V: number, C: number, N: number, dtype: DType = 'float32', low = 0, high = V) => {
    const name = `${dtype} [${V}, ${C}] at [${N}]${low < 0 ? ', out of range' : ''}`;
    const ids = () => input([N], integers(146, low, high), 'int32', 'offset');
    cases.push({
      name: `rows ${name}`,
      op: 'rows',
      tolerance: 'signed',
      make: () => ({
        inputs: [input([V, C], values(dtype, 147), dtype, 'offset'), ids()],
        outputs: [output([N, C], dtype)],
        attributes: {},
      }),
    });
    if (dtype !== 'float32' && dtype !== 'int32') return;
    cases.push({
      name: `rowsAdd ${name}`,
      op: 'rowsAdd',
      tolerance: isFloat(dtype) ? 'scaled' : 'exact',
      make: () => ({
        inputs: [ids(), input([N, C], values(dtype, 148), dtype, 'offset')],
        outputs: [filled([V, C], dtype, 149)],
        attributes: {},
      }),
    });
  };
  add(1, 1, 1);
  add(7, 5, 3);
  add(65, 33, 257);
  add(3, 64, 1031);
  add(1031, 7, 17);
  add(5, 4, 0);
  add(5, 0, 4);
  add(50_021, 4, 70_001);
  for (const dtype of ['float32', 'int32', 'uint8', 'bool'] as const) add(9, 6, 40, dtype, -3, 12);
  return cases;
}
