/* A whole sequence of a recurrent layer in one direction as one kernel, with its gradient through time as another
   (kernels/operations.ts, `rnn` and `rnnGrad`). The products with the input are one matmul before it. */

import { track } from '../autograd.ts';
import { compute, computeAll, dense } from '../dispatch.ts';
import { linear } from '../functional/linear.ts';
import { select } from '../ops/view.ts';
import { contiguousStrides } from '../shape.ts';
import { makeView, type Tensor } from '../tensor.ts';

export type Mode = 'tanh' | 'relu' | 'gru' | 'lstm';

export interface Weights {
  readonly ih: Tensor;
  readonly hh: Tensor;
  readonly biasIh: Tensor | null;
  readonly biasHh: Tensor | null;
}

/** x (T, B, in), h0 (B, H), for lstm c0 (B, H) → out (T, B, H), the last h and c (B, H). */
export function sequence(
  mode: Mode,
  input: Tensor,
  h0: Tensor,
  c0: Tensor | null,
  weights: Weights,
  reverse: boolean,
): { out: Tensor; h: Tensor; c: Tensor | null } {
  const [T, B] = input.shape as [number, number];
  const H = weights.hh.shape[1]!;
  const GH = weights.hh.shape[0]!;
  const { dtype } = input;
  const xw = dense(linear(input, weights.ih, weights.biasIh)); // (T, B, G·H)
  const bias = weights.biasHh ?? compute('fill', [], [GH], dtype, { value: 0 }, input.device);
  const [whh, bhh, h] = [dense(weights.hh), dense(bias), dense(h0)];
  const c = c0 && dense(c0);
  const attributes = { mode, reverse };
  const layouts = [
    { shape: [T, B, H], dtype },
    { shape: [T, B, mode === 'gru' ? 4 * H : GH], dtype },
    ...(c ? [{ shape: [T, B, H], dtype }] : []),
  ];
  const [out, saved, cells] = computeAll('rnn', [xw, whh, bhh, h, ...(c ? [c] : [])], layouts, attributes);
  const last = reverse ? 0 : T - 1;
  const cn = cells ? makeView(cells, [B, H], contiguousStrides([B, H]), last * B * H) : null;
  track(
    'rnn',
    [xw, weights.hh, weights.biasHh, h0, c0],
    cn ? [out!, cn] : [out!],
    ([g, gc], [w, start, y, gates, cell0, cellsThen]) => {
      const inputs = [dense(g!), w!, start!, y!, gates!, ...(cell0 ? [cell0, cellsThen!, dense(gc!)] : [])];
      const state = { shape: [B, H], dtype };
      const found = computeAll(
        'rnnGrad',
        inputs,
        [{ shape: [T, B, GH], dtype }, { shape: [GH, H], dtype }, { shape: [GH], dtype }, state, ...(cell0 ? [state] : [])],
        attributes,
      );
      return [found[0]!, found[1]!, weights.biasHh ? found[2]! : null, found[3]!, found[4] ?? null];
    },
    { saved: [whh, h, out!, saved!, c, cells ?? null], twice: false },
  );
  return { out: out!, h: select(out!, 0, last), c: cn };
}
