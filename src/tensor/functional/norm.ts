/* Normalisation and dropout (tensor-api.md 7.7). Layer and RMS norm are single kernels; batch and group norm are made of reductions. */

import type { Generator } from '../../base/random.ts';
import { isGradEnabled, noGrad, track } from '../autograd.ts';
import { computeAll, dense } from '../dispatch.ts';
import { isFloat } from '../dtype.ts';
import { fail } from '../error.ts';
import { generatorOf } from '../random.ts';
import { sameShape, show, sizeOf } from '../shape.ts';
import { makeView, type Tensor } from '../tensor.ts';
import * as e from '../ops/elementwise.ts';
import { draw } from '../ops/factory.ts';
import { tensorAt } from '../ops/operands.ts';
import { mean, sum } from '../ops/reduce.ts';
import { reshape } from '../ops/view.ts';

/** The dims that are normalised, checked: they are the last ones of x. */
function lastDims(x: Tensor, normalizedShape: unknown, name: string): number[] {
  const wanted = typeof normalizedShape === 'number' ? [normalizedShape] : [...(normalizedShape as number[])];
  if (!sameShape(x.shape.slice(x.ndim - wanted.length), wanted) || wanted.length === 0) {
    fail('shape', name, `expected input [..., ${wanted.join(', ')}], got ${show(x.shape)}.`);
  }
  return wanted;
}

/** (x − mean)·rstd·w + b over the last dims, or without mean (`rms`). */
function normalised(
  x: Tensor,
  dims: readonly number[],
  w: Tensor | null,
  b: Tensor | null,
  eps: number,
  rms: boolean,
  name: string,
): Tensor {
  if (!isFloat(x.dtype)) fail('dtype', name, `expected floats, got ${x.dtype}.`);
  for (const t of [w, b])
    if (t && !sameShape(t.shape, dims)) fail('shape', name, `expected a weight and bias ${show(dims)}, got ${show(t.shape)}.`);
  const n = sizeOf(dims);
  const rows = n === 0 ? 0 : x.numel() / n;
  const flat = (t: Tensor, shape: readonly number[]): Tensor => makeView(dense(t), [...shape], shape.length === 2 ? [n, 1] : [1]);
  const inputs = [flat(x, [rows, n]), ...(w ? [flat(w, [n])] : []), ...(b ? [flat(b, [n])] : [])];
  const attributes = { eps, rms, weight: w !== null, bias: b !== null };
  const stats = { shape: [rows], dtype: x.dtype };
  const [y, m, r] = computeAll('layerNorm', inputs, [{ shape: [rows, n], dtype: x.dtype }, stats, stats], attributes);
  const out = makeView(y!, [...x.shape], strided(x.shape));
  track(
    name,
    [x, w, b],
    [out],
    ([g], [v, mu, rs, weight], needs) => {
      if (isGradEnabled()) return plainGradient(g!, v!, weight ?? null, dims, eps, rms, needs);
      const list = [flat(g!, [rows, n]), flat(v!, [rows, n]), mu!, rs!, ...(weight ? [flat(weight, [n])] : [])];
      const one = { shape: [n], dtype: x.dtype };
      const found = computeAll('layerNormGrad', list, [{ shape: [rows, n], dtype: x.dtype }, ...(w ? [one] : []), ...(b ? [one] : [])], {
        rms,
        weight: w !== null,
        bias: b !== null,
      });
      const shaped = (t: Tensor | undefined): Tensor | null => (t ? makeView(t, [...dims], strided(dims)) : null);
      return [makeView(found[0]!, [...x.shape], strided(x.shape)), w ? shaped(found[1]) : null, b ? shaped(found[w ? 2 : 1]) : null];
    },
    { saved: [x, m!, r!, w] },
  );
  return out;
}

function strided(shape: readonly number[]): number[] {
  let step = 1;
  const out = new Array<number>(shape.length);
  for (let i = shape.length - 1; i >= 0; i--) {
    out[i] = step;
    step *= shape[i]!;
  }
  return out;
}

/** The same gradient in operations that can be differentiated again. */
function plainGradient(
  g: Tensor,
  x: Tensor,
  w: Tensor | null,
  dims: readonly number[],
  eps: number,
  rms: boolean,
  needs: boolean[],
): (Tensor | null)[] {
  const over = dims.map((_, i) => -1 - i);
  const keepdim = { keepdim: true };
  const centred = rms ? x : e.sub(x, mean(x, over, keepdim));
  const rstd = e.rsqrt(e.add(mean(e.square(centred), over, keepdim), eps));
  const hat = e.mul(centred, rstd);
  const gw = w ? e.mul(g, w) : g;
  const inner = e.sub(gw, e.mul(hat, mean(e.mul(gw, hat), over, keepdim)));
  const dx = e.mul(rstd, rms ? inner : e.sub(inner, mean(gw, over, keepdim)));
  const lead = Array.from({ length: x.ndim - dims.length }, (_, i) => i);
  const sumLead = (t: Tensor): Tensor => (lead.length > 0 ? sum(t, lead) : t);
  return [dx, needs[1] ? sumLead(e.mul(g, hat)) : null, needs[2] ? sumLead(g) : null];
}

export function layerNorm(
  input: Tensor,
  normalizedShape: number | readonly number[],
  weight?: Tensor | null,
  bias?: Tensor | null,
  { eps = 1e-5 }: { eps?: number } = {},
): Tensor {
  const x = tensorAt(input, 1, 'layerNorm');
  return normalised(x, lastDims(x, normalizedShape, 'layerNorm'), weight ?? null, bias ?? null, eps, false, 'layerNorm');
}

export function rmsNorm(
  input: Tensor,
  normalizedShape: number | readonly number[],
  weight?: Tensor | null,
  { eps }: { eps?: number | null } = {},
): Tensor {
  const x = tensorAt(input, 1, 'rmsNorm');
  const epsilon = eps ?? (x.dtype === 'float64' ? 2 ** -52 : x.dtype === 'float16' ? 2 ** -10 : 2 ** -23);
  return normalised(x, lastDims(x, normalizedShape, 'rmsNorm'), weight ?? null, null, epsilon, true, 'rmsNorm');
}

/** w and b of (C) along dim 1. */
function affine(x: Tensor, w: Tensor | null | undefined, b: Tensor | null | undefined, name: string): Tensor {
  const channels = x.shape[1]!;
  const column = (t: Tensor): Tensor => {
    if (t.ndim !== 1 || t.shape[0] !== channels) fail('shape', name, `expected a weight and bias [${channels}], got ${show(t.shape)}.`);
    return reshape(t, x.shape.map((_, i) => (i === 1 ? channels : 1))); // prettier-ignore
  };
  const scaled = w ? e.mul(x, column(w)) : x;
  return b ? e.add(scaled, column(b)) : scaled;
}

export function groupNorm(
  input: Tensor,
  groups: number,
  weight?: Tensor | null,
  bias?: Tensor | null,
  { eps = 1e-5 }: { eps?: number } = {},
): Tensor {
  const x = tensorAt(input, 1, 'groupNorm');
  const channels = x.shape[1] ?? fail('shape', 'groupNorm', `expected (N, C, …), got ${show(x.shape)}.`);
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0)
    fail('value', 'groupNorm', `expected groups that divide ${channels} channels, got ${groups}.`);
  const rows = reshape(x, [x.shape[0]!, groups, x.numel() === 0 ? 0 : x.numel() / (x.shape[0]! * groups)]);
  return affine(reshape(normalised(rows, [rows.shape[2]!], null, null, eps, false, 'groupNorm'), x.shape), weight, bias, 'groupNorm');
}

export interface InstanceNormOptions {
  readonly eps?: number;
}
export function instanceNorm(
  input: Tensor,
  weight?: Tensor | null,
  bias?: Tensor | null,
  { eps = 1e-5 }: InstanceNormOptions = {},
): Tensor {
  const x = tensorAt(input, 1, 'instanceNorm');
  return groupNorm(x, x.shape[1] ?? 1, weight, bias, { eps });
}

export interface BatchNormOptions {
  readonly training?: boolean;
  /** A 0-d tensor where it differs from call to call. */
  readonly momentum?: number | Tensor;
  readonly eps?: number;
}

/** By the batch's statistics in training (running ones are updated in place, with the unbiased variance), else by the running ones. */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  weight?: Tensor | null,
  bias?: Tensor | null,
  { training = false, momentum = 0.1, eps = 1e-5 }: BatchNormOptions = {},
): Tensor {
  const x = tensorAt(input, 1, 'batchNorm');
  if (x.ndim < 2) fail('shape', 'batchNorm', `expected (N, C, …), got ${show(x.shape)}.`);
  const channels = x.shape[1]!;
  const shape = x.shape.map((_, i) => (i === 1 ? channels : 1));
  for (const t of [runningMean, runningVar])
    if (t && (t.ndim !== 1 || t.shape[0] !== channels))
      fail('shape', 'batchNorm', `expected running statistics [${channels}], got ${show(t.shape)}.`);
  if (!training) {
    if (!runningMean || !runningVar) fail('value', 'batchNorm', 'expected runningMean and runningVar outside of training.');
    const scale = e.rsqrt(e.add(runningVar, eps));
    return affine(e.mul(e.sub(x, reshape(runningMean, shape)), reshape(scale, shape)), weight, bias, 'batchNorm');
  }
  const dims = x.shape.map((_, i) => i).filter((i) => i !== 1);
  const count = x.numel() / Math.max(1, channels);
  if (count <= 1) fail('value', 'batchNorm', `expected more than one value a channel in training, got ${show(x.shape)}.`);
  const centre = mean(x, dims, { keepdim: true });
  const centred = e.sub(x, centre);
  const spread = mean(e.square(centred), dims, { keepdim: true });
  if (runningMean && runningVar) {
    noGrad(() => {
      const rest = typeof momentum === 'number' ? 1 - momentum : e.sub(1, momentum);
      const unbiased = e.mul(reshape(spread, [channels]), count / (count - 1));
      e.copyInto(runningMean, e.add(e.mul(runningMean, rest), e.mul(reshape(centre, [channels]), momentum)));
      e.copyInto(runningVar, e.add(e.mul(runningVar, rest), e.mul(unbiased, momentum)));
    });
  }
  return affine(e.mul(centred, e.rsqrt(e.add(spread, eps))), weight, bias, 'batchNorm');
}

/** Keeps element i where u_i ≥ p and scales it by 1/(1 − p). */
export function dropout(
  input: Tensor,
  { p = 0.5, training = true, generator }: { p?: number; training?: boolean; generator?: Generator } = {},
): Tensor {
  const x = tensorAt(input, 1, 'dropout');
  if (!(p >= 0 && p <= 1)) fail('value', 'dropout', `expected p in [0, 1], got ${p}.`);
  if (!training || p === 0) return x;
  const u = draw({ kind: 'uniform', low: 0, high: 1 }, x.shape, 'float32', x.device, generatorOf(generator, 'dropout'));
  const kept = noGrad(() => e.ge(u, p));
  return p === 1 ? e.where(kept, x, 0) : e.where(kept, e.mul(x, 1 / (1 - p)), 0);
}
