/* Cases of Fourier transforms: powers of two, primes, products, both directions. */

import type { ContractCase } from '../case.ts';
import { input, output, uniform } from '../case.ts';

export function fftCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  for (const inverse of [false, true]) {
    for (const [R, N] of [
      [1, 1],
      [3, 2],
      [2, 3],
      [2, 4],
      [3, 5],
      [5, 7],
      [3, 12],
      [2, 16],
      [3, 17],
      [2, 64],
      [2, 97],
      [3, 100],
      [1, 257],
      [2, 1024],
      [1, 1031],
      [0, 8],
      [1, 4096],
      [70001, 2],
    ] as const) {
      cases.push({
        name: `fft [${R}, ${N}]${inverse ? ' inverse' : ''}`,
        op: 'fft',
        tolerance: 'scaled',
        make: () => ({
          inputs: [input([R, N], uniform(231, -1, 1), 'float32', 'offset'), input([R, N], uniform(232, -1, 1))],
          outputs: [output([R, N]), output([R, N])],
          attributes: { inverse },
        }),
      });
    }
  }
  return cases;
}
