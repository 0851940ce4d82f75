/* Products of matrices on the host, batched, with bias and activation: a row of the result is accumulated in float64 and
   stored once, so it is as exact as its type. The loop runs along rows of b, which are copied first where they are not contiguous. */

import type { AttributesOf } from '../operations.ts';
import { unaryFunctions } from '../elementwise/functions.ts';
import { contiguousStrides } from '../operations.ts';
import { dense } from '../strided.ts';
import type { Call, HostArray, View } from '../types.ts';

/** (a [B, M, K], b [B, K, N], bias [N]?) → [B, M, N] = act(a·b + bias). 2·B·M·K·N flop. */
export function matmul(call: Call<HostArray>): void {
  const attributes = call.attributes as AttributesOf<'matmul'>;
  const a = call.inputs[0]!;
  const b = withContiguousRows(call.inputs[1]!);
  const bias = attributes.bias ? call.inputs[2]! : undefined;
  const y = call.outputs[0]!;
  const act = attributes.activation === null ? undefined : unaryFunctions[attributes.activation];
  const [batch, M, N] = y.shape as [number, number, number];
  const K = a.shape[2]!;
  const [aBatch, aRow, aColumn] = a.strides as [number, number, number];
  const [bBatch, bRow] = b.strides as [number, number, number];
  const row = new Float64Array(N);
  for (let n = 0, k = y.offset; n < batch; n++) {
    for (let i = 0; i < M; i++, k += N) {
      if (bias) for (let j = 0; j < N; j++) row[j] = bias.buffer[bias.offset + j * bias.strides[0]!]!;
      else row.fill(0);
      let from = a.offset + n * aBatch + i * aRow;
      let line = b.offset + n * bBatch;
      let t = 0;
      for (; t + 4 <= K; t += 4, from += 4 * aColumn, line += 4 * bRow) addFourRows(row, a.buffer, from, aColumn, b.buffer, line, bRow);
      for (; t < K; t++, from += aColumn, line += bRow) addRow(row, a.buffer[from]!, b.buffer, line);
      if (act) for (let j = 0; j < N; j++) row[j] = act(row[j]!);
      y.buffer.set(row, k);
    }
  }
}

/** sum += x · b[line …]. */
function addRow(sum: Float64Array, x: number, b: HostArray, line: number): void {
  for (let j = 0; j < sum.length; j++) sum[j]! += x * b[line + j]!;
}

/** sum += Σ a[i + t·step] · b[line + t·bRow …], t = 0 … 3: four rows for one load and store of the sums. */
function addFourRows(sum: Float64Array, a: HostArray, i: number, step: number, b: HostArray, line: number, bRow: number): void {
  const x0 = a[i]!;
  const x1 = a[i + step]!;
  const x2 = a[i + 2 * step]!;
  const x3 = a[i + 3 * step]!;
  const line1 = line + bRow;
  const line2 = line1 + bRow;
  const line3 = line2 + bRow;
  for (let j = 0; j < sum.length; j++) sum[j]! += x0 * b[line + j]! + x1 * b[line1 + j]! + x2 * b[line2 + j]! + x3 * b[line3 + j]!;
}

function withContiguousRows(b: View<HostArray>): View<HostArray> {
  const [batch, K, N] = b.shape as [number, number, number];
  if (b.strides[2] === 1 || N <= 1) return b;
  const shape = [b.strides[0] === 0 ? Math.min(batch, 1) : batch, K, N];
  const strides = contiguousStrides(shape);
  if (b.strides[0] === 0) strides[0] = 0;
  return { ...b, buffer: dense({ ...b, shape }), offset: 0, strides };
}
