/* What a compute backend is: buffers of numbers, and calls of the operations of `operations.ts` on views of them.
   Usable without the tensor library above it. Each backend (`js`, `wasm`, `webgpu`) implements `Backend`; one contract suite
   runs against all three (contract.ts). The reference (`reference/`) says what every operation means. */

import type { Attributes, OperationName } from './operations.ts';

export type DType = 'float32' | 'float64' | 'float16' | 'int32' | 'uint8' | 'bool';
export type DeviceName = 'js' | 'wasm' | 'webgpu';
export type Shape = readonly number[];

/** Numbers on the host, row-major: float32 and float16 as Float32Array, float64 as Float64Array, int32 as Int32Array, uint8 and bool (0 or 1) as Uint8Array. */
export type HostArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/**
 * A window on a buffer. Element [i0, i1, …] lies at `offset + i0·strides[0] + i1·strides[1] + …`, all counted in elements of `dtype`.
 * A stride may be 0 (broadcast) or negative (flip). Rank is at most 8.
 */
export interface View<B = unknown> {
  readonly buffer: B;
  readonly offset: number;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly dtype: DType;
}

/** Shape and type without values: what an operation's shape rule maps. */
export interface Layout {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One call of an operation. Outputs are allocated by the caller and lie apart from the inputs, but where the operation says "in place". */
export interface Call<B = unknown> {
  readonly op: OperationName;
  readonly inputs: readonly View<B>[];
  readonly outputs: readonly View<B>[];
  readonly attributes: Attributes[OperationName];
}

/**
 * A list of calls over numbered buffers: what `compile` traces and a backend turns into an `Executable`.
 * Views name a buffer by its index in `buffers`. Calls are in order; a later call sees what earlier ones wrote.
 */
export interface Program {
  readonly buffers: readonly ProgramBuffer[];
  readonly calls: readonly Call<number>[];
}

/**
 * `argument`: handed over at each `run`, at position `slot`, never written. `held`: the same buffer at every run (parameters, moments);
 * may be written. `feed`: a few host numbers that the caller hands over at each run (learning rates, random state). `result`: a fresh
 * buffer of the caller's at each run. `inner`: lives within one run; the backend plans its memory. `constant`: host numbers known now.
 */
export type ProgramBuffer<B = unknown> = { readonly dtype: DType; readonly length: number } & (
  | { readonly kind: 'argument' | 'result' | 'feed'; readonly slot: number }
  | { readonly kind: 'held'; readonly buffer: B }
  | { readonly kind: 'constant'; readonly data: HostArray }
  | { readonly kind: 'inner' }
);

export interface Executable<B = unknown> {
  /** Runs the program once, in order with eager calls. Owns nothing of what it is given. Does not wait for the device. */
  run(args: readonly View<B>[], feeds: readonly HostArray[], results: readonly B[]): void;
  /** What one run does: `kernels` distinct ones, `dispatches` calls of them, `submissions` to the device's queue, `bytes` held for inner buffers. */
  readonly plan: { readonly kernels: number; readonly dispatches: number; readonly submissions: number; readonly bytes: number };
  dispose(): void;
}

/** Cumulative since the backend started. `fallbacks`: operations that the device lacks and the host computed. */
export interface Counters {
  dispatches: number;
  submissions: number;
  bindGroups: number;
  buffers: number;
  readbacks: number;
  fallbacks: number;
}

/** A backend. Calls take effect in the order they are made; none but `read` and `sync` waits for the device. */
export interface Backend<B = unknown> {
  readonly name: DeviceName;
  readonly counters: Counters;
  /** A buffer of `length` elements, contents unspecified, owned by the caller until `free`. Throws a RangeError where memory ends. */
  allocate(length: number, dtype: DType): B;
  /** Gives a buffer back. Calls already made on it still take effect. */
  free(buffer: B): void;
  /** Copies `data` into the buffer from element `offset` on. The array may be reused at once. */
  write(buffer: B, data: HostArray, offset?: number): void;
  /** The values of contiguous ranges, after all calls made so far: fresh arrays, one transfer for all. */
  read(ranges: readonly { buffer: B; offset: number; length: number; dtype: DType }[]): Promise<HostArray[]>;
  /** As `read`, at once; absent on devices that cannot. */
  readSync?(range: { buffer: B; offset: number; length: number; dtype: DType }): HostArray;
  /** Makes a call. The caller has checked shapes and types by the operation's rule. */
  run(call: Call<B>): void;
  /** Resolves when everything called so far has been computed. */
  sync(): Promise<void>;
  compile(program: Program): Executable<B>;
  dispose(): void;
}
