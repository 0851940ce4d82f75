/* Stable sorting of rows with the positions values came from, and counting in sorted rows. NaN is the largest. */

import type { AttributesOf } from '../operations.ts';
import { window } from '../strided.ts';
import type { Call, HostArray } from '../types.ts';

/** x [R, N] → values [R, N], index int32 [R, N]. Equal values keep their order, descending too. */
export function sort(call: Call<HostArray>): void {
  const { descending } = call.attributes as AttributesOf<'sort'>;
  const x = window(call.inputs[0]!);
  const [values, index] = call.outputs.map(window) as [HostArray, HostArray];
  const [R, N] = call.inputs[0]!.shape as [number, number];
  const sign = descending ? -1 : 1;
  for (let row = 0; row < R; row++) {
    const line = x.subarray(row * N, (row + 1) * N);
    const order = Int32Array.from({ length: N }, (_, i) => i).sort((i, j) => sign * compare(line[i]!, line[j]!) || i - j);
    for (let i = 0; i < N; i++) values[row * N + i] = line[order[i]!]!;
    index.set(order, row * N);
  }
}

function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return (a !== a ? 1 : 0) - (b !== b ? 1 : 0);
}

/** (sorted [R, N], values [R, M]) → [R, M]: how many are < the value, or with `right` ≤ it. A value NaN is above all. */
export function searchSorted(call: Call<HostArray>): void {
  const { right } = call.attributes as AttributesOf<'searchSorted'>;
  const [sorted, values] = call.inputs.map(window) as [HostArray, HostArray];
  const y = window(call.outputs[0]!);
  const [R, N] = call.inputs[0]!.shape as [number, number];
  const M = call.inputs[1]!.shape[1]!;
  for (let row = 0; row < R; row++) {
    for (let i = row * M; i < (row + 1) * M; i++) {
      const value = values[i]!;
      let low = 0;
      let high = N;
      while (low < high) {
        const middle = (low + high) >>> 1;
        const at = sorted[row * N + middle]!;
        if (right ? !(at > value) : !(at >= value)) low = middle + 1;
        else high = middle;
      }
      y[i] = low;
    }
  }
}
