/* Reductions of the last dims, and running sums along the last one, accumulated in float64 and rounded where they are stored.
   Integers wrap. NaN passes through max and min and wins in argmax and argmin. */

import type { AttributesOf, ReduceName } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import { isInteger } from '../elementwise/functions.ts';
import { dense, linearStep } from '../strided.ts';
import type { Call, HostArray, View } from '../types.ts';

/** x [...kept, ...reduced] → [...kept]; `count` dims are reduced. */
export function reduce(call: Call<HostArray>): void {
  const { fn, count } = call.attributes as AttributesOf<'reduce'>;
  const x = call.inputs[0]!;
  const y = call.outputs[0]!;
  const fold = (isInteger(y.dtype) ? integerFolds[fn] : undefined) ?? folds[fn];
  const { buffer, offset, rows, rowStep, length, step } = rowsOf(x, count);
  for (let row = 0; row < rows; row++) y.buffer[y.offset + row] = fold(buffer, offset + row * rowStep, step, length);
}

/** x [R, N] → running values along N. */
export function scan(call: Call<HostArray>): void {
  const { fn } = call.attributes as AttributesOf<'scan'>;
  const x = call.inputs[0]!;
  const y = call.outputs[0]!;
  const integer = isInteger(y.dtype);
  const { buffer, offset, rows, rowStep, length, step } = rowsOf(x, 1);
  for (let row = 0, k = y.offset; row < rows; row++) {
    let i = offset + row * rowStep;
    let sum = fn === 'sum' ? 0 : fn === 'prod' ? 1 : -Infinity;
    for (let n = 0; n < length; n++, i += step, k++) {
      const value = buffer[i]!;
      if (fn === 'logsumexp') sum = logAddExp(sum, value);
      else if (integer) sum = fn === 'sum' ? (sum + value) | 0 : Math.imul(sum, value);
      else sum = fn === 'sum' ? sum + value : sum * value;
      y.buffer[k] = sum;
    }
  }
}

/** log(exp(a) + exp(b)). */
function logAddExp(a: number, b: number): number {
  if (a === b && a - b !== 0) return a; // both the same infinity
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** One row: `n` elements from `i` on, `step` apart. */
type Fold = (x: HostArray, i: number, step: number, n: number) => number;

const folds: Readonly<Record<ReduceName, Fold>> = {
  sum(x, i, step, n) {
    let sum = 0;
    for (; n > 0; n--, i += step) sum += x[i]!;
    return sum;
  },
  prod(x, i, step, n) {
    let product = 1;
    for (; n > 0; n--, i += step) product *= x[i]!;
    return product;
  },
  max(x, i, step, n) {
    let most = -Infinity;
    for (; n > 0; n--, i += step) most = Math.max(most, x[i]!);
    return most;
  },
  min(x, i, step, n) {
    let least = Infinity;
    for (; n > 0; n--, i += step) least = Math.min(least, x[i]!);
    return least;
  },
  argmax(x, i, step, n) {
    let at = 0;
    let most = x[i]!;
    for (let j = 1; j < n && most === most; j++) {
      const value = x[i + j * step]!;
      if (value > most || value !== value) {
        most = value;
        at = j;
      }
    }
    return at;
  },
  argmin(x, i, step, n) {
    let at = 0;
    let least = x[i]!;
    for (let j = 1; j < n && least === least; j++) {
      const value = x[i + j * step]!;
      if (value < least || value !== value) {
        least = value;
        at = j;
      }
    }
    return at;
  },
  any(x, i, step, n) {
    for (; n > 0; n--, i += step) if (x[i] !== 0) return 1;
    return 0;
  },
  all(x, i, step, n) {
    for (; n > 0; n--, i += step) if (x[i] === 0) return 0;
    return 1;
  },
};

const integerFolds: Partial<Record<ReduceName, Fold>> = {
  sum(x, i, step, n) {
    let sum = 0;
    for (; n > 0; n--, i += step) sum = (sum + x[i]!) | 0;
    return sum;
  },
  prod(x, i, step, n) {
    let product = 1;
    for (; n > 0; n--, i += step) product = Math.imul(product, x[i]!);
    return product;
  },
};

/** A view as rows of its last `count` dims, each dim pair of constant steps; copied first where its strides are not so regular. */
function rowsOf(x: View<HostArray>, count: number) {
  const kept = x.shape.length - count;
  const rows = sizeOf(x.shape.slice(0, kept));
  const length = sizeOf(x.shape.slice(kept));
  const rowStep = linearStep(x.shape.slice(0, kept), x.strides.slice(0, kept));
  const step = linearStep(x.shape.slice(kept), x.strides.slice(kept));
  if (rowStep + step === rowStep + step) return { buffer: x.buffer, offset: x.offset, rows, rowStep, length, step };
  return { buffer: dense(x), offset: 0, rows, rowStep: length, length, step: 1 };
}
