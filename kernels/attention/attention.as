/* Scaled dot-product attention by blocks of query rows: a block's scores stay in scratch, both products are `gemm`; columns that causality
   hides from the whole block are not computed. Backward recomputes the scores from logsumexp.

   Forward record: 4 q, 5 k, 6 v, 7 mask or 0, 8 out, 9 logsumexp. Backward: 4 q, 5 k, 6 v, 7 mask or 0, 8 out, 9 logsumexp, 40 g, 41 dq, 42 dk, 43 dv.
   Both: 10 B, 11 H, 12 Hk, 13 T, 14 S, 15 D, 16 Dv, 17 causal, 18 offset, 19 scale, 20 rows of a block; strides in bytes (batch, head, time):
   21–23 q, 24–26 k, 27–29 v, 30–33 mask (batch, head, row, column), 34–36 out; backward also 44–46 g, 47–49 dq, 50–52 dk, 53–55 dv.

   @source Dao: FlashAttention-2 (2023), section 3.1, equations for the backward pass; here whole rows of scores fit in the cache. */

import { log1 } from '../elementwise/math';
import { loadLanes, storeLanes, sumLanes } from '../wasm/lanes';
import { address, float, scratch, word } from '../wasm/memory';
import { gemm, GEMM_SCRATCH } from '../matmul/gemm';
import { expScaled, maxOf, scaleOf } from '../softmax/softmax';

/** Columns that row t may see. */
@inline
function columnsOf(p: usize, t: i32): i32 {
  const S = word(p, 14);
  return word(p, 17) != 0 ? max(0, min(S, t + word(p, 18) + 1)) : S;
}

/** Bytes of a row of scores. */
@inline
function scoreStep(S: i32): usize {
  return <usize>((S + 3) & ~3) << 2;
}

/** x = x·scale + mask for n scores of row t. */
function maskRow(p: usize, x: usize, n: i32, b: i32, h: i32, t: i32): void {
  scaleOf(x, x, n, float(p, 19));
  const step = <usize>word(p, 33);
  let m = address(p, 7) + <usize>(b * word(p, 30) + h * word(p, 31) + t * word(p, 32));
  if (step == 4) {
    for (; n > 0; n -= 4, x += 16, m += 16) storeLanes(x, f32x4.add(v128.load(x), v128.load(m)), n);
  } else {
    for (; n > 0; n--, x += 4, m += step) store<f32>(x, load<f32>(x) + load<f32>(m));
  }
}

export function attention(p: usize, tile: i32): void {
  const H = word(p, 11), T = word(p, 13), S = word(p, 14), Dv = word(p, 16), block = word(p, 20);
  const blocks = (T + block - 1) / block;
  const t0 = (tile % blocks) * block, head = tile / blocks;
  const b = head / H, h = head % H, hk = (h * word(p, 12)) / H;
  const rows = min(block, T - t0);
  const q = address(p, 4) + <usize>(b * word(p, 21) + h * word(p, 22) + t0 * word(p, 23));
  const k = address(p, 5) + <usize>(b * word(p, 24) + hk * word(p, 25));
  const v = address(p, 6) + <usize>(b * word(p, 27) + hk * word(p, 28));
  const out = rowAt(p, 8, 34, b, h, t0), lse = address(p, 9) + ((<usize>(head * T + t0)) << 2);
  const room = scratch(), scores = room + GEMM_SCRATCH, step = scoreStep(S);
  const seen = columnsOf(p, t0 + rows - 1);
  if (seen > 0) gemm(rows, seen, word(p, 15), q, word(p, 23), 4, k, 4, word(p, 26), scores, step, false, room);
  // Without a mask the scale goes into the exponent: exp(x·scale − most·scale).
  const masked = address(p, 7) != 0, scale: f32 = masked ? 1 : float(p, 19);
  for (let i = 0; i < rows; i++) {
    const n = columnsOf(p, t0 + i), x = scores + <usize>i * step;
    let most: f32 = -Infinity, sum: f32 = 0;
    if (n > 0) {
      if (masked) maskRow(p, x, n, b, h, t0 + i);
      else if (scale < 0) scaleOf(x, x, n, scale);
      most = maxOf(x, n) * (scale < 0 ? 1 : scale);
      if (most == -Infinity) zero(x, n);
      else {
        sum = expScaled(x, n, scale < 0 ? 1 : scale, most);
        scaleOf(x, x, n, 1 / sum);
      }
    }
    zero(x + ((<usize>n) << 2), seen - n);
    store<f32>(lse + ((<usize>i) << 2), most == -Infinity ? -Infinity : most + log1(sum));
  }
  gemm(rows, Dv, seen, scores, step, 4, v, word(p, 29), 4, out, word(p, 36), false, room);
}

/** Where row (b, h, t) is of what word `at` points to, its strides from word `strides` on. */
@inline
function rowAt(p: usize, at: i32, strides: i32, b: i32, h: i32, t: i32): usize {
  return address(p, at) + <usize>(b * word(p, strides) + h * word(p, strides + 1) + t * word(p, strides + 2));
}

/** n rows of zeros, `size` bytes each. */
function zeroRows(x: usize, n: i32, size: usize, step: usize): void {
  for (; n > 0; n--, x += step) memory.fill(x, 0, size);
}

/** n zeros. */
@inline
function zero(x: usize, n: i32): void {
  for (; n > 0; n--, x += 4) store<f32>(x, 0);
}

/** A tile is a key head with all its query heads and rows, so nobody else adds to its dk and dv. */
export function attentionGrad(p: usize, tile: i32): void {
  const H = word(p, 11), Hk = word(p, 12), T = word(p, 13), S = word(p, 14), D = word(p, 15), Dv = word(p, 16), block = word(p, 20);
  const b = tile / Hk, hk = tile % Hk;
  const k = address(p, 5) + <usize>(b * word(p, 24) + hk * word(p, 25));
  const v = address(p, 6) + <usize>(b * word(p, 27) + hk * word(p, 28));
  const room = scratch(), step = scoreStep(S), P = room + GEMM_SCRATCH, dS = P + step * <usize>block;
  const rowD = (<usize>D) << 2, rowV = (<usize>Dv) << 2;
  const stepG = word(p, 46), stepO = <usize>word(p, 36), stepQ = word(p, 49), stepK = word(p, 52), stepV = word(p, 55);
  const dk = rowAt(p, 42, 50, b, hk, 0), dv = rowAt(p, 43, 53, b, hk, 0);
  zeroRows(dk, S, rowD, stepK);
  zeroRows(dv, S, rowV, stepV);
  for (let h = (hk * H + Hk - 1) / Hk; h < H && (h * Hk) / H == hk; h++) {
    for (let t0 = 0; t0 < T; t0 += block) {
      const rows = min(block, T - t0), seen = columnsOf(p, t0 + rows - 1);
      const q = address(p, 4) + <usize>(b * word(p, 21) + h * word(p, 22) + t0 * word(p, 23));
      const at = <usize>((b * H + h) * T + t0);
      const g = rowAt(p, 40, 44, b, h, t0), out = rowAt(p, 8, 34, b, h, t0), dq = rowAt(p, 41, 47, b, h, t0);
      if (seen == 0) {
        zeroRows(dq, rows, rowD, stepQ);
        continue;
      }
      gemm(rows, seen, D, q, word(p, 23), 4, k, 4, word(p, 26), P, step, false, room);
      gemm(rows, seen, Dv, g, stepG, 4, v, 4, word(p, 29), dS, step, false, room);
      for (let i = 0; i < rows; i++) {
        const n = columnsOf(p, t0 + i), x = P + <usize>i * step, d = dS + <usize>i * step;
        const lse = load<f32>(address(p, 9) + ((at + <usize>i) << 2));
        const skip = lse == -Infinity ? 0 : n; // a row that sees nothing
        if (skip > 0) {
          if (address(p, 7) != 0) maskRow(p, x, n, b, h, t0 + i);
          expScaled(x, n, address(p, 7) != 0 ? 1 : float(p, 19), lse);
          let s = f32x4.splat(0);
          const gi = g + <usize>i * <usize>stepG, oi = out + <usize>i * stepO;
          for (let j: usize = 0, left = Dv; left > 0; left -= 4, j += 16) s = f32x4.add(f32x4.mul(loadLanes(gi + j, left, 0), loadLanes(oi + j, left, 0)), s);
          const delta = f32x4.splat(sumLanes(s)), scale = f32x4.splat(float(p, 19));
          for (let j: usize = 0, left = n; left > 0; left -= 4, j += 16) {
            storeLanes(d + j, f32x4.mul(scale, f32x4.mul(v128.load(x + j), f32x4.sub(v128.load(d + j), delta))), left);
          }
        }
        zero(x + ((<usize>skip) << 2), seen - skip);
        zero(d + ((<usize>skip) << 2), seen - skip);
      }
      gemm(rows, D, seen, dS, step, 4, k, word(p, 26), 4, dq, stepQ, false, room);
      gemm(seen, D, rows, dS, 4, step, q, word(p, 23), 4, dk, stepK, true, room);
      gemm(seen, Dv, rows, P, 4, step, g, stepG, 4, dv, stepV, true, room);
    }
  }
}
