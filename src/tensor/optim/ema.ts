/* A running average of parameters: a ← decay·a + (1 − decay)·p, beginning as a copy (tensor-api.md 10). */

import { hold, noGrad } from '../autograd.ts';
import { checkOptions } from '../calls.ts';
import { feed } from '../dispatch.ts';
import { hostArray } from '../dtype.ts';
import { fail } from '../error.ts';
import * as e from '../ops/elementwise.ts';
import { describe } from '../ops/operands.ts';
import { select } from '../ops/view.ts';
import { sameShape, show } from '../shape.ts';
import { Tensor, tensorsOf } from '../tensor.ts';

interface Model {
  namedParameters(): readonly (readonly [string, Tensor])[];
}

export class EMA {
  decay: number;
  private readonly names: string[];
  private readonly params: Tensor[];
  private readonly averages: Tensor[];

  constructor(of: Model | readonly Tensor[], options: { readonly decay?: number } = {}) {
    checkOptions('EMA', options, ['decay']);
    this.decay = options.decay ?? 0.999;
    if (!(this.decay >= 0 && this.decay <= 1)) fail('value', 'EMA', `expected decay in [0, 1], got ${describe(this.decay)}.`);
    const named = entriesOf(of);
    this.names = named.map(([name]) => name);
    this.params = named.map(([, p]) => p);
    this.averages = noGrad(() => this.params.map((p) => hold(p.detach().clone())));
  }

  /** Moves the averages towards the parameters. Works in `compile`. */
  update(): void {
    noGrad(() => {
      this.params.forEach((p, i) => {
        const both = feed([2], p.dtype, p.device, () => {
          const out = hostArray(2, p.dtype);
          out.set([this.decay, 1 - this.decay]);
          return out;
        });
        const average = this.averages[i]!;
        e.copyInto(average, e.add(e.mul(average, select(both, 0, 0)), e.mul(p, select(both, 0, 1))));
      });
    });
  }

  /** Writes the averages into a model of the same form. */
  copyTo(model: Model | readonly Tensor[]): void {
    const targets = entriesOf(model);
    if (targets.length !== this.averages.length)
      fail('value', 'EMA.copyTo', `expected ${this.averages.length} parameters, got ${targets.length}.`);
    noGrad(() => targets.forEach(([, p], i) => e.copyInto(p, this.averages[i]!)));
  }

  [tensorsOf](): readonly Tensor[] {
    return [...this.params, ...this.averages];
  }

  /** The averages by the parameters' names. */
  stateDict(): Record<string, Tensor> {
    return Object.fromEntries(this.averages.map((average, i) => [this.names[i]!, average.detach()]));
  }

  /** Takes over averages, by the parameters' names. */
  loadStateDict(state: Readonly<Record<string, Tensor>>): void {
    const name = 'EMA.loadStateDict';
    const given = this.names.map((key) => state?.[key] ?? fail('value', name, `expected the average of ${key}, got none.`));
    given.forEach((value, i) => {
      const { shape } = this.averages[i]!;
      if (!sameShape(value.shape, shape)) fail('shape', name, `expected ${this.names[i]!} to be ${show(shape)}, got ${show(value.shape)}.`);
    });
    noGrad(() => given.forEach((value, i) => e.copyInto(this.averages[i]!, value)));
  }
}

function entriesOf(of: Model | readonly Tensor[]): [string, Tensor][] {
  if (Array.isArray(of) && of.every((p) => p instanceof Tensor)) return of.map((p, i) => [String(i), p as Tensor]);
  if (typeof (of as Partial<Model> | null)?.namedParameters === 'function')
    return (of as Model).namedParameters().map(([name, p]) => [name, p]);
  return fail('value', 'EMA', `expected a module or a list of tensors, got ${describe(of)}.`);
}
