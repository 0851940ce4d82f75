/* Householder reflections: qr, and the orthogonal factors that svd builds on. Matrices inside are stored column by column.
   A reflection is H = I − τ v vᵀ with v₀ = 1; where a column is zero below the diagonal, H = I, so signs are LAPACK's.
   @source LAPACK dgeqr2, dlarfg; Golub, Van Loan: Matrix Computations, 4th ed., 5.2 */

import { matrixAt, sizesOf, transposed, type Matrices } from './matrices.ts';

/** A (…, m, n) = Q R, reduced: Q (…, m, k) with orthonormal columns, R (…, k, n) upper triangular, k = min(m, n). */
export function qr(A: Matrices): { Q: Matrices; R: Matrices } {
  const { batch, count, m, n } = sizesOf(A, 'qr');
  const k = Math.min(m, n);
  const Q = { data: new Float64Array(count * m * k), shape: [...batch, m, k] };
  const R = { data: new Float64Array(count * k * n), shape: [...batch, k, n] };
  for (let b = 0; b < count; b++) {
    const columns = transposed(matrixAt(A.data, b, m * n), m, n);
    const taus = householder(columns, m, n);
    const r = matrixAt(R.data, b, k * n);
    for (let j = 0; j < n; j++) for (let i = 0; i <= Math.min(j, k - 1); i++) r[i * n + j] = columns[j * m + i]!;
    const q = new Float64Array(m * k);
    for (let j = 0; j < k; j++) q[j * m + j] = 1;
    reflect(columns, taus, m, q, k);
    Q.data.set(transposed(q, k, m), b * m * k);
  }
  return { Q, R };
}

/**
 * Makes `columns` (n columns of m) upper triangular in place and keeps each reflection's v below its diagonal; returns their τ.
 * With `order`, the largest remaining column comes first at each step, and `order[j]` says which one stands at j.
 */
export function householder(columns: Float64Array, m: number, n: number, order?: Int32Array): Float64Array {
  const taus = new Float64Array(Math.min(m, n));
  for (let j = 0; j < taus.length; j++) {
    if (order) bringLargest(columns, m, n, j, order);
    const v = columns.subarray(j * m + j, j * m + m);
    const below = norm(v, 1);
    if (below === 0) continue;
    const alpha = v[0]!;
    const beta = alpha >= 0 ? -Math.hypot(alpha, below) : Math.hypot(alpha, below);
    const tau = (taus[j] = (beta - alpha) / beta);
    for (let i = 1; i < v.length; i++) v[i]! /= alpha - beta;
    v[0] = beta;
    for (let p = j + 1; p < n; p++) reflectOne(v, tau, columns.subarray(p * m + j, p * m + m));
  }
  return taus;
}

/** `targets` (count columns of m) ← Q · targets in place, Q the product of the reflections in `columns`. */
export function reflect(columns: Float64Array, taus: Float64Array, m: number, targets: Float64Array, count: number): void {
  for (let j = taus.length - 1; j >= 0; j--) {
    const v = columns.subarray(j * m + j, j * m + m);
    if (taus[j] !== 0) for (let p = 0; p < count; p++) reflectOne(v, taus[j]!, targets.subarray(p * m + j, p * m + m));
  }
}

/** x ← (I − τ v vᵀ) x, v₀ taken as 1. */
function reflectOne(v: Float64Array, tau: number, x: Float64Array): void {
  let dot = x[0]!;
  for (let i = 1; i < v.length; i++) dot += v[i]! * x[i]!;
  dot *= tau;
  x[0]! -= dot;
  for (let i = 1; i < v.length; i++) x[i]! -= dot * v[i]!;
}

function bringLargest(columns: Float64Array, m: number, n: number, j: number, order: Int32Array): void {
  let [best, largest] = [j, -1];
  for (let p = j; p < n; p++) {
    const size = norm(columns.subarray(p * m + j, p * m + m), 0);
    if (size > largest) [best, largest] = [p, size];
  }
  if (best === j) return;
  const held = columns.slice(j * m, j * m + m);
  columns.copyWithin(j * m, best * m, best * m + m);
  columns.set(held, best * m);
  [order[j], order[best]] = [order[best]!, order[j]!];
}

/** ‖x[from…]‖₂ without overflow. */
function norm(x: Float64Array, from: number): number {
  let largest = 0;
  for (let i = from; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]!));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = from; i < x.length; i++) sum += (x[i]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}
