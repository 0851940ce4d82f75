/* Arithmetic that changes no bit: what a call amounts to where an input is a known number or comes from a certain call.
   Float rules hold for ±0, ±inf and NaN: x + 0 is not among them (−0 + 0 is 0), x − 0 is, and x + 0 where x cannot be −0. */

import type { AttributesOf, BinaryName, UnaryName } from '../operations.ts';
import type { DType } from '../types.ts';
import type { ProgramCall } from './effects.ts';
import type { ProgramView } from './views.ts';

/** What is known at the point of the call. */
export interface Known {
  /** The number that all elements of the view are. */
  constant(view: ProgramView): number | undefined;
  /** The call that made the whole view, as long as its own inputs are as it found them. */
  definition(view: ProgramView): ProgramCall | undefined;
  /** Whether every element of the view is a sum that begins at 0, hence not −0. */
  isSumFromZero(view: ProgramView): boolean;
  /** A view that holds relu of this one. */
  reluOf(view: ProgramView): ProgramView | undefined;
}

/** The same call, or one that gives the same for less: a copy, a fill, a cheaper function. */
export function simplifyCall(call: ProgramCall, known: Known): ProgramCall {
  const output = call.outputs[0]!;
  const copyOf = (view: ProgramView): ProgramCall => {
    const value = known.constant(view);
    return value === undefined ? { op: 'copy', inputs: [view], outputs: [output], attributes: {} } : fillWith(value);
  };
  const fillWith = (value: number): ProgramCall => ({ op: 'fill', inputs: [], outputs: [output], attributes: { value } });
  const unary = (fn: UnaryName, view: ProgramView): ProgramCall => ({ op: 'unary', inputs: [view], outputs: [output], attributes: { fn } });

  switch (call.op) {
    case 'copy':
      return copyOf(call.inputs[0]!);
    case 'cast': {
      const input = call.inputs[0]!;
      if (input.dtype === output.dtype) return copyOf(input);
      const value = known.constant(input);
      return value !== undefined && (output.dtype === 'float32' || output.dtype === 'bool') ? fillWith(asType(value, output.dtype)) : call;
    }
    case 'unary': {
      const { fn } = call.attributes as AttributesOf<'unary'>;
      const input = call.inputs[0]!;
      const value = known.constant(input);
      if (value !== undefined && output.dtype === 'float32') {
        if (fn === 'neg') return fillWith(-value);
        if (fn === 'square') return fillWith(Math.fround(value * value));
        if (fn === 'reciprocal') return fillWith(Math.fround(1 / value));
        if (fn === 'sqrt') return fillWith(Math.fround(Math.sqrt(value)));
      }
      const maker = known.definition(input);
      const inner = maker?.op === 'unary' ? (maker.attributes as AttributesOf<'unary'>).fn : undefined;
      if (fn === 'neg' && inner === 'neg') return copyOf(sameShape(maker!.inputs[0]!, output) ?? input);
      if (
        inner === fn &&
        (fn === 'abs' || fn === 'relu' || fn === 'sign' || fn === 'floor' || fn === 'ceil' || fn === 'round' || fn === 'trunc')
      ) {
        return copyOf(input);
      }
      return call;
    }
    case 'binary':
      return simplifyBinary(call, known, { copyOf, fillWith, unary });
    case 'where': {
      const condition = known.constant(call.inputs[0]!);
      if (condition !== undefined) return copyOf(call.inputs[condition === 0 ? 2 : 1]!);
      return call;
    }
    default:
      return call;
  }
}

interface Make {
  copyOf(view: ProgramView): ProgramCall;
  fillWith(value: number): ProgramCall;
  unary(fn: UnaryName, view: ProgramView): ProgramCall;
}

function simplifyBinary(call: ProgramCall, known: Known, make: Make): ProgramCall {
  const { fn } = call.attributes as { fn: BinaryName };
  const [a, b] = call.inputs as [ProgramView, ProgramView];
  const { dtype } = call.outputs[0]!;
  const x = known.constant(a);
  const y = known.constant(b);
  const isInteger = dtype === 'int32' || dtype === 'uint8';
  if (x !== undefined && y !== undefined && (dtype === 'float32' || dtype === 'int32')) {
    const value = fold(fn, x, y);
    if (value !== undefined) return make.fillWith(dtype === 'float32' ? Math.fround(value) : value | 0);
  }
  switch (fn) {
    case 'add':
      if (y !== undefined && (isInteger ? y === 0 : Object.is(y, -0))) return make.copyOf(a);
      if (x !== undefined && (isInteger ? x === 0 : Object.is(x, -0))) return make.copyOf(b);
      if (y === 0 && known.isSumFromZero(a)) return make.copyOf(a);
      if (x === 0 && known.isSumFromZero(b)) return make.copyOf(b);
      return call;
    case 'sub':
      if (Object.is(y, 0)) return make.copyOf(a);
      return call;
    case 'mul':
      if (y === 1) return make.copyOf(a);
      if (x === 1) return make.copyOf(b);
      if (y === -1 && !isInteger) return make.unary('neg', a);
      if (x === -1 && !isInteger) return make.unary('neg', b);
      return call;
    case 'div':
      if (y === 1) return make.copyOf(a);
      if (y === -1) return make.unary('neg', a);
      return call;
    case 'pow':
      if (isInteger) return call;
      if (y === 1) return make.copyOf(a);
      if (y === 2) return make.unary('square', a);
      if (y === -1) return make.unary('reciprocal', a);
      return call;
    case 'reluGrad': {
      // relu(x) > 0 just where x > 0: with the output read instead, the input need not be kept.
      const relu = known.reluOf(b);
      return relu ? ({ ...call, inputs: [a, relu] } as ProgramCall) : call;
    }
    default:
      return call;
  }
}

/** float64 arithmetic of two float32 or int32 numbers, which rounds once when stored; undefined where functions may differ by device. */
function fold(fn: BinaryName, x: number, y: number): number | undefined {
  if (fn === 'add') return x + y;
  if (fn === 'sub') return x - y;
  if (fn === 'mul') return Number.isInteger(x) && Number.isInteger(y) && Math.abs(x * y) > 2 ** 53 ? undefined : x * y;
  if (fn === 'div') return x / y;
  return undefined;
}

function sameShape(view: ProgramView, like: ProgramView): ProgramView | undefined {
  return view.shape.length === like.shape.length && view.shape.every((length, i) => length === like.shape[i]) ? view : undefined;
}

/** A number as an element of the type holds it. */
export function asType(value: number, dtype: DType): number {
  if (dtype === 'float32') return Math.fround(value);
  if (dtype === 'int32') return value | 0;
  if (dtype === 'uint8') return value & 255;
  if (dtype === 'bool') return value === 0 ? 0 : 1;
  return value;
}
