/* Reductions and running sums on the device: long rows are cut into chunks that are folded side by side, and the partial results
   once more. How many chunks is a matter of how much the device does at once. */

import type { AttributesOf, ReduceName } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { DType, View } from '../types.ts';
import type { Constants, Shader } from '../webgpu/shader.ts';
import type { DeviceFacts, Lowering, Target } from '../webgpu/step.ts';
import { copied, flat, fourDims } from '../webgpu/step.ts';
import argText from './arg.wgsl';
import foldText from './fold.wgsl';
import scanText from './scan.wgsl';

const fold: Shader = { name: 'fold', text: foldText };
const arg: Shader = { name: 'arg', text: argText };
const scanner: Shader = { name: 'scan', text: scanText };

function scalar(dtype: DType): string {
  return dtype === 'float32' ? 'f32' : dtype === 'int32' ? 'i32' : 'u32';
}

/** Chunks of a row of `length` for `rows` of them. */
function chunksOf(rows: number, length: number, facts: DeviceFacts): number {
  const wanted = facts.software ? 32 : 8192;
  const shortest = facts.software ? 1024 : 64;
  return Math.max(1, Math.min(Math.ceil(wanted / rows), Math.floor(length / shortest)));
}

const combiners: Partial<Record<ReduceName, Record<string, string>>> = {
  sum: {},
  prod: { f32: 'a * b', i32: 'a * b', u32: 'a * b' },
  max: { f32: 'maxFloat(a, b)', i32: 'max(a, b)', u32: 'max(a, b)' },
  min: { f32: 'minFloat(a, b)', i32: 'min(a, b)', u32: 'min(a, b)' },
  any: { f32: 'max(abs(a), abs(b))', i32: 'a | b', u32: 'a | b' },
  all: { f32: 'a * b', i32: 'a * b', u32: 'a & b' },
};

const empties: Partial<Record<ReduceName, number>> = { sum: 0, prod: 1, any: 0, all: 1, max: -Infinity, min: Infinity };

/** x [...kept, ...reduced] → [...kept]. */
export const reduce: Lowering = (call, to) => {
  const { fn, count } = call.attributes as AttributesOf<'reduce'>;
  const y = call.outputs[0]!;
  let x = call.inputs[0]!;
  if (x.dtype === 'float64' || x.dtype === 'float16') return false;
  const isArg = fn === 'argmax' || fn === 'argmin';
  if (!isArg && x.dtype !== y.dtype) return false;
  const kept = x.shape.length - count;
  const outputs = sizeOf(x.shape.slice(0, kept));
  const length = sizeOf(x.shape.slice(kept));
  if (outputs === 0) return true;
  if (length === 0) {
    to.call({ op: 'fill', inputs: [], outputs: [y], attributes: { value: empties[fn] ?? 0 } });
    return true;
  }
  let front = fourDims(x.shape.slice(0, kept), x.strides.slice(0, kept));
  let back = fourDims(x.shape.slice(kept), x.strides.slice(kept));
  if (!front || !back) {
    x = copied(x, to);
    front = fourDims(x.shape.slice(0, kept), x.strides.slice(0, kept))!;
    back = fourDims(x.shape.slice(kept), x.strides.slice(kept))!;
  }
  const chunks = chunksOf(outputs, length, to.facts);
  const words = [...front.shape, ...front.strides, ...back.shape, ...back.strides, outputs, length, chunks, x.offset];
  if (isArg) return argument(fn === 'argmax', x, y, words, outputs, length, chunks, to);
  const combine = combiners[fn]![scalar(x.dtype)];
  const constants: Constants = {
    T: scalar(x.dtype),
    LINEAR: back.shape.slice(0, 3).every((size) => size === 1),
    ...(combine ? { 'fn combine': combine } : {}),
  };
  if (chunks === 1)
    to.emit(fold, constants, [x.buffer, y.buffer], [...words, y.offset], flat(outputs), y.dtype === 'float32' ? y : undefined);
  else {
    const partial = to.scratch(outputs * chunks, x.dtype);
    to.emit(fold, constants, [x.buffer, partial.buffer], [...words, 0], flat(outputs * chunks));
    const second = { ...partial, shape: [outputs, chunks], strides: [chunks, 1] };
    to.call({ ...call, inputs: [second], attributes: { fn, count: 1 } });
  }
  return true;
};

function argument<B>(
  largest: boolean,
  x: View<B>,
  y: View<B>,
  words: readonly number[],
  outputs: number,
  length: number,
  chunks: number,
  to: Target<B>,
): boolean {
  const constants: Constants = {
    T: scalar(x.dtype),
    LARGEST: largest,
    ...(x.dtype === 'float32' ? {} : { 'fn unordered': 'false' }),
  };
  if (chunks === 1) {
    to.emit(arg, constants, [x.buffer, x.buffer, y.buffer], [...words, y.offset], flat(outputs));
    return true;
  }
  const found = to.scratch(outputs * chunks, 'int32');
  to.emit(arg, constants, [x.buffer, x.buffer, found.buffer], [...words, 0], flat(outputs * chunks));
  const last = words.slice();
  last[17] = chunks; // length and chunks of the second pass
  last[18] = 1;
  to.emit(arg, { ...constants, CANDIDATES: true }, [x.buffer, found.buffer, y.buffer], [...last, y.offset], flat(outputs));
  return length > 0;
}

const scans: Readonly<Record<AttributesOf<'scan'>['fn'], Constants>> = {
  sum: {},
  prod: { 'fn start': 'vec2f(1.0, 0.0)', 'fn push': 'pushProduct(s, v)', 'fn join': 'joinProduct(s, t)' },
  logsumexp: {
    'fn start': 'vec2f(fromBits(0xff800000u), 0.0)',
    'fn push': 'pushExp(s, v)',
    'fn join': 'joinExp(s, t)',
    'fn valueOf': 'valueExp(s)',
  },
};
const integers: Readonly<Record<string, Constants>> = {
  sum: { S: 'i32', T: 'i32', 'fn push': 's + v', 'fn join': 's + t', 'fn valueOf': 's' },
  prod: { S: 'i32', T: 'i32', 'fn start': '1', 'fn push': 's * v', 'fn join': 's * t', 'fn valueOf': 's' },
};

/** x [...rows, N] → running values along N. */
export const scan: Lowering = (call, to) => {
  const { fn } = call.attributes as AttributesOf<'scan'>;
  const y = call.outputs[0]!;
  let x = call.inputs[0]!;
  const constants = x.dtype === 'float32' ? scans[fn] : x.dtype === 'int32' ? integers[fn] : undefined;
  if (!constants || x.dtype !== y.dtype) return false;
  const n = x.shape[x.shape.length - 1] ?? 1;
  const rows = sizeOf(x.shape.slice(0, -1));
  if (rows * n === 0) return true;
  let kept = fourDims(x.shape.slice(0, -1), x.strides.slice(0, -1));
  if (!kept) {
    x = copied(x, to);
    kept = fourDims([rows], [n])!;
  }
  const chunks = chunksOf(rows, n, to.facts);
  const length = Math.ceil(n / chunks);
  const states = to.scratch(rows * chunks * 2, 'float32');
  const stride = (x.strides[x.strides.length - 1] ?? 0) >>> 0;
  const words = [...kept.shape, ...kept.strides, rows, n, stride, chunks, length, x.offset, y.offset];
  const buffers = [x.buffer, states.buffer, y.buffer];
  if (chunks > 1) {
    to.emit(scanner, { ...constants, PASS: '0u' }, buffers, words, flat(rows * chunks));
    to.emit(scanner, { ...constants, PASS: '1u' }, buffers, words, flat(rows));
  }
  to.emit(scanner, { ...constants, PASS: '2u' }, buffers, words, flat(rows * chunks));
  return true;
};
