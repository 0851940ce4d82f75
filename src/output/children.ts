/* What a value holds, by place: the children of arrays, Maps, Sets, typed arrays, errors and objects, without calling a getter.
   The places of a value are its own entries first, then the getters that its class offers; a path of places leads to any
   value inside (look.ts). */

import { className, is, isTensor, isTypedArray, sizeOf } from './kinds.ts';
import { keyText } from './inspect.ts';
import { cutText } from './line.ts';
import type { Path } from './look.ts';

/** A child as it lies there: its value, or the getter that would give it. */
export interface Lying {
  readonly key: string;
  readonly value: unknown;
  readonly getter?: () => unknown;
  /** How code reads it from `of`. */
  readonly name: (of: string) => string;
}

export interface Children {
  readonly total: number;
  /** Children from a place on; as many as are taken. */
  from(place: number): Iterator<Lying>;
}

/** What getters gave when the reader asked, so that the way through one calls it no second time. */
const given = new WeakMap<object, Map<string, unknown>>();

const none: Children = { total: 0, from: () => [][Symbol.iterator]() };

export function childrenOf(value: unknown): Children {
  if (typeof value !== 'object' || value === null || isTensor(value)) return none;
  if (isTypedArray(value)) return indexed(value.length, (i) => ({ key: String(i), value: value[i], name: at(i) }));
  if (Array.isArray(value)) return indexed(value.length, (i) => property(value, String(i), at(i)));
  if (value instanceof ArrayBuffer) return childrenOf(new Uint8Array(value));
  if (is(value, 'Map', Map)) return { total: sizeOf(value), from: (place) => entriesOf(value, place) };
  if (is(value, 'Set', Set)) return { total: sizeOf(value), from: (place) => itemsOf(value, place) };
  if (ArrayBuffer.isView(value) || is(value, 'Date', Date) || is(value, 'RegExp', RegExp)) return none;
  const keys = value instanceof Error ? [...hidden.filter((key) => Object.hasOwn(value, key)), ...Object.keys(value)] : Object.keys(value);
  const own = keys.length;
  const getters = gettersOf(value);
  return indexed(own + getters.length, (i) => (i < own ? property(value, keys[i]!, dot(keys[i]!)) : accessor(value, ...getters[i - own]!)));
}

/** What of an error is worth a row, though it is not enumerable. */
const hidden = ['message', 'stack', 'cause', 'errors'];

function indexed(total: number, child: (i: number) => Lying): Children {
  return {
    total,
    *from(place) {
      for (let i = place; i < total; i++) yield child(i);
    },
  };
}

function* entriesOf(map: Map<unknown, unknown>, place: number): Generator<Lying> {
  let i = 0;
  for (const [key, value] of Map.prototype.entries.call(map) as IterableIterator<[unknown, unknown]>) {
    if (i++ < place) continue;
    const n = i - 1;
    const plain = typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean';
    yield {
      key: keyText(key),
      value,
      name: (of) => (plain ? `${of}.get(${JSON.stringify(key)})` : `[...${of}.values()][${n}]`),
    };
  }
}

function* itemsOf(set: Set<unknown>, place: number): Generator<Lying> {
  let i = 0;
  for (const value of Set.prototype.values.call(set) as IterableIterator<unknown>) {
    if (i++ < place) continue;
    const n = i - 1;
    yield { key: String(n), value, name: (of) => `[...${of}][${n}]` };
  }
}

function property(holder: object, key: string, name: Lying['name']): Lying {
  const descriptor = Object.getOwnPropertyDescriptor(holder, key);
  const shown = cutText(key, 200);
  if (!descriptor || 'value' in descriptor) return { key: shown, value: descriptor?.value, name };
  return accessor(holder, key, descriptor.get);
}

function accessor(holder: object, key: string, get: (() => unknown) | undefined): Lying {
  const known = given.get(holder);
  const base = { key: cutText(key, 200), name: dot(key) };
  if (known?.has(key)) return { ...base, value: known.get(key) };
  const getter = (): unknown => {
    const value = get?.call(holder);
    const all = given.get(holder) ?? new Map<string, unknown>();
    given.set(holder, all.set(key, value));
    return value;
  };
  return { ...base, value: undefined, getter };
}

/** Getters of the value's class and of those it extends. */
function gettersOf(value: object): [name: string, get: () => unknown][] {
  const found = new Map<string, () => unknown>();
  if (className(value) === '' || value instanceof Error) return [];
  let prototype = Object.getPrototypeOf(value) as object | null;
  for (let depth = 0; prototype && prototype !== Object.prototype && depth < 10 && found.size < 100; depth++) {
    for (const [key, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (get && key !== '__proto__' && !found.has(key) && !Object.hasOwn(value, key)) found.set(key, get);
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return [...found];
}

const at =
  (i: number): Lying['name'] =>
  (of) =>
    `${of}[${i}]`;
const dot =
  (key: string): Lying['name'] =>
  (of) =>
    /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? (of === '' ? key : `${of}.${key}`) : `${of}[${JSON.stringify(key)}]`;

/** What lies at the end of a path: the value, what holds it (itself last), and how code says it. */
export interface Reached {
  readonly lying: Lying;
  readonly value: unknown;
  readonly way: readonly object[];
  readonly name: string;
}

/** Throws where the path leads nowhere any more. */
export function reach(root: unknown, path: Path, rootName = ''): Reached {
  let lying: Lying = { key: '', value: root, name: (of) => of };
  let name = rootName;
  const way: object[] = [];
  for (const place of path) {
    if (typeof lying.value === 'object' && lying.value !== null) way.push(lying.value);
    const next = childrenOf(lying.value).from(place).next();
    if (next.done) throw new Error('The value has changed since it was shown. Run the cell to see it as it is.');
    lying = next.value;
    name = lying.name(name);
  }
  if (typeof lying.value === 'object' && lying.value !== null) way.push(lying.value);
  return { lying, value: lying.value, way, name };
}
