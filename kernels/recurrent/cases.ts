/* Cases of recurrent sequences: every mode, both directions, one step and many, hidden sizes around vector widths. */

import type { ContractCase, Operand } from '../case.ts';
import { input, output, uniform } from '../case.ts';
import { rnn } from './reference.ts';

type Mode = 'tanh' | 'relu' | 'gru' | 'lstm';
const GATES = { tanh: 1, relu: 1, gru: 3, lstm: 4 } as const;

export function recurrentCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (mode: Mode, reverse: boolean, T: number, B: number, H: number) => {
    const name = `${mode} T ${T} B ${B} H ${H}${reverse ? ' reverse' : ''}`;
    const attributes = { mode, reverse };
    const GH = GATES[mode] * H;
    const bound = 1 / Math.sqrt(H);
    const inputs = (): Operand[] => [
      input([T, B, GH], uniform(211, -1, 1), 'float32', 'offset'),
      input([GH, H], uniform(212, -bound, bound)),
      input([GH], uniform(213, -bound, bound)),
      input([B, H], uniform(214, -0.9, 0.9)),
      ...(mode === 'lstm' ? [input([B, H], uniform(215, -1, 1))] : []),
    ];
    const savedShape = [T, B, mode === 'gru' ? 4 * H : GH];
    cases.push(
      {
        name: `rnn ${name}`,
        op: 'rnn',
        tolerance: 'scaled',
        make: () => ({
          inputs: inputs(),
          outputs: [output([T, B, H]), output(savedShape), ...(mode === 'lstm' ? [output([T, B, H])] : [])],
          attributes,
        }),
      },
      {
        name: `rnnGrad ${name}`,
        op: 'rnnGrad',
        tolerance: 'scaled',
        make: () => {
          const [xw, whh, bhh, h0, c0] = inputs() as [Operand, Operand, Operand, Operand, Operand?];
          const [out, saved, cells] = [input([T, B, H], () => 0), input(savedShape, () => 0), input([T, B, H], () => 0)];
          const [from, to] = [
            [xw, whh, bhh, h0, ...(c0 ? [c0] : [])],
            [out, saved, cells],
          ].map((list) => list.map((operand) => ({ ...operand, buffer: operand.data })));
          rnn({ op: 'rnn', inputs: from!, outputs: to!, attributes });
          return {
            inputs: [
              input([T, B, H], uniform(216, -1, 1), 'float32', 'offset'),
              whh,
              h0,
              out,
              saved,
              ...(c0 ? [c0, cells, input([B, H], uniform(217))] : []),
            ],
            outputs: [output([T, B, GH]), output([GH, H]), output([GH]), output([B, H]), ...(c0 ? [output([B, H])] : [])],
            attributes,
          };
        },
      },
    );
  };
  for (const mode of ['tanh', 'relu', 'gru', 'lstm'] as const) {
    add(mode, false, 1, 1, 1);
    add(mode, false, 5, 3, 7);
    add(mode, true, 5, 2, 16);
    add(mode, false, 3, 4, 33);
    add(mode, true, 20, 1, 5);
    add(mode, false, 2, 65, 4);
  }
  add('gru', false, 3, 2, 129);
  return cases;
}
