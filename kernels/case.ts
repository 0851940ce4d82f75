/* The notation of the contract suite: a case is one call with its operands written as shape, type, layout and values.
   Buffers are larger than their views: what lies outside an input's view is NaN, so that a kernel which reads past an edge is seen,
   and what lies outside an output's view must be as it was. Values are made from fixed seeds. */

import type { Attributes, OperationName } from './operations.ts';
import { contiguousStrides, sizeOf } from './operations.ts';
import type { DType, HostArray, Shape } from './types.ts';

/**
 * How a result may differ from float64's. `exact`: not at all. `pointwise`: 2e-5 relative + 5e-6. `scaled`: 2e-5 relative + 2e-6 × the
 * result's largest magnitude (at least 1). `sum`: 1e-6 × that magnitude, which long sums keep only in blocks. `signed`: exact, and
 * zeros have the right sign.
 */
export type Tolerance = 'exact' | 'signed' | 'pointwise' | 'scaled' | 'sum';

export interface Operand {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
  /** The whole buffer before the call. */
  readonly data: HostArray;
  /** The operand is this input, buffer and view: an output in place. */
  readonly inPlaceOf?: number;
}

export interface ContractCase {
  readonly name: string;
  readonly op: OperationName;
  readonly tolerance: Tolerance;
  /** Operands and attributes, made when the case is run. */
  readonly make: () => BuiltCase;
}

export interface BuiltCase {
  readonly inputs: readonly Operand[];
  readonly outputs: readonly Operand[];
  readonly attributes: Attributes[OperationName];
}

/**
 * `offset` begins at element 3; `transposed` lies with its dims in reverse order; `flipped` has negative strides; `sliced` takes every
 * second element of the last dim; a list of dims has stride 0 in these.
 */
export type Placement = 'contiguous' | 'offset' | 'transposed' | 'flipped' | 'sliced' | readonly number[];

/** Element i in row-major order. */
export type Values = (i: number) => number;

/** Elements that no view reaches. */
const EDGE = 8;

/** An input whose element i is values(i), rounded to its type. */
export function input(shape: Shape, values: Values, dtype: DType = 'float32', placement: Placement = 'contiguous'): Operand {
  const { strides, offset, length } = place(shape, placement);
  const data = blank(length + EDGE, dtype, isFloat(dtype) ? NaN : 0x55);
  const index = new Array<number>(shape.length).fill(0);
  const size = sizeOf(shape);
  for (let i = 0; i < size; i++) {
    let at = offset;
    for (let d = 0; d < shape.length; d++) at += index[d]! * strides[d]!;
    data[at] = values(i);
    for (let d = shape.length - 1; d >= 0 && ++index[d]! === shape[d]!; d--) index[d] = 0;
  }
  return { dtype, shape, strides, offset, data };
}

/** An output; its buffer is filled with a mark that no result has. */
export function output(shape: Shape, dtype: DType = 'float32', placement: Placement = 'offset'): Operand {
  const { strides, offset, length } = place(shape, placement);
  return { dtype, shape, strides, offset, data: blank(length + EDGE, dtype, isFloat(dtype) ? -7777.25 : 0x4d) };
}

/** The output that is input `index`. */
export function inPlace(inputs: readonly Operand[], index: number): Operand {
  return { ...inputs[index]!, inPlaceOf: index };
}

/** A sequence of numbers in [low, high) from a seed (mulberry32). */
export function uniform(seed: number, low = -3, high = 3): Values {
  return (i) => low + (high - low) * hash(seed, i);
}

/** Integers of [low, high). */
export function integers(seed: number, low: number, high: number): Values {
  return (i) => low + Math.floor((high - low) * hash(seed, i));
}

/** The list over and over, and after its first round every third value from `rest`. */
export function listed(list: readonly number[], rest?: Values): Values {
  return (i) => (rest && i >= list.length && i % 3 !== 0 ? rest(i) : list[i % list.length]!);
}

export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16';
}

function hash(seed: number, i: number): number {
  let t = Math.imul(seed + 1, 0x9e3779b1) + Math.imul(i + 1, 0x6d2b79f5);
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

function blank(length: number, dtype: DType, mark: number): HostArray {
  if (dtype === 'int32') return new Int32Array(length).fill(mark);
  if (dtype === 'uint8') return new Uint8Array(length).fill(mark);
  if (dtype === 'bool') return new Uint8Array(length).fill(1);
  return dtype === 'float64' ? new Float64Array(length).fill(mark) : new Float32Array(length).fill(mark);
}

function place(shape: Shape, placement: Placement): { strides: number[]; offset: number; length: number } {
  const size = sizeOf(shape);
  if (placement === 'contiguous') return { strides: contiguousStrides(shape), offset: 0, length: size };
  if (placement === 'offset') return { strides: contiguousStrides(shape), offset: 3, length: size + 3 };
  if (placement === 'transposed') {
    return { strides: contiguousStrides(shape.toReversed()).toReversed(), offset: 0, length: size };
  }
  if (placement === 'flipped')
    return { strides: contiguousStrides(shape).map((stride) => -stride), offset: Math.max(0, size - 1), length: size };
  if (placement === 'sliced') return { strides: contiguousStrides(shape).map((stride) => stride * 2), offset: 1, length: size * 2 + 1 };
  const kept = shape.map((length, d) => (placement.includes(d) ? 1 : length));
  const strides = contiguousStrides(kept).map((stride, d) => (placement.includes(d) ? 0 : stride));
  return { strides, offset: 0, length: sizeOf(kept) };
}
