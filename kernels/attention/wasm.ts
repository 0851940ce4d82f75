/* Attention as records of attention.as. */

import type { AttributesOf } from '../operations.ts';
import { GEMM_SCRATCH } from '../matmul/wasm.ts';
import type { View } from '../types.ts';
import type { Encoder, Tape } from '../wasm/tape.ts';
import { tilesFor } from '../wasm/tape.ts';

/** Query rows of a block. */
const BLOCK = 32;

export const attention: Encoder = (call, tape) => {
  const [q, k, v, mask] = call.inputs;
  const [out, lse] = call.outputs;
  if (!fits(q!, k!, v!, out!)) return false;
  const [B, H, T] = q!.shape as [number, number, number];
  const S = k!.shape[2]!;
  if (B * H * T === 0 || S === 0) return false;
  const work = B * H * T * S * (q!.shape[3]! + v!.shape[3]!);
  tape.begin('attention', B * H * tilesFor(T, BLOCK), GEMM_SCRATCH + BLOCK * rowBytes(S), work);
  tape.address(q).address(k).address(v).address(mask).address(out).address(lse);
  putSizes(tape, q!, k!, v!, mask, call.attributes as AttributesOf<'attention'>);
  putStrides(tape, out!);
  tape.end();
  return true;
};

export const attentionGrad: Encoder = (call, tape) => {
  const [g, q, k, v, out, lse, mask] = call.inputs;
  const [dq, dk, dv] = call.outputs;
  if (!fits(q!, k!, v!, g!, out!, dq!, dk!, dv!)) return false;
  const [B, H, T] = q!.shape as [number, number, number];
  const [, Hk, S] = k!.shape as [number, number, number];
  if (B * H * T === 0 || S === 0) return false;
  tape.begin('attentionGrad', B * Hk, GEMM_SCRATCH + 2 * BLOCK * rowBytes(S));
  tape.address(q).address(k).address(v).address(mask).address(out).address(lse);
  putSizes(tape, q!, k!, v!, mask, call.attributes as AttributesOf<'attentionGrad'>);
  putStrides(tape, out!);
  tape.skipTo(40).address(g).address(dq).address(dk).address(dv);
  for (const view of [g, dq, dk, dv]) putStrides(tape, view!);
  tape.end();
  return true;
};

function fits(...views: readonly View<unknown>[]): boolean {
  return views.every((view) => view.dtype !== 'float64' && (view.strides[3] === 1 || view.shape[3] === 1));
}

function rowBytes(S: number): number {
  return ((S + 3) & ~3) * 4;
}

/** Batch, head, time, in bytes. */
function putStrides(tape: Tape<unknown>, view: View<unknown>): void {
  for (let d = 0; d < 3; d++) tape.integer(view.strides[d]! * 4);
}

function putSizes<B>(
  tape: Tape<B>,
  q: View<B>,
  k: View<B>,
  v: View<B>,
  mask: View<B> | undefined,
  { causal, offset, scale }: AttributesOf<'attention'>,
): void {
  const [B, H, T, D] = q.shape as [number, number, number, number];
  tape.integers(B, H, k.shape[1]!, T, k.shape[2]!, D, v.shape[3]!, Number(causal), offset).float(scale).integer(BLOCK);
  for (const view of [q, k, v]) putStrides(tape, view);
  for (let d = 0; d < 4; d++) tape.integer(mask ? mask.strides[d]! * 4 : 0);
}
