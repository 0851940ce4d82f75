/* A whole sequence of one recurrent layer in one direction, and backward through time. Examples do not depend on each other, so a tile is a block of
   examples that walks through all steps alone; each step is one small product and a pass over the gates.

   rnn: 4 xw, 5 whh, 6 bhh, 7 h0, 8 c0 or 0, 9 out, 10 saved, 11 cells or 0, 12 mode (0 tanh, 1 relu, 2 gru, 3 lstm), 13 reverse, 14 T, 15 B, 16 H, 17 examples of a tile.
   rnnGrad: 4 g, 5 whh, 6 h0, 7 out, 8 saved, 9 c0, 10 cells, 11 gc, 12 dxw, 13 gradients of the gates' hidden parts (dxw itself but for gru), 14 dh0, 15 dc0 or 0,
   then 16 mode, 17 reverse, 18 T, 19 B, 20 H, 21 examples of a tile.
   rnnWeights: 4 those gradients [T, B, G·H], 5 out, 6 h0, 7 dwhh, 8 dbhh, 9 reverse, 10 T, 11 B, 12 G·H, 13 H, 14 rows of dwhh of a tile. */

import { sigmoid4, tanh4 } from '../elementwise/math';
import { storeLanes } from '../wasm/lanes';
import { address, scratch, word } from '../wasm/memory';
import { gemm, GEMM_SCRATCH } from '../matmul/gemm';

const RELU: i32 = 1;
const GRU: i32 = 2;
const LSTM: i32 = 3;

@inline
function gatesOf(mode: i32): i32 {
  return mode == LSTM ? 4 : mode == GRU ? 3 : 1;
}

@inline
function one(): v128 {
  return constant(1);
}

export function rnn(p: usize, tile: i32): void {
  const mode = word(p, 12), reverse = word(p, 13) != 0, T = word(p, 14), B = word(p, 15), H = word(p, 16);
  const b0 = tile * word(p, 17), rows = min(word(p, 17), B - b0);
  const GH = gatesOf(mode) * H, wide = (<usize>GH) << 2, row = (<usize>H) << 2, keep = mode == GRU ? row * 4 : wide;
  const room = scratch(), weights = room + GEMM_SCRATCH, hidden = weights + wide * <usize>H;
  // whhᵀ once, so that every step reads rows of it.
  for (let j = 0; j < GH; j++) {
    const from = address(p, 5) + <usize>j * row;
    for (let i = 0; i < H; i++) store<f32>(weights + <usize>i * wide + ((<usize>j) << 2), load<f32>(from + ((<usize>i) << 2)));
  }
  for (let step = 0; step < T; step++) {
    const t = reverse ? T - 1 - step : step, before = reverse ? t + 1 : t - 1;
    const at = <usize>(t * B + b0), last = <usize>(before * B + b0);
    const h = step == 0 ? address(p, 7) + <usize>b0 * row : address(p, 9) + last * row;
    gemm(rows, GH, H, h, row, 4, weights, wide, 4, hidden, wide, false, room);
    for (let b: usize = 0; b < <usize>rows; b++) {
      const x = address(p, 4) + (at + b) * wide, u = hidden + b * wide, saved = address(p, 10) + (at + b) * keep, out = address(p, 9) + (at + b) * row;
      const bias = address(p, 6);
      const cBefore = step == 0 ? address(p, 8) + (<usize>b0 + b) * row : address(p, 11) + (last + b) * row, cells = address(p, 11) + (at + b) * row;
      for (let i: usize = 0, left = H; left > 0; left -= 4, i += 16) {
        if (mode == LSTM) {
          const input = sigmoid4(gate(x, u, bias, i)), forget = sigmoid4(gate(x, u, bias, row + i));
          const candidate = tanh4(gate(x, u, bias, 2 * row + i)), output = sigmoid4(gate(x, u, bias, 3 * row + i));
          const cell = f32x4.add(f32x4.mul(forget, v128.load(cBefore + i)), f32x4.mul(input, candidate));
          storeLanes(saved + i, input, left);
          storeLanes(saved + row + i, forget, left);
          storeLanes(saved + 2 * row + i, candidate, left);
          storeLanes(saved + 3 * row + i, output, left);
          storeLanes(cells + i, cell, left);
          storeLanes(out + i, f32x4.mul(output, tanh4(cell)), left);
        } else if (mode == GRU) {
          const reset = sigmoid4(gate(x, u, bias, i)), update = sigmoid4(gate(x, u, bias, row + i));
          const inner = f32x4.add(v128.load(u + 2 * row + i), v128.load(bias + 2 * row + i));
          const candidate = tanh4(f32x4.add(f32x4.mul(reset, inner), v128.load(x + 2 * row + i)));
          storeLanes(saved + i, reset, left);
          storeLanes(saved + row + i, update, left);
          storeLanes(saved + 2 * row + i, candidate, left);
          storeLanes(saved + 3 * row + i, inner, left);
          const hi = v128.load(h + b * row + i);
          storeLanes(out + i, f32x4.add(f32x4.mul(f32x4.sub(one(), update), candidate), f32x4.mul(update, hi)), left);
        } else {
          const sum = gate(x, u, bias, i);
          const value = mode == RELU ? v128.andnot(sum, f32x4.lt(sum, f32x4.splat(0))) : tanh4(sum);
          storeLanes(saved + i, value, left);
          storeLanes(out + i, value, left);
        }
      }
    }
  }
}

@inline
function gate(x: usize, u: usize, bias: usize, i: usize): v128 {
  return f32x4.add(v128.load(x + i), f32x4.add(v128.load(u + i), v128.load(bias + i)));
}

/** s·(1 − s)·g. */
@inline
function throughSigmoid(g: v128, s: v128): v128 {
  return f32x4.mul(g, f32x4.mul(s, f32x4.sub(one(), s)));
}

/** (1 − y²)·g. */
@inline
function throughTanh(g: v128, y: v128): v128 {
  return f32x4.mul(g, f32x4.sub(one(), f32x4.mul(y, y)));
}

/** dh0 and dc0 hold the gradients of the step at hand while time runs backward. */
export function rnnGrad(p: usize, tile: i32): void {
  const mode = word(p, 16), reverse = word(p, 17) != 0, T = word(p, 18), B = word(p, 19), H = word(p, 20);
  const b0 = tile * word(p, 21), rows = min(word(p, 21), B - b0);
  const GH = gatesOf(mode) * H, wide = (<usize>GH) << 2, row = (<usize>H) << 2, keep = mode == GRU ? row * 4 : wide;
  const dh = address(p, 14) + <usize>b0 * row, dc = address(p, 15) + <usize>b0 * row;
  memory.fill(dh, 0, <usize>rows * row);
  if (mode == LSTM) memory.copy(dc, address(p, 11) + <usize>b0 * row, <usize>rows * row);
  for (let step = T - 1; step >= 0; step--) {
    const t = reverse ? T - 1 - step : step, before = reverse ? t + 1 : t - 1;
    const at = <usize>(t * B + b0), last = <usize>(before * B + b0);
    for (let b: usize = 0; b < <usize>rows; b++) {
      const g = address(p, 4) + (at + b) * row, saved = address(p, 8) + (at + b) * keep, dx = address(p, 12) + (at + b) * wide, du = address(p, 13) + (at + b) * wide;
      const h = step == 0 ? address(p, 6) + (<usize>b0 + b) * row : address(p, 7) + (last + b) * row;
      const cBefore = step == 0 ? address(p, 9) + (<usize>b0 + b) * row : address(p, 10) + (last + b) * row, cells = address(p, 10) + (at + b) * row;
      for (let i: usize = 0, left = H; left > 0; left -= 4, i += 16) {
        const slope = f32x4.add(v128.load(g + i), v128.load(dh + b * row + i));
        let rest = f32x4.splat(0);
        if (mode == LSTM) {
          const input = v128.load(saved + i), forget = v128.load(saved + row + i), candidate = v128.load(saved + 2 * row + i), output = v128.load(saved + 3 * row + i);
          const squashed = tanh4(v128.load(cells + i));
          const dCell = f32x4.add(v128.load(dc + b * row + i), throughTanh(f32x4.mul(slope, output), squashed));
          storeLanes(dx + i, throughSigmoid(f32x4.mul(dCell, candidate), input), left);
          storeLanes(dx + row + i, throughSigmoid(f32x4.mul(dCell, v128.load(cBefore + i)), forget), left);
          storeLanes(dx + 2 * row + i, throughTanh(f32x4.mul(dCell, input), candidate), left);
          storeLanes(dx + 3 * row + i, throughSigmoid(f32x4.mul(slope, squashed), output), left);
          storeLanes(dc + b * row + i, f32x4.mul(dCell, forget), left);
        } else if (mode == GRU) {
          const reset = v128.load(saved + i), update = v128.load(saved + row + i), candidate = v128.load(saved + 2 * row + i), inner = v128.load(saved + 3 * row + i);
          const dCandidate = throughTanh(f32x4.mul(slope, f32x4.sub(one(), update)), candidate);
          const dReset = throughSigmoid(f32x4.mul(dCandidate, inner), reset);
          const dUpdate = throughSigmoid(f32x4.mul(slope, f32x4.sub(v128.load(h + i), candidate)), update);
          storeLanes(dx + i, dReset, left);
          storeLanes(dx + row + i, dUpdate, left);
          storeLanes(dx + 2 * row + i, dCandidate, left);
          storeLanes(du + i, dReset, left);
          storeLanes(du + row + i, dUpdate, left);
          storeLanes(du + 2 * row + i, f32x4.mul(dCandidate, reset), left);
          rest = f32x4.mul(slope, update);
        } else {
          const value = v128.load(address(p, 7) + (at + b) * row + i);
          storeLanes(dx + i, mode == RELU ? v128.and(slope, f32x4.gt(value, f32x4.splat(0))) : throughTanh(slope, value), left);
        }
        storeLanes(dh + b * row + i, rest, left);
      }
    }
    gemm(rows, H, GH, address(p, 13) + at * wide, wide, 4, address(p, 5), row, 4, dh, row, true, scratch());
  }
}

/** dwhh = Σ gatesᵀ · h before, dbhh = Σ gates. */
export function rnnWeights(p: usize, tile: i32): void {
  const reverse = word(p, 9) != 0, T = word(p, 10), B = word(p, 11), GH = word(p, 12), H = word(p, 13), size = word(p, 14);
  const j = tile * size, rows = min(size, GH - j);
  const wide = (<usize>GH) << 2, row = (<usize>H) << 2, steps = <usize>((T - 1) * B);
  const gates = address(p, 4) + ((<usize>j) << 2), to = address(p, 7) + <usize>j * row, out = address(p, 5);
  // The first step's h is h0; the others' is out one step before.
  const first = reverse ? gates + steps * wide : gates, others = reverse ? gates : gates + <usize>B * wide;
  gemm(rows, H, B, first, 4, wide, address(p, 6), row, 4, to, row, false, scratch());
  if (T > 1) gemm(rows, H, <i32>steps, others, 4, wide, reverse ? out + <usize>B * row : out, row, 4, to, row, true, scratch());
  for (let i = 0; i < rows; i++) {
    let sum: f64 = 0, at = gates + ((<usize>i) << 2);
    for (let n = T * B; n > 0; n--, at += wide) sum += <f64>load<f32>(at);
    store<f32>(address(p, 8) + ((<usize>(j + i)) << 2), <f32>sum);
  }
}
