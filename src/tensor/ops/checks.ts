/* Checks of values that a call depends on: indices, classes, divisors. At once where the numbers can be read synchronously (js, wasm, and
   what the host still has of a tensor on webgpu); in a compiled function before each run, of what is there by then. What only a GPU
   has is not looked at: kernels give NaN there, or 0 for integers (tensor-api.md 7.5). */

import { tracing } from '../dispatch.ts';
import { callName, failAs } from '../error.ts';
import type { Tensor } from '../tensor.ts';

/** Hands the values of `t` to `visit`, now or before each run. */
export function checkValues(t: Tensor, visit: (value: number) => void): void {
  const trace = tracing();
  if (trace === null) visitAll(t, visit);
  else trace.guard(t, (values) => visitAll(values, visit));
}

function visitAll(t: Tensor, visit: (value: number) => void): void {
  const { storage, shape, strides } = t;
  if (storage.host === null && t.device === 'webgpu') return;
  const n = t.numel();
  if (n === 0) return;
  const data = storage.toHost();
  if (t.isContiguous()) {
    for (let i = t.offset, end = i + n; i < end; i++) visit(data[i]!);
    return;
  }
  const at = new Array<number>(shape.length).fill(0);
  let offset = t.offset;
  for (let i = 0; i < n; i++) {
    visit(data[offset]!);
    for (let d = shape.length - 1; d >= 0; d--) {
      offset += strides[d]!;
      if (++at[d]! < shape[d]!) break;
      offset -= strides[d]! * shape[d]!;
      at[d] = 0;
    }
  }
}

type Words = readonly [one: string, many: string];

/** Throws where an index lies outside [from, size); `spared` is a value that may stand for none. */
export function checkRange(
  index: Tensor,
  size: number,
  name: string,
  { what: [one, many] = ['index', 'elements'], from = 0, spared }: { what?: Words; from?: number; spared?: number } = {},
): void {
  const called = callName(name);
  checkValues(index, (value) => {
    if ((value < from || value >= size) && value !== spared)
      failAs('index', called, `${one} ${value} is out of range for ${size} ${size === 1 ? many.replace(/e?s$/, '') : many}.`);
  });
}

/** Throws where an integer would be divided by 0. */
export function checkDivisor(divisor: Tensor, name: string): void {
  const called = callName(name);
  checkValues(divisor, (value) => {
    if (value === 0)
      failAs('value', called, 'an integer was divided by 0. Call float() first for inf and NaN, or mask the zeros with where().');
  });
}
