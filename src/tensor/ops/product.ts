/* Matrix products and row-wise softmax (tensor-api.md 7.6). */

import { isGradEnabled, track } from '../autograd.ts';
import { compute, dense } from '../dispatch.ts';
import { defaultDtype, isFloat, promote } from '../dtype.ts';
import { fail } from '../error.ts';
import { broadcastShapes, contiguousStrides, dimIn, expandStrides, sameShape, show, sizeOf, viewStrides, type Shape } from '../shape.ts';
import { makeView, type Tensor } from '../tensor.ts';
import * as e from './elementwise.ts';
import { numberOption, tensorAt } from './operands.ts';
import { amax, sum, unbroadcast } from './reduce.ts';
import { permute, reshape, transpose, unsqueeze } from './view.ts';

/** a (…, M, K) · b (…, K, N), batches of one shape already; tracked. */
function product(a: Tensor, b: Tensor): Tensor {
  const rank = a.ndim;
  const [m, k, n] = [a.shape[rank - 2]!, a.shape[rank - 1]!, b.shape[rank - 1]!];
  const batch = a.shape.slice(0, -2);
  const size = sizeOf(batch);
  const out3 = compute('matmul', [asBatch(a, size, m, k), asBatch(b, size, k, n)], [size, m, n], a.dtype, {
    bias: false,
    activation: null,
  });
  const shape = [...batch, m, n];
  const out = makeView(out3, shape, contiguousStrides(shape));
  track(
    'matmul',
    [a, b],
    [out],
    ([g], [x, y], needs) => [needs[0] ? matmul(g!, transpose(y!, -1, -2)) : null, needs[1] ? matmul(transpose(x!, -1, -2), g!) : null],
    { saved: [b.requiresGrad ? a : null, a.requiresGrad ? b : null] },
  );
  return out;
}

/** An untracked view [batch, rows, columns]; copies only where the batch dims do not merge. */
function asBatch(x: Tensor, batch: number, rows: number, columns: number): Tensor {
  if (x.ndim === 3) return x;
  const lead = viewStrides(x.shape.slice(0, -2), x.strides.slice(0, -2), [batch]);
  if (lead) return makeView(x, [batch, rows, columns], [lead[0]!, x.strides.at(-2)!, x.strides.at(-1)!]);
  const copy = dense(x);
  return makeView(copy, [batch, rows, columns], [rows * columns, columns, 1]);
}

/** Operands in one type; bool has no products. */
function samePair(a: unknown, b: unknown, name: string): [Tensor, Tensor] {
  const [x, y] = [tensorAt(a, 1, name), tensorAt(b, 2, name)];
  const dtype = x.dtype === y.dtype ? x.dtype : promote(x, y);
  if (x.dtype !== y.dtype && isFloat(x.dtype) !== isFloat(y.dtype)) {
    fail('dtype', name, `expected tensors of one type, got ${x.dtype} and ${y.dtype}. Convert one with to("${dtype}").`);
  }
  if (dtype === 'bool') fail('dtype', name, 'expected numbers, got bool. Convert with float() or int().');
  return [e.cast(x, dtype), e.cast(y, dtype)];
}

/** All ranks of PyTorch: vectors, matrices, batches that broadcast. */
export function matmul(left: Tensor, right: Tensor): Tensor {
  const [a, b] = samePair(left, right, 'matmul');
  if (a.ndim === 0 || b.ndim === 0)
    fail('shape', 'matmul', `expected at least one dim each, got ${show(a.shape)} and ${show(b.shape)}. Use mul for numbers.`);
  const k = a.shape[a.ndim - 1]!;
  const inner = b.ndim === 1 ? b.shape[0]! : b.shape[b.ndim - 2]!;
  if (k !== inner) {
    const want = a.ndim === 1 ? `[${k}]` : show(a.shape);
    const wanted = b.ndim === 1 ? `[${k}]` : `[${[...b.shape.slice(0, -2), k, 'n'].join(', ')}]`;
    fail(
      'shape',
      'matmul',
      `expected ${want} × ${wanted}, got ${show(a.shape)} × ${show(b.shape)}. The inner sizes ${k} and ${inner} must be equal.`,
    );
  }
  if (!isFloat(a.dtype)) return integerProduct(a, b);
  const x = a.ndim === 1 ? unsqueeze(a, 0) : a;
  const y = b.ndim === 1 ? unsqueeze(b, 1) : b;
  let out: Tensor;
  // A batch of rows times one matrix is one bigger product.
  if (y.ndim === 2 && x.ndim > 2) {
    const rows = reshape(x, [sizeOf(x.shape.slice(0, -1)), k]);
    out = reshape(product(rows, y), [...x.shape.slice(0, -1), y.shape[1]!]);
  } else {
    const batch = broadcastShapes(x.shape.slice(0, -2), y.shape.slice(0, -2));
    out = product(spreadBatch(x, batch), spreadBatch(y, batch));
  }
  if (a.ndim === 1) out = reshape(out, out.shape.filter((_, i) => i !== out.ndim - 2)); // prettier-ignore
  if (b.ndim === 1) out = reshape(out, out.shape.slice(0, -1));
  return out;
}

/** A tracked view with more batch dims. */
function spreadBatch(x: Tensor, batch: Shape): Tensor {
  const shape = [...batch, ...x.shape.slice(-2)];
  if (sameShape(shape, x.shape)) return x;
  const from = x.shape;
  const out = makeView(x, shape, expandStrides(x.shape, x.strides, shape));
  track('expand', [x], [out], ([g]) => [unbroadcast(g!, from)]);
  return out;
}

/** Products of integers by multiplication and sums: exact, wraps. */
function integerProduct(a: Tensor, b: Tensor): Tensor {
  const x = a.ndim === 1 ? a : unsqueeze(a, -1);
  const y = b.ndim === 1 ? (a.ndim === 1 ? b : unsqueeze(b, -1)) : a.ndim === 1 ? b : unsqueeze(b, -3);
  const terms = e.mul(a.ndim === 1 && b.ndim > 1 ? unsqueeze(x, -1) : x, y);
  const out = sum(terms, a.ndim === 1 && b.ndim === 1 ? 0 : -2);
  const shaped = b.ndim === 1 && a.ndim > 1 ? reshape(out, out.shape.slice(0, -1)) : out;
  return e.cast(shaped, a.dtype);
}

const ranked = (name: string, a: unknown, ranks: readonly [number, number], b: unknown): [Tensor, Tensor] => {
  const [x, y] = [tensorAt(a, 1, name), tensorAt(b, 2, name)];
  if (x.ndim !== ranks[0] || y.ndim !== ranks[1])
    fail('shape', name, `expected ${ranks[0]}-D and ${ranks[1]}-D tensors, got ${show(x.shape)} and ${show(y.shape)}.`);
  return [x, y];
};
export const mm = (a: Tensor, b: Tensor): Tensor => matmul(...ranked('mm', a, [2, 2], b));
export const mv = (a: Tensor, b: Tensor): Tensor => matmul(...ranked('mv', a, [2, 1], b));
export const dot = (a: Tensor, b: Tensor): Tensor => matmul(...ranked('dot', a, [1, 1], b));
export function bmm(a: Tensor, b: Tensor): Tensor {
  const [x, y] = ranked('bmm', a, [3, 3], b);
  if (x.shape[0] !== y.shape[0]) fail('shape', 'bmm', `expected batches of one size, got ${show(x.shape)} and ${show(y.shape)}.`);
  return matmul(x, y);
}
export function outer(a: Tensor, b: Tensor): Tensor {
  const [x, y] = ranked('outer', a, [1, 1], b);
  return e.mul(unsqueeze(x, 1), y);
}

/** beta·input + alpha·(m1·m2). beta 0 ignores the input, NaN and all. */
export function addmm(input: Tensor, m1: Tensor, m2: Tensor, { beta = 1, alpha = 1 }: { beta?: number; alpha?: number } = {}): Tensor {
  return combined(tensorAt(input, 1, 'addmm'), mm(m1, m2), beta, alpha);
}
export function baddbmm(input: Tensor, m1: Tensor, m2: Tensor, { beta = 1, alpha = 1 }: { beta?: number; alpha?: number } = {}): Tensor {
  return combined(tensorAt(input, 1, 'baddbmm'), bmm(m1, m2), beta, alpha);
}
function combined(input: Tensor, value: Tensor, beta: number, alpha: number): Tensor {
  const scaled = alpha === 1 ? value : e.mul(value, numberOption(alpha, 'alpha'));
  return beta === 0 ? scaled : e.add(beta === 1 ? input : e.mul(input, numberOption(beta, 'beta')), scaled);
}

/** Sums over pairs of dims: the last `dims` of a with the first of b, or two lists. */
export function tensordot(
  a: Tensor,
  b: Tensor,
  { dims = 2 }: { dims?: number | readonly [readonly number[], readonly number[]] } = {},
): Tensor {
  const [x, y] = [tensorAt(a, 1, 'tensordot'), tensorAt(b, 2, 'tensordot')];
  const [left, right] =
    typeof dims === 'number'
      ? [Array.from({ length: dims }, (_, i) => x.ndim - dims + i), Array.from({ length: dims }, (_, i) => i)]
      : [dims[0].map((d) => dimIn(d, x.ndim)), dims[1].map((d) => dimIn(d, y.ndim))];
  if (left.length !== right.length || left.some((d, i) => x.shape[d] !== y.shape[right[i]!])) {
    fail('shape', 'tensordot', `expected equal sizes in dims ${show(left)} of ${show(x.shape)} and ${show(right)} of ${show(y.shape)}.`);
  }
  const restX = [...x.shape.keys()].filter((d) => !left.includes(d));
  const restY = [...y.shape.keys()].filter((d) => !right.includes(d));
  const k = left.reduce((size, d) => size * x.shape[d]!, 1);
  const [outX, outY] = [restX.map((d) => x.shape[d]!), restY.map((d) => y.shape[d]!)];
  const flatX = reshape(permute(x, [...restX, ...left]), [sizeOf(outX), k]);
  const flatY = reshape(permute(y, [...right, ...restY]), [k, sizeOf(outY)]);
  return reshape(matmul(flatX, flatY), [...outX, ...outY]);
}

/** Distances between all rows of a (…, M, F) and b (…, N, F). */
export function cdist(a: Tensor, b: Tensor, { p = 2 }: { p?: number } = {}): Tensor {
  const [x, y] = samePair(a, b, 'cdist');
  if (x.ndim < 2 || y.ndim < 2 || x.shape.at(-1) !== y.shape.at(-1)) {
    fail('shape', 'cdist', `expected (…, M, F) and (…, N, F) with one F, got ${show(x.shape)} and ${show(y.shape)}.`);
  }
  const apart = e.sub(unsqueeze(x, -2), unsqueeze(y, -3));
  if (p === Infinity) return amax(e.abs(apart), -1);
  if (p === 1) return sum(e.abs(apart), -1);
  if (p === 0) return sum(e.cast(e.ne(apart, 0), apart.dtype), -1);
  if (p !== 2) return e.pow(sum(e.pow(e.abs(apart), p), -1), 1 / p);
  const squares = sum(e.square(apart), -1);
  // A distance of 0 has gradient 0, as in PyTorch.
  const zero = e.eq(squares, 0);
  return e.where(zero, 0, e.sqrt(e.where(zero, 1, squares)));
}

// ---- softmax

/** x with `dim` last and all before it merged: [R, N], and the way back. */
function asRows(x: Tensor, dim: number): { rows: Tensor; restore: (t: Tensor) => Tensor } {
  const order = [...x.shape.keys()].filter((i) => i !== dim).concat(dim);
  const moved = makeView(x, order.map((i) => x.shape[i]!), order.map((i) => x.strides[i]!)); // prettier-ignore
  const flat = dense(moved);
  const n = x.shape[dim]!;
  const r = sizeOf(x.shape) === 0 ? 0 : sizeOf(x.shape) / n;
  const rows = makeView(flat, [r, n], [n, 1]);
  const inverse = order.map((_, i) => order.indexOf(i));
  const shape = order.map((i) => x.shape[i]!);
  const strides = contiguousStrides(shape);
  return { rows, restore: (t) => makeView(t, inverse.map((i) => shape[i]!), inverse.map((i) => strides[i]!)) }; // prettier-ignore
}

function softened(log: boolean, a: Tensor, dim: number, name: string): Tensor {
  const t = tensorAt(a, 1, name);
  if (typeof dim !== 'number') fail('value', name, 'expected a dim. Write x.softmax(-1) for the last one.');
  const x = isFloat(t.dtype) ? t : e.cast(t, defaultDtype());
  if (x.ndim === 0) return reshape(softened(log, reshape(x, [1]), dimIn(dim, 1), name), []);
  const at = dimIn(dim, x.ndim);
  const { rows, restore } = asRows(x, at);
  const out = restore(compute('softmax', [rows], rows.shape, x.dtype, { log }));
  track(
    name,
    [x],
    [out],
    ([g], [y]) => {
      if (!isGradEnabled()) {
        const [flatY, flatG] = [asRows(y!, at), asRows(g!, at)];
        return [flatY.restore(compute('softmaxGrad', [flatY.rows, flatG.rows], flatY.rows.shape, y!.dtype, { log }))];
      }
      if (log) return [e.sub(g!, e.mul(e.exp(y!), sum(g!, at, { keepdim: true })))];
      return [e.mul(y!, e.sub(g!, sum(e.mul(g!, y!), at, { keepdim: true })))];
    },
    { saved: [out] },
  );
  return out;
}
export const softmax = (a: Tensor, dim: number): Tensor => softened(false, a, dim, 'softmax');
export const logSoftmax = (a: Tensor, dim: number): Tensor => softened(true, a, dim, 'logSoftmax');
