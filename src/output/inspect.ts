/* Any value as bounded, cloneable data: the output that shows it (`toOutput`), its tree (`inspect`), a line (`toText`).
   Nothing here throws, calls a getter, or walks further than its bounds: a value of 100 MB costs what its first rows cost.
   JSON stands in json.ts; what outputs look like belongs to the view. */

import { className, is, isTypedArray, sizeOf } from './kinds.ts';
import { callableNode, functionNode, isPrimitive, primitive, singleNode } from './leaves.ts';
import { tensorOutput } from './tensors.ts';
import { cutText, print } from './line.ts';
import type { Output, ValueEntry, ValueNode } from './types.ts';

/** Whatever has a method under this key is shown by calling it, also across separately built scripts; it returns an output,
    or a promise of one. */
export const outputOf: unique symbol = Symbol.for('gradus.output') as never;

/** A value that is its output: what `md`, `html`, `table` and recorded plots give. */
export class Shown {
  readonly output: Output;
  /** What the page may ask about while it stands. */
  readonly behind: unknown;
  constructor(output: Output, behind?: unknown) {
    this.output = output;
    this.behind = behind;
  }
  [outputOf](): Output {
    return this.output;
  }
}

/** What shows `value` below a cell; undefined where nothing is to be seen. Throws only what the value's own drawing throws.
    Pictures are the caller's (stdlib/show). */
export function toOutput(value: unknown): Output | Promise<Output> | undefined {
  if (value === undefined) return undefined;
  if (isPrimitive(value)) return { kind: 'value', value: primitive(value, 10_000) };
  return drawing(value)?.() ?? tensorOutput(value) ?? { kind: 'value', value: inspect(value) };
}

function drawing(value: unknown): (() => Output | Promise<Output>) | undefined {
  try {
    const holder = (typeof value === 'object' || typeof value === 'function') && value !== null;
    const method: unknown = holder ? (value as Partial<Shown>)[outputOf] : undefined;
    return typeof method === 'function' ? (method.bind(value) as () => Output | Promise<Output>) : undefined;
  } catch {
    return undefined;
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

/** The tree of `value`, as any console would show it. `above`: what holds it, so that a way back is marked as one. */
export function inspect(value: unknown, bounds: Bounds = {}, above?: Iterable<object>): ValueNode {
  return new Walk(bounds, above).node(value, 0);
}

/** `value` as one line like a console's (a string itself keeps its lines), of at most `limit` characters. `depth`: levels below
    the value itself, what lies deeper is named. */
export function toText(value: unknown, limit = 10_000, depth = 3): string {
  const text =
    typeof value === 'string' ? value : print(inspect(value, { depth, breadth: Math.min(100, limit), text: limit, nodes: 400 }), true);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

class Walk {
  readonly #depth: number;
  readonly #breadth: number;
  readonly #text: number;
  #nodes: number;
  /** Characters that strings inside may still take in all. */
  #left: number;
  /** The containers above the current node. */
  readonly #path: Set<object>;

  constructor({ depth = 5, breadth = 100, text = 10_000, nodes = 2_000 }: Bounds, above: Iterable<object> = []) {
    this.#path = new Set(above);
    this.#depth = depth;
    this.#breadth = breadth;
    this.#text = text;
    this.#nodes = nodes;
    this.#left = text * 20;
  }

  node(value: unknown, level: number): ValueNode {
    if (isPrimitive(value)) {
      if (typeof value !== 'string' || level === 0) return primitive(value, this.#text);
      const limit = Math.min(this.#text / 10, Math.max(20, this.#left));
      this.#left -= Math.min(limit, value.length);
      return primitive(value, limit);
    }
    try {
      if (typeof value === 'function') return outputOf in value ? callableNode(value) : functionNode(value);
      return this.#object(value as object, level);
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
      for (const [key, item] of Map.prototype.entries.call(value)) if (!add(keyText(key), () => this.node(item, level + 1))) break;
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

/** A key of a Map. */
export const keyText = (key: unknown): string =>
  typeof key === 'string' ? cutText(key, 200) : print(inspect(key, { depth: 1, breadth: 5, text: 400, nodes: 8 }), true).slice(0, 80);
