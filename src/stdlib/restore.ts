/* From a checkpoint's file back to values, and from values back into what a cell holds. `decodeCheckpoint` says where a file is not
   whole; `restore` writes into the model, optimiser, arrays and generators that are there, after all of them have been found to fit. */

import { fromHalf } from '../base/half.ts';
import type { Generator } from '../base/random.ts';
import { parseSafetensors } from '../base/safetensors.ts';
import { isTensor, isTypedArray, type TensorLike } from '../output/kinds.ts';
import {
  describe,
  headSum,
  drawAgain,
  isGenerator,
  isPlain,
  isStateful,
  sumOf,
  type Kept,
  type Namespace,
  type Node,
  type Position,
} from './checkpoint.ts';

export type State = Readonly<Record<string, unknown>>;

export interface Checkpoint {
  readonly position: Position;
  /** The state anew, its tensors on the default device. */
  state(tools: RestoreTools): Promise<State>;
}

export interface RestoreTools {
  /** The library's `random`. */
  readonly random: (seed: number | bigint) => Generator;
  /** `gradus:tensor`, loaded when it is not there. */
  readonly tensors: () => Promise<Namespace>;
  readonly tf: () => Promise<unknown>;
  /** Runs what makes tensors as code of the cell that is to own them. */
  readonly own: <T>(fn: () => T) => T;
}

/** Reads a file back; throws an Error in a sentence where it is not whole. */
export async function decodeCheckpoint(data: Blob): Promise<Checkpoint> {
  const bytes = new Uint8Array(await data.arrayBuffer());
  const fault = (message: string): never => {
    throw new Error(message);
  };
  const { metadata, entries, dataStart } = parseSafetensors(bytes, fault);
  let kept: Kept;
  try {
    kept = JSON.parse(metadata['gradus'] ?? '') as Kept;
  } catch {
    return fault('it has no state of a run in it.');
  }
  const heads = entries.map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  if (metadata['sum'] !== headSum(metadata['gradus']!, heads)) fault('its head is not what was written.');
  if (kept.version !== 1) fault(`it is of format ${String(kept.version)}, and this version reads format 1.`);
  const raw = new Map<string, Raw>();
  entries.forEach(([name, { dtype, shape, dataOffsets }], i) => {
    const own = bytes.slice(dataStart + dataOffsets[0], dataStart + dataOffsets[1]); // a copy, so that any alignment will do
    if (sumOf(own) !== kept.sums[i]) fault(`the numbers of ${name} are not those that were written.`);
    raw.set(name, { dtype, shape, buffer: own.buffer });
  });
  return { position: kept.position, state: (tools) => build(kept.tree, raw, tools) };
}

interface Raw {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly buffer: ArrayBuffer;
}

type MakeTensor = (data: unknown, options: object) => unknown;
interface TfLike {
  tensor(data: unknown, shape: readonly number[], dtype: string): unknown;
}

async function build(tree: Node, raw: ReadonlyMap<string, Raw>, { random, tensors, tf, own }: RestoreTools): Promise<State> {
  const kinds = new Set<string>();
  JSON.stringify(tree, (key, value: unknown) => (key === '$' && kinds.add(String(value)), value));
  const library = kinds.has('tensor') ? ((await tensors())['tensor'] as MakeTensor) : undefined;
  const guest = kinds.has('tf') ? ((await tf()) as TfLike) : undefined;
  const valueOf = (node: Node): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return (node as readonly Node[]).map(valueOf);
    const of = node as Exclude<typeof node, readonly Node[]>;
    switch (of.$) {
      case 'number':
        return Number(of.of);
      case 'bigint':
        return BigInt(of.of as string);
      case 'undefined':
        return undefined;
      case 'object':
        return record(of.of as readonly (readonly [string, Node])[]);
      case 'state':
        return valueOf(of.of as Node);
      case 'random': {
        const generator = random(0);
        drawAgain(generator, of.of as readonly [string, number]);
        return generator;
      }
      case 'array':
        return arrayOf(of.of as string, raw.get(of.name as string)!.buffer);
      case 'tensor':
        return tensorOf(library!, of.of as string, raw.get(of.name as string)!, of.grad === true);
      case 'tf': {
        const { buffer, shape, dtype } = raw.get(of.name as string)!;
        return guest!.tensor(dtype === 'BOOL' ? new Uint8Array(buffer) : numbersOf(dtype, buffer), shape, of.of as string);
      }
      default:
        return record(Object.entries(of as Readonly<Record<string, Node>>));
    }
  };
  const record = (entries: readonly (readonly [string, Node])[]): Record<string, unknown> => {
    const made: Record<string, unknown> = {};
    for (const [key, node] of entries)
      Object.defineProperty(made, key, { value: valueOf(node), enumerable: true, configurable: true, writable: true }); // __proto__ too
    return made;
  };
  return own(() => valueOf(tree) as State);
}

function arrayOf(of: string, buffer: ArrayBuffer): unknown {
  if (of === 'ArrayBuffer') return buffer;
  const made = (globalThis as unknown as Record<string, (new (buffer: ArrayBuffer) => unknown) | undefined>)[of];
  if (made) return new made(buffer);
  return Float32Array.from(new Uint16Array(buffer), fromHalf); // Float16Array, in a browser that has none
}

/** Numbers of an entry as the tensor library takes them. */
function numbersOf(dtype: string, buffer: ArrayBuffer): Float32Array | Float64Array | Int32Array | Uint8Array {
  if (dtype === 'F32') return new Float32Array(buffer);
  if (dtype === 'F64') return new Float64Array(buffer);
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(buffer), fromHalf);
  return dtype === 'I32' ? new Int32Array(buffer) : new Uint8Array(buffer);
}

/** A tensor of its type where this device has it: float64 goes to js, float16 becomes float32 where there is none. */
function tensorOf(make: MakeTensor, dtype: string, { dtype: word, shape, buffer }: Raw, requiresGrad: boolean): unknown {
  const data = numbersOf(word, buffer);
  const options = { shape, dtype, requiresGrad };
  if (dtype === 'float64') return make(data, { ...options, device: 'js' });
  if (dtype !== 'float16') return make(data, options);
  try {
    return make(data, options);
  } catch {
    return make(data, { ...options, dtype: 'float32' });
  }
}

// ---- into what is there --------------------------------------------------------------------------------------------------------

/** Writes `saved` into `target`: tensors, typed arrays and generators in place, modules and optimisers by `loadStateDict`, plain values
    by assignment. Throws before anything is written where they do not fit, naming shapes. */
export function restore(target: Record<string, unknown>, saved: State, module: Namespace | undefined): void {
  const faults: string[] = [];
  const writes: (() => void)[] = [];
  match(target, saved, '', { faults, writes, module });
  if (faults.length > 0) throw new Error(faults.join('; '));
  for (const write of writes) write();
}

interface Matching {
  readonly faults: string[];
  readonly writes: (() => void)[];
  readonly module: Namespace | undefined;
}

/** What other code may hold on to, so that it has to be written in place. */
const isHeld = (value: unknown): value is object =>
  (typeof value === 'function' && isStateful(value)) || // a module can be called
  (typeof value === 'object' &&
    value !== null &&
    (isTensor(value) || isTypedArray(value) || Array.isArray(value) || isGenerator(value) || isStateful(value) || isPlain(value)));

function match(target: object, saved: unknown, at: string, into: Matching): void {
  const { faults, writes } = into;
  if (isTensor(target)) return matchTensor(target, saved, at, into);
  if (isTypedArray(target)) {
    if (!isTypedArray(saved) || saved.length !== target.length || kindOf(saved) !== kindOf(target))
      faults.push(`${at}: expected ${sizeOf(target)}, got ${sizeOf(saved)}`);
    else writes.push(() => (target as unknown as Float32Array).set(saved as unknown as Float32Array));
  } else if (isGenerator(target)) {
    if (!isGenerator(saved as object)) faults.push(`${at}: expected a generator, got ${sizeOf(saved)}`);
    else writes.push(() => target.setState((saved as Generator).getState()));
  } else if (isStateful(target)) {
    writes.push(() => {
      try {
        target.loadStateDict(saved);
      } catch (error) {
        throw new Error(`${at}: ${(error as Error).message}`, { cause: error });
      }
    });
  } else if (Array.isArray(target)) {
    if (!Array.isArray(saved)) faults.push(`${at}: expected an array, got ${sizeOf(saved)}`);
    else {
      writes.push(() => (target.length = saved.length));
      saved.forEach((item, i) => matchAt(target, i, item, at === '' ? String(i) : `${at}.${i}`, into));
    }
  } else if (!isPlain(saved)) faults.push(`${at}: expected an object, got ${sizeOf(saved)}`);
  else {
    for (const [key, value] of Object.entries(saved)) matchAt(target, key, value, at === '' ? key : `${at}.${key}`, into);
    for (const [key, value] of Object.entries(target))
      if (!(key in saved) && isHeld(value)) faults.push(`${at === '' ? key : `${at}.${key}`}: is not in the checkpoint`);
  }
}

function matchAt(container: object, key: string | number, value: unknown, at: string, into: Matching): void {
  const there = (container as Record<string | number, unknown>)[key];
  if (isHeld(there)) match(there, value, at, into);
  else into.writes.push(() => void ((container as Record<string | number, unknown>)[key] = value));
}

function matchTensor(target: TensorLike, saved: unknown, at: string, { faults, writes, module }: Matching): void {
  if (!isTensor(saved) || saved.shape.length !== target.shape.length || saved.shape.some((size, i) => size !== target.shape[i])) {
    faults.push(`${at}: expected ${sizeOf(target)}, got ${sizeOf(saved)}`);
    return;
  }
  const { assign } = target as { assign?: (value: unknown) => void };
  if (typeof assign === 'function') return void writes.push(() => assign.call(target, saved)); // a variable of tfjs
  const { device } = target as { device?: string };
  const { tensor, noGrad } = (module ?? {}) as { tensor?: MakeTensor; noGrad?: <T>(fn: () => T) => T };
  const { copy_ } = target as { copy_?: (source: unknown) => unknown };
  if (!tensor || !noGrad || !copy_) {
    faults.push(`${at}: a tensor of tfjs cannot be changed. Make it a variable: tf.variable(x)`);
    return;
  }
  const here = (): unknown => ((saved as { device?: string }).device === device ? saved : tensor(saved, { device }));
  writes.push(() => void noGrad(() => copy_.call(target, here())));
}

const kindOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

/** A value by what has to fit. */
function sizeOf(value: unknown): string {
  if (isTensor(value)) return `a tensor [${value.shape.join(', ')}]`;
  if (isTypedArray(value)) return `${kindOf(value)} of ${value.length}`;
  if (typeof value === 'object' && value !== null && isGenerator(value)) return 'a generator';
  return value === undefined ? 'nothing' : describe(value);
}
