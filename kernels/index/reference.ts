/* Reading and writing at positions that are data: gather and scatter along one dim, and whole rows of a table.
   An index out of range reads NaN (0 for integers) and writes nothing. */

import type { AttributesOf } from '../operations.ts';
import { isInteger } from '../elementwise/functions.ts';
import { walkRows, window } from '../strided.ts';
import type { Call, HostArray, View } from '../types.ts';

type HostView = View<HostArray>;

/** (x, index) → y[i…] = x[…, index[i…], …] in dim `dim`. */
export function gather(call: Call<HostArray>): void {
  const { dim } = call.attributes as AttributesOf<'gather'>;
  const [x, index] = call.inputs as [HostView, HostView];
  const y = call.outputs[0]!;
  const length = x.shape[dim]!;
  const stride = x.strides[dim]!;
  const missing = isInteger(x.dtype) ? 0 : NaN;
  walkRows([index, lines(x, index, dim), y], ([i, j, k], [p, q, r], count) => {
    for (let n = 0; n < count; n++) {
      const at = index.buffer[i! + n * p!]!;
      y.buffer[k! + n * r!] = at >= 0 && at < length ? x.buffer[j! + n * q! + at * stride]! : missing;
    }
  });
}

/** (index, src) → in place out[…, index, …] = src (`set`: the last wins) or += src (`add`). */
export function scatter(call: Call<HostArray>): void {
  const { dim, mode } = call.attributes as AttributesOf<'scatter'>;
  const [index, source] = call.inputs as [HostView, HostView];
  const y = call.outputs[0]!;
  const length = y.shape[dim]!;
  const stride = y.strides[dim]!;
  walkRows([index, source, lines(y, index, dim)], ([i, j, k], [p, q, r], count) => {
    for (let n = 0; n < count; n++) {
      const at = index.buffer[i! + n * p!]!;
      if (at < 0 || at >= length) continue;
      const to = k! + n * r! + at * stride;
      const value = source.buffer[j! + n * q!]!;
      y.buffer[to] = mode === 'add' ? y.buffer[to]! + value : value;
    }
  });
}

/** (table [V, C], ids [N]) → [N, C]. */
export function rows(call: Call<HostArray>): void {
  const [table, ids] = call.inputs.map(window) as [HostArray, HostArray];
  const y = window(call.outputs[0]!);
  const [V, C] = call.inputs[0]!.shape as [number, number];
  const missing = isInteger(call.inputs[0]!.dtype) ? 0 : NaN;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    const known = id >= 0 && id < V;
    for (let c = 0; c < C; c++) y[i * C + c] = known ? table[id * C + c]! : missing;
  }
}

/** (ids [N], src [N, C]) → in place out[ids[i]] += src[i], i ascending. */
export function rowsAdd(call: Call<HostArray>): void {
  const [ids, source] = call.inputs.map(window) as [HostArray, HostArray];
  const y = window(call.outputs[0]!);
  const [V, C] = call.outputs[0]!.shape as [number, number];
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (id < 0 || id >= V) continue;
    for (let c = 0; c < C; c++) y[id * C + c]! += source[i * C + c]!;
  }
}

/** The beginning of the line of x along `dim` that belongs to each index. */
function lines(x: HostView, index: HostView, dim: number): HostView {
  return { ...x, shape: index.shape, strides: x.strides.map((stride, d) => (d === dim ? 0 : stride)) };
}
