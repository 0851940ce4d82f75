/* Multi-head attention (tensor-api.md 9): projections, masks in PyTorch's sense (true: not allowed), and weights where they are asked for. */

import { noGrad } from '../autograd.ts';
import { publicCall } from '../calls.ts';
import { fail } from '../error.ts';
import { attend, attentionWeights } from '../functional/attention.ts';
import { linear } from '../functional/linear.ts';
import { dropout } from '../functional/norm.ts';
import * as e from '../ops/elementwise.ts';
import { describe, tensorAt } from '../ops/operands.ts';
import { matmul } from '../ops/product.ts';
import { mean } from '../ops/reduce.ts';
import { narrow, reshape, squeeze, transpose, triangleMask, unsqueeze } from '../ops/view.ts';
import { sameShape, show } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { KVCache } from './cache.ts';
import { checkSizes, constantParameter, uniformParameter, withDefaults } from './layer.ts';
import { NonDynamicallyQuantizableLinear } from './linear.ts';
import { Layer } from './module.ts';
import type { Parameter } from './parameter.ts';

/** Weights of several maps in one, xavier uniform as one matrix. */
export const projection = (rows: number, columns: number): Parameter => uniformParameter([rows, columns], Math.sqrt(6 / (rows + columns)));

/** The map behind the heads: a Linear whose bias starts as 0 and draws nothing. */
export function outProjection(size: number, bias: boolean): NonDynamicallyQuantizableLinear {
  const out = new NonDynamicallyQuantizableLinear(size, size, { bias: false });
  if (bias) out.bias = constantParameter([size], 0);
  return out;
}

/** (B, T, heads·D) → (B, heads, T, D). */
export const heads = (x: Tensor, count: number): Tensor =>
  transpose(reshape(x, [x.shape[0]!, x.shape[1]!, count, x.shape[2]! / count]), 1, 2);
/** (B, heads, T, D) → (B, T, heads·D). */
export const merged = (x: Tensor): Tensor => reshape(transpose(x, 1, 2), [x.shape[0]!, x.shape[2]!, x.shape[1]! * x.shape[3]!]);

/**
 * One mask from several that say what is not allowed: bool ones exclude, float ones are added. Gives what `attend` takes: bool, true attends,
 * or floats. `causal` is made part of it where there is a mask at all.
 */
export function combined(
  masks: readonly (Tensor | null)[],
  causal: { rows: number; columns: number; offset: number } | null,
): Tensor | null {
  const given = masks.filter((mask) => mask !== null);
  if (given.length === 0) return null;
  const floats = given.filter((mask) => mask.dtype !== 'bool');
  const excluded = given.filter((mask) => mask.dtype === 'bool');
  const allowed = noGrad(() => {
    const list = excluded.map((mask) => e.logicalNot(mask));
    if (causal) list.push(triangleMask('tril', causal.rows, causal.columns, causal.offset, given[0]!.device));
    return list.length === 0 ? null : list.reduce(e.logicalAnd);
  });
  if (floats.length === 0) return allowed;
  const added = floats.reduce((a, b) => e.add(a, b));
  return allowed ? e.where(allowed, added, -Infinity) : added;
}

/** (B, S) or (S) → (B, 1, 1, S). */
export function paddingMask(mask: Tensor | null, batch: number, columns: number, name: string, option: string): Tensor | null {
  if (!mask) return null;
  const m = tensorAt(mask, 4, name);
  const wanted = [batch, columns];
  if (!sameShape(m.ndim === 1 ? [1, ...m.shape] : m.shape, wanted))
    fail('shape', name, `expected ${option} ${show(wanted)}, got ${show(m.shape)}.`);
  return reshape(m, [batch, 1, 1, columns]);
}

/** A mask over a cache's positions has another shape at every call, which a compiled function cannot follow. */
export const refuseMask = (name: string, option: string): never =>
  fail('trace', name, `${option} with a cache has another shape at every call. Call the model outside of compile, or without ${option}.`);

export interface MultiheadAttentionOptions {
  readonly dropout?: number;
  readonly bias?: boolean;
  readonly kdim?: number | null;
  readonly vdim?: number | null;
  readonly batchFirst?: boolean;
}
export interface AttentionCall {
  readonly keyPaddingMask?: Tensor | null;
  readonly needWeights?: boolean;
  readonly attnMask?: Tensor | null;
  readonly averageAttnWeights?: boolean;
  readonly isCausal?: boolean;
  readonly cache?: KVCache | null;
}
const call = publicCall(
  'MultiheadAttention(query, key, value, keyPaddingMask?, { needWeights = true, attnMask, averageAttnWeights = true, isCausal = false, cache })',
  (...args) => args,
) as (...args: unknown[]) => [Tensor, Tensor, Tensor, Tensor | null | undefined, AttentionCall | undefined];

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- modules are callable
export interface MultiheadAttention {
  (query: Tensor, key: Tensor, value: Tensor, options?: AttentionCall): [Tensor, Tensor | null];
}
/** (T, B, E), (B, T, E) with batchFirst, or (T, E). Gives the output and the weights (B, T, S), or per head, or null. */
export class MultiheadAttention extends Layer {
  readonly embedDim: number;
  readonly numHeads: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  declare in_proj_weight?: Parameter;
  declare q_proj_weight?: Parameter;
  declare k_proj_weight?: Parameter;
  declare v_proj_weight?: Parameter;
  declare in_proj_bias: Parameter | null;
  declare out_proj: NonDynamicallyQuantizableLinear;

  constructor(embedDim: number, numHeads: number, options?: MultiheadAttentionOptions) {
    super();
    const name = 'MultiheadAttention';
    const o = withDefaults<Required<MultiheadAttentionOptions>>(name, options, {
      dropout: 0,
      bias: true,
      kdim: null,
      vdim: null,
      batchFirst: false,
    });
    checkSizes(name, { embedDim, numHeads });
    if (embedDim % numHeads !== 0) fail('value', name, `expected heads that divide ${embedDim}, got ${numHeads}.`);
    if (!(o.dropout >= 0 && o.dropout <= 1)) fail('value', name, `expected dropout in [0, 1], got ${describe(o.dropout)}.`);
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.dropout = o.dropout;
    this.batchFirst = o.batchFirst;
    const [kdim, vdim] = [o.kdim ?? embedDim, o.vdim ?? embedDim];
    if (kdim === embedDim && vdim === embedDim) this.in_proj_weight = projection(3 * embedDim, embedDim);
    else {
      this.q_proj_weight = projection(embedDim, embedDim);
      this.k_proj_weight = projection(embedDim, kdim);
      this.v_proj_weight = projection(embedDim, vdim);
    }
    this.in_proj_bias = o.bias ? constantParameter([3 * embedDim], 0) : null;
    this.out_proj = outProjection(embedDim, o.bias);
  }

  override forward(...args: unknown[]): [Tensor, Tensor | null] {
    const name = 'MultiheadAttention';
    const [query, key, value, keyPaddingMask, options = {}] = call(...args);
    const { needWeights = true, attnMask = null, averageAttnWeights = true, isCausal = false, cache = null } = options;
    const single = tensorAt(query, 1, name).ndim === 2;
    const form = (t: Tensor, position: number): Tensor => {
      const x = tensorAt(t, position, name);
      if (x.ndim !== (single ? 2 : 3))
        fail('shape', name, `expected (T, B, E), (B, T, E) with batchFirst, or (T, E), got ${show(x.shape)}.`);
      return single ? unsqueeze(x, 0) : this.batchFirst ? x : transpose(x, 0, 1);
    };
    const self = query === key && key === value;
    const q0 = form(query, 1);
    const k0 = key === query ? q0 : form(key, 2);
    const v0 = value === key ? k0 : form(value, 3);
    if (cache !== null && !(cache instanceof KVCache)) fail('value', name, `expected cache to be an nn.KVCache, got ${describe(cache)}.`);
    const [q, newK, newV] = this.projected(q0, k0, v0, self).map((x) => heads(x, this.numHeads)) as [Tensor, Tensor, Tensor];
    const { keys: k, values: v, mask: room } = cache ? cache.append(newK, newV, isCausal) : { keys: newK, values: newV, mask: null };
    if (room && (attnMask || keyPaddingMask)) refuseMask(name, attnMask ? 'attnMask' : 'keyPaddingMask');
    if (room && needWeights)
      fail('trace', name, 'the shape of the weights grows with the cache, which a compiled function cannot. Pass { needWeights: false }.');
    const [batch, , t, d] = q.shape as [number, number, number, number];
    const s = k.shape[2]!;
    const offset = cache ? s - t : 0;
    const masks = [this.rowMask(attnMask, batch, t, s), paddingMask(keyPaddingMask ?? null, batch, s, name, 'keyPaddingMask')];
    const mask = room ?? combined(masks, isCausal ? { rows: t, columns: s, offset } : null);
    const causal = isCausal && mask === null;
    const p = this.dropout > 0 && this.training ? this.dropout : 0;
    let out: Tensor;
    let weights: Tensor | null = null;
    if (needWeights) {
      const scores = mask && mask.dtype === 'bool' ? noGrad(() => e.where(mask, e.cast(e.mul(mask, 0), q.dtype), -Infinity)) : mask;
      weights = attentionWeights(q, k, scores, causal, offset, 1 / Math.sqrt(d));
      if (p > 0) weights = dropout(weights, { p });
      out = matmul(weights, v);
      if (averageAttnWeights) weights = mean(weights, 1);
      if (single) weights = squeeze(weights, 0);
    } else out = attend(q, k, v, { attnMask: mask, dropoutP: p, isCausal: causal }, offset);
    const y = this.out_proj(merged(out));
    return [single ? squeeze(y, 0) : this.batchFirst ? y : transpose(y, 0, 1), weights];
  }

  /** Queries, keys and values; one product where they come from one tensor. */
  private projected(q: Tensor, k: Tensor, v: Tensor, self: boolean): Tensor[] {
    const { embedDim: n, in_proj_weight: w, in_proj_bias: b } = this;
    const part = (t: Tensor, i: number, count = 1): Tensor => narrow(t, 0, i * n, count * n);
    const split = (x: Tensor, count: number): Tensor[] => Array.from({ length: count }, (_, i) => narrow(x, -1, i * n, n));
    if (w && self) return split(linear(q, w, b), 3);
    if (w && k === v) return [linear(q, part(w, 0), b && part(b, 0)), ...split(linear(k, part(w, 1, 2), b && part(b, 1, 2)), 2)];
    const maps = w ? [part(w, 0), part(w, 1), part(w, 2)] : [this.q_proj_weight!, this.k_proj_weight!, this.v_proj_weight!];
    return [q, k, v].map((x, i) => linear(x, maps[i]!, b && part(b, i)));
  }

  /** (T, S) or (B·H, T, S) → (1 or B, 1 or H, T, S). */
  private rowMask(mask: Tensor | null, batch: number, t: number, s: number): Tensor | null {
    if (!mask) return null;
    const m = tensorAt(mask, 5, 'MultiheadAttention');
    if (sameShape(m.shape, [t, s])) return reshape(m, [1, 1, t, s]);
    if (sameShape(m.shape, [batch * this.numHeads, t, s])) return reshape(m, [batch, this.numHeads, t, s]);
    return fail(
      'shape',
      'MultiheadAttention',
      `expected attnMask ${show([t, s])} or ${show([batch * this.numHeads, t, s])}, got ${show(m.shape)}.`,
    );
  }
}
