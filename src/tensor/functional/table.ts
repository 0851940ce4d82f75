/* The rows of `nn.functional` (tensor-api.md 7.7 and 7.8); table.ts says what the columns mean. */

import { apartRows } from '../../base/apart.ts';
import type { OperationName } from '../../../kernels/operations.ts';
import * as a from './activation.ts';
import * as t from './attention.ts';
import * as c from './convolution.ts';
import * as i from './image.ts';
import * as l from './linear.ts';
import * as loss from './loss.ts';
import * as n from './norm.ts';

type Row = readonly [signature: string, where: string, run: unknown, ...kernels: OperationName[]];

const place = 'dtype, device';

export const activations: readonly Row[] = apartRows('functional', [
  ['leakyRelu(input, { negativeSlope = 0.01 })', 'n∇', a.leakyRelu, 'where'],
  ['elu(input, { alpha = 1 })', 'n∇', a.elu, 'where'],
  ['selu(input)', 'n∇', a.selu, 'where'],
  ['celu(input, { alpha = 1 })', 'n∇', a.celu, 'where'],
  ['mish(input)', 'n∇', a.mish, 'unary'],
  ['softplus(input, { beta = 1, threshold = 20 })', 'n∇', a.softplus, 'unary'],
  ['hardtanh(input, { minVal = -1, maxVal = 1 })', 'n∇', a.hardtanh, 'where'],
  ['relu6(input)', 'n∇', a.relu6, 'where'],
  ['hardsigmoid(input)', 'n∇', a.hardsigmoid, 'where'],
  ['hardswish(input)', 'n∇', a.hardswish, 'where'],
  ['softsign(input)', 'n∇', a.softsign, 'binary'],
  ['logsigmoid(input)', 'n∇', a.logsigmoid, 'unary'],
  ['tanhshrink(input)', 'n∇', a.tanhshrink, 'unary'],
  ['prelu(input, weight)', 'n∇', a.prelu, 'where'],
  ['glu(input, dim?)', 'n∇', (x: never, dim?: number) => a.glu(x, { dim: dim ?? -1 }), 'unary'],
]);

const convolution = 'stride = 1, padding = 0, dilation = 1, groups = 1';
const windows = 'dilation = 1, padding = 0, stride = 1';

export const layers: readonly Row[] = apartRows('functional', [
  ['linear(input, weight, bias?)', 'n∇', l.linear, 'matmul'],
  ['loraLinear(input, weight, A, B, bias?, { scale = 1 })', 'n∇', l.loraLinear, 'matmul'],
  ['embedding(ids, weight, { paddingIdx })', 'n∇', l.embedding, 'rows', 'rowsAdd'],
  ['oneHot(ids, numClasses)', 'n–', l.oneHot, 'binary'],
  ['normalize(input, { p = 2, dim = 1, eps = 1e-12 })', 'n∇', l.normalize, 'reduce'],
  [
    'cosineSimilarity(a, b, dim?, { eps = 1e-8 })',
    'n∇',
    (x: never, y: never, dim?: number, o: object = {}) => l.cosineSimilarity(x, y, { ...o, dim: dim ?? 1 }),
    'reduce',
  ],
  [`conv1d(input, weight, bias?, { ${convolution} })`, 'n∇', c.conv1d, 'conv2d', 'conv2dInputGrad', 'conv2dWeightGrad'],
  [`conv2d(input, weight, bias?, { ${convolution} })`, 'n∇', c.conv2d, 'conv2d', 'conv2dInputGrad', 'conv2dWeightGrad'],
  [
    'convTranspose2d(input, weight, bias?, { stride = 1, padding = 0, outputPadding = 0, groups = 1, dilation = 1 })',
    'n∇',
    c.convTranspose2d,
    'conv2dInputGrad',
    'conv2d',
    'conv2dWeightGrad',
  ],
  [`unfold(input, kernelSize, { ${windows} })`, 'n∇', c.unfold, 'unfold', 'fold'],
  [`fold(input, outputSize, kernelSize, { ${windows} })`, 'n∇', c.fold, 'fold', 'unfold'],
  [
    'maxPool2d(input, kernelSize, { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false, returnIndices = false })',
    'n∇',
    c.maxPool2d,
    'maxPool2d',
    'maxPool2dGrad',
  ],
  [
    'avgPool2d(input, kernelSize, { stride = kernelSize, padding = 0, ceilMode = false, countIncludePad = true })',
    'n∇',
    c.avgPool2d,
    'avgPool2d',
    'avgPool2dGrad',
  ],
  ['adaptiveAvgPool2d(input, size)', 'n∇', c.adaptiveAvgPool2d, 'reduce'],
  ['pad(input, pad, { mode = "constant", value = 0 })', 'n∇', i.pad, 'copy', 'gather'],
  ['interpolate(input, { size, scaleFactor, mode = "nearest", alignCorners = false })', 'n∇', i.interpolate, 'gather'],
  ['affineGrid(theta, size, { alignCorners = false })', 'n∇', i.affineGrid, 'matmul'],
  ['gridSample(input, grid, { mode = "bilinear", paddingMode = "zeros", alignCorners = false })', 'n∇', i.gridSample, 'gather'],
  ['layerNorm(input, normalizedShape, weight?, bias?, { eps = 1e-5 })', 'n∇', n.layerNorm, 'layerNorm', 'layerNormGrad'],
  ['rmsNorm(input, normalizedShape, weight?, { eps })', 'n∇', n.rmsNorm, 'layerNorm', 'layerNormGrad'],
  ['groupNorm(input, groups, weight?, bias?, { eps = 1e-5 })', 'n∇', n.groupNorm, 'layerNorm', 'layerNormGrad'],
  ['instanceNorm(input, weight?, bias?, { eps = 1e-5 })', 'n∇', n.instanceNorm, 'layerNorm', 'layerNormGrad'],
  [
    'batchNorm(input, runningMean, runningVar, weight?, bias?, { training = false, momentum = 0.1, eps = 1e-5 })',
    'n∇',
    n.batchNorm,
    'reduce',
  ],
  ['dropout(input, { p = 0.5, training = true, generator })', 'n∇', n.dropout, 'random', 'where'],
  [
    'scaledDotProductAttention(query, key, value, attnMask?, { dropoutP = 0, isCausal = false, scale, enableGqa = false, generator })',
    'n∇',
    attention,
    'attention',
    'attentionGrad',
  ],
  ['rope(input, { base = 10000, offset = 0, interleaved = false })', 'n∇', t.rope, 'binary'],
  [`sinusoidalPositions(T, C, { ${place} })`, 'n–', t.sinusoidalPositions],
  [`alibiSlopes(H, { ${place} })`, 'n–', t.alibiSlopes],
  [`causalMask(T, S?, { device })`, 'n–', t.causalMask],
]);

function attention(q: never, k: never, v: never, attnMask: never, options: t.AttentionOptions = {}): unknown {
  return t.scaledDotProductAttention(q, k, v, { ...options, attnMask: attnMask ?? null });
}

const reduced = 'reduction = "mean"';

type Weighted = (input: unknown, target: unknown, options: object) => unknown;
/** PyTorch's third argument, or an option. */
const weighted =
  (run: Weighted) =>
  (input: unknown, target: unknown, weight: unknown, options: object = {}): unknown =>
    run(input, target, { ...options, weight });

export const losses: readonly Row[] = apartRows('functional', [
  [
    `crossEntropy(input, target, weight?, { ignoreIndex = -100, labelSmoothing = 0, ${reduced} })`,
    'n∇',
    weighted(loss.crossEntropy as Weighted),
    'crossEntropy',
    'crossEntropyGrad',
  ],
  [`nllLoss(input, target, weight?, { ignoreIndex = -100, ${reduced} })`, 'n∇', weighted(loss.nllLoss as Weighted), 'gather'],
  [`binaryCrossEntropy(input, target, weight?, { ${reduced} })`, 'n∇', weighted(loss.binaryCrossEntropy as Weighted), 'unary'],
  [
    `binaryCrossEntropyWithLogits(input, target, weight?, { posWeight, ${reduced} })`,
    'n∇',
    weighted(loss.binaryCrossEntropyWithLogits as Weighted),
    'unary',
  ],
  [`mseLoss(input, target, { ${reduced} })`, 'n∇', loss.mseLoss, 'reduce'],
  [`l1Loss(input, target, { ${reduced} })`, 'n∇', loss.l1Loss, 'reduce'],
  [`smoothL1Loss(input, target, { beta = 1, ${reduced} })`, 'n∇', loss.smoothL1Loss, 'where'],
  [`huberLoss(input, target, { delta = 1, ${reduced} })`, 'n∇', loss.huberLoss, 'where'],
  [`klDiv(input, target, { logTarget = false, ${reduced} })`, 'n∇', loss.klDiv, 'unary'],
  [`cosineEmbeddingLoss(a, b, y, { margin = 0, ${reduced} })`, 'n∇', loss.cosineEmbeddingLoss, 'reduce'],
  [`marginRankingLoss(a, b, y, { margin = 0, ${reduced} })`, 'n∇', loss.marginRankingLoss, 'binary'],
  [`tripletMarginLoss(anchor, positive, negative, { margin = 1, p = 2, eps = 1e-6, ${reduced} })`, 'n∇', loss.tripletMarginLoss, 'reduce'],
  [`gaussianNllLoss(input, target, var, { full = false, eps = 1e-6, ${reduced} })`, 'n∇', loss.gaussianNllLoss, 'unary'],
]);
