/* Scaled dot-product attention and its gradient, one row of scores at a time in float64. The gradient makes the weights anew
   from the scores; it needs neither the result nor its logsumexp, which faster kernels use. */

import type { AttributesOf } from '../operations.ts';
import { window } from '../strided.ts';
import type { Call, HostArray, View } from '../types.ts';

type HostView = View<HostArray>;
type AttentionAttributes = AttributesOf<'attention'>;

/** (q [B, H, T, D], k [B, Hk, S, D], v [B, Hk, S, Dv], mask?) → out [B, H, T, Dv], logsumexp [B, H, T]. */
export function attention(call: Call<HostArray>): void {
  const attributes = call.attributes as AttentionAttributes;
  const [q, k, v, mask] = call.inputs as [HostView, HostView, HostView, HostView?];
  const out = call.outputs[0]!;
  const lse = window(call.outputs[1]!);
  const Dv = v.shape[3]!;
  const weights = new Float64Array(k.shape[2]!);
  const row = new Float64Array(Dv);
  let at = 0;
  eachRow(q, k, (b, h, head, t) => {
    lse[at] = weigh(weights, attributes, q, k, attributes.mask ? mask : undefined, b, h, head, t);
    row.fill(0);
    for (let s = 0; s < weights.length; s++) {
      const from = address(v, b, head, s);
      const weight = weights[s]!;
      if (weight !== 0) for (let d = 0; d < Dv; d++) row[d]! += weight * v.buffer[from + d]!;
    }
    setRow(out, b, h, t, row);
    at++;
  });
}

/** (g, q, k, v, out, logsumexp, mask?) → dq, dk, dv. With P the weights: dV = Pᵀ·g, dS = P∘(g·Vᵀ − Σ P∘(g·Vᵀ)), dQ = dS·K·scale, dK = dSᵀ·Q·scale. */
export function attentionGrad(call: Call<HostArray>): void {
  const attributes = call.attributes as AttentionAttributes;
  const [g, q, k, v] = call.inputs as [HostView, HostView, HostView, HostView];
  const mask = attributes.mask ? call.inputs[6] : undefined;
  const [B, Hk, S, D] = k.shape as [number, number, number, number];
  const Dv = v.shape[3]!;
  const [dq, dkOut, dvOut] = call.outputs as [HostView, HostView, HostView];
  const dk = new Float64Array(B * Hk * S * D);
  const dv = new Float64Array(B * Hk * S * Dv);
  const weights = new Float64Array(S);
  const slopes = new Float64Array(S);
  const row = new Float64Array(D);
  eachRow(q, k, (b, h, head, t) => {
    weigh(weights, attributes, q, k, mask, b, h, head, t);
    const gRow = address(g, b, h, t);
    const qRow = address(q, b, h, t);
    const gStep = g.strides[3]!;
    let mean = 0;
    for (let s = 0; s < S; s++) {
      const weight = weights[s]!;
      const vRow = address(v, b, head, s);
      const dvRow = ((b * Hk + head) * S + s) * Dv;
      let slope = 0;
      if (weight !== 0) {
        for (let d = 0; d < Dv; d++) {
          slope += g.buffer[gRow + d * gStep]! * v.buffer[vRow + d]!;
          dv[dvRow + d]! += weight * g.buffer[gRow + d * gStep]!;
        }
        mean += weight * slope;
      }
      slopes[s] = slope;
    }
    row.fill(0);
    for (let s = 0; s < S; s++) {
      if (weights[s] === 0) continue;
      const slope = weights[s]! * (slopes[s]! - mean) * attributes.scale;
      const kRow = address(k, b, head, s);
      const dkRow = ((b * Hk + head) * S + s) * D;
      for (let d = 0; d < D; d++) {
        row[d]! += slope * k.buffer[kRow + d]!;
        dk[dkRow + d]! += slope * q.buffer[qRow + d]!;
      }
    }
    setRow(dq, b, h, t, row);
  });
  for (let b = 0, at = 0; b < B; b++) {
    for (let h = 0; h < Hk; h++) {
      for (let s = 0; s < S; s++, at++) {
        setRow(dkOut, b, h, s, dk.subarray(at * D, (at + 1) * D));
        setRow(dvOut, b, h, s, dv.subarray(at * Dv, (at + 1) * Dv));
      }
    }
  }
}

/** Row (b, h, t) of a view. */
function setRow(view: HostView, b: number, h: number, t: number, row: Float64Array): void {
  const from = address(view, b, h, t);
  for (let d = 0; d < row.length; d++) view.buffer[from + d * view.strides[3]!] = row[d]!;
}

/** Calls `visit` for each row of queries, with the head of keys that it reads. */
function eachRow(q: HostView, k: HostView, visit: (b: number, h: number, head: number, t: number) => void): void {
  const [B, H, T] = q.shape as [number, number, number];
  const Hk = k.shape[1]!;
  for (let b = 0; b < B; b++) for (let h = 0; h < H; h++) for (let t = 0; t < T; t++) visit(b, h, Math.floor((h * Hk) / H), t);
}

/** Fills `weights` [S] with one row's softmax of scores (0 where it may not attend; all 0 where it may to nothing) and returns its logsumexp. */
// prettier-ignore
function weigh(weights: Float64Array, attributes: AttentionAttributes, q: HostView, k: HostView, mask: HostView | undefined, b: number, h: number, head: number, t: number): number {
  const { causal, offset, scale } = attributes;
  const S = weights.length;
  const D = q.shape[3]!;
  const end = causal ? Math.max(0, Math.min(S, t + offset + 1)) : S;
  const qRow = address(q, b, h, t);
  const maskRow = mask ? address(mask, b, h, t) : 0;
  let most = -Infinity;
  for (let s = 0; s < end; s++) {
    const kRow = address(k, b, head, s);
    let score = 0;
    for (let d = 0; d < D; d++) score += q.buffer[qRow + d]! * k.buffer[kRow + d]!;
    score = score * scale + (mask ? mask.buffer[maskRow + s * mask.strides[3]!]! : 0);
    weights[s] = score;
    most = Math.max(most, score);
  }
  weights.fill(0, end);
  if (most === -Infinity) {
    weights.fill(0);
    return -Infinity;
  }
  let sum = 0;
  for (let s = 0; s < end; s++) sum += weights[s] = Math.exp(weights[s]! - most);
  for (let s = 0; s < end; s++) weights[s]! /= sum;
  return most + Math.log(sum);
}

function address(x: HostView, i: number, j: number, k: number): number {
  return x.offset + i * x.strides[0]! + j * x.strides[1]! + k * x.strides[2]!;
}
