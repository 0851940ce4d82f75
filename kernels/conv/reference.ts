/* Convolution in two dims (cross-correlation, grouped, dilated), its two gradients, and unfolding into columns and back.
   Every one is the same walk: for each tap of the window, the rows of windows whose tap lies inside the input.
   A plane of results is accumulated in float64 and stored once. Images are [N, C, H, W], contiguous. */

import type { AttributesOf } from '../operations.ts';
import { window } from '../strided.ts';
import type { Call, HostArray } from '../types.ts';
import { tapSpan, windowCount } from './taps.ts';
import type { Window2d } from '../operations.ts';

type Four = [number, number, number, number];

/** (x [N, C, H, W], w [O, C/groups, kH, kW], bias [O]?) → [N, O, H', W']. 2·N·O·H'·W'·C/groups·kH·kW flop. */
export function conv2d(call: Call<HostArray>): void {
  const attributes = call.attributes as AttributesOf<'conv2d'>;
  const [x, w, bias] = call.inputs.map(window) as [HostArray, HostArray, HostArray?];
  const y = window(call.outputs[0]!);
  const [, C, H, W] = call.inputs[0]!.shape as Four;
  const [O, perGroup, kH, kW] = call.inputs[1]!.shape as Four;
  const [N, , rows, columns] = call.outputs[0]!.shape as Four;
  const plane = new Float64Array(rows * columns);
  for (let n = 0; n < N; n++) {
    for (let o = 0; o < O; o++) {
      const first = Math.floor(o / (O / attributes.groups)) * perGroup;
      plane.fill(attributes.bias ? bias![o]! : 0);
      for (let c = 0; c < perGroup; c++) {
        const image = (n * C + first + c) * H * W;
        const filter = (o * perGroup + c) * kH * kW;
        eachTapRow(attributes, [kH, kW], [H, W], [rows, columns], (tap, out, into, count, step) => {
          const weight = w[filter + tap]!;
          for (let i = 0, from = image + into; i < count; i++, from += step) plane[out + i]! += weight * x[from]!;
        });
      }
      y.set(plane, (n * O + o) * plane.length);
    }
  }
}

/** (g [N, O, H', W'], w) → dx [N, C, H, W]: each window's gradient spread over the elements it read. */
export function conv2dInputGrad(call: Call<HostArray>): void {
  const attributes = call.attributes as AttributesOf<'conv2dInputGrad'>;
  const [g, w] = call.inputs.map(window) as [HostArray, HostArray];
  const dx = window(call.outputs[0]!);
  const [N, O, rows, columns] = call.inputs[0]!.shape as Four;
  const [, perGroup, kH, kW] = call.inputs[1]!.shape as Four;
  const [, C, H, W] = call.outputs[0]!.shape as Four;
  const outPerGroup = O / attributes.groups;
  const plane = new Float64Array(H * W);
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      const group = Math.floor(c / perGroup);
      plane.fill(0);
      for (let o = group * outPerGroup; o < (group + 1) * outPerGroup; o++) {
        const gradient = (n * O + o) * rows * columns;
        const filter = (o * perGroup + (c % perGroup)) * kH * kW;
        eachTapRow(attributes, [kH, kW], [H, W], [rows, columns], (tap, out, into, count, step) => {
          const weight = w[filter + tap]!;
          for (let i = 0, to = into; i < count; i++, to += step) plane[to]! += weight * g[gradient + out + i]!;
        });
      }
      dx.set(plane, (n * C + c) * plane.length);
    }
  }
}

/** (g [N, O, H', W'], x [N, C, H, W]) → dw [O, C/groups, kH, kW]. */
export function conv2dWeightGrad(call: Call<HostArray>): void {
  const attributes = call.attributes as AttributesOf<'conv2dWeightGrad'>;
  const [g, x] = call.inputs.map(window) as [HostArray, HostArray];
  const dw = window(call.outputs[0]!);
  const [N, O, rows, columns] = call.inputs[0]!.shape as Four;
  const [, C, H, W] = call.inputs[1]!.shape as Four;
  const [, perGroup, kH, kW] = call.outputs[0]!.shape as Four;
  const filter = new Float64Array(kH * kW);
  for (let o = 0; o < O; o++) {
    const first = Math.floor(o / (O / attributes.groups)) * perGroup;
    for (let c = 0; c < perGroup; c++) {
      filter.fill(0);
      for (let n = 0; n < N; n++) {
        const image = (n * C + first + c) * H * W;
        const gradient = (n * O + o) * rows * columns;
        eachTapRow(attributes, [kH, kW], [H, W], [rows, columns], (tap, out, into, count, step) => {
          let sum = 0;
          for (let i = 0, from = image + into; i < count; i++, from += step) sum += g[gradient + out + i]! * x[from]!;
          filter[tap]! += sum;
        });
      }
      dw.set(filter, (o * perGroup + c) * filter.length);
    }
  }
}

/** x [N, C, H, W] → [N, C·kH·kW, L]: column l holds what window l reads, padding as 0. */
export function unfold(call: Call<HostArray>): void {
  const attributes = call.attributes as AttributesOf<'unfold'>;
  const x = window(call.inputs[0]!);
  const y = window(call.outputs[0]!);
  const [N, C, H, W] = call.inputs[0]!.shape as Four;
  const taps = attributes.size[0] * attributes.size[1];
  const windows = windowsOf(attributes, attributes.size, [H, W]);
  const L = windows[0] * windows[1];
  y.fill(0);
  for (let image = 0; image < N * C; image++) {
    eachTapRow(attributes, attributes.size, [H, W], windows, (tap, out, into, count, step) => {
      const to = (image * taps + tap) * L + out;
      for (let i = 0, from = image * H * W + into; i < count; i++, from += step) y[to + i] = x[from]!;
    });
  }
}

/** [N, C·kH·kW, L] → [N, C, H, W]: columns added back where windows read them. */
export function fold(call: Call<HostArray>): void {
  const attributes = call.attributes as AttributesOf<'fold'>;
  const x = window(call.inputs[0]!);
  const y = window(call.outputs[0]!);
  const [N, C, H, W] = call.outputs[0]!.shape as Four;
  const taps = attributes.size[0] * attributes.size[1];
  const windows = windowsOf(attributes, attributes.size, [H, W]);
  const L = windows[0] * windows[1];
  const plane = new Float64Array(H * W);
  for (let image = 0; image < N * C; image++) {
    plane.fill(0);
    eachTapRow(attributes, attributes.size, [H, W], windows, (tap, out, into, count, step) => {
      const from = (image * taps + tap) * L + out;
      for (let i = 0, to = into; i < count; i++, to += step) plane[to]! += x[from + i]!;
    });
    y.set(plane, image * H * W);
  }
}

/** Numbers of windows down and across. */
function windowsOf({ stride, padding, dilation }: Window2d, size: readonly [number, number], [H, W]: [number, number]): [number, number] {
  return [
    windowCount(H, size[0], stride[0], padding[0], padding[1], dilation[0]),
    windowCount(W, size[1], stride[1], padding[2], padding[3], dilation[1]),
  ];
}

/**
 * For each tap (row-major in the window) and each row of windows: `count` neighbouring windows from `out` (in the plane of windows)
 * on, whose taps lie in the image from `into` on, `step` apart.
 */
function eachTapRow(
  { stride, padding, dilation }: Window2d,
  [kH, kW]: readonly [number, number],
  [H, W]: [number, number],
  [rows, columns]: [number, number],
  visit: (tap: number, out: number, into: number, count: number, step: number) => void,
): void {
  for (let p = 0; p < kH; p++) {
    const down = tapSpan(p, dilation[0], stride[0], padding[0], H, rows);
    for (let q = 0; q < kW; q++) {
      const across = tapSpan(q, dilation[1], stride[1], padding[2], W, columns);
      const count = across.to - across.from;
      if (count <= 0) continue;
      for (let row = down.from; row < down.to; row++) {
        const into = (down.base + row * stride[0]) * W + across.base + across.from * stride[1];
        visit(p * kW + q, row * columns + across.from, into, count, stride[1]);
      }
    }
  }
}
