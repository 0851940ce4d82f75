/* Convolutions, pooling and resizing as modules (tensor-api.md 9). Images are (N, C, H, W) or (C, H, W). */

import { fail } from '../error.ts';
import { adaptiveAvgPool2d, avgPool2d, conv1d, conv2d, convTranspose2d, maxPool2d, type Pair } from '../functional/convolution.ts';
import { interpolate, pad, type InterpolateOptions } from '../functional/image.ts';
import { describe, oneOf } from '../ops/operands.ts';
import type { Tensor } from '../tensor.ts';
import { checkSizes, python, uniformParameter, withDefaults } from './layer.ts';
import { Layer, Unary } from './module.ts';
import type { Parameter } from './parameter.ts';

type Padding = 'zeros' | 'reflect' | 'replicate' | 'circular';
export interface ConvLayerOptions<Size> {
  readonly stride?: Size;
  readonly padding?: Size | 'same' | 'valid';
  readonly dilation?: Size;
  readonly groups?: number;
  readonly bias?: boolean;
  readonly paddingMode?: Padding;
}

/** A number or list as `dims` integers of at least `least`. */
function sizes(name: string, option: string, value: unknown, dims: number, least: number): readonly number[] {
  const list = typeof value === 'number' ? Array.from({ length: dims }, () => value) : value;
  if (!Array.isArray(list) || list.length !== dims || !list.every((n) => Number.isInteger(n) && (n as number) >= least))
    fail('value', name, `expected ${option} to be an integer ≥ ${least}${dims > 1 ? ' or a pair of them' : ''}, got ${describe(value)}.`);
  return list as number[];
}

/** What convolutions of all kinds share. weight (out, in / groups, …k), or (in, out / groups, …k) where `transposed`. */
abstract class Convolution extends Unary {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | 'same' | 'valid';
  readonly dilation: readonly number[];
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly paddingMode: Padding;
  weight: Parameter;
  bias: Parameter | null;

  constructor(
    name: string,
    dims: number,
    inChannels: number,
    outChannels: number,
    kernel: unknown,
    given: object | undefined,
    transposed = false,
  ) {
    super();
    const o = withDefaults<Record<string, unknown>>(name, given as Record<string, unknown>, {
      stride: 1,
      padding: 0,
      dilation: 1,
      groups: 1,
      bias: true,
      ...(transposed ? { outputPadding: 0 } : { paddingMode: 'zeros' }),
    });
    const groups = o['groups'] as number;
    checkSizes(name, { inChannels, outChannels, groups });
    if (inChannels % groups !== 0 || outChannels % groups !== 0)
      fail('value', name, `expected groups that divide ${inChannels} and ${outChannels} channels, got ${groups}.`);
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = sizes(name, 'kernelSize', kernel, dims, 1);
    this.stride = sizes(name, 'stride', o['stride'], dims, 1);
    this.padding =
      typeof o['padding'] === 'string'
        ? oneOf(o['padding'], ['same', 'valid'] as const, 'padding')
        : sizes(name, 'padding', o['padding'], dims, 0);
    this.dilation = sizes(name, 'dilation', o['dilation'], dims, 1);
    this.outputPadding = sizes(name, 'outputPadding', o['outputPadding'] ?? 0, dims, 0);
    this.groups = groups;
    this.paddingMode = oneOf(o['paddingMode'] ?? 'zeros', ['zeros', 'reflect', 'replicate', 'circular'] as const, 'paddingMode');
    if (this.padding === 'same' && this.stride.some((s) => s !== 1)) fail('value', name, 'expected stride 1 with padding "same".');
    const perGroup = (transposed ? outChannels : inChannels) / groups;
    const bound = 1 / Math.sqrt(this.kernelSize.reduce((n, k) => n * k, perGroup));
    this.weight = uniformParameter([transposed ? inChannels : outChannels, perGroup, ...this.kernelSize], bound);
    this.bias = o['bias'] ? uniformParameter([outChannels], bound) : null;
  }

  /** The input padded by its own values, and the padding that is left to the convolution. */
  protected padded(x: Tensor): { x: Tensor; padding: readonly number[] | 'same' | 'valid' } {
    const { padding, paddingMode: mode } = this;
    if (mode === 'zeros' || padding === 'valid') return { x, padding };
    const around = this.kernelSize.map((k, i) => {
      if (padding !== 'same') return [padding[i]!, padding[i]!];
      const total = this.dilation[i]! * (k - 1);
      return [Math.floor(total / 2), total - Math.floor(total / 2)];
    });
    return { x: pad(x, around.reverse().flat(), { mode }), padding: this.kernelSize.map(() => 0) };
  }

  protected override extraRepr(): string {
    const { padding, dilation, outputPadding, groups, paddingMode } = this;
    const parts = [`${this.inChannels}, ${this.outChannels}, kernel_size=${python(this.kernelSize)}, stride=${python(this.stride)}`];
    if (typeof padding === 'string') parts.push(`padding=${padding}`);
    else if (padding.some((p) => p !== 0)) parts.push(`padding=${python(padding)}`);
    if (dilation.some((d) => d !== 1)) parts.push(`dilation=${python(dilation)}`);
    if (outputPadding.some((p) => p !== 0)) parts.push(`output_padding=${python(outputPadding)}`);
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (this.bias === null) parts.push('bias=False');
    if (paddingMode !== 'zeros') parts.push(`padding_mode=${paddingMode}`);
    return parts.join(', ');
  }
}

export class Conv1d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number | readonly [number],
    options?: ConvLayerOptions<number | readonly [number]>,
  ) {
    super('Conv1d', 1, inChannels, outChannels, kernelSize, options);
  }
  override forward(input: Tensor): Tensor {
    const { x, padding } = this.padded(input);
    const { stride, dilation, groups } = this;
    return conv1d(x, this.weight, this.bias, {
      stride: stride[0]!,
      padding: typeof padding === 'string' ? padding : padding[0]!,
      dilation: dilation[0]!,
      groups,
    });
  }
}

export class Conv2d extends Convolution {
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options?: ConvLayerOptions<Pair>) {
    super('Conv2d', 2, inChannels, outChannels, kernelSize, options);
  }
  override forward(input: Tensor): Tensor {
    const { x, padding } = this.padded(input);
    const { stride, dilation, groups } = this;
    return conv2d(x, this.weight, this.bias, { stride: stride as Pair, padding: padding as Pair, dilation: dilation as Pair, groups });
  }
}

export interface ConvTransposeLayerOptions {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly outputPadding?: Pair;
  readonly groups?: number;
  readonly bias?: boolean;
  readonly dilation?: Pair;
}
export class ConvTranspose2d extends Convolution {
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options?: ConvTransposeLayerOptions) {
    super('ConvTranspose2d', 2, inChannels, outChannels, kernelSize, options, true);
  }
  override forward(input: Tensor): Tensor {
    return convTranspose2d(input, this.weight, this.bias, {
      stride: this.stride as Pair,
      padding: this.padding as Pair,
      outputPadding: this.outputPadding as Pair,
      groups: this.groups,
      dilation: this.dilation as Pair,
    });
  }
}

const shown = (size: unknown): string => python(size);

export interface MaxPoolLayerOptions {
  readonly stride?: Pair | null;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  readonly ceilMode?: boolean;
  readonly returnIndices?: boolean;
}
/** Gives `[values, indices]` with `returnIndices`. */
export class MaxPool2d extends Layer {
  readonly kernelSize: Pair;
  readonly options: Required<MaxPoolLayerOptions>;
  constructor(kernelSize: Pair, options?: MaxPoolLayerOptions) {
    super();
    sizes('MaxPool2d', 'kernelSize', kernelSize, 2, 1);
    this.kernelSize = kernelSize;
    const o = withDefaults<Required<MaxPoolLayerOptions>>('MaxPool2d', options, {
      stride: null,
      padding: 0,
      dilation: 1,
      ceilMode: false,
      returnIndices: false,
    });
    this.options = { ...o, stride: o.stride ?? kernelSize };
  }
  override forward(input: Tensor): Tensor | [Tensor, Tensor] {
    return maxPool2d(input, this.kernelSize, this.options);
  }
  protected override extraRepr(): string {
    const { stride, padding, dilation, ceilMode } = this.options;
    return `kernel_size=${shown(this.kernelSize)}, stride=${shown(stride)}, padding=${shown(padding)}, dilation=${shown(dilation)}, ceil_mode=${python(ceilMode)}`;
  }
}

export interface AvgPoolLayerOptions {
  readonly stride?: Pair | null;
  readonly padding?: Pair;
  readonly ceilMode?: boolean;
  readonly countIncludePad?: boolean;
}
export class AvgPool2d extends Unary {
  readonly kernelSize: Pair;
  readonly options: Required<AvgPoolLayerOptions>;
  constructor(kernelSize: Pair, options?: AvgPoolLayerOptions) {
    super();
    sizes('AvgPool2d', 'kernelSize', kernelSize, 2, 1);
    this.kernelSize = kernelSize;
    const o = withDefaults<Required<AvgPoolLayerOptions>>('AvgPool2d', options, {
      stride: null,
      padding: 0,
      ceilMode: false,
      countIncludePad: true,
    });
    this.options = { ...o, stride: o.stride ?? kernelSize };
  }
  override forward(input: Tensor): Tensor {
    return avgPool2d(input, this.kernelSize, this.options);
  }
  protected override extraRepr(): string {
    const { stride, padding } = this.options;
    return `kernel_size=${shown(this.kernelSize)}, stride=${shown(stride)}, padding=${shown(padding)}`;
  }
}

export class AdaptiveAvgPool2d extends Unary {
  readonly outputSize: Parameters<typeof adaptiveAvgPool2d>[1];
  constructor(outputSize: Parameters<typeof adaptiveAvgPool2d>[1]) {
    super();
    this.outputSize = outputSize;
  }
  override forward(input: Tensor): Tensor {
    return adaptiveAvgPool2d(input, this.outputSize);
  }
  protected override extraRepr(): string {
    return `output_size=${shown(this.outputSize)}`;
  }
}

export class Upsample extends Unary {
  readonly options: InterpolateOptions;
  constructor(options?: InterpolateOptions) {
    super();
    this.options = withDefaults<Required<InterpolateOptions>>('Upsample', options, {
      size: null,
      scaleFactor: null,
      mode: 'nearest',
      alignCorners: null,
    });
  }
  override forward(input: Tensor): Tensor {
    return interpolate(input, this.options);
  }
  protected override extraRepr(): string {
    const { size, scaleFactor, mode } = this.options;
    const factor =
      typeof scaleFactor === 'number' ? python(scaleFactor, true) : `(${(scaleFactor ?? []).map((s) => python(s, true)).join(', ')})`;
    return `${scaleFactor === null || scaleFactor === undefined ? `size=${shown(size)}` : `scale_factor=${factor}`}, mode=${python(mode)}`;
  }
}
