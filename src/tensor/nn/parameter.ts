/* A tensor that a module trains: a leaf that asks for gradients, found by its class. It shares the numbers it is made from. */

import { hold } from '../autograd.ts';
import { isFloat } from '../dtype.ts';
import { fail } from '../error.ts';
import { tensorAt } from '../ops/operands.ts';
import { checkOptions } from '../calls.ts';
import { Tensor } from '../tensor.ts';

export class Parameter extends Tensor {
  /** On the numbers of `data`, without its past. Scopes never free it. */
  constructor(data: Tensor, options: { readonly requiresGrad?: boolean } = {}) {
    const t = tensorAt(data, 1, 'Parameter');
    checkOptions('Parameter', options, ['requiresGrad']);
    const wants = options.requiresGrad ?? true;
    if (wants && !isFloat(t.dtype))
      fail('grad', 'Parameter', `only floats can require gradients, got ${t.dtype}. Pass { requiresGrad: false }.`);
    super(t.storage, t.shape, t.strides, t.offset, false);
    this.wants = wants;
    hold(this);
  }
}
