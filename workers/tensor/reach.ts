/* Which tensors a value holds, directly or through arrays, plain objects, maps, sets, modules, optimisers and instances of classes.
   `opaque` where some of it cannot be looked into: a closure, private fields, too much of it. */

import { Mutable } from '../../src/stdlib/host.ts';
import { nn, optim, random, tensor, TensorError } from '../../src/tensor/index.ts';
import { Tensor, tensorsOf } from '../../src/tensor/tensor.ts';

export interface Reach {
  readonly tensors: Set<Tensor>;
  /** Everything that was visited. */
  readonly seen: Set<unknown>;
  opaque: boolean;
}

/** Visits at most this many objects; what is larger counts as opaque. */
const walkLimit = 200_000;

/** The library itself holds no tensors: what imports it is not opaque. What lies apart and was never read is in nobody's hands. */
const library = (): unknown[] => [
  ...[tensor, nn, optim, random, Tensor, TensorError],
  ...[tensor, nn, optim].flatMap((part) => Object.values(Object.getOwnPropertyDescriptors(part)).map(({ value }) => value as unknown)),
];

export const emptyReach = (): Reach => ({ tensors: new Set(), seen: new Set(library()), opaque: false });

/** Adds what `root` holds to `found`. Gradients count with their tensor. */
export function reach(root: unknown, found: Reach = emptyReach()): Reach {
  const { tensors, seen } = found;
  const todo: unknown[] = [root];
  while (todo.length > 0) {
    const value = todo.pop();
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) continue;
    seen.add(value);
    if (seen.size > walkLimit) {
      found.opaque = true;
      return found;
    }
    if (value instanceof Tensor) {
      tensors.add(value);
      if (value.grad) tensors.add(value.grad);
      continue;
    }
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) continue;
    const list = (value as { [tensorsOf]?: () => unknown[] })[tensorsOf];
    if (typeof list === 'function' && isInstance(value)) todo.push(...list.call(value));
    else if (!isTransparent(value)) found.opaque = true;
    if (Array.isArray(value)) {
      for (const item of value) if (typeof item === 'object' || typeof item === 'function') todo.push(item);
      continue;
    }
    if (value instanceof Map) for (const pair of value) todo.push(...pair);
    else if (value instanceof Set) for (const member of value) todo.push(member);
    else if (value instanceof Mutable) todo.push(value.value);
    for (const property of Object.values(Object.getOwnPropertyDescriptors(value))) {
      if ('value' in property) todo.push(property.value);
      else if (typeof list !== 'function') found.opaque = true;
    }
  }
  return found;
}

/** Not the prototype of a class, which has the method too. */
const isInstance = (value: object): boolean => !Object.hasOwn(value, 'constructor');

/** Whether all that `value` holds can be seen from outside. */
function isTransparent(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype || Array.isArray(value)) return true;
  return [Map, Set, Mutable, Date, RegExp, Error, Promise].some((known) => value instanceof known);
}
