/* Cross entropy of rows of logits against classes, and its gradient, in float64. The gradient makes its row sums anew from the
   logits: near 1e4 a logsumexp kept in float32 is good to 1e-3 only. */

import type { AttributesOf } from '../operations.ts';
import { window } from '../strided.ts';
import type { Call, HostArray } from '../types.ts';

/** (logits [N, K], target [N]) → loss [N] = lse − (1 − s)·x[t] − s·mean(x), 0 where t = ignoreIndex; lse [N]. */
export function crossEntropy(call: Call<HostArray>): void {
  const { ignoreIndex, smoothing: s } = call.attributes as AttributesOf<'crossEntropy'>;
  const [x, target] = call.inputs.map(window) as [HostArray, HostArray];
  const [loss, lse] = call.outputs.map(window) as [HostArray, HostArray];
  const [N, K] = call.inputs[0]!.shape as [number, number];
  for (let n = 0; n < N; n++) {
    const [most, sum] = rowSum(x, n * K, K);
    const t = target[n]!;
    lse[n] = most + Math.log(sum);
    if (t === ignoreIndex) {
      loss[n] = 0;
      continue;
    }
    // Differences from the largest logit, so that nothing is lost where all are large.
    let value = Math.log(sum) - (1 - s) * ((t >= 0 && t < K ? x[n * K + t]! : NaN) - most);
    if (s !== 0) {
      let total = 0;
      for (let k = 0; k < K; k++) total += x[n * K + k]! - most;
      value -= (s * total) / K;
    }
    loss[n] = value;
  }
}

/** (g [N], logits [N, K], target [N], lse [N]) → dlogits = g·(softmax − (1 − s)·onehot(t) − s/K), 0 in ignored rows. */
export function crossEntropyGrad(call: Call<HostArray>): void {
  const { ignoreIndex, smoothing: s } = call.attributes as AttributesOf<'crossEntropyGrad'>;
  const g = call.inputs[0]!;
  const [x, target] = call.inputs.slice(1, 3).map(window) as [HostArray, HostArray];
  const dx = window(call.outputs[0]!);
  const [N, K] = call.inputs[1]!.shape as [number, number];
  for (let n = 0; n < N; n++) {
    const from = n * K;
    const t = target[n]!;
    if (t === ignoreIndex) {
      dx.fill(0, from, from + K);
      continue;
    }
    const [most, sum] = rowSum(x, from, K);
    for (let k = 0; k < K; k++) {
      dx[from + k] = g.buffer[g.offset + n * g.strides[0]!]! * (Math.exp(x[from + k]! - most) / sum - (k === t ? 1 - s : 0) - s / K);
    }
  }
}

/** Largest value and Σ exp(x − largest) of a row. */
function rowSum(x: HostArray, from: number, K: number): [number, number] {
  let most = -Infinity;
  for (let k = 0; k < K; k++) most = Math.max(most, x[from + k]!);
  let sum = 0;
  for (let k = 0; k < K; k++) sum += Math.exp(x[from + k]! - most);
  return [most, sum];
}
