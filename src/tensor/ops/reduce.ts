/* Reductions and scans with their gradients (tensor-api.md 7.3). */

import type { ReduceName } from '../../../kernels/operations.ts';
import { arithmetic, isGradEnabled, noGrad, track } from '../autograd.ts';
import { compute } from '../dispatch.ts';
import { defaultDtype, isFloat, type DType } from '../dtype.ts';
import { fail } from '../error.ts';
import { dimIn, dimsIn, sameShape, show, type Shape } from '../shape.ts';
import { makeView, type Tensor } from '../tensor.ts';
import * as e from './elementwise.ts';
import { describe, tensorAt } from './operands.ts';
import { cat, expand, flip, narrow, permute, reshape, unsqueeze, viewed } from './view.ts';
import { pick } from './gather.ts';
import { sort, type Picked } from './sort.ts';

export type Dims = number | readonly number[] | null;
export interface Keep {
  readonly keepdim?: boolean;
}

/** Dims to reduce, checked; a reduction over one dim only says so. */
function dimsOf(x: Tensor, dim: Dims | undefined): number[] {
  return dimsIn(dim, x.ndim);
}

/** x with the reduced dims moved last: what kernels want. */
function arranged(x: Tensor, dims: readonly number[]): { view: Tensor; kept: number[]; count: number } {
  const rest = x.shape.map((_, i) => i).filter((i) => !dims.includes(i));
  const order = [...rest, ...dims];
  const view = makeView(x, order.map((i) => x.shape[i]!), order.map((i) => x.strides[i]!)); // prettier-ignore
  return { view, kept: rest.map((i) => x.shape[i]!), count: dims.length };
}

/** One raw reduction: contiguous, dims removed, not tracked. */
function reduced(fn: ReduceName, x: Tensor, dims: readonly number[], dtype: DType): Tensor {
  const { view, kept, count } = arranged(x, dims);
  return compute('reduce', [view], kept, dtype, { fn, count });
}

const keptShape = (shape: Shape, dims: readonly number[]): number[] => shape.map((length, i) => (dims.includes(i) ? 1 : length));

/** Brings a reduced tensor back to the rank it came from. */
const keep = (t: Tensor, shape: Shape, dims: readonly number[], keepdim: boolean | undefined): Tensor =>
  keepdim ? reshape(t, keptShape(shape, dims)) : t;

/** A gradient of a reduced tensor, spread over the shape it came from. */
const spread = (g: Tensor, shape: Shape, dims: readonly number[]): Tensor => expand(reshape(g, keptShape(shape, dims)), shape);

/** Sums away what broadcasting added, so that the result has `shape`. */
export function unbroadcast(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.ndim - shape.length;
  const dims = g.shape.map((_, i) => i).filter((i) => i < lead || (shape[i - lead] === 1 && g.shape[i] !== 1));
  const summed = dims.length > 0 ? sum(g, dims) : g;
  return sameShape(summed.shape, shape) ? summed : reshape(summed, shape);
}

export function sum(a: Tensor, dim?: Dims, { keepdim = false }: Keep = {}): Tensor {
  const x = tensorAt(a, 1, 'sum');
  const dims = dimsOf(x, dim);
  const input = isFloat(x.dtype) || x.dtype === 'int32' ? x : e.cast(x, 'int32');
  if (dims.length === 0 && x.ndim > 0) return input === x ? viewed(x, x.shape) : input;
  const out = reduced('sum', input, dims, input.dtype);
  const { shape } = x;
  if (isFloat(x.dtype)) track('sum', [x], [out], ([g]) => [spread(g!, shape, dims)]);
  return keep(out, shape, dims, keepdim);
}

const countOf = (shape: Shape, dims: readonly number[]): number => dims.reduce((n, d) => n * shape[d]!, 1);

export function mean(a: Tensor, dim?: Dims, { keepdim = false }: Keep = {}): Tensor {
  const x = tensorAt(a, 1, 'mean');
  if (!isFloat(x.dtype)) fail('dtype', 'mean', `expected floats, got ${x.dtype}. Call a.float().mean().`);
  const dims = dimsOf(x, dim);
  return e.div(sum(x, dims.length === 0 && x.ndim > 0 ? undefined : dim, { keepdim }), countOf(x.shape, dims));
}

export function prod(a: Tensor, dim?: number | null, { keepdim = false }: Keep = {}): Tensor {
  const x = tensorAt(a, 1, 'prod');
  if (Array.isArray(dim)) fail('value', 'prod', 'expected one dim, got a list. Call prod once for each dim.');
  const dims = dimsOf(x, dim);
  const input = isFloat(x.dtype) || x.dtype === 'int32' ? x : e.cast(x, 'int32');
  const out = reduced('prod', input, dims, input.dtype);
  const { shape } = x;
  if (isFloat(x.dtype)) track('prod', [x], [out], ([g], [v]) => [prodGradient(g!, v!, dims)], { saved: [x] });
  return keep(out, shape, dims, keepdim);
}

/** g · product of all the others: products of what stands before times what stands behind, so zeros are right. */
function prodGradient(g: Tensor, x: Tensor, dims: readonly number[]): Tensor {
  const { shape } = x;
  const order = [...shape.keys()].filter((i) => !dims.includes(i)).concat(dims);
  const moved = permute(x, order);
  const kept = moved.shape.slice(0, x.ndim - dims.length);
  const n = countOf(shape, dims);
  const flat = reshape(moved, [...kept, n]);
  const last = kept.length;
  const ones = compute('fill', [], [...kept, Math.min(1, n)], x.dtype, { value: 1 }, x.device);
  const before = n > 1 ? concat(ones, cumprod(narrow(flat, last, 0, n - 1), last), last) : ones;
  const turned = flip(flat, [last]);
  const behind = n > 1 ? flip(concat(ones, cumprod(narrow(turned, last, 0, n - 1), last), last), [last]) : ones;
  const spreadG = unsqueeze(reshape(g, kept), last);
  const gradient = reshape(e.mul(spreadG, e.mul(before, behind)), moved.shape);
  return permute(gradient, inverseOf(order));
}

const inverseOf = (order: readonly number[]): number[] => order.map((_, i) => order.indexOf(i));

const concat = (a: Tensor, b: Tensor, dim: number): Tensor => cat([a, b], { dim });

function extremum(fn: 'max' | 'min', name: string, x: Tensor, dim: Dims | undefined, keepdim: boolean | undefined): Tensor {
  const dims = dimsOf(x, dim);
  if (countOf(x.shape, dims) === 0) fail('value', name, `expected at least one element to reduce, got ${show(x.shape)}.`);
  const input = x.dtype === 'bool' ? e.cast(x, 'uint8') : x;
  const raw = reduced(fn, input, dims, input.dtype);
  const out = x.dtype === 'bool' ? e.cast(raw, 'bool') : raw;
  const { shape } = x;
  if (isFloat(x.dtype)) {
    track(
      name,
      [x],
      [out],
      ([g], [v, y]) => {
        // Ties share the gradient equally.
        const ties = e.cast(e.eq(v!, spread(y!, shape, dims)), v!.dtype);
        return [e.mul(e.div(ties, spread(sum(ties, dims), shape, dims)), spread(g!, shape, dims))];
      },
      { saved: [x, out] },
    );
  }
  return keep(out, shape, dims, keepdim);
}

export const amax = (a: Tensor, dim?: Dims, { keepdim }: Keep = {}): Tensor =>
  extremum('max', 'amax', tensorAt(a, 1, 'amax'), dim, keepdim);
export const amin = (a: Tensor, dim?: Dims, { keepdim }: Keep = {}): Tensor =>
  extremum('min', 'amin', tensorAt(a, 1, 'amin'), dim, keepdim);

function maxOrMin(fn: 'max' | 'min', a: Tensor, dim: unknown, keepdim: boolean): Tensor | Picked {
  const x = tensorAt(a, 1, fn);
  if (dim === undefined || dim === null) return extremum(fn, fn, x, null, false);
  if (typeof dim !== 'number')
    fail('value', fn, `expected one dim, got ${describe(dim)}. For several dims use ${fn === 'max' ? 'amax' : 'amin'}.`);
  const at = dimIn(dim, x.ndim);
  const indices = arg(fn === 'max' ? 'argmax' : 'argmin', x, at, true);
  const values = x.ndim === 0 ? viewed(x, x.shape) : pick(x, at, indices);
  return keepdim || x.ndim === 0 ? { values, indices } : { values: dropDim(values, at), indices: dropDim(indices, at) };
}
export const max = (a: Tensor, dim?: number | null, { keepdim = false }: Keep = {}): Tensor | Picked => maxOrMin('max', a, dim, keepdim);
export const min = (a: Tensor, dim?: number | null, { keepdim = false }: Keep = {}): Tensor | Picked => maxOrMin('min', a, dim, keepdim);

const dropDim = (t: Tensor, dim: number): Tensor => reshape(t, t.shape.filter((_, i) => i !== dim)); // prettier-ignore

function arg(fn: 'argmax' | 'argmin', x: Tensor, dim: number | null, keepdim: boolean): Tensor {
  const dims = dim === null ? dimsIn(null, x.ndim) : x.ndim === 0 ? [] : [dim];
  if (countOf(x.shape, dims) === 0) fail('value', fn, `expected at least one element to reduce, got ${show(x.shape)}.`);
  const input = x.dtype === 'bool' ? e.cast(x, 'uint8') : x;
  return keep(reduced(fn, input, dims, 'int32'), x.shape, dims, keepdim && x.ndim > 0);
}
export const argmax = (a: Tensor, dim?: number | null, { keepdim = false }: Keep = {}): Tensor =>
  arg('argmax', tensorAt(a, 1, 'argmax'), dim === undefined || dim === null ? null : dimIn(dim, a.ndim), keepdim);
export const argmin = (a: Tensor, dim?: number | null, { keepdim = false }: Keep = {}): Tensor =>
  arg('argmin', tensorAt(a, 1, 'argmin'), dim === undefined || dim === null ? null : dimIn(dim, a.ndim), keepdim);

export function any(a: Tensor, dim?: Dims, { keepdim = false }: Keep = {}): Tensor {
  const x = tensorAt(a, 1, 'any');
  const dims = dimsOf(x, dim);
  return asInput(keep(reduced('any', truth(x), dims, 'bool'), x.shape, dims, keepdim), x);
}
export function all(a: Tensor, dim?: Dims, { keepdim = false }: Keep = {}): Tensor {
  const x = tensorAt(a, 1, 'all');
  const dims = dimsOf(x, dim);
  return asInput(keep(reduced('all', truth(x), dims, 'bool'), x.shape, dims, keepdim), x);
}
export const countNonzero = (a: Tensor, dim?: Dims): Tensor => sum(truth(tensorAt(a, 1, 'countNonzero')), dim);

/** PyTorch gives uint8 for uint8, bool for all else. */
const asInput = (out: Tensor, x: Tensor): Tensor => (x.dtype === 'uint8' ? e.cast(out, 'uint8') : out);
const truth = (x: Tensor): Tensor => (x.dtype === 'bool' ? x : noGrad(() => e.ne(x, 0)));

export interface Correction extends Keep {
  readonly correction?: number;
}

/** Σ(x − mean)² / (n − correction), 0 denominators and below give NaN or inf as in PyTorch. */
export function variance(a: Tensor, dim?: Dims, { correction = 1, keepdim = false }: Correction = {}): Tensor {
  const x = tensorAt(a, 1, 'var');
  if (!isFloat(x.dtype)) fail('dtype', 'var', `expected floats, got ${x.dtype}. Call a.float() first.`);
  const dims = dimsOf(x, dim);
  const centred = e.sub(x, mean(x, dims.length === x.ndim ? null : dims, { keepdim: true }));
  const squares = sum(e.square(x.ndim === 0 ? e.sub(x, x) : centred), dims.length === x.ndim ? null : dims, { keepdim });
  return e.div(squares, Math.max(0, countOf(x.shape, dims) - correction));
}

export function std(a: Tensor, dim?: Dims, options: Correction = {}): Tensor {
  const v = variance(a, dim, options);
  // d√v at v = 0 is 0 here, as in PyTorch (its rule divides by 2·std and masks zeros).
  const out = noGrad(() => e.sqrt(v));
  track('std', [v], [out], ([g], [y]) => [e.where(e.eq(y!, 0), 0, e.div(g!, e.mul(isGradEnabled() ? e.sqrt(v) : y!, 2)))], {
    saved: [out],
  });
  return out;
}

export function logsumexp(a: Tensor, dim: Dims, { keepdim = false }: Keep = {}): Tensor {
  const x = isFloat(tensorAt(a, 1, 'logsumexp').dtype) ? a : e.cast(a, defaultDtype());
  const dims = dimsOf(x, dim);
  const { shape } = x;
  if (countOf(shape, dims) === 0) return keep(e.log(sum(e.exp(x), dims)), shape, dims, keepdim);
  const out = noGrad(() => {
    const peak = amax(x, dims, { keepdim: true });
    const finite = e.where(e.isfinite(peak), peak, 0);
    return e.add(e.log(sum(e.exp(e.sub(x, finite)), dims)), reshape(finite, shape.filter((_, i) => !dims.includes(i)))); // prettier-ignore
  });
  // A row of −inf has no slope: NaN, as in PyTorch.
  track('logsumexp', [x], [out], ([g], [v, y]) => [e.mul(spread(g!, shape, dims), e.exp(e.sub(v!, spread(y!, shape, dims))))], {
    saved: [x, out],
  });
  return keep(out, shape, dims, keepdim);
}

export type NormOrder = number | 'fro';

export function norm(a: Tensor, { p = 2, dim, keepdim = false }: { p?: NormOrder; dim?: Dims } & Keep = {}): Tensor {
  const x = tensorAt(a, 1, 'norm');
  if (!isFloat(x.dtype)) fail('dtype', 'norm', `expected floats, got ${x.dtype}. Call a.float() first.`);
  const options = { keepdim };
  if (p === Infinity) return amax(e.abs(x), dim, options);
  if (p === -Infinity) return amin(e.abs(x), dim, options);
  if (p === 0) {
    const counted = sum(e.cast(e.ne(x, 0), x.dtype), dim, options);
    track('norm', [x], [counted], () => [compute('fill', [], x.shape, x.dtype, { value: 0 }, x.device)]);
    return counted;
  }
  if (p === 1) return sum(e.abs(x), dim, options);
  if (p === 2 || p === 'fro') {
    const dims = dimsOf(x, dim);
    const { shape } = x;
    const out = noGrad(() => e.sqrt(sum(e.square(x), dim)));
    // norm'(0) = 0: x/‖x‖ with 0 where the norm is 0.
    track('norm', [x], [out], ([g], [v, y]) => {
      const length = spread(isGradEnabled() ? e.sqrt(sum(e.square(v!), dim)) : y!, shape, dims);
      return [e.mul(spread(g!, shape, dims), e.where(e.eq(length, 0), 0, e.div(v!, length)))];
    }, { saved: [x, out] }); // prettier-ignore
    return keep(out, shape, dims, keepdim);
  }
  if (typeof p !== 'number') fail('value', 'norm', `expected p to be a number or "fro", got ${describe(p)}.`);
  const dims = dimsOf(x, dim);
  const { shape } = x;
  const out = noGrad(() => e.pow(sum(e.pow(e.abs(x), p), dim), 1 / p));
  track(
    'norm',
    [x],
    [out],
    ([g], [v, y]) => {
      // sign(x)·(|x|/‖x‖)^(p−1), with 0 where an element or the whole norm is 0.
      const length = spread(y!, shape, dims);
      const none = noGrad(() => e.logicalOr(e.eq(v!, 0), e.eq(length, 0)));
      const ratio = e.div(e.abs(e.where(none, 1, v!)), e.where(none, 1, length));
      return [e.mul(spread(g!, shape, dims), e.where(none, 0, e.mul(e.sign(v!), e.pow(ratio, p - 1))))];
    },
    { saved: [x, out] },
  );
  return keep(out, shape, dims, keepdim);
}

export function median(a: Tensor, dim?: number | null, { keepdim = false }: Keep = {}): Tensor | Picked {
  const x = tensorAt(a, 1, 'median');
  if (dim === undefined || dim === null) {
    if (x.numel() === 0 && isFloat(x.dtype)) return compute('fill', [], [], x.dtype, { value: NaN }, x.device);
    return (median(reshape(x, [x.numel()]), 0) as Picked).values;
  }
  const at = dimIn(dim, x.ndim);
  const n = x.shape[at] ?? 1;
  if (n === 0) fail('value', 'median', `expected at least one element to reduce, got ${show(x.shape)}.`);
  if (x.ndim === 0) return { values: viewed(x, x.shape), indices: compute('fill', [], [], 'int32', { value: 0 }, x.device) };
  const { indices } = sort(
    noGrad(() => viewed(x, x.shape)),
    { dim: at },
  );
  // NaN sorts last; a row with a NaN has it as its median.
  let middle = narrow(indices, at, (n - 1) >> 1, 1);
  if (isFloat(x.dtype)) {
    const last = narrow(indices, at, n - 1, 1);
    middle = noGrad(() => e.where(e.isnan(pick(x, at, contiguousIds(last))), firstNaN(x, at), middle));
  }
  const ids = contiguousIds(middle);
  const values = pick(x, at, ids);
  return keepdim ? { values, indices: ids } : { values: dropDim(values, at), indices: dropDim(ids, at) };
}

const contiguousIds = (t: Tensor): Tensor => (t.isContiguous() ? t : compute('copy', [t], t.shape, t.dtype, {}));
const firstNaN = (x: Tensor, dim: number): Tensor => arg('argmax', e.cast(e.isnan(x), 'uint8'), dim, true);
// ---- scans

function scanned(fn: 'sum' | 'prod' | 'logsumexp', x: Tensor, dim: number): Tensor {
  const at = dimIn(dim, x.ndim);
  const input = isFloat(x.dtype) || x.dtype === 'int32' ? x : e.cast(x, 'int32');
  if (x.ndim === 0) return compute('copy', [input], [], input.dtype, {});
  const order = [...x.shape.keys()].filter((i) => i !== at).concat(at);
  const moved = makeView(input, order.map((i) => x.shape[i]!), order.map((i) => input.strides[i]!)); // prettier-ignore
  const out = compute('scan', [moved], moved.shape, input.dtype, { fn });
  const inverse = inverseOf(order);
  return makeView(out, inverse.map((i) => out.shape[i]!), inverse.map((i) => out.strides[i]!)); // prettier-ignore
}

export function cumsum(a: Tensor, dim: number): Tensor {
  const x = tensorAt(a, 1, 'cumsum');
  const out = scanned('sum', x, dim);
  if (isFloat(x.dtype)) track('cumsum', [x], [out], ([g]) => [x.ndim === 0 ? g : flip(cumsum(flip(g!, [dim]), dim), [dim])]);
  return out;
}

export function cumprod(a: Tensor, dim: number): Tensor {
  const x = tensorAt(a, 1, 'cumprod');
  const out = scanned('prod', x, dim);
  if (isFloat(x.dtype))
    track('cumprod', [x], [out], ([g], [v]) => [x.ndim === 0 ? g : cumprodGradient(g!, v!, dimIn(dim, x.ndim))], { saved: [x] });
  return out;
}

/** Σ_{j ≥ i} g_j · Π_{k ≤ j, k ≠ i} x_k, by a table of n² products where a zero forbids dividing. */
function cumprodGradient(g: Tensor, x: Tensor, dim: number): Tensor {
  const n = x.shape[dim]!;
  const pieces: Tensor[] = [];
  for (let i = 0; i < n; i++) {
    // Products of the prefix with x_i replaced by 1, from i on.
    const tail = narrow(x, dim, i, n - i);
    const head = i > 0 ? prodAlong(narrow(x, dim, 0, i), dim) : null;
    const one = compute('fill', [], narrow(x, dim, i, 1).shape, x.dtype, { value: 1 }, x.device);
    const replaced = n - i > 1 ? concat(one, narrow(tail, dim, 1, n - i - 1), dim) : one;
    const running = cumprod(replaced, dim);
    const weighted = e.mul(narrow(g, dim, i, n - i), head ? e.mul(running, head) : running);
    pieces.push(sum(weighted, dim, { keepdim: true }));
  }
  return cat(pieces, { dim });
}

const prodAlong = (x: Tensor, dim: number): Tensor => prod(x, dim, { keepdim: true });

export function logcumsumexp(a: Tensor, dim: number): Tensor {
  const x = tensorAt(a, 1, 'logcumsumexp');
  if (!isFloat(x.dtype)) fail('dtype', 'logcumsumexp', `expected floats, got ${x.dtype}.`);
  const out = scanned('logsumexp', x, dim);
  track(
    'logcumsumexp',
    [x],
    [out],
    ([g], [v, y]) => {
      if (v!.ndim === 0) return [g];
      if (isGradEnabled()) return [logcumsumexpGradient(g!, v!, y!, dimIn(dim, v!.ndim))];
      // x_i gets Σ_{j ≥ i} g_j·exp(x_i − y_j): positive and negative parts as running logsumexps from behind.
      const part = (positive: boolean): Tensor => {
        const side = positive ? e.maximum(g!, 0) : e.neg(e.minimum(g!, 0));
        const behind = flip(logcumsumexp(flip(e.sub(e.log(side), y!), [dim]), dim), [dim]);
        return e.exp(e.add(behind, v!));
      };
      return [e.sub(part(true), part(false))];
    },
    { saved: [x, out] },
  );
  return out;
}

/** The same by a table of n² slopes exp(x_i − y_j), j ≥ i, which can be differentiated again where g has zeros or changes its sign. */
function logcumsumexpGradient(g: Tensor, x: Tensor, y: Tensor, dim: number): Tensor {
  const order = [...x.shape.keys()].filter((i) => i !== dim).concat(dim);
  const [gs, xs, ys] = [g, x, y].map((t) => permute(t, order)) as [Tensor, Tensor, Tensor];
  const last = x.ndim - 1;
  const n = x.shape[dim]!;
  const places = (shape: Shape): Tensor => compute('iota', [], shape, 'int32', { start: 0, step: 1 }, x.device);
  const behind = noGrad(() => e.ge(places([1, n]), places([n, 1])));
  const differences = e.where(behind, e.sub(unsqueeze(xs, last + 1), unsqueeze(ys, last)), -Infinity);
  return permute(sum(e.mul(e.exp(differences), unsqueeze(gs, last)), last + 1), inverseOf(order));
}

arithmetic.unbroadcast = unbroadcast;
