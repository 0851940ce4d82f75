/* Any value as bounded, cloneable data: a tree for the page (`inspect`), a line (`toText`), the output that shows it
   (`toOutput`), and JSON for the command line (`toJson`). Nothing here throws, calls a getter, or walks further than its
   bounds: a value of 100 MB costs what its first rows cost. What outputs look like belongs to the view. */

import type { Output, ValueEntry, ValueNode } from './types.ts';

/** Whatever has a method under this key is shown by calling it, also across separately built scripts; it returns an output,
    or a promise of one. */
export const outputOf: unique symbol = Symbol.for('gradus.output') as never;

/** A value that is its output: what `md`, `html`, `table` and recorded plots give. */
export class Shown {
  readonly output: Output;
  constructor(output: Output) {
    this.output = output;
  }
  [outputOf](): Output {
    return this.output;
  }
}

export interface Bounds {
  /** Levels below the value itself. Default 5. */
  readonly depth?: number;
  /** Entries of one object or array. Default 100. */
  readonly breadth?: number;
  /** Characters of a string; those inside of other values get a tenth. Default 10,000. */
  readonly text?: number;
  /** Nodes of the whole tree. Default 2,000. */
  readonly nodes?: number;
}

/** The tree of `value`, as any console would show it. */
export function inspect(value: unknown, bounds: Bounds = {}): ValueNode {
  return new Walk(bounds).node(value, 0);
}

/** `value` as one line like a console's (a string itself keeps its lines), of at most `limit` characters. */
export function toText(value: unknown, limit = 10_000): string {
  const text =
    typeof value === 'string' ? value : print(inspect(value, { depth: 3, breadth: Math.min(100, limit), text: limit, nodes: 400 }), true);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

/** What shows `value` below a cell; undefined where nothing is to be seen. Throws only what the value's own drawing throws.
    Pictures are the caller's (stdlib/show). */
export function toOutput(value: unknown): Output | Promise<Output> | undefined {
  if (value === undefined) return undefined;
  if (isLeaf(value)) return { kind: 'value', value: leaf(value, 10_000) };
  return drawing(value)?.() ?? tensorOutput(value) ?? { kind: 'value', value: inspect(value) };
}

/** The JSON of a value of at most 1,000 elements and 20 kB, else undefined. Typed arrays become arrays, NaN and ±Infinity
    null, tensors `{ shape, dtype, data }`; anything that is not JSON inside leaves the whole out. */
export function toJson(value: unknown): unknown {
  try {
    const budget = { elements: 1000, characters: 20_000 };
    const json = jsonOf(value, budget, new Set());
    const text = JSON.stringify(json);
    return text !== undefined && utf8Length(text) <= 20_000 ? json : undefined;
  } catch {
    return undefined;
  }
}

interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  dataSync(): ArrayLike<number>;
}

/** Whether `value` looks like a tensor of tfjs (or one of our own later): shape, dtype and its data at once. */
export function isTensor(value: unknown): value is TensorLike {
  try {
    return (
      typeof value === 'object' &&
      value !== null &&
      Array.isArray(Object.getOwnPropertyDescriptor(value, 'shape')?.value) &&
      ownText(value, 'dtype') !== undefined &&
      typeof (value as Partial<TensorLike>).dataSync === 'function'
    );
  } catch {
    return false;
  }
}

export type TypedArray = Exclude<ArrayBufferView, DataView> & { readonly length: number; readonly [index: number]: number | bigint };

export const isTypedArray = (value: unknown): value is TypedArray =>
  ArrayBuffer.isView(value) && Object.prototype.toString.call(value) !== '[object DataView]';

/* ---- the tree ---- */

class Walk {
  readonly #depth: number;
  readonly #breadth: number;
  readonly #text: number;
  #nodes: number;
  /** Characters that strings inside may still take in all. */
  #left: number;
  /** The containers above the current node. */
  readonly #path = new Set<object>();

  constructor({ depth = 5, breadth = 100, text = 10_000, nodes = 2_000 }: Bounds) {
    this.#depth = depth;
    this.#breadth = breadth;
    this.#text = text;
    this.#nodes = nodes;
    this.#left = text * 20;
  }

  node(value: unknown, level: number): ValueNode {
    if (isLeaf(value)) {
      if (typeof value !== 'string' || level === 0) return leaf(value, this.#text);
      const limit = Math.min(this.#text / 10, Math.max(20, this.#left));
      this.#left -= Math.min(limit, value.length);
      return leaf(value, limit);
    }
    try {
      return typeof value === 'function' ? functionNode(value) : this.#object(value as object, level);
    } catch {
      return { type: 'cut', name: 'unreadable' };
    }
  }

  #object(value: object, level: number): ValueNode {
    const name = className(value);
    if (this.#path.has(value)) return { type: 'circular', name: name || 'Object' };
    const single = singleNode(value, name, this.#text / 10);
    if (single) return single;
    const isMap = is(value, 'Map', Map),
      isSet = is(value, 'Set', Set);
    const list = Array.isArray(value) || isTypedArray(value) || isSet;
    if (level >= this.#depth || this.#nodes <= 0) return { type: 'cut', name: list ? `${name}(${sizeOf(value)})` : name || '{…}' };
    this.#path.add(value);
    const entries: ValueEntry[] = [];
    const add = (key: string, item: () => ValueNode): boolean => {
      if (entries.length >= this.#breadth || this.#nodes-- <= 0) return false;
      entries.push({ key, value: item() });
      return true;
    };
    let size = sizeOf(value);
    if (isMap) {
      for (const [key, item] of Map.prototype.entries.call(value)) if (!add(toKey(key), () => this.node(item, level + 1))) break;
    } else if (isSet) {
      for (const item of Set.prototype.values.call(value)) if (!add(String(entries.length), () => this.node(item, level + 1))) break;
    } else if (isTypedArray(value)) {
      for (let i = 0; i < size && add(String(i), () => this.node(value[i], level + 1)); i++);
    } else if (Array.isArray(value)) {
      for (let i = 0; i < size && add(String(i), () => this.#property(value, String(i), level)); i++);
    } else {
      const keys = Object.keys(value);
      size = keys.length;
      for (const key of keys) if (!add(cutText(key, 200), () => this.#property(value, key, level))) break;
    }
    this.#path.delete(value);
    return { type: list ? 'array' : 'object', name, size, entries, more: Math.max(0, size - entries.length) };
  }

  #property(value: object, key: string, level: number): ValueNode {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (!property) return { type: 'primitive', of: 'undefined', text: 'empty' };
    return 'value' in property ? this.node(property.value, level + 1) : { type: 'primitive', of: 'other', text: '[getter]' };
  }
}

const isLeaf = (value: unknown): boolean => (typeof value !== 'object' || value === null) && typeof value !== 'function';

function leaf(value: unknown, limit: number): ValueNode {
  switch (typeof value) {
    case 'string':
      return { type: 'primitive', of: 'string', text: JSON.stringify(cutText(value, limit)) };
    case 'number':
      return { type: 'primitive', of: 'number', text: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { type: 'primitive', of: 'bigint', text: bigintText(value) };
    case 'symbol':
      return { type: 'primitive', of: 'symbol', text: cutText(String(value), 200) };
    case 'boolean':
      return { type: 'primitive', of: 'boolean', text: String(value) };
    default:
      return { type: 'primitive', of: value === null ? 'null' : 'undefined', text: String(value) };
  }
}

/** Decimal up to some 4,000 digits; the time to write a longer one grows with its square. */
function bigintText(value: bigint): string {
  return BigInt.asIntN(13_000, value) === value ? `${value}n` : 'a bigint of more than 3,900 digits';
}

function functionNode(value: Function): ValueNode {
  const name = cutText(ownText(value, 'name') ?? '', 200);
  const prototype = Object.getOwnPropertyDescriptor(value, 'prototype');
  if (prototype && !prototype.writable && 'value' in prototype && prototype.value)
    return { type: 'primitive', of: 'class', text: `class ${name}`.trim() };
  return { type: 'primitive', of: 'function', text: `ƒ ${name}()` };
}

const boxes: Readonly<Record<string, (this: never) => unknown>> = Object.assign(Object.create(null), {
  Number: Number.prototype.valueOf,
  String: String.prototype.valueOf,
  Boolean: Boolean.prototype.valueOf,
});

/** Objects that show as one leaf. */
function singleNode(value: object, name: string, limit: number): ValueNode | undefined {
  if (is(value, 'Date', Date)) {
    const time = Date.prototype.getTime.call(value);
    return { type: 'primitive', of: 'date', text: Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString() };
  }
  if (is(value, 'RegExp', RegExp)) return { type: 'primitive', of: 'regexp', text: cutText(RegExp.prototype.toString.call(value), limit) };
  if (value instanceof Error) {
    return {
      type: 'primitive',
      of: 'error',
      text: cutText(`${ownText(value, 'name') ?? (name || 'Error')}: ${ownText(value, 'message') ?? ''}`, limit),
    };
  }
  if (isTensor(value)) return { type: 'primitive', of: 'other', text: `${name} ${value.dtype} [${value.shape.slice(0, 20).join(', ')}]` };
  if (value instanceof Promise) return { type: 'primitive', of: 'other', text: 'Promise' };
  const unbox = boxes[name];
  if (unbox) return { type: 'primitive', of: 'other', text: `${name} ${cutText(String(unbox.call(value as never)), limit)}` };
  if (value instanceof ArrayBuffer || (ArrayBuffer.isView(value) && !isTypedArray(value)))
    return { type: 'primitive', of: 'other', text: `${name}, ${value.byteLength} bytes` };
  return undefined;
}

/** By internal slot, so that a prototype alone does not count; proxies of these fail the slot test and show as objects. */
function is<T>(value: object, name: string, type: abstract new (...args: never[]) => T): value is T & object {
  if (!(value instanceof type)) return false;
  try {
    if (name === 'Date') Date.prototype.getTime.call(value);
    else if (name === 'Map') Map.prototype.has.call(value, 0);
    else if (name === 'Set') Set.prototype.has.call(value, 0);
    else if (name === 'RegExp') void Reflect.get(RegExp.prototype, 'source', value);
    return true;
  } catch {
    return false;
  }
}

/** Name of the value's class: '' for plain objects. */
function className(value: object): string {
  let prototype: object | null = Object.getPrototypeOf(value) as object | null;
  if (prototype === null) return 'null prototype';
  if (prototype === Object.prototype) return '';
  for (let i = 0; prototype && i < 10; i++, prototype = Object.getPrototypeOf(prototype) as object | null) {
    const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    const name = typeof constructor === 'function' ? ownText(constructor, 'name') : undefined;
    if (name) return name === 'Object' ? '' : cutText(name, 200);
  }
  return '';
}

function ownText(value: object, key: string): string | undefined {
  const held: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  return typeof held === 'string' ? held : undefined;
}

function sizeOf(value: object): number {
  if (Array.isArray(value) || isTypedArray(value)) return value.length;
  const size: unknown = is(value, 'Map', Map)
    ? Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!.call(value)
    : is(value, 'Set', Set)
      ? Object.getOwnPropertyDescriptor(Set.prototype, 'size')!.get!.call(value)
      : 0;
  return size as number;
}

const toKey = (key: unknown): string =>
  typeof key === 'string' ? cutText(key, 200) : print(inspect(key, { depth: 1, breadth: 5, text: 400, nodes: 8 }), true).slice(0, 80);

const cutText = (text: string, limit: number): string => (text.length > limit ? `${text.slice(0, Math.max(0, limit - 1))}…` : text);

/* ---- one line ---- */

function print(node: ValueNode, outer: boolean): string {
  switch (node.type) {
    case 'primitive':
      return node.text;
    case 'cut':
      return outer || node.name.endsWith('}') ? node.name : `[${node.name}]`;
    case 'circular':
      return `[circular ${node.name}]`;
    case 'array': {
      const items = node.entries.map((entry) => print(entry.value, false));
      if (node.more > 0) items.push(`… ${node.more} more`);
      return `${node.name === 'Array' ? '' : `${node.name}(${node.size}) `}[${items.join(', ')}]`;
    }
    case 'object': {
      const items = node.entries.map(
        (entry) => `${/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(entry.key) ? entry.key : JSON.stringify(entry.key)}: ${print(entry.value, false)}`,
      );
      if (node.more > 0) items.push(`… ${node.more} more`);
      return `${node.name ? `${node.name} ` : ''}${items.length > 0 ? `{ ${items.join(', ')} }` : '{}'}`;
    }
    default:
      return node satisfies never;
  }
}

/* ---- outputs that are not trees ---- */

function drawing(value: unknown): (() => Output | Promise<Output>) | undefined {
  try {
    const method: unknown = typeof value === 'object' && value !== null ? (value as Partial<Shown>)[outputOf] : undefined;
    return typeof method === 'function' ? (method.bind(value) as () => Output | Promise<Output>) : undefined;
  } catch {
    return undefined;
  }
}

const tensorLimit = 10_000;

function tensorOutput(value: unknown): Output | undefined {
  if (!isTensor(value)) return undefined;
  try {
    const total = value.shape.reduce((product, size) => product * size, 1);
    const data = value.dataSync();
    if (data.length > 0 && typeof data[0] !== 'number') return undefined;
    return {
      kind: 'tensor',
      shape: [...value.shape],
      dtype: value.dtype,
      data: Array.prototype.slice.call(data, 0, tensorLimit) as number[],
      total,
    };
  } catch {
    return undefined;
  }
}

/* ---- JSON ---- */

function jsonOf(value: unknown, budget: { elements: number; characters: number }, path: Set<object>): unknown {
  const spend = (elements: number, characters: number): void => {
    if ((budget.elements -= elements) < 0 || (budget.characters -= characters) < 0) throw new RangeError('too large');
  };
  switch (typeof value) {
    case 'number':
      spend(1, 1);
      return Number.isFinite(value) ? value : null;
    case 'string':
      spend(1, value.length + 2);
      return value;
    case 'boolean':
      spend(1, 4);
      return value;
    case 'object':
      break;
    default:
      throw new TypeError('no JSON');
  }
  if (value === null) {
    spend(1, 4);
    return null;
  }
  if (path.has(value)) throw new TypeError('circular');
  path.add(value);
  spend(0, 2);
  let json: unknown;
  if (isTensor(value)) {
    if (value.shape.reduce((product, size) => product * size, 1) > budget.elements) throw new RangeError('too large');
    json = { shape: [...value.shape], dtype: value.dtype, data: Array.from(value.dataSync(), (item) => jsonOf(item, budget, path)) };
  } else if (Array.isArray(value) || isTypedArray(value)) {
    if (value.length > budget.characters / 2) throw new RangeError('too large');
    json = Array.from(value as ArrayLike<unknown>, (item) => jsonOf(item, budget, path));
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw new TypeError('no plain object');
    const entries: [string, unknown][] = [];
    for (const key of Object.keys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key)!;
      if (!('value' in property)) throw new TypeError('a getter');
      if (property.value === undefined) continue;
      spend(0, key.length + 4);
      entries.push([key, jsonOf(property.value, budget, path)]);
    }
    json = Object.fromEntries(entries);
  }
  path.delete(value);
  return json;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit <= 0xdfff ? 2 : 3;
  }
  return bytes;
}
