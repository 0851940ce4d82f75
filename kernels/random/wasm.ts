/* Random draws as records of philox.as. */

import type { AttributesOf } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { Encoder } from '../wasm/tape.ts';
import { tilesFor } from '../wasm/tape.ts';

const TILE = 4096;

export const random: Encoder = (call, tape) => {
  const { kind, low, high } = call.attributes as AttributesOf<'random'>;
  const y = call.outputs[0]!;
  const wanted = kind === 'bits' || kind === 'integer' ? 'int32' : 'float32';
  if (y.dtype !== wanted) return false;
  const n = sizeOf(y.shape);
  if (n === 0) return true;
  tape.begin('random', tilesFor(n, TILE)).address(call.inputs[0]).address(y);
  tape
    .integers(n, ['bits', 'uniform', 'normal', 'integer'].indexOf(kind))
    .float(low)
    .float(kind === 'uniform' ? high - low : high);
  tape.integers(low, high - low, TILE).end();
  return true;
};
