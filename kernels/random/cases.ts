/* Cases of random numbers: every kind, counts off multiples of four, seeds and blocks of 64 bits, a block count that carries over. */

import type { ContractCase } from '../case.ts';
import { input, output } from '../case.ts';

type Kind = 'bits' | 'uniform' | 'normal' | 'integer';

export function randomCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (kind: Kind, size: number, low = 0, high = 1, state: readonly number[] = [7, 0, 0, 0]) =>
    cases.push({
      name: `random ${kind} [${size}] ${low} ${high} from ${state.join(' ')}`,
      op: 'random',
      tolerance: kind === 'normal' || (kind === 'uniform' && (low !== 0 || high !== 1)) ? 'pointwise' : 'exact',
      make: () => ({
        inputs: [input([4], (i) => state[i]! | 0, 'int32', 'offset')],
        outputs: [output([size], kind === 'bits' || kind === 'integer' ? 'int32' : 'float32')],
        attributes: { kind, low, high },
      }),
    });
  for (const kind of ['bits', 'uniform', 'normal', 'integer'] as const) {
    const high = kind === 'integer' ? 10 : 1;
    for (const size of [0, 1, 2, 3, 4, 5, 7, 257, 1031]) add(kind, size, 0, high);
    add(kind, 257, 0, high, [0xdeadbeef, 0x1234567, 0x89abcdef, 3]);
    add(kind, 33, 0, high, [1, 2, 0xfffffffe, 0xffffffff]);
  }
  add('bits', 300_003);
  add('uniform', 1031, -2, 5);
  add('uniform', 257, 100, 101);
  add('normal', 1031, 3, 0.5);
  add('integer', 1031, -2147483648, 2147483647);
  add('integer', 1031, -7, 1000003);
  add('integer', 257, 0, 2147483647);
  add('integer', 257, 5, 6);
  return cases;
}
