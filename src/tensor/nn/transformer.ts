/* Layers of transformers (tensor-api.md 9): PyTorch's encoder and decoder layer, and a pre-norm block of our own with rotary positions,
   shared key heads and a cache. */

import { publicCall } from '../calls.ts';
import { fail } from '../error.ts';
import { attend, ropeFrom } from '../functional/attention.ts';
import { linear } from '../functional/linear.ts';
import * as e from '../ops/elementwise.ts';
import { describe, oneOf, tensorAt } from '../ops/operands.ts';
import { narrow } from '../ops/view.ts';
import { show } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { GELU, ReLU, SiLU } from './activation.ts';
import { combined, heads, merged, MultiheadAttention, outProjection, paddingMask, projection, refuseMask } from './attention.ts';
import { KVCache } from './cache.ts';
import { Sequential } from './container.ts';
import { checkSizes, constantParameter, withDefaults } from './layer.ts';
import { Linear, type NonDynamicallyQuantizableLinear } from './linear.ts';
import { Layer, type Module } from './module.ts';
import { LayerNorm, RMSNorm } from './norm.ts';
import type { Parameter } from './parameter.ts';
import { Dropout } from './shape.ts';

type Activation = 'relu' | 'gelu' | ((x: Tensor) => Tensor);
export interface TransformerLayerOptions {
  readonly dimFeedforward?: number;
  readonly dropout?: number;
  readonly activation?: Activation;
  readonly layerNormEps?: number;
  readonly batchFirst?: boolean;
  readonly normFirst?: boolean;
  readonly bias?: boolean;
}
const defaults: Required<TransformerLayerOptions> = {
  dimFeedforward: 2048,
  dropout: 0.1,
  activation: 'relu',
  layerNormEps: 1e-5,
  batchFirst: false,
  normFirst: false,
  bias: true,
};

function activationOf(given: Activation, name: string): (x: Tensor) => Tensor {
  if (typeof given === 'function') return given;
  if (given !== 'relu' && given !== 'gelu')
    fail('value', name, `expected activation to be "relu" or "gelu" or a function, got ${describe(given)}.`);
  return given === 'relu' ? e.relu : e.gelu;
}

/** What can be attended to, as `MultiheadAttention` takes it. */
interface Masks {
  readonly attnMask: Tensor | null;
  readonly keyPaddingMask: Tensor | null;
  readonly isCausal: boolean;
}

const encoderCall = publicCall('TransformerEncoderLayer(src, srcMask?, srcKeyPaddingMask?, { isCausal = false })', (...args) => args) as (
  ...args: unknown[]
) => [Tensor, (Tensor | null)?, (Tensor | null)?, { isCausal?: boolean }?];

/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- modules are callable */
export interface TransformerEncoderLayer {
  (src: Tensor, options?: { srcMask?: Tensor | null; srcKeyPaddingMask?: Tensor | null; isCausal?: boolean }): Tensor;
}
/** Self-attention and two linear maps, each added to what went in and normalised (before, with normFirst). */
export class TransformerEncoderLayer extends Layer {
  readonly normFirst: boolean;
  declare self_attn: MultiheadAttention;
  declare linear1: Linear;
  declare dropout: Dropout;
  declare linear2: Linear;
  declare norm1: LayerNorm;
  declare norm2: LayerNorm;
  declare dropout1: Dropout;
  declare dropout2: Dropout;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(size: number, numHeads: number, options?: TransformerLayerOptions) {
    super();
    const name = 'TransformerEncoderLayer';
    const o = withDefaults(name, options, defaults);
    this.normFirst = o.normFirst;
    this.activation = activationOf(o.activation, name);
    this.self_attn = new MultiheadAttention(size, numHeads, { dropout: o.dropout, bias: o.bias, batchFirst: o.batchFirst });
    this.linear1 = new Linear(size, o.dimFeedforward, { bias: o.bias });
    this.dropout = new Dropout({ p: o.dropout });
    this.linear2 = new Linear(o.dimFeedforward, size, { bias: o.bias });
    this.norm1 = new LayerNorm(size, { eps: o.layerNormEps, bias: o.bias });
    this.norm2 = new LayerNorm(size, { eps: o.layerNormEps, bias: o.bias });
    this.dropout1 = new Dropout({ p: o.dropout });
    this.dropout2 = new Dropout({ p: o.dropout });
  }

  override forward(...args: unknown[]): Tensor {
    const [src, srcMask, srcKeyPaddingMask, { isCausal = false } = {}] = encoderCall(...args);
    const masks = { attnMask: srcMask ?? null, keyPaddingMask: srcKeyPaddingMask ?? null, isCausal };
    const attention = (x: Tensor): Tensor => this.dropout1(this.self_attn(x, x, x, { ...masks, needWeights: false })[0]);
    const feed = (x: Tensor): Tensor => this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.normFirst) {
      const x = e.add(src, attention(this.norm1(src)));
      return e.add(x, feed(this.norm2(x)));
    }
    const x = this.norm1(e.add(src, attention(src)));
    return this.norm2(e.add(x, feed(x)));
  }
}

const decoderCall = publicCall(
  'TransformerDecoderLayer(tgt, memory, tgtMask?, memoryMask?, tgtKeyPaddingMask?, memoryKeyPaddingMask?, { tgtIsCausal = false, memoryIsCausal = false })',
  (...args) => args,
) as (
  ...args: unknown[]
) => [
  Tensor,
  Tensor,
  (Tensor | null)?,
  (Tensor | null)?,
  (Tensor | null)?,
  (Tensor | null)?,
  { tgtIsCausal?: boolean; memoryIsCausal?: boolean }?,
];

export interface DecoderCall {
  readonly tgtMask?: Tensor | null;
  readonly memoryMask?: Tensor | null;
  readonly tgtKeyPaddingMask?: Tensor | null;
  readonly memoryKeyPaddingMask?: Tensor | null;
  readonly tgtIsCausal?: boolean;
  readonly memoryIsCausal?: boolean;
}
export interface TransformerDecoderLayer {
  (tgt: Tensor, memory: Tensor, options?: DecoderCall): Tensor;
}
/** As the encoder layer, with attention to `memory` between. */
export class TransformerDecoderLayer extends Layer {
  readonly normFirst: boolean;
  declare self_attn: MultiheadAttention;
  declare multihead_attn: MultiheadAttention;
  declare linear1: Linear;
  declare dropout: Dropout;
  declare linear2: Linear;
  declare norm1: LayerNorm;
  declare norm2: LayerNorm;
  declare norm3: LayerNorm;
  declare dropout1: Dropout;
  declare dropout2: Dropout;
  declare dropout3: Dropout;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(size: number, numHeads: number, options?: TransformerLayerOptions) {
    super();
    const name = 'TransformerDecoderLayer';
    const o = withDefaults(name, options, defaults);
    const attention = { dropout: o.dropout, bias: o.bias, batchFirst: o.batchFirst };
    const norm = { eps: o.layerNormEps, bias: o.bias };
    this.normFirst = o.normFirst;
    this.activation = activationOf(o.activation, name);
    this.self_attn = new MultiheadAttention(size, numHeads, attention);
    this.multihead_attn = new MultiheadAttention(size, numHeads, attention);
    this.linear1 = new Linear(size, o.dimFeedforward, { bias: o.bias });
    this.dropout = new Dropout({ p: o.dropout });
    this.linear2 = new Linear(o.dimFeedforward, size, { bias: o.bias });
    this.norm1 = new LayerNorm(size, norm);
    this.norm2 = new LayerNorm(size, norm);
    this.norm3 = new LayerNorm(size, norm);
    this.dropout1 = new Dropout({ p: o.dropout });
    this.dropout2 = new Dropout({ p: o.dropout });
    this.dropout3 = new Dropout({ p: o.dropout });
  }

  override forward(...args: unknown[]): Tensor {
    const [tgt, memory, tgtMask, memoryMask, tgtPadding, memoryPadding, flags = {}] = decoderCall(...args);
    const own: Masks = { attnMask: tgtMask ?? null, keyPaddingMask: tgtPadding ?? null, isCausal: flags.tgtIsCausal ?? false };
    const other: Masks = { attnMask: memoryMask ?? null, keyPaddingMask: memoryPadding ?? null, isCausal: flags.memoryIsCausal ?? false };
    const self = (x: Tensor): Tensor => this.dropout1(this.self_attn(x, x, x, { ...own, needWeights: false })[0]);
    const cross = (x: Tensor): Tensor => this.dropout2(this.multihead_attn(x, memory, memory, { ...other, needWeights: false })[0]);
    const feed = (x: Tensor): Tensor => this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))));
    if (this.normFirst) {
      const x = e.add(tgt, self(this.norm1(tgt)));
      const y = e.add(x, cross(this.norm2(x)));
      return e.add(y, feed(this.norm3(y)));
    }
    const x = this.norm1(e.add(tgt, self(tgt)));
    const y = this.norm2(e.add(x, cross(x)));
    return this.norm3(e.add(y, feed(y)));
  }
}

// ---- our own block

export interface BlockCall {
  /** bool (B, S), true where a key is padding and nobody attends to it. */
  readonly padMask?: Tensor | null;
  readonly cache?: KVCache | null;
}

/** Self-attention of a block: heads of queries may share heads of keys and values. */
class BlockAttention extends Layer {
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  readonly p: number;
  readonly causal: boolean;
  readonly rope: boolean;
  declare in_proj_weight: Parameter;
  declare in_proj_bias: Parameter | null;
  declare out_proj: NonDynamicallyQuantizableLinear;

  constructor(size: number, numHeads: number, o: Required<TransformerBlockOptions>) {
    super();
    this.numHeads = numHeads;
    this.numKvHeads = o.numKvHeads;
    this.headDim = size / numHeads;
    this.p = o.dropout;
    this.causal = o.causal;
    this.rope = o.rope;
    const rows = (numHeads + 2 * o.numKvHeads) * this.headDim;
    this.in_proj_weight = projection(rows, size);
    this.in_proj_bias = o.bias ? constantParameter([rows], 0) : null;
    this.out_proj = outProjection(size, o.bias);
  }

  /** x (B, T, C) → (B, T, C). */
  override forward(x: Tensor, padMask: Tensor | null, cache: KVCache | null): Tensor {
    const { numHeads, numKvHeads, headDim } = this;
    const all = linear(x, this.in_proj_weight, this.in_proj_bias);
    const [own, shared] = [numHeads * headDim, numKvHeads * headDim];
    const past = cache?.position() ?? 0;
    const turned = (t: Tensor): Tensor => (this.rope ? ropeFrom(t, cache ? () => cache.position() : 0) : t);
    const q = turned(heads(narrow(all, -1, 0, own), numHeads)); // (B, H, T, D)
    const newK = turned(heads(narrow(all, -1, own, shared), numKvHeads));
    const newV = heads(narrow(all, -1, own + shared, shared), numKvHeads);
    const { keys: k, values: v, mask: room } = cache ? cache.append(newK, newV, this.causal) : { keys: newK, values: newV, mask: null };
    const [rows, columns] = [q.shape[2]!, k.shape[2]!];
    if (room && padMask) refuseMask('TransformerBlock', 'padMask');
    const padding = paddingMask(padMask, q.shape[0]!, columns, 'TransformerBlock', 'padMask');
    const mask = room ?? combined([padding], this.causal ? { rows, columns, offset: past } : null);
    const out = attend(
      q,
      k,
      v,
      { attnMask: mask, isCausal: this.causal && mask === null, dropoutP: this.training ? this.p : 0, enableGqa: numHeads !== numKvHeads },
      past,
    );
    return this.out_proj(merged(out));
  }
}

export interface TransformerBlockOptions {
  readonly mlpRatio?: number;
  readonly dropout?: number;
  readonly causal?: boolean;
  readonly norm?: 'layer' | 'rms';
  readonly activation?: 'gelu' | 'relu' | 'silu';
  readonly bias?: boolean;
  readonly rope?: boolean;
  readonly numKvHeads?: number;
}
const blockCall = publicCall('TransformerBlock(x, { padMask, cache })', (...args) => args) as (...args: unknown[]) => [Tensor, BlockCall?];

export interface TransformerBlock {
  (x: Tensor, options?: BlockCall): Tensor;
}
/** x + attn(norm1(x)), then x + mlp(norm2(x)): (B, T, C) → (B, T, C). */
export class TransformerBlock extends Layer {
  readonly size: number;
  declare norm1: LayerNorm | RMSNorm;
  declare attn: BlockAttention;
  declare norm2: LayerNorm | RMSNorm;
  declare mlp: Sequential;
  declare dropout: Dropout;

  constructor(size: number, numHeads: number, options?: TransformerBlockOptions) {
    super();
    const name = 'TransformerBlock';
    const o = withDefaults<Required<TransformerBlockOptions>>(name, options, {
      mlpRatio: 4,
      dropout: 0,
      causal: true,
      norm: 'layer',
      activation: 'gelu',
      bias: true,
      rope: false,
      numKvHeads: numHeads,
    });
    checkSizes(name, { size, numHeads, numKvHeads: o.numKvHeads });
    if (size % numHeads !== 0) fail('value', name, `expected heads that divide ${size}, got ${numHeads}.`);
    if (numHeads % o.numKvHeads !== 0) fail('value', name, `expected numKvHeads to divide ${numHeads} heads, got ${o.numKvHeads}.`);
    if (o.rope && (size / numHeads) % 2 !== 0) fail('value', name, `expected an even head size for rope, got ${size / numHeads}.`);
    oneOf(o.norm, ['layer', 'rms'] as const, 'norm');
    this.size = size;
    const norm = (): LayerNorm | RMSNorm => (o.norm === 'rms' ? new RMSNorm(size) : new LayerNorm(size, { bias: o.bias }));
    const hidden = Math.round(o.mlpRatio * size);
    const middle: Module = new { gelu: GELU, relu: ReLU, silu: SiLU }[
      oneOf(o.activation, ['gelu', 'relu', 'silu'] as const, 'activation')
    ]();
    this.norm1 = norm();
    this.attn = new BlockAttention(size, numHeads, o);
    this.norm2 = norm();
    this.mlp = new Sequential(new Linear(size, hidden, { bias: o.bias }), middle, new Linear(hidden, size, { bias: o.bias }));
    this.dropout = new Dropout({ p: o.dropout });
  }

  override forward(...args: unknown[]): Tensor {
    const [given, { padMask = null, cache = null } = {}] = blockCall(...args);
    const x = tensorAt(given, 1, 'TransformerBlock');
    if (x.ndim !== 3 || x.shape[2] !== this.size)
      fail('shape', 'TransformerBlock', `expected input (B, T, ${this.size}), got ${show(x.shape)}.`);
    if (cache !== null && !(cache instanceof KVCache))
      fail('value', 'TransformerBlock', `expected cache to be an nn.KVCache, got ${describe(cache)}.`);
    const y = e.add(x, this.dropout(this.attn(this.norm1(x), padMask, cache)));
    return e.add(y, this.dropout(this.mlp(this.norm2(y))));
  }
}
Object.defineProperty(BlockAttention, 'name', { value: 'BlockAttention' });
