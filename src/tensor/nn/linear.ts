/* Linear maps and embeddings as modules (tensor-api.md 9). */

import { fail } from '../error.ts';
import { noGrad } from '../autograd.ts';
import { embedding, linear } from '../functional/linear.ts';
import { fill_ } from '../ops/composed.ts';
import { describe } from '../ops/operands.ts';
import { select } from '../ops/view.ts';
import type { Tensor } from '../tensor.ts';
import { checkSizes, normalParameter, python, uniformParameter, withDefaults } from './layer.ts';
import { Unary } from './module.ts';
import type { Parameter } from './parameter.ts';

/** x (…, in) → (…, out): weight (out, in) and bias (out) in U(±1/√in). */
export class Linear extends Unary {
  readonly inFeatures: number;
  readonly outFeatures: number;
  weight: Parameter;
  bias: Parameter | null;
  constructor(inFeatures: number, outFeatures: number, options?: { readonly bias?: boolean }) {
    super();
    checkSizes('Linear', { inFeatures, outFeatures }, 0);
    const { bias } = withDefaults('Linear', options, { bias: true });
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    const bound = inFeatures > 0 ? 1 / Math.sqrt(inFeatures) : 0;
    this.weight = uniformParameter([outFeatures, inFeatures], bound);
    this.bias = bias ? uniformParameter([outFeatures], bound) : null;
  }
  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }
  protected override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${python(this.bias !== null)}`;
  }
}

/** The linear map at the end of attention, which PyTorch prints under this name. */
export class NonDynamicallyQuantizableLinear extends Linear {}
// A name that survives a bundler: it stands in the text of a module.
Object.defineProperty(NonDynamicallyQuantizableLinear, 'name', { value: 'NonDynamicallyQuantizableLinear' });

/** Rows of weight (V, C), N(0, 1), by integer ids (…) → (…, C). The row `paddingIdx` starts as 0 and gets no gradient. */
export class Embedding extends Unary {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  weight: Parameter;
  constructor(numEmbeddings: number, embeddingDim: number, options?: { readonly paddingIdx?: number | null }) {
    super();
    checkSizes('Embedding', { numEmbeddings, embeddingDim });
    const { paddingIdx } = withDefaults<{ paddingIdx: number | null }>('Embedding', options, { paddingIdx: null });
    if (paddingIdx !== null && !(Number.isInteger(paddingIdx) && paddingIdx >= -numEmbeddings && paddingIdx < numEmbeddings))
      fail('index', 'Embedding', `expected paddingIdx within ${numEmbeddings} rows, got ${describe(paddingIdx)}.`);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingIdx !== null && paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx;
    this.weight = normalParameter([numEmbeddings, embeddingDim]);
    if (this.paddingIdx !== null) noGrad(() => fill_(select(this.weight, 0, this.paddingIdx!), 0));
  }
  override forward(ids: Tensor): Tensor {
    return embedding(ids, this.weight, { paddingIdx: this.paddingIdx });
  }
  protected override extraRepr(): string {
    return `${this.numEmbeddings}, ${this.embeddingDim}${this.paddingIdx === null ? '' : `, padding_idx=${this.paddingIdx}`}`;
  }
}
