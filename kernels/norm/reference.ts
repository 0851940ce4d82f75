/* Layer and root-mean-square normalisation of rows, and their gradients, in float64 (mean first, then squares of differences). */

import type { AttributesOf } from '../operations.ts';
import { window } from '../strided.ts';
import type { Call, HostArray } from '../types.ts';

/** (x [R, N], w [N]?, b [N]?) → y = (x − mean)·rstd·w + b, mean [R], rstd [R]; `rms`: mean is 0. */
export function layerNorm(call: Call<HostArray>): void {
  const { eps, rms, weight, bias } = call.attributes as AttributesOf<'layerNorm'>;
  const inputs = call.inputs.map(window);
  const x = inputs[0]!;
  const w = weight ? inputs[1]! : undefined;
  const b = bias ? inputs[weight ? 2 : 1]! : undefined;
  const [y, mean, rstd] = call.outputs.map(window) as [HostArray, HostArray, HostArray];
  const [R, N] = call.inputs[0]!.shape as [number, number];
  for (let row = 0; row < R; row++) {
    const from = row * N;
    let sum = 0;
    if (!rms) for (let i = 0; i < N; i++) sum += x[from + i]!;
    const middle = rms ? 0 : sum / N;
    let squares = 0;
    for (let i = 0; i < N; i++) squares += (x[from + i]! - middle) ** 2;
    const scale = 1 / Math.sqrt(squares / N + eps);
    for (let i = 0; i < N; i++) y[from + i] = (x[from + i]! - middle) * scale * (w ? w[i]! : 1) + (b ? b[i]! : 0);
    mean[row] = middle;
    rstd[row] = scale;
  }
}

/**
 * (g, x [R, N], mean, rstd [R], w [N]?) → dx [R, N], dw [N]?, db [N]?. With x̂ = (x − mean)·rstd and h = g·w:
 * dx = rstd·(h − mean(h) − x̂·mean(h·x̂)), without mean(h) for `rms`; dw = Σ g·x̂, db = Σ g over rows.
 */
export function layerNormGrad(call: Call<HostArray>): void {
  const { rms, weight, bias } = call.attributes as AttributesOf<'layerNormGrad'>;
  const [g, x, mean, rstd, w] = call.inputs.map(window) as [HostArray, HostArray, HostArray, HostArray, HostArray?];
  const outputs = call.outputs.map(window);
  const dx = outputs[0]!;
  const [R, N] = call.inputs[0]!.shape as [number, number];
  const dw = new Float64Array(N);
  const db = new Float64Array(N);
  for (let row = 0; row < R; row++) {
    const from = row * N;
    const middle = mean[row]!;
    const scale = rstd[row]!;
    let sum = 0;
    let product = 0;
    for (let i = 0; i < N; i++) {
      const normal = (x[from + i]! - middle) * scale;
      const h = g[from + i]! * (w ? w[i]! : 1);
      sum += h;
      product += h * normal;
      dw[i]! += g[from + i]! * normal;
      db[i]! += g[from + i]!;
    }
    if (rms) sum = 0;
    for (let i = 0; i < N; i++) {
      const normal = (x[from + i]! - middle) * scale;
      dx[from + i] = scale * (g[from + i]! * (w ? w[i]! : 1) - sum / N - (normal * product) / N);
    }
  }
  if (weight) outputs[1]!.set(dw);
  if (bias) outputs[weight ? 2 : 1]!.set(db);
}
