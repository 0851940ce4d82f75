/* Attention and what belongs to it: positions and masks (tensor-api.md 7.7). */

import type { Generator } from '../../base/random.ts';
import { noGrad, track } from '../autograd.ts';
import { compute, computeAll, feed, fromHost } from '../dispatch.ts';
import { hostArray, isFloat, type HostArray } from '../dtype.ts';
import { fail } from '../error.ts';
import { placeFor, makeTensor, type MakeOptions } from '../reading.ts';
import { broadcastShapes, contiguousStrides, show, viewStrides } from '../shape.ts';
import { makeView, type Tensor } from '../tensor.ts';
import * as e from '../ops/elementwise.ts';
import { describe, expanded, tensorAt } from '../ops/operands.ts';
import { matmul, softmax } from '../ops/product.ts';
import { cat, narrow, reshape, stack, transpose, triangleMask } from '../ops/view.ts';
import { dropout } from './norm.ts';

export interface AttentionOptions {
  readonly attnMask?: Tensor | null;
  readonly dropoutP?: number;
  readonly isCausal?: boolean;
  readonly scale?: number | null;
  readonly enableGqa?: boolean;
  readonly generator?: Generator;
}

/**
 * softmax(q·kᵀ·scale + mask)·v: q (…, H, T, D), k (…, Hk, S, D), v (…, Hk, S, Dv) → (…, H, T, Dv). One fused kernel where there is no dropout.
 * bool masks: true attends; float masks are added. A row with nothing to attend to gives zeros.
 */
export function scaledDotProductAttention(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions = {}): Tensor {
  return attend(query, key, value, options, 0);
}

/** As above; row t of a causal call attends to columns ≤ t + offset. */
export function attend(query: Tensor, key: Tensor, value: Tensor, options: AttentionOptions, offset: number): Tensor {
  const name = 'scaledDotProductAttention';
  const [q, k, v] = [tensorAt(query, 1, name), tensorAt(key, 2, name), tensorAt(value, 3, name)];
  const { attnMask, dropoutP = 0, isCausal = false, scale, enableGqa = false } = options;
  for (const x of [q, k, v]) {
    if (x.ndim < 2) fail('shape', name, `expected (…, T, D), got ${show(x.shape)}.`);
    if (!isFloat(x.dtype) || x.dtype !== q.dtype) fail('dtype', name, `expected floats of one type, got ${q.dtype} and ${x.dtype}.`);
  }
  const [t, d] = [q.shape.at(-2)!, q.shape.at(-1)!];
  const [s, dv] = [k.shape.at(-2)!, v.shape.at(-1)!];
  if (k.shape.at(-1) !== d) fail('shape', name, `expected keys [..., ${d}], got ${show(k.shape)} for queries ${show(q.shape)}.`);
  if (v.shape.at(-2) !== s) fail('shape', name, `expected as many values as keys (${s}), got ${show(v.shape)}.`);
  if (attnMask && isCausal) fail('value', name, 'expected attnMask or isCausal, not both.');
  const heads = q.ndim > 2 ? q.shape.at(-3)! : 1;
  const keyHeads = k.ndim > 2 ? k.shape.at(-3)! : 1;
  if (heads !== keyHeads && !(enableGqa && heads % keyHeads === 0) && keyHeads !== 1 && heads !== 1) {
    fail(
      'shape',
      name,
      `expected keys of ${heads} heads, got ${keyHeads}.${heads % keyHeads === 0 ? ' Pass { enableGqa: true } to share them.' : ''}`,
    );
  }
  const factor = scale ?? 1 / Math.sqrt(d);
  const mask = attnMask ? additive(tensorAt(attnMask, 4, name), q) : null;
  const batch = enableGqa ? q.shape.slice(0, -3) : broadcastShapes(q.shape.slice(0, -2), k.shape.slice(0, -2), v.shape.slice(0, -2));
  const whole = [...(enableGqa ? [...batch, heads] : batch)];
  if (dropoutP > 0 || mask?.requiresGrad || (q.storage.host !== null && q.numel() === 0) || whole.length > 4 || s === 0 || t === 0) {
    return plain(q, k, v, mask, isCausal, offset, factor, dropoutP, enableGqa ? heads / keyHeads : 1, options.generator);
  }
  /** (B, H, length, width) of any strides but 1 in the last dim; copies only where dims do not merge. */
  const four = (x: Tensor, length: number, width: number, own: boolean): Tensor => {
    const lead = own ? [...batch, keyHeads] : whole;
    const full = expandTracked(x, [...lead, length, width]);
    const h = lead.length > 0 ? lead.at(-1)! : 1;
    const b = lead.slice(0, -1).reduce((n, m) => n * m, 1);
    return reshape(full, [b, h, length, width]);
  };
  const [q4, k4, v4] = [four(q, t, d, false), four(k, s, d, enableGqa), four(v, s, dv, enableGqa)];
  const mask4 = mask && maskView(expanded(mask, [...whole, t, s]), q4.shape[0]!, q4.shape[1]!, t, s);
  const out = fused(q4, k4, v4, mask4, isCausal, offset, factor);
  return reshape(out, [...whole, t, dv]);
}

const expandTracked = (x: Tensor, shape: readonly number[]): Tensor => (show(x.shape) === show(shape) ? x : x.expand(...shape));

function maskView(mask: Tensor, b: number, h: number, t: number, s: number): Tensor {
  const shape = [b, h, t, s];
  const strides = viewStrides(mask.shape, mask.strides, shape);
  return strides
    ? makeView(mask, shape, strides)
    : makeView(compute('copy', [mask], mask.shape, mask.dtype, {}), shape, contiguousStrides(shape));
}

/** 0 where a bool mask holds, −inf elsewhere; a float mask as it is. */
function additive(mask: Tensor, like: Tensor): Tensor {
  if (mask.dtype === 'bool') return noGrad(() => e.where(mask, e.cast(e.where(mask, 0, 0), like.dtype), -Infinity));
  if (mask.dtype !== like.dtype)
    fail('dtype', 'scaledDotProductAttention', `expected a bool mask or one of ${like.dtype}, got ${mask.dtype}.`);
  return mask;
}

/** The last dim of q, k and v must have stride 1 for the kernel. */
const rowsTight = (x: Tensor): Tensor => (x.strides[3] === 1 || x.shape[3] === 1 ? x : x.contiguous());

function fused(q0: Tensor, k0: Tensor, v0: Tensor, mask: Tensor | null, causal: boolean, offset: number, scale: number): Tensor {
  const [q, k, v] = [rowsTight(q0), rowsTight(k0), rowsTight(v0)];
  const [b, h, t] = q.shape as [number, number, number, number];
  const attributes = { causal, offset, scale, mask: mask !== null };
  const shape = [b, h, t, v.shape[3]!];
  const [out, lse] = computeAll(
    'attention',
    mask ? [q, k, v, mask] : [q, k, v],
    [
      { shape, dtype: q.dtype },
      { shape: [b, h, t], dtype: q.dtype },
    ],
    attributes,
  );
  track(
    'scaledDotProductAttention',
    [q, k, v],
    [out!],
    ([g], [a, c, w, y, l, m]) => {
      const g4 = g!.isContiguous() ? g! : g!.contiguous();
      const inputs = [g4, a!, c!, w!, y!, l!, ...(m ? [m] : [])];
      return computeAll('attentionGrad', inputs, [a!, c!, w!].map((x) => ({ shape: x.shape, dtype: x.dtype })), attributes); // prettier-ignore
    },
    { saved: [q, k, v, out!, lse!, mask], twice: false },
  );
  return out!;
}

/** The same in plain operations: with dropout, with a gradient for the mask, for empty sequences. */
function plain(
  q: Tensor,
  key: Tensor,
  value: Tensor,
  mask: Tensor | null,
  causal: boolean,
  offset: number,
  scale: number,
  p: number,
  share: number,
  generator: Generator | undefined,
): Tensor {
  const repeat = (x: Tensor): Tensor => (share === 1 ? x : x.repeatInterleave(share, { dim: -3 }));
  const [k, v] = [repeat(key), repeat(value)];
  const weights = attentionWeights(q, k, mask, causal, offset, scale);
  return matmul(p > 0 ? dropout(weights, { p, ...(generator ? { generator } : {}) }) : weights, v);
}

/** softmax(q·kᵀ·scale + mask), rows with nothing to attend to all 0. */
export function attentionWeights(q: Tensor, k: Tensor, mask: Tensor | null, causal: boolean, offset: number, scale: number): Tensor {
  let scores = e.mul(matmul(q, transpose(k, -1, -2)), scale);
  if (mask) scores = e.add(scores, mask);
  if (causal) scores = e.where(triangleMask('tril', q.shape.at(-2)!, k.shape.at(-2)!, offset, q.device), scores, -Infinity);
  if (!mask && !causal) return softmax(scores, -1);
  const empty = noGrad(() => e.eq(scores, -Infinity).all(-1, { keepdim: true }));
  return e.where(empty, 0, softmax(e.where(empty, 0, scores), -1));
}

// ---- positions

/** Rotates pairs of features by the position: x (…, T, D), D even. */
export function rope(
  input: Tensor,
  { base = 10000, offset = 0, interleaved = false }: { base?: number; offset?: number; interleaved?: boolean } = {},
): Tensor {
  return ropeFrom(input, offset, base, interleaved);
}

/** `rope`; an offset that is a function is asked anew at every call of a compiled function. */
export function ropeFrom(input: Tensor, offset: number | (() => number), base = 10000, interleaved = false): Tensor {
  const x = tensorAt(input, 1, 'rope');
  const [t, d] = [x.shape.at(-2) ?? 0, x.shape.at(-1) ?? 1];
  if (x.ndim < 2 || d % 2 !== 0) fail('shape', 'rope', `expected (…, T, D) with an even D, got ${show(x.shape)}.`);
  const half = d / 2;
  const angles = (f: (angle: number) => number): HostArray => {
    const first = typeof offset === 'number' ? offset : offset();
    return hostArray(t * half, x.dtype).map((_, n) => f((first + Math.floor(n / half)) * base ** ((-2 * (n % half)) / d)));
  };
  const table = (f: (angle: number) => number): Tensor =>
    typeof offset === 'number' ? fromHost(angles(f), [t, half], x.dtype, x.device) : feed([t, half], x.dtype, x.device, () => angles(f));
  const [cos, sin] = [table(Math.cos), table(Math.sin)];
  const turn = (a: Tensor, b: Tensor): [Tensor, Tensor] => [e.sub(e.mul(a, cos), e.mul(b, sin)), e.add(e.mul(a, sin), e.mul(b, cos))];
  if (!interleaved) return cat(turn(narrow(x, -1, 0, half), narrow(x, -1, half, half)), { dim: -1 });
  const pairs = reshape(x, [...x.shape.slice(0, -1), half, 2]);
  return reshape(stack(turn(pairs.select(-1, 0), pairs.select(-1, 1)), { dim: -1 }), x.shape);
}

const factoryOptions = (options: MakeOptions, name: string): { dtype: 'float32' | 'float64'; device: Tensor['device'] } =>
  placeFor(options, 'float32', name) as never;

/** (T, C): sin at even, cos at odd columns, of t·10000^(−2⌊c/2⌋/C). */
export function sinusoidalPositions(t: number, c: number, options: MakeOptions = {}): Tensor {
  for (const n of [t, c])
    if (!Number.isInteger(n) || n < 0) fail('value', 'sinusoidalPositions', `expected integers ≥ 0, got ${describe(n)}.`);
  const values = Array.from({ length: t * c }, (_, n) => {
    const [row, column] = [Math.floor(n / c), n % c];
    const angle = row * 10000 ** ((-2 * Math.floor(column / 2)) / c);
    return column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
  return makeTensor(values, { ...factoryOptions(options, 'sinusoidalPositions'), shape: [t, c] });
}

/** Slopes of ALiBi (Press et al. 2022): 2^(−8i/H), interleaved from the next power of two where H is none. */
export function alibiSlopes(heads: number, options: MakeOptions = {}): Tensor {
  if (!Number.isInteger(heads) || heads < 1) fail('value', 'alibiSlopes', `expected an integer ≥ 1, got ${describe(heads)}.`);
  const powers = (n: number): number[] => Array.from({ length: n }, (_, i) => 2 ** ((-8 * (i + 1)) / n));
  const near = 2 ** Math.floor(Math.log2(heads));
  const slopes = near === heads ? powers(heads) : [...powers(near), ...powers(2 * near).filter((_, i) => i % 2 === 0).slice(0, heads - near)]; // prettier-ignore
  return makeTensor(slopes, factoryOptions(options, 'alibiSlopes'));
}

/** bool (T, S): row t attends to columns ≤ t. */
export function causalMask(t: number, s = t, options: MakeOptions = {}): Tensor {
  for (const n of [t, s]) if (!Number.isInteger(n) || n < 0) fail('value', 'causalMask', `expected integers ≥ 0, got ${describe(n)}.`);
  return triangleMask('tril', t, s ?? t, 0, placeFor(options, 'bool', 'causalMask').device);
}
