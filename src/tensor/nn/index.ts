/* `nn` (tensor-api.md 9): modules and layers, initial values, what clips gradients. `functional` joins them in ../index.ts, which makes
   it from the table of operations. */

import { apart, apartClasses, joined } from '../../base/apart.ts';
import * as activation from './activation.ts';
import { MultiheadAttention } from './attention.ts';
import { KVCache } from './cache.ts';
import { utils } from './clip.ts';
import { ModuleDict, ModuleList, Sequential } from './container.ts';
import { AdaptiveAvgPool2d, AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, MaxPool2d, Upsample } from './convolution.ts';
import { init } from './init.ts';
import { Embedding, Linear } from './linear.ts';
import * as loss from './loss.ts';
import { Module } from './module.ts';
import { BatchNorm1d, BatchNorm2d, GroupNorm, InstanceNorm2d, LayerNorm, RMSNorm } from './norm.ts';
import { Parameter } from './parameter.ts';
import { GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell } from './recurrent.ts';
import { Dropout, Flatten, Identity, Unflatten } from './shape.ts';
import { TransformerBlock, TransformerDecoderLayer, TransformerEncoderLayer } from './transformer.ts';

const classes = apartClasses('nn', {
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
  ReLU: activation.ReLU,
  LeakyReLU: activation.LeakyReLU,
  ELU: activation.ELU,
  SELU: activation.SELU,
  CELU: activation.CELU,
  GELU: activation.GELU,
  SiLU: activation.SiLU,
  Mish: activation.Mish,
  Softplus: activation.Softplus,
  Hardtanh: activation.Hardtanh,
  ReLU6: activation.ReLU6,
  Hardsigmoid: activation.Hardsigmoid,
  Hardswish: activation.Hardswish,
  Softsign: activation.Softsign,
  LogSigmoid: activation.LogSigmoid,
  Tanhshrink: activation.Tanhshrink,
  Sigmoid: activation.Sigmoid,
  Tanh: activation.Tanh,
  Softmax: activation.Softmax,
  LogSoftmax: activation.LogSoftmax,
  GLU: activation.GLU,
  PReLU: activation.PReLU,
  MSELoss: loss.MSELoss,
  L1Loss: loss.L1Loss,
  SmoothL1Loss: loss.SmoothL1Loss,
  HuberLoss: loss.HuberLoss,
  BCELoss: loss.BCELoss,
  BCEWithLogitsLoss: loss.BCEWithLogitsLoss,
  CrossEntropyLoss: loss.CrossEntropyLoss,
  NLLLoss: loss.NLLLoss,
  KLDivLoss: loss.KLDivLoss,
  CosineEmbeddingLoss: loss.CosineEmbeddingLoss,
  MarginRankingLoss: loss.MarginRankingLoss,
  TripletMarginLoss: loss.TripletMarginLoss,
  GaussianNLLLoss: loss.GaussianNLLLoss,
});

export const modules = joined(
  joined(classes, {
    /** Another way to write it. */
    get MultiHeadAttention() {
      return classes.MultiheadAttention;
    },
    get GaussianNllLoss() {
      return classes.GaussianNLLLoss;
    },
  }),
  apart('nn', { init, utils }),
);
