/* A program as one tape: simplified and fused (kernels/program), inner buffers laid out by liveness in one block, every call written down once.
   A run writes the feeds, puts the addresses of arguments and results into the tape, and makes one call of `runTape`; calls that only the host
   computes cut the tape in parts. */

import { prepareProgram } from '../program/prepare.ts';
import { hostBytes, planMemory } from '../program/plan.ts';
import { contiguousStrides, sizeOf } from '../operations.ts';
import { linearStep } from '../strided.ts';
import type { Call, Executable, HostArray, Program, View } from '../types.ts';
import type { WasmBuffer, WasmDevice } from './backend.ts';
import { encoders } from './encoders.ts';
import type { Patch } from './tape.ts';
import { Tape, bytesOf } from './tape.ts';

/** What fusing may put into one chain: registers of 4 KB should stay in the cache. */
const LIMITS = { inputs: 16, outputs: 8, bindings: 24, instructions: 64 };
const ALIGN = 64;

/** A stretch of the tape, or a call for the host. */
type Part = { readonly from: number; count: number } | { readonly call: Call<number> };

/** Beyond this many bytes between its calls a program is fused before its first run too: there fusing saves more than it costs. */
const FUSE_AT_ONCE = 1 << 26;

export function compileProgram(device: WasmDevice, traced: Program): Executable<WasmBuffer> {
  return new SoonProgram(device, traced);
}

/**
 * A program whose first run does not wait for simplifying and fusing, which take longer than they save it: the calls run as they were traced, to
 * the same bits. From the second run on, or when its plan is asked for, it is what fusing made of it.
 */
class SoonProgram implements Executable<WasmBuffer> {
  readonly #device: WasmDevice;
  readonly #traced: Program;
  #first: TapeProgram | undefined;
  #fused: TapeProgram | undefined;
  #disposed = false;

  constructor(device: WasmDevice, traced: Program) {
    this.#device = device;
    this.#traced = traced;
    const between = traced.buffers.reduce((sum, buffer) => sum + (buffer.kind === 'inner' ? hostBytes(buffer) : 0), 0);
    if (between <= FUSE_AT_ONCE) this.#first = new TapeProgram(device, traced);
    else this.#later();
  }

  get plan(): Executable['plan'] {
    return this.#later().plan;
  }

  run(...given: Parameters<TapeProgram['run']>): void {
    if (this.#disposed) throw new Error('compile: expected a program in use, got one that was disposed.');
    const first = this.#first;
    if (!first) return this.#later().run(...given);
    first.run(...given);
    first.dispose();
    this.#first = undefined;
  }

  dispose(): void {
    this.#disposed = true;
    this.#first?.dispose();
    this.#fused?.dispose();
  }

  #later(): TapeProgram {
    this.#first?.dispose();
    this.#first = undefined;
    const fused = (this.#fused ??= new TapeProgram(this.#device, prepareProgram(this.#traced, LIMITS)));
    if (this.#disposed) fused.dispose(); // its plan can still be asked for
    return fused;
  }
}

class TapeProgram implements Executable<WasmBuffer> {
  readonly plan: Executable['plan'];
  readonly #device: WasmDevice;
  readonly #program: Program;
  /** By buffer: its place, or undefined where a run says it. */
  readonly #places: (WasmBuffer | undefined)[];
  readonly #owned: { pointer: number; bytes: number }[] = [];
  readonly #feeds: { readonly slot: number; readonly place: WasmBuffer }[] = [];
  readonly #patches: readonly Patch[];
  readonly #parts: Part[] = [];
  readonly #scratchBytes: number;
  readonly #arguments: number;
  #tape = 0;
  #disposed = false;

  constructor(device: WasmDevice, program: Program) {
    this.#device = device;
    this.#program = program;
    const { heap } = device;
    const memory = planMemory(program, { align: ALIGN, inPlace: true });
    const block = memory.bytes > 0 ? this.#own(memory.bytes) : 0;
    this.#arguments = 1 + Math.max(-1, ...program.buffers.map((buffer) => (buffer.kind === 'argument' ? buffer.slot : -1)));
    const used = new Set(program.calls.flatMap((call) => [...call.inputs, ...call.outputs].map((view) => view.buffer)));
    this.#places = program.buffers.map((declared, index): WasmBuffer | undefined => {
      const { dtype, length, kind } = declared;
      const bytes = length * bytesOf(dtype);
      if (kind === 'held') return declared.buffer as WasmBuffer;
      if (kind === 'argument' || kind === 'result' || !used.has(index)) return undefined;
      if (kind === 'inner') return { pointer: block + (memory.offsets.get(index) ?? 0), length, dtype, bytes };
      const place = { pointer: this.#own(Math.max(1, bytes)), length, dtype, bytes };
      if (kind === 'constant') device.write(place, declared.data);
      else this.#feeds.push({ slot: declared.slot, place });
      return place;
    });

    const tape = new Tape<number>({
      locate: (buffer) => {
        const declared = program.buffers[buffer]!;
        if (declared.kind === 'argument') return -1 - declared.slot;
        if (declared.kind === 'result') return -1 - (this.#arguments + declared.slot);
        return this.#places[buffer]!.pointer;
      },
      temporary: (bytes) => this.#temporary(bytes),
      table: (key, make) => device.table(key, make),
      needMore: (bytes) => device.needMore(bytes),
    });
    for (const call of program.calls) {
      const [from, count] = [tape.length, tape.count];
      this.#cursor = 0;
      if (!encoders[call.op](call, tape)) {
        this.#parts.push({ call });
        continue;
      }
      const last = this.#parts.at(-1);
      if (tape.count === count) continue;
      if (last && 'count' in last) last.count += tape.count - count;
      else this.#parts.push({ from, count: tape.count - count });
    }
    this.#scratchBytes = tape.scratchBytes;
    this.#patches = tape.patches;
    if (tape.length > 0) {
      this.#tape = this.#own(tape.length * 4);
      heap.i32.set(tape.words.subarray(0, tape.length), this.#tape >> 2);
    }
    const kernels = new Set(program.calls.map(({ op, attributes }) => JSON.stringify([op, attributes]))).size;
    this.plan = { kernels, dispatches: tape.count, submissions: 0, bytes: this.#owned.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  run(args: readonly View<WasmBuffer>[], feeds: readonly HostArray[], results: readonly WasmBuffer[]): void {
    if (this.#disposed) throw new Error('compile: expected a program in use, got one that was disposed.');
    const device = this.#device;
    device.needScratch(this.#scratchBytes);
    const copies: WasmBuffer[] = [];
    // Arguments that are held (parameters, what is written in place) come too; those behind the last slot have no place.
    const pointers = args.slice(0, this.#arguments).map((view) => {
      if (linearStep(view.shape, view.strides) === 1 || sizeOf(view.shape) <= 1)
        return view.buffer.pointer + view.offset * bytesOf(view.dtype);
      const buffer = device.allocate(sizeOf(view.shape), view.dtype);
      copies.push(buffer);
      const to = { ...view, buffer, offset: 0, strides: contiguousStrides(view.shape) };
      device.run({ op: 'copy', inputs: [view], outputs: [to], attributes: {} });
      return buffer.pointer;
    });
    while (pointers.length < this.#arguments) pointers.push(0);
    for (const buffer of results) pointers.push(buffer.pointer);
    for (const { slot, place } of this.#feeds) device.write(place, feeds[slot]!);
    const { i32 } = device.heap;
    const at = this.#tape >> 2;
    for (const { word, slot, add } of this.#patches) i32[at + word] = pointers[slot]! + add;
    for (const part of this.#parts) {
      if ('call' in part) device.runOnHost(this.#bind(part.call, args, results));
      else device.kernels.runTape(this.#tape + part.from * 4, part.count);
    }
    device.counters.dispatches += this.plan.dispatches;
    for (const buffer of copies) device.free(buffer);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const { pointer, bytes } of this.#owned) this.#device.heap.free(pointer, bytes);
  }

  /** A call for the host with the buffers of this run. */
  #bind(call: Call<number>, args: readonly View<WasmBuffer>[], results: readonly WasmBuffer[]): Call<WasmBuffer> {
    const bind = (view: View<number>): View<WasmBuffer> => {
      const declared = this.#program.buffers[view.buffer]!;
      if (declared.kind === 'argument') {
        const { buffer, offset } = args[declared.slot]!;
        return { ...view, buffer, offset: view.offset + offset };
      }
      return { ...view, buffer: declared.kind === 'result' ? results[declared.slot]! : this.#places[view.buffer]! };
    };
    return { ...call, inputs: call.inputs.map(bind), outputs: call.outputs.map(bind) };
  }

  #own(bytes: number): number {
    const pointer = this.#device.heap.allocate(bytes);
    this.#owned.push({ pointer, bytes });
    return pointer;
  }

  /** Memory that calls use one after another; `cursor` starts over with each call. */
  #arena = { pointer: 0, bytes: 0 };
  #cursor = 0;

  #temporary(bytes: number): number {
    const size = (bytes + 63) & ~63;
    if (this.#cursor + size > this.#arena.bytes) {
      this.#arena = { pointer: this.#own(Math.max(size, this.#arena.bytes)), bytes: Math.max(size, this.#arena.bytes) };
      this.#cursor = 0;
    }
    const pointer = this.#arena.pointer + this.#cursor;
    this.#cursor += size;
    return pointer;
  }
}
