/* nn.utils (tensor-api.md 9): gradients of many parameters at once, and parameters as one vector. */

import { noGrad } from '../autograd.ts';
import { publicCall } from '../calls.ts';
import { fail } from '../error.ts';
import { clamp_, mul_ } from '../ops/composed.ts';
import * as e from '../ops/elementwise.ts';
import { zeros } from '../ops/factory.ts';
import { describe, tensorAt } from '../ops/operands.ts';
import { norm, sum } from '../ops/reduce.ts';
import { cat, narrow, reshape, stack } from '../ops/view.ts';
import { show } from '../shape.ts';
import { Tensor } from '../tensor.ts';

type Parameters = Tensor | Iterable<Tensor>;

function listOf(params: Parameters, name: string): Tensor[] {
  if (params instanceof Tensor) return [params];
  if (params === null || typeof params !== 'object' || !(Symbol.iterator in params))
    fail('value', name, `expected a list of tensors, got ${describe(params)}. Write model.parameters().`);
  return [...params].map((p, i) => tensorAt(p, i + 1, name));
}
const gradientsOf = (params: Parameters, name: string): Tensor[] =>
  listOf(params, name)
    .map((p) => p.grad)
    .filter((g) => g !== null);

/** Scales all gradients by min(1, maxNorm / (norm + 1e-6)); gives the norm of all before (0-d). */
function clipGradNorm_(params: Parameters, maxNorm: number, { normType = 2 }: { normType?: number } = {}): Tensor {
  const name = 'clipGradNorm_';
  if (typeof maxNorm !== 'number') fail('value', name, `expected maxNorm to be a number, got ${describe(maxNorm)}.`);
  if (typeof normType !== 'number') fail('value', name, `expected normType to be a number, got ${describe(normType)}.`);
  const gradients = gradientsOf(params, name);
  if (gradients.length === 0) return zeros([[]]);
  return noGrad(() => {
    // For the usual norm: one pass over each gradient, no root between.
    const total =
      normType === 2
        ? e.sqrt(gradients.map((g) => sum(e.square(g))).reduce((a, b) => e.add(a, b)))
        : norm(stack(gradients.map((g) => norm(g, { p: normType }))), { p: normType });
    const factor = e.clamp(e.div(maxNorm, e.add(total, 1e-6)), null, 1);
    for (const g of gradients) mul_(g, factor);
    return total;
  });
}

/** Limits every element of the gradients to [−limit, limit]. */
function clipGradValue_(params: Parameters, limit: number): void {
  if (!(typeof limit === 'number' && limit >= 0)) fail('value', 'clipGradValue_', `expected a number ≥ 0, got ${describe(limit)}.`);
  noGrad(() => {
    for (const g of gradientsOf(params, 'clipGradValue_')) clamp_(g, -limit, limit);
  });
}

/** All parameters, row-major, one behind the other. */
function parametersToVector(params: Parameters): Tensor {
  const list = listOf(params, 'parametersToVector');
  if (list.length === 0) fail('value', 'parametersToVector', 'expected at least one tensor, got none.');
  return cat(list.map((p) => reshape(p, [-1])));
}

/** Writes the numbers of a vector into the parameters, in place. */
function vectorToParameters(vector: Tensor, params: Parameters): void {
  const name = 'vectorToParameters';
  const v = tensorAt(vector, 1, name);
  const list = listOf(params, name);
  const count = list.reduce((n, p) => n + p.numel(), 0);
  if (v.ndim !== 1 || v.shape[0] !== count) fail('shape', name, `expected a vector [${count}], got ${show(v.shape)}.`);
  noGrad(() => {
    let at = 0;
    for (const p of list) {
      e.copyInto(p, reshape(narrow(v, 0, at, p.numel()), p.shape));
      at += p.numel();
    }
  });
}

const made = <F extends (...args: never[]) => unknown>(signature: string, fn: F): F => publicCall(signature, fn) as unknown as F;

export const utils = {
  clipGradNorm_: made('clipGradNorm_(params, maxNorm, { normType = 2 })', clipGradNorm_),
  clipGradValue_: made('clipGradValue_(params, limit)', clipGradValue_),
  parametersToVector: made('parametersToVector(params)', parametersToVector),
  vectorToParameters: made('vectorToParameters(vector, params)', vectorToParameters),
};
