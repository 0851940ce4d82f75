/* Cases of Adam: one and several parameters of odd sizes, every option, moments that have begun. */

import type { ContractCase } from '../case.ts';
import { inPlace, input, uniform } from '../case.ts';

export function optimiserCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (sizes: readonly number[], decoupled: boolean, amsgrad: boolean, maximize: boolean, weightDecay: number, step = 3) =>
    cases.push({
      name: `adam [${sizes.join('], [')}]${decoupled ? ' decoupled' : ''}${amsgrad ? ' amsgrad' : ''}${maximize ? ' maximize' : ''} decay ${weightDecay} step ${step}`,
      op: 'adam',
      tolerance: 'scaled',
      make: () => {
        const count = sizes.length;
        const hyper = [1e-2, 0.9, 0.999, 1e-8, weightDecay, 1 - 0.9 ** step, 1 - 0.999 ** step, 1 - 0.999];
        const list = (seed: number, low: number, high: number) =>
          sizes.map((size, j) => input([size], uniform(seed + j, low, high), 'float32', j % 2 === 0 ? 'contiguous' : 'offset'));
        const inputs = [
          input([8], (i) => hyper[i]!),
          ...list(161, -1, 1),
          ...list(171, -1, 1),
          ...(step === 1 ? list(181, 0, 0) : list(181, -0.5, 0.5)),
          ...(step === 1 ? list(191, 0, 0) : list(191, 0, 0.3)),
          ...(amsgrad ? list(201, 0, 0.3) : []),
        ];
        const written = [0, 2, 3, ...(amsgrad ? [4] : [])];
        const outputs = written.flatMap((group) => sizes.map((_, j) => inPlace(inputs, 1 + group * count + j)));
        return { inputs, outputs, attributes: { count, decoupled, amsgrad, maximize } };
      },
    });
  for (const decoupled of [false, true]) {
    for (const amsgrad of [false, true]) for (const maximize of [false, true]) add([257, 3, 1031], decoupled, amsgrad, maximize, 0.1);
  }
  add([1], false, false, false, 0, 1);
  add([1031, 1, 64, 7, 5, 2, 300, 33, 17], true, false, false, 0.01, 1);
  add([5, 4], false, false, false, 0, 100);
  add([100_003, 0, 2], true, false, false, 0.01);
  return cases;
}
