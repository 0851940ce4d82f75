/* Cholesky's factor of a symmetric positive definite matrix.
   @source Golub, Van Loan: Matrix Computations, 4th ed., algorithm 4.2.1 */

import { fail } from '../error.ts';
import { matrixAt, squareSizesOf, whichOf, type Matrices } from './matrices.ts';

/** Lower triangular L (…, n, n) with A = L Lᵀ; only A's lower triangle is read. A that is not positive definite is an error. */
export function cholesky(A: Matrices): Matrices {
  const { count, n } = squareSizesOf(A, 'cholesky');
  const data = new Float64Array(A.data.length);
  for (let b = 0; b < count; b++) {
    const [a, l] = [matrixAt(A.data, b, n * n), matrixAt(data, b, n * n)];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let sum = a[i * n + j]!;
        for (let p = 0; p < j; p++) sum -= l[i * n + p]! * l[j * n + p]!;
        if (i > j) l[i * n + j] = sum / l[j * n + j]!;
        else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
        else {
          const minor = `its leading ${i + 1}×${i + 1} part is not`;
          fail('value', 'cholesky', `expected a symmetric positive definite matrix, got one that is not${whichOf(b, count)}: ${minor}.`);
        }
      }
    }
  }
  return { data, shape: A.shape };
}
