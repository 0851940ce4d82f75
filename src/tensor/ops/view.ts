/* Shape operations: views where strides allow, copies where not (tensor-api.md 2 and 7.4). */

import { track } from '../autograd.ts';
import { compute, computeInto, emptyTensor } from '../dispatch.ts';
import { isFloat, promote, type DType } from '../dtype.ts';
import { fail } from '../error.ts';
import {
  broadcastShapes,
  contiguousStrides,
  dimIn,
  dimsIn,
  expandStrides,
  inferSize,
  sameShape,
  shapeFrom,
  show,
  sizeOf,
  viewStrides,
  type Shape,
} from '../shape.ts';
import { makeView, type Tensor } from '../tensor.ts';
import { arithmetic } from '../autograd.ts';
import * as e from './elementwise.ts';
import { describe, tensorAt } from './operands.ts';

/** A tracked view: the same numbers under other strides; `inverse` brings a gradient back. */
function view(name: string, x: Tensor, shape: Shape, strides: readonly number[], offset: number, inverse: (g: Tensor) => Tensor): Tensor {
  const out = makeView(x, [...shape], strides, offset);
  if (isFloat(x.dtype)) {
    out.base = x.base ?? x;
    track(name, [x], [out], ([g]) => [inverse(g!)]);
  }
  return out;
}

/** The same elements under another shape, which strides must allow: for internal use on what is known to be contiguous. */
export function viewed(x: Tensor, shape: Shape): Tensor {
  const { shape: from } = x;
  const strides = viewStrides(x.shape, x.strides, shape) ?? contiguousStrides(shape);
  return view('view', x, shape, strides, x.offset, (g) => reshape(g, from));
}

/** Row-major without gaps: the tensor itself where it is, else a tracked copy. */
export const contiguous = (a: Tensor): Tensor => (tensorAt(a, 1, 'contiguous').isContiguous() ? a : clone(a));

export function clone(a: Tensor): Tensor {
  const x = tensorAt(a, 1, 'clone');
  const out = compute('copy', [x], x.shape, x.dtype, {});
  if (isFloat(x.dtype)) track('clone', [x], [out], ([g]) => [g]);
  return out;
}

/** The same numbers without a past: nothing flows back through it. */
export const detach = (a: Tensor): Tensor => makeView(tensorAt(a, 1, 'detach'), a.shape, a.strides, a.offset);

/** One −1 in `shape` is inferred. A view where strides allow, else a copy. */
export function reshape(a: Tensor, ...sizes: readonly (number | readonly number[])[]): Tensor {
  const x = tensorAt(a, 1, 'reshape');
  const shape = inferSize(shapeFrom(sizes, 'reshape', true), x.numel(), x.shape, 'reshape');
  const strides = viewStrides(x.shape, x.strides, shape);
  const from = x.shape;
  if (strides) return view('reshape', x, shape, strides, x.offset, (g) => reshape(g, from));
  const copy = clone(x);
  return view('reshape', copy, shape, contiguousStrides(shape), 0, (g) => reshape(g, from));
}

/** As reshape, but only ever a view. */
export function viewAs(a: Tensor, ...sizes: readonly (number | readonly number[])[]): Tensor {
  const x = tensorAt(a, 1, 'view');
  const shape = inferSize(shapeFrom(sizes, 'view', true), x.numel(), x.shape, 'view');
  if (!viewStrides(x.shape, x.strides, shape))
    fail('shape', 'view', `${show(x.shape)} with strides ${show(x.strides)} cannot be seen as ${show(shape)} without a copy. Use reshape.`);
  return reshape(x, shape);
}

export function flatten(a: Tensor, { startDim = 0, endDim = -1 }: { startDim?: number; endDim?: number } = {}): Tensor {
  const x = tensorAt(a, 1, 'flatten');
  if (x.ndim === 0) return reshape(x, [1]);
  const [start, end] = [dimIn(startDim, x.ndim), dimIn(endDim, x.ndim)];
  if (start > end) fail('value', 'flatten', `expected startDim ≤ endDim, got ${startDim} and ${endDim}.`);
  return reshape(x, [...x.shape.slice(0, start), sizeOf(x.shape.slice(start, end + 1)), ...x.shape.slice(end + 1)]);
}

export function unflatten(a: Tensor, dim: number, sizes: readonly number[]): Tensor {
  const x = tensorAt(a, 1, 'unflatten');
  const at = dimIn(dim, x.ndim);
  const inner = inferSize(shapeFrom([sizes], 'unflatten', true), x.shape[at]!, [x.shape[at]!], 'unflatten');
  return reshape(x, [...x.shape.slice(0, at), ...inner, ...x.shape.slice(at + 1)]);
}

export function squeeze(a: Tensor, dim?: number | readonly number[] | null): Tensor {
  const x = tensorAt(a, 1, 'squeeze');
  const dims = dim === undefined || dim === null ? null : dimsIn(dim, x.ndim);
  return reshape(x, x.shape.filter((length, i) => length !== 1 || (dims !== null && !dims.includes(i)))); // prettier-ignore
}

export function unsqueeze(a: Tensor, dim: number): Tensor {
  const x = tensorAt(a, 1, 'unsqueeze');
  const at = dimIn(dim, x.ndim + 1);
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

export function permute(a: Tensor, ...order: readonly (number | readonly number[])[]): Tensor {
  const x = tensorAt(a, 1, 'permute');
  const list = (order.length === 1 && Array.isArray(order[0]) ? order[0] : order) as readonly number[];
  const dims = list.map((d) => dimIn(d, x.ndim));
  if (dims.length !== x.ndim || new Set(dims).size !== dims.length) {
    fail('value', 'permute', `expected each of the ${x.ndim} dims of ${show(x.shape)} once, got ${show(list)}.`);
  }
  const inverse = dims.map((_, i) => dims.indexOf(i));
  return view('permute', x, dims.map((d) => x.shape[d]!), dims.map((d) => x.strides[d]!), x.offset, (g) => permute(g, inverse)); // prettier-ignore
}

export function transpose(a: Tensor, d0: number, d1: number): Tensor {
  const x = tensorAt(a, 1, 'transpose');
  const [i, j] = [dimIn(d0, x.ndim), dimIn(d1, x.ndim)];
  if (x.ndim < 2) return viewed(x, x.shape);
  const order = [...x.shape.keys()];
  [order[i], order[j]] = [order[j]!, order[i]!];
  return permute(x, order);
}

export function t(a: Tensor): Tensor {
  const x = tensorAt(a, 1, 't');
  if (x.ndim > 2) fail('shape', 't', `expected at most 2 dims, got ${show(x.shape)}. Use transpose(d0, d1) or mT.`);
  return x.ndim < 2 ? viewed(x, x.shape) : transpose(x, 0, 1);
}

export function movedim(a: Tensor, from: number | readonly number[], to: number | readonly number[]): Tensor {
  const x = tensorAt(a, 1, 'movedim');
  const [source, target] = [from, to].map((d) => (typeof d === 'number' ? [d] : d).map((i) => dimIn(i, x.ndim))) as [number[], number[]];
  if (source.length !== target.length)
    fail('value', 'movedim', `expected as many dims to move as places, got ${source.length} and ${target.length}.`);
  if (new Set(source).size !== source.length || new Set(target).size !== target.length) fail('value', 'movedim', 'expected each dim once.');
  const order = new Array<number>(x.ndim).fill(-1);
  source.forEach((d, i) => (order[target[i]!] = d));
  const rest = [...x.shape.keys()].filter((d) => !source.includes(d));
  return permute(x, order.map((d) => (d >= 0 ? d : rest.shift()!))); // prettier-ignore
}

/** A bigger shape without copying; −1 keeps a dim. */
export function expand(a: Tensor, ...sizes: readonly (number | readonly number[])[]): Tensor {
  const x = tensorAt(a, 1, 'expand');
  const wanted = shapeFrom(sizes, 'expand', true);
  const lead = wanted.length - x.ndim;
  const shape = wanted.map((length, i) => (length === -1 && i >= lead ? x.shape[i - lead]! : length));
  const fits =
    lead >= 0 && shape.every((length, i) => length >= 0 && (i < lead || x.shape[i - lead] === length || x.shape[i - lead] === 1));
  if (!fits)
    fail('shape', 'expand', `${show(x.shape)} does not expand to ${show(wanted)}: only dims of size 1, and new ones in front, can grow.`);
  const from = x.shape;
  return view('expand', x, shape, expandStrides(x.shape, x.strides, shape), x.offset, (g) => arithmetic.unbroadcast(g, from));
}
export const broadcastTo = (a: Tensor, shape: readonly number[]): Tensor => expand(a, shape);

export function repeat(a: Tensor, ...sizes: readonly (number | readonly number[])[]): Tensor {
  const x = tensorAt(a, 1, 'repeat');
  const times = shapeFrom(sizes, 'repeat');
  const lead = times.length - x.ndim;
  if (lead < 0) fail('shape', 'repeat', `expected at least ${x.ndim} numbers for ${show(x.shape)}, got ${show(times)}.`);
  const base = [...new Array<number>(lead).fill(1), ...x.shape];
  const split = base.flatMap((length, i) => [times[i]!, length]);
  const spread = expand(reshape(x, base.flatMap((length) => [1, length])), split); // prettier-ignore
  return reshape(contiguous(spread), base.map((length, i) => length * times[i]!)); // prettier-ignore
}

export function flip(a: Tensor, dims: number | readonly number[]): Tensor {
  const x = tensorAt(a, 1, 'flip');
  const list = dimsIn(typeof dims === 'number' ? [dims] : dims.length === 0 ? [] : dims, x.ndim);
  const flipped = typeof dims !== 'number' && dims.length === 0 ? [] : list;
  let offset = x.offset;
  const strides = x.strides.map((stride, i) => {
    const length = x.shape[i]!;
    if (!flipped.includes(i) || length === 0) return stride;
    offset += stride * (length - 1);
    return -stride;
  });
  const turned = makeView(x, x.shape, strides, offset);
  const out = compute('copy', [turned], x.shape, x.dtype, {});
  if (isFloat(x.dtype)) track('flip', [x], [out], ([g]) => [flip(g!, flipped)]);
  return out;
}

export function roll(a: Tensor, shifts: number | readonly number[], { dims }: { dims?: number | readonly number[] } = {}): Tensor {
  const x = tensorAt(a, 1, 'roll');
  if (dims === undefined) {
    if (typeof shifts !== 'number') fail('value', 'roll', 'expected { dims } beside a list of shifts.');
    return reshape(roll(reshape(x, [-1]), shifts, { dims: 0 }), x.shape);
  }
  const by = typeof shifts === 'number' ? [shifts] : shifts;
  const along = typeof dims === 'number' ? [dims] : dims;
  if (by.length !== along.length) fail('value', 'roll', `expected as many shifts as dims, got ${by.length} and ${along.length}.`);
  return along.reduce((current, dim, i) => {
    const at = dimIn(dim, x.ndim);
    const n = x.shape[at]!;
    const shift = n === 0 ? 0 : ((by[i]! % n) + n) % n;
    return shift === 0 ? contiguous(current) : cat([narrow(current, at, n - shift, shift), narrow(current, at, 0, n - shift)], { dim: at });
  }, x);
}

export function narrow(a: Tensor, dim: number, start: number, length: number): Tensor {
  const x = tensorAt(a, 1, 'narrow');
  const at = dimIn(dim, x.ndim);
  const size = x.shape[at] ?? fail('shape', 'narrow', 'expected a tensor with dims, got a 0-d one.');
  const from = start < 0 ? start + size : start;
  if (!Number.isInteger(start) || !Number.isInteger(length) || from < 0 || length < 0 || from + length > size) {
    fail('index', 'narrow', `expected start and length within the ${size} elements of dim ${at}, got ${start} and ${length}.`);
  }
  return sliced(x, at, from, length, 1, 'narrow');
}

/** Every `step`-th of a range of one dim; bounds are checked. */
function sliced(x: Tensor, dim: number, start: number, length: number, step: number, name: string): Tensor {
  const shape = x.shape.map((size, i) => (i === dim ? length : size));
  const strides = x.strides.map((stride, i) => (i === dim ? stride * step : stride));
  const { shape: from, device, dtype } = x;
  const offset = length === 0 ? x.offset : x.offset + start * x.strides[dim]!;
  return view(name, x, shape, strides, offset, (g) => placed(g, from, dim, start, step, dtype, device));
}

/** Zeros of a shape with `g` at every `step`-th place of a dim from `start` on; differentiable. */
function placed(g: Tensor, shape: Shape, dim: number, start: number, step: number, dtype: DType, device: Tensor['device']): Tensor {
  const out = compute('fill', [], shape, dtype, { value: 0 }, device);
  const length = g.shape[dim]!;
  if (g.numel() > 0) {
    const strides = out.strides.map((stride, i) => (i === dim ? stride * step : stride));
    computeInto('copy', [g], [makeView(out, [...g.shape], strides, start * out.strides[dim]!)], {});
  }
  track('place', [g], [out], ([again]) => [sliced(again!, dim, start, length, step, 'narrow')]);
  return out;
}

export function select(a: Tensor, dim: number, index: number): Tensor {
  const x = tensorAt(a, 1, 'select');
  if (x.ndim === 0) fail('index', 'select', 'expected a tensor with dims, got a 0-d one.');
  const at = dimIn(dim, x.ndim);
  const size = x.shape[at]!;
  if (!Number.isInteger(index) || index < -size || index >= size) {
    fail('index', 'select', `index ${index} is out of range for dim ${at} with ${size} element${size === 1 ? '' : 's'}.`);
  }
  const one = sliced(x, at, index < 0 ? index + size : index, 1, 1, 'select');
  return reshape(one, x.shape.filter((_, i) => i !== at)); // prettier-ignore
}

export function unbind(a: Tensor, dim: number | null = 0): Tensor[] {
  const x = tensorAt(a, 1, 'unbind');
  if (x.ndim === 0) fail('shape', 'unbind', 'expected a tensor with dims, got a 0-d one.');
  const at = dimIn(dim ?? 0, x.ndim);
  return Array.from({ length: x.shape[at]! }, (_, i) => select(x, at, i));
}

export function split(a: Tensor, sizes: number | readonly number[], dim: number | null = 0): Tensor[] {
  const x = tensorAt(a, 1, 'split');
  const at = dimIn(dim ?? 0, x.ndim);
  const size = x.shape[at] ?? fail('shape', 'split', 'expected a tensor with dims, got a 0-d one.');
  let list: readonly number[];
  if (typeof sizes === 'number') {
    if (!Number.isInteger(sizes) || sizes < 1) fail('value', 'split', `expected a size ≥ 1, got ${sizes}.`);
    list = Array.from({ length: Math.max(1, Math.ceil(size / sizes)) }, (_, i) => Math.min(sizes, size - i * sizes));
  } else list = sizes;
  if (list.reduce((sum, n) => sum + n, 0) !== size) fail('shape', 'split', `expected sizes that add up to ${size}, got ${show(list)}.`);
  let start = 0;
  return list.map((length) => {
    const piece = narrow(x, at, start, length);
    start += length;
    return piece;
  });
}

export function chunk(a: Tensor, n: number, dim: number | null = 0): Tensor[] {
  const x = tensorAt(a, 1, 'chunk');
  const at = dimIn(dim ?? 0, x.ndim);
  if (!Number.isInteger(n) || n < 1) fail('value', 'chunk', `expected a number of chunks ≥ 1, got ${describe(n)}.`);
  // As PyTorch: of nothing as many empty ones as were asked for.
  if (x.shape[at] === 0) return split(x, new Array<number>(n).fill(0), at);
  return split(x, Math.max(1, Math.ceil((x.shape[at] ?? 1) / n)), at);
}

export function cat(tensors: readonly Tensor[], { dim = 0 }: { dim?: number } = {}): Tensor {
  const list = listOf(tensors, 'cat');
  const rank = Math.max(...list.map((x) => x.ndim));
  if (list.some((x) => x.ndim === 0)) fail('shape', 'cat', 'expected tensors with dims, got a 0-d one. Use stack.');
  const at = dimIn(dim, rank);
  // As PyTorch: an empty 1-D tensor joins anything.
  const used = list.filter((x) => !(x.ndim === 1 && x.shape[0] === 0 && rank > 1));
  const first = used[0]!;
  for (const x of used) {
    if (x.ndim !== rank || x.shape.some((length, i) => i !== at && length !== first.shape[i])) {
      fail('shape', 'cat', `expected sizes equal but in dim ${at}, got ${show(first.shape)} and ${show(x.shape)}.`);
    }
  }
  const dtype = list.reduce(
    (common, x) => (common === x.dtype ? common : promote({ dtype: common, ndim: 1 }, { dtype: x.dtype, ndim: 1 })),
    list[0]!.dtype,
  );
  const inputs = used.map((x) => e.cast(x, dtype));
  const total = inputs.reduce((sum, x) => sum + x.shape[at]!, 0);
  const shape = first.shape.map((length, i) => (i === at ? total : length));
  const out = emptyTensor(shape, dtype, first.device, sizeOf(shape) <= 1024 && inputs.every((x) => x.storage.host !== null));
  const starts: number[] = [];
  let start = 0;
  for (const x of inputs) {
    if (x.device !== first.device) fail('device', 'cat', `expected tensors on one device, got ${first.device} and ${x.device}.`);
    starts.push(start);
    if (x.numel() > 0) computeInto('copy', [x], [makeView(out, [...x.shape], out.strides, start * out.strides[at]!)], {});
    start += x.shape[at]!;
  }
  if (isFloat(dtype))
    track('cat', inputs, [out], ([g], _, needs) => inputs.map((x, i) => (needs[i] ? narrow(g!, at, starts[i]!, x.shape[at]!) : null)));
  return out;
}

function listOf(tensors: unknown, name: string): Tensor[] {
  if (!Array.isArray(tensors) || tensors.length === 0)
    fail('value', name, `expected a list of tensors, got ${Array.isArray(tensors) ? 'an empty one' : describe(tensors)}.`);
  return tensors.map((x, i) => tensorAt(x, i + 1, name));
}

export function stack(tensors: readonly Tensor[], { dim = 0 }: { dim?: number } = {}): Tensor {
  const list = listOf(tensors, 'stack');
  const { shape } = list[0]!;
  for (const x of list)
    if (!sameShape(x.shape, shape)) fail('shape', 'stack', `expected equal shapes, got ${show(shape)} and ${show(x.shape)}.`);
  const at = dimIn(dim, shape.length + 1);
  return cat(list.map((x) => unsqueeze(x, at)), { dim: at }); // prettier-ignore
}

/** Keeps the elements on and below (tril) or on and above (triu) a diagonal; the rest is 0. */
function triangle(name: 'tril' | 'triu', a: Tensor, diagonal: number): Tensor {
  const x = tensorAt(a, 1, name);
  if (x.ndim < 2) fail('shape', name, `expected at least 2 dims, got ${show(x.shape)}.`);
  const mask = triangleMask(name, x.shape.at(-2)!, x.shape.at(-1)!, diagonal, x.device);
  return e.where(mask, x, x.dtype === 'bool' ? false : 0);
}

/** bool [rows, columns]: column − row ≤ diagonal (tril) or ≥ diagonal (triu). */
export function triangleMask(name: 'tril' | 'triu', rows: number, columns: number, diagonal: number, device: Tensor['device']): Tensor {
  const i = compute('iota', [], [rows, 1], 'int32', { start: 0, step: 1 }, device);
  const j = compute('iota', [], [1, columns], 'int32', { start: 0, step: 1 }, device);
  const shifted = e.add(i, diagonal);
  return name === 'tril' ? e.le(j, shifted) : e.ge(j, shifted);
}
export const tril = (a: Tensor, { diagonal = 0 }: { diagonal?: number } = {}): Tensor => triangle('tril', a, diagonal);
export const triu = (a: Tensor, { diagonal = 0 }: { diagonal?: number } = {}): Tensor => triangle('triu', a, diagonal);

/** A view of the elements [i, i + offset] of two dims, as a new last dim. */
export function diagonal(a: Tensor, { offset = 0, dim1 = 0, dim2 = 1 }: { offset?: number; dim1?: number; dim2?: number } = {}): Tensor {
  const x = tensorAt(a, 1, 'diagonal');
  if (x.ndim < 2) fail('shape', 'diagonal', `expected at least 2 dims, got ${show(x.shape)}.`);
  const [i, j] = [dimIn(dim1, x.ndim), dimIn(dim2, x.ndim)];
  if (i === j) fail('value', 'diagonal', `expected two different dims, got ${dim1} and ${dim2}.`);
  const [rows, columns] = [x.shape[i]!, x.shape[j]!];
  const length = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
  const rest = [...x.shape.keys()].filter((d) => d !== i && d !== j);
  const shape = [...rest.map((d) => x.shape[d]!), length];
  const strides = [...rest.map((d) => x.strides[d]!), x.strides[i]! + x.strides[j]!];
  const start = length === 0 ? 0 : offset >= 0 ? offset * x.strides[j]! : -offset * x.strides[i]!;
  const { shape: from, dtype, device } = x;
  return view('diagonal', x, shape, strides, x.offset + start, (g) => onDiagonal(g, from, { offset, dim1: i, dim2: j }, dtype, device));
}

/** Zeros of a shape with `g` on a diagonal; differentiable. */
function onDiagonal(
  g: Tensor,
  shape: Shape,
  options: { offset: number; dim1: number; dim2: number },
  dtype: DType,
  device: Tensor['device'],
): Tensor {
  const out = compute('fill', [], shape, dtype, { value: 0 }, device);
  const target = diagonal(makeView(out, [...shape], out.strides), options);
  if (g.numel() > 0) computeInto('copy', [g], [target], {});
  track('onDiagonal', [g], [out], ([again]) => [diagonal(again!, options)]);
  return out;
}

/** 1-D → matrix with it on a diagonal; 2-D → its diagonal (a copy). */
export function diag(a: Tensor, { diagonal: offset = 0 }: { diagonal?: number } = {}): Tensor {
  const x = tensorAt(a, 1, 'diag');
  if (x.ndim === 2) return clone(diagonal(x, { offset }));
  if (x.ndim !== 1) fail('shape', 'diag', `expected 1 or 2 dims, got ${show(x.shape)}.`);
  const n = x.shape[0]! + Math.abs(offset);
  return onDiagonal(x, [n, n], { offset, dim1: 0, dim2: 1 }, x.dtype, x.device);
}

/** A view [start, end) by step, as Python slices: bounds clip. */
export function slice(x: Tensor, dim: number, start: number | null, end: number | null, step: number): Tensor {
  const size = x.shape[dim]!;
  if (!Number.isInteger(step) || step < 1) fail('value', 'at', `expected a step ≥ 1, got ${step}. Use flip for the other direction.`);
  const clip = (value: number): number => Math.min(size, Math.max(0, value < 0 ? value + size : value));
  const [from, to] = [start === null ? 0 : clip(start), end === null ? size : clip(end)];
  return sliced(x, dim, from, Math.max(0, Math.ceil((to - from) / step)), step, 'slice');
}

export { broadcastShapes };
