/* Optimiser steps as records of adam.as: large parameters are cut into pieces, small ones are a piece each. */

import type { AttributesOf } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { Encoder } from '../wasm/tape.ts';

const PIECE = 8192;

export const adam: Encoder = (call, tape) => {
  const { count, decoupled, amsgrad, maximize } = call.attributes as AttributesOf<'adam'>;
  const [h, ...rest] = call.inputs;
  if (rest.some((view) => view.dtype !== 'float32')) return false;
  const list = (kind: number, i: number) => rest[kind * count + i]!;
  const sizes = Array.from({ length: count }, (_, i) => sizeOf(list(0, i).shape));
  const pieces = sizes.reduce((sum, size) => sum + Math.ceil(size / PIECE), 0);
  if (pieces === 0) return true;
  tape.begin('adam', pieces).address(h).integers(Number(decoupled), Number(amsgrad), Number(maximize));
  sizes.forEach((size, i) => {
    for (let at = 0; at < size; at += PIECE) {
      for (let kind = 0; kind < 4; kind++) tape.address(list(kind, i), at * 4);
      tape.address(amsgrad ? list(4, i) : undefined, at * 4).integer(Math.min(PIECE, size - at));
    }
  });
  tape.end();
  return true;
};
