/* Linear maps, embeddings and what compares vectors (tensor-api.md 7.7). */

import { noGrad, track } from '../autograd.ts';
import { compute } from '../dispatch.ts';
import { isFloat } from '../dtype.ts';
import { fail } from '../error.ts';
import { contiguousStrides, dimIn, show, sizeOf, broadcastShapes, sameShape } from '../shape.ts';
import { makeView, type Tensor } from '../tensor.ts';
import * as e from '../ops/elementwise.ts';
import { checkRange } from '../ops/checks.ts';
import { indexAt, rowsOf } from '../ops/gather.ts';
import { describe, tensorAt } from '../ops/operands.ts';
import { matmul } from '../ops/product.ts';
import { norm, sum, type NormOrder } from '../ops/reduce.ts';
import { detach, reshape, transpose, unsqueeze } from '../ops/view.ts';

/** x (…, in) · wᵀ + b: w (out, in), b (out) → (…, out). One kernel, bias included. */
export function linear(input: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  const [x, w] = [tensorAt(input, 1, 'linear'), tensorAt(weight, 2, 'linear')];
  const b = bias === undefined || bias === null ? null : tensorAt(bias, 3, 'linear');
  if (w.ndim > 2 || w.ndim < 1) fail('shape', 'linear', `expected a weight (out, in) or (in), got ${show(w.shape)}.`);
  const features = w.shape.at(-1)!;
  if (x.ndim === 0 || x.shape.at(-1) !== features) fail('shape', 'linear', `expected input [..., ${features}], got ${show(x.shape)}.`);
  if (!isFloat(x.dtype) || x.dtype !== w.dtype)
    fail('dtype', 'linear', `expected input and weight of one float type, got ${x.dtype} and ${w.dtype}.`);
  if (w.ndim === 1) return b ? e.add(matmul(x, w), b) : matmul(x, w);
  const out = w.shape[0]!;
  if (b && (b.ndim !== 1 || b.shape[0] !== out)) fail('shape', 'linear', `expected a bias [${out}], got ${show(b.shape)}.`);
  const lead = x.shape.slice(0, -1);
  const count = sizeOf(lead);
  const rows = reshape(x, [count, features]);
  const shape = [...lead, out];
  const inputs = [
    makeView(rows, [1, count, features], [0, ...rows.strides]),
    makeView(w, [1, features, out], [0, w.strides[1]!, w.strides[0]!]),
  ];
  const y3 = compute('matmul', b ? [...inputs, b] : inputs, [1, count, out], x.dtype, { bias: b !== null, activation: null });
  const y = makeView(y3, shape, contiguousStrides(shape));
  track(
    'linear',
    [rows, w, b],
    [y],
    ([g], [a, v], needs) => {
      const flat = reshape(g!, [count, out]);
      return [needs[0] ? matmul(flat, v!) : null, needs[1] ? matmul(transpose(flat, 0, 1), a!) : null, needs[2] ? sum(flat, 0) : null];
    },
    { saved: [w.requiresGrad ? rows : null, rows.requiresGrad ? w : null] },
  );
  return y;
}

/** x·wᵀ + b + scale·(x·Aᵀ)·Bᵀ: A (r, in), B (out, r). */
export function loraLinear(
  x: Tensor,
  w: Tensor,
  a: Tensor,
  b: Tensor,
  bias?: Tensor | null,
  { scale = 1 }: { scale?: number } = {},
): Tensor {
  return e.add(linear(x, w, bias), e.mul(linear(linear(x, a), b), scale));
}

/** Rows of `weight` (V, C) by integer ids (…) → (…, C). The row `paddingIdx` gets no gradient. */
export function embedding(ids: Tensor, weight: Tensor, { paddingIdx }: { paddingIdx?: number | null } = {}): Tensor {
  const index = indexAt(ids, 1, 'embedding');
  const table = tensorAt(weight, 2, 'embedding');
  if (table.ndim !== 2) fail('shape', 'embedding', `expected a weight (V, C), got ${show(table.shape)}.`);
  const rows = table.shape[0]!;
  checkRange(index, rows, 'embedding');
  if (paddingIdx === undefined || paddingIdx === null) return rowsOf(table, index);
  if (!Number.isInteger(paddingIdx) || paddingIdx < -rows || paddingIdx >= rows)
    fail('index', 'embedding', `expected paddingIdx within ${rows} rows, got ${describe(paddingIdx)}.`);
  return rowsOf(table, index, paddingIdx < 0 ? paddingIdx + rows : paddingIdx);
}

/** int32 (…, numClasses) with a 1 at each id. */
export function oneHot(ids: Tensor, numClasses: number): Tensor {
  const index = indexAt(ids, 1, 'oneHot');
  if (!Number.isInteger(numClasses) || numClasses < 1)
    fail('value', 'oneHot', `expected numClasses to be an integer ≥ 1, got ${describe(numClasses)}.`);
  checkRange(index, numClasses, 'oneHot');
  return noGrad(() => {
    const classes = compute('iota', [], [numClasses], 'int32', { start: 0, step: 1 }, index.device);
    return e.cast(e.eq(unsqueeze(index, -1), classes), 'int32');
  });
}

/** x / max(‖x‖ₚ, eps) along a dim. */
export function normalize(input: Tensor, { p = 2, dim = 1, eps = 1e-12 }: { p?: NormOrder; dim?: number; eps?: number } = {}): Tensor {
  const x = tensorAt(input, 1, 'normalize');
  return e.div(x, e.clamp(norm(x, { p, dim, keepdim: true }), eps));
}

/** Σ a·b / (max(‖a‖, eps)·max(‖b‖, eps)) along a dim; the inputs broadcast. */
export function cosineSimilarity(a: Tensor, b: Tensor, { dim = 1, eps = 1e-8 }: { dim?: number; eps?: number } = {}): Tensor {
  const given = [tensorAt(a, 1, 'cosineSimilarity'), tensorAt(b, 2, 'cosineSimilarity')];
  const shape = broadcastShapes(given[0]!.shape, given[1]!.shape);
  const [x, y] = given.map((t) => (sameShape(t.shape, shape) ? t : t.expand(...shape))) as [Tensor, Tensor];
  const at = dimIn(dim, Math.max(x.ndim, y.ndim));
  const back = at - Math.max(x.ndim, y.ndim);
  // As in PyTorch the gradient takes no notice of the bound: it is that of the norm itself.
  const length = (t: Tensor): Tensor => {
    const n = norm(t, { dim: back, keepdim: true });
    const [bounded, own] = noGrad(() => [e.clamp(n, eps), detach(n)]) as [Tensor, Tensor];
    return n.requiresGrad ? e.add(e.sub(n, own), bounded) : bounded;
  };
  return sum(e.mul(e.div(x, length(x)), e.div(y, length(y))), back);
}
