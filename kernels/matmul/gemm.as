/* c = a·b (+ c) in float32 for one thread, any strides: a microkernel computes 6 rows by 8 columns in registers where rows of a are packed, another 4 by 8
   where they are read in place; panels of b (8 columns by up to `KC` steps) are packed into scratch where reading them in place would be slow. Everything that
   multiplies matrices calls it: matmul, attention, recurrent layers, quantised weights. Strides are in bytes.

   @source Goto, van de Geijn: Anatomy of high-performance matrix multiplication (2008), sections 4 and 5. */

import { sumLanes } from '../wasm/lanes';

/** Steps of the inner dimension between two visits to c; sums are blocked by it. */
const KC: i32 = 256;
/** Rows of a that are packed at most: with `KC` steps they fill a part of the second cache. */
const ROWS: i32 = 132;
/** Scratch bytes that `gemm` uses: a packed panel of b, one 6 by 8 block, and rows of a in groups of six. */
export const GEMM_SCRATCH: usize = 8 * 256 * 4 + 192 + 132 * 256 * 4;

/** 4 by 8 block at c (row stride `cr`), rows of a at a0 a1 a2 a3 stepping `ak`, b stepping `bk`; adds to c where `more`. */
@inline
function block4x8(k: i32, a0: usize, a1: usize, a2: usize, a3: usize, ak: usize, b: usize, bk: usize, c: usize, cr: usize, more: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  if (more) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c + cr);
    c11 = v128.load(c + cr, 16);
    c20 = v128.load(c + 2 * cr);
    c21 = v128.load(c + 2 * cr, 16);
    c30 = v128.load(c + 3 * cr);
    c31 = v128.load(c + 3 * cr, 16);
  }
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    b += bk;
    let a = v128.load_splat<f32>(a0);
    c00 = f32x4.add(f32x4.mul(a, b0), c00);
    c01 = f32x4.add(f32x4.mul(a, b1), c01);
    a0 += ak;
    a = v128.load_splat<f32>(a1);
    c10 = f32x4.add(f32x4.mul(a, b0), c10);
    c11 = f32x4.add(f32x4.mul(a, b1), c11);
    a1 += ak;
    a = v128.load_splat<f32>(a2);
    c20 = f32x4.add(f32x4.mul(a, b0), c20);
    c21 = f32x4.add(f32x4.mul(a, b1), c21);
    a2 += ak;
    a = v128.load_splat<f32>(a3);
    c30 = f32x4.add(f32x4.mul(a, b0), c30);
    c31 = f32x4.add(f32x4.mul(a, b1), c31);
    a3 += ak;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + cr, c10);
  v128.store(c + cr, c11, 16);
  v128.store(c + 2 * cr, c20);
  v128.store(c + 2 * cr, c21, 16);
  v128.store(c + 3 * cr, c30);
  v128.store(c + 3 * cr, c31, 16);
}

/** A block of 6 rows by 8 columns at c (row stride `cr`) from packed rows: a is [k][6], b steps by `bk`; adds to c where `more`. Twelve sums, two of
   b and one of a are all the registers that there are, and enough sums to keep two pipes full for the four cycles that an addition takes. */
@inline
function packed6x8(k: i32, a: usize, b: usize, bk: usize, c: usize, cr: usize, more: bool): void {
  const c1 = c + cr, c2 = c1 + cr, c3 = c2 + cr, c4 = c3 + cr, c5 = c4 + cr;
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00, c40 = c00, c41 = c00, c50 = c00, c51 = c00;
  if (more) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c1);
    c11 = v128.load(c1, 16);
    c20 = v128.load(c2);
    c21 = v128.load(c2, 16);
    c30 = v128.load(c3);
    c31 = v128.load(c3, 16);
    c40 = v128.load(c4);
    c41 = v128.load(c4, 16);
    c50 = v128.load(c5);
    c51 = v128.load(c5, 16);
  }
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load_splat<f32>(a);
    c00 = f32x4.add(f32x4.mul(x, b0), c00);
    c01 = f32x4.add(f32x4.mul(x, b1), c01);
    x = v128.load_splat<f32>(a, 4);
    c10 = f32x4.add(f32x4.mul(x, b0), c10);
    c11 = f32x4.add(f32x4.mul(x, b1), c11);
    x = v128.load_splat<f32>(a, 8);
    c20 = f32x4.add(f32x4.mul(x, b0), c20);
    c21 = f32x4.add(f32x4.mul(x, b1), c21);
    x = v128.load_splat<f32>(a, 12);
    c30 = f32x4.add(f32x4.mul(x, b0), c30);
    c31 = f32x4.add(f32x4.mul(x, b1), c31);
    x = v128.load_splat<f32>(a, 16);
    c40 = f32x4.add(f32x4.mul(x, b0), c40);
    c41 = f32x4.add(f32x4.mul(x, b1), c41);
    x = v128.load_splat<f32>(a, 20);
    c50 = f32x4.add(f32x4.mul(x, b0), c50);
    c51 = f32x4.add(f32x4.mul(x, b1), c51);
    a += 24;
    b += bk;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c1, c10);
  v128.store(c1, c11, 16);
  v128.store(c2, c20);
  v128.store(c2, c21, 16);
  v128.store(c3, c30);
  v128.store(c3, c31, 16);
  v128.store(c4, c40);
  v128.store(c4, c41, 16);
  v128.store(c5, c50);
  v128.store(c5, c51, 16);
}

/** The `rows` by `columns` corner of a 4 by 8 block, from `from` (row stride 32) to c; adds where `more`. */
function storeCorner(from: usize, c: usize, cr: usize, rows: i32, columns: i32, more: bool): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = c + ((<usize>j) << 2);
      const value = load<f32>(from + ((<usize>j) << 2));
      store<f32>(at, more ? load<f32>(at) + value : value);
    }
    from += 32;
    c += cr;
  }
}

/** Packs `k` steps of `columns` ≤ 8 columns of b into [k][8], zeros beyond. */
export function packColumns(to: usize, b: usize, bk: usize, bn: usize, k: i32, columns: i32): void {
  if (columns == 8 && bn == 4) {
    for (; k > 0; k--) {
      v128.store(to, v128.load(b));
      v128.store(to, v128.load(b, 16), 16);
      to += 32;
      b += bk;
    }
  } else if (columns == 8 && bk == 4) {
    for (; k >= 4; k -= 4) {
      transpose4(to, b, bn, 32);
      transpose4(to + 16, b + 4 * bn, bn, 32);
      to += 128;
      b += 16;
    }
    for (; k > 0; k--) {
      for (let j: usize = 0; j < 8; j++) store<f32>(to + (j << 2), load<f32>(b + j * bn));
      to += 32;
      b += 4;
    }
  } else {
    for (; k > 0; k--) {
      v128.store(to, f32x4.splat(0));
      v128.store(to, f32x4.splat(0), 16);
      for (let j: usize = 0; j < <usize>columns; j++) store<f32>(to + (j << 2), load<f32>(b + j * bn));
      to += 32;
      b += bk;
    }
  }
}

/** Four rows of four (`step` bytes apart) become four columns at `to`, whose rows lie `down` bytes apart. */
@inline
export function transpose4(to: usize, from: usize, step: usize, down: usize): void {
  transpose4x(to, v128.load(from), v128.load(from + step), v128.load(from + 2 * step), v128.load(from + 3 * step), down);
}

/** The same of four rows that are loaded. */
@inline
export function transpose4x(to: usize, r0: v128, r1: v128, r2: v128, r3: v128, down: usize): void {
  const t0 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5), t1 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const t2 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7), t3 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(t0, t1, 0, 2));
  v128.store(to + down, v128.shuffle<i64>(t0, t1, 1, 3));
  v128.store(to + 2 * down, v128.shuffle<i64>(t2, t3, 0, 2));
  v128.store(to + 3 * down, v128.shuffle<i64>(t2, t3, 1, 3));
}

/** Packs `k` steps of `rows` ≤ 6 rows of a into [k][6]; missing rows repeat the last. */
export function packRows(to: usize, a: usize, ar: usize, ak: usize, k: i32, rows: i32): void {
  const a1 = a + (rows > 1 ? ar : 0), a2 = a1 + (rows > 2 ? ar : 0), a3 = a2 + (rows > 3 ? ar : 0);
  const a4 = a3 + (rows > 4 ? ar : 0), a5 = a4 + (rows > 5 ? ar : 0);
  const d1 = a1 - a, d2 = a2 - a, d3 = a3 - a, d4 = a4 - a, d5 = a5 - a;
  if (ak == 4) {
    for (; k >= 4; k -= 4) {
      transpose4x(to, v128.load(a), v128.load(a + d1), v128.load(a + d2), v128.load(a + d3), 24);
      const r4 = v128.load(a + d4), r5 = v128.load(a + d5);
      const low = v128.shuffle<i32>(r4, r5, 0, 4, 1, 5), high = v128.shuffle<i32>(r4, r5, 2, 6, 3, 7);
      v128.store64_lane(to, low, 0, 16);
      v128.store64_lane(to, low, 1, 40);
      v128.store64_lane(to, high, 0, 64);
      v128.store64_lane(to, high, 1, 88);
      to += 96;
      a += 16;
    }
  }
  for (; k > 0; k--) {
    store<f32>(to, load<f32>(a));
    store<f32>(to, load<f32>(a + d1), 4);
    store<f32>(to, load<f32>(a + d2), 8);
    store<f32>(to, load<f32>(a + d3), 12);
    store<f32>(to, load<f32>(a + d4), 16);
    store<f32>(to, load<f32>(a + d5), 20);
    to += 24;
    a += ak;
  }
}

/**
 * c [m, n] (row stride `cr`, columns 4 bytes apart) = a [m, k] · b [k, n], added to c where `more`. 2·m·n·k flop.
 * `room`: `GEMM_SCRATCH` bytes. m is best a multiple of 6 ≤ 132 (beyond, rows of a are read in place).
 */
export function gemm(m: i32, n: i32, k: i32, a: usize, ar: usize, ak: usize, b: usize, bk: usize, bn: usize, c: usize, cr: usize, more: bool, room: usize): void {
  if (k <= 0) {
    if (!more) for (let i = 0; i < m; i++) memory.fill(c + cr * <usize>i, 0, (<usize>n) << 2);
    return;
  }
  if (m <= 3 && (bn == 4 || (bk == 4 && ak == 4))) {
    for (; m > 0; m--) {
      if (bn == 4) rowTimes(n, k, a, ak, b, bk, c, more);
      else rowDots(n, k, a, b, bn, c, more);
      a += ar;
      c += cr;
    }
    return;
  }
  const panel = room, corner = room + 8 * KC * 4, rowsAt = corner + 192;
  const packA = n >= 48 && m >= 6 && m <= ROWS;
  const packB = bn != 4 || (m >= 32 && (bk & 511) == 0);
  const high = packA ? 6 : 4;
  for (let done = 0; done < k; done += KC) {
    const steps = min(KC, k - done);
    if (packA) for (let i = 0; i < m; i += 6) packRows(rowsAt + <usize>i * KC * 4, a + ar * <usize>i, ar, ak, steps, min(6, m - i));
    for (let j = 0; j < n; j += 8) {
      const columns = min(8, n - j);
      let bj = b + <usize>j * bn, bjk = bk;
      if (packB || columns < 8) {
        packColumns(panel, bj, bk, bn, steps, columns);
        bj = panel;
        bjk = 32;
      }
      const cj = c + ((<usize>j) << 2);
      for (let i = 0; i < m; i += high) {
        const rows = min(high, m - i);
        const whole = rows == high && columns == 8;
        const ci = cj + cr * <usize>i;
        const to = whole ? ci : corner, step = whole ? cr : 32, add = whole && more;
        if (packA) packed6x8(steps, rowsAt + <usize>i * KC * 4, bj, bjk, to, step, add);
        else {
          const a0 = a + ar * <usize>i, a1 = a0 + (rows > 1 ? ar : 0), a2 = a1 + (rows > 2 ? ar : 0), a3 = a2 + (rows > 3 ? ar : 0);
          block4x8(steps, a0, a1, a2, a3, ak, bj, bjk, to, step, add);
        }
        if (!whole) storeCorner(corner, ci, cr, rows, columns, more);
      }
    }
    a += <usize>steps * ak;
    b += <usize>steps * bk;
    more = true;
  }
}

/**
 * Multiplies what lies in 24 kB at `room` until the engine compiles `gemm` again, optimised: it counts turns of loops, and would otherwise begin in the
 * middle of the first step.
 */
export function warmUp(room: usize): void {
  for (let i = 0; i < 64; i++) gemm(6, 48, 64, room, 256, 4, room, 192, 4, room + 22528, 192, false, room + 12288);
}

/** One row: c [n] = a [k] · b [k, n], columns of b adjacent. */
function rowTimes(n: i32, k: i32, a: usize, ak: usize, b: usize, bk: usize, c: usize, more: bool): void {
  for (; n >= 16; n -= 16) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let ai = a, bi = b;
    for (let i = 0; i < k; i++) {
      const x = v128.load_splat<f32>(ai);
      s0 = f32x4.add(f32x4.mul(x, v128.load(bi)), s0);
      s1 = f32x4.add(f32x4.mul(x, v128.load(bi, 16)), s1);
      s2 = f32x4.add(f32x4.mul(x, v128.load(bi, 32)), s2);
      s3 = f32x4.add(f32x4.mul(x, v128.load(bi, 48)), s3);
      ai += ak;
      bi += bk;
    }
    if (more) {
      s0 = f32x4.add(s0, v128.load(c));
      s1 = f32x4.add(s1, v128.load(c, 16));
      s2 = f32x4.add(s2, v128.load(c, 32));
      s3 = f32x4.add(s3, v128.load(c, 48));
    }
    v128.store(c, s0);
    v128.store(c, s1, 16);
    v128.store(c, s2, 32);
    v128.store(c, s3, 48);
    b += 64;
    c += 64;
  }
  for (; n >= 4; n -= 4) {
    let s = f32x4.splat(0);
    let ai = a, bi = b;
    for (let i = 0; i < k; i++) {
      s = f32x4.add(f32x4.mul(v128.load_splat<f32>(ai), v128.load(bi)), s);
      ai += ak;
      bi += bk;
    }
    v128.store(c, more ? f32x4.add(s, v128.load(c)) : s);
    b += 16;
    c += 16;
  }
  for (; n > 0; n--) {
    let s: f32 = 0;
    let ai = a, bi = b;
    for (let i = 0; i < k; i++) {
      s += load<f32>(ai) * load<f32>(bi);
      ai += ak;
      bi += bk;
    }
    store<f32>(c, more ? s + load<f32>(c) : s);
    b += 4;
    c += 4;
  }
}

/** One row: c [n] = dots of a [k] with n rows of b, both adjacent along k. */
function rowDots(n: i32, k: i32, a: usize, b: usize, bn: usize, c: usize, more: bool): void {
  if ((k & 7) == 0) {
    for (; n >= 4; n -= 4) {
      const b1 = b + bn, b2 = b1 + bn, b3 = b2 + bn, end = (<usize>k) << 2;
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
      for (let i: usize = 0; i < end; i += 32) {
        let x = v128.load(a + i);
        s0 = f32x4.add(f32x4.mul(v128.load(b + i), x), s0);
        s1 = f32x4.add(f32x4.mul(v128.load(b1 + i), x), s1);
        s2 = f32x4.add(f32x4.mul(v128.load(b2 + i), x), s2);
        s3 = f32x4.add(f32x4.mul(v128.load(b3 + i), x), s3);
        x = v128.load(a + i, 16);
        t0 = f32x4.add(f32x4.mul(v128.load(b + i, 16), x), t0);
        t1 = f32x4.add(f32x4.mul(v128.load(b1 + i, 16), x), t1);
        t2 = f32x4.add(f32x4.mul(v128.load(b2 + i, 16), x), t2);
        t3 = f32x4.add(f32x4.mul(v128.load(b3 + i, 16), x), t3);
      }
      s0 = f32x4.add(s0, t0);
      s1 = f32x4.add(s1, t1);
      s2 = f32x4.add(s2, t2);
      s3 = f32x4.add(s3, t3);
      // Lanes 0 + 1 and 2 + 3 of two sums in one register, then of all four.
      const p = f32x4.add(v128.shuffle<i32>(s0, s1, 0, 2, 4, 6), v128.shuffle<i32>(s0, s1, 1, 3, 5, 7));
      const q = f32x4.add(v128.shuffle<i32>(s2, s3, 0, 2, 4, 6), v128.shuffle<i32>(s2, s3, 1, 3, 5, 7));
      const sums = f32x4.add(v128.shuffle<i32>(p, q, 0, 2, 4, 6), v128.shuffle<i32>(p, q, 1, 3, 5, 7));
      v128.store(c, more ? f32x4.add(sums, v128.load(c)) : sums);
      b = b3 + bn;
      c += 16;
    }
  }
  for (; n > 0; n--) {
    const s = dot(a, b, k);
    store<f32>(c, more ? s + load<f32>(c) : s);
    b += bn;
    c += 4;
  }
}

/** Σ a·b over k adjacent floats, in sixteen partial sums. */
export function dot(a: usize, b: usize, k: i32): f32 {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; k >= 16; k -= 16) {
    s0 = f32x4.add(f32x4.mul(v128.load(a), v128.load(b)), s0);
    s1 = f32x4.add(f32x4.mul(v128.load(a, 16), v128.load(b, 16)), s1);
    s2 = f32x4.add(f32x4.mul(v128.load(a, 32), v128.load(b, 32)), s2);
    s3 = f32x4.add(f32x4.mul(v128.load(a, 48), v128.load(b, 48)), s3);
    a += 64;
    b += 64;
  }
  for (; k >= 4; k -= 4) {
    s0 = f32x4.add(f32x4.mul(v128.load(a), v128.load(b)), s0);
    a += 16;
    b += 16;
  }
  let s = sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; k > 0; k--) {
    s += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return s;
}
