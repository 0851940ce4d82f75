/* nn.init (tensor-api.md 9): initial values, written in place without a past. Each random one takes one tensor draw. */

import type { Generator } from '../../base/random.ts';
import { noGrad } from '../autograd.ts';
import { publicCall } from '../calls.ts';
import { feed } from '../dispatch.ts';
import { hostArray, isFloat } from '../dtype.ts';
import { fail } from '../error.ts';
import { qr } from '../linalg/qr.ts';
import { copyInto } from '../ops/elementwise.ts';
import { eye, normal_ as drawNormal, uniform_ as drawUniform } from '../ops/factory.ts';
import { fill_ } from '../ops/composed.ts';
import { describe, numberOption, oneOf, tensorAt } from '../ops/operands.ts';
import { generatorOf } from '../random.ts';
import { show } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

interface Source {
  readonly generator?: Generator;
}

function floatAt(t: Tensor, name: string): Tensor {
  const x = tensorAt(t, 1, name);
  if (!isFloat(x.dtype)) fail('dtype', name, `expected floats, got ${x.dtype}.`);
  return x;
}
const written = (t: Tensor, write: () => unknown): Tensor => {
  noGrad(write);
  return t;
};

const uniform_ = (t: Tensor, { a = 0, b = 1, generator }: { a?: number; b?: number } & Source = {}): Tensor =>
  written(t, () => drawUniform(t, { low: a, high: b, ...(generator ? { generator } : {}) }));
const normal_ = (t: Tensor, options: { mean?: number; std?: number } & Source = {}): Tensor => written(t, () => drawNormal(t, options));
const constant_ = (t: Tensor, value: number): Tensor => written(t, () => fill_(t, numberOption(value, 'value')));
const zeros_ = (t: Tensor): Tensor => constant_(t, 0);
const ones_ = (t: Tensor): Tensor => constant_(t, 1);
function eye_(t: Tensor): Tensor {
  const x = tensorAt(t, 1, 'eye_');
  if (x.ndim !== 2) fail('shape', 'eye_', `expected 2 dims, got ${show(x.shape)}.`);
  return written(x, () => copyInto(x, eye(x.shape[0]!, { m: x.shape[1]!, dtype: x.dtype, device: x.device })));
}

/** Inputs and outputs of a weight (out, in, …kernel). */
function fans(t: Tensor, name: string): { fanIn: number; fanOut: number } {
  const x = floatAt(t, name);
  if (x.ndim < 2) fail('shape', name, `expected a weight (out, in, …) of at least 2 dims, got ${show(x.shape)}.`);
  const field = x.shape.slice(2).reduce((n, k) => n * k, 1);
  return { fanIn: x.shape[1]! * field, fanOut: x.shape[0]! * field };
}

const xavierStd = (t: Tensor, gain: number, name: string): number => {
  const { fanIn, fanOut } = fans(t, name);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
};
function xavierUniform_(t: Tensor, { gain = 1, ...source }: { gain?: number } & Source = {}): Tensor {
  const bound = Math.sqrt(3) * xavierStd(t, gain, 'xavierUniform_');
  return uniform_(t, { a: -bound, b: bound, ...source });
}
const xavierNormal_ = (t: Tensor, { gain = 1, ...source }: { gain?: number } & Source = {}): Tensor =>
  normal_(t, { std: xavierStd(t, gain, 'xavierNormal_'), ...source });

interface Kaiming extends Source {
  readonly a?: number;
  readonly mode?: 'fanIn' | 'fanOut';
  readonly nonlinearity?: string;
}
function kaimingStd(t: Tensor, { a = 0, mode = 'fanIn', nonlinearity = 'leaky_relu' }: Kaiming, name: string): number {
  const { fanIn, fanOut } = fans(t, name);
  const fan = oneOf(mode, ['fanIn', 'fanOut', 'fan_in', 'fan_out'] as const, 'mode').endsWith('n') ? fanIn : fanOut;
  return calculateGain(nonlinearity, a) / Math.sqrt(fan);
}
function kaimingUniform_(t: Tensor, options: Kaiming = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd(t, options, 'kaimingUniform_');
  return uniform_(t, { a: -bound, b: bound, ...only(options) });
}
const kaimingNormal_ = (t: Tensor, options: Kaiming = {}): Tensor =>
  normal_(t, { std: kaimingStd(t, options, 'kaimingNormal_'), ...only(options) });
const only = ({ generator }: Source): Source => (generator ? { generator } : {});

/** Rows (or columns, where there are fewer) that are orthonormal, times `gain`; dims after the first count as one. */
function orthogonal_(t: Tensor, { gain = 1, generator }: { gain?: number } & Source = {}): Tensor {
  const x = floatAt(t, 'orthogonal_');
  if (x.ndim < 2) fail('shape', 'orthogonal_', `expected at least 2 dims, got ${show(x.shape)}.`);
  const rows = x.shape[0]!;
  const columns = rows === 0 ? 0 : x.numel() / rows;
  const source = generatorOf(generator, 'orthogonal_');
  return fromHost(x, () => {
    const tall = rows >= columns;
    const [m, n] = tall ? [rows, columns] : [columns, rows];
    const z = source.normal(rows * columns);
    const data = tall ? z : Float64Array.from(z, (_, i) => z[(i % n) * m + Math.floor(i / n)]!);
    const { Q, R } = qr({ data, shape: [m, n] });
    // The sign of R's diagonal makes the distribution uniform.
    return Float64Array.from(z, (_, i) => {
      const [row, column] = tall ? [Math.floor(i / n), i % n] : [i % m, Math.floor(i / m)];
      return gain * (R.data[column * n + column]! < 0 ? -1 : 1) * Q.data[row * n + column]!;
    });
  });
}

/** N(mean, std²) within [a, b]. */
function truncNormal_(
  t: Tensor,
  { mean = 0, std = 1, a = -2, b = 2, generator }: { mean?: number; std?: number; a?: number; b?: number } & Source = {},
): Tensor {
  const x = floatAt(t, 'truncNormal_');
  if (!(a < b)) fail('value', 'truncNormal_', `expected a < b, got ${a} and ${b}.`);
  const source = generatorOf(generator, 'truncNormal_');
  const [low, high] = [(a - mean) / std, (b - mean) / std].map(normalCdf) as [number, number];
  return fromHost(x, () =>
    source.uniform(x.numel()).map((u) => Math.min(b, Math.max(a, mean + std * normalQuantile(low + u * (high - low))))),
  );
}

/** Numbers made on the host, which a compiled function makes anew at every call. */
function fromHost(t: Tensor, make: () => Float64Array): Tensor {
  return written(t, () =>
    copyInto(
      t,
      feed(t.shape, t.dtype, t.device, () => {
        const out = hostArray(t.numel(), t.dtype);
        out.set(make());
        return out;
      }),
    ),
  );
}

/** @source Abramowitz, Stegun 26.2.17, error below 7.5e-8. */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}

/** The inverse of the normal distribution function, relative error below 1.2e-9. @source P. J. Acklam's rational approximation. */
function normalQuantile(p: number): number {
  const a = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239];
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
  const c = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783];
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
  const poly = (k: readonly number[], x: number): number => k.reduce((sum, value) => sum * x + value, 0);
  if (p <= 0) return -Infinity;
  if (p >= 1) return Infinity;
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return poly(c, q) / poly(d, q);
  }
  if (p > 1 - 0.02425) {
    const q = Math.sqrt(-2 * Math.log(1 - p));
    return -poly(c, q) / poly(d, q);
  }
  const q = p - 0.5;
  return (poly(a, q * q) * q) / poly(b, q * q);
}

/** The factor by which a nonlinearity shrinks deviations. */
function calculateGain(name: string, param?: number | null): number {
  if (name === 'tanh') return 5 / 3;
  if (name === 'relu') return Math.SQRT2;
  if (name === 'leaky_relu') return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2));
  if (name === 'selu') return 3 / 4;
  if (name === 'linear' || name === 'sigmoid' || /^conv(_transpose)?[123]d$/.test(name)) return 1;
  return fail(
    'value',
    'calculateGain',
    `expected "linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu" or "conv2d", got ${describe(name)}.`,
  );
}

/** The function behind its signature, with its type. */
const made = <F extends (...args: never[]) => unknown>(signature: string, fn: F): F => publicCall(signature, fn) as unknown as F;

export const init = {
  uniform_: made('uniform_(t, { a = 0, b = 1, generator })', uniform_),
  normal_: made('normal_(t, { mean = 0, std = 1, generator })', normal_),
  constant_: made('constant_(t, value)', constant_),
  zeros_: made('zeros_(t)', zeros_),
  ones_: made('ones_(t)', ones_),
  eye_: made('eye_(t)', eye_),
  xavierUniform_: made('xavierUniform_(t, { gain = 1, generator })', xavierUniform_),
  xavierNormal_: made('xavierNormal_(t, { gain = 1, generator })', xavierNormal_),
  kaimingUniform_: made('kaimingUniform_(t, { a = 0, mode = "fanIn", nonlinearity = "leaky_relu", generator })', kaimingUniform_),
  kaimingNormal_: made('kaimingNormal_(t, { a = 0, mode = "fanIn", nonlinearity = "leaky_relu", generator })', kaimingNormal_),
  orthogonal_: made('orthogonal_(t, { gain = 1, generator })', orthogonal_),
  truncNormal_: made('truncNormal_(t, { mean = 0, std = 1, a = -2, b = 2, generator })', truncNormal_),
  calculateGain: made('calculateGain(name, param?)', calculateGain),
};
