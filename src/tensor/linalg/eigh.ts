/* Eigenvalues and eigenvectors of symmetric matrices: Householder's reduction to tridiagonal form, then QL with implicit shifts.
   Vectors are kept one by one (row j of `z` is vector j), so that inner loops run over neighbours.
   @source EISPACK tred2 and tql2 (Martin, Reinsch, Wilkinson 1968; Bowdler et al. 1968), in the form of JAMA */

import { fail } from '../error.ts';
import { matrixAt, mustBeFinite, squareSizesOf, transposed, whichOf, type Matrices } from './matrices.ts';

/** Eigenvalues (…, n) ascending and eigenvectors (…, n, n) in the columns; only A's lower triangle is read. */
export function eigh(A: Matrices): { eigenvalues: Matrices; eigenvectors: Matrices } {
  return decompose(A, 'eigh', true);
}

/** Eigenvalues (…, n) of symmetric A (…, n, n), ascending. */
export function eigvalsh(A: Matrices): Matrices {
  return decompose(A, 'eigvalsh', false).eigenvalues;
}

function decompose(A: Matrices, name: string, wanted: boolean): { eigenvalues: Matrices; eigenvectors: Matrices } {
  const { batch, count, n } = squareSizesOf(A, name);
  const eigenvalues = { data: new Float64Array(count * n), shape: [...batch, n] };
  const eigenvectors = { data: new Float64Array(wanted ? A.data.length : 0), shape: A.shape };
  for (let b = 0; b < count && n > 0; b++) {
    const z = matrixAt(A.data, b, n * n).slice();
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) z[j * n + i] = z[i * n + j]!;
    mustBeFinite({ data: z, shape: [n, n] }, name);
    const scale = scaleOf(z);
    for (let i = 0; i < z.length; i++) z[i]! /= scale;
    const [d, e] = [new Float64Array(n), new Float64Array(n)];
    tridiagonalise(z, d, e, n);
    if (!iterate(z, d, e, n, wanted)) fail('value', name, `the iteration did not converge${whichOf(b, count)}.`);
    const order = Array.from(d.keys()).sort((i, j) => d[i]! - d[j]!);
    eigenvalues.data.set(
      order.map((j) => d[j]! * scale),
      b * n,
    );
    if (!wanted) continue;
    const rows = new Float64Array(n * n);
    order.forEach((j, at) => rows.set(z.subarray(j * n, j * n + n), at * n));
    eigenvectors.data.set(transposed(rows, n, n), b * n * n);
  }
  return { eigenvalues, eigenvectors };
}

/** A power of two near the largest magnitude, so that squares neither overflow nor vanish; 1 for zeros. */
export function scaleOf(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  if (largest === 0) return 1;
  return 2 ** Math.max(-1022, Math.min(1022, Math.floor(Math.log2(largest))));
}

/** z (symmetric) ← the orthogonal matrix of the reduction, vector j in row j; d the diagonal, e[1…] what stands beside it. */
function tridiagonalise(z: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) d[j] = z[j * n + n - 1]!;
  for (let i = n - 1; i > 0; i--) {
    let [scale, h] = [0, 0];
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]!);
    if (scale === 0) {
      e[i] = d[i - 1]!;
      for (let j = 0; j < i; j++) {
        d[j] = z[j * n + i - 1]!;
        z[j * n + i] = z[i * n + j] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) h += (d[k]! /= scale) ** 2;
      const f = d[i - 1]!;
      const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= f * g;
      d[i - 1] = f - g;
      e.fill(0, 0, i);
      // e = A u / h, one triangle at a time; u stays in row i of z for the accumulation below.
      for (let j = 0; j < i; j++) {
        const u = d[j]!;
        z[i * n + j] = u;
        let sum = e[j]! + z[j * n + j]! * u;
        for (let k = j + 1; k < i; k++) {
          sum += z[j * n + k]! * d[k]!;
          e[k]! += z[j * n + k]! * u;
        }
        e[j] = sum;
      }
      let dot = 0;
      for (let j = 0; j < i; j++) dot += (e[j]! /= h) * d[j]!;
      const half = dot / (h + h);
      for (let j = 0; j < i; j++) e[j]! -= half * d[j]!;
      for (let j = 0; j < i; j++) {
        const [u, w] = [d[j]!, e[j]!];
        for (let k = j; k < i; k++) z[j * n + k]! -= u * e[k]! + w * d[k]!;
        d[j] = z[j * n + i - 1]!;
        z[j * n + i] = 0;
      }
    }
    d[i] = h;
  }
  for (let i = 0; i < n - 1; i++) {
    z[i * n + n - 1] = z[i * n + i]!;
    z[i * n + i] = 1;
    const h = d[i + 1]!;
    const u = z.subarray((i + 1) * n, (i + 1) * n + i + 1);
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = u[k]! / h;
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let k = 0; k <= i; k++) dot += u[k]! * z[j * n + k]!;
        for (let k = 0; k <= i; k++) z[j * n + k]! -= dot * d[k]!;
      }
    }
    u.fill(0);
  }
  for (let j = 0; j < n; j++) {
    d[j] = z[j * n + n - 1]!;
    z[j * n + n - 1] = 0;
  }
  z[n * n - 1] = 1;
  e[0] = 0;
}

/** d ← eigenvalues, rows of z ← eigenvectors (left alone unless `wanted`). False where 60 steps for one value were not enough. */
function iterate(z: Float64Array, d: Float64Array, e: Float64Array, n: number, wanted: boolean): boolean {
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  let [shift, size] = [0, 0];
  for (let l = 0; l < n; l++) {
    size = Math.max(size, Math.abs(d[l]!) + Math.abs(e[l]!));
    let m = l;
    while (Math.abs(e[m]!) > Number.EPSILON * size) m++; // ends at e[n − 1] = 0 at the latest
    for (let step = 0; m > l && Math.abs(e[l]!) > Number.EPSILON * size; step++) {
      if (step === 60) return false;
      const before = d[l]!;
      let p = (d[l + 1]! - before) / (2 * e[l]!);
      const root = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1);
      d[l] = e[l]! / (p + root);
      const next = (d[l + 1] = e[l]! * (p + root));
      const moved = before - d[l]!;
      for (let i = l + 2; i < n; i++) d[i]! -= moved;
      shift += moved;
      // One QL sweep from m up to l.
      p = d[m]!;
      const beside = e[l + 1]!;
      let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
      for (let i = m - 1; i >= l; i--) {
        [c3, c2, s2] = [c2, c, s];
        const g = c * e[i]!;
        const h = c * p;
        const r = Math.hypot(p, e[i]!);
        e[i + 1] = s * r;
        s = r === 0 ? 0 : e[i]! / r;
        c = r === 0 ? 1 : p / r;
        p = c * d[i]! - s * g;
        d[i + 1] = h + s * (c * g + s * d[i]!);
        if (wanted) rotate(z, i * n, (i + 1) * n, n, c, s);
      }
      p = (-s * s2 * c3 * beside * e[l]!) / next;
      e[l] = s * p;
      d[l] = c * p;
    }
    d[l]! += shift;
    e[l] = 0;
  }
  return true;
}

/** (x, y) ← (c·x − s·y, s·x + c·y) for the n numbers from `x` and from `y` on. */
export function rotate(values: Float64Array, x: number, y: number, n: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const a = values[x + k]!;
    const b = values[y + k]!;
    values[x + k] = c * a - s * b;
    values[y + k] = s * a + c * b;
  }
}
