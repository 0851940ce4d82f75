/* Pooling of images [N, C, H, W] and its gradients. A window walks its taps; those in the padding count as −inf for the maximum
   and as nothing for the mean. */

import type { AttributesOf } from '../operations.ts';
import { window } from '../strided.ts';
import type { Call, HostArray } from '../types.ts';

type Four = [number, number, number, number];
type Pool = AttributesOf<'maxPool2d'>;

/** x → y [N, C, H', W'], index int32: row·W + column of the first maximum (the first NaN where there is one). */
export function maxPool2d(call: Call<HostArray>): void {
  const attributes = call.attributes as Pool;
  const x = window(call.inputs[0]!);
  const [y, index] = call.outputs.map(window) as [HostArray, HostArray];
  const [, , H, W] = call.inputs[0]!.shape as Four;
  eachWindow(attributes, call.outputs[0]!.shape as Four, (at, image, top, left) => {
    let most = -Infinity;
    let place = -1;
    eachTap(attributes, top, left, H, W, (position) => {
      const value = x[image * H * W + position]!;
      if (place < 0 || value > most || (value !== value && most === most)) {
        most = value;
        place = position;
      }
    });
    y[at] = most;
    index[at] = Math.max(place, 0);
  });
}

/** (g [N, C, H', W'], index) → dx [N, C, H, W]: g added at each index. */
export function maxPool2dGrad(call: Call<HostArray>): void {
  const [g, index] = call.inputs.map(window) as [HostArray, HostArray];
  const dx = window(call.outputs[0]!);
  const [, , rows, columns] = call.inputs[0]!.shape as Four;
  const [N, C, H, W] = call.outputs[0]!.shape as Four;
  const plane = new Float64Array(H * W);
  for (let image = 0; image < N * C; image++) {
    plane.fill(0);
    for (let i = image * rows * columns; i < (image + 1) * rows * columns; i++) plane[index[i]!]! += g[i]!;
    dx.set(plane, image * H * W);
  }
}

/** x → mean over each window. */
export function avgPool2d(call: Call<HostArray>): void {
  const attributes = call.attributes as AttributesOf<'avgPool2d'>;
  const x = window(call.inputs[0]!);
  const y = window(call.outputs[0]!);
  const [, , H, W] = call.inputs[0]!.shape as Four;
  eachWindow(attributes, call.outputs[0]!.shape as Four, (at, image, top, left) => {
    let sum = 0;
    eachTap(attributes, top, left, H, W, (position) => (sum += x[image * H * W + position]!));
    y[at] = sum / divisor(attributes, top, left, H, W);
  });
}

/** g [N, C, H', W'] → dx [N, C, H, W]: each window's share given to every element in it. */
export function avgPool2dGrad(call: Call<HostArray>): void {
  const attributes = call.attributes as AttributesOf<'avgPool2dGrad'>;
  const g = window(call.inputs[0]!);
  const y = call.outputs[0]!;
  const [, , H, W] = y.shape as Four;
  const dx = new Float64Array(window(y).length);
  eachWindow(attributes, call.inputs[0]!.shape as Four, (at, image, top, left) => {
    const share = g[at]! / divisor(attributes, top, left, H, W);
    eachTap(attributes, top, left, H, W, (position) => (dx[image * H * W + position]! += share));
  });
  window(y).set(dx);
}

/** Calls `visit` for each window, in the order of the result, with the position of its first tap (negative in the padding). */
function eachWindow(
  { stride, padding }: Pool,
  [N, C, rows, columns]: Four,
  visit: (at: number, image: number, top: number, left: number) => void,
): void {
  let at = 0;
  for (let image = 0; image < N * C; image++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) visit(at++, image, row * stride[0] - padding[0], column * stride[1] - padding[2]);
    }
  }
}

/** Calls `visit` with row·W + column of each tap inside the image. */
function eachTap({ size, dilation }: Pool, top: number, left: number, H: number, W: number, visit: (position: number) => void): void {
  for (let p = 0, row = top; p < size[0]; p++, row += dilation[0]) {
    if (row < 0 || row >= H) continue;
    for (let q = 0, column = left; q < size[1]; q++, column += dilation[1]) if (column >= 0 && column < W) visit(row * W + column);
  }
}

/** Taps inside the image, or with `includePadding` inside the padded image. */
function divisor(attributes: AttributesOf<'avgPool2d'>, top: number, left: number, H: number, W: number): number {
  const { padding, includePadding } = attributes;
  let count = 0;
  if (!includePadding) eachTap(attributes, top, left, H, W, () => count++);
  else {
    const [above, below, before, after] = padding;
    eachTap(attributes, top + above, left + before, above + H + below, before + W + after, () => count++);
  }
  return count;
}
