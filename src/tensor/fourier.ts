/* `tensor.fft` (tensor-api.md 7.10): complex values are pairs { re, im } of tensors. Any length; scaled by `norm`. */

import { track } from './autograd.ts';
import { computeAll, dense } from './dispatch.ts';
import { defaultDtype, isFloat } from './dtype.ts';
import { sectionOf } from './calls.ts';
import { fail } from './error.ts';
import * as e from './ops/elementwise.ts';
import { describe, oneOf, tensorAt } from './ops/operands.ts';
import { cat, flip, movedim, narrow, roll } from './ops/view.ts';
import { makeTensor, placeFor, type MakeOptions } from './reading.ts';
import { contiguousStrides, dimIn, dimsIn, sameShape, show, sizeOf } from './shape.ts';
import { compute } from './dispatch.ts';
import { makeView, Tensor } from './tensor.ts';

export interface Complex {
  readonly re: Tensor;
  readonly im: Tensor;
}
export interface FftOptions {
  readonly n?: number | null;
  readonly dim?: number;
  readonly norm?: 'backward' | 'ortho' | 'forward' | null;
}

/** A tensor or a pair as a pair of floats of one shape. */
function complex(value: unknown, name: string): Complex {
  if (value instanceof Tensor) {
    const re = asFloat(tensorAt(value, 1, name));
    return { re, im: zeros(re) };
  }
  const pair = value as Partial<Complex> | null;
  if (!(pair?.re instanceof Tensor) || !(pair.im instanceof Tensor))
    fail('value', name, `expected a tensor or a pair { re, im } of tensors, got ${describe(value)}.`);
  if (!sameShape(pair.re.shape, pair.im.shape))
    fail('shape', name, `expected re and im of one shape, got ${show(pair.re.shape)} and ${show(pair.im.shape)}.`);
  return { re: asFloat(pair.re), im: asFloat(pair.im) };
}
const asFloat = (t: Tensor): Tensor => (isFloat(t.dtype) ? t : e.cast(t, defaultDtype()));
const zeros = (t: Tensor, shape = t.shape): Tensor => compute('fill', [], shape, t.dtype, { value: 0 }, t.device);

/** Cut or padded with zeros at the end of a dim. */
function resized(t: Tensor, dim: number, n: number): Tensor {
  const length = t.shape[dim]!;
  if (n === length) return t;
  if (n < length) return narrow(t, dim, 0, n);
  return cat([t, zeros(t, t.shape.map((s, i) => (i === dim ? n - length : s)))], { dim }); // prettier-ignore
}

/** The unscaled transform along the last dim; its gradient is the transform of the other sign. */
function transform({ re, im }: Complex, inverse: boolean): Complex {
  const n = re.shape.at(-1)!;
  const rows = n === 0 ? 0 : sizeOf(re.shape) / n;
  const flat = (t: Tensor): Tensor => makeView(dense(t), [rows, n], [n, 1]);
  const layout = { shape: [rows, n], dtype: re.dtype };
  const [a, b] = computeAll('fft', [flat(re), flat(im)], [layout, layout], { inverse });
  const outRe = makeView(a!, [...re.shape], contiguousStrides(re.shape));
  const outIm = makeView(b!, [...re.shape], contiguousStrides(re.shape));
  track('fft', [re, im], [outRe, outIm], ([gRe, gIm]) => {
    // y = F·x with symmetric F: the gradient of re + i·im is conj(F)·g.
    const back = transform({ re: gRe!, im: gIm! }, !inverse);
    return [back.re, back.im];
  });
  return { re: outRe, im: outIm };
}

/** 1/n, 1/√n or 1, by direction. */
function scaleOf(norm: FftOptions['norm'], n: number, inverse: boolean): number {
  const kind = oneOf(norm ?? 'backward', ['backward', 'ortho', 'forward'] as const, 'norm');
  if (kind === 'ortho') return 1 / Math.sqrt(n);
  return (kind === 'backward') === inverse ? 1 / n : 1;
}

const scaled = ({ re, im }: Complex, factor: number): Complex =>
  factor === 1 ? { re, im } : { re: e.mul(re, factor), im: e.mul(im, factor) };
const both = ({ re, im }: Complex, fn: (t: Tensor) => Tensor): Complex => ({ re: fn(re), im: fn(im) });

function along(value: unknown, { n, dim = -1, norm }: FftOptions, inverse: boolean, name: string): Complex {
  const x = complex(value, name);
  if (x.re.ndim === 0) fail('shape', name, 'expected at least one dim, got a 0-d tensor.');
  const at = dimIn(dim, x.re.ndim);
  const length = sizeFor(n ?? x.re.shape[at]!, name);
  const moved = both(x, (t) => movedim(resized(t, at, length), at, -1));
  return both(scaled(transform(moved, inverse), scaleOf(norm, length, inverse)), (t) => movedim(t, -1, at));
}

function sizeFor(n: number, name: string): number {
  if (!Number.isInteger(n) || n < 1) fail('value', name, `expected n ≥ 1, got ${describe(n)}.`);
  return n;
}

export const fft = (x: Tensor | Complex, options: FftOptions = {}): Complex => along(x, options, false, 'fft');
export const ifft = (x: Tensor | Complex, options: FftOptions = {}): Complex => along(x, options, true, 'ifft');

/** The first ⌊n/2⌋ + 1 frequencies of a real signal. */
export function rfft(x: Tensor, options: FftOptions = {}): Complex {
  const t = tensorAt(x, 1, 'rfft');
  const full = along(t, options, false, 'rfft');
  const at = dimIn(options.dim ?? -1, t.ndim);
  return both(full, (part) => narrow(part, at, 0, Math.floor(full.re.shape[at]! / 2) + 1));
}

/** The real signal of length n (2·(m − 1) by default) whose first frequencies are given. */
export function irfft(x: Tensor | Complex, options: FftOptions = {}): Tensor {
  const given = complex(x, 'irfft');
  const at = dimIn(options.dim ?? -1, given.re.ndim);
  const n = sizeFor(options.n ?? 2 * (given.re.shape[at]! - 1), 'irfft');
  const half = both(given, (t) => resized(t, at, Math.floor(n / 2) + 1));
  // The rest is the mirror image, conjugated; the imaginary parts of the first and (n even) the middle one do not count.
  const mirror = (t: Tensor, sign: number): Tensor => {
    const inner = narrow(t, at, 1, Math.ceil(n / 2) - 1);
    const turned = flip(inner, [at]);
    return cat([t, sign < 0 ? e.neg(turned) : turned], { dim: at });
  };
  const realEnds = (t: Tensor): Tensor => {
    const m = t.shape[at]!;
    const keep = makeTensor(Array.from({ length: m }, (_, i) => (i === 0 || (n % 2 === 0 && i === m - 1) ? 0 : 1)), { dtype: t.dtype, device: t.device, shape: t.shape.map((_, i) => (i === at ? m : 1)) }); // prettier-ignore
    return e.mul(t, keep);
  };
  const full = n === 1 ? { re: half.re, im: realEnds(half.im) } : { re: mirror(half.re, 1), im: mirror(realEnds(half.im), -1) };
  return along(full, { dim: at, norm: options.norm ?? null }, true, 'irfft').re;
}

export interface Fft2Options {
  readonly s?: readonly [number, number] | null;
  readonly dim?: readonly [number, number];
  readonly norm?: FftOptions['norm'];
}
function two(x: Tensor | Complex, { s, dim = [-2, -1], norm = null }: Fft2Options, inverse: boolean, name: string): Complex {
  const first = along(x, { dim: dim[1], norm, n: s?.[1] ?? null }, inverse, name);
  return along(first, { dim: dim[0], norm, n: s?.[0] ?? null }, inverse, name);
}
export const fft2 = (x: Tensor | Complex, options: Fft2Options = {}): Complex => two(x, options, false, 'fft2');
export const ifft2 = (x: Tensor | Complex, options: Fft2Options = {}): Complex => two(x, options, true, 'ifft2');

type Shiftable = Tensor | Complex;
function shifted(x: Shiftable, dim: number | readonly number[] | null | undefined, by: (n: number) => number, name: string): Shiftable {
  const one = (t: Tensor): Tensor => {
    const dims = dimsIn(dim, t.ndim);
    return roll(t, dims.map((d) => by(t.shape[d]!)), { dims }); // prettier-ignore
  };
  return x instanceof Tensor ? one(x) : both(complex(x, name), one);
}
export const fftshift = (x: Shiftable, dim?: number | readonly number[] | null): Shiftable => shifted(x, dim, (n) => n >> 1, 'fftshift');
export const ifftshift = (x: Shiftable, dim?: number | readonly number[] | null): Shiftable =>
  shifted(x, dim, (n) => (n + 1) >> 1, 'ifftshift');

type FreqOptions = MakeOptions & { readonly d?: number };
function frequencies(n: number, values: number[], { d = 1, ...options }: FreqOptions, name: string): Tensor {
  sizeFor(n, name);
  return makeTensor(values.map((k) => k / (n * d)), { ...placeFor(options, defaultDtype(), name) }); // prettier-ignore
}
export const fftfreq = (n: number, options: FreqOptions = {}): Tensor =>
  frequencies(n, Array.from({ length: n }, (_, i) => (i < Math.ceil(n / 2) ? i : i - n)), options, 'fftfreq'); // prettier-ignore
export const rfftfreq = (n: number, options: FreqOptions = {}): Tensor =>
  frequencies(n, Array.from({ length: Math.floor(n / 2) + 1 }, (_, i) => i), options, 'rfftfreq'); // prettier-ignore

export const abs = (pair: Complex): Tensor => {
  const { re, im } = complex(pair, 'abs');
  const squares = e.add(e.square(re), e.square(im));
  const zero = e.eq(squares, 0);
  return e.where(zero, 0, e.sqrt(e.where(zero, 1, squares)));
};
export const angle = (pair: Complex): Tensor => {
  const { re, im } = complex(pair, 'angle');
  return e.atan2(im, re);
};

/** `tensor.fft`: the functions behind their signatures. */
export const fourier = sectionOf([
  ['fft(x: object, { n, dim = -1, norm = "backward" })', fft],
  ['ifft(x: object, { n, dim = -1, norm = "backward" })', ifft],
  ['rfft(x, { n, dim = -1, norm = "backward" })', rfft],
  ['irfft(x: object, { n, dim = -1, norm = "backward" })', irfft],
  ['fft2(x: object, { s, dim = [-2, -1], norm = "backward" })', fft2],
  ['ifft2(x: object, { s, dim = [-2, -1], norm = "backward" })', ifft2],
  ['fftshift(x: object, dim?)', fftshift],
  ['ifftshift(x: object, dim?)', ifftshift],
  ['fftfreq(n, { d = 1, dtype, device })', fftfreq],
  ['rfftfreq(n, { d = 1, dtype, device })', rfftfreq],
  ['abs(pair: object)', abs],
  ['angle(pair: object)', angle],
]);
