/* What a call becomes on the device: a list of dispatches over buffers. Lowerings (`kernels/FAMILY/webgpu.ts`) make them, without
   knowing whether they are recorded at once (backend.ts) or planned (plan.ts); B is whatever stands for a buffer there. */

import type { AttributesOf } from '../operations.ts';
import type { Call, DType, View } from '../types.ts';
import type { Constants, Shader } from './shader.ts';

/** One dispatch. */
export interface Step<B> {
  /** Names the pipeline: equal keys, equal text. */
  readonly key: string;
  /** The whole WGSL text, made when the pipeline is. */
  readonly text: () => string;
  /** Access of each binding of group 0, as `accessOf`. */
  readonly access: string;
  /** The buffers of group 0, in order, whole. */
  readonly buffers: readonly B[];
  /** The uniform words of group 1, at most 256. */
  readonly words: readonly number[];
  readonly groups: readonly [number, number, number];
  /** The view whose every element the kernel writes once, by `put(i, v)`: what comes next may be done with it (elementwise/generate.ts). */
  readonly whole?: View<B> | undefined;
  /** Steps of one call with the same mark touch no common element, though they write one buffer: they may run side by side. */
  readonly beside?: object | undefined;
  /** The elementwise chain that this dispatch is. */
  readonly chain?: { readonly chain: AttributesOf<'fused'>; readonly inputs: readonly View<B>[]; readonly outputs: readonly View<B>[] };
}

/** What lowerings decide by. */
export interface DeviceFacts {
  /** Computed by a processor: many invocations are no gain, barriers are slow. */
  readonly software: boolean;
  /** Whether neighbouring invocations can swap numbers. */
  readonly subgroups?: boolean;
  /** Storage buffers that one kernel may bind. */
  readonly storageBuffers: number;
}

/** Where a lowering puts its steps. */
export interface Target<B> {
  readonly facts: DeviceFacts;
  /** A fresh contiguous buffer that lives until the call is done. */
  scratch(length: number, dtype: DType): View<B>;
  /** Adds a dispatch of a kernel file. `groups`: workgroups, or the number of invocations in workgroups of 64 (`flat`). */
  emit(
    shader: Shader,
    constants: Constants,
    buffers: readonly B[],
    words: readonly number[],
    groups: readonly [number, number, number],
    whole?: View<B>,
    beside?: object,
  ): void;
  /** Adds a dispatch of generated text. */
  add(step: Step<B>): void;
  /** Whether `b` lies right behind `a` in memory (but for padding to 256 bytes). */
  follows(a: B, b: B): boolean;
  /** Buffers that follow one another, from `first` to `last`, as one. */
  span(first: B, last: B): B;
  /** Lowers another call in between, such as a copy that makes a view contiguous. */
  call(call: Call<B>): void;
}

/** Lowers a call; false where the device cannot compute it, which then the host does. */
export type Lowering = <B>(call: Call<B>, to: Target<B>) => boolean | void;

/** Workgroups of 64 for `invocations` of a kernel that counts `g.x + g.y · groups.x · 64`. */
export function flat(invocations: number): [number, number, number] {
  const groups = Math.ceil(invocations / 64);
  if (groups <= 65535) return [groups, 1, 1];
  const rows = Math.ceil(groups / 65535);
  return [Math.ceil(groups / rows), rows, 1];
}

/** A contiguous view of the same values: `x` itself, or a copy in scratch. */
export function contiguous<B>(x: View<B>, to: Target<B>): View<B> {
  if (isContiguous(x)) return x;
  return copied(x, to);
}

export function copied<B>(x: View<B>, to: Target<B>): View<B> {
  let length = 1;
  for (const size of x.shape) length *= size;
  const strides = new Array<number>(x.shape.length);
  for (let d = x.shape.length - 1, step = 1; d >= 0; d--) {
    strides[d] = step;
    step *= x.shape[d]!;
  }
  const y = { ...to.scratch(length, x.dtype), shape: x.shape, strides };
  to.call({ op: 'copy', inputs: [x], outputs: [y], attributes: {} });
  return y;
}

export function isContiguous(x: View<unknown>): boolean {
  for (let d = x.shape.length - 1, step = 1; d >= 0; d--) {
    if (x.shape[d] !== 1 && x.strides[d] !== step) return false;
    step *= x.shape[d]!;
  }
  return true;
}

/**
 * Constants and workgroups of a row-wise kernel (rows-*.wgsl): an invocation a row where rows are many or the device is a processor,
 * else a workgroup a row.
 */
export function rowwise(
  rows: number,
  columns: number,
  facts: DeviceFacts,
): { readonly LANES: string; readonly groups: [number, number, number] } {
  const alone = facts.software ? rows >= 16 || columns < 2048 : columns < 32 || rows >= 65536;
  return alone ? { LANES: '1u', groups: flat(rows) } : { LANES: '64u', groups: flat(rows * 64) };
}

/** Dims of a part of a view as four lengths and four strides, merged where the strides allow, 1 in front; undefined where four are too few. */
export function fourDims(
  shape: readonly number[],
  strides: readonly number[],
): { readonly shape: number[]; readonly strides: number[] } | undefined {
  const lengths: number[] = [];
  const steps: number[] = [];
  for (let d = 0; d < shape.length; d++) {
    if (shape[d] === 1) continue;
    const last = lengths.length - 1;
    if (last >= 0 && steps[last] === strides[d]! * shape[d]!) {
      lengths[last]! *= shape[d]!;
      steps[last] = strides[d]!;
    } else {
      lengths.push(shape[d]!);
      steps.push(strides[d]!);
    }
  }
  if (lengths.length > 4) return undefined;
  const missing = new Array<number>(4 - lengths.length);
  return { shape: [...missing.fill(1), ...lengths], strides: [...missing.fill(0), ...steps].map((step) => step >>> 0) };
}
