/* What follows from singular values: pseudo-inverse, least squares of minimal norm, rank and condition number.
   `epsilon` is the machine epsilon of the type that the numbers came from: float32 input is not exact to float64's. */

import { fail } from '../error.ts';
import { show, type Shape } from '../shape.ts';
import { inv } from './lu.ts';
import { broadcastBatches, matrixAt, product, rightHandSide, sizesOf, squareSizesOf, transposed, type Matrices } from './matrices.ts';
import { svd, svdvals } from './svd.ts';

export interface RankOptions {
  /** Singular values at or below max(atol, rtol·largest) count as 0. Default 0. */
  readonly atol?: number;
  /** Default epsilon·max(m, n); 0 where `atol` is given and positive. */
  readonly rtol?: number;
  /** Default that of float64. */
  readonly epsilon?: number;
}

/** The Moore–Penrose inverse (…, n, m) of A (…, m, n). */
export function pinv(A: Matrices, options: RankOptions = {}, name = 'pinv'): Matrices {
  const { batch, count, m, n } = sizesOf(A, name);
  const k = Math.min(m, n);
  const { U, S, Vh } = svd(A, { fullMatrices: false }, name);
  const data = new Float64Array(count * n * m);
  for (let b = 0; b < count; b++) {
    const s = matrixAt(S.data, b, k);
    const bound = boundOf(s[0] ?? 0, m, n, options);
    const scaled = matrixAt(Vh.data, b, k * n).slice();
    for (let i = 0; i < k; i++) {
      const factor = s[i]! > bound ? 1 / s[i]! : 0;
      for (let j = 0; j < n; j++) scaled[i * n + j]! *= factor;
    }
    data.set(product(transposed(scaled, k, n), transposed(matrixAt(U.data, b, m * k), m, k), n, k, m), b * n * m);
  }
  return { data, shape: [...batch, n, m] };
}

/** X minimising ‖A X − B‖, of smallest norm where several do: A (…, m, n), B (…, m, k) or (…, m) → (…, n, k) or (…, n). */
export function lstsq(A: Matrices, B: Matrices, options: RankOptions = {}): { solution: Matrices } {
  const { batch: batchA, m, n } = sizesOf(A, 'lstsq');
  const { batch: batchB, k, vector } = rightHandSide(A, B, 'lstsq');
  const { batch, pairs } = broadcastBatches(batchA, batchB);
  const inverse = pinv(A, options, 'lstsq').data;
  const data = new Float64Array(pairs.length * n * k);
  pairs.forEach(([a, b], i) => data.set(product(matrixAt(inverse, a, n * m), matrixAt(B.data, b, m * k), n, m, k), i * n * k));
  return { solution: { data, shape: vector ? [...batch, n] : [...batch, n, k] } };
}

/** The number (…) of singular values of A (…, m, n) that count. */
export function matrixRank(A: Matrices, options: RankOptions = {}): { data: Int32Array; shape: Shape } {
  const { batch, count, m, n } = sizesOf(A, 'matrixRank');
  const k = Math.min(m, n);
  const S = svdvals(A, 'matrixRank').data;
  const data = Int32Array.from({ length: count }, (_, b) => {
    const s = matrixAt(S, b, k);
    const bound = boundOf(s[0] ?? 0, m, n, options);
    return s.filter((value) => value > bound).length;
  });
  return { data, shape: batch };
}

export type ConditionNorm = 2 | -2 | 1 | -1 | 'fro' | 'nuc' | number;

/** ‖A‖·‖A⁻¹‖ (…) in the norm `p`: 2 (largest over smallest singular value, any m × n), −2, and for square A 1, −1, inf, −inf, "fro", "nuc"; inf where A is singular. */
export function cond(A: Matrices, p: ConditionNorm = 2): Matrices {
  const { batch, count, m, n } = p === 2 || p === -2 ? sizesOf(A, 'cond') : squareSizesOf(A, 'cond');
  const k = Math.min(m, n);
  if (k === 0) return { data: new Float64Array(count), shape: batch };
  const S = p === 2 || p === -2 || p === 'nuc' ? svdvals(A, 'cond').data : new Float64Array(0);
  const data = Float64Array.from({ length: count }, (_, b) => {
    const s = matrixAt(S, b, k);
    if (p === 2) return s[0]! / s[k - 1]!;
    if (p === -2) return s[k - 1]! / s[0]!;
    const a = { data: matrixAt(A.data, b, n * n), shape: [n, n] };
    const inverse = inverseOf(a);
    return inverse ? matrixNorm(a, p) * matrixNorm(inverse, p) : Infinity;
  });
  return { data, shape: batch };
}

function boundOf(largest: number, m: number, n: number, { atol = 0, rtol, epsilon = Number.EPSILON }: RankOptions): number {
  return Math.max(atol, (rtol ?? (atol > 0 ? 0 : epsilon * Math.max(m, n))) * largest);
}

function inverseOf(a: Matrices): Matrices | undefined {
  try {
    return inv(a);
  } catch {
    return undefined;
  }
}

/** The norm of one square matrix. */
function matrixNorm({ data, shape }: Matrices, p: ConditionNorm): number {
  const n = shape[0]!;
  const sums = (axis: 0 | 1): number[] =>
    Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += Math.abs(data[axis === 0 ? j * n + i : i * n + j]!);
      return sum;
    });
  if (p === 'fro') return Math.hypot(...data);
  if (p === 'nuc') return svdvals({ data, shape }, 'cond').data.reduce((sum, value) => sum + value, 0);
  if (p === 1 || p === -1) return p === 1 ? Math.max(...sums(0)) : Math.min(...sums(0));
  if (p === Infinity || p === -Infinity) return p === Infinity ? Math.max(...sums(1)) : Math.min(...sums(1));
  return fail('value', 'cond', `expected p to be 2, -2, 1, -1, Infinity, -Infinity, "fro" or "nuc", got ${String(p)} for ${show(shape)}.`);
}
