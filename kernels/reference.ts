/* The table of reference kernels: what every operation means, on host arrays. The `js` backend runs them, the contract suite
   compares other backends with them in float64, and small tensors of every device are computed by them.
   Each reads `call.inputs`, writes `call.outputs`, and trusts the caller for shapes and types. */

import * as elementwise from './elementwise/reference.ts';
import * as index from './index/reference.ts';
import { matmul } from './matmul/reference.ts';
import type { OperationName } from './operations.ts';
import { random } from './random/reference.ts';
import { reduce, scan } from './reduce/reference.ts';
import { softmax, softmaxGrad } from './softmax/reference.ts';
import type { Call, HostArray } from './types.ts';

export type ReferenceKernel = (call: Call<HostArray>) => void;

export const reference: Readonly<Partial<Record<OperationName, ReferenceKernel>>> = {
  unary: elementwise.unary,
  binary: elementwise.binary,
  where: elementwise.where,
  cast: elementwise.cast,
  copy: elementwise.copy,
  fill: elementwise.fill,
  iota: elementwise.iota,
  fused: elementwise.fused,
  reduce,
  scan,
  matmul,
  softmax,
  softmaxGrad,
  gather: index.gather,
  scatter: index.scatter,
  rows: index.rows,
  rowsAdd: index.rowsAdd,
  random,
};
