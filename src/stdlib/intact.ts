/* Whether the language is still as it was: the judge of an exercise remembers every built-in function before an answer runs and
   looks again after each check, so that an answer that replaced `Array.prototype.sort` or `JSON.stringify` under the checks is
   told so instead of passing. Added names are allowed where no check can trip over them. Only what this file took hold of at
   the start is called, since anything else may be the answer's by then. */

const { getOwnPropertyDescriptor, is } = Object;
const { ownKeys, getPrototypeOf, apply } = Reflect;
const { test } = RegExp.prototype;

/** The constructors and objects whose parts checks rest on. `Math.random` is left out: each evaluation has its own. */
const roots = [
  ...['Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'Date', 'RegExp', 'Promise', 'Proxy', 'Map', 'Set'],
  ...[
    'WeakMap',
    'WeakSet',
    'WeakRef',
    'Error',
    'TypeError',
    'RangeError',
    'SyntaxError',
    'ReferenceError',
    'AggregateError',
    'ArrayBuffer',
  ],
  ...['DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array'],
  ...['Float64Array', 'BigInt64Array', 'BigUint64Array', 'Math', 'JSON', 'Reflect', 'performance', 'crypto', 'structuredClone', 'isNaN'],
  ...['isFinite', 'parseInt', 'parseFloat', 'setTimeout', 'clearTimeout', 'queueMicrotask', 'postMessage', 'eval'],
];

interface Part {
  readonly path: string;
  readonly holder: object;
  readonly key: PropertyKey;
  readonly value: unknown;
  readonly get: unknown;
}

/** Takes hold of the built-ins as they are now; the answer names the first that is another one since (`Array.prototype.map`), or
    is undefined while all are the same. */
export function rememberBuiltIns(scope: object = globalThis): () => string | undefined {
  const parts: Part[] = [];
  const sizes: { readonly path: string; readonly holder: object; readonly keys: ReadonlySet<PropertyKey> }[] = [];
  const seen = new Set<object>();
  const walk = (path: string, holder: object, strict: boolean): void => {
    if (seen.has(holder)) return;
    seen.add(holder);
    const keys = ownKeys(holder);
    if (strict) sizes.push({ path, holder, keys: new Set(keys) });
    for (const key of keys) {
      if (path === 'Math' && key === 'random') continue;
      const part = getOwnPropertyDescriptor(holder, key);
      // A counter of the language (`RegExp.lastMatch`) is no part of it.
      if (!part || (typeof part.value !== 'function' && part.get === undefined) || (path === 'RegExp' && part.get)) continue;
      parts.push({
        path: `${path}${typeof key === 'symbol' ? `[${String(key.description)}]` : `.${key}`}`,
        holder,
        key,
        value: part.value,
        get: part.get,
      });
    }
  };
  const visit = (path: string, value: unknown): void => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    walk(path, value, path === 'Object' || typeof value === 'object');
    const prototype: unknown = typeof value === 'function' ? getOwnPropertyDescriptor(value, 'prototype')?.value : getPrototypeOf(value);
    if (typeof prototype === 'object' && prototype !== null) walk(`${path}.prototype`, prototype, path === 'Object');
  };
  for (const name of roots) {
    const found = getOwnPropertyDescriptor(scope, name) ?? inherited(scope, name);
    if (!found) continue;
    if (!found.get) parts.push({ path: name, holder: scope, key: name, value: found.value, get: undefined });
    visit(name, (scope as Record<string, unknown>)[name]);
  }
  visit('Iterator', getPrototypeOf(getPrototypeOf([][Symbol.iterator]()) as object) as object);
  visit('Array iterator', getPrototypeOf([][Symbol.iterator]()) as object);
  visit('TypedArray', getPrototypeOf(Uint8Array));
  visit('Generator', getPrototypeOf(function* () {}) as object);
  visit('AsyncFunction', getPrototypeOf(async () => {}) as object);

  return () => {
    for (let i = 0; i < parts.length; i++) {
      const { path, holder, key, value, get } = parts[i]!;
      const now = getOwnPropertyDescriptor(holder, key) ?? (holder === scope ? inherited(scope, key as string) : undefined);
      if (!now || !is(now.value, value) || !is(now.get, get)) return path;
    }
    for (let i = 0; i < sizes.length; i++) {
      const { path, holder, keys } = sizes[i]!;
      const now = ownKeys(holder);
      if (now.length <= keys.size) continue;
      for (let k = 0; k < now.length; k++)
        if (!apply(hasKey, keys, [now[k]]) && !(typeof now[k] === 'string' && apply(test, ownNoise, [now[k]])))
          return `${path}.${String(now[k])}`;
    }
    return undefined;
  };
}

const hasKey = Set.prototype.has;
/** Names that engines and libraries leave on such objects by themselves. */
const ownNoise = /^(?:__|onerror$)/;

function inherited(scope: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = getPrototypeOf(scope); at; at = getPrototypeOf(at)) {
    const found = getOwnPropertyDescriptor(at, name);
    if (found) return found;
  }
  return undefined;
}
