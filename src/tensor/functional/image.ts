/* Padding, resizing and warping of images (tensor-api.md 7.7). */

import { noGrad } from '../autograd.ts';
import { compute } from '../dispatch.ts';
import { fail } from '../error.ts';
import { makeTensor } from '../reading.ts';
import { show } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import * as e from '../ops/elementwise.ts';
import { gather, indexSelect } from '../ops/gather.ts';
import { describe, numberFor, oneOf, tensorAt } from '../ops/operands.ts';
import { matmul } from '../ops/product.ts';
import { cat, narrow, reshape, unbind, unsqueeze } from '../ops/view.ts';

export interface PadOptions {
  readonly mode?: 'constant' | 'reflect' | 'replicate' | 'circular';
  readonly value?: number;
}

/** `pad` in pairs (before, after), the last dim first, as PyTorch; negative amounts cut. */
export function pad(input: Tensor, amounts: readonly number[], { mode = 'constant', value = 0 }: PadOptions = {}): Tensor {
  const x = tensorAt(input, 1, 'pad');
  oneOf(mode, ['constant', 'reflect', 'replicate', 'circular'] as const, 'mode');
  if (!Array.isArray(amounts) || amounts.length % 2 !== 0 || amounts.length > 2 * x.ndim || !amounts.every(Number.isInteger)) {
    fail(
      'value',
      'pad',
      `expected pairs of integers, at most ${x.ndim} for ${show(x.shape)}, got ${Array.isArray(amounts) ? show(amounts) : describe(amounts)}.`,
    );
  }
  let out = x;
  for (let i = 0; i < amounts.length / 2; i++) {
    const dim = x.ndim - 1 - i;
    const [before, after] = [amounts[2 * i]!, amounts[2 * i + 1]!];
    if (before === 0 && after === 0) continue;
    out = mode === 'constant' ? padConstant(out, dim, before, after, value) : padByIndex(out, dim, before, after, mode);
  }
  return out;
}

function padConstant(x: Tensor, dim: number, before: number, after: number, value: number): Tensor {
  const length = x.shape[dim]!;
  if (length + before + after < 0)
    fail('shape', 'pad', `padding ${before}, ${after} leaves nothing of the ${length} elements of dim ${dim}.`);
  const kept = narrow(x, dim, Math.max(0, -before), length + Math.min(0, before) + Math.min(0, after));
  const piece = (n: number): Tensor[] =>
    n > 0 ? [compute('fill', [], x.shape.map((s, i) => (i === dim ? n : s)), x.dtype, { value: numberFor(value, x.dtype, 'pad') }, x.device)] : []; // prettier-ignore
  return cat([...piece(before), kept, ...piece(after)], { dim });
}

function padByIndex(x: Tensor, dim: number, before: number, after: number, mode: 'reflect' | 'replicate' | 'circular'): Tensor {
  // What is cut off does not come round again.
  if (mode === 'circular' && (before < 0 || after < 0)) {
    const cut = padConstant(x, dim, Math.min(0, before), Math.min(0, after), 0);
    return padByIndex(cut, dim, Math.max(0, before), Math.max(0, after), mode);
  }
  const n = x.shape[dim]!;
  const most = mode === 'reflect' ? n - 1 : mode === 'circular' ? n : Infinity;
  if (before > most || after > most)
    fail('shape', 'pad', `expected a padding of at most ${most} in dim ${dim} for mode "${mode}", got ${before} and ${after}.`);
  const ids = Array.from({ length: n + before + after }, (_, i) => {
    const at = i - before;
    if (mode === 'replicate') return Math.min(n - 1, Math.max(0, at));
    if (mode === 'circular') return ((at % n) + n) % n;
    return at < 0 ? -at : at >= n ? 2 * (n - 1) - at : at;
  });
  return indexSelect(x, dim, makeTensor(Int32Array.from(ids), { device: x.device }));
}

export interface InterpolateOptions {
  readonly size?: number | readonly number[] | null;
  readonly scaleFactor?: number | readonly number[] | null;
  readonly mode?: 'nearest' | 'bilinear';
  readonly alignCorners?: boolean | null;
}

/** (N, C, H, W) → (N, C, H', W'). */
export function interpolate(input: Tensor, { size, scaleFactor, mode = 'nearest', alignCorners }: InterpolateOptions = {}): Tensor {
  const x = tensorAt(input, 1, 'interpolate');
  oneOf(mode, ['nearest', 'bilinear'] as const, 'mode');
  if (mode === 'nearest' && alignCorners) fail('value', 'interpolate', 'alignCorners belongs to mode "bilinear".');
  const spatial = x.ndim - 2;
  if (spatial < 1 || (mode === 'bilinear' && spatial !== 2))
    fail('shape', 'interpolate', `expected an image (N, C, H, W), got ${show(x.shape)}.`);
  if (((size ?? null) === null) === ((scaleFactor ?? null) === null))
    fail('value', 'interpolate', 'expected size or scaleFactor, and not both.');
  const many = (value: number | readonly number[]): readonly number[] =>
    typeof value === 'number' ? new Array<number>(spatial).fill(value) : value;
  const factors = scaleFactor === undefined || scaleFactor === null ? null : many(scaleFactor);
  const sizes = factors ? factors.map((f, i) => Math.floor(x.shape[2 + i]! * f)) : [...many(size as number)];
  let out = x;
  sizes.forEach((length, i) => {
    if (!Number.isInteger(length) || length < 1) fail('value', 'interpolate', `expected sizes ≥ 1, got ${describe(length)}.`);
    const from = x.shape[2 + i]!;
    const step = factors ? 1 / factors[i]! : from / length;
    out = mode === 'nearest' ? nearest(out, 2 + i, length, step) : linear(out, 2 + i, length, step, alignCorners === true);
  });
  return out;
}

function nearest(x: Tensor, dim: number, length: number, step: number): Tensor {
  const last = x.shape[dim]! - 1;
  const ids = Int32Array.from({ length }, (_, i) => Math.min(last, Math.floor(Math.fround(i * Math.fround(step)))));
  return indexSelect(x, dim, makeTensor(ids, { device: x.device }));
}

/** Between the two neighbours along one dim. */
function linear(x: Tensor, dim: number, length: number, step: number, corners: boolean): Tensor {
  const last = x.shape[dim]! - 1;
  const places = Array.from({ length }, (_, i) => {
    if (corners) return length > 1 ? (i * last) / (length - 1) : 0;
    return Math.max(0, (i + 0.5) * step - 0.5);
  });
  const low = Int32Array.from(places, (at) => Math.min(last, Math.floor(at)));
  const high = Int32Array.from(low, (at) => Math.min(last, at + 1));
  const weight = places.map((at, i) => at - low[i]!);
  const shape = x.shape.map((_, i) => (i === dim ? length : 1));
  const w = makeTensor(weight, { device: x.device, dtype: x.dtype, shape });
  const ids = (list: Int32Array): Tensor => makeTensor(list, { device: x.device });
  return e.add(e.mul(indexSelect(x, dim, ids(low)), e.sub(1, w)), e.mul(indexSelect(x, dim, ids(high)), w));
}

/** Sampling places (N, H, W, 2) in [−1, 1], (x, y), of affine maps theta (N, 2, 3). */
export function affineGrid(
  theta: Tensor,
  size: readonly number[],
  { alignCorners = false }: { alignCorners?: boolean | null } = {},
): Tensor {
  const maps = tensorAt(theta, 1, 'affineGrid');
  const [n, , h, w] = size as readonly [number, number, number, number];
  if (size.length !== 4 || maps.ndim !== 3 || maps.shape[0] !== n || maps.shape[1] !== 2 || maps.shape[2] !== 3) {
    fail('shape', 'affineGrid', `expected theta (N, 2, 3) and a size (N, C, H, W), got ${show(maps.shape)} and ${show(size)}.`);
  }
  const axis = (length: number): number[] =>
    Array.from({ length }, (_, i) => (alignCorners ? (length > 1 ? (2 * i) / (length - 1) - 1 : 0) : (2 * i + 1) / length - 1));
  const [xs, ys] = [axis(w), axis(h)];
  const base = makeTensor(ys.flatMap((y) => xs.flatMap((x) => [x, y, 1])), { device: maps.device, dtype: maps.dtype, shape: [1, h * w, 3] }); // prettier-ignore
  return reshape(matmul(base.expand(n, -1, -1), maps.transpose(1, 2)), [n, h, w, 2]);
}

export interface GridSampleOptions {
  readonly mode?: 'bilinear' | 'nearest';
  readonly paddingMode?: 'zeros' | 'border';
  readonly alignCorners?: boolean | null;
}

/** x (N, C, H, W) read at grid (N, H', W', 2) in [−1, 1] → (N, C, H', W'). */
export function gridSample(
  input: Tensor,
  places: Tensor,
  { mode = 'bilinear', paddingMode = 'zeros', alignCorners = false }: GridSampleOptions = {},
): Tensor {
  const [x, grid] = [tensorAt(input, 1, 'gridSample'), tensorAt(places, 2, 'gridSample')];
  oneOf(mode, ['bilinear', 'nearest'] as const, 'mode');
  oneOf(paddingMode, ['zeros', 'border'] as const, 'paddingMode');
  if (x.ndim !== 4 || grid.ndim !== 4 || grid.shape[3] !== 2 || grid.shape[0] !== x.shape[0]) {
    fail('shape', 'gridSample', `expected (N, C, H, W) and (N, H', W', 2) with one N, got ${show(x.shape)} and ${show(grid.shape)}.`);
  }
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const [gx, gy] = unbind(grid, -1) as [Tensor, Tensor];
  const pixels = (t: Tensor, size: number): Tensor => {
    const at = alignCorners ? e.mul(e.add(t, 1), (size - 1) / 2) : e.sub(e.mul(e.add(t, 1), size / 2), 0.5);
    return paddingMode === 'border' ? e.clamp(at, 0, size - 1) : at;
  };
  const [px, py] = [pixels(gx, w), pixels(gy, h)];
  const flat = reshape(x, [n, c, h * w]);
  const [oh, ow] = [grid.shape[1]!, grid.shape[2]!];
  /** Values at whole pixels; 0 outside. */
  const read = (ix: Tensor, iy: Tensor): Tensor =>
    noGradIndex(ix, iy, h, w, (ids, inside) => {
      const index = reshape(ids, [n, 1, oh * ow]).expand(n, c, oh * ow);
      const values = reshape(gather(flat, 2, index.contiguous()), [n, c, oh, ow]);
      return e.mul(values, unsqueeze(inside, 1));
    });
  if (mode === 'nearest') return read(noGrad(() => e.round(px)), noGrad(() => e.round(py))); // prettier-ignore
  const [x0, y0] = [noGrad(() => e.floor(px)), noGrad(() => e.floor(py))];
  const [fx, fy] = [e.sub(px, x0), e.sub(py, y0)];
  const [x1, y1] = [noGrad(() => e.add(x0, 1)), noGrad(() => e.add(y0, 1))];
  const part = (ix: Tensor, iy: Tensor, weight: Tensor): Tensor => e.mul(read(ix, iy), unsqueeze(weight, 1));
  const [nx, ny] = [e.sub(1, fx), e.sub(1, fy)];
  return e.add(
    e.add(part(x0, y0, e.mul(nx, ny)), part(x1, y0, e.mul(fx, ny))),
    e.add(part(x0, y1, e.mul(nx, fy)), part(x1, y1, e.mul(fx, fy))),
  );
}

/** Flat int32 indices of whole pixel places, clipped, and 1 where they lay inside. */
function noGradIndex(ix: Tensor, iy: Tensor, h: number, w: number, use: (ids: Tensor, inside: Tensor) => Tensor): Tensor {
  const [ids, inside] = noGrad(() => {
    const within = e.logicalAnd(e.logicalAnd(e.ge(ix, 0), e.lt(ix, w)), e.logicalAnd(e.ge(iy, 0), e.lt(iy, h)));
    const flat = e.add(e.mul(e.clamp(e.nanToNum(iy), 0, h - 1), w), e.clamp(e.nanToNum(ix), 0, w - 1));
    return [e.cast(flat, 'int32'), e.cast(within, ix.dtype)] as const;
  });
  return use(ids, inside);
}
