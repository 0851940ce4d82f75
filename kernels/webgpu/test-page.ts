/* The page of the browser tests: puts a backend and its comparison with the reference on `globalThis`. */

import { runOnHost } from '../js/backend.ts';
import type { AttributesOf, BinaryName, OperationName, UnaryName } from '../operations.ts';
import { contiguousStrides, sizeOf } from '../operations.ts';
import type { Call, DType, HostArray, View } from '../types.ts';
import { hostArray } from '../js/backend.ts';
import { requestGpu } from './adapter.ts';
import { createWebGpuBackend } from './backend.ts';
import type { WebGpuBackend } from './backend.ts';
import type { Stored } from './memory.ts';

export interface Case {
  readonly name: string;
  readonly call: Call<HostArray>;
  /** Relative to the result's largest magnitude (at least 1); pointwise ones 2e-5 relative plus 5e-6. */
  readonly pointwise?: boolean;
}

let state = 12345;
export function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

export function host(shape: readonly number[], dtype: DType, value: (i: number) => number): View<HostArray> {
  const buffer = hostArray(sizeOf(shape), dtype);
  for (let i = 0; i < buffer.length; i++) buffer[i] = value(i);
  return { buffer, offset: 0, shape, strides: contiguousStrides(shape), dtype };
}

export const normal = (shape: readonly number[], scale = 1): View<HostArray> =>
  host(shape, 'float32', () => scale * (random() + random() + random() + random() - 2) * 1.7);
export const ints = (shape: readonly number[], low: number, high: number, dtype: DType = 'int32'): View<HostArray> =>
  host(shape, dtype, () => Math.floor(low + random() * (high - low)));
export const empty = (shape: readonly number[], dtype: DType = 'float32'): View<HostArray> => host(shape, dtype, () => 0);

export function makeCall<Name extends OperationName>(
  op: Name,
  inputs: View<HostArray>[],
  outputs: View<HostArray>[],
  attributes: AttributesOf<Name>,
): Call<HostArray> {
  return { op, inputs, outputs, attributes };
}

/** Runs the call on the device and by the reference; a line about the worst difference, or undefined. */
export async function compare(gpu: WebGpuBackend, { name, call, pointwise }: Case): Promise<string | undefined> {
  const handles = new Map<HostArray, Stored>();
  const view = (found: View<HostArray>): View<Stored> => {
    let handle = handles.get(found.buffer);
    if (!handle) {
      handle = gpu.allocate(found.buffer.length, found.dtype);
      gpu.write(handle, found.buffer);
      handles.set(found.buffer, handle);
    }
    return { ...found, buffer: handle };
  };
  const before = gpu.counters.fallbacks;
  gpu.run({ ...call, inputs: call.inputs.map(view), outputs: call.outputs.map(view) });
  const got = await gpu.read(
    call.outputs.map(({ buffer, dtype }) => ({ buffer: handles.get(buffer)!, offset: 0, length: buffer.length, dtype })),
  );
  runOnHost(call);
  for (const handle of handles.values()) gpu.free(handle);
  const faults: string[] = gpu.counters.fallbacks > before ? ['on the host'] : [];
  call.outputs.forEach(({ buffer: want }, j) => {
    const have = got[j]!;
    let most = 1;
    for (const value of want) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
    let worst = 0;
    let at = -1;
    for (let i = 0; i < want.length; i++) {
      const a = have[i]!;
      const b = want[i]!;
      const off =
        Object.is(a, b) || a === b || (a !== a && b !== b)
          ? 0
          : Number.isFinite(a) && Number.isFinite(b)
            ? Math.abs(a - b) / (pointwise ? 5e-6 + 2e-5 * Math.abs(b) : 2e-5 * Math.abs(b) + 2e-6 * most)
            : Infinity;
      if (off > worst) [worst, at] = [off, i];
    }
    if (worst > 1) faults.push(`output ${j}[${at}] is ${have[at]}, expected ${want[at]} (${worst.toPrecision(3)} of the tolerance)`);
  });
  return faults.length ? `${name}: ${faults.join('; ')}` : undefined;
}

export { createWebGpuBackend, requestGpu };
export type { BinaryName, UnaryName };
