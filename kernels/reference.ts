/* The table of reference kernels: what every operation means, on host arrays. The `js` backend runs them, the contract suite
   compares other backends with them in float64, and small tensors of every device are computed by them.
   Each reads `call.inputs`, writes `call.outputs`, and trusts the caller for shapes and types. */

import { apart } from '../src/base/apart.ts';
import { attention, attentionGrad } from './attention/reference.ts';
import * as conv from './conv/reference.ts';
import * as elementwise from './elementwise/reference.ts';
import { fft } from './fft/reference.ts';
import * as index from './index/reference.ts';
import { crossEntropy, crossEntropyGrad } from './loss/reference.ts';
import { matmul } from './matmul/reference.ts';
import { layerNorm, layerNormGrad } from './norm/reference.ts';
import type { OperationName } from './operations.ts';
import { adam } from './optimiser/reference.ts';
import * as pool from './pool/reference.ts';
import { qmatmul } from './quantised/reference.ts';
import { random } from './random/reference.ts';
import { rnn, rnnGrad } from './recurrent/reference.ts';
import { reduce, scan } from './reduce/reference.ts';
import { softmax, softmaxGrad } from './softmax/reference.ts';
import { searchSorted, sort } from './sort/reference.ts';
import type { Call, HostArray } from './types.ts';

export type ReferenceKernel = (call: Call<HostArray>) => void;

export const reference: Readonly<Record<OperationName, ReferenceKernel>> = apart('kernels/reference', {
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
  layerNorm,
  layerNormGrad,
  crossEntropy,
  crossEntropyGrad,
  attention,
  attentionGrad,
  conv2d: conv.conv2d,
  conv2dInputGrad: conv.conv2dInputGrad,
  conv2dWeightGrad: conv.conv2dWeightGrad,
  maxPool2d: pool.maxPool2d,
  maxPool2dGrad: pool.maxPool2dGrad,
  avgPool2d: pool.avgPool2d,
  avgPool2dGrad: pool.avgPool2dGrad,
  unfold: conv.unfold,
  fold: conv.fold,
  gather: index.gather,
  scatter: index.scatter,
  rows: index.rows,
  rowsAdd: index.rowsAdd,
  sort,
  searchSorted,
  random,
  adam,
  rnn,
  rnnGrad,
  qmatmul,
  fft,
});
