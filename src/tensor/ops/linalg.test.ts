import { expect, test } from 'vitest';
import { tensor as loose, type Tensor } from '../index.ts';
import { withTracer, type Tracer } from '../dispatch.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- functions are installed by name
const tensor = loose as any;
const { linalg } = tensor;

test('results have the type and device of the input, and the shapes of a batch', async () => {
  const A = tensor([
    [
      [2, 1],
      [1, 3],
    ],
  ]) as Tensor;
  const { eigenvalues, eigenvectors } = await linalg.eigh(A);
  expect([eigenvalues.shape, eigenvectors.shape, eigenvalues.dtype, eigenvalues.device]).toEqual([[1, 2], [1, 2, 2], 'float32', A.device]);
  expect((await linalg.det(A.to('float64'))).dtype).toBe('float64');
  expect((await linalg.matrixRank(A)).dtype).toBe('int32');
  expect(await (await linalg.solve(A, tensor([3, 5]))).array()).toEqual([[expect.closeTo(0.8, 6), expect.closeTo(1.4, 6)]]);
  expect(await (await linalg.inv(A.mT)).array()).toEqual(await (await linalg.inv(A)).mT.array());
});

test('float32 input counts as exact to float32 only', async () => {
  const nearly = tensor([
    [1, 0],
    [0, 1e-8],
  ]);
  expect(await (await linalg.matrixRank(nearly)).item()).toBe(1);
  expect(await (await linalg.matrixRank(nearly.to('float64'))).item()).toBe(2);
});

test('faults are thrown at the call, before anything is read', () => {
  const A = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(() => linalg.inv(A)).toThrow('inv: expected square matrices [..., n, n], got [2, 3].');
  expect(() => linalg.solve(tensor.eye(3), tensor([1, 2]))).toThrow('solve: expected B [..., 3, k] or [..., 3] for A [3, 3], got [2].');
  expect(() => linalg.det(tensor([[1]], { dtype: 'int32' }))).toThrow('det: expected floats, got int32. Convert with float().');
  expect(() => linalg.det(3)).toThrow('det: expected a tensor as argument 1, got number 3.');
  expect(() => linalg.svd(A, { fullMatrix: false })).toThrow(/^svd: unknown option "fullMatrix"; did you mean "fullMatrices"\?/);
  expect(() => linalg.qr(tensor([[1]], { requiresGrad: true }))).toThrow(/^qr: .*detach\(\)/);
  expect(() => tensor.noGrad(() => linalg.qr(tensor([[1]], { requiresGrad: true })))).not.toThrow();
  expect(() => withTracer({} as Tracer, () => linalg.qr(A))).toThrow(/^qr: a value cannot be read while a function is being compiled/);
});

test('norms: of vectors, of matrices, differentiable', async () => {
  const A = tensor(
    [
      [1, -2],
      [3, 4],
    ],
    { requiresGrad: true },
  ) as Tensor;
  const norm = async (...args: unknown[]): Promise<unknown> => linalg.norm(A, ...args).array();
  expect(await norm()).toBeCloseTo(Math.sqrt(30), 6);
  expect(await norm({ ord: 'fro' })).toBeCloseTo(Math.sqrt(30), 6);
  expect([await norm({ ord: 1 }), await norm({ ord: -1 }), await norm(Infinity), await norm({ ord: -Infinity })]).toEqual([6, 4, 7, 3]);
  expect(await norm({ ord: 1, dim: 1 })).toEqual([3, 7]);
  expect(await norm({ ord: 1, dim: [1, 0], keepdim: true })).toEqual([[7]]);
  expect(await linalg.vectorNorm(A, { ord: 1 }).array()).toBe(10);
  expect(await linalg.vectorNorm(A, 2, { dim: 0 }).array()).toEqual([expect.closeTo(Math.sqrt(10), 6), expect.closeTo(Math.sqrt(20), 6)]);
  linalg.norm(A).backward();
  expect((await A.grad!.array()) as number[][]).toEqual([
    [expect.closeTo(1 / Math.sqrt(30), 6), expect.closeTo(-2 / Math.sqrt(30), 6)],
    [expect.closeTo(3 / Math.sqrt(30), 6), expect.closeTo(4 / Math.sqrt(30), 6)],
  ]);
  expect(() => linalg.norm(A, { ord: 2 })).toThrow(/svdvals/);
});
