/* Products of matrices as records of matmul.as: how they are cut into tiles. */

import type { AttributesOf } from '../operations.ts';
import { unaryNames } from '../elementwise/wasm.ts';
import type { Encoder } from '../wasm/tape.ts';
import { tilesFor } from '../wasm/tape.ts';

/** Scratch that gemm.as uses (GEMM_SCRATCH there). */
export const GEMM_SCRATCH = 8 * 256 * 4 + 192 + 132 * 256 * 4;

export const matmul: Encoder = (call, tape) => {
  const { bias, activation } = call.attributes as AttributesOf<'matmul'>;
  const [a, b, c] = call.inputs as [(typeof call.inputs)[0], (typeof call.inputs)[0], (typeof call.inputs)[0]?];
  const y = call.outputs[0]!;
  if (y.dtype === 'float64' || a.dtype === 'int32') return false;
  const [batch, M, N] = y.shape as [number, number, number];
  const K = a.shape[2]!;
  if (batch * M * N === 0) return true;
  const { rows, columns } = tileOf(batch, M, N, K);
  const down = tilesFor(M, rows);
  const across = tilesFor(N, columns);
  tape
    .begin('matmul', batch * down * across, GEMM_SCRATCH, batch * M * N * K)
    .address(a)
    .address(b)
    .address(bias ? c : undefined)
    .address(y);
  tape.integers(M, N, K);
  for (const stride of [...a.strides, ...b.strides]) tape.integer(stride * 4);
  tape.integer(bias ? c!.strides[0]! * 4 : 0);
  tape.integers(activation === null ? -1 : unaryNames.indexOf(activation), rows, columns, down, across, 0);
  tape.end();
  return true;
};

/** Tiles small enough to share (about half a million multiplications each), large enough that packing pays. */
export function tileOf(batch: number, M: number, N: number, K: number): { rows: number; columns: number } {
  let rows = Math.min(M, 132);
  let columns = Math.min(N, 256);
  const work = () => batch * tilesFor(M, rows) * tilesFor(N, columns);
  const large = M * N * K * batch > 65536;
  while (large && work() < 8 && rows * columns * K > 262144 && rows > 16) {
    if (columns > 64 && columns > rows) columns = Math.ceil(columns / 2 / 8) * 8;
    else rows = Math.ceil(rows / 2 / 6) * 6;
  }
  return { rows, columns };
}
