/* Cases of softmax: rows short, long and many; logits near ±1e4, −inf, +inf, NaN. */

import type { ContractCase, Values } from '../case.ts';
import { input, output, uniform } from '../case.ts';
import { softmax } from './reference.ts';
import type { Shape } from '../types.ts';

const SHAPES: readonly Shape[] = [
  [1, 1],
  [3, 5],
  [4, 64],
  [5, 257],
  [2, 1031],
  [33, 17],
  [0, 5],
  [1, 10007],
  [70001, 3],
];

export function softmaxCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  for (const log of [false, true]) {
    const name = log ? 'softmax log' : 'softmax';
    const add = (shape: Shape, values: Values, note = '') =>
      cases.push({
        name: `${name} [${shape.join(', ')}]${note}`,
        op: 'softmax',
        tolerance: 'scaled',
        make: () => ({ inputs: [input(shape, values, 'float32', 'offset')], outputs: [output(shape)], attributes: { log } }),
      });
    for (const shape of SHAPES) add(shape, uniform(81, -5, 5));
    add([6, 130], (i) => ((i * 37) % 101) * 200 - 1e4, ', ±1e4');
    add([3, 4], (i) => [1e4, -1e4, 9999.5, 9999, -Infinity, 1, 2, -Infinity, -Infinity, 5, -Infinity, -Infinity][i]!, ', −inf');
    add([4, 3], (i) => [-Infinity, -Infinity, -Infinity, 1, Infinity, 2, 1, NaN, 2, 1, 2, 3][i]!, ', NaN');
    for (const shape of SHAPES) {
      cases.push({
        name: `softmaxGrad ${log ? 'log ' : ''}[${shape.join(', ')}]`,
        op: 'softmaxGrad',
        tolerance: 'scaled',
        make: () => {
          const y = input(shape, uniform(82, -5, 5), 'float32', 'offset');
          softmax({ op: 'softmax', inputs: [{ ...y, buffer: y.data }], outputs: [{ ...y, buffer: y.data }], attributes: { log } });
          return { inputs: [y, input(shape, uniform(83))], outputs: [output(shape)], attributes: { log } };
        },
      });
    }
  }
  return cases;
}
