/* The `webgpu` backend: calls become dispatches (lowerings.ts), are recorded in order (order.ts, recorder.ts) and submitted in
   batches. Nothing waits for the device but `read` and `sync`. What the device cannot compute, or a kernel that it refuses, is
   computed by the reference on the host at its place in the order, and counted in `counters.fallbacks`.
   Errors of the device (memory, validation, loss) surface at the next call or read; none is silent. */

import type { Attributes, OperationName } from '../operations.ts';
import { fromHalf } from '../../src/base/half.ts';
import { hostArray } from '../js/backend.ts';
import { reference } from '../reference.ts';
import type { Backend, Call, Counters, DType, Executable, HostArray, Program, View } from '../types.ts';
import type { AdapterFacts } from './adapter.ts';
import { lowerings } from './lowerings.ts';
import { asWords, Memory } from './memory.ts';
import type { Stored } from './memory.ts';
import { Order } from './order.ts';
import { Pipelines } from './pipelines.ts';
import type { Pipeline } from './pipelines.ts';
import { createPlan } from './plan.ts';
import { Recorder } from './recorder.ts';
import { lowerInto } from './target.ts';
import type { Step } from './step.ts';

interface Range {
  readonly buffer: Stored;
  readonly offset: number;
  readonly length: number;
  readonly dtype: DType;
}

/** What is only this backend's. */
export interface WebGpuBackend extends Backend<Stored> {
  readonly device: GPUDevice;
  readonly facts: AdapterFacts;
  /** Resolves with the reason when the device is lost; every buffer is gone then. Not when `dispose` ended it. */
  readonly lost: Promise<string>;
}

/** A backend on `device`, which it owns from now on. `standIn`: computes programs whose kernels are still being compiled. */
export async function createWebGpuBackend(device: GPUDevice, facts: AdapterFacts, standIn?: Promise<Backend>): Promise<WebGpuBackend> {
  return new Gpu(device, facts, standIn);
}

export class Gpu implements WebGpuBackend {
  readonly name = 'webgpu';
  readonly counters: Counters = { dispatches: 0, submissions: 0, bindGroups: 0, buffers: 0, readbacks: 0, fallbacks: 0 };
  readonly device: GPUDevice;
  readonly facts: AdapterFacts;
  readonly lost: Promise<string>;
  readonly memory: Memory;
  readonly pipelines: Pipelines;
  readonly recorder: Recorder;
  readonly order: Order;
  readonly standIn: Promise<Backend> | undefined;
  readonly #staging: GPUBuffer[] = [];
  #failure: Error | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(device: GPUDevice, facts: AdapterFacts, standIn?: Promise<Backend>) {
    this.standIn = standIn;
    standIn?.catch(() => {});
    this.device = device;
    this.facts = facts;
    const fail = (error: Error): void => {
      this.#failure ??= error;
    };
    this.memory = new Memory(device, this.counters, fail);
    this.pipelines = new Pipelines(device);
    this.recorder = new Recorder(device, this.pipelines, this.memory, this.counters);
    this.order = new Order(fail);
    device.addEventListener('uncapturederror', ({ error }) => fail(new Error(`webgpu: ${error.message}`)));
    this.lost = new Promise((resolve) => {
      device.lost.then(
        ({ reason, message }) => {
          if (this.#disposed) return;
          fail(new Error(`webgpu: the device was lost (${reason}). ${message}`));
          resolve(message || reason);
        },
        () => {},
      );
    });
  }

  allocate(length: number, dtype: DType): Stored {
    if (dtype === 'float64') throw new TypeError('allocate: expected a type that webgpu has, got float64. Use the device "js".');
    this.#throwFailure();
    return this.memory.store(length, dtype);
  }

  free(buffer: Stored): void {
    if (buffer.freed) return;
    buffer.freed = true;
    this.order.add(() => this.memory.release(buffer));
  }

  write(buffer: Stored, data: HostArray, offset = 0): void {
    this.#throwFailure();
    if (data.length === 0) return;
    const words = asWords(data, buffer.dtype);
    if (this.order.idle) this.writeNow(buffer, words, offset);
    else {
      const copy = words === data ? words.slice() : words;
      this.order.add(() => this.writeNow(buffer, copy, offset));
    }
  }

  /** Writes now, out of order: for tasks of the order. */
  writeNow(buffer: Stored, data: Float32Array | Int32Array | Uint32Array, offset: number): void {
    // A write takes effect before what is recorded but not yet submitted.
    if (buffer.block.touched >= this.memory.recording) this.recorder.flush();
    this.device.queue.writeBuffer(buffer.block.gpu, buffer.offset + offset * 4, data as Float32Array<ArrayBuffer>);
  }

  read(ranges: readonly Range[]): Promise<HostArray[]> {
    const wanted = ranges.map((range) => ({ ...range }));
    return new Promise((resolve, reject) => {
      this.order.add(() => {
        this.fetch(wanted).then(
          (arrays) => {
            const failure = this.#takeFailure();
            if (failure) reject(failure);
            else resolve(arrays);
          },
          (error: Error) => reject(this.#takeFailure() ?? error),
        );
      });
    });
  }

  /** The values of ranges now, out of order: for tasks of the order. */
  async fetch(ranges: readonly Range[]): Promise<HostArray[]> {
    this.counters.readbacks++;
    let bytes = 0;
    for (const range of ranges) bytes += placeIn(range).words * 4;
    if (bytes === 0) return ranges.map(({ dtype }) => hostArray(0, dtype));
    const staging = this.#takeStaging(bytes);
    const encoder = this.recorder.encoder();
    let at = 0;
    for (const range of ranges) {
      const { first, words } = placeIn(range);
      const { block, offset } = range.buffer;
      if (words) encoder.copyBufferToBuffer(block.gpu, offset + first * 4, staging, at, words * 4);
      at += words * 4;
    }
    this.recorder.flush();
    await staging.mapAsync(1, 0, bytes);
    const mapped = staging.getMappedRange(0, bytes);
    at = 0;
    const arrays = ranges.map((range) => {
      const part = fromWords(mapped, at, range);
      at += placeIn(range).words * 4;
      return part;
    });
    staging.unmap();
    this.#staging.push(staging);
    return arrays;
  }

  #takeStaging(bytes: number): GPUBuffer {
    const index = this.#staging.findIndex((buffer) => buffer.size >= bytes);
    if (index >= 0) return this.#staging.splice(index, 1)[0]!;
    if (this.#staging.length > 4) this.#staging.shift()!.destroy();
    this.counters.buffers++;
    return this.device.createBuffer({ size: Math.max(4096, 2 ** Math.ceil(Math.log2(bytes))), usage: 0x1 | 0x8 }); // MAP_READ | COPY_DST
  }

  run(call: Call<Stored>): void {
    this.#throwFailure();
    const lowered = lowerInto(call, this.facts, lowerings, (length, dtype) => this.memory.store(length, dtype));
    if (!lowered) {
      const kept = keep(call);
      this.order.add(() => this.#onHost(kept));
      return;
    }
    const { steps, scratch } = lowered;
    const waiting: Pipeline[] = [];
    for (const step of steps) {
      const pipeline = this.pipelines.get(step);
      if (!pipeline.gpu) waiting.push(pipeline);
    }
    if (waiting.length === 0 && this.order.idle) this.#record(steps, scratch);
    else {
      const kept = keep(call);
      this.order.add(() => {
        const missing = waiting.filter(({ gpu }) => !gpu);
        if (!missing.length) this.#record(steps, scratch);
        else return this.#recordWhenReady(kept, steps, scratch);
      });
    }
  }

  /** Makes a call now, out of order: for tasks of the order. */
  perform(call: Call<Stored>): Promise<void> {
    const lowered = lowerInto(call, this.facts, lowerings, (length, dtype) => this.memory.store(length, dtype));
    return lowered ? this.#recordWhenReady(call, lowered.steps, lowered.scratch) : this.#onHost(call);
  }

  /** Records the steps when their pipelines have been compiled; where the device refuses one, the host computes the call. */
  async #recordWhenReady(call: Call<Stored>, steps: readonly Step<Stored>[], scratch: readonly Stored[]): Promise<void> {
    const errors = await Promise.all(steps.map((step) => this.pipelines.get(step).ready));
    const error = errors.find((found) => found !== undefined);
    if (!error) return this.#record(steps, scratch);
    console.warn(error.message);
    for (const stored of scratch) this.memory.release(stored);
    return this.#onHost(call);
  }

  #record(steps: readonly Step<Stored>[], scratch: readonly Stored[]): void {
    for (const step of steps) this.recorder.dispatch(step);
    for (const stored of scratch) this.memory.release(stored);
    this.submitSoon();
  }

  /** Lets the device begin while the caller goes on: submits at the end of the caller's turn. */
  submitSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.#disposed) this.recorder.flush();
    }, 0);
  }

  async #onHost(call: Call<Stored>): Promise<void> {
    this.counters.fallbacks++;
    const kernel = reference[call.op];
    if (!kernel) throw new Error(`${call.op}: expected a kernel for webgpu or the host, there is none.`);
    const buffers = [...new Set([...call.inputs, ...call.outputs].map(({ buffer }) => buffer))];
    const arrays = await this.fetch(
      buffers.map((buffer) => ({ buffer, offset: 0, length: buffer.length * (buffer.dtype === 'float16' ? 2 : 1), dtype: buffer.dtype })),
    );
    const onHost = (view: View<Stored>): View<HostArray> => ({ ...view, buffer: arrays[buffers.indexOf(view.buffer)]! });
    kernel({ ...call, inputs: call.inputs.map(onHost), outputs: call.outputs.map(onHost) });
    for (const buffer of new Set(call.outputs.map((view) => view.buffer))) {
      this.writeNow(buffer, asWords(arrays[buffers.indexOf(buffer)]!, buffer.dtype), 0);
    }
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.order.add(() => {
        this.recorder.flush();
        this.device.queue.onSubmittedWorkDone().then(() => {
          const failure = this.#takeFailure();
          if (failure) reject(failure);
          else resolve();
        }, reject);
      });
    });
  }

  compile(program: Program): Executable<Stored> {
    return createPlan(this, program);
  }

  #throwFailure(): void {
    const failure = this.#takeFailure();
    if (failure) throw failure;
  }

  #takeFailure(): Error | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.recorder.dispose();
    this.memory.dispose();
    this.device.destroy();
  }
}

/** A call that stays as it is, whatever its maker does with the views. */
function keep(call: Call<Stored>): Call<Stored> {
  return {
    op: call.op,
    inputs: call.inputs.map((view) => ({ ...view })),
    outputs: call.outputs.map((view) => ({ ...view })),
    attributes: call.attributes as Attributes[OperationName],
  };
}

/** The words of a buffer that a range of elements takes up. */
function placeIn({ offset, length, dtype }: Range): { first: number; words: number } {
  if (dtype !== 'float16') return { first: offset, words: length };
  const first = Math.floor(offset / 2);
  return { first, words: Math.ceil((offset + length) / 2) - first };
}

function fromWords(mapped: ArrayBuffer, offset: number, range: Range): HostArray {
  const { length, dtype } = range;
  if (dtype === 'float16') return Float32Array.from(new Uint16Array(mapped, offset + (range.offset % 2) * 2, length), fromHalf);
  if (dtype === 'uint8' || dtype === 'bool') return Uint8Array.from(new Uint32Array(mapped, offset, length));
  if (dtype === 'int32') return new Int32Array(mapped, offset, length).slice();
  return new Float32Array(mapped, offset, length).slice();
}
