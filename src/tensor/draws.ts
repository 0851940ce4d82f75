/* What generators give where a shape asks for a tensor (tensor-api.md 8): `r.uniform([2, 3])`, `r.randint(0, 10, [5])`.
   Handed to generators by `provideTensorDraws`; a generator of another script needs its own call of it. */

import type { DrawKind, Generator, TensorDraws } from '../base/random.ts';
import { checkOptions } from './calls.ts';
import { repeatOnHost, tracing } from './dispatch.ts';
import { defaultDtype, isFloat, type DType } from './dtype.ts';
import { fail } from './error.ts';
import { noGrad } from './autograd.ts';
import * as e from './ops/elementwise.ts';
import { draw } from './ops/factory.ts';
import { hasDrawn, randomError } from './random.ts';
import { asLeaf, placeFor, type MakeOptions } from './reading.ts';
import { shapeFrom, type Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';

export const tensorDraws: TensorDraws = {
  draw: drawTensor,
  error: randomError,
  change: repeatOnHost,
  isTracing: () => tracing() !== null,
  hasDrawn,
};

function drawTensor(generator: Generator, kind: DrawKind, asked: unknown, low: number, high: number, options: object): Tensor {
  checkOptions(kind, options, ['dtype', 'device', 'requiresGrad']);
  const make = options as MakeOptions;
  const shape = shapeFrom([asked], kind);
  const { dtype, device } = placeFor(make, kind === 'randint' ? 'int32' : defaultDtype(), kind);
  if ((kind === 'uniform' || kind === 'normal') && !isFloat(dtype)) fail('dtype', kind, `expected a float dtype, got ${dtype}.`);
  return asLeaf(drawn(generator, kind, shape, dtype, device, low, high), make.requiresGrad, kind);
}

function drawn(
  generator: Generator,
  kind: DrawKind,
  shape: Shape,
  dtype: DType,
  device: Tensor['device'],
  low: number,
  high: number,
): Tensor {
  switch (kind) {
    case 'uniform':
    case 'normal':
      return draw({ kind, low, high }, shape, dtype, device, generator);
    case 'randint':
      return e.cast(draw({ kind: 'integer', low, high }, shape, 'int32', device, generator), dtype);
    case 'bernoulli': {
      const u = draw({ kind: 'uniform', low: 0, high: 1 }, shape, 'float32', device, generator);
      return noGrad(() => e.cast(e.lt(u, low), dtype));
    }
    default:
      return kind satisfies never;
  }
}
