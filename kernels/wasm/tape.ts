/* Calls written down as records of 32-bit words in wasm memory: what the module's `runTape` walks. Encoders (kernels/FAMILY/wasm.ts) append
   records; the layout of each is told in the AssemblyScript file beside. An eager call is a tape of its own records; a compiled program is one
   long tape in which only addresses that change between runs (arguments, results, feeds) are written again. */

import type { Call, DType, View } from '../types.ts';

/** Operations of records, by the numbers of execute.as and more.as. */
export const opcodes = {
  chain: 0,
  fill: 1,
  iota: 2,
  reduce: 3,
  scan: 4,
  matmul: 5,
  softmax: 6,
  softmaxGrad: 7,
  layerNorm: 8,
  layerNormGrad: 9,
  layerNormParameters: 10,
  crossEntropy: 11,
  crossEntropyGrad: 12,
  attention: 13,
  attentionGrad: 14,
  conv2d: 15,
  conv2dWeightGrad: 16,
  conv2dWeightSum: 17,
  maxPool2d: 18,
  maxPool2dGrad: 19,
  avgPool2d: 20,
  avgPool2dGrad: 21,
  unfold: 22,
  fold: 23,
  gather: 24,
  scatter: 25,
  rows: 26,
  rowsAdd: 27,
  sort: 28,
  searchSorted: 29,
  random: 30,
  adam: 31,
  rnn: 32,
  rnnGrad: 33,
  rnnWeights: 34,
  qmatmul: 35,
  fft: 36,
  transpose: 37,
} as const;

export type Opcode = keyof typeof opcodes;

/** Bytes of an element on this device; float16 is held as float32. */
export function bytesOf(dtype: DType): number {
  return dtype === 'float64' ? 8 : dtype === 'uint8' || dtype === 'bool' ? 1 : 4;
}

/** Types as the kernels number them; undefined for those that only the host computes. */
export function typeCode(dtype: DType): number | undefined {
  switch (dtype) {
    case 'float32':
    case 'float16':
      return 0;
    case 'int32':
      return 1;
    case 'uint8':
      return 2;
    case 'bool':
      return 3;
    case 'float64':
      return undefined;
  }
}

/** An address that a run must write: word `word` of the tape is slot `slot`'s address plus `add` bytes. */
export interface Patch {
  readonly word: number;
  readonly slot: number;
  readonly add: number;
}

/** What a tape asks of the backend that it is for. */
export interface TapeHost<B> {
  /** The address of a buffer, or −1 − slot where it is known only when running. */
  locate(buffer: B): number;
  /** Memory for the current call alone, 64-byte aligned. */
  temporary(bytes: number): number;
  /** A table of constants, made once for each key and kept. */
  table(key: string, make: () => Float64Array): number;
  /** Makes sure that records of the second module, whose bytes these are, can run. */
  needMore(bytes: Uint8Array): void;
}

/** Multiply-adds that take a thread some ten microseconds. */
const WORTH_SHARING = 1 << 17;

/** Appends a call's records, or answers false where the host must compute it. */
export type Encoder = <B>(call: Call<B>, tape: Tape<B>) => boolean;

/** A known address in place of a buffer. */
class Place {
  readonly pointer: number;
  constructor(pointer: number) {
    this.pointer = pointer;
  }
}

export class Tape<B> {
  readonly host: TapeHost<B>;
  words = new Int32Array(256);
  floats = new Float32Array(this.words.buffer);
  /** Words written. */
  length = 0;
  /** Records written. */
  count = 0;
  /** Scratch bytes that the hungriest record needs for each thread. */
  scratchBytes = 0;
  patches: Patch[] = [];
  #start = 0;

  constructor(host: TapeHost<B>) {
    this.host = host;
  }

  clear(): void {
    this.length = 0;
    this.count = 0;
    this.scratchBytes = 0;
    this.patches.length = 0;
  }

  /**
   * Begins a record whose work falls into `tiles` independent pieces, each using up to `scratchBytes`. With a `work` (multiply-adds of all) of a few
   * microseconds they stay on the calling thread: to hand one over, and to wait for a thread that the system has put aside, takes longer.
   */
  begin(op: Opcode, tiles: number, scratchBytes = 0, work = Infinity): this {
    if (this.length + 64 > this.words.length) this.#grow(64);
    this.#start = this.length;
    this.words[this.length] = opcodes[op];
    this.words[this.length + 1] = tiles;
    this.words[this.length + 3] = work < WORTH_SHARING ? 1 : 0;
    this.length += 4;
    if (scratchBytes > this.scratchBytes) this.scratchBytes = scratchBytes;
    return this;
  }

  /** As `begin`, for a record of the second module. */
  beginMore(bytes: Uint8Array, op: Opcode, tiles: number, scratchBytes = 0): this {
    this.host.needMore(bytes);
    return this.begin(op, tiles, scratchBytes);
  }

  end(): void {
    if ((this.length & 1) === 1) this.length++;
    this.words[this.#start + 2] = (this.length - this.#start) * 4;
    this.count++;
  }

  /** Leaves words unwritten up to word `word` of the record. */
  skipTo(word: number): this {
    const to = this.#start + word;
    if (to > this.words.length) this.#grow(to - this.length);
    while (this.length < to) this.words[this.length++] = 0;
    return this;
  }

  integer(value: number): this {
    if (this.length === this.words.length) this.#grow(1);
    this.words[this.length++] = value;
    return this;
  }

  integers(...values: number[]): this {
    for (const value of values) this.integer(value);
    return this;
  }

  float(value: number): this {
    if (this.length === this.words.length) this.#grow(1);
    this.floats[this.length++] = value;
    return this;
  }

  /** A buffer for views that encoders make of memory they asked for themselves. */
  placeAt(pointer: number): B {
    return new Place(pointer) as B;
  }

  /** The address of a buffer, or −1 − slot. */
  placeOf(buffer: B): number {
    return buffer instanceof Place ? buffer.pointer : this.host.locate(buffer);
  }

  /** The address of a view's first element. */
  address(view: View<B> | undefined, addBytes = 0): this {
    if (!view) return this.integer(0);
    const base = this.placeOf(view.buffer);
    const add = view.offset * bytesOf(view.dtype) + addBytes;
    if (base >= 0) return this.integer(base + add);
    this.patches.push({ word: this.length, slot: -1 - base, add });
    return this.integer(0);
  }

  #grow(by: number): void {
    const words = new Int32Array(Math.max(this.words.length * 2, this.length + by));
    words.set(this.words);
    this.words = words;
    this.floats = new Float32Array(words.buffer);
  }
}

/** How many tiles of `size` it takes for `n`; at least 1. */
export function tilesFor(n: number, size: number): number {
  return Math.max(1, Math.ceil(n / size));
}
