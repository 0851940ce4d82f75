/* `nn` (tensor-api.md 9): modules and layers, initial values, what clips gradients. `functional` joins them in ../index.ts, which makes
   it from the table of operations. */

import * as activation from './activation.ts';
import { MultiheadAttention } from './attention.ts';
import { KVCache } from './cache.ts';
import { utils } from './clip.ts';
import { ModuleDict, ModuleList, Sequential } from './container.ts';
import { AdaptiveAvgPool2d, AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, MaxPool2d, Upsample } from './convolution.ts';
import { init } from './init.ts';
import { Embedding, Linear, NonDynamicallyQuantizableLinear } from './linear.ts';
import * as loss from './loss.ts';
import { Module } from './module.ts';
import { BatchNorm1d, BatchNorm2d, GroupNorm, InstanceNorm2d, LayerNorm, RMSNorm } from './norm.ts';
import { Parameter } from './parameter.ts';
import { GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell } from './recurrent.ts';
import { Dropout, Flatten, Identity, Unflatten } from './shape.ts';
import { TransformerBlock, TransformerDecoderLayer, TransformerEncoderLayer } from './transformer.ts';

const { Loss: _base, ...losses } = loss;

const classes = {
  Module,
  Parameter,
  Sequential,
  ModuleList,
  ModuleDict,
  Linear,
  Embedding,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  MaxPool2d,
  AvgPool2d,
  AdaptiveAvgPool2d,
  Upsample,
  LayerNorm,
  RMSNorm,
  BatchNorm1d,
  BatchNorm2d,
  GroupNorm,
  InstanceNorm2d,
  Dropout,
  Flatten,
  Unflatten,
  Identity,
  RNN,
  GRU,
  LSTM,
  RNNCell,
  GRUCell,
  LSTMCell,
  MultiheadAttention,
  TransformerEncoderLayer,
  TransformerDecoderLayer,
  TransformerBlock,
  KVCache,
  ...activation,
  ...losses,
};

// Names that survive a bundler: they stand in messages and in the text of a module.
for (const [name, value] of Object.entries({ ...classes, NonDynamicallyQuantizableLinear }))
  Object.defineProperty(value, 'name', { value: name });

export const modules = {
  ...classes,
  /** Another way to write it. */
  MultiHeadAttention: MultiheadAttention,
  GaussianNllLoss: losses.GaussianNLLLoss,
  init,
  utils,
};
