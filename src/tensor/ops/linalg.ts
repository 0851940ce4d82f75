/* `tensor.linalg` (tensor-api.md 7.9): small matrices, on the host on every device. Shapes and types are checked at the call; then the
   values are read, the factorisations of ../linalg compute in float64, and the results go back in the input's type to its device. */

import { needsGrad } from '../autograd.ts';
import { publicCall } from '../calls.ts';
import { fromHost } from '../dispatch.ts';
import { hostArray, isFloat, type DType } from '../dtype.ts';
import { fail } from '../error.ts';
import * as host from '../linalg/index.ts';
import { mustBeSystem, sizesOf, squareSizesOf } from '../linalg/matrices.ts';
import { readAll } from '../reading.ts';
import { dimIn, show } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { norm, type Dims, type NormOrder } from './reduce.ts';
import { tensorAt } from './operands.ts';

type Matrices = host.Matrices;

/** Machine epsilon of each type: what counts as 0 among singular values depends on it. */
const epsilons: Partial<Record<DType, number>> = { float16: 2 ** -10, float32: 2 ** -23, float64: 2 ** -52 };

/** Reads the inputs, which a `check` of shapes lets pass, and makes tensors of what `run` gives. */
function onHost<R>(
  name: string,
  inputs: readonly unknown[],
  check: (shapes: readonly Matrices[]) => void,
  run: (inputs: readonly Matrices[], back: (result: Matrices) => Tensor, epsilon: number) => R,
): Promise<R> {
  const tensors = inputs.map((input, i) => tensorAt(input, i + 1, name));
  const [first] = tensors as [Tensor];
  for (const t of tensors) {
    if (!isFloat(t.dtype)) fail('dtype', name, `expected floats, got ${t.dtype}. Convert with float().`);
    if (t.dtype !== first.dtype) fail('dtype', name, `expected tensors of one type, got ${first.dtype} and ${t.dtype}.`);
    if (t.device !== first.device) fail('device', name, `expected tensors on one device, got ${first.device} and ${t.device}.`);
  }
  if (needsGrad(tensors)) {
    fail('grad', name, 'linear algebra has no gradients here. Call it on a.detach(), or inside tensor.noGrad(…).');
  }
  check(tensors.map(({ shape }) => ({ data: new Float64Array(0), shape })));
  const back = ({ data, shape }: Matrices): Tensor => {
    const values = hostArray(data.length, first.dtype);
    values.set(data);
    return fromHost(values, shape, first.dtype, first.device);
  };
  return readAll(tensors, name).then((values) =>
    run(
      values.map((data, i) => ({ data: Float64Array.from(data), shape: tensors[i]!.shape })),
      back,
      epsilons[first.dtype]!,
    ),
  );
}

const any =
  (name: string) =>
  ([A]: readonly Matrices[]): void =>
    void sizesOf(A!, name);
const square =
  (name: string) =>
  ([A]: readonly Matrices[]): void =>
    void squareSizesOf(A!, name);

/** One matrix in, one tensor out. */
const single = (name: string, check: typeof any, run: (A: Matrices) => Matrices) =>
  publicCall(`${name}(A)`, (A: Tensor) => onHost(name, [A], check(name), ([a], back) => back(run(a!))));

type Tolerance = Pick<host.RankOptions, 'atol' | 'rtol'>;

export const linalg = {
  solve: publicCall('solve(A, B)', (A: Tensor, B: Tensor) =>
    onHost(
      'solve',
      [A, B],
      ([a, b]) => {
        squareSizesOf(a!, 'solve');
        mustBeSystem(a!, b!, 'solve');
      },
      ([a, b], back) => back(host.solve(a!, b!)),
    ),
  ),
  inv: single('inv', square, host.inv),
  det: single('det', square, host.det),
  slogdet: publicCall('slogdet(A)', (A: Tensor) =>
    onHost('slogdet', [A], square('slogdet'), ([a], back) => {
      const { sign, logabsdet } = host.slogdet(a!);
      return { sign: back(sign), logabsdet: back(logabsdet) };
    }),
  ),
  lu: publicCall('lu(A)', (A: Tensor) =>
    onHost('lu', [A], any('lu'), ([a], back) => {
      const { P, L, U } = host.lu(a!);
      return { P: back(P), L: back(L), U: back(U) };
    }),
  ),
  qr: publicCall('qr(A)', (A: Tensor) =>
    onHost('qr', [A], any('qr'), ([a], back) => {
      const { Q, R } = host.qr(a!);
      return { Q: back(Q), R: back(R) };
    }),
  ),
  cholesky: single('cholesky', square, host.cholesky),
  eigh: publicCall('eigh(A)', (A: Tensor) =>
    onHost('eigh', [A], square('eigh'), ([a], back) => {
      const { eigenvalues, eigenvectors } = host.eigh(a!);
      return { eigenvalues: back(eigenvalues), eigenvectors: back(eigenvectors) };
    }),
  ),
  svd: publicCall('svd(A, { fullMatrices = true })', (A: Tensor, options: { fullMatrices?: boolean } = {}) =>
    onHost('svd', [A], any('svd'), ([a], back) => {
      const { U, S, Vh } = host.svd(a!, options);
      return { U: back(U), S: back(S), Vh: back(Vh) };
    }),
  ),
  eigvalsh: single('eigvalsh', square, host.eigvalsh),
  svdvals: single('svdvals', any, host.svdvals),
  pinv: publicCall('pinv(A, { atol, rtol })', (A: Tensor, options: Tolerance = {}) =>
    onHost('pinv', [A], any('pinv'), ([a], back, epsilon) => back(host.pinv(a!, { epsilon, ...options }))),
  ),
  lstsq: publicCall('lstsq(A, B)', (A: Tensor, B: Tensor) =>
    onHost(
      'lstsq',
      [A, B],
      ([a, b]) => mustBeSystem(a!, b!, 'lstsq'),
      ([a, b], back, epsilon) => ({ solution: back(host.lstsq(a!, b!, { epsilon }).solution) }),
    ),
  ),
  matrixRank: publicCall('matrixRank(A, { atol, rtol })', (A: Tensor, options: Tolerance = {}) =>
    onHost('matrixRank', [A], any('matrixRank'), ([a], _, epsilon) => {
      const { data, shape } = host.matrixRank(a!, { epsilon, ...options });
      return fromHost(data, shape, 'int32', A.device);
    }),
  ),
  cond: publicCall('cond(A, p?, {})', (A: Tensor, p: host.ConditionNorm = 2) =>
    onHost('cond', [A], p === 2 || p === -2 ? any('cond') : square('cond'), ([a], back) => back(host.cond(a!, p))),
  ),
  /** Without `ord` all elements as one vector; with it, a vector norm over one dim or a matrix norm over two. Differentiable. */
  norm: publicCall('norm(a, ord?, { dim, keepdim = false })', normOf),
  vectorNorm: publicCall(
    'vectorNorm(a, ord?, { dim, keepdim = false })',
    (a: Tensor, ord: number | undefined, { dim, keepdim }: NormOptions = {}) =>
      vectorNorm(tensorAt(a, 1, 'vectorNorm'), ord ?? 2, dim, keepdim),
  ),
};

interface NormOptions {
  readonly dim?: Dims;
  readonly keepdim?: boolean;
}

function normOf(a: Tensor, ord: number | 'fro' | 'nuc' | null | undefined, { dim, keepdim }: NormOptions = {}): Tensor {
  const x = tensorAt(a, 1, 'norm');
  const dims = Array.isArray(dim) ? (dim as readonly number[]).length : typeof dim === 'number' ? 1 : x.ndim;
  if (ord === undefined || ord === null || (ord === 'fro' && dims === 2)) return vectorNorm(x, 2, dim, keepdim);
  if (dims > 2) fail('shape', 'norm', `expected at most two dims beside an ord, got ${show(x.shape)}. Say which with dim.`);
  if (typeof ord === 'number' && dims < 2) return vectorNorm(x, ord, dim, keepdim);
  if (dims < 2) fail('shape', 'norm', `expected two dims for ord ${JSON.stringify(ord)}, got ${show(x.shape)}.`);
  if (ord !== 1 && ord !== -1 && ord !== Infinity && ord !== -Infinity) {
    const hint = 'For 2, -2 and "nuc" take linalg.svdvals(a).';
    fail('unsupported', 'norm', `expected ord of a matrix to be 1, -1, Infinity, -Infinity or "fro", got ${String(ord)}. ${hint}`);
  }
  return matrixNorm(x, ord, Array.isArray(dim) ? (dim as number[]) : [0, 1], keepdim);
}

const vectorNorm = (x: Tensor, p: NormOrder, dim: Dims | undefined, keepdim = false): Tensor =>
  norm(x, { p, keepdim, ...(dim === undefined ? {} : { dim }) });

/** The largest (ord > 0) or smallest sum of magnitudes over the columns (±1) or rows (±inf). */
function matrixNorm(x: Tensor, ord: number, dims: readonly number[], keepdim = false): Tensor {
  const [rows, columns] = dims.map((d) => dimIn(d, x.ndim, 'norm')) as [number, number];
  const [inner, outer] = Math.abs(ord) === 1 ? [rows, columns] : [columns, rows];
  const sums = x.abs().sum([inner], { keepdim: true });
  const out = ord > 0 ? sums.amax([outer], { keepdim: true }) : sums.amin([outer], { keepdim: true });
  return keepdim ? out : out.squeeze([rows, columns]);
}
