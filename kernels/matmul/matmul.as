/* Products of matrices, batched: a tile is a block of rows by a block of columns of one product, with bias and activation while it is in the cache.

   Record: 4 a, 5 b, 6 bias or 0, 7 y; 8 M, 9 N, 10 K; strides in bytes: 11 a batch, 12 a row, 13 a column, 14 b batch, 15 b row, 16 b column,
   17 bias; 18 activation (index in `unaryNames`, −1 none), 19 rows and 20 columns of a tile, 21 tiles down, 22 tiles across; 23 adds to y where 1. */

import { address, scratch, word } from '../wasm/memory';
import { unary } from '../elementwise/unary';
import { gemm } from './gemm';

export function matmul(p: usize, tile: i32): void {
  const down = word(p, 21), across = word(p, 22);
  const batch = tile / (down * across), rest = tile % (down * across);
  const i = (rest / across) * word(p, 19), j = (rest % across) * word(p, 20);
  const N = word(p, 9);
  const m = min(word(p, 19), word(p, 8) - i), n = min(word(p, 20), N - j);
  const a = address(p, 4) + <usize>(batch * word(p, 11) + i * word(p, 12));
  const b = address(p, 5) + <usize>(batch * word(p, 14) + j * word(p, 16));
  const cr = (<usize>N) << 2;
  const c = address(p, 7) + <usize>batch * <usize>word(p, 8) * cr + <usize>i * cr + ((<usize>j) << 2);
  gemm(m, n, word(p, 10), a, word(p, 12), word(p, 13), b, word(p, 15), word(p, 16), c, cr, word(p, 23) != 0, scratch());
  const bias = address(p, 6), activation = word(p, 18);
  if (bias != 0) addRow(c, cr, m, n, bias + <usize>(j * word(p, 17)), word(p, 17));
  if (activation >= 0) for (let r = 0, at = c; r < m; r++, at += cr) unary(activation, 0, at, at, n);
}

/** Adds a row of n numbers (`step` bytes apart) to each of m rows. */
export function addRow(c: usize, cr: usize, m: i32, n: i32, bias: usize, step: usize): void {
  for (; m > 0; m--) {
    let at = c, from = bias, left = n;
    if (step == 4) {
      for (; left >= 4; left -= 4) {
        v128.store(at, f32x4.add(v128.load(at), v128.load(from)));
        at += 16;
        from += 16;
      }
    }
    for (; left > 0; left--) {
      store<f32>(at, load<f32>(at) + load<f32>(from));
      at += 4;
      from += step;
    }
    c += cr;
  }
}
