/* Products with quantised weights as records of qmatmul.as. */

import type { AttributesOf } from '../operations.ts';
import { GEMM_SCRATCH } from '../matmul/wasm.ts';
import { moreKernels } from '../wasm/more.ts';
import type { Encoder } from '../wasm/tape.ts';
import { tilesFor } from '../wasm/tape.ts';

export const qmatmul: Encoder = (call, tape) => {
  const { bits, groupSize, asymmetric } = call.attributes as AttributesOf<'qmatmul'>;
  const [x, q, scale, zero] = call.inputs;
  const y = call.outputs[0]!;
  const [M, K] = x!.shape as [number, number];
  const [N, bytes] = q!.shape as [number, number];
  if (x!.dtype !== 'float32' || (asymmetric && zero!.dtype !== 'float32')) return false;
  if (M * N * K === 0) return M * N === 0;
  const columns = Math.min(32, N);
  tape.beginMore(moreKernels, 'qmatmul', tilesFor(N, columns), GEMM_SCRATCH + columns * K * 4);
  tape
    .address(x)
    .address(q)
    .address(scale)
    .address(asymmetric ? zero : undefined)
    .address(y);
  tape.integers(M, N, K, bits, groupSize, scale!.shape[1]!, bytes, columns).end();
  return true;
};
