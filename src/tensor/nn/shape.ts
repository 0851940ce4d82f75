/* Modules that change the form of their input, drop some of it, or do nothing (tensor-api.md 9). */

import { fail } from '../error.ts';
import { dropout } from '../functional/norm.ts';
import { describe } from '../ops/operands.ts';
import { flatten, unflatten } from '../ops/view.ts';
import type { Tensor } from '../tensor.ts';
import { python, withDefaults } from './layer.ts';
import { Unary } from './module.ts';

/** In training each element is 0 with probability p, and the others are scaled by 1/(1 − p). */
export class Dropout extends Unary {
  readonly p: number;
  constructor(options?: { readonly p?: number }) {
    super();
    const { p } = withDefaults('Dropout', options, { p: 0.5 });
    if (!(p >= 0 && p <= 1)) fail('value', 'Dropout', `expected p in [0, 1], got ${describe(p)}.`);
    this.p = p;
  }
  override forward(input: Tensor): Tensor {
    return dropout(input, { p: this.p, training: this.training });
  }
  protected override extraRepr(): string {
    return `p=${python(this.p)}, inplace=False`;
  }
}

export class Flatten extends Unary {
  readonly startDim: number;
  readonly endDim: number;
  constructor(options?: { readonly startDim?: number; readonly endDim?: number }) {
    super();
    const { startDim, endDim } = withDefaults('Flatten', options, { startDim: 1, endDim: -1 });
    this.startDim = startDim;
    this.endDim = endDim;
  }
  override forward(input: Tensor): Tensor {
    return flatten(input, { startDim: this.startDim, endDim: this.endDim });
  }
  protected override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

export class Unflatten extends Unary {
  readonly dim: number;
  readonly unflattenedSize: readonly number[];
  constructor(dim: number, unflattenedSize: readonly number[]) {
    super();
    if (!Number.isInteger(dim)) fail('value', 'Unflatten', `expected a dim, got ${describe(dim)}.`);
    if (!Array.isArray(unflattenedSize)) fail('value', 'Unflatten', `expected a list of sizes, got ${describe(unflattenedSize)}.`);
    this.dim = dim;
    this.unflattenedSize = [...unflattenedSize];
  }
  override forward(input: Tensor): Tensor {
    return unflatten(input, this.dim, this.unflattenedSize);
  }
  protected override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${python(this.unflattenedSize)}`;
  }
}

/** Gives back what it gets. Takes any arguments, to stand in for another module. */
export class Identity extends Unary {
  constructor(..._options: unknown[]) {
    super();
  }
  override forward(input: Tensor): Tensor {
    return input;
  }
}
