/* A tensor as an output: the first values, statistics and a histogram of all, and a smaller picture where the matrix is large. Small
   tensors are read whole; of large ones the numbers are computed where they lie, and only what is shown is read. */

import { tensor, type Tensor } from '../../src/tensor/index.ts';
import type { Look } from '../../src/output/look.ts';
import { checkRegion, placesOf } from '../../src/output/regions.ts';
import { describe } from '../../src/output/statistics.ts';
import type { Output } from '../../src/output/types.ts';

type TensorOutput = Extract<Output, { kind: 'tensor' }>;

/** How many values are sent; up to so many, everything is computed from them. */
const sentLimit = 10_000;
/** Rows and columns of the picture of a large matrix. */
const pictureSize = 96;
const bins = 24;

type Ops = Record<string, (...args: unknown[]) => Tensor>;
const ops = tensor as unknown as Ops;
const { scope, noGrad, readAll } = tensor;
type Host = ArrayLike<number>;

/** What shows `t` below a cell. What is computed is computed before it returns, so that `t` may be written or freed then. */
export function showTensor(t: Tensor): Promise<TensorOutput> | TensorOutput {
  if (t.disposed) return { kind: 'tensor', shape: [...t.shape], dtype: t.dtype, data: [], total: 0, device: 'disposed' };
  const facts = { kind: 'tensor', shape: [...t.shape], dtype: t.dtype, total: t.numel(), device: t.device } as const;
  if (facts.total > sentLimit) return large(t, facts);
  return t.data().then((values) => {
    const { stats, histogram } = describe(values);
    return { ...facts, data: Array.from(values), ...(stats ? { stats } : {}), ...(histogram ? { histogram } : {}) };
  });
}

/** Numbers of a region of `t`, cut out where it lies and read; undefined for any other question. */
export function lookAt(t: Tensor, question: Look): Promise<Host> | undefined {
  if (question.of !== 'region') return undefined;
  if (t.disposed) throw new Error('The tensor is gone: its memory was freed. Run the cell to see the rest.');
  checkRegion(t.shape, question.ranges);
  const held = scope(() =>
    noGrad(() => {
      const { ranges } = question;
      const source = t.detach();
      if (ranges.length === 0) return source.float().clone();
      const empty = ranges.some((range) => placesOf(range) === 0);
      if (empty) return undefined;
      const piece = ops['at']!(source, ...ranges.map(([start, stop, step]) => [start, stop, step]));
      return (piece.dtype === 'float64' ? piece : piece.float()).contiguous().clone();
    }),
  ) as Tensor | undefined;
  if (held === undefined) return Promise.resolve(new Float32Array(0));
  return held.data().then(
    (values) => {
      const copy = (values as unknown as { slice(): Host }).slice(); // what is sent away is not the tensor's memory
      held.dispose();
      return copy;
    },
    (error: unknown) => {
      held.dispose();
      throw error;
    },
  );
}

async function large(t: Tensor, facts: Omit<TensorOutput, 'data'>): Promise<TensorOutput> {
  const n = facts.total;
  const { rows, columns, rowStep, columnStep } = pictureOf(t.shape);
  const pieces = scope(() =>
    noGrad(() => {
      const source = t.detach();
      const matrix = source.ndim > 2 ? ops['at']!(source, ...Array<number>(source.ndim - 2).fill(0)) : source;
      const picture =
        source.ndim > 1
          ? ops['at']!(matrix, [0, null, rowStep], [0, null, columnStep]).float().contiguous()
          : source.narrow(0, 0, 1).float();
      const flat = source.reshape(-1);
      const x = facts.dtype === 'float64' ? flat : flat.float();
      const nan = ops['isnan']!(x);
      const known = ops['where']!(nan, 0, x);
      const count = ops['sub']!(n, nan.int().sum());
      const mean = known.sum().div(count);
      const off = ops['where']!(nan, 0, x.sub(mean));
      const finite = ops['isfinite']!(x);
      const one = (of: Tensor): Tensor => of.to(x.dtype).reshape(1);
      return {
        x,
        first: flat.narrow(0, 0, sentLimit).clone(),
        picture,
        stats: ops['cat']!([
          one(ops['where']!(nan, Infinity, x).amin()),
          one(ops['where']!(nan, -Infinity, x).amax()),
          one(mean),
          one(
            off
              .mul(off)
              .sum()
              .div(count.sub(1).clamp({ min: 1 }))
              .sqrt(),
          ),
          one(ops['where']!(finite, x, Infinity).amin()),
          one(ops['where']!(finite, x, -Infinity).amax()),
        ]),
        counts: ops['stack']!([nan.int().sum(), x.eq(0).int().sum()]),
      };
    }),
  );
  const { x, first, picture, stats, counts } = pieces;
  const [values, small, numbers, [nan = 0, zeros = 0]] = (await readAll([first, picture, stats, counts])) as unknown as [
    Host,
    Host,
    Host,
    number[],
  ];
  const [min, max, mean, std, low, high] = Array.from(numbers) as [number, number, number, number, number, number];
  const output = {
    ...facts,
    data: Array.from(values),
    ...(nan < n ? { stats: { min, max, mean, std, nan, zeros } } : { stats: { min: NaN, max: NaN, mean: NaN, std: NaN, nan, zeros } }),
    ...(t.ndim > 1 && rowStep * columnStep > 1 ? { picture: { rows, columns, data: Array.from(small) } } : {}),
  };
  try {
    if (!(low < high)) return output;
    const held = scope(() =>
      noGrad(() => ops['histc']!(ops['where']!(ops['isfinite']!(x), x, 2 * high - low + 1), { bins, min: low, max: high })),
    );
    const counted = Array.from(await held.data());
    held.dispose();
    return { ...output, histogram: { low, high, counts: counted } };
  } finally {
    for (const piece of Object.values(pieces)) piece.dispose();
  }
}

/** How the first matrix of a shape is made small: every `rowStep`-th row and `columnStep`-th column. */
function pictureOf(shape: readonly number[]): { rows: number; columns: number; rowStep: number; columnStep: number } {
  const [height = 1, width = 1] = shape.length > 1 ? shape.slice(-2) : [1, shape[0] ?? 1];
  const rowStep = Math.ceil(height / pictureSize),
    columnStep = Math.ceil(width / pictureSize);
  return { rows: Math.ceil(height / rowStep), columns: Math.ceil(width / columnStep), rowStep, columnStep };
}
