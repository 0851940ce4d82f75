/* Normalisation as modules (tensor-api.md 9). */

import { noGrad } from '../autograd.ts';
import { defaultDtype } from '../dtype.ts';
import { fail } from '../error.ts';
import { batchNorm, groupNorm, instanceNorm, layerNorm, rmsNorm } from '../functional/norm.ts';
import { add_ } from '../ops/composed.ts';
import * as e from '../ops/elementwise.ts';
import { ones, zeros } from '../ops/factory.ts';
import { describe } from '../ops/operands.ts';
import { squeeze, unsqueeze } from '../ops/view.ts';
import { show } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { checkSizes, constantParameter, python, withDefaults } from './layer.ts';
import { Unary } from './module.ts';
import type { Parameter } from './parameter.ts';

/** The shape of what is normalised: a number or a list. */
function shapeOf(name: string, shape: number | readonly number[]): readonly number[] {
  const list = typeof shape === 'number' ? [shape] : shape;
  if (!Array.isArray(list) || list.length === 0 || !list.every((n) => Number.isInteger(n) && n >= 0))
    fail('value', name, `expected a number or list of sizes, got ${describe(shape)}.`);
  return [...list];
}

/** (x − mean)/√(var + eps)·weight + bias over the last dims. */
export class LayerNorm extends Unary {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;
  constructor(
    normalizedShape: number | readonly number[],
    options?: { readonly eps?: number; readonly elementwiseAffine?: boolean; readonly bias?: boolean },
  ) {
    super();
    const { eps, elementwiseAffine, bias } = withDefaults('LayerNorm', options, { eps: 1e-5, elementwiseAffine: true, bias: true });
    this.normalizedShape = shapeOf('LayerNorm', normalizedShape);
    this.eps = eps;
    this.weight = elementwiseAffine ? constantParameter(this.normalizedShape, 1) : null;
    this.bias = elementwiseAffine && bias ? constantParameter(this.normalizedShape, 0) : null;
  }
  override forward(input: Tensor): Tensor {
    return layerNorm(input, this.normalizedShape, this.weight, this.bias, { eps: this.eps });
  }
  protected override extraRepr(): string {
    return `${python(this.normalizedShape)}, eps=${python(this.eps)}, elementwise_affine=${python(this.weight !== null)}, bias=${python(this.bias !== null)}`;
  }
}

/** x/√(mean x² + eps)·weight over the last dims. */
export class RMSNorm extends Unary {
  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  weight: Parameter | null;
  constructor(
    normalizedShape: number | readonly number[],
    options?: { readonly eps?: number | null; readonly elementwiseAffine?: boolean },
  ) {
    super();
    const { eps, elementwiseAffine } = withDefaults<{ eps: number | null; elementwiseAffine: boolean }>('RMSNorm', options, {
      eps: null,
      elementwiseAffine: true,
    });
    this.normalizedShape = shapeOf('RMSNorm', normalizedShape);
    this.eps = eps;
    this.weight = elementwiseAffine ? constantParameter(this.normalizedShape, 1) : null;
  }
  override forward(input: Tensor): Tensor {
    return rmsNorm(input, this.normalizedShape, this.weight, { eps: this.eps });
  }
  protected override extraRepr(): string {
    return `${python(this.normalizedShape)}, eps=${python(this.eps)}, elementwise_affine=${python(this.weight !== null)}`;
  }
}

export interface BatchNormLayerOptions {
  readonly eps?: number;
  /** null: the running statistics are means over all batches. */
  readonly momentum?: number | null;
  readonly affine?: boolean;
  readonly trackRunningStats?: boolean;
}

/** Per channel, by the batch's statistics in training and the running ones else. */
abstract class BatchNorm extends Unary {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly trackRunningStats: boolean;
  weight: Parameter | null;
  bias: Parameter | null;
  declare running_mean: Tensor | null;
  declare running_var: Tensor | null;
  declare num_batches_tracked: Tensor | null;
  constructor(name: string, numFeatures: number, options?: BatchNormLayerOptions) {
    super();
    checkSizes(name, { numFeatures });
    const o = withDefaults<Required<BatchNormLayerOptions>>(name, options, {
      eps: 1e-5,
      momentum: 0.1,
      affine: true,
      trackRunningStats: true,
    });
    this.numFeatures = numFeatures;
    this.eps = o.eps;
    this.momentum = o.momentum;
    this.trackRunningStats = o.trackRunningStats;
    this.weight = o.affine ? constantParameter([numFeatures], 1) : null;
    this.bias = o.affine ? constantParameter([numFeatures], 0) : null;
    if (!o.trackRunningStats) return;
    this.registerBuffer('running_mean', zeros([numFeatures], { dtype: defaultDtype() }));
    this.registerBuffer('running_var', ones([numFeatures], { dtype: defaultDtype() }));
    this.registerBuffer('num_batches_tracked', zeros([[]], { dtype: 'int32' }));
  }
  protected abstract readonly ranks: readonly number[];
  override forward(input: Tensor): Tensor {
    if (!this.ranks.includes(input?.ndim) || input.shape[1] !== this.numFeatures) {
      const form = this.ranks.length > 1 ? `(N, ${this.numFeatures}) or (N, ${this.numFeatures}, L)` : `(N, ${this.numFeatures}, H, W)`;
      fail('shape', this.constructor.name, `expected input ${form}, got ${input?.shape ? show(input.shape) : describe(input)}.`);
    }
    const { trackRunningStats, eps } = this;
    const training = this.training || !trackRunningStats;
    const [runningMean, runningVar] = trackRunningStats ? [this.running_mean, this.running_var] : [null, null];
    let momentum: number | Tensor = this.momentum ?? 0;
    if (training && trackRunningStats) {
      const count = this.num_batches_tracked!;
      noGrad(() => {
        add_(count, 1);
        if (this.momentum === null) momentum = e.div(1, count);
      });
    }
    return batchNorm(input, runningMean, runningVar, this.weight, this.bias, { training, momentum, eps });
  }
  protected override extraRepr(): string {
    return `${this.numFeatures}, eps=${python(this.eps)}, momentum=${python(this.momentum)}, affine=${python(this.weight !== null)}, bias=${python(this.bias !== null)}, track_running_stats=${python(this.trackRunningStats)}`;
  }
}
export class BatchNorm1d extends BatchNorm {
  constructor(numFeatures: number, options?: BatchNormLayerOptions) {
    super('BatchNorm1d', numFeatures, options);
  }
  protected get ranks(): readonly number[] {
    return [2, 3];
  }
}
export class BatchNorm2d extends BatchNorm {
  constructor(numFeatures: number, options?: BatchNormLayerOptions) {
    super('BatchNorm2d', numFeatures, options);
  }
  protected get ranks(): readonly number[] {
    return [4];
  }
}

/** Over groups of channels of each example. */
export class GroupNorm extends Unary {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;
  constructor(numGroups: number, numChannels: number, options?: { readonly eps?: number; readonly affine?: boolean }) {
    super();
    const { eps, affine } = withDefaults('GroupNorm', options, { eps: 1e-5, affine: true });
    checkSizes('GroupNorm', { numGroups, numChannels });
    if (numChannels % numGroups !== 0) fail('value', 'GroupNorm', `expected groups that divide ${numChannels} channels, got ${numGroups}.`);
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.weight = affine ? constantParameter([numChannels], 1) : null;
    this.bias = affine ? constantParameter([numChannels], 0) : null;
  }
  override forward(input: Tensor): Tensor {
    if (input.shape[1] !== this.numChannels)
      fail('shape', 'GroupNorm', `expected input (N, ${this.numChannels}, …), got ${show(input.shape)}.`);
    return groupNorm(input, this.numGroups, this.weight, this.bias, { eps: this.eps });
  }
  protected override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${python(this.eps)}, affine=${python(this.weight !== null)}, bias=${python(this.bias !== null)}`;
  }
}

/** Over each channel of each image. */
export class InstanceNorm2d extends Unary {
  readonly numFeatures: number;
  readonly eps: number;
  weight: Parameter | null;
  bias: Parameter | null;
  constructor(numFeatures: number, options?: { readonly eps?: number; readonly affine?: boolean }) {
    super();
    const { eps, affine } = withDefaults('InstanceNorm2d', options, { eps: 1e-5, affine: false });
    checkSizes('InstanceNorm2d', { numFeatures });
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.weight = affine ? constantParameter([numFeatures], 1) : null;
    this.bias = affine ? constantParameter([numFeatures], 0) : null;
  }
  override forward(input: Tensor): Tensor {
    const single = input.ndim === 3;
    const x = single ? unsqueeze(input, 0) : input;
    if (x.ndim !== 4 || x.shape[1] !== this.numFeatures)
      fail(
        'shape',
        'InstanceNorm2d',
        `expected input (N, ${this.numFeatures}, H, W) or (${this.numFeatures}, H, W), got ${show(input.shape)}.`,
      );
    const out = instanceNorm(x, this.weight, this.bias, { eps: this.eps });
    return single ? squeeze(out, 0) : out;
  }
  protected override extraRepr(): string {
    return `${this.numFeatures}, eps=${python(this.eps)}, momentum=0.1, affine=${python(this.weight !== null)}, bias=${python(this.bias !== null)}, track_running_stats=False`;
  }
}
