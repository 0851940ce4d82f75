/* Buffers put together from parts: zeros (or nothing) with other values copied to places that do not overlap. Gradients of slices are such
   buffers, and their sum is one again; it needs no adding over the whole length: where one part lies, the rest adds only zeros.
   x + 0 is not always x (−0 + 0 is 0), so the parts of a sum keep one `+ 0`, however many buffers are added. */

import type { AttributesOf } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { ProgramCall, WriteLog } from './effects.ts';
import type { ProgramView } from './views.ts';
import { covers, isContiguous, isInjective, overlaps } from './views.ts';

export interface Piece {
  /** Where it lies. */
  readonly place: ProgramView;
  /** What lies there, + 0 where the buffer is a sum already. */
  readonly source: ProgramView;
}

/** The parts of a contiguous view, where it is zeros with parts, or nothing but parts (which may overlap); sources are as they were when they were copied. */
export function piecesOf(
  view: ProgramView,
  log: WriteLog,
  calls: readonly ProgramCall[],
  isZero: (view: ProgramView) => boolean,
): Piece[] | undefined {
  if (!isContiguous(view)) return undefined;
  const writes = log.writesInto(view);
  const first = writes[0] && calls[writes[0].call]!;
  const isFilled = first?.op === 'fill' && Object.is((first.attributes as AttributesOf<'fill'>).value, 0) && covers(writes[0]!.view, view);
  const pieces: Piece[] = [];
  for (const write of isFilled ? writes.slice(1) : writes) {
    const call = calls[write.call]!;
    const isSum = call.op === 'binary' && (call.attributes as { fn: string }).fn === 'add' && isZero(call.inputs[1]!);
    if (call.op !== 'copy' && !isSum) return undefined;
    const source = call.inputs[0]!;
    if (!covers(view, write.view) || !isInjective(write.view) || !log.isUnchangedSince(source, write.call - 1)) return undefined;
    pieces.push({ place: write.view, source });
  }
  if (pieces.length === 0 || (!isFilled && sizeOfAll(pieces) !== sizeOf(view.shape))) return undefined;
  return pieces;
}

/**
 * The calls that make a + b where both are put together from parts that do not overlap: the parts written side by side, each + `zero`,
 * over zeros where they leave a gap. Undefined where it is not so, or where the sum would be written onto what it is made of.
 */
export function sumOfPieces(
  call: ProgramCall,
  parts: (view: ProgramView) => Piece[] | undefined,
  zero: () => ProgramView,
): ProgramCall[] | undefined {
  const [a, b] = call.inputs as [ProgramView, ProgramView];
  const output = call.outputs[0]!;
  if (!isContiguous(output) || overlaps(a, output) || overlaps(b, output)) return undefined;
  const ofA = parts(a);
  const ofB = ofA && parts(b);
  if (!ofB) return undefined;
  const move = ({ place, source }: Piece, from: ProgramView): Piece => ({
    source,
    place: { ...place, buffer: output.buffer, offset: place.offset - from.offset + output.offset },
  });
  const pieces = [...ofA.map((piece) => move(piece, a)), ...ofB.map((piece) => move(piece, b))];
  const areApart = pieces.every(
    (piece, i) => !overlaps(piece.source, output) && pieces.slice(0, i).every((other) => !overlaps(piece.place, other.place)),
  );
  if (!areApart) return undefined;
  const calls: ProgramCall[] = [];
  if (sizeOfAll(pieces) < sizeOf(output.shape)) calls.push({ op: 'fill', inputs: [], outputs: [output], attributes: { value: 0 } });
  const nothing = zero();
  for (const { place, source } of pieces) {
    const spread = { ...nothing, shape: place.shape, strides: place.shape.map(() => 0) };
    calls.push({ op: 'binary', inputs: [source, spread], outputs: [place], attributes: { fn: 'add' } });
  }
  return calls;
}

function sizeOfAll(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { place }) => sum + sizeOf(place.shape), 0);
}
