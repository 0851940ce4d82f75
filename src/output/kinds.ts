/* What kind of thing a value is, found out without calling its code: class names, own texts, sizes, tensors and typed arrays. */

import { cutText } from './line.ts';

export interface TensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  dataSync(): ArrayLike<number>;
}

/** What a tensor of the compute library, which is a script of its own, tells about itself at once. */
export interface TensorFacts {
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Row-major; undefined where it has to be read first, or is gone. */
  readonly data: ArrayLike<number> | undefined;
}

/** The key of the method that gives a tensor's facts; `limit`: more elements than that are not fetched. */
export const factsOf: unique symbol = Symbol.for('gradus.tensor') as never;

/** The facts of a tensor of the compute library; undefined for everything else. */
export function tensorFacts(value: unknown, limit: number): TensorFacts | undefined {
  try {
    if (typeof value !== 'object' || value === null) return undefined;
    const method = (value as { [factsOf]?: (limit: number) => TensorFacts })[factsOf];
    return typeof method === 'function' ? method.call(value, limit) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether not even its class can be asked for: a revoked proxy, or one whose traps throw. */
export function refuses(value: unknown): boolean {
  try {
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') Object.getPrototypeOf(value);
    return false;
  } catch {
    return true;
  }
}

/** Whether `value` is a tensor, ours or one of tfjs: shape, dtype and its data at once (ours on a GPU throws and says how to read it). */
export function isTensor(value: unknown): value is TensorLike {
  try {
    return (
      typeof value === 'object' &&
      value !== null &&
      (factsOf in value ||
        (Array.isArray(Object.getOwnPropertyDescriptor(value, 'shape')?.value) &&
          ownText(value, 'dtype') !== undefined &&
          typeof (value as Partial<TensorLike>).dataSync === 'function'))
    );
  } catch {
    return false;
  }
}

export type TypedArray = Exclude<ArrayBufferView, DataView> & { readonly length: number; readonly [index: number]: number | bigint };

export const isTypedArray = (value: unknown): value is TypedArray =>
  ArrayBuffer.isView(value) && Object.prototype.toString.call(value) !== '[object DataView]';

/** By internal slot, so that a prototype alone does not count; proxies of these fail the slot test and show as objects. */
export function is<T>(value: object, name: string, type: abstract new (...args: never[]) => T): value is T & object {
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
export function className(value: object): string {
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

export function ownText(value: object, key: string): string | undefined {
  const held: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
  return typeof held === 'string' ? held : undefined;
}

export function sizeOf(value: object): number {
  if (Array.isArray(value) || isTypedArray(value)) return value.length;
  const size: unknown = is(value, 'Map', Map)
    ? Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!.call(value)
    : is(value, 'Set', Set)
      ? Object.getOwnPropertyDescriptor(Set.prototype, 'size')!.get!.call(value)
      : 0;
  return size as number;
}
