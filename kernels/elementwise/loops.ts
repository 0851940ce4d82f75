/* The elementwise inner loops: one row of elements, each operand advancing by its own step (0 repeats one number).
   The commonest functions have a loop of their own, so that the engine compiles each for itself; the rest share one that calls
   the function from `functions.ts`. Element order is ascending, so an output may be in place of an input. */

import type { BinaryName, UnaryName } from '../operations.ts';
import type { DType, HostArray } from '../types.ts';
import type { Binary, Unary } from './functions.ts';
import { binaryFunction, isInteger, unaryFunction } from './functions.ts';

/** y[k], y[k + r], … from a[i], a[i + p], …: `n` elements. */
export type UnaryLoop = (a: HostArray, i: number, p: number, y: HostArray, k: number, r: number, n: number) => void;
/** y[k + r·t] from a[i + p·t] and b[j + q·t]. */
// prettier-ignore
export type BinaryLoop = (a: HostArray, i: number, p: number, b: HostArray, j: number, q: number, y: HostArray, k: number, r: number, n: number) => void;

// prettier-ignore
const unaryLoops: Partial<Record<UnaryName, UnaryLoop>> = {
  neg: (a, i, p, y, k, r, n) => { for (; n > 0; n--, i += p, k += r) y[k] = -a[i]!; },
  abs: (a, i, p, y, k, r, n) => { for (; n > 0; n--, i += p, k += r) y[k] = Math.abs(a[i]!); },
  exp: (a, i, p, y, k, r, n) => { for (; n > 0; n--, i += p, k += r) y[k] = Math.exp(a[i]!); },
  log: (a, i, p, y, k, r, n) => { for (; n > 0; n--, i += p, k += r) y[k] = Math.log(a[i]!); },
  sqrt: (a, i, p, y, k, r, n) => { for (; n > 0; n--, i += p, k += r) y[k] = Math.sqrt(a[i]!); },
  square: (a, i, p, y, k, r, n) => { for (; n > 0; n--, i += p, k += r) { const x = a[i]!; y[k] = x * x; } },
  reciprocal: (a, i, p, y, k, r, n) => { for (; n > 0; n--, i += p, k += r) y[k] = 1 / a[i]!; },
  tanh: (a, i, p, y, k, r, n) => { for (; n > 0; n--, i += p, k += r) y[k] = Math.tanh(a[i]!); },
  sigmoid: (a, i, p, y, k, r, n) => { for (; n > 0; n--, i += p, k += r) y[k] = 1 / (1 + Math.exp(-a[i]!)); },
  relu: (a, i, p, y, k, r, n) => { for (; n > 0; n--, i += p, k += r) { const x = a[i]!; y[k] = x < 0 ? 0 : x; } },
};

// prettier-ignore
const binaryLoops: Partial<Record<BinaryName, BinaryLoop>> = {
  add: (a, i, p, b, j, q, y, k, r, n) => { for (; n > 0; n--, i += p, j += q, k += r) y[k] = a[i]! + b[j]!; },
  sub: (a, i, p, b, j, q, y, k, r, n) => { for (; n > 0; n--, i += p, j += q, k += r) y[k] = a[i]! - b[j]!; },
  mul: (a, i, p, b, j, q, y, k, r, n) => { for (; n > 0; n--, i += p, j += q, k += r) y[k] = a[i]! * b[j]!; },
  div: (a, i, p, b, j, q, y, k, r, n) => { for (; n > 0; n--, i += p, j += q, k += r) y[k] = a[i]! / b[j]!; },
  maximum: (a, i, p, b, j, q, y, k, r, n) => { for (; n > 0; n--, i += p, j += q, k += r) y[k] = Math.max(a[i]!, b[j]!); },
  minimum: (a, i, p, b, j, q, y, k, r, n) => { for (; n > 0; n--, i += p, j += q, k += r) y[k] = Math.min(a[i]!, b[j]!); },
  eq: (a, i, p, b, j, q, y, k, r, n) => { for (; n > 0; n--, i += p, j += q, k += r) y[k] = a[i] === b[j] ? 1 : 0; },
  lt: (a, i, p, b, j, q, y, k, r, n) => { for (; n > 0; n--, i += p, j += q, k += r) y[k] = a[i]! < b[j]! ? 1 : 0; },
  gt: (a, i, p, b, j, q, y, k, r, n) => { for (; n > 0; n--, i += p, j += q, k += r) y[k] = a[i]! > b[j]! ? 1 : 0; },
  reluGrad: (a, i, p, b, j, q, y, k, r, n) => { for (; n > 0; n--, i += p, j += q, k += r) y[k] = b[j]! > 0 ? a[i]! : 0; },
};

/** The loop of `fn` on inputs of type `dtype`. */
export function unaryLoop(fn: UnaryName, dtype: DType): UnaryLoop {
  if (fn === 'square' && isInteger(dtype)) return sharedUnary(fn, dtype); // products wrap exactly
  return unaryLoops[fn] ?? sharedUnary(fn, dtype);
}

/** The loop of `fn` on inputs of type `dtype`. */
export function binaryLoop(fn: BinaryName, dtype: DType): BinaryLoop {
  if (fn === 'mul' && isInteger(dtype)) return wrappingProduct;
  return binaryLoops[fn] ?? sharedBinary(fn, dtype);
}

export const copyLoop: UnaryLoop = (a, i, p, y, k, r, n) => {
  for (; n > 0; n--, i += p, k += r) y[k] = a[i]!;
};

const wrappingProduct: BinaryLoop = (a, i, p, b, j, q, y, k, r, n) => {
  for (; n > 0; n--, i += p, j += q, k += r) y[k] = Math.imul(a[i]!, b[j]!);
};

/** One closure per type and function, made at its first use. */
const sharedUnaries: Partial<Record<DType, Partial<Record<UnaryName, UnaryLoop>>>> = {};
const sharedBinaries: Partial<Record<DType, Partial<Record<BinaryName, BinaryLoop>>>> = {};

function sharedUnary(fn: UnaryName, dtype: DType): UnaryLoop {
  return ((sharedUnaries[dtype] ??= {})[fn] ??= mapping(unaryFunction(fn, dtype)));
}

function sharedBinary(fn: BinaryName, dtype: DType): BinaryLoop {
  return ((sharedBinaries[dtype] ??= {})[fn] ??= combining(binaryFunction(fn, dtype)));
}

/** A loop that calls `f`. */
export function mapping(f: Unary): UnaryLoop {
  return (a, i, p, y, k, r, n) => {
    for (; n > 0; n--, i += p, k += r) y[k] = f(a[i]!);
  };
}

function combining(f: Binary): BinaryLoop {
  return (a, i, p, b, j, q, y, k, r, n) => {
    for (; n > 0; n--, i += p, j += q, k += r) y[k] = f(a[i]!, b[j]!);
  };
}
