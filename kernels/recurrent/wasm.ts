/* Recurrent sequences as records of rnn.as. */

import type { AttributesOf } from '../operations.ts';
import { GEMM_SCRATCH } from '../matmul/wasm.ts';
import { moreKernels } from '../wasm/more.ts';
import type { Encoder } from '../wasm/tape.ts';
import { tilesFor } from '../wasm/tape.ts';

const modes = ['tanh', 'relu', 'gru', 'lstm'];

/** Examples of a tile: groups of four fill the microkernel. */
function rowsOfTile(B: number): number {
  return B <= 8 ? Math.max(1, B) : Math.ceil(B / 4 / 4) * 4;
}

export const rnn: Encoder = (call, tape) => {
  const { mode, reverse } = call.attributes as AttributesOf<'rnn'>;
  const [xw, whh, bhh, h0, c0] = call.inputs;
  const [out, saved, cells] = call.outputs;
  const [T, B, H] = out!.shape as [number, number, number];
  const GH = xw!.shape[2]!;
  if (xw!.dtype !== 'float32' || T * B * H === 0) return false;
  const rows = rowsOfTile(B);
  tape.beginMore(moreKernels, 'rnn', tilesFor(B, rows), GEMM_SCRATCH + (GH * H + rows * GH) * 4);
  tape.address(xw).address(whh).address(bhh).address(h0).address(c0).address(out).address(saved).address(cells);
  tape.integers(modes.indexOf(mode), Number(reverse), T, B, H, rows).end();
  return true;
};

export const rnnGrad: Encoder = (call, tape) => {
  const { mode, reverse } = call.attributes as AttributesOf<'rnnGrad'>;
  const [g, whh, h0, out, saved, c0, cells, gc] = call.inputs;
  const [dxw, dwhh, dbhh, dh0, dc0] = call.outputs;
  const [T, B, H] = g!.shape as [number, number, number];
  const GH = whh!.shape[0]!;
  if (g!.dtype !== 'float32' || T * B * H === 0) return false;
  const hidden = mode === 'gru' ? tape.host.temporary(T * B * GH * 4) : undefined;
  const gates = () => (hidden === undefined ? tape.address(dxw) : tape.integer(hidden));
  const rows = rowsOfTile(B);
  tape.beginMore(moreKernels, 'rnnGrad', tilesFor(B, rows), GEMM_SCRATCH);
  tape.address(g).address(whh).address(h0).address(out).address(saved).address(c0).address(cells).address(gc).address(dxw);
  gates();
  tape.address(dh0).address(dc0).integers(modes.indexOf(mode), Number(reverse), T, B, H, rows).end();
  const size = Math.min(128, Math.max(16, Math.ceil(GH / 4 / 4) * 4));
  tape.beginMore(moreKernels, 'rnnWeights', tilesFor(GH, size), GEMM_SCRATCH);
  gates();
  tape.address(out).address(h0).address(dwhh).address(dbhh).integers(Number(reverse), T, B, GH, H, size).end();
  return true;
};
