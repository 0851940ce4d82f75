/* Convolutions, pooling and windows (tensor-api.md 7.7): images are (N, C, H, W) or (C, H, W). */

import { track } from '../autograd.ts';
import type { Window2d } from '../../../kernels/operations.ts';
import { compute, computeAll, dense } from '../dispatch.ts';
import { isFloat } from '../dtype.ts';
import { fail } from '../error.ts';
import { show, type Shape } from '../shape.ts';
import { type Tensor } from '../tensor.ts';
import * as e from '../ops/elementwise.ts';
import { describe, tensorAt } from '../ops/operands.ts';
import { mean, sum } from '../ops/reduce.ts';
import { cat, narrow, reshape, squeeze, unsqueeze } from '../ops/view.ts';

export type Pair = number | readonly [number, number];
type Two = readonly [number, number];

/** A number for both, or (rows, columns). */
function pair(value: unknown, option: string, least: number): Two {
  const list = typeof value === 'number' ? [value, value] : Array.isArray(value) && value.length === 1 ? [value[0], value[0]] : value;
  const good = Array.isArray(list) && list.length === 2 && list.every((n) => Number.isInteger(n) && (n as number) >= least);
  if (!good) fail('value', option, `expected ${option} to be an integer ≥ ${least} or a pair of them, got ${describe(value)}.`);
  return list as unknown as Two;
}

/** Adds the batch dim where it lacks, and takes it away again. */
function batched(x: Tensor, name: string, run: (x: Tensor) => Tensor): Tensor {
  if (x.ndim === 3) return squeeze(run(unsqueeze(x, 0)), 0);
  if (x.ndim !== 4) fail('shape', name, `expected an image (N, C, H, W) or (C, H, W), got ${show(x.shape)}.`);
  return run(x);
}

export interface ConvOptions {
  readonly stride?: Pair;
  readonly padding?: Pair | 'same' | 'valid';
  readonly dilation?: Pair;
  readonly groups?: number;
}

/** Cross-correlation: x (N, C, H, W), w (O, C/groups, kH, kW), b (O) → (N, O, H', W'). */
export function conv2d(input: Tensor, weight: Tensor, bias?: Tensor | null, options: ConvOptions = {}): Tensor {
  return batched(tensorAt(input, 1, 'conv2d'), 'conv2d', (x) =>
    convolved(x, tensorAt(weight, 2, 'conv2d'), bias ?? null, options, 'conv2d'),
  );
}

function convolved(
  x: Tensor,
  w: Tensor,
  bias: Tensor | null,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions,
  name: string,
): Tensor {
  if (w.ndim !== 4) fail('shape', name, `expected a weight (out, in / groups, kH, kW), got ${show(w.shape)}.`);
  const [out, perGroup, kh, kw] = w.shape as [number, number, number, number];
  if (!Number.isInteger(groups) || groups < 1) fail('value', name, `expected groups to be an integer ≥ 1, got ${describe(groups)}.`);
  if (x.shape[1] !== perGroup * groups) {
    fail(
      'shape',
      name,
      `expected ${perGroup * groups} input channels for the weight ${show(w.shape)}${groups > 1 ? ` in ${groups} groups` : ''}, got ${x.shape[1]} in ${show(x.shape)}.`,
    );
  }
  if (out % groups !== 0) fail('shape', name, `expected output channels divisible by ${groups} groups, got ${out}.`);
  if (bias && (bias.ndim !== 1 || bias.shape[0] !== out)) fail('shape', name, `expected a bias [${out}], got ${show(bias.shape)}.`);
  if (!isFloat(x.dtype) || x.dtype !== w.dtype)
    fail('dtype', name, `expected input and weight of one float type, got ${x.dtype} and ${w.dtype}.`);
  const [s, d] = [pair(stride, 'stride', 1), pair(dilation, 'dilation', 1)];
  const sides = sidesOf(padding, s, d, [kh, kw], name);
  const window: Window2d = { stride: s, dilation: d, padding: sides };
  const shape = [x.shape[0]!, out, ...outputSize(x.shape, [kh, kw], window, name)];
  return convolution(x, w, bias, window, groups, shape);
}

/** (top, bottom, left, right) of a padding option. "same" puts the odd one behind, as PyTorch. */
function sidesOf(padding: unknown, stride: Two, dilation: Two, size: Two, name: string): [number, number, number, number] {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding === 'same') {
    if (stride[0] !== 1 || stride[1] !== 1) fail('value', name, 'padding "same" needs stride 1.');
    const [h, w] = [dilation[0] * (size[0] - 1), dilation[1] * (size[1] - 1)];
    return [h >> 1, h - (h >> 1), w >> 1, w - (w >> 1)];
  }
  if (typeof padding === 'string')
    fail('value', name, `expected padding to be a number, a pair, "same" or "valid", got ${describe(padding)}.`);
  const [h, w] = pair(padding, 'padding', 0);
  return [h, h, w, w];
}

/** Rows and columns of the result. */
function outputSize(shape: Shape, size: Two, { stride, padding, dilation }: Window2d, name: string, ceil = false): Two {
  const along = (i: 0 | 1): number => {
    const length = shape[shape.length - 2 + i]!;
    const [before, after] = [padding[2 * i]!, padding[2 * i + 1]!];
    const free = length + before + after - dilation[i] * (size[i] - 1) - 1;
    if (free < 0) fail('shape', name, `a window of ${size.join(' × ')} does not fit the input ${show(shape)} with its padding.`);
    const steps = ceil ? Math.ceil(free / stride[i]) : Math.floor(free / stride[i]);
    // As PyTorch: the last window must begin inside the input or its left padding.
    return ceil && steps * stride[i] >= length + before ? steps : steps + 1;
  };
  return [along(0), along(1)];
}

/** The tracked kernel call. Its gradient is fused: it cannot be differentiated again. */
function convolution(x: Tensor, w: Tensor, bias: Tensor | null, window: Window2d, groups: number, shape: Shape): Tensor {
  const inputs = [dense(x), dense(w), ...(bias ? [dense(bias)] : [])];
  const out = compute('conv2d', inputs, shape, x.dtype, { ...window, groups, bias: bias !== null });
  const [xs, ws] = [x.shape, w.shape];
  track(
    'conv2d',
    [x, w, bias],
    [out],
    ([g], [a, v], needs) => [
      needs[0] ? inputGradient(g!, v!, window, groups, xs) : null,
      needs[1] ? weightGradient(g!, a!, window, groups, ws) : null,
      needs[2] ? sum(g!, [0, 2, 3]) : null,
    ],
    { saved: [w.requiresGrad ? inputs[0]! : null, x.requiresGrad ? inputs[1]! : null], twice: false },
  );
  return out;
}

const inputGradient = (g: Tensor, w: Tensor, window: Window2d, groups: number, shape: Shape): Tensor =>
  compute('conv2dInputGrad', [dense(g), dense(w)], shape, g.dtype, { ...window, groups });
const weightGradient = (g: Tensor, x: Tensor, window: Window2d, groups: number, shape: Shape): Tensor =>
  compute('conv2dWeightGrad', [dense(g), dense(x)], shape, g.dtype, { ...window, groups });

export interface Conv1dOptions {
  readonly stride?: number;
  readonly padding?: number | 'same' | 'valid';
  readonly dilation?: number;
  readonly groups?: number;
}

/** x (N, C, L) or (C, L), w (O, C/groups, k) → (N, O, L'). */
export function conv1d(
  input: Tensor,
  weight: Tensor,
  bias?: Tensor | null,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv1dOptions = {},
): Tensor {
  const [x, w] = [tensorAt(input, 1, 'conv1d'), tensorAt(weight, 2, 'conv1d')];
  if (w.ndim !== 3) fail('shape', 'conv1d', `expected a weight (out, in / groups, k), got ${show(w.shape)}.`);
  if (x.ndim !== 2 && x.ndim !== 3) fail('shape', 'conv1d', `expected input (N, C, L) or (C, L), got ${show(x.shape)}.`);
  const one = (value: number | readonly number[]): number => (typeof value === 'number' ? value : value[0]!);
  const image = x.ndim === 3 ? unsqueeze(x, 2) : unsqueeze(unsqueeze(x, 0), 2);
  const out = convolved(image, unsqueeze(w, 2), bias ?? null, {
    stride: [1, one(stride)],
    padding: typeof padding === 'string' ? padding : [0, one(padding)],
    dilation: [1, one(dilation)],
    groups,
  }, 'conv1d'); // prettier-ignore
  return x.ndim === 3 ? squeeze(out, 2) : squeeze(squeeze(out, 2), 0);
}

export interface TransposeOptions {
  readonly stride?: Pair;
  readonly padding?: Pair;
  readonly outputPadding?: Pair;
  readonly groups?: number;
  readonly dilation?: Pair;
}

/** The gradient of a convolution as an operation of its own: x (N, C, H, W), w (C, O/groups, kH, kW) → (N, O, H', W'). */
export function convTranspose2d(input: Tensor, weight: Tensor, bias?: Tensor | null, options: TransposeOptions = {}): Tensor {
  const { stride = 1, padding = 0, outputPadding = 0, groups = 1, dilation = 1 } = options;
  const name = 'convTranspose2d';
  return batched(tensorAt(input, 1, name), name, (x) => {
    const w = tensorAt(weight, 2, name);
    if (w.ndim !== 4) fail('shape', name, `expected a weight (in, out / groups, kH, kW), got ${show(w.shape)}.`);
    const [channels, perGroup, kh, kw] = w.shape as [number, number, number, number];
    if (x.shape[1] !== channels)
      fail('shape', name, `expected ${channels} input channels for the weight ${show(w.shape)}, got ${x.shape[1]} in ${show(x.shape)}.`);
    const [s, d, p, extra] = [
      pair(stride, 'stride', 1),
      pair(dilation, 'dilation', 1),
      pair(padding, 'padding', 0),
      pair(outputPadding, 'outputPadding', 0),
    ];
    for (const i of [0, 1] as const) {
      if (extra[i] >= Math.max(s[i], d[i])) fail('value', name, `expected outputPadding smaller than stride or dilation, got ${extra[i]}.`);
    }
    const along = (i: 0 | 1, k: number): number => (x.shape[2 + i]! - 1) * s[i] - 2 * p[i] + d[i] * (k - 1) + extra[i] + 1;
    const shape = [x.shape[0]!, perGroup * groups, along(0, kh), along(1, kw)];
    const window: Window2d = { stride: s, dilation: d, padding: [p[0], p[0], p[1], p[1]] };
    const [g, v] = [dense(x), dense(w)];
    const out = compute('conv2dInputGrad', [g, v], shape, x.dtype, { ...window, groups });
    const [xs, ws] = [x.shape, w.shape];
    track(
      name,
      [x, w],
      [out],
      ([again], [a, kernel], needs) => [
        needs[0] ? compute('conv2d', [dense(again!), dense(kernel!)], xs, a!.dtype, { ...window, groups, bias: false }) : null,
        needs[1] ? weightGradient(a!, again!, window, groups, ws) : null,
      ],
      { saved: [g, v], twice: false },
    );
    return bias ? e.add(out, reshape(bias, [1, -1, 1, 1])) : out;
  });
}

// ---- windows

interface WindowOptions {
  readonly dilation?: Pair;
  readonly padding?: Pair;
  readonly stride?: Pair;
}

function windowOf({ dilation = 1, padding = 0, stride = 1 }: WindowOptions): Window2d {
  const p = pair(padding, 'padding', 0);
  return { stride: pair(stride, 'stride', 1), dilation: pair(dilation, 'dilation', 1), padding: [p[0], p[0], p[1], p[1]] };
}

/** (N, C, H, W) → (N, C·kH·kW, L): every window as a column. */
export function unfold(input: Tensor, kernelSize: Pair, options: WindowOptions = {}): Tensor {
  const x = tensorAt(input, 1, 'unfold');
  const size = pair(kernelSize, 'kernelSize', 1);
  const window = windowOf(options);
  if (x.ndim === 3) return squeeze(unfold(unsqueeze(x, 0), kernelSize, options), 0);
  if (x.ndim !== 4) fail('shape', 'unfold', `expected an image (N, C, H, W) or (C, H, W), got ${show(x.shape)}.`);
  const [h, w] = outputSize(x.shape, size, window, 'unfold');
  return unfolded(x, size, window, [x.shape[0]!, x.shape[1]! * size[0] * size[1], h * w]);
}

function unfolded(x: Tensor, size: Two, window: Window2d, shape: Shape): Tensor {
  const out = compute('unfold', [dense(x)], shape, x.dtype, { ...window, size });
  const from = x.shape;
  track('unfold', [x], [out], ([g]) => [folded(g!, size, window, from)]);
  return out;
}

function folded(x: Tensor, size: Two, window: Window2d, shape: Shape): Tensor {
  const out = compute('fold', [dense(x)], shape, x.dtype, { ...window, size });
  const from = x.shape;
  track('fold', [x], [out], ([g]) => [unfolded(g!, size, window, from)]);
  return out;
}

/** (N, C·kH·kW, L) → (N, C, *outputSize): windows put back, overlaps added. */
export function fold(input: Tensor, outputSizes: Pair, kernelSize: Pair, options: WindowOptions = {}): Tensor {
  const x = tensorAt(input, 1, 'fold');
  if (x.ndim === 2) return squeeze(fold(unsqueeze(x, 0), outputSizes, kernelSize, options), 0);
  const [size, out] = [pair(kernelSize, 'kernelSize', 1), pair(outputSizes, 'outputSize', 1)];
  const window = windowOf(options);
  const area = size[0] * size[1];
  if (x.ndim !== 3 || x.shape[1]! % area !== 0) fail('shape', 'fold', `expected columns (N, C·${area}, L), got ${show(x.shape)}.`);
  const shape = [x.shape[0]!, x.shape[1]! / area, out[0], out[1]];
  const [h, w] = outputSize(shape, size, window, 'fold');
  if (x.shape[2] !== h * w) fail('shape', 'fold', `expected ${h * w} windows for an output ${out.join(' × ')}, got ${x.shape[2]}.`);
  return folded(x, size, window, shape);
}

// ---- pooling

export interface PoolOptions {
  readonly stride?: Pair | null;
  readonly padding?: Pair;
  readonly dilation?: Pair;
  readonly ceilMode?: boolean;
  readonly returnIndices?: boolean;
}

function poolWindow(k: Pair, { stride, padding = 0, dilation = 1 }: PoolOptions, name: string): { size: Two; window: Window2d } {
  const size = pair(k, 'kernelSize', 1);
  const p = pair(padding, 'padding', 0);
  if (p[0] > size[0] / 2 || p[1] > size[1] / 2)
    fail('value', name, `expected padding at most half of the window ${size.join(' × ')}, got ${p.join(', ')}.`);
  return {
    size,
    window: {
      stride: stride === undefined || stride === null ? size : pair(stride, 'stride', 1),
      dilation: pair(dilation, 'dilation', 1),
      padding: [p[0], p[0], p[1], p[1]],
    },
  };
}

/** The largest of each window; the first among ties. With `returnIndices` also where it lay in H·W. */
export function maxPool2d(input: Tensor, k: Pair, options: PoolOptions = {}): Tensor | [Tensor, Tensor] {
  const raw = tensorAt(input, 1, 'maxPool2d');
  const { size, window } = poolWindow(k, options, 'maxPool2d');
  const indices: Tensor[] = [];
  const values = batched(raw, 'maxPool2d', (x) => {
    const [h, w] = outputSize(x.shape, size, window, 'maxPool2d', options.ceilMode);
    const shape = [x.shape[0]!, x.shape[1]!, h, w];
    const [out, index] = computeAll(
      'maxPool2d',
      [dense(x)],
      [
        { shape, dtype: x.dtype },
        { shape, dtype: 'int32' },
      ],
      { ...window, size },
    );
    const from = x.shape;
    indices.push(index!);
    track('maxPool2d', [x], [out!], ([g], [places]) => [poolGradient(g!, places!, from)], { saved: [index!] });
    return out!;
  });
  if (!options.returnIndices) return values;
  return [values, raw.ndim === 3 ? squeeze(indices[0]!, 0) : indices[0]!];
}

function poolGradient(g: Tensor, index: Tensor, shape: Shape): Tensor {
  const out = compute('maxPool2dGrad', [dense(g), index], shape, g.dtype, {});
  const [n, c, h, w] = shape as [number, number, number, number];
  track('maxPool2dGrad', [g], [out], ([again], [places]) => [
    reshape(reshape(again!, [n, c, h * w]).gather(2, reshape(places!, [n, c, -1])), g.shape),
  ], { saved: [index] }); // prettier-ignore
  return out;
}

export function avgPool2d(
  input: Tensor,
  k: Pair,
  {
    countIncludePad = true,
    ceilMode = false,
    ...rest
  }: Omit<PoolOptions, 'dilation' | 'returnIndices'> & { countIncludePad?: boolean } = {},
): Tensor {
  const { size, window } = poolWindow(k, rest, 'avgPool2d');
  return batched(tensorAt(input, 1, 'avgPool2d'), 'avgPool2d', (x) => {
    const [h, w] = outputSize(x.shape, size, window, 'avgPool2d', ceilMode);
    return averaged(x, size, window, countIncludePad, [x.shape[0]!, x.shape[1]!, h, w]);
  });
}

function averaged(x: Tensor, size: Two, window: Window2d, includePadding: boolean, shape: Shape): Tensor {
  const out = compute('avgPool2d', [dense(x)], shape, x.dtype, { ...window, size, includePadding });
  const from = x.shape;
  track('avgPool2d', [x], [out], ([g]) => {
    const back = compute('avgPool2dGrad', [dense(g!)], from, g!.dtype, { ...window, size, includePadding });
    track('avgPool2dGrad', [g], [back], ([again]) => [averaged(again!, size, window, includePadding, shape)]);
    return [back];
  });
  return out;
}

/** Means over windows that divide the image into `size` cells, as even as they get. */
export function adaptiveAvgPool2d(input: Tensor, size: Pair | readonly [number | null, number | null]): Tensor {
  const raw = tensorAt(input, 1, 'adaptiveAvgPool2d');
  return batched(raw, 'adaptiveAvgPool2d', (x) => {
    const wanted = typeof size === 'number' ? [size, size] : [...size];
    const [h, w] = [wanted[0] ?? x.shape[2]!, wanted[1] ?? x.shape[3]!];
    for (const n of [h, w])
      if (!Number.isInteger(n) || n < 1) fail('value', 'adaptiveAvgPool2d', `expected sizes ≥ 1, got ${describe(n)}.`);
    return meanCells(meanCells(x, 2, h), 3, w);
  });
}

/** Cell i of n along a dim: the mean of [⌊i·L/n⌋, ⌈(i + 1)·L/n⌉). */
function meanCells(x: Tensor, dim: number, n: number): Tensor {
  const length = x.shape[dim]!;
  if (length % n === 0) return mean(reshape(x, [...x.shape.slice(0, dim), n, length / n, ...x.shape.slice(dim + 1)]), dim + 1);
  const cells = Array.from({ length: n }, (_, i) => {
    const [start, end] = [Math.floor((i * length) / n), Math.ceil(((i + 1) * length) / n)];
    return mean(narrow(x, dim, start, end - start), dim, { keepdim: true });
  });
  return cat(cells, { dim });
}
