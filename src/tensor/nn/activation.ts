/* Activations as modules (tensor-api.md 9): each calls its function of 7.7 with the options it was made with. */

import { fail } from '../error.ts';
import * as a from '../functional/activation.ts';
import { describe } from '../ops/operands.ts';
import * as e from '../ops/elementwise.ts';
import { logSoftmax, softmax } from '../ops/product.ts';
import type { Tensor } from '../tensor.ts';
import { checkSizes, constantParameter, python, withDefaults } from './layer.ts';
import { Unary } from './module.ts';
import type { Parameter } from './parameter.ts';

type UnaryClass<O> = new (options?: Partial<O>) => Unary;

/** A class that applies `run`; `text` is what PyTorch prints of its options. */
function unary<O extends object = Record<never, never>>(
  name: string,
  run: (x: Tensor, options: O) => Tensor,
  defaults = {} as O,
  text: (options: O, shown: (key: keyof O) => string) => string = () => '',
): UnaryClass<O> {
  return class extends Unary {
    readonly options: O;
    constructor(options?: Partial<O>) {
      super();
      this.options = withDefaults(name, options, defaults);
    }
    override forward(input: Tensor): Tensor {
      return run(input, this.options);
    }
    protected override extraRepr(): string {
      // Python's defaults are floats, so 1 is 1.0 where it was not given.
      return text(this.options, (key) => python(this.options[key], this.options[key] === defaults[key]));
    }
  };
}

export const ReLU = unary('ReLU', e.relu);
export const LeakyReLU = unary('LeakyReLU', a.leakyRelu, { negativeSlope: 0.01 }, (_, show) => `negative_slope=${show('negativeSlope')}`);
export const ELU = unary('ELU', a.elu, { alpha: 1 }, (_, show) => `alpha=${show('alpha')}`);
export const SELU = unary('SELU', a.selu);
export const CELU = unary('CELU', a.celu, { alpha: 1 }, (_, show) => `alpha=${show('alpha')}`);
export const GELU = unary<{ approximate: 'none' | 'tanh' }>(
  'GELU',
  e.gelu,
  { approximate: 'none' },
  (o) => `approximate=${python(o.approximate)}`,
);
export const SiLU = unary('SiLU', e.silu);
export const Mish = unary('Mish', a.mish);
export const Softplus = unary(
  'Softplus',
  a.softplus,
  { beta: 1, threshold: 20 },
  (_, show) => `beta=${show('beta')}, threshold=${show('threshold')}`,
);
export const Hardtanh = unary(
  'Hardtanh',
  a.hardtanh,
  { minVal: -1, maxVal: 1 },
  (_, show) => `min_val=${show('minVal')}, max_val=${show('maxVal')}`,
);
export const ReLU6 = unary('ReLU6', a.relu6);
export const Hardsigmoid = unary('Hardsigmoid', a.hardsigmoid);
export const Hardswish = unary('Hardswish', a.hardswish);
export const Softsign = unary('Softsign', a.softsign);
export const LogSigmoid = unary('LogSigmoid', a.logsigmoid);
export const Tanhshrink = unary('Tanhshrink', a.tanhshrink);
export const Sigmoid = unary('Sigmoid', e.sigmoid);
export const Tanh = unary('Tanh', e.tanh);

/** Of a class that works along one dim, which may stand in the options or alone. */
abstract class AlongDim extends Unary {
  readonly dim: number;
  constructor(name: string, dim: unknown, fallback: number | null) {
    super();
    const given = typeof dim === 'number' ? dim : withDefaults<{ dim: unknown }>(name, dim as object, { dim: fallback }).dim;
    if (!Number.isInteger(given)) fail('value', name, `expected a dim, got ${describe(given)}. Write new nn.${name}({ dim: -1 }).`);
    this.dim = given as number;
  }
  protected override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
type DimOption = number | { readonly dim: number };
export class Softmax extends AlongDim {
  constructor(dim: DimOption) {
    super('Softmax', dim, null);
  }
  override forward(input: Tensor): Tensor {
    return softmax(input, this.dim);
  }
}
export class LogSoftmax extends AlongDim {
  constructor(dim: DimOption) {
    super('LogSoftmax', dim, null);
  }
  override forward(input: Tensor): Tensor {
    return logSoftmax(input, this.dim);
  }
}
export class GLU extends AlongDim {
  constructor(dim?: DimOption) {
    super('GLU', dim, -1);
  }
  override forward(input: Tensor): Tensor {
    return a.glu(input, { dim: this.dim });
  }
}

/** max(x, 0) + weight·min(x, 0): one learned slope, or one a channel. */
export class PReLU extends Unary {
  weight: Parameter;
  constructor(options?: { readonly numParameters?: number; readonly init?: number }) {
    super();
    const { numParameters, init } = withDefaults('PReLU', options, { numParameters: 1, init: 0.25 });
    checkSizes('PReLU', { numParameters });
    this.weight = constantParameter([numParameters], init);
  }
  override forward(input: Tensor): Tensor {
    return a.prelu(input, this.weight);
  }
  protected override extraRepr(): string {
    return `num_parameters=${this.weight.numel()}`;
  }
}
