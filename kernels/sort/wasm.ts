/* Sorting as records of sort.as. */

import type { AttributesOf } from '../operations.ts';
import type { DType } from '../types.ts';
import { moreKernels } from '../wasm/more.ts';
import type { Encoder } from '../wasm/tape.ts';

export const sort: Encoder = (call, tape) => {
  const { descending } = call.attributes as AttributesOf<'sort'>;
  const x = call.inputs[0]!;
  const [values, index] = call.outputs;
  const type = keyType(x.dtype);
  if (type === undefined) return false;
  const [R, N] = x.shape as [number, number];
  if (R * N === 0) return true;
  tape
    .beginMore(moreKernels, 'sort', R, 1024 + N * 12 + 64)
    .address(x)
    .address(values)
    .address(index)
    .integers(N, type, Number(descending))
    .end();
  return true;
};

export const searchSorted: Encoder = (call, tape) => {
  const { right } = call.attributes as AttributesOf<'searchSorted'>;
  const [sorted, values] = call.inputs;
  const type = keyType(sorted!.dtype);
  if (type === undefined) return false;
  const [R, N] = sorted!.shape as [number, number];
  const M = values!.shape[1]!;
  if (R * M === 0) return true;
  tape
    .beginMore(moreKernels, 'searchSorted', R)
    .address(sorted)
    .address(values)
    .address(call.outputs[0])
    .integers(N, M, type, Number(right))
    .end();
  return true;
};

function keyType(dtype: DType): number | undefined {
  return dtype === 'float64' ? undefined : dtype === 'int32' ? 1 : dtype === 'uint8' || dtype === 'bool' ? 2 : 0;
}
