import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { random } from '../../base/random.ts';
import type { TensorError } from '../error.ts';
import {
  cholesky,
  cond,
  det,
  eigh,
  eigvalsh,
  inv,
  lstsq,
  lu,
  matrixRank,
  pinv,
  qr,
  slogdet,
  solve,
  svd,
  svdvals,
  type Matrices,
} from './index.ts';

/** A matrix from its rows. */
const M = (...rows: number[][]): Matrices => ({ data: Float64Array.from(rows.flat()), shape: [rows.length, rows[0]?.length ?? 0] });
const V = (...values: number[]): Matrices => ({ data: Float64Array.from(values), shape: [values.length] });
const eye = (n: number): Matrices => ({ data: Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)), shape: [n, n] });
const normal = (seed: number, ...shape: number[]): Matrices => ({ data: random(seed).normal(shape.reduce((a, b) => a * b, 1)), shape });
const list = (a: { data: ArrayLike<number> }): number[] => Array.from(a.data);

function times(a: Matrices, b: Matrices): Matrices {
  const [m, k] = a.shape as [number, number];
  const n = b.shape[1]!;
  const data = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let p = 0; p < k; p++) for (let j = 0; j < n; j++) data[i * n + j]! += a.data[i * k + p]! * b.data[p * n + j]!;
  return { data, shape: [m, n] };
}

function T(a: Matrices): Matrices {
  const [m, n] = a.shape as [number, number];
  return { data: Float64Array.from({ length: m * n }, (_, at) => a.data[(at % m) * n + Math.floor(at / m)]!), shape: [n, m] };
}

/** diag(s), m × n. */
const diagonal = (s: Matrices, m: number, n: number): Matrices => ({
  data: Float64Array.from({ length: m * n }, (_, at) => (Math.floor(at / n) === at % n ? s.data[at % n]! : 0)),
  shape: [m, n],
});

/** Largest |a − b|, relative to the largest |b| (at least `size`). */
function gap(a: Matrices, b: Matrices, size = 1e-300): number {
  expect(a.shape).toEqual(b.shape);
  const largest = b.data.reduce((most, value) => Math.max(most, Math.abs(value)), size);
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i]!) / largest), 0);
}

/** Rounding errors of a few hundred float64 operations. */
const CLOSE = 2e-13;

/** Matrices m × n up to 8 × 8: of full rank, of any lower rank, of small whole numbers (many ties and zeros), over 30 magnitudes. */
const matrices = (square = false): fc.Arbitrary<Matrices> =>
  fc.tuple(fc.nat(8), fc.nat(8), fc.nat(), fc.constantFrom('full', 'low', 'whole', 'scaled')).map(([m, columns, seed, kind]) => {
    const n = square ? m : columns;
    const a = normal(seed, m, n);
    const rank = seed % (Math.min(m, n) + 1);
    if (kind === 'low') return times(normal(seed, m, rank), normal(seed + 1, rank, n));
    if (kind === 'whole') return { ...a, data: a.data.map(Math.round) };
    if (kind === 'scaled') return { ...a, data: a.data.map((value) => value * 2 ** ((seed % 1800) - 900)) };
    return a;
  });

describe('factorisations of any matrix', () => {
  test('lu: A = P L U, P a permutation, L with unit diagonal and |L| ≤ 1, U upper', () => {
    fc.assert(
      fc.property(matrices(), (A) => {
        const { P, L, U } = lu(A);
        expect(gap(times(times(P, L), U), A)).toBeLessThan(CLOSE);
        expect(gap(times(P, T(P)), eye(A.shape[0]!))).toBe(0);
        const k = Math.min(...A.shape);
        L.data.forEach((value, at) => {
          const [i, j] = [Math.floor(at / k), at % k];
          expect(i === j ? value === 1 : i < j ? value === 0 : Math.abs(value) <= 1).toBe(true);
        });
        U.data.forEach((value, at) => expect(Math.floor(at / A.shape[1]!) > at % A.shape[1]! ? value : 0).toBe(0));
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  test('qr: A = Q R, Q with orthonormal columns, R upper', () => {
    fc.assert(
      fc.property(matrices(), (A) => {
        const { Q, R } = qr(A);
        const k = Math.min(...A.shape);
        expect([Q.shape, R.shape]).toEqual([
          [A.shape[0], k],
          [k, A.shape[1]],
        ]);
        expect(gap(times(Q, R), A)).toBeLessThan(CLOSE);
        expect(gap(times(T(Q), Q), eye(k))).toBeLessThan(CLOSE);
        R.data.forEach((value, at) => expect(Math.floor(at / A.shape[1]!) > at % A.shape[1]! ? value : 0).toBe(0));
      }),
      { seed: 2, numRuns: 150 },
    );
  });

  test('svd: A = U S Vh, U and Vh orthogonal, S descending and not negative, thin and full', () => {
    fc.assert(
      fc.property(matrices(), fc.boolean(), (A, fullMatrices) => {
        const { U, S, Vh } = svd(A, { fullMatrices });
        const [m, n] = A.shape as [number, number];
        const k = Math.min(m, n);
        expect([U.shape, S.shape, Vh.shape]).toEqual(fullMatrices ? [[m, m], [k], [n, n]] : [[m, k], [k], [k, n]]);
        expect(gap(times(times(U, diagonal(S, U.shape[1]!, Vh.shape[0]!)), Vh), A)).toBeLessThan(CLOSE);
        expect(gap(times(T(U), U), eye(U.shape[1]!))).toBeLessThan(CLOSE);
        expect(gap(times(Vh, T(Vh)), eye(Vh.shape[0]!))).toBeLessThan(CLOSE);
        expect(list(S)).toEqual(list(S).sort((a, b) => b - a));
        expect(list(S).every((value) => value >= 0)).toBe(true);
        expect(list(svdvals(A))).toEqual(list(S));
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  test('eigh: A = V diag(λ) Vᵀ, V orthogonal, λ ascending; only the lower triangle is read', () => {
    fc.assert(
      fc.property(matrices(true), (B) => {
        const n = B.shape[0]!;
        const A = { shape: B.shape, data: B.data.map((value, at) => (value + T(B).data[at]!) / 2) };
        const lower = { shape: B.shape, data: A.data.map((value, at) => (at % n > Math.floor(at / n) ? NaN : value)) };
        const { eigenvalues, eigenvectors } = eigh(lower);
        expect(gap(times(times(eigenvectors, diagonal(eigenvalues, n, n)), T(eigenvectors)), A)).toBeLessThan(CLOSE);
        expect(gap(times(T(eigenvectors), eigenvectors), eye(n))).toBeLessThan(CLOSE);
        expect(list(eigenvalues)).toEqual(list(eigenvalues).sort((a, b) => a - b));
        expect(list(eigvalsh(lower))).toEqual(list(eigenvalues));
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  test('cholesky: B Bᵀ + I = L Lᵀ, L lower with a positive diagonal; only the lower triangle is read', () => {
    fc.assert(
      fc.property(fc.nat(8), fc.nat(), (n, seed) => {
        const B = normal(seed, n, n);
        const A = { shape: [n, n], data: times(B, T(B)).data.map((value, at) => value + eye(n).data[at]!) };
        const L = cholesky({ shape: [n, n], data: A.data.map((value, at) => (at % n > Math.floor(at / n) ? NaN : value)) });
        expect(gap(times(L, T(L)), A)).toBeLessThan(CLOSE);
        L.data.forEach((value, at) => expect(at % n > Math.floor(at / n) ? value === 0 : at % (n + 1) !== 0 || value > 0).toBe(true));
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  test('pinv fulfils the four conditions of Moore and Penrose', () => {
    fc.assert(
      fc.property(
        matrices().filter((A) => Math.max(0, ...A.data.map(Math.abs)) < 1e6),
        (A) => {
          const X = pinv(A, { epsilon: 1e-12 });
          const size = (1 + Math.max(0, ...X.data.map(Math.abs))) * (1 + Math.max(0, ...A.data.map(Math.abs)));
          const [AX, XA] = [times(A, X), times(X, A)];
          expect(gap(times(AX, A), A, 1)).toBeLessThan(CLOSE * size);
          expect(gap(times(XA, X), X)).toBeLessThan(CLOSE * size);
          expect(gap(AX, T(AX), 1)).toBeLessThan(CLOSE * size);
          expect(gap(XA, T(XA), 1)).toBeLessThan(CLOSE * size);
        },
      ),
      { seed: 6, numRuns: 100 },
    );
  });
});

describe('systems', () => {
  test('solve and inv: residuals as small as the condition number allows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 4 }), fc.nat(), (n, k, seed) => {
        const [A, B] = [normal(seed, n, n), normal(seed + 1, n, k)];
        const bound = 1e-14 * cond(A).data[0]!;
        expect(gap(times(A, solve(A, B)), B, 1)).toBeLessThan(bound);
        expect(gap(times(A, inv(A)), eye(n))).toBeLessThan(bound);
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  test('hand values', () => {
    expect(list(solve(M([2, 1], [1, 3]), V(3, 5)))).toEqual([0.8, 1.4].map((value) => expect.closeTo(value, 14)));
    expect(list(inv(M([0, 2], [4, 0])))).toEqual([0, 0.25, 0.5, 0]);
    expect(list(det(M([0, 1], [1, 0])))).toEqual([-1]);
    expect(list(det(M([2, 7, 1], [0, 3, 9], [0, 0, -4])))).toEqual([-24]);
    const { sign, logabsdet } = slogdet(M([1e200, 0], [0, -1e200]));
    expect([list(sign), logabsdet.data[0]]).toEqual([[-1], expect.closeTo(400 * Math.log(10), 9)]);
    expect(list(cholesky(M([4, 2], [2, 10])))).toEqual([2, 0, 1, 3]);
    expect(list(svdvals(M([3, 0], [4, 5])))).toEqual([expect.closeTo(3 * Math.sqrt(5), 14), expect.closeTo(Math.sqrt(5), 14)]);
    expect(list(eigvalsh(M([2, 1], [1, 2])))).toEqual([expect.closeTo(1, 14), expect.closeTo(3, 14)]);
    expect(list(cond(M([1, 0], [0, 1e-3])))).toEqual([expect.closeTo(1000, 9)]);
  });

  test("signs of qr are LAPACK's", () => {
    // numpy.linalg.qr gives the same.
    const { Q, R } = qr(M([3, 1], [4, 2]));
    expect(list(Q)).toEqual([-0.6, -0.8, -0.8, 0.6].map((value) => expect.closeTo(value, 14)));
    expect(list(R)).toEqual([-5, -2.2, 0, 0.4].map((value) => expect.closeTo(value, 14)));
    const upper = qr(M([3, 1], [0, -2]));
    expect([list(upper.Q), list(upper.R)]).toEqual([
      [1, 0, 0, 1],
      [3, 1, 0, -2],
    ]);
  });

  test('an ill-conditioned system is solved with a small residual, a numerically singular one is refused', () => {
    const hilbert = (n: number): Matrices => ({
      data: Float64Array.from({ length: n * n }, (_, at) => 1 / (Math.floor(at / n) + (at % n) + 1)),
      shape: [n, n],
    });
    const b = V(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    const x = solve(hilbert(10), b); // cond 1.6e13
    const residual = times(hilbert(10), { data: x.data, shape: [10, 1] });
    const size = Math.max(...x.data.map(Math.abs));
    expect(gap({ data: residual.data, shape: [10] }, b, size)).toBeLessThan(1e-14);
    // In float64 the last pivot of this singular matrix is 1e-16, not 0.
    expect(() => inv(M([1, 2, 3], [4, 5, 6], [7, 8, 9]))).toThrow(/^inv: expected an invertible matrix, got a singular one: pivot 2 is 0/);
    // Small pivots alone are no fault.
    expect(list(solve(M([1, 1], [1e-20, 2e-20]), V(2, 3e-20)))).toEqual([expect.closeTo(1, 12), expect.closeTo(1, 12)]);
    expect(list(inv(M([1e-200, 0], [0, 1e200])))).toEqual([1e200, 0, 0, 1e-200]);
  });

  test('lstsq: normal equations hold; of several solutions the shortest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }), fc.nat(), (m, n, seed) => {
        const [A, B] = [normal(seed, m, n), normal(seed + 1, m, 2)];
        const { solution } = lstsq(A, B);
        const rest = times(A, solution);
        const off = { shape: rest.shape, data: rest.data.map((value, i) => value - B.data[i]!) };
        const bound = 1e-13 * cond(A).data[0]! ** 2;
        expect(Math.max(...times(T(A), off).data.map(Math.abs))).toBeLessThan(bound);
        // No part of the solution lies in the null space: it is its own projection on the rows.
        expect(gap(times(times(pinv(A), A), solution), solution, 1)).toBeLessThan(bound);
      }),
      { seed: 8, numRuns: 80 },
    );
    expect(list(lstsq(M([1, 0], [1, 1], [1, 2]), V(1, 3, 5)).solution)).toEqual([expect.closeTo(1, 13), expect.closeTo(2, 13)]);
  });
});

describe('edges', () => {
  test('0 × 0 and 1 × 1', () => {
    const none: Matrices = { data: new Float64Array(0), shape: [0, 0] };
    expect(list(det(none))).toEqual([1]);
    expect(list(slogdet(none).sign).concat(list(slogdet(none).logabsdet))).toEqual([1, 0]);
    expect([
      inv(none).shape,
      cholesky(none).shape,
      qr(none).Q.shape,
      svd(none).S.shape,
      eigh(none).eigenvalues.shape,
      pinv(none).shape,
    ]).toEqual([[0, 0], [0, 0], [0, 0], [0], [0], [0, 0]]);
    expect(list(matrixRank(none))).toEqual([0]);
    expect(list(solve(M([4]), V(2)))).toEqual([0.5]);
    expect(list(qr(M([-4])).R)).toEqual([-4]);
    expect(list(svd(M([-4])).S)).toEqual([4]);
    expect(list(eigh(M([-4])).eigenvalues)).toEqual([-4]);
    const flat = svd({ data: new Float64Array(0), shape: [3, 0] });
    expect([list(flat.U), flat.S.shape, flat.Vh.shape]).toEqual([list(eye(3)), [0], [0, 0]]);
  });

  test('repeated eigenvalues and singular values have orthonormal vectors', () => {
    const { eigenvalues, eigenvectors } = eigh(eye(5));
    expect(list(eigenvalues)).toEqual([1, 1, 1, 1, 1]);
    expect(gap(times(T(eigenvectors), eigenvectors), eye(5))).toBeLessThan(CLOSE);
    const ones = M([1, 1, 1], [1, 1, 1], [1, 1, 1]);
    expect(list(eigvalsh(ones))).toEqual([0, 0, 3].map((value) => expect.closeTo(value, 14)));
    const { U, S, Vh } = svd(ones);
    expect(list(S)).toEqual([3, 0, 0].map((value) => expect.closeTo(value, 14)));
    expect(gap(times(T(U), U), eye(3))).toBeLessThan(CLOSE);
    expect(gap(times(T(Vh), Vh), eye(3))).toBeLessThan(CLOSE);
    const zero = svd({ data: new Float64Array(6), shape: [2, 3] });
    expect([list(zero.U), list(zero.S), gap(times(zero.Vh, T(zero.Vh)), eye(3)) < CLOSE]).toEqual([[1, 0, 0, 1], [0, 0], true]);
  });

  test('small singular values keep their digits', () => {
    const A = M([1, 1, 1], [0, 1e-9, 2e-9], [0, 0, 1e-18]);
    // The product of the singular values is |det| = 1e-27, to nearly all digits.
    const [a, b, c] = list(svdvals(A)) as [number, number, number];
    expect(Math.abs((a * b * c) / 1e-27 - 1)).toBeLessThan(1e-12);
  });

  test('rank follows the tolerance, which follows the type that the numbers came from', () => {
    const A = M([1, 2, 3], [2, 4, 6], [0, 1, 0]);
    expect(list(matrixRank(A))).toEqual([2]);
    const nearly = M([1, 0], [0, 1e-7]);
    expect(list(matrixRank(nearly))).toEqual([2]);
    expect(list(matrixRank(nearly, { epsilon: 2 ** -23 }))).toEqual([1]);
    expect(list(matrixRank(nearly, { atol: 1e-6 }))).toEqual([1]);
    expect(list(pinv(nearly, { epsilon: 2 ** -23 }))).toEqual([1, 0, 0, 0]);
    expect(list(cond(M([1, 2], [2, 4])))[0]).toBeGreaterThan(1e15);
    expect(list(cond(M([1, 2], [2, 4]), 1))).toEqual([Infinity]);
    const known = M([1, 2], [3, 4]);
    const norms = ([2, -2, 1, -1, Infinity, -Infinity, 'fro', 'nuc'] as const).map((p) => cond(known, p).data[0]!);
    // torch.linalg.cond gives these.
    const expected = [14.933034373659265, 0.06696562634074718, 21, 6, 21, 6, 15, 17];
    expect(norms).toEqual(expected.map((value) => expect.closeTo(value, 12)));
  });

  test('batches broadcast, and each matrix is its own', () => {
    const A = normal(5, 2, 1, 3, 3);
    const B = normal(6, 4, 3, 2);
    const X = solve(A, B);
    expect(X.shape).toEqual([2, 4, 3, 2]);
    for (let a = 0; a < 2; a++) {
      for (let b = 0; b < 4; b++) {
        const one = solve({ data: A.data.slice(a * 9, a * 9 + 9), shape: [3, 3] }, { data: B.data.slice(b * 6, b * 6 + 6), shape: [3, 2] });
        expect(list({ data: X.data.slice((a * 4 + b) * 6, (a * 4 + b) * 6 + 6) })).toEqual(list(one));
      }
    }
    expect(solve(normal(7, 2, 3, 3), normal(8, 2, 3)).shape).toEqual([2, 3]); // a vector for each matrix
    expect(svd(normal(9, 2, 3, 4, 5)).Vh.shape).toEqual([2, 3, 5, 5]);
    expect(det(normal(9, 2, 3, 4, 4)).shape).toEqual([2, 3]);
    expect(qr({ data: new Float64Array(0), shape: [0, 3, 2] }).Q.shape).toEqual([0, 3, 2]);
  });

  test('faults are told with the name, the kind and which matrix', () => {
    const fault = (fn: () => unknown): [string, string] => {
      try {
        fn();
      } catch (error) {
        return [(error as TensorError).code, (error as Error).message];
      }
      return ['', ''];
    };
    expect(fault(() => solve(M([1, 2], [2, 4]), V(1, 2)))).toEqual([
      'value',
      'solve: expected an invertible matrix, got a singular one: pivot 1 is 0.',
    ]);
    expect(fault(() => inv({ data: Float64Array.of(1, 0, 0, 1, 1, 1, 1, 1), shape: [2, 2, 2] }))).toEqual([
      'value',
      'inv: expected an invertible matrix, got a singular one (matrix 1 of the batch): pivot 1 is 0.',
    ]);
    expect(fault(() => cholesky(M([1, 2], [2, 1])))[1]).toBe(
      'cholesky: expected a symmetric positive definite matrix, got one that is not: its leading 2×2 part is not.',
    );
    expect(fault(() => det(M([1, 2, 3], [4, 5, 6])))).toEqual(['shape', 'det: expected square matrices [..., n, n], got [2, 3].']);
    expect(fault(() => solve(eye(3), V(1, 2)))).toEqual(['shape', 'solve: expected B [..., 3, k] or [..., 3] for A [3, 3], got [2].']);
    expect(fault(() => qr(V(1, 2)))).toEqual(['shape', 'qr: expected matrices [..., m, n], got [2].']);
    expect(fault(() => svd(M([1, NaN])))).toEqual(['value', 'svd: expected finite values, got NaN.']);
    expect(fault(() => eigh(M([Infinity])))).toEqual(['value', 'eigh: expected finite values, got Infinity.']);
    expect(fault(() => solve(normal(1, 2, 2, 2), normal(1, 3, 2, 2)))[0]).toBe('shape');
  });
});
