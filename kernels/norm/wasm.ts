/* Layer and RMS norm as records of norm.as. */

import type { AttributesOf } from '../operations.ts';
import { rowsOfTile } from '../softmax/wasm.ts';
import type { Encoder } from '../wasm/tape.ts';
import { tilesFor } from '../wasm/tape.ts';

export const layerNorm: Encoder = (call, tape) => {
  const { eps, rms, weight, bias } = call.attributes as AttributesOf<'layerNorm'>;
  const inputs = [...call.inputs];
  const x = inputs.shift()!;
  const w = weight ? inputs.shift() : undefined;
  const b = bias ? inputs.shift() : undefined;
  const [y, mean, rstd] = call.outputs;
  if (x.dtype === 'float64') return false;
  const [rows, length] = x.shape as [number, number];
  if (rows * length === 0) return rows === 0;
  const size = rowsOfTile(length);
  tape.begin('layerNorm', tilesFor(rows, size)).address(x).address(w).address(b).address(y).address(mean).address(rstd);
  tape.integers(rows, length, size).float(eps).integer(Number(rms)).end();
  return true;
};

export const layerNormGrad: Encoder = (call, tape) => {
  const { rms, weight, bias } = call.attributes as AttributesOf<'layerNormGrad'>;
  const [g, x, mean, rstd, w] = call.inputs;
  const outputs = [...call.outputs];
  const dx = outputs.shift()!;
  const dw = weight ? outputs.shift() : undefined;
  const db = bias ? outputs.shift() : undefined;
  if (x!.dtype === 'float64') return false;
  const [rows, length] = x!.shape as [number, number];
  if (rows * length === 0) return false;
  const size = rowsOfTile(length);
  tape.begin('layerNormGrad', tilesFor(rows, size)).address(g).address(x).address(mean).address(rstd).address(w).address(dx);
  tape.integers(rows, length, size, Number(rms)).end();
  if (!dw && !db) return true;
  const columns = length <= 32 ? length : Math.max(16, Math.ceil(length / 8 / 8) * 8);
  tape.begin('layerNormParameters', tilesFor(length, columns)).address(g).address(x).address(mean).address(rstd).address(dw).address(db);
  tape.integers(rows, length, columns).end();
  return true;
};
