/* What can be written behind the dot of a name: the properties of the value that a cell defined, for the list that the editor shows
   while one types. Nothing of the notebook runs for it: getters are named and not called, and a Proxy is left alone. */

import type { Member, Members } from '../../src/engine/protocol.ts';

const most = 400;
const shown = 60;

/** The members at `path`: a name, then keys of data properties. Undefined where nothing can be read without running code. */
export function membersOf(value: unknown, path: readonly string[]): Members | undefined {
  let at = value;
  for (const key of path) {
    const found = descriptorOf(at, key);
    if (found === undefined || !('value' in found)) return undefined;
    at = found.value;
  }
  return { type: typeOf(at), text: textOf(at), members: list(at) };
}

function descriptorOf(value: unknown, key: string): PropertyDescriptor | undefined {
  for (let at = objectOf(value); at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertyDescriptor(at, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

const objectOf = (value: unknown): object | null => (value === null || value === undefined ? null : (Object(value) as object));

function list(value: unknown): Member[] {
  const members = new Map<string, Member>();
  const first = objectOf(value);
  for (let at = first; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    const indexed = Array.isArray(at) || ArrayBuffer.isView(at) || Object.prototype.toString.call(at) === '[object String]';
    for (const name of indexed ? namesOfIndexed(at) : Object.getOwnPropertyNames(at)) {
      if (members.size >= most) return [...members.values()];
      if (members.has(name) || name === 'constructor' || name.startsWith('__')) continue;
      const property = Object.getOwnPropertyDescriptor(at, name);
      if (property === undefined) continue;
      const own = at === first;
      members.set(
        name,
        'value' in property ? { name, own, type: typeOf(property.value), text: textOf(property.value) } : { name, own, type: '', text: '' },
      );
    }
  }
  return [...members.values()];
}

/** A list of a million numbers has a million names of its own: its indices are left out without making them. */
function namesOfIndexed(value: object): string[] {
  const { length } = value as { length?: unknown };
  return typeof length === 'number' && length > 1000 ? ['length'] : Object.getOwnPropertyNames(value).filter((name) => !/^\d+$/.test(name));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null) return 'Object';
  const made = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown;
  return typeof made === 'function' ? nameOf(made) || 'Object' : 'Object';
}

function nameOf(fn: object): string {
  const name = Object.getOwnPropertyDescriptor(fn, 'name')?.value as unknown;
  return typeof name === 'string' ? name : '';
}

/** A value in a few words, without running any of it. */
function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > shown ? `${value.slice(0, shown)}…` : value);
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'undefined':
      return String(value);
    case 'function':
      return signatureOf(value);
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) return `Array(${value.length})`;
      if (ArrayBuffer.isView(value)) return `${typeOf(value)}(${(value as Uint8Array).length ?? value.byteLength})`;
      const shape = Object.getOwnPropertyDescriptor(value, 'shape')?.value as unknown;
      if (Array.isArray(shape)) return `${typeOf(value)} [${shape.join(', ')}]`;
      const type = typeOf(value);
      const keys = type === 'Object' ? Object.keys(value).slice(0, 5) : [];
      return type === 'Object' ? `{ ${keys.join(', ')}${keys.length === 5 ? ', …' : ''} }` : type;
    }
    default:
      return typeof value;
  }
}

/** `name(a, b)` as the function's own text says it. */
function signatureOf(fn: object): string {
  const text = Function.prototype.toString.call(fn);
  const head =
    /^(?:async\s*)?(?:function\b\s*\*?\s*[\w$]*\s*)?\(([^()]*)\)|^(?:async\s+)?([\w$]+)\s*=>|^(?:async\s*)?\*?\s*[\w$]+\s*\(([^()]*)\)/.exec(
      text,
    );
  const inside = (head?.[1] ?? head?.[2] ?? head?.[3] ?? '…').replace(/\s+/g, ' ').trim();
  return `${nameOf(fn)}(${inside.length > shown ? '…' : inside})`;
}
