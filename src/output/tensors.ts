/* Tensors as outputs: shape, type and the first values. */

import { isTensor } from './kinds.ts';
import type { Output } from './types.ts';

const tensorLimit = 10_000;

/** What shows a tensor; undefined for what is none, or cannot be read. */
export function tensorOutput(value: unknown): Output | undefined {
  if (!isTensor(value)) return undefined;
  try {
    const total = value.shape.reduce((product, size) => product * size, 1);
    const data = value.dataSync();
    if (data.length > 0 && typeof data[0] !== 'number') return undefined;
    return {
      kind: 'tensor',
      shape: [...value.shape],
      dtype: value.dtype,
      data: Array.prototype.slice.call(data, 0, tensorLimit) as number[],
      total,
    };
  } catch {
    return undefined;
  }
}
