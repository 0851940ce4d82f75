/* Cross entropy as records of crossEntropy.as. */

import type { AttributesOf } from '../operations.ts';
import { rowsOfTile } from '../softmax/wasm.ts';
import type { Encoder } from '../wasm/tape.ts';
import { tilesFor } from '../wasm/tape.ts';

export const crossEntropy: Encoder = (call, tape) => {
  const { ignoreIndex, smoothing } = call.attributes as AttributesOf<'crossEntropy'>;
  const [logits, target] = call.inputs;
  const [loss, lse] = call.outputs;
  if (logits!.dtype === 'float64') return false;
  const [rows, classes] = logits!.shape as [number, number];
  if (rows === 0) return true;
  const size = rowsOfTile(classes);
  tape.begin('crossEntropy', tilesFor(rows, size)).address(logits).address(target).address(loss).address(lse);
  tape.integers(0, rows, classes, size, ignoreIndex).float(smoothing).end();
  return true;
};

export const crossEntropyGrad: Encoder = (call, tape) => {
  const { ignoreIndex, smoothing } = call.attributes as AttributesOf<'crossEntropyGrad'>;
  const [g, logits, target] = call.inputs;
  const dlogits = call.outputs[0];
  if (logits!.dtype === 'float64') return false;
  const [rows, classes] = logits!.shape as [number, number];
  if (rows === 0) return true;
  const size = rowsOfTile(classes);
  tape
    .begin('crossEntropyGrad', tilesFor(rows, size))
    .address(logits)
    .address(target)
    .address(g)
    .integer(g!.strides[0]! * 4)
    .address(dlogits);
  tape.integers(rows, classes, size, ignoreIndex).float(smoothing).end();
  return true;
};
