/* Tensors from nothing: constants, ranges, random numbers (tensor-api.md 7.1 and 8). */

import type { Generator } from '../../base/random.ts';
import { checkInPlace, noGrad } from '../autograd.ts';
import { compute, computeInto, feed, tracing } from '../dispatch.ts';
import { defaultDtype, isFloat, type DType } from '../dtype.ts';
import { fail } from '../error.ts';
import { drawHook, generatorOf, laterGenerator, multinomial as drawRows, stateWords } from '../random.ts';
import { asLeaf, copying, makeTensor, placeFor, rowMajor, type MakeOptions } from '../reading.ts';
import { shapeFrom, show, sizeOf, type Shape } from '../shape.ts';
import { makeView, type Tensor } from '../tensor.ts';
import { checkValues } from './checks.ts';
import * as e from './elementwise.ts';
import { describe, expanded, numberFor, numberOption, oneOf, tensorAt, type Operand, type Scalar } from './operands.ts';
import { cumsum } from './reduce.ts';
import { searchsorted } from './sort.ts';
import { clone, reshape, stack } from './view.ts';

export type RandomOptions = MakeOptions & { readonly generator?: Generator };

function filled(shape: Shape, value: Scalar, options: MakeOptions, guess: DType, name: string): Tensor {
  const { dtype, device } = placeFor(options, guess, name);
  const number = numberFor(value, dtype, name);
  return asLeaf(compute('fill', [], shape, dtype, { value: number }, device), options.requiresGrad, name);
}

/** Shape in front, options behind: `zeros([2, 3], …)` and `zeros(2, 3, …)`. */
type Sizes = readonly (number | Shape)[];
export const zeros = (sizes: Sizes, options: MakeOptions = {}): Tensor =>
  filled(shapeFrom(sizes, 'zeros'), 0, options, defaultDtype(), 'zeros');
export const ones = (sizes: Sizes, options: MakeOptions = {}): Tensor =>
  filled(shapeFrom(sizes, 'ones'), 1, options, defaultDtype(), 'ones');
export const empty = (sizes: Sizes, options: MakeOptions = {}): Tensor =>
  filled(shapeFrom(sizes, 'empty'), 0, options, defaultDtype(), 'empty');

/** The type that a number gives where nothing else is said: bool, int32 for `full(2)`? No: JS cannot tell 1 from 1.0, so numbers give the default float. */
const typeOfValue = (value: Scalar): DType => (typeof value === 'boolean' ? 'bool' : defaultDtype());

export function full(shape: Shape, value: Scalar, options: MakeOptions = {}): Tensor {
  if (typeof value !== 'number' && typeof value !== 'boolean')
    fail('value', 'full', `expected a number to fill with, got ${describe(value)}.`);
  return filled(shapeFrom([shape], 'full'), value, options, typeOfValue(value), 'full');
}

const like = (t: Tensor, options: MakeOptions): MakeOptions => ({ device: t.device, dtype: t.dtype, ...options });
export const zerosLike = (t: Tensor, options: MakeOptions = {}): Tensor =>
  filled(tensorAt(t, 1).shape, 0, like(t, options), t.dtype, 'zerosLike');
export const onesLike = (t: Tensor, options: MakeOptions = {}): Tensor =>
  filled(tensorAt(t, 1).shape, 1, like(t, options), t.dtype, 'onesLike');
export const fullLike = (t: Tensor, value: Scalar, options: MakeOptions = {}): Tensor =>
  filled(tensorAt(t, 1).shape, value, like(t, options), t.dtype, 'fullLike');

export function arange(a: number, b: number | undefined, c: number | undefined, options: MakeOptions = {}): Tensor {
  const [start, end, step] = b === undefined ? [0, a, 1] : [a, b, c ?? 1];
  for (const value of [start, end, step]) numberOption(value, 'arange');
  if (step === 0 || (end - start) / step < 0 || !Number.isFinite((end - start) / step)) {
    fail('value', 'arange', `expected a step that leads from ${start} to ${end}, got ${step}.`);
  }
  const integral = [start, end, step].every(Number.isInteger);
  const { dtype, device } = placeFor(options, integral ? 'int32' : defaultDtype(), 'arange');
  const length = Math.ceil((end - start) / step);
  return asLeaf(compute('iota', [], [length], dtype, { start, step }, device), options.requiresGrad, 'arange');
}

export function linspace(start: number, end: number, steps: number, options: MakeOptions = {}): Tensor {
  return asLeaf(
    spaced(start, end, steps, options, 'linspace', (v) => v),
    options.requiresGrad,
    'linspace',
  );
}
export function logspace(
  start: number,
  end: number,
  steps: number,
  { base = 10, ...options }: MakeOptions & { base?: number } = {},
): Tensor {
  return asLeaf(
    spaced(start, end, steps, options, 'logspace', (v) => base ** v),
    options.requiresGrad,
    'logspace',
  );
}
function spaced(start: number, end: number, steps: number, options: MakeOptions, name: string, map: (v: number) => number): Tensor {
  numberOption(start, 'start');
  numberOption(end, 'end');
  if (!Number.isInteger(steps) || steps < 0) fail('value', name, `expected steps to be an integer ≥ 0, got ${describe(steps)}.`);
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  // From both ends towards the middle, so that the last value is exactly `end`.
  const values = Array.from({ length: steps }, (_, i) =>
    map(i < steps / 2 || steps === 1 ? start + i * step : end - (steps - 1 - i) * step),
  );
  return makeTensor(options.dtype === 'int32' || options.dtype === 'uint8' ? values.map(Math.trunc) : values, {
    ...options,
    requiresGrad: false,
    shape: [steps],
  });
}

export function eye(n: number, { m = n, ...options }: MakeOptions & { m?: number } = {}): Tensor {
  const shape = shapeFrom([n, m], 'eye');
  const { dtype, device } = placeFor(options, defaultDtype(), 'eye');
  const out = compute('fill', [], shape, dtype, { value: 0 }, device);
  const length = Math.min(n, m);
  if (length > 0) computeInto('fill', [], [makeView(out, [length], [m + 1])], { value: 1 });
  return asLeaf(out, options.requiresGrad, 'eye');
}

export function meshgrid(tensors: readonly Tensor[], { indexing = 'ij' }: { indexing?: 'ij' | 'xy' } = {}): Tensor[] {
  oneOf(indexing, ['ij', 'xy'] as const, 'indexing');
  const list = tensors.map((t, i) => tensorAt(t, i + 1, 'meshgrid'));
  for (const t of list) if (t.ndim > 1) fail('shape', 'meshgrid', `expected 1-D tensors, got ${show(t.shape)}.`);
  const swap = indexing === 'xy' && list.length > 1;
  const order = list.map((_, i) => (swap && i < 2 ? 1 - i : i));
  const shape = order.map((i) => list[i]!.numel());
  return list.map((t, i) => {
    const place = order.indexOf(i);
    return reshapeExpand(t, shape.map((n, d) => (d === place ? n : 1)), shape); // prettier-ignore
  });
}
const reshapeExpand = (t: Tensor, shape: Shape, to: Shape): Tensor => {
  const flat = reshape(t, shape);
  return expanded(flat, to);
};

// ---- random numbers

interface Draw {
  readonly kind: 'bits' | 'uniform' | 'normal' | 'integer';
  readonly low: number;
  readonly high: number;
}

/** One tensor draw of a generator; a compiled function draws anew at every call. */
export function draw(spec: Draw, shape: Shape, dtype: DType, device: Tensor['device'], generator: Generator): Tensor {
  const words = sizeOf(shape);
  drawHook.current?.(generator);
  const source = laterGenerator(generator);
  const state = feed([4], 'int32', device, () => stateWords(source().reserve(spec.kind === 'normal' ? words + (words % 2) : words)));
  return compute('random', [state], shape, dtype, spec, device);
}

const drawn = (name: string, spec: Draw, shape: Shape, options: RandomOptions): Tensor => {
  const { dtype, device } = placeFor(options, defaultDtype(), name);
  if (!isFloat(dtype)) fail('dtype', name, `expected a float dtype, got ${dtype}.`);
  return asLeaf(draw(spec, shape, dtype, device, generatorOf(options.generator, name)), options.requiresGrad, name);
};

export const rand = (sizes: Sizes, options: RandomOptions = {}): Tensor =>
  drawn('rand', { kind: 'uniform', low: 0, high: 1 }, shapeFrom(sizes, 'rand'), options);
export const randn = (sizes: Sizes, options: RandomOptions = {}): Tensor =>
  drawn('randn', { kind: 'normal', low: 0, high: 1 }, shapeFrom(sizes, 'randn'), options);

export function randint(low: number, high: number, shape: Shape, options: RandomOptions = {}): Tensor {
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low)
    fail('value', 'randint', `expected integers low < high, got ${low} and ${high}.`);
  const { dtype, device } = placeFor(options, 'int32', 'randint');
  const ints = draw(
    { kind: 'integer', low, high },
    shapeFrom([shape], 'randint'),
    'int32',
    device,
    generatorOf(options.generator, 'randint'),
  );
  return e.cast(ints, dtype);
}

export function randperm(n: number, options: RandomOptions = {}): Tensor {
  if (!Number.isInteger(n) || n < 0) fail('value', 'randperm', `expected an integer ≥ 0, got ${describe(n)}.`);
  const { dtype, device } = placeFor(options, 'int32', 'randperm');
  const generator = generatorOf(options.generator, 'randperm');
  drawHook.current?.(generator);
  const source = laterGenerator(generator);
  return e.cast(
    feed([n], 'int32', device, () => source().permutation(n)),
    dtype,
  );
}

/** mean + std·z; either may be a tensor, then the shape is what they broadcast to. */
export function normal(mean: Operand, std: Operand, shape?: Shape | null, options: RandomOptions = {}): Tensor {
  if (typeof mean === 'number' && typeof std === 'number') {
    if (!(std >= 0)) fail('value', 'normal', `expected std ≥ 0, got ${std}.`);
    if (!shape) fail('value', 'normal', 'expected a shape beside two numbers: tensor.normal(0, 1, [2, 3]).');
    return drawn('normal', { kind: 'normal', low: mean, high: std }, shapeFrom([shape], 'normal'), options);
  }
  const spread = noGrad(() => e.add(e.mul(std, 0), e.mul(mean, 0)));
  const z = drawn('normal', { kind: 'normal', low: 0, high: 1 }, spread.shape, { device: spread.device, ...options });
  return noGrad(() => e.add(mean, e.mul(std, z)));
}

/** 1 with probability p, elementwise. */
export function bernoulli(p: Tensor, options: { generator?: Generator } = {}): Tensor {
  const x = tensorAt(p, 1, 'bernoulli');
  if (!isFloat(x.dtype)) fail('dtype', 'bernoulli', `expected float probabilities, got ${x.dtype}.`);
  checkValues(x, (value) => {
    if (!(value >= 0 && value <= 1)) fail('value', 'bernoulli', `expected probabilities in [0, 1], got ${value}.`);
  });
  const u = draw({ kind: 'uniform', low: 0, high: 1 }, x.shape, x.dtype, x.device, generatorOf(options.generator, 'bernoulli'));
  return noGrad(() => e.cast(e.lt(u, x), x.dtype));
}

/** int32 indices drawn by weights: (K) → (numSamples), (R, K) → (R, numSamples). */
export function multinomial(
  probs: Tensor,
  numSamples: number,
  { replacement = false, generator }: { replacement?: boolean; generator?: Generator } = {},
): Tensor {
  const x = tensorAt(probs, 1, 'multinomial');
  if (!isFloat(x.dtype) || x.ndim < 1 || x.ndim > 2)
    fail('shape', 'multinomial', `expected float weights (K) or (R, K), got ${show(x.shape)} ${x.dtype}.`);
  const source = generatorOf(generator, 'multinomial');
  const [rows, columns] = x.ndim === 1 ? [1, x.shape[0]!] : [x.shape[0]!, x.shape[1]!];
  const shape = x.ndim === 1 ? [numSamples] : [rows, numSamples];
  if (!replacement && numSamples > columns)
    fail('value', 'multinomial', `expected at most ${columns} samples without replacement, got ${numSamples}.`);
  if (tracing() === null && (x.storage.host || x.device !== 'webgpu')) {
    const weights = rowMajor(x, x.storage.toHost()) as Float32Array;
    drawHook.current?.(source);
    return makeTensor(drawRows(weights, rows, numSamples, replacement, source), { dtype: 'int32', device: x.device, shape });
  }
  return noGrad(() => {
    const u = draw({ kind: 'uniform', low: 0, high: 1 }, [rows, numSamples], x.dtype, x.device, source);
    let weights = clone(reshape(x, [rows, columns]));
    const pickFrom = (threshold: Tensor): Tensor => {
      const sums = cumsum(weights, 1);
      return e.minimum(searchsorted(sums, e.mul(threshold, sums.narrow(1, columns - 1, 1)), { right: true }), columns - 1);
    };
    if (replacement) return reshape(pickFrom(u), shape);
    const picked: Tensor[] = [];
    for (let i = 0; i < numSamples; i++) {
      const ids = pickFrom(clone(u.narrow(1, i, 1)));
      picked.push(reshape(ids, [rows]));
      weights = e.where(e.eq(compute('iota', [], [1, columns], 'int32', { start: 0, step: 1 }, x.device), ids), 0, weights);
    }
    return reshape(stack(picked, { dim: 1 }), shape);
  });
}

// ---- in place

function redrawn(name: string, target: Tensor, spec: Draw, generator: unknown): Tensor {
  const t = tensorAt(target, 1, name);
  checkInPlace(t, name);
  if (!isFloat(t.dtype)) fail('dtype', name, `expected floats, got ${t.dtype}.`);
  e.copyInto(t, draw(spec, t.shape, t.dtype, t.device, generatorOf(generator, name)), name);
  return t;
}
/** PyTorch's `from` and `to`; `low` and `high` say the same. */
export const uniform_ = (
  t: Tensor,
  { low = 0, high = 1, generator }: { low?: number; high?: number; generator?: Generator } = {},
): Tensor => redrawn('uniform_', t, { kind: 'uniform', low, high }, generator);
export const normal_ = (t: Tensor, { mean = 0, std = 1, generator }: { mean?: number; std?: number; generator?: Generator } = {}): Tensor =>
  redrawn('normal_', t, { kind: 'normal', low: mean, high: std }, generator);
export function bernoulli_(target: Tensor, p: Operand = 0.5, { generator }: { generator?: Generator } = {}): Tensor {
  const t = tensorAt(target, 1, 'bernoulli_');
  checkInPlace(t, 'bernoulli_');
  const u = draw({ kind: 'uniform', low: 0, high: 1 }, t.shape, 'float32', t.device, generatorOf(generator, 'bernoulli_'));
  e.copyInto(
    t,
    noGrad(() => e.lt(u, p)),
    'bernoulli_',
  );
  return t;
}

copying.clone = (t, dtype) => noGrad(() => (t.dtype === dtype ? clone(t) : e.cast(t, dtype)));
