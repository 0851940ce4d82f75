/* The `wasm` backend: buffers are places in one linear memory, calls are records that the compiled kernels walk (tape.ts), at once and in order.
   With shared memory, helper threads take part; without, the calling thread does all, with the same results.
   What the kernels lack (float64, a rare layout) the reference computes on windows of the same memory, counted in `fallbacks`. */

import { reference } from '../reference.ts';
import type { Backend, Call, Counters, DType, Executable, HostArray, Program, View } from '../types.ts';
import { encoders } from './encoders.ts';
import type { Heap } from './memory.ts';
import { HEAP_BASE, createHeap } from './memory.ts';
import type { KernelExports, MoreKernels, ThreadLike } from './module.ts';
import { canShare, fused, instantiate, instantiateMore, unshared } from './module.ts';
import { compileProgram } from './program.ts';
import { Tape, bytesOf } from './tape.ts';

/** `length` elements of `dtype` at byte `pointer` of the memory. */
export interface WasmBuffer {
  readonly pointer: number;
  readonly length: number;
  readonly dtype: DType;
  readonly bytes: number;
}

export interface WasmOptions {
  /** The compiled kernels (build/kernels.wasm): their bytes, or where to fetch them. */
  readonly kernels: Uint8Array | string | URL;
  /** How many threads compute, the calling one included. Default: 1. More than one needs shared memory and `createThread`, and a caller that may wait (a worker). */
  readonly threads?: number;
  /** Makes a worker whose script is `threadScript`. Default: none, one thread. */
  readonly createThread?: () => ThreadLike;
  /** The memory's end in bytes. Default: 2 GiB; at most 4 GiB. */
  readonly limitBytes?: number;
}

/** What the rest of the backend uses of it. */
export interface WasmDevice extends Pick<Backend<WasmBuffer>, 'allocate' | 'free' | 'write' | 'run'> {
  readonly heap: Heap;
  readonly kernels: KernelExports;
  readonly counters: Counters;
  /** Makes every thread's scratch at least so large. */
  needScratch(bytes: number): void;
  table(key: string, make: () => Float64Array): number;
  /** Makes every thread able to run records of the second module, whose bytes these are. */
  needMore(bytes: Uint8Array): void;
  runOnHost(call: Call<WasmBuffer>): void;
}

const PAGE = 65536;
const GIB = 2 ** 30;
/** Where an eager call's record is written, up to HEAP_BASE. */
const RECORD = 32768;
/** Words of the control block; as in memory.as. */
const WAKE = 256 / 4;
const STOP = 320 / 4;
const SCRATCH_BASE = 448 / 4;
const SCRATCH_SIZE = 452 / 4;
const ROUND = 456 / 4;
const INSIDE = 512 / 4;

/** A backend on the compiled kernels. Throws where WebAssembly SIMD is missing. */
export async function createWasmBackend(options: WasmOptions): Promise<Backend<WasmBuffer>> {
  const bytes = options.kernels instanceof Uint8Array ? options.kernels : await fetchBytes(options.kernels);
  const threads = options.createThread && canShare() ? Math.max(1, Math.min(16, options.threads ?? 1)) : 1;
  const shared = threads > 1;
  const limit = Math.min(4 * GIB, options.limitBytes ?? 2 * GIB);
  const memory = new WebAssembly.Memory({ initial: 256, maximum: Math.max(256, Math.floor(limit / PAGE)), shared });
  const module = await WebAssembly.compile(adapted(bytes, shared));
  return new WasmBackend(module, memory, limit, threads, options.createThread);
}

const adapted = (bytes: Uint8Array, shared: boolean): Uint8Array<ArrayBuffer> => fused(shared ? new Uint8Array(bytes) : unshared(bytes));

async function fetchBytes(address: string | URL): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`wasm: expected the kernels at ${String(address)}, got status ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

class WasmBackend implements Backend<WasmBuffer>, WasmDevice {
  readonly name = 'wasm';
  readonly counters: Counters = { dispatches: 0, submissions: 0, bindGroups: 0, buffers: 0, readbacks: 0, fallbacks: 0 };
  readonly heap: Heap;
  readonly kernels: KernelExports;
  readonly #threads: number;
  readonly #helpers: ThreadLike[] = [];
  readonly #tape: Tape<WasmBuffer>;
  readonly #tables = new Map<string, number>();
  readonly #temporaries: { pointer: number; bytes: number }[] = [];
  #scratch = { pointer: 0, bytes: 0, size: 0 };
  #more: MoreKernels | undefined;

  constructor(module: WebAssembly.Module, memory: WebAssembly.Memory, limit: number, threads: number, createThread?: () => ThreadLike) {
    this.heap = createHeap(memory, limit);
    this.kernels = instantiate(module, memory, (record, tile) => this.#more!.execute(record, tile));
    this.#threads = threads;
    this.#tape = new Tape<WasmBuffer>({
      locate: (buffer) => buffer.pointer,
      temporary: (bytes) => {
        const pointer = this.heap.allocate(bytes);
        this.#temporaries.push({ pointer, bytes });
        return pointer;
      },
      table: (key, make) => this.table(key, make),
      needMore: (bytes) => this.needMore(bytes),
    });
    this.kernels.prepare();
    this.kernels.setThreads(threads);
    for (let index = 1; index < threads; index++) {
      const helper = createThread!();
      helper.postMessage({ kind: 'kernels', module, memory, index, round: 0 });
      this.#helpers.push(helper);
    }
  }

  allocate(length: number, dtype: DType): WasmBuffer {
    const bytes = Math.max(1, length * bytesOf(dtype));
    const pointer = this.heap.allocate(bytes);
    this.counters.buffers++;
    return { pointer, length, dtype, bytes };
  }

  free(buffer: WasmBuffer): void {
    this.heap.free(buffer.pointer, buffer.bytes);
  }

  write(buffer: WasmBuffer, data: HostArray, offset = 0): void {
    this.#window(buffer.pointer, offset, data.length, buffer.dtype).set(data);
  }

  async read(ranges: readonly { buffer: WasmBuffer; offset: number; length: number; dtype: DType }[]): Promise<HostArray[]> {
    this.counters.readbacks++;
    return ranges.map((range) => this.#copy(range));
  }

  readSync(range: { buffer: WasmBuffer; offset: number; length: number; dtype: DType }): HostArray {
    this.counters.readbacks++;
    return this.#copy(range);
  }

  run(call: Call<WasmBuffer>): void {
    this.counters.dispatches++;
    const tape = this.#tape;
    tape.clear();
    try {
      if (!encoders[call.op](call, tape)) return this.runOnHost(call);
      if (tape.count === 0) return;
      this.needScratch(tape.scratchBytes);
      const bytes = tape.length * 4;
      const pointer = bytes <= HEAP_BASE - RECORD ? RECORD : this.heap.allocate(bytes);
      const { i32 } = this.heap;
      const at = pointer >> 2;
      const { words, length } = tape;
      if (length < 200) for (let i = 0; i < length; i++) i32[at + i] = words[i]!;
      else i32.set(words.subarray(0, length), at);
      this.kernels.runTape(pointer, tape.count);
      if (pointer !== RECORD) this.heap.free(pointer, bytes);
    } finally {
      while (this.#temporaries.length > 0) {
        const { pointer, bytes } = this.#temporaries.pop()!;
        this.heap.free(pointer, bytes);
      }
    }
  }

  async sync(): Promise<void> {}

  compile(program: Program): Executable<WasmBuffer> {
    return compileProgram(this, program);
  }

  dispose(): void {
    const { i32 } = this.heap;
    if (this.#threads > 1) {
      Atomics.store(i32, STOP, 1);
      Atomics.add(i32, WAKE, 1);
      Atomics.notify(i32, WAKE);
    }
    for (const helper of this.#helpers) helper.terminate();
    this.#helpers.length = 0;
  }

  needScratch(bytes: number): void {
    if (bytes <= this.#scratch.size) return;
    if (this.#scratch.bytes > 0) this.heap.free(this.#scratch.pointer, this.#scratch.bytes);
    // 128 bytes more on each side of a thread's scratch: its odometer below, loads that reach too far above.
    const size = Math.max(1 << 18, (bytes + 63) & ~63);
    const step = size + 256;
    const total = step * this.#threads + 256;
    const pointer = this.heap.allocate(total);
    this.#scratch = { pointer, bytes: total, size };
    this.heap.i32[SCRATCH_BASE] = pointer + 128;
    this.heap.i32[SCRATCH_SIZE] = step;
  }

  table(key: string, make: () => Float64Array): number {
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const data = make();
    const pointer = this.heap.allocate(data.byteLength);
    this.heap.f64.set(data, pointer / 8);
    this.#tables.set(key, pointer);
    return pointer;
  }

  needMore(bytes: Uint8Array): void {
    if (this.#more) return;
    const { memory, i32 } = this.heap;
    const module = new WebAssembly.Module(adapted(bytes, this.#threads > 1));
    this.#more = instantiateMore(module, memory);
    if (this.#helpers.length === 0) return;
    // Until a helper has left its work it might take a tile that it cannot compute; it comes back with the second module, by the message.
    Atomics.store(i32, ROUND, 1);
    Atomics.add(i32, WAKE, 1);
    Atomics.notify(i32, WAKE);
    for (let inside = 1; (inside = Atomics.load(i32, INSIDE)) > 0;) Atomics.wait(i32, INSIDE, inside);
    this.#helpers.forEach((helper, i) => helper.postMessage({ kind: 'more', module, memory, index: i + 1, round: 1 }));
  }

  runOnHost(call: Call<WasmBuffer>): void {
    this.counters.fallbacks++;
    const kernel = reference[call.op];
    if (!kernel) throw new Error(`${call.op}: expected an operation of the wasm backend or the reference, got one that neither has.`);
    const host = (view: View<WasmBuffer>): View<HostArray> => {
      const { pointer, length } = view.buffer;
      return { ...view, buffer: this.#window(pointer, 0, length, view.dtype) };
    };
    kernel({ ...call, inputs: call.inputs.map(host), outputs: call.outputs.map(host) });
  }

  #copy({ buffer, offset, length, dtype }: { buffer: WasmBuffer; offset: number; length: number; dtype: DType }): HostArray {
    const view = this.#window(buffer.pointer, offset, length, dtype);
    const copy = new (view.constructor as new (length: number) => HostArray)(length);
    copy.set(view);
    return copy;
  }

  /** Elements of a buffer where they lie; good until the memory grows. */
  #window(pointer: number, offset: number, length: number, dtype: DType): HostArray {
    const { buffer } = this.heap.memory;
    const at = pointer + offset * bytesOf(dtype);
    switch (dtype) {
      case 'float32':
      case 'float16':
        return new Float32Array(buffer, at, length);
      case 'float64':
        return new Float64Array(buffer, at, length);
      case 'int32':
        return new Int32Array(buffer, at, length);
      case 'uint8':
      case 'bool':
        return new Uint8Array(buffer, at, length);
    }
  }
}
