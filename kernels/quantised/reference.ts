/* Products with weights of 8 or 4 bits: x · dequantised(q)ᵀ, weights unpacked a row at a time, sums in float64. */

import type { AttributesOf } from '../operations.ts';
import { window } from '../strided.ts';
import type { Call, HostArray } from '../types.ts';

/** (x [M, K], q uint8 [N, bytes], scale [N, groups], zero [N, groups]?) → [M, N]. */
export function qmatmul(call: Call<HostArray>): void {
  const attributes = call.attributes as AttributesOf<'qmatmul'>;
  const [x, q, scale, zero] = call.inputs.map(window) as [HostArray, HostArray, HostArray, HostArray?];
  const y = window(call.outputs[0]!);
  const [M, K] = call.inputs[0]!.shape as [number, number];
  const [N, bytes] = call.inputs[1]!.shape as [number, number];
  const groups = call.inputs[2]!.shape[1]!;
  const weights = new Float64Array(K);
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < K; k++) {
      const group = n * groups + Math.floor(k / attributes.groupSize);
      weights[k] = (integerAt(q, n * bytes, k, attributes) - (attributes.asymmetric ? zero![group]! : 0)) * scale[group]!;
    }
    for (let m = 0; m < M; m++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += x[m * K + k]! * weights[k]!;
      y[m * N + n] = sum;
    }
  }
}

/** Integer k of a row: a byte, or the low nibble first; two's complement where symmetric. */
function integerAt(q: HostArray, row: number, k: number, { bits, asymmetric }: AttributesOf<'qmatmul'>): number {
  const word = bits === 8 ? q[row + k]! : (q[row + (k >> 1)]! >> ((k & 1) * 4)) & 15;
  return asymmetric ? word : (word << (32 - bits)) >> (32 - bits);
}
