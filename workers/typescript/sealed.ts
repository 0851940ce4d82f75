/* What an engine that judges an answer shuts before the answer runs. Built-in functions cannot be replaced, not even for the length
   of one call (what stays replaced is also found afterwards: src/stdlib/intact.ts), and the ways in which the engine speaks with its
   page are gone from the global: the entry has taken hold of them before. */

/** Constructors and objects whose functions checks rest on. */
const roots = [
  ...[
    'Object',
    'Function',
    'Array',
    'String',
    'Number',
    'Boolean',
    'Symbol',
    'BigInt',
    'Date',
    'RegExp',
    'Promise',
    'Map',
    'Set',
    'WeakMap',
  ],
  ...['WeakSet', 'ArrayBuffer', 'DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array'],
  ...['Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'Math', 'JSON', 'Reflect', 'Proxy', 'Performance'],
  ...['Error', 'TypeError', 'RangeError'],
];
/** Functions of the global itself. */
const functions = [
  'isNaN',
  'isFinite',
  'parseInt',
  'parseFloat',
  'structuredClone',
  'queueMicrotask',
  'setTimeout',
  'clearTimeout',
  'eval',
];
/** Ordinary code gives an object of its own another one by `=`, which a fixed one that it inherits would forbid. `Math.random`: each
    evaluation has its own. */
const own: ReadonlySet<PropertyKey> = new Set([
  'constructor',
  'toString',
  'toLocaleString',
  'valueOf',
  'toJSON',
  'name',
  'message',
  'random',
]);
/** How an engine and its page speak. */
const channels = ['postMessage', 'onmessage', 'onmessageerror'];

type Global = Record<string, unknown>;

/** Fixes the built-in functions of `scope` and takes its message channel away. */
export function seal(scope: object): void {
  const global = scope as Global;
  for (const name of roots) {
    const root = global[name] as { readonly prototype?: object } | undefined;
    if (root === undefined) continue;
    fix(root);
    if (root.prototype) fix(root.prototype);
    fixOne(global, name);
  }
  const array = global['Array'] as typeof Array;
  const iterators = [new array(), new (global['Map'] as typeof Map)(), new (global['Set'] as typeof Set)()].map((of) =>
    of[Symbol.iterator](),
  );
  for (const iterator of iterators) fix(Object.getPrototypeOf(iterator) as object);
  fix(Object.getPrototypeOf(Object.getPrototypeOf(iterators[0])) as object);
  const typed = Object.getPrototypeOf(global['Uint8Array']) as { readonly prototype: object };
  fix(typed);
  fix(typed.prototype);
  for (const name of functions) fixOne(global, name);
  for (const name of channels)
    for (let at: object | null = scope; at; at = Object.getPrototypeOf(at) as object | null) Reflect.deleteProperty(at, name);
}

/** Its functions and accessors stay what they are; other names may still be added. */
function fix(holder: object): void {
  for (const key of Reflect.ownKeys(holder)) if (!own.has(key)) fixOne(holder, key);
}
function fixOne(holder: object, key: PropertyKey): void {
  const part = Object.getOwnPropertyDescriptor(holder, key);
  if (!part?.configurable) return;
  if (part.get ?? part.set) Object.defineProperty(holder, key, { ...part, configurable: false });
  else if (typeof part.value === 'function') Object.defineProperty(holder, key, { ...part, configurable: false, writable: false });
}
