/* softmax and log softmax of rows, and their gradients. A tile is a block of rows.

   Record: 4 x (or y), 5 y (or g), 6 dx, 7 rows, 8 row length, 9 rows of a tile, 10 logarithms. */

import { expNegative4, log1 } from '../elementwise/math';
import { loadLanes, maxLanes, storeLanes, sumLanes } from '../wasm/lanes';
import { address, word } from '../wasm/memory';

/** Largest of n floats, NaN aside: it comes back with the sum of the exponentials. */
export function maxOf(x: usize, n: i32): f32 {
  let v = constant(-Infinity);
  for (; n >= 8; n -= 8) {
    v = f32x4.pmax(v, f32x4.pmax(v128.load(x, 16), v128.load(x)));
    x += 32;
  }
  for (; n > 0; n -= 4) {
    v = f32x4.pmax(v, loadLanes(x, n, -Infinity));
    x += 16;
  }
  return maxLanes(v);
}

/** y = exp(x − shift) for n floats, none above the shift; answers with their sum. y may be x. */
export function expOf(x: usize, y: usize, n: i32, shift: f32): f32 {
  const by = f32x4.splat(shift);
  let s0 = f32x4.splat(0), s1 = s0;
  for (; n >= 8; n -= 8) {
    const e0 = expNegative4(f32x4.sub(v128.load(x), by)), e1 = expNegative4(f32x4.sub(v128.load(x, 16), by));
    v128.store(y, e0);
    v128.store(y, e1, 16);
    s0 = f32x4.add(s0, e0);
    s1 = f32x4.add(s1, e1);
    x += 32;
    y += 32;
  }
  for (; n > 0; n -= 4) {
    const e = expNegative4(f32x4.sub(loadLanes(x, n, -Infinity), by));
    storeLanes(y, e, n);
    s0 = f32x4.add(s0, e);
    x += 16;
    y += 16;
  }
  return sumLanes(f32x4.add(s0, s1));
}

/** x = exp(x·scale − shift) for n floats; answers with their sum. */
export function expScaled(x: usize, n: i32, scale: f32, shift: f32): f32 {
  const by = f32x4.splat(scale), off = f32x4.splat(-shift);
  let s0 = f32x4.splat(0), s1 = s0;
  for (; n >= 8; n -= 8) {
    const e0 = expNegative4(f32x4.add(f32x4.mul(v128.load(x), by), off)), e1 = expNegative4(f32x4.add(f32x4.mul(v128.load(x, 16), by), off));
    v128.store(x, e0);
    v128.store(x, e1, 16);
    s0 = f32x4.add(s0, e0);
    s1 = f32x4.add(s1, e1);
    x += 32;
  }
  for (; n > 0; n -= 4) {
    const e = expNegative4(f32x4.add(f32x4.mul(v128.load(x), by), off));
    storeLanes(x, e, n);
    s0 = f32x4.add(s0, n >= 4 ? e : loadLanes(x, n, 0));
    x += 16;
  }
  return sumLanes(f32x4.add(s0, s1));
}

/** Σ exp(x − shift). */
export function sumExp(x: usize, n: i32, shift: f32): f32 {
  const by = f32x4.splat(shift);
  let s0 = f32x4.splat(0), s1 = s0;
  for (; n >= 8; n -= 8) {
    s0 = f32x4.add(s0, expNegative4(f32x4.sub(v128.load(x), by)));
    s1 = f32x4.add(s1, expNegative4(f32x4.sub(v128.load(x, 16), by)));
    x += 32;
  }
  for (; n > 0; n -= 4) {
    s0 = f32x4.add(s0, expNegative4(f32x4.sub(loadLanes(x, n, -Infinity), by)));
    x += 16;
  }
  return sumLanes(f32x4.add(s0, s1));
}

/** y = x·factor. */
export function scaleOf(x: usize, y: usize, n: i32, factor: f32): void {
  const by = f32x4.splat(factor);
  for (; n >= 16; n -= 16, x += 64, y += 64) {
    const x0 = v128.load(x), x1 = v128.load(x, 16), x2 = v128.load(x, 32), x3 = v128.load(x, 48);
    v128.store(y, f32x4.mul(x0, by));
    v128.store(y, f32x4.mul(x1, by), 16);
    v128.store(y, f32x4.mul(x2, by), 32);
    v128.store(y, f32x4.mul(x3, by), 48);
  }
  for (; n > 0; n -= 4) {
    storeLanes(y, f32x4.mul(v128.load(x), by), n);
    x += 16;
    y += 16;
  }
}

export function softmax(p: usize, tile: i32): void {
  const n = word(p, 8), size = word(p, 9);
  const end = min(word(p, 7), (tile + 1) * size);
  for (let row = tile * size; row < end; row++) {
    const x = address(p, 4) + ((<usize>row * <usize>n) << 2), y = address(p, 5) + ((<usize>row * <usize>n) << 2);
    const most = maxOf(x, n);
    if (word(p, 10) == 0) scaleOf(y, y, n, 1 / expOf(x, y, n, most));
    else {
      // Twice subtracted, so that large logits keep the digits of their differences.
      const first = f32x4.splat(most), second = f32x4.splat(log1(sumExp(x, n, most)));
      for (let i: usize = 0, left = n; left > 0; left -= 4, i += 16) storeLanes(y + i, f32x4.sub(f32x4.sub(v128.load(x + i), first), second), left);
    }
  }
}

/** y·(g − Σ g·y), or g − exp(y)·Σ g. */
export function softmaxGrad(p: usize, tile: i32): void {
  const n = word(p, 8), size = word(p, 9), log = word(p, 10) != 0;
  const end = min(word(p, 7), (tile + 1) * size);
  for (let row = tile * size; row < end; row++) {
    const y = address(p, 4) + ((<usize>row * <usize>n) << 2), g = address(p, 5) + ((<usize>row * <usize>n) << 2);
    const to = address(p, 6) + ((<usize>row * <usize>n) << 2);
    let s = f32x4.splat(0);
    for (let i: usize = 0, left = n; left > 0; left -= 4, i += 16) {
      const gi = loadLanes(g + i, left, 0);
      s = f32x4.add(s, log ? gi : f32x4.mul(gi, loadLanes(y + i, left, 0)));
    }
    const sum = f32x4.splat(sumLanes(s));
    for (let i: usize = 0, left = n; left > 0; left -= 4, i += 16) {
      const gi = v128.load(g + i), yi = v128.load(y + i);
      storeLanes(to + i, log ? f32x4.sub(gi, f32x4.mul(expNegative4(yi), sum)) : f32x4.mul(yi, f32x4.sub(gi, sum)), left);
    }
  }
}
