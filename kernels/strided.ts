/* Walking views of any strides on the host: the reference kernels' loops over "the last dim, then the ones before it".
   A view that advances by one constant step (contiguous, one broadcast number, a column) is walked in a single loop;
   others are collapsed to as few dims as possible and walked row by row. Allocates nothing on the single-loop way. */

import type { HostArray, View } from './types.ts';
import { sizeOf } from './operations.ts';

type HostView = View<HostArray>;

/**
 * The constant step between row-major neighbours of a view (1 contiguous, 0 one number repeated), or NaN where there is none.
 * Of the dims from `first` on.
 */
export function linearStep(shape: readonly number[], strides: readonly number[], first = 0): number {
  let step = NaN;
  let expected = 0;
  for (let d = shape.length - 1; d >= first; d--) {
    const length = shape[d]!;
    if (length === 1) continue;
    const stride = strides[d]!;
    if (step !== step) step = stride;
    else if (stride !== expected) return NaN;
    expected = stride * length;
  }
  return step === step ? step : 1;
}

/** A loop over `count` elements at once: offsets and steps are in the order of the views that are walked. */
export type RowVisitor = (offsets: readonly number[], steps: readonly number[], count: number) => void;

/** Visits all elements of views of one shape in row-major order, as rows of constant steps. */
export function walkRows(views: readonly HostView[], visit: RowVisitor): void {
  const shape = views[0]!.shape;
  if (sizeOf(shape) === 0) return;
  const { lengths, strides } = collapse(
    shape,
    views.map((view) => view.strides),
  );
  const last = lengths.length - 1;
  const count = lengths[last]!;
  const steps = strides.map((of) => of[last]!);
  const offsets = views.map((view) => view.offset);
  const index = new Array<number>(last).fill(0);
  for (;;) {
    visit(offsets, steps, count);
    let d = last - 1;
    for (; d >= 0; d--) {
      if (++index[d]! < lengths[d]!) {
        for (let v = 0; v < offsets.length; v++) offsets[v]! += strides[v]![d]!;
        break;
      }
      index[d] = 0;
      for (let v = 0; v < offsets.length; v++) offsets[v]! -= strides[v]![d]! * (lengths[d]! - 1);
    }
    if (d < 0) return;
  }
}

/** Dims of length 1 dropped and neighbours merged where every view steps through them alike; at least one dim remains. */
export function collapse(shape: readonly number[], strides: readonly (readonly number[])[]): { lengths: number[]; strides: number[][] } {
  const lengths: number[] = [];
  const merged: number[][] = strides.map(() => []);
  for (let d = 0; d < shape.length; d++) {
    const length = shape[d]!;
    if (length === 1) continue;
    const end = lengths.length - 1;
    if (end >= 0 && strides.every((of, v) => merged[v]![end] === of[d]! * length)) {
      lengths[end]! *= length;
      for (let v = 0; v < strides.length; v++) merged[v]![end] = strides[v]![d]!;
    } else {
      lengths.push(length);
      for (let v = 0; v < strides.length; v++) merged[v]!.push(strides[v]![d]!);
    }
  }
  if (lengths.length === 0) {
    lengths.push(1);
    for (const of of merged) of.push(0);
  }
  return { lengths, strides: merged };
}

/** The elements of a view in row-major order: a window of its buffer where they lie so already, else a copy. Not to be written to. */
export function dense(view: HostView): HostArray {
  const size = sizeOf(view.shape);
  const step = linearStep(view.shape, view.strides);
  if (step === 1 || size === 0) return view.buffer.subarray(view.offset, view.offset + size);
  const copy = new (view.buffer.constructor as new (length: number) => HostArray)(size);
  let at = 0;
  const source = view.buffer;
  walkRows([view], ([offset], [stride], count) => {
    for (let i = 0, from = offset!; i < count; i++, from += stride!) copy[at++] = source[from]!;
  });
  return copy;
}

/** A contiguous output as a window of its buffer. */
export function window(view: HostView): HostArray {
  return view.buffer.subarray(view.offset, view.offset + sizeOf(view.shape));
}
