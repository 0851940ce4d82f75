/* Cases of quantised products: both widths, one group and many, a short last group, odd numbers of columns, zero points. */

import type { ContractCase } from '../case.ts';
import { input, integers, output, uniform } from '../case.ts';

export function quantisedCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (M: number, N: number, columns: number, bits: 8 | 4, groupSize: number, asymmetric: boolean) => {
    const bytes = bits === 8 ? columns : Math.ceil(columns / 2);
    const groups = Math.ceil(columns / groupSize);
    cases.push({
      name: `qmatmul [${M}, ${columns}] × [${N}] of ${bits} bits, groups of ${groupSize}${asymmetric ? ', with zero points' : ''}`,
      op: 'qmatmul',
      tolerance: 'scaled',
      make: () => ({
        inputs: [
          input([M, columns], uniform(221), 'float32', 'offset'),
          input([N, bytes], integers(222, 0, 256), 'uint8', 'offset'),
          input([N, groups], uniform(223, 0.005, 0.02)),
          ...(asymmetric ? [input([N, groups], integers(224, 0, 2 ** bits))] : []),
        ],
        outputs: [output([M, N])],
        attributes: { bits, groupSize, columns, asymmetric },
      }),
    });
  };
  for (const bits of [8, 4] as const) {
    for (const asymmetric of [false, true]) {
      add(1, 1, 1, bits, 1, asymmetric);
      add(3, 5, 7, bits, 7, asymmetric);
      add(2, 33, 64, bits, 32, asymmetric);
      add(5, 17, 65, bits, 16, asymmetric);
      add(1, 257, 100, bits, 33, asymmetric);
      add(65, 3, 129, bits, 129, asymmetric);
      add(4, 6, 1031, bits, 64, asymmetric);
    }
    add(0, 4, 8, bits, 8, false);
  }
  return cases;
}
