/* Elementwise operations on the host: unary, binary, where, cast, copy, fill, iota, and fused chains of them.
   Views of any strides; where all advance by constant steps (contiguous, broadcast numbers, columns) one loop does the whole call,
   and functions allocate nothing, since small tensors of every device are computed here. Numbers are float64 until they are stored. */

import type { AttributesOf } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import { linearStep, walkRows } from '../strided.ts';
import type { Call, DType, HostArray, View } from '../types.ts';
import type { BinaryLoop, UnaryLoop } from './loops.ts';
import { binaryLoop, copyLoop, mapping, unaryLoop } from './loops.ts';
import { binaryFunction, isInteger, saturate, unaryFunction } from './functions.ts';

type HostCall = Call<HostArray>;
type HostView = View<HostArray>;

/** x → f(x). */
export function unary(call: HostCall): void {
  const x = call.inputs[0]!;
  const { fn } = call.attributes as AttributesOf<'unary'>;
  mapElements(unaryLoop(fn, x.dtype), x, call.outputs[0]!);
}

/** (a, b) → f(a, b). */
export function binary(call: HostCall): void {
  const a = call.inputs[0]!;
  const b = call.inputs[1]!;
  const y = call.outputs[0]!;
  const { fn } = call.attributes as AttributesOf<'binary'>;
  combineElements(binaryLoop(fn, a.dtype), a, b, y);
}

/** (condition, a, b) → condition ? a : b. */
export function where(call: HostCall): void {
  const [condition, a, b] = call.inputs as [HostView, HostView, HostView];
  const y = call.outputs[0]!;
  const size = sizeOf(y.shape);
  const s = linearStep(condition.shape, condition.strides);
  const p = linearStep(a.shape, a.strides);
  const q = linearStep(b.shape, b.strides);
  const r = linearStep(y.shape, y.strides);
  // The sum is a number only where all four are.
  if (s + p + q + r === s + p + q + r) {
    return select(condition.buffer, condition.offset, s, a.buffer, a.offset, p, b.buffer, b.offset, q, y.buffer, y.offset, r, size);
  }
  walkRows([condition, a, b, y], ([h, i, j, k], [u, v, w, z], count) =>
    select(condition.buffer, h!, u!, a.buffer, i!, v!, b.buffer, j!, w!, y.buffer, k!, z!, count),
  );
}

// prettier-ignore
function select(c: HostArray, h: number, s: number, a: HostArray, i: number, p: number, b: HostArray, j: number, q: number, y: HostArray, k: number, r: number, n: number): void {
  for (; n > 0; n--, h += s, i += p, j += q, k += r) y[k] = c[h] !== 0 ? a[i]! : b[j]!;
}

/** x → the output's type. */
export function cast(call: HostCall): void {
  const x = call.inputs[0]!;
  const y = call.outputs[0]!;
  mapElements(castLoop(x.dtype, y.dtype), x, y);
}

/** x → y of the same type. */
export function copy(call: HostCall): void {
  const x = call.inputs[0]!;
  const y = call.outputs[0]!;
  const size = sizeOf(y.shape);
  if (size > 64 && linearStep(x.shape, x.strides) === 1 && linearStep(y.shape, y.strides) === 1) {
    y.buffer.set(x.buffer.subarray(x.offset, x.offset + size), y.offset);
    return;
  }
  mapElements(copyLoop, x, y);
}

/** → `value` everywhere. */
export function fill(call: HostCall): void {
  const y = call.outputs[0]!;
  const { value } = call.attributes as AttributesOf<'fill'>;
  const size = sizeOf(y.shape);
  if (linearStep(y.shape, y.strides) === 1) {
    y.buffer.fill(value, y.offset, y.offset + size);
    return;
  }
  walkRows([y], ([offset], [step], count) => {
    for (let i = 0, k = offset!; i < count; i++, k += step!) y.buffer[k] = value;
  });
}

/** → start + i·step. */
export function iota(call: HostCall): void {
  const y = call.outputs[0]!;
  const { start, step } = call.attributes as AttributesOf<'iota'>;
  const size = sizeOf(y.shape);
  for (let i = 0; i < size; i++) y.buffer[y.offset + i] = start + i * step;
}

/** A chain of elementwise operations, an element at a time; each register is rounded to its type (float32 is float64 among float64 views). */
export function fused(call: HostCall): void {
  const { instructions, types, outputs } = call.attributes as AttributesOf<'fused'>;
  const registers = new Float64Array(instructions.length);
  const wide = call.inputs.some((view) => view.dtype === 'float64') || call.outputs.some((view) => view.dtype === 'float64');
  const views = [...call.inputs, ...call.outputs];
  const inputs = call.inputs.length;
  const steps = instructions.map((instruction, i): ((offsets: readonly number[]) => number) => {
    const round = rounding(wide && types[i] === 'float32' ? 'float64' : types[i]!);
    switch (instruction.kind) {
      case 'load': {
        const { input } = instruction;
        const { buffer } = call.inputs[input]!;
        return (offsets) => buffer[offsets[input]!]!;
      }
      case 'constant': {
        const value = round(instruction.value);
        return () => value;
      }
      case 'unary': {
        const { a, fn } = instruction;
        const f = unaryFunction(fn, types[a]!);
        return () => round(f(registers[a]!));
      }
      case 'binary': {
        const { a, b, fn } = instruction;
        const f = binaryFunction(fn, types[a]!);
        return () => round(f(registers[a]!, registers[b]!));
      }
      case 'where': {
        const { condition, a, b } = instruction;
        return () => (registers[condition] !== 0 ? registers[a]! : registers[b]!);
      }
      case 'cast': {
        const { a } = instruction;
        const f = casting(types[a]!, types[i]!);
        return () => round(f(registers[a]!));
      }
    }
  });
  walkRows(views, (starts, by, count) => {
    const offsets = starts.slice();
    for (let n = 0; n < count; n++) {
      for (let i = 0; i < steps.length; i++) registers[i] = steps[i]!(offsets);
      for (let j = 0; j < outputs.length; j++) call.outputs[j]!.buffer[offsets[inputs + j]!] = registers[outputs[j]!]!;
      for (let v = 0; v < offsets.length; v++) offsets[v]! += by[v]!;
    }
  });
}

/** A number as a value of `dtype` holds it. */
function rounding(dtype: DType): (x: number) => number {
  if (dtype === 'int32') return (x) => x | 0;
  if (dtype === 'uint8') return (x) => x & 255;
  if (dtype === 'bool' || dtype === 'float64') return (x) => x;
  return Math.fround;
}

function casting(from: DType, to: DType): (x: number) => number {
  if (to === 'bool') return (x) => (x !== 0 ? 1 : 0); // NaN is true
  if (isInteger(to) && !isInteger(from)) {
    return saturate; // uint8: of that integer the low byte, as it is stored
  }
  return (x) => x;
}

const castLoops: Partial<Record<DType, UnaryLoop>> = {};

function castLoop(from: DType, to: DType): UnaryLoop {
  if (to !== 'bool' && (isInteger(from) || !isInteger(to))) return copyLoop;
  return (castLoops[to] ??= mapping(casting('float64', to)));
}

/** y = loop(x): one loop over the last dims that both step through evenly, for each place in the dims before. Allocates nothing. */
function mapElements(loop: UnaryLoop, x: HostView, y: HostView): void {
  let even = 0;
  let p = linearStep(x.shape, x.strides);
  let r = linearStep(y.shape, y.strides);
  while (p + r !== p + r) {
    even++;
    p = linearStep(x.shape, x.strides, even);
    r = linearStep(y.shape, y.strides, even);
  }
  mapFrom(0, even, loop, x, x.offset, p, y, y.offset, r, sizeFrom(y.shape, even));
}

// prettier-ignore
function mapFrom(d: number, even: number, loop: UnaryLoop, x: HostView, i: number, p: number, y: HostView, k: number, r: number, n: number): void {
  if (d === even) return loop(x.buffer, i, p | 0, y.buffer, k, r | 0, n);
  for (let left = y.shape[d]!; left > 0; left--, i += x.strides[d]!, k += y.strides[d]!) mapFrom(d + 1, even, loop, x, i, p, y, k, r, n);
}

/** y = loop(a, b), as mapElements. */
function combineElements(loop: BinaryLoop, a: HostView, b: HostView, y: HostView): void {
  let even = 0;
  let p = linearStep(a.shape, a.strides);
  let q = linearStep(b.shape, b.strides);
  let r = linearStep(y.shape, y.strides);
  while (p + q + r !== p + q + r) {
    even++;
    p = linearStep(a.shape, a.strides, even);
    q = linearStep(b.shape, b.strides, even);
    r = linearStep(y.shape, y.strides, even);
  }
  combineFrom(0, even, loop, a, a.offset, p, b, b.offset, q, y, y.offset, r, sizeFrom(y.shape, even));
}

// prettier-ignore
function combineFrom(d: number, even: number, loop: BinaryLoop, a: HostView, i: number, p: number, b: HostView, j: number, q: number, y: HostView, k: number, r: number, n: number): void {
  if (d === even) return loop(a.buffer, i, p | 0, b.buffer, j, q | 0, y.buffer, k, r | 0, n);
  for (let left = y.shape[d]!; left > 0; left--, i += a.strides[d]!, j += b.strides[d]!, k += y.strides[d]!) {
    combineFrom(d + 1, even, loop, a, i, p, b, j, q, y, k, r, n);
  }
}

function sizeFrom(shape: readonly number[], first: number): number {
  let size = 1;
  for (let d = first; d < shape.length; d++) size *= shape[d]!;
  return size;
}
