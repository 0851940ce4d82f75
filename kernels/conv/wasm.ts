/* Convolutions as records of conv.as and patches.as. The gradient in the input is a convolution of g (its rows and columns as far apart as the
   stride) with the flipped window; the gradient in the weights sums over parts of the batch, added up by a second record. */

import type { AttributesOf, Window2d } from '../operations.ts';
import { contiguousStrides } from '../operations.ts';
import { copy } from '../elementwise/wasm.ts';
import type { Call, View } from '../types.ts';
import { moreKernels } from '../wasm/more.ts';
import type { Encoder, Tape } from '../wasm/tape.ts';

interface Sizes {
  readonly images: number;
  readonly groups: number;
  /** Rows of a group's matrix. */
  readonly M: number;
  /** Input channels of a group. */
  readonly C: number;
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly stuffing: readonly [number, number];
  readonly flipped: boolean;
  /** Output rows of a tile, or parts of the batch. */
  readonly last: number;
}

function putSizes<B>(tape: Tape<B>, s: Sizes): void {
  tape.integers(
    s.images,
    s.groups,
    s.M,
    s.C,
    ...s.input,
    ...s.output,
    ...s.window,
    ...s.stride,
    ...s.padding,
    ...s.dilation,
    ...s.stuffing,
  );
  tape.integers(Number(s.flipped), s.last);
}

/** Scratch of a tile that holds `rows` padded rows, besides a panel. */
function scratchOf(s: Sizes, outputRows: number): number {
  const rows = (outputRows - 1) * s.stride[0] + (s.window[0] - 1) * s.dilation[0] + 1;
  const reach = (s.output[1] - 1) * s.stride[1] + (s.window[1] - 1) * s.dilation[1] + 1;
  const width = Math.ceil(reach / s.stride[1]) * s.stride[1];
  const weights = s.C * s.window[0] * s.window[1] * 4;
  return 256 + weights + 64 + (s.M + 3) * weights + s.C * rows * width * 4 + 256;
}

/** Output rows of a tile: its padded input should stay in the second-level cache, and threads should have some tiles each. */
function rowsOfTile(s: Sizes): number {
  let rows = s.output[0];
  while (rows > 4 && (scratchOf(s, rows) > 1 << 18 || s.images * s.groups * Math.ceil(s.output[0] / rows) < 8)) rows = Math.ceil(rows / 2);
  return rows;
}

function putConvolution<B>(
  tape: Tape<B>,
  sizes: Sizes,
  matrices: (tape: Tape<B>) => void,
  x: View<B>,
  bias: View<B> | undefined,
  y: View<B>,
): void {
  const last = rowsOfTile(sizes);
  tape.beginMore(moreKernels, 'conv2d', sizes.images * sizes.groups * Math.ceil(sizes.output[0] / last), scratchOf(sizes, last));
  matrices(tape);
  tape.address(x).address(bias).address(y);
  putSizes(tape, { ...sizes, last });
  tape.end();
}

export const conv2d: Encoder = (call, tape) => {
  const { groups, bias, stride, padding, dilation } = call.attributes as AttributesOf<'conv2d'>;
  const [x, w, b] = call.inputs;
  const y = call.outputs[0]!;
  if (x!.dtype === 'float64' || y.shape.includes(0) || x!.shape.includes(0)) return y.shape.includes(0);
  const [images, channels, H, W] = x!.shape as [number, number, number, number];
  const [, O, outH, outW] = y.shape as [number, number, number, number];
  const sizes: Sizes = {
    ...{ images, groups, M: O / groups, C: channels / groups, input: [H, W], output: [outH, outW] },
    ...{
      window: [w!.shape[2]!, w!.shape[3]!],
      stride,
      padding: [padding[0], padding[2]],
      dilation,
      stuffing: [1, 1],
      flipped: false,
      last: 0,
    },
  };
  putConvolution(tape, sizes, (t) => t.address(w), x!, bias ? b : undefined, y);
  return true;
};

export const conv2dInputGrad: Encoder = <B>(call: Call<B>, tape: Tape<B>) => {
  const { groups, stride, padding, dilation } = call.attributes as AttributesOf<'conv2dInputGrad'>;
  const [g, w] = call.inputs as [View<B>, View<B>];
  const dx = call.outputs[0]!;
  if (g.dtype === 'float64' || dx.shape.includes(0) || g.shape.includes(0)) return dx.shape.includes(0);
  const [images, O, gH, gW] = g.shape as [number, number, number, number];
  const [, channels, H, W] = dx.shape as [number, number, number, number];
  const [kH, kW] = [w.shape[2]!, w.shape[3]!];
  const [C, M] = [O / groups, channels / groups];
  // w [G·O', C', k] → [G, C', O', k]
  const k = kH * kW;
  const pointer = tape.host.temporary(O * M * k * 4);
  const shape = [groups, M, C, k];
  const from: View<B> = { ...w, shape, strides: [C * M * k, k, M * k, 1] };
  copyTo(tape, from, pointer);
  const sizes: Sizes = {
    ...{
      images,
      groups,
      M,
      C,
      input: [gH, gW],
      output: [H, W],
      window: [kH, kW],
      stride: [1, 1],
      dilation,
      stuffing: stride,
      flipped: true,
      last: 0,
    },
    padding: [(kH - 1) * dilation[0] - padding[0], (kW - 1) * dilation[1] - padding[2]],
  };
  putConvolution(tape, sizes, (t) => t.integer(pointer), g, undefined, dx);
  return true;
};

/** Writes down a copy of a view to the given place, contiguous. */
function copyTo<B>(tape: Tape<B>, from: View<B>, pointer: number): void {
  const to: View<B> = { ...from, offset: 0, strides: contiguousStrides(from.shape), buffer: tape.placeAt(pointer) };
  copy({ op: 'copy', inputs: [from], outputs: [to], attributes: {} }, tape);
}

/** Parts of the batch that are summed apart, at most. */
const PARTS = 8;

export const conv2dWeightGrad: Encoder = (call, tape) => {
  const { groups, stride, padding, dilation } = call.attributes as AttributesOf<'conv2dWeightGrad'>;
  const [g, x] = call.inputs;
  const dw = call.outputs[0]!;
  if (g!.dtype === 'float64' || dw.shape.includes(0) || g!.shape.includes(0)) return dw.shape.includes(0);
  const [images, channels, H, W] = x!.shape as [number, number, number, number];
  const [, O, outH, outW] = g!.shape as [number, number, number, number];
  const [M, C] = [O / groups, channels / groups];
  const K = C * dw.shape[2]! * dw.shape[3]!;
  const wide = (M + 7) & ~7;
  const bytes = groups * K * wide * 4;
  const parts = Math.max(1, Math.min(PARTS, images, Math.floor((1 << 24) / bytes)));
  const pointer = tape.host.temporary(parts * bytes);
  const sizes: Sizes = {
    ...{ images, groups, M, C, input: [H, W], output: [outH, outW], window: [dw.shape[2]!, dw.shape[3]!] },
    ...{ stride, padding: [padding[0], padding[2]], dilation, stuffing: [1, 1], flipped: false, last: parts },
  };
  tape.beginMore(moreKernels, 'conv2dWeightGrad', parts * groups, scratchOf(sizes, outH) + outW * 32);
  tape.address(g).address(x).integers(0, pointer);
  putSizes(tape, sizes);
  tape.end();
  tape.beginMore(moreKernels, 'conv2dWeightSum', 1).integer(pointer).address(dw).integers(parts, groups, M, K).end();
  return true;
};

export const unfold: Encoder = (call, tape) => {
  const { size, ...window } = call.attributes as AttributesOf<'unfold'>;
  const [x, y] = [call.inputs[0]!, call.outputs[0]!];
  if (x.dtype === 'float64' || y.shape.includes(0)) return y.shape.includes(0);
  putPatches(tape, 'unfold', x, y, x, window, size);
  return true;
};

export const fold: Encoder = (call, tape) => {
  const { size, ...window } = call.attributes as AttributesOf<'fold'>;
  const [x, y] = [call.inputs[0]!, call.outputs[0]!];
  if (x.dtype === 'float64' || x.shape.includes(0)) return false;
  putPatches(tape, 'fold', x, y, y, window, size);
  return true;
};

function putPatches<B>(
  tape: Tape<B>,
  op: 'unfold' | 'fold',
  x: View<B>,
  y: View<B>,
  image: View<B>,
  window: Window2d,
  size: readonly [number, number],
): void {
  const [N, C, H, W] = image.shape as [number, number, number, number];
  const [outH, outW] = outputSize(H, W, window, size);
  tape
    .beginMore(moreKernels, op, N * C)
    .address(x)
    .address(y)
    .integers(N, C, H, W, outH, outW, ...size, ...window.stride);
  tape.integers(window.padding[0], window.padding[2], ...window.dilation).end();
}

/** How many windows fit, down and across. */
export function outputSize(
  H: number,
  W: number,
  { stride, padding, dilation }: Window2d,
  size: readonly [number, number],
): [number, number] {
  return [
    Math.floor((H + padding[0] + padding[1] - dilation[0] * (size[0] - 1) - 1) / stride[0]) + 1,
    Math.floor((W + padding[2] + padding[3] - dilation[1] * (size[1] - 1) - 1) / stride[1]) + 1,
  ];
}
