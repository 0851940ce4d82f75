/* Cases of layer and RMS normalisation: with and without weight and bias, rows short, long and many, values far from 0. */

import type { ContractCase, Operand, Values } from '../case.ts';
import { input, output, uniform } from '../case.ts';
import type { Shape } from '../types.ts';

const SHAPES: readonly Shape[] = [
  [1, 1],
  [3, 5],
  [4, 64],
  [5, 257],
  [2, 1031],
  [0, 5],
  [129, 33],
  [70001, 2],
];

export function normCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (shape: Shape, rms: boolean, weight: boolean, bias: boolean, values: Values = uniform(91), note = '') => {
    const [R, N] = shape as [number, number];
    const name = `[${R}, ${N}]${rms ? ' rms' : ''}${weight ? ' weight' : ''}${bias ? ' bias' : ''}${note}`;
    const eps = 1e-5;
    const vectors = (): Operand[] => [
      ...(weight ? [input([N], uniform(92, 0.5, 1.5))] : []),
      ...(bias ? [input([N], uniform(93), 'float32', 'offset')] : []),
    ];
    cases.push(
      {
        name: `layerNorm ${name}`,
        op: 'layerNorm',
        tolerance: 'scaled',
        make: () => ({
          inputs: [input(shape, values, 'float32', 'offset'), ...vectors()],
          outputs: [output(shape), output([R], 'float32', 'contiguous'), output([R])],
          attributes: { eps, rms, weight, bias },
        }),
      },
      {
        name: `layerNormGrad ${name}`,
        op: 'layerNormGrad',
        tolerance: 'scaled',
        make: () => ({
          inputs: [
            input(shape, uniform(94)),
            input(shape, uniform(95), 'float32', 'offset'),
            input([R], rms ? () => 0 : uniform(96, -0.5, 0.5)),
            input([R], uniform(97, 0.5, 1)),
            ...(weight ? [input([N], uniform(92, 0.5, 1.5))] : []),
          ],
          outputs: [output(shape), ...(weight ? [output([N])] : []), ...(bias ? [output([N])] : [])],
          attributes: { rms, weight, bias },
        }),
      },
    );
  };
  const apart = uniform(99, -0.3, 0.3);
  for (const shape of SHAPES) {
    // Rows of two numbers that nearly agree have no digits left in float32.
    const values: Values = shape[1] === 2 ? (i) => (i % 2 === 0 ? -1 : 1) + apart(i) : uniform(91);
    for (const rms of [false, true]) {
      add(shape, rms, true, !rms, values);
      add(shape, rms, false, false, values);
    }
  }
  add([9, 130], false, true, false);
  add([9, 130], false, false, true);
  add([9, 130], false, true, true, uniform(98, 29, 31), ', about 30');
  add([3, 7], false, true, true, () => 2, ', constant');
  add([3, 4], false, true, true, (i) => (i === 5 ? NaN : i === 8 ? Infinity : i), ', NaN and infinity');
  return cases;
}
