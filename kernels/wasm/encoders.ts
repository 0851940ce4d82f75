/* Which encoder writes down which operation. A call that its encoder declines (float64, a rare layout, nothing in it) is computed by the host. */

import { apart } from '../../src/base/apart.ts';
import * as attention from '../attention/wasm.ts';
import * as conv from '../conv/wasm.ts';
import * as elementwise from '../elementwise/wasm.ts';
import { fft } from '../fft/wasm.ts';
import * as index from '../index/wasm.ts';
import * as loss from '../loss/wasm.ts';
import { matmul } from '../matmul/wasm.ts';
import * as norm from '../norm/wasm.ts';
import type { OperationName } from '../operations.ts';
import { adam } from '../optimiser/wasm.ts';
import * as pool from '../pool/wasm.ts';
import { qmatmul } from '../quantised/wasm.ts';
import { random } from '../random/wasm.ts';
import * as recurrent from '../recurrent/wasm.ts';
import { reduce, scan } from '../reduce/wasm.ts';
import { softmax, softmaxGrad } from '../softmax/wasm.ts';
import { searchSorted, sort } from '../sort/wasm.ts';
import type { Encoder } from './tape.ts';

export const encoders: Readonly<Record<OperationName, Encoder>> = apart('kernels/encoders', {
  unary: elementwise.unary,
  binary: elementwise.binary,
  where: elementwise.where,
  cast: elementwise.cast,
  copy: elementwise.copy,
  fused: elementwise.fused,
  fill: elementwise.fill,
  iota: elementwise.iota,
  reduce,
  scan,
  matmul,
  softmax,
  softmaxGrad,
  layerNorm: norm.layerNorm,
  layerNormGrad: norm.layerNormGrad,
  crossEntropy: loss.crossEntropy,
  crossEntropyGrad: loss.crossEntropyGrad,
  attention: attention.attention,
  attentionGrad: attention.attentionGrad,
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
  rnn: recurrent.rnn,
  rnnGrad: recurrent.rnnGrad,
  qmatmul,
  fft,
});
