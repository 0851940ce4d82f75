/* Softmax and log-softmax of rows, and their gradients from the result, in float64. */

import type { AttributesOf } from '../operations.ts';
import { window } from '../strided.ts';
import type { Call, HostArray } from '../types.ts';

/** x [R, N] → exp(x − logsumexp(x)), or with `log` x − logsumexp(x). A row of −inf, or with +inf or NaN, gives NaN. */
export function softmax(call: Call<HostArray>): void {
  const { log } = call.attributes as AttributesOf<'softmax'>;
  const x = window(call.inputs[0]!);
  const y = window(call.outputs[0]!);
  const [R, N] = call.inputs[0]!.shape as [number, number];
  for (let row = 0; row < R; row++) {
    const from = row * N;
    let most = -Infinity;
    for (let i = 0; i < N; i++) most = Math.max(most, x[from + i]!);
    let sum = 0;
    for (let i = 0; i < N; i++) sum += Math.exp(x[from + i]! - most);
    const logSum = Math.log(sum);
    for (let i = from; i < from + N; i++) y[i] = log ? x[i]! - most - logSum : Math.exp(x[i]! - most) / sum;
  }
}

/** (y, g) [R, N] → dx = y·(g − Σ g·y), or with `log` g − exp(y)·Σ g. */
export function softmaxGrad(call: Call<HostArray>): void {
  const { log } = call.attributes as AttributesOf<'softmaxGrad'>;
  const y = window(call.inputs[0]!);
  const g = window(call.inputs[1]!);
  const dx = window(call.outputs[0]!);
  const [R, N] = call.inputs[0]!.shape as [number, number];
  for (let row = 0; row < R; row++) {
    const from = row * N;
    let sum = 0;
    for (let i = from; i < from + N; i++) sum += log ? g[i]! : g[i]! * y[i]!;
    for (let i = from; i < from + N; i++) dx[i] = log ? g[i]! - Math.exp(y[i]!) * sum : y[i]! * (g[i]! - sum);
  }
}
