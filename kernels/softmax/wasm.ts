/* Softmax as records of softmax.as. */

import type { AttributesOf } from '../operations.ts';
import type { Encoder } from '../wasm/tape.ts';
import { tilesFor } from '../wasm/tape.ts';

/** Rows of a tile of about `elements` elements. */
export function rowsOfTile(length: number, elements = 8192): number {
  return Math.max(1, Math.floor(elements / Math.max(1, length)));
}

export const softmax: Encoder = (call, tape) => {
  const { log } = call.attributes as AttributesOf<'softmax'>;
  const [x, y] = [call.inputs[0]!, call.outputs[0]!];
  if (x.dtype === 'float64') return false;
  const [rows, length] = y.shape as [number, number];
  if (rows * length === 0) return true;
  const size = rowsOfTile(length);
  tape.begin('softmax', tilesFor(rows, size)).address(x).address(y).integers(0, rows, length, size, Number(log)).end();
  return true;
};

export const softmaxGrad: Encoder = (call, tape) => {
  const { log } = call.attributes as AttributesOf<'softmaxGrad'>;
  const [y, g] = [call.inputs[0]!, call.inputs[1]!];
  const dx = call.outputs[0]!;
  if (y.dtype === 'float64') return false;
  const [rows, length] = y.shape as [number, number];
  if (rows * length === 0) return true;
  const size = rowsOfTile(length);
  tape.begin('softmaxGrad', tilesFor(rows, size)).address(y).address(g).address(dx).integers(rows, length, size, Number(log)).end();
  return true;
};
