/* Gather, scatter and rows of tables as records of index.as. */

import type { AttributesOf } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import { collapse } from '../strided.ts';
import type { View } from '../types.ts';
import type { Encoder, Opcode, Tape } from '../wasm/tape.ts';
import { bytesOf, tilesFor } from '../wasm/tape.ts';

export const gather: Encoder = (call, tape) => {
  const { dim } = call.attributes as AttributesOf<'gather'>;
  const [x, index] = call.inputs as [View<never>, View<never>];
  const y = call.outputs[0]!;
  if (x.dtype === 'float64') return false;
  if (sizeOf(index.shape) === 0) return true;
  putLines(tape, 'gather', { x: along(x, dim), index, y }, x.shape[dim]!, x.strides[dim]!, 0);
  return true;
};

export const scatter: Encoder = (call, tape) => {
  const { dim, mode } = call.attributes as AttributesOf<'scatter'>;
  const [index, source] = call.inputs as [View<never>, View<never>];
  const y = call.outputs[0]!;
  if (y.dtype === 'float64') return false;
  if (sizeOf(index.shape) === 0) return true;
  putLines(
    tape,
    'scatter',
    { x: source, index, y: along(y, dim) },
    y.shape[dim]!,
    y.strides[dim]!,
    mode === 'set' ? 0 : y.dtype === 'float32' ? 1 : 2,
  );
  return true;
};

/** The lines along `dim`: its stride is taken by the index. */
function along<B>(x: View<B>, dim: number): View<B> {
  return { ...x, strides: x.strides.map((stride, d) => (d === dim ? 0 : stride)) };
}

function putLines<B>(
  tape: Tape<B>,
  op: Opcode,
  { x, index, y }: { x: View<B>; index: View<B>; y: View<B> },
  length: number,
  stride: number,
  mode: number,
): void {
  const bytes = bytesOf(x.dtype);
  const { lengths, strides } = collapse(index.shape, [x.strides, index.strides, y.strides]);
  const inner = lengths.length - 1;
  const n = lengths[inner]!;
  const rows = sizeOf(index.shape) / n;
  const each = op === 'scatter' ? rows : Math.max(1, Math.floor(4096 / n));
  tape
    .begin(op, tilesFor(rows, each))
    .address(x)
    .address(index)
    .address(y)
    .integers(n, inner, bytes, length, stride * bytes);
  putMissing(tape, x);
  tape.integers(each, rows).skipTo(16);
  for (let d = 0; d < 8; d++) tape.integer(d < inner ? lengths[d]! : 1);
  strides.forEach((of, view) => {
    const size = view === 1 ? 4 : bytes;
    for (let d = 0; d < 8; d++) tape.integer(d === 7 ? of[inner]! * size : d < inner ? of[d]! * size : 0);
  });
  tape.integer(mode).end();
}

/** What an index out of range reads. */
function putMissing<B>(tape: Tape<B>, x: View<B>): void {
  if (x.dtype === 'float32' || x.dtype === 'float16') tape.float(NaN);
  else tape.integer(0);
}

export const rows: Encoder = (call, tape) => {
  const [table, ids] = call.inputs as [View<never>, View<never>];
  const y = call.outputs[0]!;
  if (table.dtype === 'float64') return false;
  const [V, C] = table.shape as [number, number];
  const N = sizeOf(ids.shape);
  if (N * C === 0) return true;
  const each = Math.max(1, Math.floor(16384 / C));
  tape.begin('rows', tilesFor(N, each)).address(table).address(ids).address(y).integers(N, C, V, bytesOf(table.dtype), each);
  putMissing(tape, table);
  tape.end();
  return true;
};

export const rowsAdd: Encoder = (call, tape) => {
  const [ids, source] = call.inputs;
  const out = call.outputs[0]!;
  if (out.dtype !== 'float32' && out.dtype !== 'int32') return false;
  const [V, C] = out.shape as [number, number];
  const N = sizeOf(ids!.shape);
  if (N * C === 0) return true;
  const each = N * C > 16384 ? Math.max(8, Math.ceil(V / 4)) : V;
  tape
    .begin('rowsAdd', tilesFor(V, each))
    .address(ids)
    .address(source)
    .address(out)
    .integers(N, C, V, each, Number(out.dtype === 'int32'))
    .end();
  return true;
};
