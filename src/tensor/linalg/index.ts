/* The face of linalg on the host: float64, batched over leading dims, plain typed arrays. Tensors come and go in ../ops/linalg.ts. */

export { cholesky } from './cholesky.ts';
export { eigh, eigvalsh } from './eigh.ts';
export { det, inv, lu, slogdet, solve } from './lu.ts';
export type { Matrices } from './matrices.ts';
export { qr } from './qr.ts';
export { cond, lstsq, matrixRank, pinv, type ConditionNorm, type RankOptions } from './rank.ts';
export { svd, svdvals } from './svd.ts';
