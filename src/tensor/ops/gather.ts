/* Reading and writing by index tensors (tensor-api.md 7.5), and `at`, indexing as Python does (2). */

import { track, noGrad } from '../autograd.ts';
import { compute, computeInto, fromHost } from '../dispatch.ts';
import { isFloat } from '../dtype.ts';
import { fail } from '../error.ts';
import { broadcastShapes, contiguousStrides, dimIn, show, sizeOf, type Shape } from '../shape.ts';
import { makeView, Tensor } from '../tensor.ts';
import { checkRange } from './checks.ts';
import * as e from './elementwise.ts';
import { describe, expanded, numberFor, numberOption, tensorAt, type Operand } from './operands.ts';
import { cat, clone, flatten, narrow, permute, reshape, select, slice, unsqueeze } from './view.ts';

/** Index tensors are int32 or uint8; returned as int32, contiguous. */
function indexAt(value: unknown, position: number, name: string): Tensor {
  const index = tensorAt(value, position, name);
  if (index.dtype !== 'int32' && index.dtype !== 'uint8') {
    fail(
      'dtype',
      name,
      `expected int32 indices, got ${index.dtype}. Make them with { dtype: "int32" }${index.dtype === 'bool' ? '; for masks use maskedFill, where or maskedSelect' : ''}.`,
    );
  }
  return index.dtype === 'uint8' ? noGrad(() => e.cast(index, 'int32')) : index;
}

/** x[…, index[…], …]: x cut to the index's sizes but in `dim`; tracked, range unchecked. */
export function pick(x: Tensor, dim: number, index: Tensor): Tensor {
  const bool = x.dtype === 'bool';
  const source = bool ? e.cast(x, 'uint8') : x;
  const shape = source.shape.map((length, i) => (i === dim ? length : index.shape[i]!));
  const out = compute('gather', [makeView(source, shape, source.strides), index], index.shape, source.dtype, { dim });
  const from = x.shape;
  if (isFloat(x.dtype)) track('gather', [x], [out], ([g], [ids]) => [scatterOnto(from, dim, ids!, g!)], { saved: [index] });
  return bool ? e.cast(out, 'bool') : out;
}

/** Zeros of a shape with `src` added at the indices; tracked. */
export function scatterOnto(shape: Shape, dim: number, index: Tensor, src: Tensor): Tensor {
  const out = compute('fill', [], shape, src.dtype, { value: 0 }, src.device);
  scatterInto(out, dim, index, src, 'add');
  track('scatterAdd', [src], [out], ([g], [ids]) => [pick(g!, dim, ids!)], { saved: [index] });
  return out;
}

function scatterInto(target: Tensor, dim: number, index: Tensor, src: Tensor, mode: 'set' | 'add'): void {
  if (index.numel() === 0) return;
  const shape = target.shape.map((length, i) => (i === dim ? length : index.shape[i]!));
  const cut = makeView(src, [...index.shape], src.strides);
  computeInto('scatter', [index, cut], [makeView(target, shape, target.strides)], { dim, mode });
}

/** Shapes of gather and scatter: one rank, the index no bigger than `x` but in `dim`. */
function checkIndexShape(x: Tensor, dim: number, index: Tensor, name: string): void {
  const fits = x.ndim === index.ndim && index.shape.every((length, i) => i === dim || length <= x.shape[i]!);
  if (!fits)
    fail(
      'shape',
      name,
      `expected an index of ${x.ndim} dims, no bigger than ${show(x.shape)} but in dim ${dim}, got ${show(index.shape)}.`,
    );
}

/** 0-d tensors index as 1-d ones of one element. */
const atLeast1 = (x: Tensor): Tensor => (x.ndim === 0 ? reshape(x, [1]) : x);

export function gather(a: Tensor, dim: number, indices: Tensor): Tensor {
  const x = tensorAt(a, 1, 'gather');
  const index = indexAt(indices, 3, 'gather');
  const at = dimIn(dim, x.ndim);
  if (x.ndim === 0 || index.ndim === 0) return reshape(gather(atLeast1(x), 0, atLeast1(index)), index.shape);
  checkIndexShape(x, at, index, 'gather');
  checkRange(index, x.shape[at]!, 'gather', { mild: true });
  return pick(x, at, index);
}

export function takeAlongDim(a: Tensor, indices: Tensor, dim?: number | null): Tensor {
  const x = tensorAt(a, 1, 'takeAlongDim');
  const index = indexAt(indices, 2, 'takeAlongDim');
  if (dim === undefined || dim === null) return gather(flatten(x), 0, flatten(index));
  const at = dimIn(dim, x.ndim);
  if (x.ndim !== index.ndim) fail('shape', 'takeAlongDim', `expected an index of ${x.ndim} dims, got ${show(index.shape)}.`);
  const common = broadcastShapes(x.shape.map((n, i) => (i === at ? 1 : n)), index.shape.map((n, i) => (i === at ? 1 : n))); // prettier-ignore
  const source = expandTracked(x, common.map((n, i) => (i === at ? x.shape[at]! : n))); // prettier-ignore
  return gather(source, at, expanded(index, common.map((n, i) => (i === at ? index.shape[at]! : n)))); // prettier-ignore
}

const expandTracked = (x: Tensor, shape: Shape): Tensor =>
  show(x.shape) === show(shape) ? x : e.add(x, compute('fill', [], shape, x.dtype, { value: 0 }, x.device));

function scattered(mode: 'set' | 'add', name: string, a: Tensor, dim: number, indices: Tensor, source: Operand): Tensor {
  const x = tensorAt(a, 1, name);
  const index = indexAt(indices, 3, name);
  const at = dimIn(dim, x.ndim);
  const isTensor = source instanceof Tensor;
  const src = isTensor ? tensorAt(source, 4, name) : e.cast(expandedNumber(source, index), x.dtype);
  if (src.dtype !== x.dtype) fail('dtype', name, `expected src of ${x.dtype} as the tensor, got ${src.dtype}.`);
  if (x.ndim === 0) return reshape(scattered(mode, name, reshape(x, [1]), 0, atLeast1(index), atLeast1(src)), []);
  if (x.dtype === 'bool' && mode === 'add')
    return e.cast(scattered(mode, name, e.cast(x, 'int32'), at, index, e.cast(src, 'int32')), 'bool');
  checkIndexShape(x, at, index, name);
  if (src.ndim !== index.ndim || index.shape.some((length, i) => length > src.shape[i]!)) {
    fail('shape', name, `expected src at least as big as the index ${show(index.shape)}, got ${show(src.shape)}.`);
  }
  checkRange(index, x.shape[at]!, name);
  const out = compute('copy', [x], x.shape, x.dtype, {});
  scatterInto(out, at, index, src, mode);
  const srcShape = src.shape;
  if (isFloat(x.dtype)) {
    track(
      name,
      [x, isTensor ? src : null],
      [out],
      ([g], [ids], needs) => [
        needs[0] ? (mode === 'add' ? g : e.mul(g!, clearedAt(g!.shape, at, ids!, g!))) : null,
        needs[1] ? padTo(pick(g!, at, ids!), srcShape) : null,
      ],
      { saved: [index] },
    );
  }
  return out;
}

const expandedNumber = (value: Operand, index: Tensor): Tensor =>
  typeof value === 'number' || typeof value === 'boolean'
    ? compute('fill', [], index.shape, 'float32', { value: Number(value) }, index.device)
    : fail('value', 'scatter', `expected src to be a tensor or a number, got ${describe(value)}.`);

/** 1 everywhere but 0 at the indices. */
function clearedAt(shape: Shape, dim: number, index: Tensor, like: Tensor): Tensor {
  return noGrad(() => {
    const ones = compute('fill', [], shape, like.dtype, { value: 1 }, like.device);
    scatterInto(ones, dim, index, compute('fill', [], index.shape, like.dtype, { value: 0 }, like.device), 'set');
    return ones;
  });
}

/** Zeros of a bigger shape with `x` at its beginning. */
function padTo(x: Tensor, shape: Shape): Tensor {
  if (show(x.shape) === show(shape)) return x;
  return shape.reduce((current, length, dim) => {
    const missing = length - current.shape[dim]!;
    if (missing === 0) return current;
    const gap = current.shape.map((n, i) => (i === dim ? missing : n));
    return cat([current, compute('fill', [], gap, x.dtype, { value: 0 }, x.device)], { dim });
  }, x);
}

export const scatter = (a: Tensor, dim: number, index: Tensor, src: Operand): Tensor => scattered('set', 'scatter', a, dim, index, src);
export const scatterAdd = (a: Tensor, dim: number, index: Tensor, src: Tensor): Tensor =>
  scattered('add', 'scatterAdd', a, dim, index, src);

/** Whole slices of a dim, in the order of a 1-D index. */
export function indexSelect(a: Tensor, dim: number, indices: Tensor): Tensor {
  const x = tensorAt(a, 1, 'indexSelect');
  const index = atLeast1(indexAt(indices, 3, 'indexSelect'));
  if (index.ndim !== 1) fail('shape', 'indexSelect', `expected a 1-D index, got ${show(index.shape)}. Use at(…, index) for more dims.`);
  const at = dimIn(dim, x.ndim);
  if (x.ndim === 0) return reshape(indexSelect(reshape(x, [1]), 0, index), []);
  checkRange(index, x.shape[at]!, 'indexSelect', { mild: true });
  if (at === 0) return rowsOf(x, index);
  return pick(x, at, alongDim(index, x.shape, at));
}

/** A 1-D index spread over the other dims of a shape. */
const alongDim = (index: Tensor, shape: Shape, dim: number): Tensor =>
  makeView(
    index,
    shape.map((length, i) => (i === dim ? index.shape[0]! : length)),
    shape.map((_, i) => (i === dim ? index.strides[0]! : 0)),
  );

/** Rows of a table: table (V, …) by ids (N) → (N, …). Repeated ids add up in the gradient. */
export function rowsOf(table: Tensor, ids: Tensor, paddingIdx: number | null = null): Tensor {
  const width = sizeOf(table.shape.slice(1));
  const bool = table.dtype === 'bool';
  const source = bool ? e.cast(table, 'uint8') : table;
  const flat = makeView(contiguousRaw(source), [table.shape[0]!, width], [width, 1]);
  const flatIds = contiguousRaw(ids);
  const n = ids.numel();
  const out0 = compute('rows', [flat, makeView(flatIds, [n], [1])], [n, width], source.dtype, {});
  const out = makeView(out0, [...ids.shape, ...table.shape.slice(1)], contiguousStrides([...ids.shape, ...table.shape.slice(1)]));
  const shape = table.shape;
  if (isFloat(table.dtype))
    track('embedding', [table], [out], ([g], [kept]) => [rowsSum(g!, kept!, shape, paddingIdx)], { saved: [flatIds] });
  return bool ? e.cast(out, 'bool') : out;
}

const contiguousRaw = (x: Tensor): Tensor => (x.isContiguous() ? x : compute('copy', [x], x.shape, x.dtype, {}));

/** Zeros of a table's shape with the rows of `g` (…ids, …row) added at their ids; tracked. */
function rowsSum(g: Tensor, ids: Tensor, shape: Shape, paddingIdx: number | null): Tensor {
  const width = sizeOf(shape.slice(1));
  const n = ids.numel();
  const out = compute('fill', [], shape, g.dtype, { value: 0 }, g.device);
  const flat = makeView(contiguousRaw(g), [n, width], [width, 1]);
  if (n > 0) computeInto('rowsAdd', [makeView(contiguousRaw(ids), [n], [1]), flat], [makeView(out, [shape[0]!, width], [width, 1])], {});
  if (paddingIdx !== null) computeInto('fill', [], [makeView(out, [1, width], [width, 1], paddingIdx * width)], { value: 0 });
  track('rowsAdd', [g], [out], ([again]) => [rowsOf(paddingIdx === null ? again! : withoutRow(again!, paddingIdx), ids)]);
  return out;
}

function withoutRow(table: Tensor, row: number): Tensor {
  const rows = compute('iota', [], [table.shape[0]!, ...table.shape.slice(1).map(() => 1)], 'int32', { start: 0, step: 1 }, table.device);
  return e.where(e.ne(rows, row), table, 0);
}

export function indexAdd(a: Tensor, dim: number, indices: Tensor, source: Tensor, { alpha = 1 }: { alpha?: number } = {}): Tensor {
  const x = tensorAt(a, 1, 'indexAdd');
  const index = atLeast1(indexAt(indices, 3, 'indexAdd'));
  const src = tensorAt(source, 4, 'indexAdd');
  const at = dimIn(dim, x.ndim);
  const fits = src.ndim === x.ndim && src.shape.every((length, i) => length === (i === at ? index.shape[0] : x.shape[i]));
  if (index.ndim !== 1 || !fits) {
    fail(
      'shape',
      'indexAdd',
      `expected src ${show(x.shape.map((n, i) => (i === at ? index.shape[0]! : n)))} for the index ${show(index.shape)}, got ${show(src.shape)}.`,
    );
  }
  checkRange(index, x.shape[at]!, 'indexAdd');
  return scatterAdd(x, at, alongDim(index, src.shape, at), alpha === 1 ? src : e.mul(src, numberOption(alpha, 'alpha')));
}

/** value where the mask holds; the mask broadcasts. */
export function maskedFill(a: Tensor, mask: Tensor, value: Operand): Tensor {
  const x = tensorAt(a, 1, 'maskedFill');
  const test = tensorAt(mask, 2, 'maskedFill');
  if (test.dtype !== 'bool') fail('dtype', 'maskedFill', `expected a bool mask, got ${test.dtype}. Compare first, e.g. m.ne(0).`);
  if (value instanceof Tensor && value.ndim > 0)
    fail('shape', 'maskedFill', `expected a number or a 0-d value, got ${show(value.shape)}. Use where.`);
  const fill = value instanceof Tensor ? e.cast(value, x.dtype) : value;
  return e.where(test, typeof fill === 'number' || typeof fill === 'boolean' ? e.cast(scalarLike(fill, x), x.dtype) : fill, x);
}

const scalarLike = (value: number | boolean, like: Tensor): Tensor =>
  compute('fill', [], [], like.dtype, { value: numberFor(value, like.dtype, 'maskedFill') }, like.device);

/** Elements of the flattened tensor. */
export function take(a: Tensor, indices: Tensor): Tensor {
  const x = tensorAt(a, 1, 'take');
  const index = indexAt(indices, 2, 'take');
  checkRange(index, x.numel(), 'take', { from: -x.numel(), mild: true });
  return reshape(pick(reshape(x, [-1]), 0, wrapped(reshape(index, [-1]), x.numel())), index.shape);
}

/** Negative indices counted from the end. */
const wrapped = (index: Tensor, size: number): Tensor => noGrad(() => e.where(e.lt(index, 0), e.add(index, size), index));

export type Index = number | null | 'new' | '...' | Tensor | readonly (number | null)[];

/** Indexing as Python does: see tensor-api.md 2. */
export function at(a: Tensor, ...index: readonly Index[]): Tensor {
  const x = tensorAt(a, 1, 'at');
  const consumed = index.filter((part) => part !== 'new' && part !== '...').length;
  if (consumed > x.ndim) fail('index', 'at', `expected at most ${x.ndim} indices for ${show(x.shape)}, got ${consumed}.`);
  if (index.filter((part) => part === '...').length > 1) fail('index', 'at', 'expected "..." at most once.');
  const parts = index.includes('...')
    ? index.flatMap((part) => (part === '...' ? new Array<null>(x.ndim - consumed).fill(null) : [part]))
    : index;
  let current = x;
  let dim = 0;
  const gathered: { dim: number; index: Tensor }[] = [];
  for (const part of parts) {
    if (part === null) dim += 1;
    else if (part === 'new') {
      current = unsqueeze(current, dim);
      dim += 1;
    } else if (typeof part === 'number') {
      const size = current.shape[dim]!;
      if (!Number.isInteger(part) || part < -size || part >= size)
        fail('index', 'at', `index ${part} is out of range for dim ${dim} with ${size} elements.`);
      current = select(current, dim, part);
    } else if (part instanceof Tensor) {
      if (part.dtype === 'bool')
        fail('dtype', 'at', 'a bool mask would give a shape that depends on values. Use maskedFill, where, or await maskedSelect.');
      gathered.push({ dim, index: indexAt(part, dim + 2, 'at') });
      dim += 1;
    } else if (Array.isArray(part)) {
      checkSlice(part);
      const [start = null, end = null, step = 1] = part as (number | null)[];
      current = slice(current, dim, start, end, step ?? 1);
      dim += 1;
    } else fail('index', 'at', `expected a number, [start, end, step], null, "...", "new" or an int32 tensor, got ${describe(part)}.`);
  }
  return gathered.length > 0 ? gatherDims(current, gathered) : current;
}

function checkSlice(part: readonly unknown[]): void {
  if ((part.length !== 2 && part.length !== 3) || !part.every((v) => v === null || Number.isInteger(v)))
    fail(
      'index',
      'at',
      `expected [start, end] or [start, end, step] of integers or null, got [${part.map(String).join(', ')}]. To pick single places give an int32 tensor.`,
    );
}

/** Several index tensors at once, broadcast; their dims come where the first one stood (in front, where they are apart). */
function gatherDims(x: Tensor, parts: readonly { dim: number; index: Tensor }[]): Tensor {
  const common = broadcastShapes(...parts.map((part) => part.index.shape));
  const dims = parts.map((part) => part.dim);
  const adjacent = dims.every((dim, i) => i === 0 || dim === dims[i - 1]! + 1);
  const rest = [...x.shape.keys()].filter((d) => !dims.includes(d));
  const moved = permute(x, [...dims, ...rest]);
  const sizes = dims.map((d) => x.shape[d]!);
  const flat = noGrad(() => {
    let position: Tensor | null = null;
    parts.forEach(({ index }, i) => {
      checkRange(index, sizes[i]!, 'at', { from: -sizes[i]! });
      const own = wrapped(index, sizes[i]!);
      const scaledBefore: Tensor | null = position && e.mul(position, sizes[i]!);
      position = scaledBefore ? e.add(scaledBefore, own) : own;
    });
    const full = expanded(position!, common);
    return full.isContiguous() ? full : clone(full);
  });
  const table = reshape(moved, [sizeOf(sizes), ...rest.map((d) => x.shape[d]!)]);
  const out = rowsOf(table, flat);
  if (!adjacent || dims[0] === 0) return out;
  const lead = dims[0]!;
  const n = common.length;
  const order = [...Array.from({ length: lead }, (_, i) => n + i), ...Array.from({ length: n }, (_, i) => i)];
  for (let i = n + lead; i < out.ndim; i++) order.push(i);
  return permute(out, order);
}

export { fromHost, indexAt, narrow };
