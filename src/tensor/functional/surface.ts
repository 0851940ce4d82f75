/* `nn.functional` as TypeScript sees it: the functions of this folder, which index.ts puts behind their signatures. Where a signature
   takes more forms than the function behind it (a dim in its place, a mask in its place), the form is written here. */

import type * as e from '../ops/elementwise.ts';
import type * as p from '../ops/product.ts';
import type { Tensor } from '../tensor.ts';
import type * as a from './activation.ts';
import type * as t from './attention.ts';
import type * as c from './convolution.ts';
import type * as i from './image.ts';
import type * as l from './linear.ts';
import type * as loss from './loss.ts';
import type * as n from './norm.ts';

type Pick_<M, K extends keyof M> = { readonly [Key in K]: M[Key] };
type AttentionOptions = t.AttentionOptions;

export interface Functional
  extends
    Pick_<typeof e, 'relu' | 'sigmoid' | 'tanh' | 'silu' | 'gelu'>,
    Pick_<typeof p, 'softmax' | 'logSoftmax'>,
    Pick_<
      typeof a,
      | 'leakyRelu'
      | 'elu'
      | 'selu'
      | 'celu'
      | 'mish'
      | 'softplus'
      | 'hardtanh'
      | 'relu6'
      | 'hardsigmoid'
      | 'hardswish'
      | 'softsign'
      | 'logsigmoid'
      | 'tanhshrink'
      | 'prelu'
    >,
    Pick_<typeof l, 'linear' | 'loraLinear' | 'embedding' | 'oneHot' | 'normalize'>,
    Pick_<typeof c, 'conv1d' | 'conv2d' | 'convTranspose2d' | 'unfold' | 'fold' | 'maxPool2d' | 'avgPool2d' | 'adaptiveAvgPool2d'>,
    Pick_<typeof i, 'pad' | 'interpolate' | 'affineGrid' | 'gridSample'>,
    Pick_<typeof n, 'layerNorm' | 'rmsNorm' | 'groupNorm' | 'instanceNorm' | 'batchNorm' | 'dropout'>,
    Pick_<typeof t, 'rope' | 'sinusoidalPositions' | 'alibiSlopes' | 'causalMask'>,
    Pick_<
      typeof loss,
      | 'crossEntropy'
      | 'nllLoss'
      | 'binaryCrossEntropy'
      | 'binaryCrossEntropyWithLogits'
      | 'mseLoss'
      | 'l1Loss'
      | 'smoothL1Loss'
      | 'huberLoss'
      | 'klDiv'
      | 'cosineEmbeddingLoss'
      | 'marginRankingLoss'
      | 'tripletMarginLoss'
      | 'gaussianNllLoss'
    > {
  glu(input: Tensor, dim?: number | { readonly dim?: number }): Tensor;
  cosineSimilarity(
    a: Tensor,
    b: Tensor,
    dim?: number | { readonly dim?: number; readonly eps?: number },
    options?: { readonly eps?: number },
  ): Tensor;
  scaledDotProductAttention(query: Tensor, key: Tensor, value: Tensor, options?: AttentionOptions): Tensor;
  scaledDotProductAttention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attnMask: Tensor | null,
    options?: Omit<AttentionOptions, 'attnMask'>,
  ): Tensor;
}
