/* A copy whose source runs along another dim than its target: 4 by 4 blocks are exchanged in registers, a band of 32 rows at a time, so that
   both sides are read and written by whole cache lines.

   Record: 4 source, 5 target, 6 rows (the dim along which the source is adjacent), 7 columns (adjacent in the target), 8 bytes between the source's columns,
   9 bytes between the target's rows, 10 outer dims, 11 bands; 12–17 outer lengths, 18–23 the source's strides, 24–29 the target's, in bytes. */

import { address, word } from '../wasm/memory';
import { transpose4 } from '../matmul/gemm';

export function transpose(p: usize, tile: i32): void {
  const rows = word(p, 6), columns = word(p, 7), across = <usize>word(p, 8), down = <usize>word(p, 9), bands = word(p, 11);
  let from = address(p, 4), to = address(p, 5);
  for (let d = word(p, 10) - 1, left = tile / bands; d >= 0; d--) {
    const length = word(p, 12 + d), i = left % length;
    left /= length;
    from += <usize>(i * word(p, 18 + d));
    to += <usize>(i * word(p, 24 + d));
  }
  const first = (tile % bands) * 32, end = min(rows, first + 32);
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    const a = from + <usize>j * across, b = to + ((<usize>j) << 2);
    let i = first;
    for (; i + 4 <= end; i += 4) transpose4(b + <usize>i * down, a + ((<usize>i) << 2), across, down);
    for (; i < end; i++) for (let k: usize = 0; k < 4; k++) store<f32>(b + <usize>i * down + (k << 2), load<f32>(a + ((<usize>i) << 2) + k * across));
  }
  for (; j < columns; j++) {
    for (let i = first; i < end; i++) store<f32>(to + <usize>i * down + ((<usize>j) << 2), load<f32>(from + ((<usize>i) << 2) + <usize>j * across));
  }
}
