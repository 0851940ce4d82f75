/* Losses (tensor-api.md 7.8). Means are over all elements but where the loss says otherwise. */

import { isGradEnabled, noGrad, track } from '../autograd.ts';
import { compute, computeAll, dense } from '../dispatch.ts';
import { isFloat } from '../dtype.ts';
import { fail, failAs } from '../error.ts';
import { sameShape, show, sizeOf } from '../shape.ts';
import { type Tensor } from '../tensor.ts';
import * as e from '../ops/elementwise.ts';
import { checkRange, checkValues } from '../ops/checks.ts';
import { gather } from '../ops/gather.ts';
import { oneOf, tensorAt } from '../ops/operands.ts';
import { logSoftmax } from '../ops/product.ts';
import { mean, norm, sum } from '../ops/reduce.ts';
import { movedim, reshape, unsqueeze } from '../ops/view.ts';
import { cosineSimilarity } from './linear.ts';

export type Reduction = 'mean' | 'sum' | 'none';
export interface LossOptions {
  readonly reduction?: Reduction;
}

function reduce(loss: Tensor, reduction: Reduction = 'mean'): Tensor {
  oneOf(reduction, ['mean', 'sum', 'none'] as const, 'reduction');
  return reduction === 'mean' ? mean(loss) : reduction === 'sum' ? sum(loss) : loss;
}

/** Two tensors that must broadcast, by name. */
function both(a: unknown, b: unknown, name: string): [Tensor, Tensor] {
  return [tensorAt(a, 1, name), tensorAt(b, 2, name)];
}

export const mseLoss = (input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor => {
  const [x, t] = both(input, target, 'mseLoss');
  return reduce(e.square(e.sub(x, t)), reduction);
};
export const l1Loss = (input: Tensor, target: Tensor, { reduction }: LossOptions = {}): Tensor => {
  const [x, t] = both(input, target, 'l1Loss');
  return reduce(e.abs(e.sub(x, t)), reduction);
};

export function smoothL1Loss(input: Tensor, target: Tensor, { beta = 1, reduction }: LossOptions & { beta?: number } = {}): Tensor {
  const [x, t] = both(input, target, 'smoothL1Loss');
  if (beta < 0) fail('value', 'smoothL1Loss', `expected beta ≥ 0, got ${beta}.`);
  const d = e.sub(x, t);
  const size = e.abs(d);
  if (beta === 0) return reduce(size, reduction);
  return reduce(e.where(e.lt(size, beta), e.mul(e.square(d), 0.5 / beta), e.sub(size, 0.5 * beta)), reduction);
}

export function huberLoss(input: Tensor, target: Tensor, { delta = 1, reduction }: LossOptions & { delta?: number } = {}): Tensor {
  const [x, t] = both(input, target, 'huberLoss');
  if (!(delta > 0)) fail('value', 'huberLoss', `expected delta > 0, got ${delta}.`);
  const d = e.sub(x, t);
  const size = e.abs(d);
  return reduce(e.where(e.le(size, delta), e.mul(e.square(d), 0.5), e.mul(e.sub(size, 0.5 * delta), delta)), reduction);
}

/** −w·(t·log p + (1 − t)·log(1 − p)), the logarithms clamped at −100. */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  { weight, reduction }: LossOptions & { weight?: Tensor | null } = {},
): Tensor {
  const [p, t] = both(input, target, 'binaryCrossEntropy');
  if (!sameShape(p.shape, t.shape)) fail('shape', 'binaryCrossEntropy', `expected a target ${show(p.shape)}, got ${show(t.shape)}.`);
  checkValues(p, (value) => {
    if (!(value >= 0 && value <= 1))
      failAs(
        'value',
        'binaryCrossEntropy',
        `expected probabilities in [0, 1], got ${value}. For raw scores use binaryCrossEntropyWithLogits.`,
      );
  });
  // The gradient is (p − t) / max(p·(1 − p), 1e-12), as in PyTorch: finite also at 0 and 1.
  const value = noGrad(() => e.neg(e.add(e.mul(t, e.clamp(e.log(p), -100)), e.mul(e.sub(1, t), e.clamp(e.log1p(e.neg(p)), -100)))));
  track(
    'binaryCrossEntropy',
    [p, t],
    [value],
    ([g], [q, s], needs) => [
      needs[0] ? e.mul(g!, e.div(e.sub(q!, s!), e.clamp(e.mul(q!, e.sub(1, q!)), 1e-12))) : null,
      needs[1] ? e.mul(g!, e.sub(e.clamp(e.log1p(e.neg(q!)), -100), e.clamp(e.log(q!), -100))) : null,
    ],
    { saved: [p, t] },
  );
  return reduce(weight ? e.mul(value, weight) : value, reduction);
}

/** (1 − t)·x + (1 + (w₊ − 1)·t)·softplus(−x): stable for any x. */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  { weight, posWeight, reduction }: LossOptions & { weight?: Tensor | null; posWeight?: Tensor | null } = {},
): Tensor {
  const [x, t] = both(input, target, 'binaryCrossEntropyWithLogits');
  if (!sameShape(x.shape, t.shape))
    fail('shape', 'binaryCrossEntropyWithLogits', `expected a target ${show(x.shape)}, got ${show(t.shape)}.`);
  const soft = e.unary('softplus', e.neg(x));
  const scaled = posWeight ? e.mul(soft, e.add(e.mul(e.sub(posWeight, 1), t), 1)) : soft;
  const value = e.add(e.mul(e.sub(1, t), x), scaled);
  return reduce(weight ? e.mul(value, weight) : value, reduction);
}

export interface CrossEntropyOptions extends LossOptions {
  readonly weight?: Tensor | null;
  readonly ignoreIndex?: number;
  readonly labelSmoothing?: number;
}

/** Class scores with classes last and everything before merged: (R, K); targets (R); and the shape of one loss each. */
function classRows(
  input: unknown,
  target: unknown,
  name: string,
): { x: Tensor; t: Tensor; shape: readonly number[]; probabilities: boolean } {
  const [raw, t] = both(input, target, name);
  if (raw.ndim === 0) fail('shape', name, 'expected class scores (N, K) or (K), got a 0-d tensor.');
  if (!isFloat(raw.dtype)) fail('dtype', name, `expected float scores, got ${raw.dtype}.`);
  const classDim = raw.ndim === 1 ? 0 : 1;
  const x = raw.ndim > 2 ? movedim(raw, 1, -1) : raw;
  const shape = raw.shape.filter((_, i) => i !== classDim);
  if (isFloat(t.dtype) && sameShape(t.shape, raw.shape) && name === 'crossEntropy') {
    return { x, t: raw.ndim > 2 ? movedim(t, 1, -1) : t, shape, probabilities: true };
  }
  if (!sameShape(t.shape, shape))
    fail('shape', name, `expected a target ${show(shape)} of classes for scores ${show(raw.shape)}, got ${show(t.shape)}.`);
  if (isFloat(t.dtype) || t.dtype === 'bool')
    fail('dtype', name, `expected integer classes, got ${t.dtype}. Make the target with { dtype: "int32" }.`);
  return { x, t: noGrad(() => e.cast(t, 'int32')), shape, probabilities: false };
}

/** −log softmax(input)[target], by one kernel where there are no class weights. */
export function crossEntropy(input: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { weight, ignoreIndex = -100, labelSmoothing = 0, reduction = 'mean' } = options;
  oneOf(reduction, ['mean', 'sum', 'none'] as const, 'reduction');
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    fail('value', 'crossEntropy', `expected labelSmoothing in [0, 1], got ${labelSmoothing}.`);
  const { x, t, shape, probabilities } = classRows(input, target, 'crossEntropy');
  const k = x.shape.at(-1)!;
  if (probabilities) return softTargets(x, t, shape, options);
  checkClasses(t, k, ignoreIndex, 'crossEntropy');
  if (weight) return weighted(logSoftmax(x, -1), t, shape, { ...options, weight, ignoreIndex }, 'crossEntropy');
  const rows = sizeOf(shape);
  const flat = reshape(x, [rows, k]);
  const ids = reshape(t, [rows]);
  const losses = fused(flat, ids, ignoreIndex, labelSmoothing);
  if (reduction === 'none') return reshape(losses, shape);
  const total = sum(losses);
  if (reduction === 'sum') return total;
  return e.div(total, keptCount(ids, ignoreIndex, total));
}

/** How many targets count; a number where none can be ignored, so that nothing has to be computed. */
function keptCount(ids: Tensor, ignoreIndex: number, like: Tensor): Tensor | number {
  const { host } = ids.storage;
  if (host && ids.isContiguous()) {
    let kept = 0;
    for (let i = 0; i < ids.numel(); i++) if (host[ids.offset + i] !== ignoreIndex) kept += 1;
    return kept;
  }
  return noGrad(() => e.cast(sum(e.ne(ids, ignoreIndex)), like.dtype));
}

/** Loss of each row: (R, K), (R) → (R). */
function fused(x: Tensor, ids: Tensor, ignoreIndex: number, smoothing: number): Tensor {
  const [rows, k] = [x.shape[0]!, x.shape[1]!];
  const [logits, index] = [dense(x), dense(ids)];
  const [loss, lse] = computeAll(
    'crossEntropy',
    [logits, index],
    [
      { shape: [rows], dtype: x.dtype },
      { shape: [rows], dtype: x.dtype },
    ],
    { ignoreIndex, smoothing },
  );
  track(
    'crossEntropy',
    [x],
    [loss!],
    ([g], [z, t, l]) => {
      if (isGradEnabled()) {
        const kept = noGrad(() => e.cast(e.ne(t!, ignoreIndex), z!.dtype));
        const classes = compute('iota', [], [1, k], 'int32', { start: 0, step: 1 }, z!.device);
        const wanted = noGrad(() => e.add(e.mul(e.cast(e.eq(unsqueeze(t!, 1), classes), z!.dtype), 1 - smoothing), smoothing / k));
        return [e.mul(e.sub(e.exp(logSoftmax(z!, -1)), wanted), unsqueeze(e.mul(g!, kept), 1))];
      }
      return [compute('crossEntropyGrad', [dense(g!), dense(z!), t!, l!], [rows, k], z!.dtype, { ignoreIndex, smoothing })];
    },
    { saved: [x, index, lse!] },
  );
  return loss!;
}

const checkClasses = (t: Tensor, k: number, ignoreIndex: number, name: string): void =>
  checkRange(t, k, name, { what: ['class', 'classes'], spared: ignoreIndex });

/** Targets that are probabilities: −Σ t·log softmax(x). */
function softTargets(
  x: Tensor,
  t: Tensor,
  shape: readonly number[],
  { weight, labelSmoothing = 0, reduction = 'mean' }: CrossEntropyOptions,
): Tensor {
  const k = x.shape.at(-1)!;
  const wanted = labelSmoothing > 0 ? e.add(e.mul(t, 1 - labelSmoothing), labelSmoothing / k) : t;
  const terms = e.mul(logSoftmax(x, -1), wanted);
  const loss = e.neg(sum(weight ? e.mul(terms, weight) : terms, -1));
  if (reduction === 'none') return reshape(loss, shape);
  const total = sum(loss);
  return reduction === 'sum' ? total : e.div(total, sizeOf(shape));
}

/** From log-probabilities with class weights: mean divides by the summed weight of kept targets. */
function weighted(
  logp: Tensor,
  t: Tensor,
  shape: readonly number[],
  options: CrossEntropyOptions & { ignoreIndex: number },
  name: string,
): Tensor {
  const { weight, ignoreIndex, labelSmoothing = 0, reduction = 'mean' } = options;
  const k = logp.shape.at(-1)!;
  if (weight && (weight.ndim !== 1 || weight.shape[0] !== k)) fail('shape', name, `expected a weight [${k}], got ${show(weight.shape)}.`);
  const rows = sizeOf(shape);
  const flat = reshape(logp, [rows, k]);
  const ids = reshape(t, [rows]);
  const kept = noGrad(() => e.ne(ids, ignoreIndex));
  const safe = noGrad(() => e.where(kept, ids, 0));
  const w = weight ? gather(weight, 0, safe) : null;
  const maskedBy = (loss: Tensor): Tensor => e.where(kept, loss, 0);
  const picked = e.neg(reshape(gather(flat, 1, unsqueeze(safe, 1)), [rows]));
  const hard = maskedBy(w ? e.mul(picked, w) : picked);
  const total = w ? sum(maskedBy(w)) : e.cast(sum(kept), flat.dtype);
  const soft = labelSmoothing > 0 ? maskedBy(e.neg(sum(weight ? e.mul(flat, weight) : flat, -1))) : null;
  const mix = (nll: Tensor, smooth: Tensor | null): Tensor =>
    smooth ? e.add(e.mul(nll, 1 - labelSmoothing), e.mul(smooth, labelSmoothing / k)) : nll;
  if (reduction === 'none') return reshape(mix(hard, soft), shape);
  const summed = mix(sum(hard), soft && sum(soft));
  return reduction === 'sum' ? summed : e.div(summed, total);
}

export function nllLoss(input: Tensor, target: Tensor, options: Omit<CrossEntropyOptions, 'labelSmoothing'> = {}): Tensor {
  oneOf(options.reduction ?? 'mean', ['mean', 'sum', 'none'] as const, 'reduction');
  const { x, t, shape } = classRows(input, target, 'nllLoss');
  const ignoreIndex = options.ignoreIndex ?? -100;
  checkClasses(t, x.shape.at(-1)!, ignoreIndex, 'nllLoss');
  return weighted(x, t, shape, { ...options, ignoreIndex }, 'nllLoss');
}

/** t·(log t − x), or exp(t)·(t − x) where the target is a logarithm. A target of 0 gives 0. */
export function klDiv(
  input: Tensor,
  target: Tensor,
  { reduction = 'mean', logTarget = false }: { reduction?: Reduction | 'batchmean'; logTarget?: boolean } = {},
): Tensor {
  const [x, t] = both(input, target, 'klDiv');
  oneOf(reduction, ['mean', 'sum', 'none', 'batchmean'] as const, 'reduction');
  const positive = e.gt(t, 0);
  const loss = logTarget
    ? e.mul(e.exp(t), e.sub(t, x))
    : e.sub(e.where(e.eq(t, 0), 0, e.mul(t, e.log(e.where(positive, t, e.where(e.eq(t, 0), 1, t))))), e.mul(t, x));
  if (reduction === 'batchmean') return e.div(sum(loss), x.shape[0] ?? 1);
  return reduce(loss, reduction);
}

/** 1 − cos where y = 1; max(0, cos − margin) where y = −1. */
export function cosineEmbeddingLoss(
  a: Tensor,
  b: Tensor,
  y: Tensor,
  { margin = 0, reduction }: LossOptions & { margin?: number } = {},
): Tensor {
  const target = tensorAt(y, 3, 'cosineEmbeddingLoss');
  const cosine = cosineSimilarity(a, b, { dim: -1, eps: 1e-12 });
  return reduce(e.where(e.eq(target, 1), e.sub(1, cosine), e.clamp(e.sub(cosine, margin), 0)), reduction);
}

export function marginRankingLoss(
  a: Tensor,
  b: Tensor,
  y: Tensor,
  { margin = 0, reduction }: LossOptions & { margin?: number } = {},
): Tensor {
  const [x, z] = both(a, b, 'marginRankingLoss');
  return reduce(e.clamp(e.add(e.mul(e.neg(tensorAt(y, 3, 'marginRankingLoss')), e.sub(x, z)), margin), 0), reduction);
}

export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  { margin = 1, p = 2, eps = 1e-6, reduction }: LossOptions & { margin?: number; p?: number; eps?: number } = {},
): Tensor {
  const distance = (x: Tensor, y: Tensor): Tensor => norm(e.add(e.sub(x, y), eps), { p, dim: -1 });
  const [a, b] = both(anchor, positive, 'tripletMarginLoss');
  return reduce(e.clamp(e.add(e.sub(distance(a, b), distance(a, tensorAt(negative, 3, 'tripletMarginLoss'))), margin), 0), reduction);
}

/** ½·(log max(var, eps) + (x − t)²/max(var, eps)), with `full` + ½·log 2π. The clamp of var passes gradients on. */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  { full = false, eps = 1e-6, reduction }: LossOptions & { full?: boolean; eps?: number } = {},
): Tensor {
  const [x, t] = both(input, target, 'gaussianNllLoss');
  const given = tensorAt(variance, 3, 'gaussianNllLoss');
  const spread = sameShape(given.shape, x.shape) || given.ndim === x.ndim ? given : unsqueeze(given, -1);
  checkValues(given, (value) => {
    if (value < 0)
      failAs('value', 'gaussianNllLoss', `expected variances ≥ 0, got ${value}. Pass exp() or softplus() of what the model gives.`);
  });
  const raised = noGrad(() => e.clamp(e.sub(eps, spread), 0));
  const safe = e.add(spread, raised);
  const loss = e.mul(e.add(e.log(safe), e.div(e.square(e.sub(x, t)), safe)), 0.5);
  return reduce(full ? e.add(loss, 0.5 * Math.log(2 * Math.PI)) : loss, reduction);
}
