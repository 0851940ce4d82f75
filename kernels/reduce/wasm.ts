/* Reductions and running sums as records of reduce.as and scan.as. */

import type { AttributesOf, ReduceName } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import { collapse } from '../strided.ts';
import type { View } from '../types.ts';
import { moreKernels } from '../wasm/more.ts';
import type { Encoder, Tape } from '../wasm/tape.ts';
import { bytesOf, tilesFor, typeCode } from '../wasm/tape.ts';

/** In the order of reduce.as. */
const reduceNames: readonly ReduceName[] = ['sum', 'prod', 'max', 'min', 'argmax', 'argmin', 'any', 'all'];

/** Elements that a tile reads, about. */
const TILE = 32768;

export const reduce: Encoder = (call, tape) => {
  const { fn, count } = call.attributes as AttributesOf<'reduce'>;
  const x = call.inputs[0]!;
  const y = call.outputs[0]!;
  const type = typeCode(x.dtype);
  if (type === undefined || (type > 1 && (fn === 'sum' || fn === 'prod')) || ((fn === 'any' || fn === 'all') && type < 2)) return false;
  const kept = x.shape.length - count;
  const rows = sizeOf(x.shape.slice(0, kept));
  const length = sizeOf(x.shape.slice(kept));
  if (rows === 0) return true;
  if (length === 0) return false;
  const bytes = bytesOf(x.dtype);
  const outer = dims(x, 0, kept);
  const inner = dims(x, kept, x.shape.length);
  const width = outer.lengths.at(-1)!;
  const columns =
    type === 0 && (fn === 'sum' || fn === 'max' || fn === 'min') && width >= 16 && outer.strides.at(-1) === 1 && inner.strides.at(-1) !== 1;
  const size = columns ? 64 : Math.max(1, Math.floor(TILE / length));
  const tiles = columns ? (rows / width) * tilesFor(width, size) : tilesFor(rows, size);
  tape.begin('reduce', tiles).address(x).address(y);
  tape.integers(reduceNames.indexOf(fn), type, outer.lengths.length, inner.lengths.length, rows, size, Number(columns)).skipTo(14);
  for (const { lengths, strides } of [outer, inner]) putDims(tape, lengths, strides, bytes);
  tape.end();
  return true;
};

export const scan: Encoder = (call, tape) => {
  const { fn } = call.attributes as AttributesOf<'scan'>;
  const x = call.inputs[0]!;
  const y = call.outputs[0]!;
  const type = typeCode(x.dtype);
  if (type === undefined || type > 1 || (type === 1 && fn === 'logsumexp')) return false;
  if (sizeOf(x.shape) === 0) return true;
  const last = x.shape.length - 1;
  const n = x.shape[last]!;
  const { lengths, strides } = dims(x, 0, last);
  const rows = sizeOf(lengths);
  const size = Math.max(1, Math.floor(TILE / 4 / n));
  tape.beginMore(moreKernels, 'scan', tilesFor(rows, size)).address(x).address(y);
  tape.integers(['sum', 'prod', 'logsumexp'].indexOf(fn), type, lengths.length, rows, size, n, x.strides[last]! * 4).skipTo(14);
  putDims(tape, lengths, strides, 4);
  tape.end();
  return true;
};

/** Dims `from` to `to` of a view, collapsed; at least one. */
function dims(x: View<unknown>, from: number, to: number): { lengths: number[]; strides: number[] } {
  const { lengths, strides } = collapse(x.shape.slice(from, to), [x.strides.slice(from, to)]);
  return { lengths, strides: strides[0]! };
}

/** Eight lengths and eight strides in bytes. */
export function putDims<B>(tape: Tape<B>, lengths: readonly number[], strides: readonly number[], bytes: number): void {
  for (let d = 0; d < 8; d++) tape.integer(lengths[d] ?? 1);
  for (let d = 0; d < 8; d++) tape.integer((strides[d] ?? 0) * bytes);
}
