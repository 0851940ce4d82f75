/* What every operation does with its arguments before it computes: numbers become tensors, types are promoted, shapes broadcast. */

import type { DeviceName } from '../../../kernels/types.ts';
import { fromHalf, toHalf } from '../../base/half.ts';
import { compute, deviceOf } from '../dispatch.ts';
import { defaultDtype, hostArray, isFloat, promote, type DType } from '../dtype.ts';
import { callName, fail } from '../error.ts';
import { broadcastShapes, expandStrides, sameShape, type Shape } from '../shape.ts';
import { makeView, Storage, Tensor } from '../tensor.ts';
import { getDefaultDevice } from '../device.ts';

export type Scalar = number | boolean;
export type Operand = Tensor | Scalar;

/** The type that a JS number or boolean stands for in a promotion. */
export const typeOfScalar = (value: Scalar): DType =>
  typeof value === 'boolean' ? 'bool' : Number.isInteger(value) ? 'int32' : defaultDtype();

/** The tensor among the arguments at `position` (from 1), alive; an error that names the call where it is none. */
export function tensorAt(value: unknown, position: number, name = 'tensor'): Tensor {
  if (!(value instanceof Tensor))
    fail('value', name, `expected a tensor as argument ${position}, got ${describe(value)}. Make one with tensor(…).`);
  value.check(name, position);
  return value;
}

/** A value in words for error messages. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? `a ${value.constructor?.name ?? 'object'}` : `${typeof value} ${String(value)}`;
}

/** A number as a tensor of shape [] that the compiler may fold into a kernel. */
export function literal(value: Scalar, dtype: DType, device: DeviceName): Tensor {
  const data = hostArray(1, dtype);
  data[0] = dtype === 'int32' || dtype === 'uint8' ? Math.trunc(Number(value)) : dtype === 'bool' ? (value ? 1 : 0) : Number(value);
  const storage = new Storage(1, dtype, device, data);
  storage.literal = data[0]!;
  return new Tensor(storage, noShape, noStrides, 0, false);
}

const noShape: Shape = Object.freeze([]);
const noStrides: number[] = [];

/** `a` and `b` as tensors of one device, not yet of one type or shape. A number takes the type that the promotion gives. */
export function pair(a: unknown, b: unknown, name: string): { a: Tensor; b: Tensor; dtype: DType } {
  const ta = a instanceof Tensor ? a : null;
  const tb = b instanceof Tensor ? b : null;
  if (ta !== null && tb !== null) {
    ta.check(name, 1);
    tb.check(name, 2);
    if (ta.storage.device !== tb.storage.device) deviceOf([ta, tb], callName(name));
    return { a: ta, b: tb, dtype: ta.storage.dtype === tb.storage.dtype ? ta.storage.dtype : promote(ta, tb) };
  }
  if (ta !== null) {
    const value = scalarAt(b, 2, name);
    ta.check(name, 1);
    const dtype = promote(ta, { dtype: typeOfScalar(value), ndim: -1 });
    return { a: ta, b: literal(value, dtype, ta.storage.device), dtype };
  }
  const value = scalarAt(a, 1, name);
  if (tb === null) {
    const other = scalarAt(b, 2, name);
    const dtype = promote({ dtype: typeOfScalar(value), ndim: -1 }, { dtype: typeOfScalar(other), ndim: -1 });
    const device = getDefaultDevice();
    return { a: literal(value, dtype, device), b: literal(other, dtype, device), dtype };
  }
  tb.check(name, 2);
  const dtype = promote(tb, { dtype: typeOfScalar(value), ndim: -1 });
  return { a: literal(value, dtype, tb.storage.device), b: tb, dtype };
}

function scalarAt(value: unknown, position: number, name: string): Scalar {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  fail('value', name, `expected a tensor or a number as argument ${position}, got ${describe(value)}.`);
}

/** An untracked view of the bigger shape; the tensor itself where it has it already. */
export function expanded(tensor: Tensor, shape: Shape): Tensor {
  if (sameShape(tensor.shape, shape)) return tensor;
  return makeView(tensor, [...shape], expandStrides(tensor.shape, tensor.strides, shape));
}

/** The shape that two tensors broadcast to. */
export function commonShape(a: Tensor, b: Tensor): Shape {
  if (sameShape(a.shape, b.shape)) return a.shape;
  return broadcastShapes(a.shape, b.shape);
}

/** The numbers in another type, untracked; the tensor itself where it has that type. */
export function converted(tensor: Tensor, dtype: DType): Tensor {
  const { storage } = tensor;
  if (storage.dtype === dtype) return tensor;
  if (storage.literal !== null && tensor.shape.length === 0) return literal(storage.literal, dtype, storage.device);
  return compute('cast', [tensor], tensor.shape, dtype, {});
}

/** What a number is in a type: integers are cut towards 0 and must fit, bool is whether it is 0. */
export function numberFor(value: Scalar, dtype: DType, name: string): number {
  if (dtype === 'bool') return value ? 1 : 0;
  if (isFloat(dtype)) return dtype === 'float16' ? fromHalf(toHalf(Number(value))) : Number(value);
  const whole = Math.trunc(Number(value));
  const [low, high] = dtype === 'uint8' ? [0, 255] : [-2147483648, 2147483647];
  if (!(whole >= low && whole <= high)) fail('value', name, `${String(value)} does not fit ${dtype} (${low} to ${high}).`);
  return whole;
}

/** The float type that an operation on `dtype` gives. */
export const floatFor = (dtype: DType): DType => (isFloat(dtype) ? dtype : defaultDtype());

/** Checks that `value` is one of the names; suggests none for other types. */
export function oneOf<T extends string>(value: unknown, names: readonly T[], option: string): T {
  if (!names.includes(value as T))
    fail('value', option, `expected ${option} to be ${names.map((n) => JSON.stringify(n)).join(' or ')}, got ${describe(value)}.`);
  return value as T;
}

/** A finite number option. */
export function numberOption(value: unknown, option: string): number {
  if (typeof value !== 'number') fail('value', option, `expected ${option} to be a number, got ${describe(value)}.`);
  return value;
}
