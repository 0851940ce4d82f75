/* For tests: one operation on plain arrays, in float64 where nothing else is said. */

import { hostArray, runOnHost } from './js/backend.ts';
import type { Attributes, OperationName } from './operations.ts';
import { contiguousStrides, sizeOf } from './operations.ts';
import type { DType, HostArray, Shape, View } from './types.ts';

export type Given = readonly [shape: Shape, values: ArrayLike<number>, dtype?: DType];
export type Wanted = readonly [shape: Shape, dtype?: DType];

/** The outputs of a call, contiguous. */
export function compute<Name extends OperationName>(
  op: Name,
  inputs: readonly Given[],
  outputs: readonly Wanted[],
  attributes: Attributes[Name],
): number[][] {
  const results = outputs.map(([shape, dtype = 'float64']) => view(shape, hostArray(sizeOf(shape), dtype), dtype));
  runOnHost({
    op,
    inputs: inputs.map(([shape, values, dtype = 'float64']) => {
      const buffer = hostArray(sizeOf(shape), dtype);
      buffer.set(Array.from(values));
      return view(shape, buffer, dtype);
    }),
    outputs: results,
    attributes,
  });
  return results.map(({ buffer }) => Array.from(buffer));
}

export function view(shape: Shape, buffer: HostArray, dtype: DType): View<HostArray> {
  return { buffer, offset: 0, shape, strides: contiguousStrides(shape), dtype };
}

/** n numbers of about ±2 that follow no pattern of small periods. */
export function some(n: number, seed = 1): number[] {
  return Array.from({ length: n }, (_, i) => 2 * Math.sin(12.9898 * (i + 1) + 78.233 * seed + 0.01 * i * i));
}
