/* Random numbers that are the same on every device: Philox 4x32-10, a counter turned into words by ten rounds of
   multiplication, so word k of a seed can be had without the words before it. What draws mean (how many words they use,
   how words become numbers) is public contract. Tensors of random numbers come from the compute library, once it is there
   (`provideTensorDraws`); this file knows no tensors.
   @source Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (2011) */

export interface UniformOptions {
  readonly low?: number;
  readonly high?: number;
}
export interface NormalOptions {
  readonly mean?: number;
  readonly std?: number;
}
export interface GeneratorState {
  readonly seed: number | bigint;
  readonly offset: number;
}

/** Where a device begins: the key and the first block's counter of a run of words, each an unsigned 32-bit number. */
export interface ReservedWords {
  readonly seedLow: number;
  readonly seedHigh: number;
  readonly blockLow: number;
  readonly blockHigh: number;
}

/** What the compute library adds to generators. */
export interface TensorDraws {
  /** The tensor of a draw with a shape: `low, high` of uniform and randint, mean and deviation of normal, `low` = p of bernoulli. */
  draw(generator: Generator, kind: DrawKind, shape: unknown, low: number, high: number, options: object): unknown;
  /** Its kind of error, in place of a RangeError. */
  error(message: string, code?: 'trace'): Error;
  /** Puts a generator in another state: now, or at every call of the function that is being compiled. */
  change(action: () => void): void;
  /** Whether a function is being compiled: its tensors are drawn at its calls, so that a number could only be drawn out of turn. */
  isTracing(): boolean;
  /** Whether a generator has drawn a tensor in a function that is compiled: how far it then stands shows at the calls. */
  hasDrawn(generator: Generator): boolean;
}
export type DrawKind = 'uniform' | 'normal' | 'randint' | 'bernoulli';

let tensors: TensorDraws | undefined;

/** From now on draws with a shape give tensors. Called by the compute library when it starts. */
export function provideTensorDraws(draws: TensorDraws): void {
  tensors = draws;
}

/** A stream of 32-bit words; `offset` counts the words used. A number takes the next ones; an array or tensor starts and ends at
    a multiple of 4, so that a device can compute whole blocks. A shape in place of a count, or behind `randint` and `bernoulli`,
    gives a tensor where the compute library is there. */
export interface Generator {
  /** A number in [low, high), or `n` of them. */
  uniform(options?: UniformOptions): number;
  uniform(n: number, options?: UniformOptions): Float64Array;
  uniform(shape: readonly number[], options?: UniformOptions): unknown;
  /** A normal number by Box and Muller, or `n` of them. */
  normal(options?: NormalOptions): number;
  normal(n: number, options?: NormalOptions): Float64Array;
  normal(shape: readonly number[], options?: NormalOptions): unknown;
  /** An integer in [low, high), exactly uniform up to the 2^32 words there are. */
  randint(low: number, high: number): number;
  randint(low: number, high: number, shape: readonly number[], options?: object): unknown;
  /** 1 with probability p, else 0. */
  bernoulli(p: number): number;
  bernoulli(p: number, shape: readonly number[], options?: object): unknown;
  uint32(n: number): Uint32Array;
  /** 0 … n−1 in random order. */
  permutation(n: number): Int32Array;
  /** A new list of the items in random order. */
  shuffle<T>(list: Iterable<T>): T[];
  /** The i-th independent generator of this seed; this one does not advance. */
  fork(i: number): Generator;
  /** Takes `words` words for a tensor that a device fills: from the next multiple of 4 on, ended at a multiple of 4. */
  reserve(words: number): ReservedWords;
  getState(): GeneratorState;
  setState(state: GeneratorState): void;
}

/** The generator of `seed`, an integer in [0, 2^53) or a bigint below 2^64, at its beginning. */
export function random(seed: number | bigint): Generator {
  const made = new Philox(seed);
  made.beginInTrace(() => seed);
  return made;
}

/** Ten rounds: the four words of block `counter` under `key`, written to `out`. */
export function philox(out: Uint32Array, c0: number, c1: number, c2: number, c3: number, k0: number, k1: number): void {
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(0xd2511f53, c0),
      low0 = Math.imul(0xd2511f53, c0);
    const high1 = mulHigh(0xcd9e8d57, c2),
      low1 = Math.imul(0xcd9e8d57, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Upper 32 bits of a · b, both in [0, 2^32). */
function mulHigh(a: number, b: number): number {
  const ah = a >>> 16,
    al = a & 0xffff,
    bh = b >>> 16,
    bl = b & 0xffff;
  const middle = ah * bl + ((al * bl) >>> 16); // below 2^32 + 2^16: exact in a double
  const cross = al * bh + (middle % 0x10000);
  return (ah * bh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) >>> 0;
}

const TWO32 = 0x100000000;
const UNIT = 2 ** -24;

class Philox implements Generator {
  #seed!: bigint;
  #key0 = 0;
  #key1 = 0;
  #offset = 0;
  readonly #block = new Uint32Array(4);
  /** Which block of the stream `#block` holds; −1: none. */
  #held = -1;
  /** Made in a function that is being compiled. */
  #isInner = false;

  constructor(seed: number | bigint) {
    this.#reseed(seed);
  }

  #reseed(seed: number | bigint): void {
    const valid = typeof seed === 'bigint' ? seed >= 0n && seed < 1n << 64n : Number.isSafeInteger(seed) && seed >= 0;
    if (!valid) throw fault(`random: expected a seed that is an integer in [0, 2^53) or a bigint below 2^64, got ${String(seed)}.`);
    this.#seed = BigInt(seed);
    this.#key0 = Number(this.#seed & 0xffffffffn);
    this.#key1 = Number(this.#seed >> 32n);
    this.#held = -1;
  }

  /** In a function that is being compiled a generator begins anew at every call. */
  beginInTrace(seed: () => number | bigint): void {
    this.#isInner = tensors?.isTracing() ?? false;
    if (this.#isInner) tensors!.change(() => this.setState({ seed: seed(), offset: 0 }));
  }

  /**
   * The first word of a draw of host numbers. In a function that is being compiled they would be the same at every call of it: only a generator
   * made there may draw them, since it begins anew each time, and only until it draws a tensor.
   */
  #take(method: string, words: number, isNumber = false): number {
    const isTracing = tensors?.isTracing() ?? false;
    if (isTracing && (!this.#isInner || tensors!.hasDrawn(this)))
      throw tensors!.error(
        `${method}: a number cannot be drawn while a function is being compiled: every call would have the same. Draw a tensor (a shape, [] for one number), or draw before the call.`,
        'trace',
      );
    const start = isNumber ? this.#offset : this.#draw(words);
    if (isNumber) this.#offset += words;
    const offset = this.#offset;
    if (isTracing) tensors!.change(() => void (this.#offset = offset));
    return start;
  }

  #word(index: number): number {
    const block = Math.floor(index / 4);
    if (block !== this.#held) {
      philox(this.#block, block % TWO32, Math.floor(block / TWO32), 0, 0, this.#key0, this.#key1);
      this.#held = block;
    }
    return this.#block[index % 4]!;
  }

  /** Starts a draw of `words` words: returns the first one's index and moves behind the last block. */
  #draw(words: number): number {
    const start = roundUp(this.#offset);
    this.#offset = roundUp(start + words);
    return start;
  }

  #tensor(kind: DrawKind, shape: unknown, low: number, high: number, options: object): unknown {
    if (!tensors) throw needsTensors(kind);
    return tensors.draw(this, kind, shape, low, high, options);
  }

  reserve(words: number): ReservedWords {
    const block = this.#draw(countOf('reserve', words) ?? fail('reserve', words)) / 4;
    return { seedLow: this.#key0, seedHigh: this.#key1, blockLow: block % TWO32, blockHigh: Math.floor(block / TWO32) };
  }

  uniform(options?: UniformOptions): number;
  uniform(n: number, options?: UniformOptions): Float64Array;
  uniform(shape: readonly number[], options?: UniformOptions): unknown;
  uniform(first?: number | readonly number[] | UniformOptions, second?: UniformOptions): unknown {
    const { low = 0, high = 1, ...others } = optionsOf<UniformOptions>(first, second);
    if (Array.isArray(first)) return this.#tensor('uniform', first, low, high, others);
    mustBeEmpty('uniform', others, 'low and high');
    const n = countOf('uniform', first);
    const start = this.#take('uniform', n ?? 1, n === undefined);
    if (n === undefined) return low + (high - low) * ((this.#word(start) >>> 8) * UNIT);
    const out = new Float64Array(n);
    for (let i = 0; i < n; i++) out[i] = low + (high - low) * ((this.#word(start + i) >>> 8) * UNIT);
    return out;
  }

  normal(options?: NormalOptions): number;
  normal(n: number, options?: NormalOptions): Float64Array;
  normal(shape: readonly number[], options?: NormalOptions): unknown;
  normal(first?: number | readonly number[] | NormalOptions, second?: NormalOptions): unknown {
    const { mean = 0, std = 1, ...others } = optionsOf<NormalOptions>(first, second);
    if (Array.isArray(first)) return this.#tensor('normal', first, mean, std, others);
    mustBeEmpty('normal', others, 'mean and std');
    const n = countOf('normal', first);
    const start = n === undefined ? this.#take('normal', 2, true) : this.#take('normal', n + (n % 2));
    const out = new Float64Array(n ?? 1);
    for (let j = 0; j < out.length; j += 2) {
      const radius = Math.sqrt(-2 * Math.log(((this.#word(start + j) >>> 8) + 1) * UNIT));
      const angle = 2 * Math.PI * ((this.#word(start + j + 1) >>> 8) * UNIT);
      out[j] = mean + std * (radius * Math.cos(angle));
      out[j + 1] = mean + std * (radius * Math.sin(angle)); // dropped by the array where the count is odd
    }
    return n === undefined ? out[0]! : out;
  }

  randint(low: number, high: number): number;
  randint(low: number, high: number, shape: readonly number[], options?: object): unknown;
  randint(low: number, high: number, shape?: readonly number[], options: object = {}): unknown {
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high <= low || high - low > TWO32) {
      throw fault(`randint: expected integers low < high at most 2^32 apart, got ${String(low)} and ${String(high)}.`);
    }
    if (shape !== undefined) return this.#tensor('randint', shape, low, high, options);
    return low + scale(this.#word(this.#take('randint', 1, true)), high - low);
  }

  bernoulli(p: number): number;
  bernoulli(p: number, shape: readonly number[], options?: object): unknown;
  bernoulli(p: number, shape?: readonly number[], options: object = {}): unknown {
    if (!(p >= 0 && p <= 1)) throw fault(`bernoulli: expected a probability in [0, 1], got ${String(p)}.`);
    if (shape !== undefined) return this.#tensor('bernoulli', shape, p, 0, options);
    return (this.#word(this.#take('bernoulli', 1, true)) >>> 8) * UNIT < p ? 1 : 0;
  }

  uint32(n: number): Uint32Array {
    const length = countOf('uint32', n) ?? fail('uint32', n);
    const start = this.#take('uint32', length);
    const out = new Uint32Array(length);
    for (let i = 0; i < length; i++) out[i] = this.#word(start + i);
    return out;
  }

  permutation(n: number): Int32Array {
    const length = countOf('permutation', n) ?? fail('permutation', n);
    const order = Int32Array.from({ length }, (_, i) => i);
    const start = this.#take('permutation', Math.max(0, length - 1));
    for (let i = length - 1, k = 0; i > 0; i--, k++) {
      const j = scale(this.#word(start + k), i + 1);
      const held = order[i]!;
      order[i] = order[j]!;
      order[j] = held;
    }
    return order;
  }

  shuffle<T>(list: Iterable<T>): T[] {
    const items = Array.from(list);
    return Array.from(this.permutation(items.length), (i) => items[i]!);
  }

  fork(i: number): Generator {
    const made = new Philox(this.#seedOf(i));
    made.beginInTrace(() => this.#seedOf(i));
    return made;
  }

  #seedOf(i: number): bigint {
    if (!Number.isSafeInteger(i) || i < 0) throw fault(`fork: expected an integer in [0, 2^53), got ${String(i)}.`);
    const words = new Uint32Array(4);
    philox(words, i % TWO32, Math.floor(i / TWO32), 0xffffffff, 0xffffffff, this.#key0, this.#key1);
    return (BigInt(words[1]!) << 32n) | BigInt(words[0]!);
  }

  getState(): GeneratorState {
    const seed = this.#seed;
    return { seed: seed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(seed) : seed, offset: this.#offset };
  }

  setState(state: GeneratorState): void {
    const { seed, offset } = state;
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw fault(`setState: expected { seed, offset } from getState(), got offset ${String(offset)}.`);
    const change = (): void => {
      this.#reseed(seed);
      this.#offset = offset;
    };
    if (!tensors || this.#isInner) change(); // one made in a function that is being compiled draws its numbers there
    tensors?.change(change);
  }
}

const roundUp = (offset: number): number => Math.ceil(offset / 4) * 4;

/** ⌊word · range / 2^32⌋ without rounding, for ranges up to 2^32. */
function scale(word: number, range: number): number {
  return Math.floor(((word >>> 16) * range + Math.floor(((word & 0xffff) * range) / 0x10000)) / 0x10000);
}

/** The options of a draw: behind a count or shape, else in the first place. */
function optionsOf<Options extends object>(first: unknown, second: Options | undefined): Partial<Options> {
  return (typeof first === 'number' || Array.isArray(first) ? second : (first as Options | undefined)) ?? {};
}

function mustBeEmpty(method: string, others: object, known: string): void {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw fault(`${method}: unknown option ${JSON.stringify(unknown)}. It knows ${known}; dtype and device need a shape.`);
}

function countOf(method: string, argument: unknown): number | undefined {
  if (typeof argument !== 'number') return undefined;
  return Number.isSafeInteger(argument) && argument >= 0 ? argument : fail(method, argument);
}

const fault = (message: string): Error => tensors?.error(message) ?? new RangeError(message);

function fail(method: string, got: unknown): never {
  throw fault(`${method}: expected a count, an integer from 0 on, got ${String(got)}.`);
}

function needsTensors(method: string): Error {
  return new Error(
    `${method}: a shape gives a tensor, and tensors need the compute library, which this notebook has not loaded. ` +
      `Import it from "gradus:tensor", or ask for a count: r.uniform(n) and r.normal(n) give a Float64Array.`,
  );
}
