/* Which operation is lowered by what. Those that are not here are computed on the host. */

import { apart } from '../../src/base/apart.ts';
import { attention, attentionGrad } from '../attention/webgpu.ts';
import * as conv from '../conv/webgpu.ts';
import * as elementwise from '../elementwise/webgpu.ts';
import { fft } from '../fft/webgpu.ts';
import * as index from '../index/webgpu.ts';
import * as loss from '../loss/webgpu.ts';
import { matmul } from '../matmul/webgpu.ts';
import * as norm from '../norm/webgpu.ts';
import type { OperationName } from '../operations.ts';
import { adam } from '../optimiser/webgpu.ts';
import * as pool from '../pool/webgpu.ts';
import { qmatmul } from '../quantised/webgpu.ts';
import { random } from '../random/webgpu.ts';
import { rnn, rnnGrad } from '../recurrent/webgpu.ts';
import { reduce, scan } from '../reduce/webgpu.ts';
import { softmax, softmaxGrad } from '../softmax/webgpu.ts';
import { searchSorted, sort } from '../sort/webgpu.ts';
import type { Lowering } from './step.ts';

export const lowerings: Partial<Record<OperationName, Lowering>> = apart('kernels/lowerings', {
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
  attention,
  attentionGrad,
  conv2d: conv.conv2d,
  conv2dInputGrad: conv.conv2dInputGrad,
  conv2dWeightGrad: conv.conv2dWeightGrad,
  maxPool2d: pool.maxPool2d,
  maxPool2dGrad: pool.maxPool2dGrad,
  avgPool2d: pool.avgPool2d,
  avgPool2dGrad: pool.avgPool2dGrad,
  unfold: pool.unfold,
  fold: pool.fold,
  rnn,
  rnnGrad,
  qmatmul,
  fft,
  searchSorted,
  reduce,
  scan,
  softmax,
  softmaxGrad,
  layerNorm: norm.layerNorm,
  layerNormGrad: norm.layerNormGrad,
  crossEntropy: loss.crossEntropy,
  crossEntropyGrad: loss.crossEntropyGrad,
});
