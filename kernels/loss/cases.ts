/* Cases of cross entropy: ignored rows, smoothing, logits near ±1e4. */

import type { ContractCase, Placement, Values } from '../case.ts';
import { input, integers, output, uniform } from '../case.ts';
import { crossEntropy } from './reference.ts';

/** Of the gradient of each loss: one number for all, backward, every second. */
const placements: readonly Placement[] = [[0], 'flipped', 'sliced'];

export function lossCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (N: number, K: number, smoothing: number, values: Values = uniform(101, -5, 5), note = '') => {
    const ignoreIndex = -100;
    const attributes = { ignoreIndex, smoothing };
    const classes = integers(102, 0, K);
    const target = () => input([N], (i) => (i % 4 === 1 ? ignoreIndex : classes(i)), 'int32', 'offset');
    const name = `[${N}, ${K}]${smoothing ? ` smoothing ${smoothing}` : ''}${note}`;
    cases.push(
      {
        name: `crossEntropy ${name}`,
        op: 'crossEntropy',
        tolerance: 'scaled',
        make: () => ({ inputs: [input([N, K], values), target()], outputs: [output([N]), output([N])], attributes }),
      },
      {
        name: `crossEntropyGrad ${name}`,
        op: 'crossEntropyGrad',
        tolerance: 'scaled',
        make: () => {
          const logits = input([N, K], values, 'float32', 'offset');
          const kept = target();
          const lse = input([N], () => 0);
          const loss = output([N]);
          const views = [logits, kept, loss, lse].map((operand) => ({ ...operand, buffer: operand.data }));
          crossEntropy({ op: 'crossEntropy', inputs: views.slice(0, 2), outputs: views.slice(2), attributes });
          return {
            inputs: [input([N], uniform(103), 'float32', placements[N % 3]!), logits, kept, lse],
            outputs: [output([N, K])],
            attributes,
          };
        },
      },
    );
  };
  for (const [N, K] of [
    [1, 1],
    [1, 2],
    [5, 7],
    [64, 10],
    [3, 257],
    [2, 1031],
    [0, 5],
    [7, 10007],
    [70001, 2],
  ] as const) {
    add(N, K, 0);
    if (N < 70001) add(N, K, 0.1);
  }
  add(9, 33, 0, (i) => ((i * 37) % 101) * 1.25 + 9900, ', near 1e4');
  add(9, 33, 0.2, (i) => ((i * 37) % 101) * 200 - 1e4, ', ±1e4');
  return cases;
}
