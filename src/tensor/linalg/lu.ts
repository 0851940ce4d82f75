/* Gaussian elimination with partial pivoting: lu, solve, inv, det, slogdet.
   @source Golub, Van Loan: Matrix Computations, 4th ed., algorithm 3.4.1 */

import { fail } from '../error.ts';
import {
  broadcastBatches,
  identity,
  matrixAt,
  rightHandSide,
  sizesOf,
  squareSizesOf,
  transposed,
  whichOf,
  type Matrices,
} from './matrices.ts';

/** A (…, m, n) = P L U: P (…, m, m) a permutation, L (…, m, k) with unit diagonal and |L| ≤ 1, U (…, k, n), k = min(m, n). */
export function lu(A: Matrices): { P: Matrices; L: Matrices; U: Matrices } {
  const { batch, count, m, n } = sizesOf(A, 'lu');
  const k = Math.min(m, n);
  const P = { data: new Float64Array(count * m * m), shape: [...batch, m, m] };
  const L = { data: new Float64Array(count * m * k), shape: [...batch, m, k] };
  const U = { data: new Float64Array(count * k * n), shape: [...batch, k, n] };
  for (let b = 0; b < count; b++) {
    const { factors, rows } = factorise(matrixAt(A.data, b, m * n), m, n);
    const [p, l, u] = [matrixAt(P.data, b, m * m), matrixAt(L.data, b, m * k), matrixAt(U.data, b, k * n)];
    for (let i = 0; i < m; i++) {
      p[rows[i]! * m + i] = 1;
      for (let j = 0; j < k; j++) l[i * k + j] = i === j ? 1 : i > j ? factors[i * n + j]! : 0;
      if (i < k) for (let j = i; j < n; j++) u[i * n + j] = factors[i * n + j]!;
    }
  }
  return { P, L, U };
}

/**
 * X with A X = B. A (…, n, n); B (…, n, k), or (…, n) for vectors; leading dims broadcast. A singular A is an error.
 * Singular means: a pivot is zero, or no larger than the rounding error of the sum that made it.
 */
export function solve(A: Matrices, B: Matrices, name = 'solve'): Matrices {
  const { batch: batchA, n } = squareSizesOf(A, name);
  const { batch: batchB, k, vector } = rightHandSide(A, B, name);
  const { batch, pairs } = broadcastBatches(batchA, batchB);
  const out = new Float64Array(pairs.length * n * k);
  const factorised = new Map<number, Factors>();
  pairs.forEach(([a, b], i) => {
    let lu = factorised.get(a);
    if (!lu) {
      factorised.set(a, (lu = factorise(matrixAt(A.data, a, n * n), n, n)));
      const at = singularAt(lu.factors, n);
      if (at >= 0) {
        fail('value', name, `expected an invertible matrix, got a singular one${whichOf(a, A.data.length / (n * n))}: pivot ${at} is 0.`);
      }
    }
    substitute(lu, matrixAt(B.data, b, n * k), matrixAt(out, i, n * k), n, k);
  });
  return { data: out, shape: vector ? [...batch, n] : [...batch, n, k] };
}

/** The inverse of A (…, n, n). A singular A is an error. */
export function inv(A: Matrices): Matrices {
  const { n } = squareSizesOf(A, 'inv');
  return n === 0 ? A : solve(A, { data: identity(n), shape: [n, n] }, 'inv');
}

/** The determinant (…) of A (…, n, n); 1 for n = 0. */
export function det(A: Matrices): Matrices {
  const { batch, count, n } = squareSizesOf(A, 'det');
  const data = Float64Array.from({ length: count }, (_, b) => {
    const { factors, sign } = factorise(matrixAt(A.data, b, n * n), n, n);
    let value = sign;
    for (let i = 0; i < n; i++) value *= factors[i * n + i]!;
    return value;
  });
  return { data, shape: batch };
}

/** Sign and logarithm of |det A|, both (…); a singular A gives 0 and −inf. */
export function slogdet(A: Matrices): { sign: Matrices; logabsdet: Matrices } {
  const { batch, count, n } = squareSizesOf(A, 'slogdet');
  const sign = { data: new Float64Array(count), shape: batch };
  const logabsdet = { data: new Float64Array(count), shape: batch };
  for (let b = 0; b < count; b++) {
    const { factors, sign: parity } = factorise(matrixAt(A.data, b, n * n), n, n);
    sign.data[b] = parity;
    for (let i = 0; i < n; i++) {
      const pivot = factors[i * n + i]!;
      sign.data[b]! *= Math.sign(pivot);
      logabsdet.data[b]! += Math.log(Math.abs(pivot));
    }
  }
  return { sign, logabsdet };
}

/** L below the diagonal and U on and above it, in one matrix; row i of them comes from row `rows[i]` of A. */
interface Factors {
  readonly factors: Float64Array;
  readonly rows: Int32Array;
  /** 1 or −1: the permutation's parity. */
  readonly sign: number;
}

function factorise(a: Float64Array, m: number, n: number): Factors {
  const factors = a.slice();
  const rows = Int32Array.from({ length: m }, (_, i) => i);
  let sign = 1;
  for (let j = 0; j < Math.min(m, n); j++) {
    let pivot = j;
    for (let i = j + 1; i < m; i++) if (Math.abs(factors[i * n + j]!) > Math.abs(factors[pivot * n + j]!)) pivot = i;
    if (pivot !== j) {
      const row = factors.slice(j * n, j * n + n);
      factors.copyWithin(j * n, pivot * n, pivot * n + n);
      factors.set(row, pivot * n);
      [rows[j], rows[pivot]] = [rows[pivot]!, rows[j]!];
      sign = -sign;
    }
    const divisor = factors[j * n + j]!;
    if (divisor === 0) continue; // the column is zero from here down: L keeps zeros, U a zero pivot
    for (let i = j + 1; i < m; i++) {
      const factor = (factors[i * n + j]! /= divisor);
      if (factor !== 0) for (let p = j + 1; p < n; p++) factors[i * n + p]! -= factor * factors[j * n + p]!;
    }
  }
  return { factors, rows, sign };
}

/** The first pivot that cannot be told from 0: |u_kk| ≤ ε·Σ|l_ki||u_ik|, the rounding error of its own sum; −1 where there is none. */
function singularAt(factors: Float64Array, n: number): number {
  for (let k = 0; k < n; k++) {
    let size = 0;
    for (let i = 0; i < k; i++) size += Math.abs(factors[k * n + i]! * factors[i * n + k]!);
    if (Math.abs(factors[k * n + k]!) <= Number.EPSILON * size) return k;
  }
  return -1;
}

/** out (n, k) = U⁻¹ L⁻¹ P⁻¹ b. */
function substitute({ factors, rows }: Factors, b: Float64Array, out: Float64Array, n: number, k: number): void {
  // Column by column of b, each contiguous.
  const columns = transposed(b, n, k);
  for (let c = 0; c < k; c++) {
    const from = columns.subarray(c * n, c * n + n);
    const x = Float64Array.from(rows, (row) => from[row]!);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) x[i]! -= factors[i * n + j]! * x[j]!;
    for (let i = n - 1; i >= 0; i--) {
      for (let j = i + 1; j < n; j++) x[i]! -= factors[i * n + j]! * x[j]!;
      x[i]! /= factors[i * n + i]!;
    }
    for (let i = 0; i < n; i++) out[i * k + c] = x[i]!;
  }
}
