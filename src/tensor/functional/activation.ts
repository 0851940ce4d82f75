/* Activations (tensor-api.md 7.7): made of elementwise operations, which `compile` fuses into one kernel. */

import { noGrad } from '../autograd.ts';
import { fail } from '../error.ts';
import { dimIn, show } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import * as e from '../ops/elementwise.ts';
import { tensorAt } from '../ops/operands.ts';
import { chunk, reshape } from '../ops/view.ts';

/** max(x, 0) + slope·min(x, 0); the slope at 0 is `negativeSlope`, as in PyTorch. */
export function leakyRelu(a: Tensor, { negativeSlope = 0.01 }: { negativeSlope?: number } = {}): Tensor {
  const x = tensorAt(a, 1, 'leakyRelu');
  return e.where(e.gt(x, 0), x, e.mul(x, negativeSlope));
}

/** x where x > 0, else scale·α·(exp(x·inputScale) − 1); where x > 0 the other branch sees 0, so no inf reaches the gradient. */
function exponential(x: Tensor, alpha: number, inputScale = 1): Tensor {
  const positive = e.gt(x, 0);
  const below = e.where(positive, 0, x);
  return e.where(positive, x, e.mul(e.expm1(inputScale === 1 ? below : e.mul(below, inputScale)), alpha));
}
export const elu = (a: Tensor, { alpha = 1 }: { alpha?: number } = {}): Tensor => exponential(tensorAt(a, 1, 'elu'), alpha);
export const celu = (a: Tensor, { alpha = 1 }: { alpha?: number } = {}): Tensor => exponential(tensorAt(a, 1, 'celu'), alpha, 1 / alpha);
const [seluAlpha, seluScale] = [1.6732632423543772, 1.0507009873554805];
export const selu = (a: Tensor): Tensor => e.mul(exponential(tensorAt(a, 1, 'selu'), seluAlpha), seluScale);

export const mish = (a: Tensor): Tensor => e.mul(tensorAt(a, 1, 'mish'), e.tanh(e.unary('softplus', a)));

/** log(1 + exp(βx))/β, and x where βx > threshold. */
export function softplus(a: Tensor, { beta = 1, threshold = 20 }: { beta?: number; threshold?: number } = {}): Tensor {
  const x = tensorAt(a, 1, 'softplus');
  const scaled = beta === 1 ? x : e.mul(x, beta);
  const linear = e.gt(scaled, threshold);
  const curve = e.unary('softplus', e.where(linear, 0, scaled));
  return e.where(linear, x, beta === 1 ? curve : e.div(curve, beta));
}

/** Clamped; the gradient at and outside the bounds is 0. */
function clipped(x: Tensor, low: number, high: number): Tensor {
  const inside = noGrad(() => e.logicalAnd(e.gt(x, low), e.lt(x, high)));
  return e.where(
    inside,
    x,
    noGrad(() => e.clamp(x, low, high)),
  );
}
export function hardtanh(a: Tensor, { minVal = -1, maxVal = 1 }: { minVal?: number; maxVal?: number } = {}): Tensor {
  if (minVal > maxVal) fail('value', 'hardtanh', `expected minVal ≤ maxVal, got ${minVal} and ${maxVal}.`);
  return clipped(tensorAt(a, 1, 'hardtanh'), minVal, maxVal);
}
export const relu6 = (a: Tensor): Tensor => clipped(tensorAt(a, 1, 'relu6'), 0, 6);
export const hardsigmoid = (a: Tensor): Tensor => e.div(clipped(e.add(tensorAt(a, 1, 'hardsigmoid'), 3), 0, 6), 6);
/** x·relu6(x + 3)/6; below −3 that is x·0, so −inf gives NaN. */
export function hardswish(a: Tensor): Tensor {
  const x = tensorAt(a, 1, 'hardswish');
  // Where it is not chosen it must stay finite, or its slope is NaN times 0.
  const near = clipped(x, -3, 3);
  const middle = e.div(e.mul(near, e.add(near, 3)), 6);
  const low = noGrad(() => e.mul(x, 0));
  return e.where(e.le(x, -3), low, e.where(e.ge(x, 3), x, middle));
}
export const softsign = (a: Tensor): Tensor => e.div(tensorAt(a, 1, 'softsign'), e.add(e.abs(a), 1));
export const logsigmoid = (a: Tensor): Tensor => e.neg(e.unary('softplus', e.neg(tensorAt(a, 1, 'logsigmoid'))));
export const tanhshrink = (a: Tensor): Tensor => e.sub(tensorAt(a, 1, 'tanhshrink'), e.tanh(a));

/** weight: one number for all, or one a channel (dim 1). */
export function prelu(a: Tensor, weight: Tensor): Tensor {
  const [x, w] = [tensorAt(a, 1, 'prelu'), tensorAt(weight, 2, 'prelu')];
  const channels = x.ndim >= 2 ? x.shape[1]! : 1;
  if (w.numel() !== 1 && (w.ndim !== 1 || w.shape[0] !== channels))
    fail('shape', 'prelu', `expected a weight [1] or [${channels}], got ${show(w.shape)}.`);
  const slope = w.numel() === 1 ? reshape(w, []) : reshape(w, x.shape.map((_, i) => (i === 1 ? channels : 1))); // prettier-ignore
  return e.where(e.gt(x, 0), x, e.mul(x, slope));
}

export function glu(a: Tensor, { dim = -1 }: { dim?: number } = {}): Tensor {
  const x = tensorAt(a, 1, 'glu');
  const at = dimIn(dim, x.ndim);
  if (x.shape[at]! % 2 !== 0) fail('shape', 'glu', `expected an even size in dim ${at}, got ${show(x.shape)}.`);
  const [left, right] = chunk(x, 2, at) as [Tensor, Tensor];
  return e.mul(left, e.sigmoid(right));
}
