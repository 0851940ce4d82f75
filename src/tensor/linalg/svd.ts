/* Singular values: QR with column pivoting, then one-sided Jacobi rotations on the rows of R, which keep small singular
   values accurate. Wide matrices go through their transpose. Matrices inside are stored column by column.
   @source Hestenes 1958; Drmač, Veselić: New fast and accurate Jacobi SVD algorithm (2008) */

import { fail } from '../error.ts';
import { rotate, scaleOf } from './eigh.ts';
import { matrixAt, mustBeFinite, sizesOf, transposed, whichOf, type Matrices } from './matrices.ts';
import { householder, reflect } from './qr.ts';

/** A (…, m, n) = U S Vh, S (…, k) descending, k = min(m, n). U (…, m, m) and Vh (…, n, n), or `fullMatrices: false`: (…, m, k) and (…, k, n). */
export function svd(
  A: Matrices,
  { fullMatrices = true }: { readonly fullMatrices?: boolean } = {},
  name = 'svd',
): { U: Matrices; S: Matrices; Vh: Matrices } {
  const { batch, count, m, n } = sizesOf(A, name);
  mustBeFinite(A, name);
  const k = Math.min(m, n);
  const [left, right] = fullMatrices ? [m, n] : [k, k];
  const U = { data: new Float64Array(count * m * left), shape: [...batch, m, left] };
  const S = { data: new Float64Array(count * k), shape: [...batch, k] };
  const Vh = { data: new Float64Array(count * right * n), shape: [...batch, right, n] };
  for (let b = 0; b < count; b++) {
    const a = matrixAt(A.data, b, m * n);
    // The columns of A are the rows of its transpose; of a wide A we decompose the transpose, whose columns are A's rows.
    const tall = m >= n;
    const { u, s, v } = decompose(tall ? transposed(a, m, n) : a.slice(), Math.max(m, n), k, fullMatrices, true, () =>
      fail('value', name, `the iteration did not converge${whichOf(b, count)}.`),
    );
    S.data.set(s, b * k);
    U.data.set(tall ? transposed(u, left, m) : transposed(v, k, k), b * m * left);
    Vh.data.set(tall ? v : u, b * right * n);
  }
  return { U, S, Vh };
}

/** Singular values (…, k) of A (…, m, n), descending. */
export function svdvals(A: Matrices, name = 'svdvals'): Matrices {
  const { batch, count, m, n } = sizesOf(A, name);
  mustBeFinite(A, name);
  const k = Math.min(m, n);
  const data = new Float64Array(count * k);
  for (let b = 0; b < count; b++) {
    const a = matrixAt(A.data, b, m * n);
    const columns = m >= n ? transposed(a, m, n) : a.slice();
    const { s } = decompose(columns, Math.max(m, n), k, false, false, () =>
      fail('value', name, `the iteration did not converge${whichOf(b, count)}.`),
    );
    data.set(s, b * k);
  }
  return { data, shape: [...batch, k] };
}

/** Squares of numbers below this vanish; a singular value below it (the largest being near 1) counts as 0. */
const TINY = 1e-150;

/**
 * n columns of m (m ≥ n), destroyed → u (m columns of m if `full`, else n columns of m), s (n) descending, v (n columns of n).
 * A P = Q R, and rotations J make the columns of Rᵀ J = W Σ orthogonal: A = (Q J) Σ (P W)ᵀ.
 */
function decompose(
  columns: Float64Array,
  m: number,
  n: number,
  full: boolean,
  vectors: boolean,
  diverged: () => never,
): { u: Float64Array; s: Float64Array; v: Float64Array } {
  const scale = scaleOf(columns);
  for (let i = 0; i < columns.length; i++) columns[i]! /= scale;
  const order = Int32Array.from({ length: n }, (_, j) => j);
  const taus = householder(columns, m, n, order);
  // Column i of Rᵀ is row i of R.
  const x = new Float64Array(n * n);
  for (let j = 0; j < n; j++) for (let i = 0; i <= j; i++) x[i * n + j] = columns[j * m + i]!;
  const turns = new Float64Array(vectors ? n * n : 0);
  for (let j = 0; j < n && vectors; j++) turns[j * n + j] = 1;
  if (!orthogonalise(x, turns, n)) diverged();

  const sizes = Float64Array.from({ length: n }, (_, j) => Math.sqrt(dot(x, j * n, j * n, n)));
  const rank = Array.from(sizes.keys()).sort((i, j) => sizes[j]! - sizes[i]!);
  const s = Float64Array.from(rank, (j) => (sizes[j]! > TINY ? sizes[j]! * scale : 0));
  if (!vectors) return { u: x, s, v: x };

  const count = full ? m : n;
  const u = new Float64Array(m * count);
  const w = new Float64Array(n * n);
  rank.forEach((j, at) => {
    u.set(turns.subarray(j * n, j * n + n), at * m);
    if (sizes[j]! > TINY) for (let i = 0; i < n; i++) w[at * n + i] = x[j * n + i]! / sizes[j]!;
  });
  for (let j = n; j < count; j++) u[j * m + j] = 1;
  reflect(columns, taus, m, u, count);
  complete(w, n, rank.filter((j) => sizes[j]! > TINY).length);
  const v = new Float64Array(n * n);
  for (let j = 0; j < n; j++) for (let i = 0; i < n; i++) v[j * n + order[i]!] = w[j * n + i]!;
  return { u, s, v };
}

/** Rotates pairs of columns of x (n columns of n) until all are orthogonal, and `turns` with them. */
function orthogonalise(x: Float64Array, turns: Float64Array, n: number): boolean {
  const tolerance = Number.EPSILON * Math.max(10, n); // the rounding error of a dot product, with room
  const squares = Float64Array.from({ length: n }, (_, j) => dot(x, j * n, j * n, n));
  for (let sweep = 0; sweep < 60; sweep++) {
    let turned = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        const a = squares[p]!;
        const b = squares[q]!;
        const cross = dot(x, p * n, q * n, n);
        const bound = tolerance * Math.sqrt(a) * Math.sqrt(b);
        if (Math.abs(cross) <= bound || a < TINY ** 2 || b < TINY ** 2) continue;
        turned = true;
        const zeta = (b - a) / (2 * cross);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        rotate(x, p * n, q * n, n, c, c * t);
        if (turns.length) rotate(turns, p * n, q * n, n, c, c * t);
        squares[p] = dot(x, p * n, p * n, n);
        squares[q] = dot(x, q * n, q * n, n);
      }
    }
    if (!turned) return true;
  }
  return false;
}

/** Fills the columns of w (n columns of n) from `known` on with an orthonormal basis of what the first ones leave. */
function complete(w: Float64Array, n: number, known: number): void {
  if (known === n) return;
  const columns = w.slice(0, known * n);
  const taus = householder(columns, n, known);
  const rest = new Float64Array((n - known) * n);
  for (let j = known; j < n; j++) rest[(j - known) * n + j] = 1;
  reflect(columns, taus, n, rest, n - known);
  w.set(rest, known * n);
}

function dot(x: Float64Array, p: number, q: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += x[p + i]! * x[q + i]!;
  return sum;
}
