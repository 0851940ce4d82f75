/* Losses as modules (tensor-api.md 9): each calls its function of 7.8 with the options it was made with. Weights of classes are buffers. */

import * as f from '../functional/loss.ts';
import type { Tensor } from '../tensor.ts';
import { withDefaults } from './layer.ts';
import { Layer } from './module.ts';

type Reduction = 'mean' | 'sum' | 'none';
type Weight = Tensor | null;

/** A loss of two or three tensors. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- modules are callable
export interface Loss {
  (input: Tensor, target: Tensor, third?: Tensor): Tensor;
}
export class Loss extends Layer {}

type LossClass<O> = new (options?: Partial<O>) => Loss;
type Run = (...args: never[]) => Tensor;

/** Tensors among the options are registered as buffers, under PyTorch's names. */
const bufferNames: Readonly<Record<string, string>> = { weight: 'weight', posWeight: 'pos_weight' };

function loss<O extends object>(name: string, run: unknown, defaults: O): LossClass<O> {
  return class extends Loss {
    readonly options: O;
    constructor(options?: Partial<O>) {
      super();
      this.options = withDefaults(name, options, defaults);
      for (const key of Object.keys(this.options) as (keyof O & string)[]) {
        const buffer = bufferNames[key];
        if (buffer === undefined) continue;
        this.registerBuffer(buffer, this.options[key] as Weight);
        // The buffer is what counts: it moves and loads with the module.
        Object.defineProperty(this.options, key, { enumerable: true, get: () => (this as unknown as Record<string, Weight>)[buffer] });
      }
    }
    override forward(...tensors: Tensor[]): Tensor {
      return (run as Run)(...([...tensors, this.options] as never[]));
    }
  };
}

const mean: Reduction = 'mean';
const base: { reduction: Reduction } = { reduction: mean };
const noWeight: Weight = null;

export const MSELoss = loss('MSELoss', f.mseLoss, base);
export const L1Loss = loss('L1Loss', f.l1Loss, base);
export const SmoothL1Loss = loss('SmoothL1Loss', f.smoothL1Loss, { ...base, beta: 1 });
export const HuberLoss = loss('HuberLoss', f.huberLoss, { ...base, delta: 1 });
export const BCELoss = loss('BCELoss', f.binaryCrossEntropy, { ...base, weight: noWeight });
export const BCEWithLogitsLoss = loss('BCEWithLogitsLoss', f.binaryCrossEntropyWithLogits, {
  ...base,
  weight: noWeight,
  posWeight: noWeight,
});
export const CrossEntropyLoss = loss('CrossEntropyLoss', f.crossEntropy, {
  ...base,
  weight: noWeight,
  ignoreIndex: -100,
  labelSmoothing: 0,
});
export const NLLLoss = loss('NLLLoss', f.nllLoss, { ...base, weight: noWeight, ignoreIndex: -100 });
export const KLDivLoss = loss<{ reduction: Reduction | 'batchmean'; logTarget: boolean }>('KLDivLoss', f.klDiv, {
  reduction: 'mean',
  logTarget: false,
});
export const CosineEmbeddingLoss = loss('CosineEmbeddingLoss', f.cosineEmbeddingLoss, { ...base, margin: 0 });
export const MarginRankingLoss = loss('MarginRankingLoss', f.marginRankingLoss, { ...base, margin: 0 });
export const TripletMarginLoss = loss('TripletMarginLoss', f.tripletMarginLoss, { ...base, margin: 1, p: 2, eps: 1e-6 });
export const GaussianNLLLoss = loss('GaussianNLLLoss', f.gaussianNllLoss, { ...base, full: false, eps: 1e-6 });
