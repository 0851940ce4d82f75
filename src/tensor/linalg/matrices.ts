/* Batches of matrices on the host, the data type of tensor.linalg: float64, row-major, leading dims are the batch.
   Here: what shapes are asked for, and walking a batch (one or two that broadcast). Algorithms see one matrix at a time. */

import { fail } from '../error.ts';
import { broadcastShapes, show, sizeOf, type Shape } from '../shape.ts';

/** Matrices (…, m, n), vectors (…, n) or numbers (…), row-major. */
export interface Matrices {
  readonly data: Float64Array;
  readonly shape: Shape;
}

/** The sizes of a batch of matrices: `count` of them, `batch` the leading dims. */
export interface BatchSizes {
  readonly batch: Shape;
  readonly count: number;
  readonly m: number;
  readonly n: number;
}

/** Sizes of `a` (…, m, n); an error under `name` where it has fewer than 2 dims. */
export function sizesOf(a: Matrices, name: string): BatchSizes {
  if (a.shape.length < 2) fail('shape', name, `expected matrices [..., m, n], got ${show(a.shape)}.`);
  const batch = a.shape.slice(0, -2);
  return { batch, count: sizeOf(batch), m: a.shape.at(-2)!, n: a.shape.at(-1)! };
}

/** As `sizesOf` for (…, n, n). */
export function squareSizesOf(a: Matrices, name: string): BatchSizes {
  const sizes = sizesOf(a, name);
  if (sizes.m !== sizes.n) fail('shape', name, `expected square matrices [..., n, n], got ${show(a.shape)}.`);
  return sizes;
}

/** An error under `name` where a value is NaN or infinite: iterations would not converge. */
export function mustBeFinite(a: Matrices, name: string): void {
  const at = a.data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) fail('value', name, `expected finite values, got ${a.data[at]}.`);
}

/** ` (matrix i of the batch)` where there is more than one. */
export const whichOf = (i: number, count: number): string => (count > 1 ? ` (matrix ${i} of the batch)` : '');

/** The i-th matrix of `size` values, a view. */
export const matrixAt = (data: Float64Array, i: number, size: number): Float64Array => data.subarray(i * size, (i + 1) * size);

/** Row-major (m, n) → row-major (n, m). */
export function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j]!;
  return out;
}

/** a (m, k) times b (k, n), row-major. */
export function product(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const factor = a[i * k + p]!;
      for (let j = 0; j < n; j++) out[i * n + j]! += factor * b[p * n + j]!;
    }
  }
  return out;
}

/** The identity of size n. */
export function identity(n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  return out;
}

/** Two batches that broadcast: the common leading dims and, for each matrix of the result, which one of a and of b. */
export function broadcastBatches(a: Shape, b: Shape): { batch: Shape; pairs: [number, number][] } {
  const batch = broadcastShapes(a, b);
  const indexIn = (shape: Shape, index: readonly number[]): number =>
    shape.reduce((at, length, dim) => at * length + (length === 1 ? 0 : index[dim + batch.length - shape.length]!), 0);
  const pairs = Array.from({ length: sizeOf(batch) }, (_, flat): [number, number] => {
    const index: number[] = [];
    for (let dim = batch.length - 1, rest = flat; dim >= 0; dim--) {
      index[dim] = rest % batch[dim]!;
      rest = Math.floor(rest / batch[dim]!);
    }
    return [indexIn(a, index), indexIn(b, index)];
  });
  return { batch, pairs };
}

/** The right-hand side of `solve` and `lstsq`: (…, m, k), or vectors (…, m) where B has one dim or A's leading dims and m. */
export function rightHandSide(A: Matrices, B: Matrices, name: string): { batch: Shape; k: number; vector: boolean } {
  const { m } = sizesOf(A, name);
  const vector = B.shape.length === 1 || (B.shape.length === A.shape.length - 1 && B.shape.every((length, dim) => length === A.shape[dim]));
  const rows = vector ? B.shape.at(-1) : B.shape.at(-2);
  if (rows !== m) fail('shape', name, `expected B [..., ${m}, k] or [..., ${m}] for A ${show(A.shape)}, got ${show(B.shape)}.`);
  return { batch: B.shape.slice(0, vector ? -1 : -2), k: vector ? 1 : B.shape.at(-1)!, vector };
}

/** An error under `name` where A and B are no system of equations: rows that differ, or leading dims that do not broadcast. */
export function mustBeSystem(A: Matrices, B: Matrices, name: string): void {
  broadcastShapes(sizesOf(A, name).batch, rightHandSide(A, B, name).batch);
}
