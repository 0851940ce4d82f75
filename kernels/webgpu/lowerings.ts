/* Which operation is lowered by what. Those that are not here are computed on the host. */

import * as elementwise from '../elementwise/webgpu.ts';
import * as index from '../index/webgpu.ts';
import * as loss from '../loss/webgpu.ts';
import { matmul } from '../matmul/webgpu.ts';
import * as norm from '../norm/webgpu.ts';
import type { OperationName } from '../operations.ts';
import { adam } from '../optimiser/webgpu.ts';
import { random } from '../random/webgpu.ts';
import { reduce, scan } from '../reduce/webgpu.ts';
import { softmax, softmaxGrad } from '../softmax/webgpu.ts';
import { searchSorted, sort } from '../sort/webgpu.ts';
import type { Lowering } from './step.ts';

export const lowerings: Partial<Record<OperationName, Lowering>> = {
  unary: elementwise.unary,
  binary: elementwise.binary,
  where: elementwise.where,
  cast: elementwise.cast,
  copy: elementwise.copy,
  fill: elementwise.fill,
  fused: elementwise.fused,
  iota: elementwise.iota,
  matmul,
  gather: index.gather,
  scatter: index.scatter,
  rows: index.rows,
  rowsAdd: index.rowsAdd,
  random,
  adam,
  sort,
  searchSorted,
  reduce,
  scan,
  softmax,
  softmaxGrad,
  layerNorm: norm.layerNorm,
  layerNormGrad: norm.layerNormGrad,
  crossEntropy: loss.crossEntropy,
  crossEntropyGrad: loss.crossEntropyGrad,
};
