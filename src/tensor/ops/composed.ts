/* Operations made of others: in place, counting, einsum, scan, and those whose shape depends on values (asynchronous). */

import { checkInPlace, needsGrad, noGrad } from '../autograd.ts';
import { compute, computeInto, tracing } from '../dispatch.ts';
import { dtypes, isFloat, type DType } from '../dtype.ts';
import { fail, unnamed } from '../error.ts';
import { checkFloat16, data, makeTensor, readAll, refuseTrace } from '../reading.ts';
import { broadcastShapes, dimIn, sameShape, show } from '../shape.ts';
import { Tensor, tensorsOf } from '../tensor.ts';
import * as e from './elementwise.ts';
import { indexSelect, maskedFill } from './gather.ts';
import { describe, expanded, numberFor, tensorAt, type Operand } from './operands.ts';
import { matmul } from './product.ts';
import { amax, amin, sum } from './reduce.ts';
import { bincountInto, sort as sorted, topk as largest, type Picked, type SortOptions } from './sort.ts';
import { cat as joined, clone, diagonal, flatten, permute, reshape, roll as rolled, select, stack as stacked, unsqueeze } from './view.ts';

// ---- comparing whole tensors

export function allclose(a: Tensor, b: Operand, options: { rtol?: number; atol?: number; equalNan?: boolean } = {}): Promise<boolean> {
  const near = noGrad(() => e.isclose(a, b, options));
  return readAll([near], 'allclose').then(([values]) => values!.every((value) => value !== 0));
}

/** Same shape and same values. */
export function equal(a: Tensor, b: Tensor): Promise<boolean> {
  const [x, y] = [tensorAt(a, 1, 'equal'), tensorAt(b, 2, 'equal')];
  if (!sameShape(x.shape, y.shape)) return Promise.resolve(false);
  return readAll([x, y], 'equal').then(([left, right]) => left!.every((value, i) => value === right![i]));
}

// ---- in place

/** Arithmetic on the numbers themselves where nothing is differentiated and types agree; else computed apart and written back. */
function arithmetic_<O>(name: string, fn: 'add' | 'sub' | 'mul' | 'div', apart: (a: Tensor, b: Operand, options?: O) => Tensor) {
  const general = e.inPlace(name, apart as (target: Tensor, b: Operand, options?: O) => Tensor);
  return (a: Tensor, b: Operand, options?: O): Tensor => {
    const x = tensorAt(a, 1, name);
    const plain = !options || Object.keys(options).length === 0;
    if (!plain || !isFloat(x.dtype) || needsGrad([x, b instanceof Tensor ? b : null])) return general(a, b, options);
    checkInPlace(x, name);
    e.checkApart(x, name);
    const y = b instanceof Tensor ? tensorAt(b, 2, name) : null;
    if (y && (y.dtype !== x.dtype || !sameShape(broadcastShapes(x.shape, y.shape), x.shape))) return general(a, b, options);
    // What is read may be what was just written: another view of the same numbers.
    if (y && y !== x && y.storage === x.storage) return general(a, b, options);
    if (!y && typeof b !== 'number') return general(a, b, options);
    const operand = y ?? compute('fill', [], [], x.dtype, { value: b as number }, x.device);
    computeInto('binary', [x, expanded(operand, x.shape)], [x], { fn });
    return x;
  };
}
export const add_ = arithmetic_('add_', 'add', e.add);
export const sub_ = arithmetic_('sub_', 'sub', e.sub);
export const mul_ = arithmetic_('mul_', 'mul', e.mul);
export const div_ = arithmetic_('div_', 'div', e.div);
export const pow_ = e.inPlace('pow_', e.pow);
export const neg_ = e.inPlace('neg_', e.neg);
export const exp_ = e.inPlace('exp_', e.exp);
export const sqrt_ = e.inPlace('sqrt_', e.sqrt);
export const clamp_ = e.inPlace('clamp_', e.clamp);
export const lerp_ = e.inPlace('lerp_', e.lerp);
export const maskedFill_ = e.inPlace('maskedFill_', maskedFill);

export function fill_(a: Tensor, value: Operand): Tensor {
  const x = tensorAt(a, 1, 'fill_');
  checkInPlace(x, 'fill_');
  if (value instanceof Tensor) {
    if (value.ndim > 0) fail('shape', 'fill_', `expected a number or a 0-d tensor, got ${show(value.shape)}. Use copy_.`);
    return copy_(x, value);
  }
  if (x.base !== null && needsGrad([x, x.base])) return copy_(x, value);
  if (typeof value !== 'number' && typeof value !== 'boolean') fail('value', 'fill_', `expected a number, got ${describe(value)}.`);
  computeInto('fill', [], [x], { value: numberFor(value, x.dtype, 'fill_') });
  forget(x);
  return x;
}
export function zero_(a: Tensor): Tensor {
  checkInPlace(tensorAt(a, 1, 'zero_'), 'zero_');
  return fill_(a, 0);
}

/** What was overwritten no longer has a past. */
function forget(x: Tensor): void {
  x.node = null;
}

export function copy_(a: Tensor, source: Operand): Tensor {
  const x = tensorAt(a, 1, 'copy_');
  checkInPlace(x, 'copy_');
  e.checkApart(x, 'copy_');
  const given = source instanceof Tensor ? tensorAt(source, 2, 'copy_') : makeTensor(source, { device: x.device });
  const value = given !== x && given.storage === x.storage ? clone(given) : given;
  if (!sameShape(broadcastShapes(x.shape, value.shape), x.shape)) {
    fail('shape', 'copy_', `expected a source that broadcasts to ${show(x.shape)}, got ${show(value.shape)}.`);
  }
  if (needsGrad([value, x.base]) && isFloat(x.dtype)) {
    const spread = e.cast(e.add(e.cast(value, x.dtype), compute('fill', [], x.shape, x.dtype, { value: 0 }, x.device)), x.dtype);
    e.writeBack(x, spread, 'copy_');
  } else {
    e.copyInto(x, value, 'copy_');
    forget(x);
  }
  return x;
}

// ---- types

export function to(a: Tensor, dtype: DType): Tensor {
  const x = tensorAt(a, 1, 'to');
  if (!dtypes.includes(dtype))
    fail(
      'dtype',
      'to',
      `expected a dtype of ${dtypes.join(', ')}, got ${describe(dtype)}. To move between devices use await t.toDevice(name).`,
    );
  if (dtype === 'float64' && x.device !== 'js')
    fail('dtype', 'to', `float64 is on js only, and this tensor is on ${x.device}. Use await t.toDevice("js") first.`);
  if (dtype === 'float16') checkFloat16(x.device, 'to');
  return e.cast(x, dtype);
}
export const typeAs = (a: Tensor, b: Tensor): Tensor => to(a, tensorAt(b, 2, 'typeAs').dtype);

// ---- shapes

export function repeatInterleave(a: Tensor, n: number | Tensor, { dim }: { dim?: number } = {}): Tensor {
  const x = dim === undefined ? flatten(tensorAt(a, 1, 'repeatInterleave')) : tensorAt(a, 1, 'repeatInterleave');
  const at = dim === undefined ? 0 : dimIn(dim, x.ndim);
  if (n instanceof Tensor) {
    if (n.storage.symbolic) refuseTrace('repeatInterleave');
    const countsOf = ({ storage, offset, strides }: Tensor): number[] => {
      const times = storage.toHost();
      return Array.from({ length: n.numel() }, (_, i) => times[offset + i * (strides[0] ?? 0)]!);
    };
    const counts = countsOf(n);
    // Counts from outside shape the plan; those that the function wrote before are not there yet.
    const isKnown = tracing()?.guard(n, (now) => {
      if (!sameShape(countsOf(now), counts))
        fail('trace', 'repeatInterleave', `the counts were ${show(counts)} when the function was compiled. Compile it anew for others.`);
    });
    if (isKnown === false) refuseTrace('repeatInterleave');
    const ids = (counts.length === 1 ? new Array<number>(x.shape[at]!).fill(counts[0]!) : counts).flatMap((count, i) =>
      new Array<number>(count).fill(i),
    );
    return indexSelect(x, at, makeTensor(Int32Array.from(ids), { device: x.device }));
  }
  if (!Number.isInteger(n) || n < 0) fail('value', 'repeatInterleave', `expected a count ≥ 0, got ${describe(n)}.`);
  const spread = unsqueeze(x, at + 1).expand(...x.shape.slice(0, at + 1), n, ...x.shape.slice(at + 1));
  return reshape(clone(spread), x.shape.map((length, i) => (i === at ? length * n : length))); // prettier-ignore
}

export const topk = (a: Tensor, k: number, dim?: number, options: { largest?: boolean; sorted?: boolean } = {}): Picked =>
  largest(a, k, { ...options, dim: dim ?? -1 });

export const sort = (a: Tensor, dim?: number, options: SortOptions = {}): Picked => sorted(a, { ...options, dim: dim ?? -1 });
export const argsort = (a: Tensor, dim?: number, options: SortOptions = {}): Tensor => noGrad(() => sort(a, dim, options).indices);
export const cat = (tensors: readonly Tensor[], dim?: number): Tensor => joined(tensors, { dim: dim ?? 0 });
export const stack = (tensors: readonly Tensor[], dim?: number): Tensor => stacked(tensors, { dim: dim ?? 0 });
export const roll = (a: Tensor, shifts: number | readonly number[], dims?: number | readonly number[]): Tensor =>
  rolled(a, shifts, dims === undefined ? {} : { dims });

// ---- counting

export function bincount(a: Tensor, weights?: Tensor | null, { minlength = 0 }: { minlength?: number } = {}): Tensor {
  const ids = tensorAt(a, 1, 'bincount');
  if (ids.ndim !== 1 || isFloat(ids.dtype)) fail('dtype', 'bincount', `expected 1-D integers, got ${show(ids.shape)} ${ids.dtype}.`);
  if (weights && !sameShape(weights.shape, ids.shape))
    fail('shape', 'bincount', `expected weights ${show(ids.shape)}, got ${show(weights.shape)}.`);
  const { storage } = ids;
  if (tracing())
    fail(
      'trace',
      'bincount',
      'the length of the result depends on values, which exist only when the plan runs. Use histc, or count outside.',
    );
  if (storage.host === null && ids.device === 'webgpu') {
    fail(
      'unsupported',
      'bincount',
      'the length of the result depends on values that only the device has. Move the ids with await ids.toDevice("js"), or use histc.',
    );
  }
  const values = storage.toHost();
  let most = -1;
  for (let i = 0; i < ids.numel(); i++) {
    const value = values[ids.offset + i * ids.strides[0]!]!;
    if (value < 0) fail('value', 'bincount', `expected integers ≥ 0, got ${value}.`);
    if (value > most) most = value;
  }
  return noGrad(() => bincountInto(e.cast(clone(ids), 'int32'), weights ?? null, Math.max(most + 1, minlength)));
}

/** Counts in equal bins; elements outside, and NaN, count nowhere. `low`, `high`: 0-d tensors. */
function counted(x: Tensor, bins: number, low: Tensor, high: Tensor, weights: Tensor | null): Tensor {
  const width = e.sub(high, low);
  const place = e.floor(e.mul(e.div(e.sub(x, low), width), bins));
  const inside = e.logicalAnd(e.ge(x, low), e.le(x, high));
  const ids = e.cast(e.where(inside, e.clamp(e.nanToNum(place), 0, bins - 1), bins), 'int32');
  return bincountInto(ids, weights ?? compute('fill', [], x.shape, x.dtype, { value: 1 }, x.device), bins + 1).narrow(0, 0, bins);
}

export function histc(a: Tensor, { bins = 100, min = 0, max = 0 }: { bins?: number; min?: number; max?: number } = {}): Tensor {
  const t = tensorAt(a, 1, 'histc');
  if (!isFloat(t.dtype)) fail('dtype', 'histc', `expected floats, got ${t.dtype}. Call a.float() first.`);
  if (!Number.isInteger(bins) || bins < 1) fail('value', 'histc', `expected bins to be an integer ≥ 1, got ${describe(bins)}.`);
  if (min > max) fail('value', 'histc', `expected min ≤ max, got ${min} and ${max}.`);
  return noGrad(() => {
    const x = reshape(clone(t), [-1]);
    const [low, high] = bounds(x, min === max ? null : [min, max], min);
    return clone(counted(x, bins, low, high, null));
  });
}

/** The range as 0-d tensors; of the data where none is given, widened by ½ where it is a point. */
function bounds(x: Tensor, range: readonly [number, number] | null, fallback: number): [Tensor, Tensor] {
  const scalar = (value: number): Tensor => compute('fill', [], [], x.dtype, { value }, x.device);
  if (range) return [scalar(range[0]), scalar(range[1])];
  const low = x.numel() === 0 ? scalar(fallback) : amin(x);
  const high = x.numel() === 0 ? scalar(fallback) : amax(x);
  const point = e.eq(low, high);
  return [e.where(point, e.sub(low, 1), low), e.where(point, e.add(high, 1), high)];
}

export function histogram(
  a: Tensor,
  bins: number | Tensor,
  { range, density = false }: { range?: readonly [number, number]; density?: boolean } = {},
): { hist: Tensor; binEdges: Tensor } {
  const t = tensorAt(a, 1, 'histogram');
  if (!isFloat(t.dtype)) fail('dtype', 'histogram', `expected floats, got ${t.dtype}. Call a.float() first.`);
  return noGrad(() => {
    const x = reshape(clone(t), [-1]);
    let [hist, binEdges]: [Tensor, Tensor] = [x, x];
    if (bins instanceof Tensor) {
      binEdges = clone(bins);
      const n = bins.numel() - 1;
      const place = e.sub(binEdges.searchsorted(x, { right: true }), 1);
      const last = e.eq(x, select(binEdges, 0, n));
      const inside = e.logicalAnd(e.ge(x, select(binEdges, 0, 0)), e.le(x, select(binEdges, 0, n)));
      const ids = e.where(inside, e.where(last, n - 1, place), n);
      hist = bincountInto(e.cast(ids, 'int32'), compute('fill', [], x.shape, x.dtype, { value: 1 }, x.device), n + 1).narrow(0, 0, n);
    } else {
      let [low, high] = bounds(x, range ?? null, 0);
      if (!range) {
        // PyTorch's histogram widens a point by ½, histc by 1.
        const point = x.numel() === 0 ? null : e.eq(amin(x), amax(x));
        if (point) [low, high] = [e.where(point, e.add(low, 0.5), low), e.where(point, e.sub(high, 0.5), high)];
      }
      hist = counted(x, bins, low, high, null);
      const steps = compute('iota', [], [bins + 1], x.dtype, { start: 0, step: 1 }, x.device);
      binEdges = e.add(low, e.mul(e.div(e.sub(high, low), bins), steps));
    }
    const out = clone(hist);
    if (!density) return { hist: out, binEdges };
    const widths = e.sub(binEdges.narrow(0, 1, out.numel()), binEdges.narrow(0, 0, out.numel()));
    return { hist: e.div(out, e.mul(sum(out), widths)), binEdges };
  });
}

// ---- shapes that depend on values

/** An asynchronous operation, refused at once while a function is being compiled: a promise that nobody awaits would hide it. */
const outside =
  <A extends readonly unknown[], R>(name: string, fn: (...args: A) => Promise<R>) =>
  (...args: A): Promise<R> => {
    refuseTrace(name);
    return fn(...args);
  };
export const nonzero = outside('nonzero', nonzeroOf);
export const maskedSelect = outside('maskedSelect', selected);
export const unique = outside('unique', uniqueOf);

async function nonzeroOf(a: Tensor): Promise<Tensor> {
  const x = tensorAt(a, 1, 'nonzero');
  const values = await data(x);
  const found: number[] = [];
  let count = 0;
  values.forEach((value, i) => {
    if (value === 0) return;
    count += 1;
    let rest = i;
    const place = new Array<number>(x.ndim);
    for (let d = x.ndim - 1; d >= 0; d--) {
      place[d] = rest % x.shape[d]!;
      rest = Math.floor(rest / x.shape[d]!);
    }
    found.push(...place);
  });
  return makeTensor(Int32Array.from(found), { device: x.device, shape: [count, x.ndim] });
}

async function selected(a: Tensor, mask: Tensor): Promise<Tensor> {
  const [x, test] = [tensorAt(a, 1, 'maskedSelect'), tensorAt(mask, 2, 'maskedSelect')];
  if (test.dtype !== 'bool') fail('dtype', 'maskedSelect', `expected a bool mask, got ${test.dtype}.`);
  const shape = broadcastShapes(x.shape, test.shape);
  const chosen = await data(expanded(test, shape));
  const ids: number[] = [];
  chosen.forEach((value, i) => value !== 0 && ids.push(i));
  return indexSelect(reshape(clone(x.expand(...shape)), [-1]), 0, makeTensor(Int32Array.from(ids), { device: x.device }));
}

export interface UniqueOptions {
  readonly sorted?: boolean;
  readonly returnInverse?: boolean;
  readonly returnCounts?: boolean;
  readonly dim?: number;
}

/** The different values (or slices of `dim`), ascending; asked for, the place of each input among them and how often each appears. */
async function uniqueOf(a: Tensor, { returnInverse = false, returnCounts = false, dim }: UniqueOptions = {}): Promise<Tensor | Tensor[]> {
  const x = tensorAt(a, 1, 'unique');
  const at = dim === undefined ? 0 : dimIn(dim, x.ndim);
  const rows =
    dim === undefined
      ? reshape(clone(x), [-1, 1])
      : reshape(clone(x.movedim(at, 0)), [x.shape[at]!, x.numel() / Math.max(1, x.shape[at]!)]);
  const values = await data(rows);
  const [n, width] = [rows.shape[0]!, rows.shape[1]!];
  const order = Array.from({ length: n }, (_, i) => i);
  const compare = (i: number, j: number): number => {
    for (let k = 0; k < width; k++) {
      const [p, q] = [values[i * width + k]!, values[j * width + k]!];
      if (p < q || (q !== q && p === p)) return -1;
      if (p > q || (p !== p && q === q)) return 1;
    }
    return 0;
  };
  order.sort((i, j) => compare(i, j) || i - j);
  const [first, inverse, counts]: [number[], Int32Array, number[]] = [[], new Int32Array(n), []];
  order.forEach((row, place) => {
    const differs = place === 0 || compare(order[place - 1]!, row) !== 0 || Number.isNaN(values[row * width]);
    if (differs) {
      first.push(row);
      counts.push(0);
    }
    inverse[row] = first.length - 1;
    counts[counts.length - 1]! += 1;
  });
  const ints = (list: Int32Array, shape: readonly number[]): Tensor => makeTensor(list, { device: x.device, shape });
  const chosen =
    dim === undefined
      ? indexSelect(reshape(clone(x), [-1]), 0, ints(Int32Array.from(first), [first.length]))
      : indexSelect(x, at, ints(Int32Array.from(first), [first.length]));
  const out = [chosen.detach()];
  if (returnInverse) out.push(ints(inverse, dim === undefined ? x.shape : [n]));
  if (returnCounts) out.push(ints(Int32Array.from(counts), [counts.length]));
  return out.length === 1 ? out[0]! : out;
}

// ---- products

/** Einstein's summation: dims with one letter are multiplied, those that the output lacks are summed. */
export function einsum(equation: string, ...given: readonly (Tensor | readonly Tensor[])[]): Tensor {
  const tensors = given.flat().map((t, i) => tensorAt(t, i + 2, 'einsum'));
  const [left, right] = String(equation).replaceAll(' ', '').split('->');
  const terms = (left ?? '').split(',');
  if (terms.length !== tensors.length)
    fail('value', 'einsum', `expected ${terms.length} tensors for ${JSON.stringify(equation)}, got ${tensors.length}.`);
  const sizes = new Map<string, number>();
  let dots = 0;
  const labelled = tensors.map((t, i) => {
    const term = terms[i]!;
    const plain = term.replace('...', '');
    if (/[^A-Za-z]/.test(plain))
      fail('value', 'einsum', `expected letters and "..." in ${JSON.stringify(equation)}, got ${JSON.stringify(term)}.`);
    const extra = term.includes('...') ? t.ndim - plain.length : 0;
    if (extra < 0 || (extra === 0 && plain.length !== t.ndim))
      fail('shape', 'einsum', `operand ${i + 1} ${show(t.shape)} does not have the ${plain.length} dims of ${JSON.stringify(term)}.`);
    dots = Math.max(dots, extra);
    // Dims of "..." are named from the right: ^0 is the last.
    const ellipsis = Array.from({ length: extra }, (_, d) => `^${extra - 1 - d}`);
    const [before = '', after = ''] = term.includes('...') ? term.split('...') : [term, ''];
    return { tensor: t, labels: [...before, ...ellipsis, ...after] };
  });
  const ellipsis = Array.from({ length: dots }, (_, d) => `^${dots - 1 - d}`);
  const all = labelled.flatMap((operand) => operand.labels);
  const output =
    right === undefined
      ? [...ellipsis, ...[...new Set(all)].filter((l) => !l.startsWith('^') && all.filter((m) => m === l).length === 1).sort()]
      : right.includes('...')
        ? [...right.split('...')[0]!, ...ellipsis, ...right.split('...')[1]!]
        : [...right];
  for (const label of output)
    if (!all.includes(label) && !label.startsWith('^'))
      fail('value', 'einsum', `output letter ${JSON.stringify(label)} is in no operand of ${JSON.stringify(equation)}.`);
  const operands = labelled.map(withoutRepeats);
  for (const { tensor, labels } of operands) {
    labels.forEach((label, d) => {
      const [known, length] = [sizes.get(label) ?? 1, tensor.shape[d]!];
      if (known !== 1 && length !== 1 && known !== length)
        fail('shape', 'einsum', `${label.startsWith('^') ? '"..."' : JSON.stringify(label)} has sizes ${known} and ${length}.`);
      sizes.set(label, known === 1 ? length : known);
    });
  }
  let current = operands[0]!;
  for (let i = 1; i < operands.length; i++) {
    const needed = new Set([...output, ...operands.slice(i + 1).flatMap((operand) => operand.labels)]);
    current = contract(current, operands[i]!, needed, sizes);
  }
  const extra = current.labels.map((label, d) => ({ label, d })).filter(({ label }) => !output.includes(label));
  const summed = extra.length > 0 ? sum(current.tensor, extra.map(({ d }) => d)) : current.tensor; // prettier-ignore
  const labels = current.labels.filter((label) => output.includes(label));
  const present = output.filter((label) => labels.includes(label));
  return permute(summed, present.map((label) => labels.indexOf(label))); // prettier-ignore
}

interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/** A letter twice in one operand takes the diagonal. */
function withoutRepeats({ tensor, labels }: Labelled): Labelled {
  const repeat = labels.findIndex((label, d) => labels.indexOf(label) !== d);
  if (repeat < 0) return { tensor, labels };
  const first = labels.indexOf(labels[repeat]!);
  const rest = labels.filter((_, d) => d !== first && d !== repeat);
  return withoutRepeats({ tensor: diagonal(tensor, { dim1: first, dim2: repeat }), labels: [...rest, labels[repeat]!] });
}

/** One product of two operands: shared letters that are still needed are batches, the others are summed by matmul. */
function contract(a: Labelled, b: Labelled, needed: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): Labelled {
  const onlySummed = (x: Labelled, other: Labelled): Labelled => {
    const drop = x.labels.map((label, d) => ({ label, d })).filter(({ label }) => !needed.has(label) && !other.labels.includes(label));
    return drop.length === 0 ? x : { tensor: sum(x.tensor, drop.map(({ d }) => d)), labels: x.labels.filter((label) => !drop.some((o) => o.label === label)) }; // prettier-ignore
  };
  const [x, y] = [onlySummed(a, b), onlySummed(b, a)];
  const shared = x.labels.filter((label) => y.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const inner = shared.filter((label) => !needed.has(label));
  const [left, right] = [x.labels.filter((l) => !shared.includes(l)), y.labels.filter((l) => !shared.includes(l))];
  const size = (labels: readonly string[]): number => labels.reduce((n, label) => n * sizes.get(label)!, 1);
  const arrange = (operand: Labelled, order: readonly string[], shape: readonly number[]): Tensor => {
    const moved = permute(operand.tensor, order.map((label) => operand.labels.indexOf(label))); // prettier-ignore
    const full = order.map((label) => (shared.includes(label) ? sizes.get(label)! : moved.shape[order.indexOf(label)]!));
    return reshape(sameShape(full, moved.shape) ? moved : moved.expand(...full), shape);
  };
  const product = matmul(
    arrange(x, [...batch, ...left, ...inner], [size(batch), size(left), size(inner)]),
    arrange(y, [...batch, ...inner, ...right], [size(batch), size(inner), size(right)]),
  );
  const labels = [...batch, ...left, ...right];
  return { tensor: reshape(product, labels.map((label) => sizes.get(label)!)), labels }; // prettier-ignore
}

// ---- loops

type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** Every tensor of a tree replaced; the form stays. */
export function mapTree(tree: unknown, fn: (t: Tensor) => unknown): unknown {
  if (tree instanceof Tensor) return fn(tree);
  if (Array.isArray(tree)) return tree.map((part) => mapTree(part, fn));
  if (tree && typeof tree === 'object' && Object.getPrototypeOf(tree) === Object.prototype) {
    return Object.fromEntries(Object.entries(tree).map(([key, part]) => [key, mapTree(part, fn)]));
  }
  return tree;
}

/** The tensors of a tree, in order. */
export function leavesOf(tree: unknown): Tensor[] {
  const found: Tensor[] = [];
  mapTree(tree, (t) => found.push(t));
  return found;
}

/** The tensors of a value that may also hold modules, optimisers and what else owns tensors: what a scope spares that returns it. */
export function ownedBy(value: unknown, seen = new Set<unknown>()): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (value === null || (typeof value !== 'object' && typeof value !== 'function') || seen.has(value)) return [];
  seen.add(value);
  const list = (value as { [tensorsOf]?: () => unknown[] })[tensorsOf];
  if (typeof list === 'function') return list.call(value).flatMap((part) => ownedBy(part, seen));
  if (Array.isArray(value)) return value.flatMap((part) => ownedBy(part, seen));
  return Object.getPrototypeOf(value) === Object.prototype ? Object.values(value).flatMap((part) => ownedBy(part, seen)) : [];
}

/** A tree built anew from leaves in order. */
export function rebuild(tree: unknown, leaves: readonly unknown[]): unknown {
  let at = 0;
  return mapTree(tree, () => leaves[at++]);
}

/** lax.scan: `[carry, stacked outputs]` of `carry, y = f(carry, x)` over dim 0 of every tensor of `xs`. */
export function scan(f: (carry: Tree, x: Tree) => readonly [Tree, Tree], init: Tree, xs: Tree): [Tree, Tree] {
  if (typeof f !== 'function') fail('value', 'scan', `expected a function (carry, x) => [carry, y], got ${describe(f)}.`);
  const list = leavesOf(xs);
  if (list.length === 0) fail('value', 'scan', 'expected a tensor, or a tree with one, to walk over.');
  const n = list[0]!.shape[0] ?? fail('shape', 'scan', 'expected tensors with dims, got a 0-d one.');
  if (n === 0) fail('shape', 'scan', 'expected at least one element along dim 0, got none: the form of the outputs is not known then.');
  for (const t of list) if (t.shape[0] !== n) fail('shape', 'scan', `expected one length of dim 0, got ${n} and ${String(t.shape[0])}.`);
  let carry = init;
  const outputs: Tree[] = [];
  for (let i = 0; i < n; i++) {
    const [next, y] = unnamed(() => f(carry, mapTree(xs, (t) => select(t, 0, i)) as Tree));
    carry = next;
    outputs.push(y);
  }
  const columns = outputs.map(leavesOf);
  const outs = (columns[0] ?? []).map((_, k) => stacked(columns.map((leaves) => leaves[k]!)));
  return [carry, rebuild(outputs[0], outs) as Tree];
}
