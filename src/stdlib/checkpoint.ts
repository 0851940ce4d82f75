/* A checkpoint: everything that a training needs to go on, as one safetensors file. Numbers (tensors, typed arrays) are entries of
   the file, named by their path; all else is a tree of JSON in its metadata that points to them. Values are taken when
   `encodeCheckpoint` is called, so the loop may go on while the file is made and written. A sum over each entry tells a file
   that is not what was written. The way back is restore.ts; who keeps the files is src/session/checkpoints.ts. */

import { toHalf } from '../base/half.ts';
import { contentHash } from '../base/hash.ts';
import type { Generator } from '../base/random.ts';
import { safetensorsHead, type NamedBytes } from '../base/safetensors.ts';
import { factsOf, isTensor, isTypedArray, type TensorLike } from '../output/kinds.ts';

/** Where in its run a checkpoint stands. */
export interface Position {
  /** Steps done before it, over all loops: its key among the checkpoints of its run. */
  readonly at: number;
  /** How many loops of the run were over, and the last step that is done of the next one: −1, none. */
  readonly loop: number;
  readonly step: number;
  /** The last step that was logged. */
  readonly logged: number;
  /** Points of each metric that had been logged. */
  readonly lengths: Readonly<Record<string, number>>;
  /** Duration of the run so far. */
  readonly ms: number;
  /** What the cell's own generator and `Math.random` had drawn. */
  readonly draws?: readonly [own: Drawn, math: Drawn];
}
export type Drawn = readonly [seed: string, offset: number];

/** What the metadata hold, as JSON. */
export interface Kept {
  readonly version: 1;
  readonly position: Position;
  /** Of each entry, in their order. */
  readonly sums: readonly number[];
  readonly tree: Node;
}

/** A value as JSON; what JSON has not, and what stands in an entry, is an object with `$`. */
export type Node =
  | null
  | boolean
  | number
  | string
  | readonly Node[]
  | { readonly $: 'number' | 'bigint'; readonly of: string }
  | { readonly $: 'undefined' }
  | { readonly $: 'object'; readonly of: readonly (readonly [string, Node])[] }
  | { readonly $: 'state'; readonly of: Node }
  | { readonly $: 'random'; readonly of: Drawn }
  | { readonly $: 'array' | 'tf'; readonly of: string; readonly name: string }
  | { readonly $: 'tensor'; readonly of: string; readonly name: string; readonly grad?: true }
  | { readonly $?: undefined; readonly [key: string]: Node | undefined };

/** The compute library where it is loaded: what `gradus:tensor` exports. */
export type Namespace = Readonly<Record<string, unknown>>;

export const drawnOf = (generator: Generator): Drawn => {
  const { seed, offset } = generator.getState();
  return [String(seed), offset];
};
export const drawAgain = (generator: Generator, [seed, offset]: Drawn): void => generator.setState({ seed: BigInt(seed), offset });

/** The file, once numbers on a device have been read. Throws at once where `state` holds something that cannot be kept; `name` is
    the call that the message begins with. */
export function encodeCheckpoint(state: unknown, position: Position, module: Namespace | undefined, name: string): Promise<Blob> {
  if (!isPlain(state)) throw new TypeError(`${name}: expected a plain object such as { model, optimizer, r }, got ${describe(state)}.`);
  const parts: Part[] = [];
  const tree = collect(state, '', { name, parts, names: new Set(['__metadata__']), path: new Set() });
  const ours = parts.filter((part) => part.tensor && factsOf in part.tensor);
  const readAll = (module?.['tensor'] as { readAll?(list: readonly unknown[]): Promise<ArrayBufferView[]> } | undefined)?.readAll;
  const reading = ours.length === 0 ? Promise.resolve([]) : readAll!(ours.map(({ tensor }) => tensor));
  const guests = parts.filter((part) => part.tensor && !(factsOf in part.tensor));
  const others = Promise.all(guests.map(async ({ tensor }) => (tensor as unknown as { data(): Promise<ArrayBufferView> }).data()));
  return Promise.all([reading, others]).then(([own, foreign]) => {
    ours.forEach((part, i) => (part.taken = take(part.dtype === 'F16' ? halves(own[i]! as Float32Array) : own[i]!)));
    guests.forEach((part, i) => (part.taken = take(foreign[i]!)));
    const entries = parts.map(({ name: entry, dtype, shape, taken }) => ({ name: entry, dtype, shape, length: taken!.blob.size }));
    const sums = parts.map(({ taken }) => taken!.sum);
    const gradus = JSON.stringify({ version: 1, position, sums, tree } satisfies Kept);
    const head = safetensorsHead(entries, { gradus, sum: headSum(gradus, entries) });
    return new Blob([head, ...parts.map(({ taken }) => taken!.blob)], { type: 'application/octet-stream' });
  });
}

// ---- what a state is made of -------------------------------------------------------------------------------------------------

/** Numbers of the state: of a typed array at once, of a tensor when they have been read. */
interface Part {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly tensor?: TensorLike;
  taken?: Taken;
}

/** Bytes as they were: a Blob is a copy, and the only one. */
interface Taken {
  readonly blob: Blob;
  readonly sum: number;
}

interface Collecting {
  /** The call, for messages. */
  readonly name: string;
  readonly parts: Part[];
  /** Names of entries that are taken. */
  readonly names: Set<string>;
  /** Objects around the value at hand. */
  readonly path: Set<object>;
}

const words: Readonly<Record<string, string>> = {
  ...{ Float32Array: 'F32', Float64Array: 'F64', Float16Array: 'F16', Int8Array: 'I8', Uint8Array: 'U8', Uint8ClampedArray: 'U8' },
  ...{ Int16Array: 'I16', Uint16Array: 'U16', Int32Array: 'I32', Uint32Array: 'U32', BigInt64Array: 'I64', BigUint64Array: 'U64' },
};
const tensorWords: Readonly<Record<string, string>> = {
  ...{ float32: 'F32', float64: 'F64', float16: 'F16', int32: 'I32', uint8: 'U8', bool: 'BOOL' },
};

/** One value as a node; its numbers join `parts`. */
function collect(value: unknown, at: string, to: Collecting): Node {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'number', of: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { $: 'bigint', of: String(value) };
    case 'undefined':
      return { $: 'undefined' };
    case 'object':
      break;
    case 'function': // a module can be called
      if (isStateful(value)) return { $: 'state', of: collect(value.stateDict(), at, to) };
      return refuse(value, at, to.name);
    default:
      return refuse(value, at, to.name);
  }
  if (value === null) return null;
  if (isTypedArray(value)) {
    const of = Object.prototype.toString.call(value).slice(8, -1);
    const dtype = words[of] ?? refuse(value, at, to.name);
    const part = { name: free(at, to.names), dtype, shape: [value.length], taken: take(value) };
    to.parts.push(part);
    return { $: 'array', of, name: part.name };
  }
  if (value instanceof ArrayBuffer) {
    const part = { name: free(at, to.names), dtype: 'U8', shape: [value.byteLength], taken: take(new Uint8Array(value)) };
    to.parts.push(part);
    return { $: 'array', of: 'ArrayBuffer', name: part.name };
  }
  if (isTensor(value)) {
    const ours = factsOf in value;
    const { dtype, shape } = value;
    const word = tensorWords[dtype];
    if (!word) throw new TypeError(`${to.name}: expected a tensor of numbers at ${at}, got one of ${dtype}. Leave it out.`);
    const part: Part = { name: free(at, to.names), dtype: word, shape: [...shape], tensor: value };
    to.parts.push(part);
    if (!ours) return { $: 'tf', of: dtype, name: part.name };
    return {
      $: 'tensor',
      of: dtype,
      name: part.name,
      ...((value as { requiresGrad?: boolean }).requiresGrad ? { grad: true as const } : {}),
    };
  }
  if (to.path.has(value)) throw new TypeError(`${to.name}: ${at} holds itself. Keep what is needed of it, without the way back.`);
  to.path.add(value);
  const node = inside(value, at, to);
  to.path.delete(value);
  return node;
}

function inside(value: object, at: string, to: Collecting): Node {
  const below = (key: string | number): string => (at === '' ? String(key) : `${at}.${key}`);
  if (isGenerator(value)) return { $: 'random', of: drawnOf(value) };
  if (isStateful(value)) return { $: 'state', of: collect(value.stateDict(), at, to) };
  if (Array.isArray(value)) return Array.from(value, (item, i) => collect(item, below(i), to));
  if (!isPlain(value)) return refuse(value, at, to.name);
  const entries = Object.entries(value).map(([key, item]): readonly [string, Node] => [key, collect(item, below(key), to)]);
  const simple = entries.every(([key]) => key !== '$' && key !== '__proto__');
  return simple ? Object.fromEntries(entries) : { $: 'object', of: entries };
}

/** A name of an entry that is not taken yet: the path, or the path with a number. */
function free(at: string, names: Set<string>): string {
  let name = at;
  for (let n = 2; names.has(name); n++) name = `${at}#${n}`;
  names.add(name);
  return name;
}

function refuse(value: unknown, at: string, name: string): never {
  throw new TypeError(
    `${name}: expected tensors, typed arrays, generators, modules, optimisers and JSON, got ${describe(value)} at ${at}. ` +
      'Leave it out, or keep the numbers that it is made of.',
  );
}

/** What has a state of its own by PyTorch's names: modules, optimisers, schedulers, and a learner's own classes. */
export interface Stateful {
  stateDict(): unknown;
  loadStateDict(state: unknown): unknown;
}
export const isStateful = (value: object): value is Stateful =>
  typeof (value as Partial<Stateful>).stateDict === 'function' && typeof (value as Partial<Stateful>).loadStateDict === 'function';
export const isGenerator = (value: object): value is Generator =>
  typeof (value as Partial<Generator>).getState === 'function' && typeof (value as Partial<Generator>).permutation === 'function';

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'function') return `a function${value.name ? ` (${value.name})` : ''}`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value !== 'object') return `${typeof value === 'undefined' ? '' : `a ${typeof value}: `}${String(value)}`;
  const { constructor } = value as { constructor?: { name?: string } };
  return `a ${constructor?.name || 'thing without a class'}`;
}

/** Sums need words that begin at a multiple of four, and no Blob takes shared memory. */
function take({ buffer, byteOffset, byteLength }: ArrayBufferView): Taken {
  const whole = new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  const bytes = byteOffset % 4 === 0 && buffer instanceof ArrayBuffer ? whole : whole.slice();
  return { blob: new Blob([bytes]), sum: sumOf(bytes) };
}
const halves = (values: Float32Array): Uint16Array => Uint16Array.from(values, toHalf);

/** Of all that stands in the head. */
export const headSum = (gradus: string, entries: readonly Pick<NamedBytes, 'name' | 'dtype' | 'shape'>[]): string =>
  contentHash(JSON.stringify([gradus, entries.map(({ name, dtype, shape }) => [name, dtype, shape])]));

/** 32 bits of bytes that begin at a multiple of four: four lanes of multiply and add over their words, 50 MB in about 10 ms. */
export function sumOf(bytes: Uint8Array): number {
  const words32 = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  const whole = words32.length & ~3;
  let a = 1,
    b = 2,
    c = 3,
    d = bytes.length | 0;
  for (let i = 0; i < whole; i += 4) {
    a = (Math.imul(a, 0x01000193) + words32[i]!) | 0;
    b = (Math.imul(b, 0x01000193) + words32[i + 1]!) | 0;
    c = (Math.imul(c, 0x01000193) + words32[i + 2]!) | 0;
    d = (Math.imul(d, 0x01000193) + words32[i + 3]!) | 0;
  }
  for (let i = whole * 4; i < bytes.length; i++) a = (Math.imul(a, 0x01000193) + bytes[i]!) | 0;
  return (Math.imul(Math.imul(Math.imul(a, 31) + b, 31) + c, 31) + d) >>> 0;
}
