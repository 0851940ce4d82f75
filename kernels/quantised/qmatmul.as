/* x · dequantised(q)ᵀ: a tile unpacks the rows of some outputs into scratch and multiplies them.

   Record: 4 x, 5 q, 6 scale, 7 zero or 0, 8 y, 9 M, 10 N, 11 K, 12 bits, 13 group size, 14 groups, 15 bytes of a row, 16 outputs of a tile. */

import { address, scratch, word } from '../wasm/memory';
import { gemm, GEMM_SCRATCH } from '../matmul/gemm';

export function qmatmul(p: usize, tile: i32): void {
  const M = word(p, 9), N = word(p, 10), K = word(p, 11), bits = word(p, 12), size = word(p, 13), groups = word(p, 14);
  const n0 = tile * word(p, 16), columns = min(word(p, 16), N - n0);
  const room = scratch(), weights = room + GEMM_SCRATCH, row = (<usize>K) << 2;
  const zeros = address(p, 7);
  for (let n = 0; n < columns; n++) {
    const q = address(p, 5) + <usize>((n0 + n) * word(p, 15));
    let to = weights + <usize>n * row;
    for (let group = 0, k = 0; k < K; group++) {
      const at = (<usize>((n0 + n) * groups + group)) << 2;
      const scale = load<f32>(address(p, 6) + at), zero: f32 = zeros != 0 ? load<f32>(zeros + at) : 0;
      for (const end = min(K, k + size); k < end; k++, to += 4) {
        let value = bits == 8 ? <i32>load<u8>(q + <usize>k) : (<i32>load<u8>(q + <usize>(k >> 1)) >> ((k & 1) << 2)) & 15;
        if (zeros == 0) value = bits == 8 ? (value << 24) >> 24 : (value << 28) >> 28;
        store<f32>(to, (<f32>value - zero) * scale);
      }
    }
  }
  gemm(M, columns, K, address(p, 4), row, 4, weights, 4, row, address(p, 8) + ((<usize>n0) << 2), (<usize>N) << 2, false, room);
}
