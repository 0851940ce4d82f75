/* Shapes and strides: broadcasting, dims, views. Pure; errors name the running call. */

import { contiguousStrides, sizeOf } from '../../kernels/operations.ts';
import type { Shape } from '../../kernels/types.ts';
import { fail } from './error.ts';

export { contiguousStrides, sizeOf };
export type { Shape };

export const show = (shape: Shape): string => `[${shape.join(', ')}]`;

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The shape that all broadcast to, dims aligned at the end. */
export function broadcastShapes(...shapes: Shape[]): number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      const length = shape[i]!;
      if (length === 1 || length === out[at]) continue;
      if (out[at] === 1) out[at] = length;
      else broadcastFault(shapes, at, rank);
    }
  }
  return out;
}

function broadcastFault(shapes: Shape[], at: number, rank: number): never {
  const [a, b] = [
    shapes[0]!,
    shapes.find((s) => sizeAt(s, at, rank) !== 1 && sizeAt(s, at, rank) !== sizeAt(shapes[0]!, at, rank)) ?? shapes[1]!,
  ];
  fail(
    'shape',
    'broadcast',
    `shapes ${show(a)} and ${show(b)} do not broadcast: dim ${at} has ${sizeAt(a, at, rank)} and ${sizeAt(b, at, rank)}.`,
  );
}

const sizeAt = (shape: Shape, at: number, rank: number): number => shape[at - (rank - shape.length)] ?? 1;

/** `dim` counted from the front; negative dims count from the end. A 0-d tensor has dims 0 and −1. */
export function dimIn(dim: number, rank: number, name = 'dim'): number {
  const span = Math.max(rank, 1);
  if (typeof dim !== 'number' || !Number.isInteger(dim))
    fail('value', name, `expected an integer dim, got ${typeof dim === 'string' ? JSON.stringify(dim) : String(dim)}.`);
  if (dim < -span || dim >= span) {
    fail('index', name, `expected a dim in [${-span}, ${span - 1}], got ${dim}. The tensor has ${rank} dim${rank === 1 ? '' : 's'}.`);
  }
  return dim < 0 ? dim + span : dim;
}

/** Dims from a number, a list or nothing (all), without repeats, ascending. */
export function dimsIn(dim: number | readonly number[] | null | undefined, rank: number, name = 'dim'): number[] {
  if (dim === undefined || dim === null || (Array.isArray(dim) && dim.length === 0)) return Array.from({ length: rank }, (_, i) => i);
  const list = (Array.isArray(dim) ? (dim as number[]) : [dim as number]).map((d) => dimIn(d, rank, name));
  const sorted = [...list].sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++)
    if (sorted[i] === sorted[i - 1]) fail('value', name, `dim ${sorted[i]} appears twice in ${show(list)}.`);
  return rank === 0 ? [] : sorted;
}

export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const length = shape[i]!;
    if (length === 0) return true;
    if (length !== 1 && strides[i] !== step) return false;
    step *= length;
  }
  return true;
}

/** Strides that show `strides` as the bigger shape `to`: 0 where a dim is new or repeated. */
export function expandStrides(shape: Shape, strides: readonly number[], to: Shape): number[] {
  const lead = to.length - shape.length;
  return to.map((length, i) => (i < lead || (shape[i - lead] === 1 && length !== 1) ? 0 : strides[i - lead]!));
}

/** Strides under which the same elements in the same order have shape `to`, or null where only a copy can. */
export function viewStrides(shape: Shape, strides: readonly number[], to: Shape): number[] | null {
  if (sizeOf(shape) === 0) return contiguousStrides(to);
  const out = new Array<number>(to.length);
  const [from, steps] = [[] as number[], [] as number[]];
  shape.forEach((length, i) => {
    if (length !== 1) {
      from.push(length);
      steps.push(strides[i]!);
    }
  });
  let j = to.length - 1;
  for (let i = from.length - 1; i >= 0;) {
    // A block of dims that lie behind one another without gaps.
    const step = steps[i]!;
    let block = from[i]!;
    while (i > 0 && steps[i - 1] === steps[i]! * from[i]!) block *= from[--i]!;
    i--;
    let filled = 1;
    while (j >= 0 && (filled < block || to[j] === 1)) {
      out[j] = step * filled;
      filled *= to[j]!;
      j--;
    }
    if (filled !== block) return null;
  }
  for (; j >= 0; j--) out[j] = j + 1 < to.length ? out[j + 1]! * to[j + 1]! : 1;
  return out;
}

/** A shape from the forms that PyTorch takes: an array, or numbers in a row. Sizes are integers ≥ 0 (−1 where `infer`). */
export function shapeFrom(args: readonly unknown[], name: string, infer = false): number[] {
  const list = args.length === 1 && Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  for (const length of list) {
    if (typeof length !== 'number' || !Number.isInteger(length) || length < (infer ? -1 : 0)) {
      fail('shape', name, `expected a shape of integers ≥ 0, got [${list.map(String).join(', ')}].`);
    }
  }
  return [...(list as number[])];
}

/** Replaces one −1 in `shape` by what `size` elements leave for it. */
export function inferSize(shape: Shape, size: number, from: Shape, name: string): number[] {
  const open = shape.indexOf(-1);
  if (open !== shape.lastIndexOf(-1)) fail('shape', name, `expected at most one −1, got ${show(shape)}.`);
  const known = shape.reduce((product, length) => (length === -1 ? product : product * length), 1);
  if (open >= 0 && (known === 0 || size % known !== 0))
    fail('shape', name, `${show(from)} has ${size} elements, which do not divide into ${show(shape)}.`);
  const out = shape.map((length) => (length === -1 ? size / known : length));
  if (sizeOf(out) !== size) fail('shape', name, `expected a shape of ${size} elements for ${show(from)}, got ${show(shape)}.`);
  return out;
}
