/* Element types: their categories, host arrays and PyTorch's promotion rules. */

import type { DType, HostArray } from '../../kernels/types.ts';

export type { DType, HostArray } from '../../kernels/types.ts';

export const dtypes: readonly DType[] = ['bool', 'uint8', 'int32', 'float16', 'float32', 'float64'];

/** bool 0, integers 1, floats 2. */
export function categoryOf(dtype: DType): 0 | 1 | 2 {
  return dtype === 'bool' ? 0 : dtype === 'int32' || dtype === 'uint8' ? 1 : 2;
}

export const isFloat = (dtype: DType): boolean => categoryOf(dtype) === 2;

/** Whether anything of float16 was ever asked for: calls need not look for it before. */
export const halves = { exist: false };

const rank: Record<DType, number> = { bool: 0, uint8: 1, int32: 2, float16: 3, float32: 4, float64: 5 };
const higher = (a: DType, b: DType): DType => (rank[a] >= rank[b] ? a : b);

let defaultFloat: DType = 'float32';
export const defaultDtype = (): DType => defaultFloat;
export const setDefaultFloat = (dtype: DType): void => void (defaultFloat = dtype);

/** An operand of a promotion: `weak` ones (numbers and 0-d tensors) raise the type only if their category is higher. */
export interface Operand {
  readonly dtype: DType;
  readonly ndim: number;
}

/** The common type of two operands. A JS number is an operand of ndim −1: integral ones int32, others the default float type. */
export function promote(a: Operand, b: Operand): DType {
  if (a.dtype === b.dtype) return a.dtype;
  const strengthA = a.ndim < 0 ? 0 : a.ndim === 0 ? 1 : 2;
  const strengthB = b.ndim < 0 ? 0 : b.ndim === 0 ? 1 : 2;
  if (strengthA === strengthB) return higher(a.dtype, b.dtype);
  const [strong, weak] = strengthA > strengthB ? [a, b] : [b, a];
  if (categoryOf(weak.dtype) <= categoryOf(strong.dtype)) return strong.dtype;
  return weak.ndim < 0 && isFloat(weak.dtype) ? defaultFloat : weak.dtype;
}

/** A zero-filled host array for `length` elements. */
export function hostArray(length: number, dtype: DType): HostArray {
  switch (dtype) {
    case 'float64':
      return new Float64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'uint8':
    case 'bool':
      return new Uint8Array(length);
    default:
      return new Float32Array(length);
  }
}

/** Bytes of an element on the host, which is what `memory()` counts. */
export const bytesOf = (dtype: DType): number =>
  dtype === 'float64' ? 8 : dtype === 'float16' ? 2 : dtype === 'bool' || dtype === 'uint8' ? 1 : 4;
