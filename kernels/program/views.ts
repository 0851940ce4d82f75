/* The geometry of views: which elements of a buffer a view touches, whether two views share one, and how a view looks under another
   shape or through a copy. Everything that moves, joins or drops calls asks here. Where an exact answer would cost too much, the
   answer is the careful one: `overlaps` says yes, `covers` says no, a rewriting gives undefined. */

import { contiguousStrides, sizeOf } from '../operations.ts';
import type { Shape, View } from '../types.ts';

export type ProgramView = View<number>;

/** A contiguous view of a whole buffer. */
export function wholeView(buffer: number, shape: Shape, dtype: View['dtype'], offset = 0): ProgramView {
  return { buffer, offset, shape, strides: contiguousStrides(shape), dtype };
}

/** What is asked of a view again and again. */
interface Facts {
  /** Lowest and highest element, both included; low above high for an empty view. */
  readonly low: number;
  readonly high: number;
  readonly isContiguous: boolean;
  readonly isDense: boolean;
  readonly geometry: string;
}

type Geometry = Pick<View, 'shape' | 'strides'>;

const facts = new WeakMap<Geometry, Facts>();

function factsOf(view: Geometry & { readonly offset?: number }): Facts {
  let known = facts.get(view);
  if (!known) facts.set(view, (known = findFacts(view)));
  return known;
}

function findFacts({ offset = 0, shape, strides }: Geometry & { readonly offset?: number }): Facts {
  let low = offset;
  let high = offset;
  let step = 1;
  let isRowMajor = true;
  let isEmpty = false;
  let geometry = '';
  for (let i = shape.length - 1; i >= 0; i--) {
    const length = shape[i]!;
    if (length === 1) continue;
    if (length === 0) isEmpty = true;
    const stride = strides[i]!;
    if (stride !== step) isRowMajor = false;
    step *= length;
    const reach = (length - 1) * stride;
    if (reach < 0) low += reach;
    else high += reach;
    geometry += `${length}*${stride},`;
  }
  if (isEmpty) [low, high] = [0, -1];
  return { low, high, isContiguous: isRowMajor || isEmpty, isDense: isRowMajor || isDenseWalk(shape, strides), geometry };
}

/** Whether the elements lie in row-major order without gaps. Dims of length 1 may have any stride; so may an empty view. */
export function isContiguous(view: Geometry): boolean {
  return factsOf(view).isContiguous;
}

/** Whether the view touches each element between its lowest and its highest. */
export function isDense(view: Geometry): boolean {
  return factsOf(view).isDense;
}

/** Whether both views are the same mapping from index to element: dims of length 1 aside, one offset, shape and strides of one buffer. */
export function isSameView(a: ProgramView, b: ProgramView): boolean {
  return a === b || (a.buffer === b.buffer && a.dtype === b.dtype && a.offset === b.offset && geometryKey(a) === geometryKey(b));
}

/** Shape and strides without dims of length 1 as text; strides alone do not tell a view from one of another shape. */
export function geometryKey(view: Geometry): string {
  return factsOf(view).geometry;
}

/** Whether some element belongs to both. Exact for views of a few dims; yes where the search gets long. */
export function overlaps(a: ProgramView, b: ProgramView): boolean {
  if (a.buffer !== b.buffer) return false;
  const inA = factsOf(a);
  const inB = factsOf(b);
  if (inA.low > inA.high || inB.low > inB.high || inA.high < inB.low || inB.high < inA.low) return false;
  if (inA.isDense && inB.isDense) return true;
  // Is there an i in a and a j in b with Σ i·s − Σ j·t = b.offset − a.offset? Largest strides first, each digit bounded by what the rest can reach.
  const terms: { step: number; count: number }[] = [];
  let rest = b.offset - a.offset;
  const take = (shape: Shape, strides: readonly number[], sign: number) => {
    for (let i = 0; i < shape.length; i++) {
      let step = sign * strides[i]!;
      const count = shape[i]! - 1;
      if (step === 0 || count === 0) continue;
      if (step < 0) {
        // i → count − i turns a falling digit into a rising one.
        rest -= step * count;
        step = -step;
      }
      const twin = terms.find((term) => term.step === step);
      if (twin) twin.count += count;
      else terms.push({ step, count });
    }
  };
  take(a.shape, a.strides, 1);
  take(b.shape, b.strides, -1);
  terms.sort((x, y) => y.step - x.step);
  const reach = new Array<number>(terms.length + 1).fill(0);
  const divisor = new Array<number>(terms.length + 1).fill(0);
  for (let i = terms.length - 1; i >= 0; i--) {
    reach[i] = reach[i + 1]! + terms[i]!.step * terms[i]!.count;
    divisor[i] = greatestDivisor(terms[i]!.step, divisor[i + 1]!);
  }
  let budget = 200;
  const solve = (at: number, left: number): boolean => {
    if (left < 0 || left > reach[at]! || budget-- < 0) return left >= 0 && left <= reach[at]!;
    if (at === terms.length) return left === 0;
    if (left % divisor[at]! !== 0) return false;
    const { step, count } = terms[at]!;
    const least = Math.max(0, Math.ceil((left - reach[at + 1]!) / step));
    const most = Math.min(count, Math.floor(left / step));
    for (let digit = most; digit >= least; digit--) if (solve(at + 1, left - digit * step)) return true;
    return false;
  };
  return solve(0, rest);
}

/** Whether every element of `inner` certainly belongs to `outer`. */
export function covers(outer: ProgramView, inner: ProgramView): boolean {
  if (outer.buffer !== inner.buffer) return false;
  const { low, high, geometry } = factsOf(inner);
  if (low > high) return true;
  const there = factsOf(outer);
  if (there.low > there.high) return false;
  if (there.isDense) return there.low <= low && high <= there.high;
  return outer.offset === inner.offset && there.geometry === geometry;
}

function isDenseWalk(shape: Shape, strides: readonly number[]): boolean {
  const steps = shape
    .map((length, i) => [Math.abs(strides[i]!), length] as const)
    .filter(([step, length]) => step !== 0 && length !== 1)
    .sort((x, y) => x[0] - y[0]);
  let filled = 1;
  for (const [step, length] of steps) {
    if (step > filled) return false;
    filled += step * (length - 1);
  }
  return true;
}

/** Whether the view touches every element of its buffer, which has `length`. */
export function coversBuffer(view: ProgramView, length: number): boolean {
  const { low, high, isDense: dense } = factsOf(view);
  return dense && low === 0 && high === length - 1;
}

/** Whether no element is touched twice, as outputs must be; no where it is not plain. */
export function isInjective(view: Pick<View, 'shape' | 'strides'>): boolean {
  const steps = view.shape
    .map((length, i) => [Math.abs(view.strides[i]!), length] as const)
    .filter(([, length]) => length !== 1)
    .sort((x, y) => x[0] - y[0]);
  let reach = 0;
  for (const [step, length] of steps) {
    if (step <= reach) return false;
    reach += step * (length - 1);
  }
  return true;
}

/** A run of dims that one stride walks. */
interface Run {
  size: number;
  stride: number;
}

/** The dims of a view, those of length 1 dropped, neighbours joined where one stride walks both. */
export function runsOf(view: Pick<View, 'shape' | 'strides'>): Run[] {
  const runs: Run[] = [];
  for (let i = 0; i < view.shape.length; i++) {
    const size = view.shape[i]!;
    const stride = view.strides[i]!;
    if (size === 1) continue;
    const last = runs.at(-1);
    if (last && last.stride === stride * size) {
      last.size *= size;
      last.stride = stride;
    } else runs.push({ size, stride });
  }
  return runs;
}

/** The same elements in the same order under another shape of the same size, without moving anything; undefined where no strides do it. */
export function reshapeView<B>(view: View<B>, shape: Shape): View<B> | undefined {
  const size = sizeOf(shape);
  if (size !== sizeOf(view.shape)) return undefined;
  if (size === 0) return { ...view, shape, strides: contiguousStrides(shape) };
  const runs = runsOf(view);
  const strides = new Array<number>(shape.length).fill(0);
  for (let i = shape.length - 1; i >= 0; i--) {
    const length = shape[i]!;
    if (length === 1) continue;
    const run = runs.at(-1)!;
    if (run.size % length !== 0) return undefined;
    strides[i] = run.stride;
    run.size /= length;
    run.stride *= length;
    if (run.size === 1) runs.pop();
  }
  return { ...view, shape, strides };
}

/**
 * The coarsest shape that splits every given one (all of one size), so that any view of theirs can be reshaped to it:
 * [6, 4] and [2, 12] → [2, 3, 4]. Undefined where the dims do not nest or the rank passes 8.
 */
export function refineShapes(shapes: readonly Shape[]): number[] | undefined {
  const boundaries = new Set<number>([1]);
  for (const shape of shapes) for (let i = shape.length - 1, size = 1; i >= 0; i--) boundaries.add((size *= shape[i]!));
  const sorted = [...boundaries].sort((x, y) => x - y);
  const refined: number[] = [];
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i]! % sorted[i - 1]! !== 0) return undefined;
    refined.unshift(sorted[i]! / sorted[i - 1]!);
  }
  return refined.length > 8 ? undefined : refined;
}

/** The views (of one shape) with dims joined wherever one stride walks both in every view; the rank of a scalar is 0. */
export function joinDims<B>(views: readonly View<B>[]): View<B>[] {
  const shape = views[0]!.shape;
  const joined: number[] = [];
  const strides: number[][] = views.map(() => []);
  for (let i = 0; i < shape.length; i++) {
    const size = shape[i]!;
    if (size === 1) continue;
    const at = joined.length - 1;
    if (at >= 0 && views.every((view, k) => strides[k]![at] === view.strides[i]! * size)) {
      joined[at]! *= size;
      views.forEach((view, k) => (strides[k]![at] = view.strides[i]!));
    } else {
      joined.push(size);
      views.forEach((view, k) => strides[k]!.push(view.strides[i]!));
    }
  }
  return views.map((view, k) => ({ ...view, shape: joined, strides: strides[k]! }));
}

/**
 * What `view` of a copy's target reads, as a view of the copy's source; undefined where no strides say it.
 * `target` is contiguous or laid out as `source`, and covers `view`.
 */
export function viewThroughCopy(view: ProgramView, target: ProgramView, source: ProgramView): ProgramView | undefined {
  if (sizeOf(view.shape) === 0) return undefined;
  const place = { ...view, buffer: source.buffer };
  if (geometryKey(target) === geometryKey(source)) return { ...place, offset: view.offset - target.offset + source.offset };
  if (!isContiguous(target)) return undefined;
  const runs = runsOf(source);
  // A position in the target in digits, one for each run of the source.
  const weights = new Array<number>(runs.length);
  for (let g = runs.length - 1, weight = 1; g >= 0; weight *= runs[g--]!.size) weights[g] = weight;
  let rest = view.offset - target.offset;
  let offset = source.offset;
  const low: number[] = [];
  const high: number[] = [];
  runs.forEach((run, g) => {
    const digit = Math.floor(rest / weights[g]!);
    rest -= digit * weights[g]!;
    offset += digit * run.stride;
    low.push(digit);
    high.push(digit);
  });
  const strides: number[] = [];
  for (let i = 0; i < view.shape.length; i++) {
    const step = view.strides[i]!;
    const length = view.shape[i]!;
    if (length === 1 || step === 0) {
      strides.push(0);
      continue;
    }
    const g = weights.findIndex((weight) => weight <= Math.abs(step));
    if (g < 0 || step % weights[g]! !== 0) return undefined;
    const digits = step / weights[g]!;
    strides.push(digits * runs[g]!.stride);
    if (digits < 0) low[g]! += digits * (length - 1);
    else high[g]! += digits * (length - 1);
  }
  if (runs.some((run, g) => low[g]! < 0 || high[g]! >= run.size)) return undefined;
  return { ...place, offset, strides };
}

function greatestDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
