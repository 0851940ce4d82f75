/* The `js` backend: buffers are typed arrays of the host, calls are the reference kernels, at once and in order.
   The only device with float64. `compile` is the plain form of a program: its calls, one after another, over buffers made once;
   other backends' plans can be compared with it. */

import { reference } from '../reference.ts';
import type { OperationName } from '../operations.ts';
import type { Backend, Call, Counters, DType, Executable, HostArray, Program, View } from '../types.ts';

/** What this backend computes itself. */
export const supported: ReadonlySet<OperationName> = new Set(Object.keys(reference) as OperationName[]);

/** A fresh host array of `length` zeros for values of `dtype`. */
export function hostArray(length: number, dtype: DType): HostArray {
  switch (dtype) {
    case 'float32':
    case 'float16':
      return new Float32Array(length);
    case 'float64':
      return new Float64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(length);
  }
}

/** Runs one call on host arrays. */
export function runOnHost(call: Call<HostArray>): void {
  reference[call.op](call);
}

export function createJsBackend(): Backend<HostArray> {
  return new JsBackend();
}

class JsBackend implements Backend<HostArray> {
  readonly name = 'js';
  readonly counters: Counters = { dispatches: 0, submissions: 0, bindGroups: 0, buffers: 0, readbacks: 0, fallbacks: 0 };

  allocate(length: number, dtype: DType): HostArray {
    this.counters.buffers++;
    return hostArray(length, dtype);
  }

  free(): void {
    // The collector frees host arrays.
  }

  write(buffer: HostArray, data: HostArray, offset = 0): void {
    buffer.set(data, offset);
  }

  async read(ranges: readonly { buffer: HostArray; offset: number; length: number; dtype: DType }[]): Promise<HostArray[]> {
    this.counters.readbacks++;
    return ranges.map(slice);
  }

  readSync(range: { buffer: HostArray; offset: number; length: number; dtype: DType }): HostArray {
    this.counters.readbacks++;
    return slice(range);
  }

  run(call: Call<HostArray>): void {
    this.counters.dispatches++;
    runOnHost(call);
  }

  async sync(): Promise<void> {}

  compile(program: Program): Executable<HostArray> {
    return compilePlainly(this, program);
  }

  dispose(): void {}
}

function slice({ buffer, offset, length }: { buffer: HostArray; offset: number; length: number }): HostArray {
  return buffer.slice(offset, offset + length);
}

type MutableView = { -readonly [K in keyof View<HostArray>]: View<HostArray>[K] };

/**
 * A program as the list of its calls on any backend. Inner and constant buffers are made once; views on arguments, feeds and results
 * are set at each run. A view on an argument counts from the argument's own offset.
 */
function compilePlainly(backend: Backend<HostArray>, program: Program): Executable<HostArray> {
  const owned: HostArray[] = [];
  let bytes = 0;
  const fixed = program.buffers.map((declared): HostArray | undefined => {
    if (declared.kind === 'held') return declared.buffer as HostArray;
    if (declared.kind !== 'inner' && declared.kind !== 'constant') return undefined;
    const buffer = backend.allocate(declared.length, declared.dtype);
    if (declared.kind === 'constant') backend.write(buffer, declared.data);
    else bytes += buffer.byteLength;
    owned.push(buffer);
    return buffer;
  });
  const none = new Float32Array(0);
  const open: { view: MutableView; offset: number; kind: 'argument' | 'feed' | 'result'; slot: number }[] = [];
  const bind = (view: View<number>): View<HostArray> => {
    const declared = program.buffers[view.buffer]!;
    const bound: MutableView = { ...view, buffer: fixed[view.buffer] ?? none };
    if (declared.kind === 'argument' || declared.kind === 'feed' || declared.kind === 'result') {
      open.push({ view: bound, offset: view.offset, kind: declared.kind, slot: declared.slot });
    }
    return bound;
  };
  const calls = program.calls.map((call): Call<HostArray> => ({ ...call, inputs: call.inputs.map(bind), outputs: call.outputs.map(bind) }));
  const kernels = new Set(program.calls.map((call) => JSON.stringify([call.op, call.attributes]))).size;
  return {
    plan: { kernels, dispatches: calls.length, submissions: 0, bytes },
    run(args, feeds, results) {
      for (const { view, offset, kind, slot } of open) {
        if (kind === 'argument') {
          view.buffer = args[slot]!.buffer;
          view.offset = args[slot]!.offset + offset;
        } else view.buffer = kind === 'feed' ? feeds[slot]! : results[slot]!;
      }
      for (const call of calls) backend.run(call);
      for (const { view } of open) view.buffer = none; // holds nothing of the caller's
    },
    dispose() {
      for (const buffer of owned) backend.free(buffer);
    },
  };
}
