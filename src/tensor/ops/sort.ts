/* Sorting and counting (tensor-api.md 7.5). Sorts are stable; NaN is the largest; ties of `topk` go to the lower index. */

import { noGrad } from '../autograd.ts';
import { compute, computeAll, computeInto, dense } from '../dispatch.ts';
import { isFloat } from '../dtype.ts';
import { fail } from '../error.ts';
import { contiguousStrides, dimIn, sameShape, show, sizeOf } from '../shape.ts';
import { makeView, type Tensor } from '../tensor.ts';
import * as e from './elementwise.ts';
import { pick } from './gather.ts';
import { describe, literal, tensorAt, typeOfScalar } from './operands.ts';
import { narrow, viewed } from './view.ts';

export interface Picked {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/** int32 positions that sort `x` along a dim. */
function order(x: Tensor, dim: number, descending: boolean): Tensor {
  const moved = [...x.shape.keys()].filter((i) => i !== dim).concat(dim);
  const source = x.dtype === 'bool' ? e.cast(x, 'uint8') : x;
  const arranged = dense(makeView(source, moved.map((i) => x.shape[i]!), moved.map((i) => source.strides[i]!))); // prettier-ignore
  const n = x.shape[dim]!;
  const rows = n === 0 ? 0 : sizeOf(arranged.shape) / n;
  const flat = [rows, n];
  const [, indices] = computeAll(
    'sort',
    [makeView(arranged, flat, [n, 1])],
    [
      { shape: flat, dtype: source.dtype },
      { shape: flat, dtype: 'int32' },
    ],
    { descending },
  );
  const shaped = makeView(indices!, [...arranged.shape], contiguousStrides(arranged.shape));
  const back = moved.map((_, i) => moved.indexOf(i));
  return dense(makeView(shaped, back.map((i) => shaped.shape[i]!), back.map((i) => shaped.strides[i]!))); // prettier-ignore
}

export interface SortOptions {
  readonly dim?: number;
  readonly descending?: boolean;
  readonly stable?: boolean;
}

export function sort(a: Tensor, { dim = -1, descending = false }: SortOptions = {}): Picked {
  const x = tensorAt(a, 1, 'sort');
  if (x.ndim === 0) return { values: viewed(x, []), indices: compute('fill', [], [], 'int32', { value: 0 }, x.device) };
  const at = dimIn(dim, x.ndim);
  const indices = order(x, at, descending);
  return { values: pick(x, at, indices), indices };
}

export const argsort = (a: Tensor, options: SortOptions = {}): Tensor => noGrad(() => sort(a, options).indices);

export function topk(
  a: Tensor,
  k: number,
  { dim = -1, largest = true }: { dim?: number; largest?: boolean; sorted?: boolean } = {},
): Picked {
  const x = tensorAt(a, 1, 'topk');
  const at = dimIn(dim, x.ndim);
  const size = x.ndim === 0 ? 1 : x.shape[at]!;
  if (!Number.isInteger(k) || k < 0 || k > size) fail('value', 'topk', `expected k in [0, ${size}], got ${describe(k)}.`);
  if (x.ndim === 0) return sort(x);
  const indices = dense(narrow(order(x, at, largest), at, 0, k));
  return { values: pick(x, at, indices), indices };
}

/** For each value how many of the sorted row are smaller (`right`: not larger). sorted (…, N), values (…, M), or sorted (N); one number is a value of shape []. */
export function searchsorted(sorted: Tensor, values: Tensor | number, { right = false }: { right?: boolean } = {}): Tensor {
  const row = tensorAt(sorted, 1, 'searchsorted');
  const wanted = typeof values === 'number' ? literal(values, typeOfScalar(values), row.device) : tensorAt(values, 2, 'searchsorted');
  const n = row.shape.at(-1) ?? fail('shape', 'searchsorted', 'expected sorted to have at least one dim, got a 0-d tensor.');
  const oneRow = row.ndim === 1;
  if (!oneRow && !sameShape(row.shape.slice(0, -1), wanted.shape.slice(0, -1))) {
    fail(
      'shape',
      'searchsorted',
      `expected values of ${show([...row.shape.slice(0, -1), -1])} beside sorted ${show(row.shape)}, got ${show(wanted.shape)}.`,
    );
  }
  const dtype = isFloat(row.dtype) ? row.dtype : isFloat(wanted.dtype) ? wanted.dtype : 'int32';
  const [x, v] = noGrad(() => [dense(e.cast(row, dtype)), dense(e.cast(wanted, dtype))]);
  const rows = oneRow ? 1 : n === 0 ? sizeOf(row.shape.slice(0, -1)) : x!.numel() / n;
  const m = rows === 0 ? 0 : v!.numel() / rows;
  const out = compute('searchSorted', [makeView(x!, [rows, n], [n, 1]), makeView(v!, [rows, m], [m, 1])], [rows, m], 'int32', { right });
  return viewed(out, wanted.shape);
}

/** How often each value of non-negative integers appears, or the sum of its weights; `minlength` bins at least. The host must have the values to know the length. */
export function bincountInto(ids: Tensor, weights: Tensor | null, length: number): Tensor {
  const out = compute(
    'fill',
    [],
    [length],
    weights ? (isFloat(weights.dtype) ? weights.dtype : 'float32') : 'int32',
    { value: 0 },
    ids.device,
  );
  const src = weights ? e.cast(weights, out.dtype) : compute('fill', [], ids.shape, 'int32', { value: 1 }, ids.device);
  if (ids.numel() > 0) computeInto('scatter', [ids, dense(src)], [out], { dim: 0, mode: 'add' });
  return out;
}
