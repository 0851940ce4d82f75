/* Pooling and windows of images on the device. */

import type { AttributesOf, Window2d } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { Call, View } from '../types.ts';
import type { Shader } from '../webgpu/shader.ts';
import type { Lowering, Target } from '../webgpu/step.ts';
import { flat } from '../webgpu/step.ts';
import text from './pool.wgsl';

const shader: Shader = { name: 'pool', text };

type Pool = Window2d & { readonly size: readonly [number, number]; readonly includePadding?: boolean };

const plain: Pool = { size: [1, 1], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] };

/** Emits the kernel `kind`: images [n, c, h, w], windows [oh, ow]. */
function emit<B>(
  to: Target<B>,
  kind: number,
  image: readonly number[],
  windows: readonly [number, number],
  pool: Pool,
  x: View<B>,
  index: View<B> | undefined,
  y: View<B>,
  invocations: number,
): boolean {
  if (x.dtype !== 'float32' || y.dtype !== 'float32') return false;
  if (invocations === 0) return true;
  const [n, c, h, w] = image as [number, number, number, number];
  const at = index ?? to.scratch(4, 'int32');
  const sizes = [n * c, h, w, ...windows, ...pool.size, ...pool.stride, ...pool.padding, ...pool.dilation].map((word) => word >>> 0);
  const words = [...sizes, pool.includePadding ? 1 : 0, x.offset, at.offset, y.offset];
  to.emit(shader, { KIND: `${kind}u` }, [x.buffer, at.buffer, y.buffer], words, flat(invocations));
  return true;
}

const lastTwo = (view: View<unknown>): [number, number] => [view.shape[2]!, view.shape[3]!];

export const maxPool2d: Lowering = (call, to) => {
  const [x, y, index] = [call.inputs[0]!, call.outputs[0]!, call.outputs[1]!];
  return emit(to, 0, x.shape, lastTwo(y), call.attributes as AttributesOf<'maxPool2d'>, x, index, y, sizeOf(y.shape));
};

export const maxPool2dGrad: Lowering = (call, to) => {
  const [g, index, dx] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
  const planes = sizeOf(dx.shape) === 0 ? 0 : dx.shape[0]! * dx.shape[1]!;
  return emit(to, 1, dx.shape, lastTwo(g), plain, g, index, dx, planes);
};

export const avgPool2d: Lowering = (call, to) => {
  const [x, y] = [call.inputs[0]!, call.outputs[0]!];
  return emit(to, 2, x.shape, lastTwo(y), call.attributes as AttributesOf<'avgPool2d'>, x, undefined, y, sizeOf(y.shape));
};

export const avgPool2dGrad: Lowering = (call, to) => {
  const [g, dx] = [call.inputs[0]!, call.outputs[0]!];
  return emit(to, 3, dx.shape, lastTwo(g), call.attributes as AttributesOf<'avgPool2dGrad'>, g, undefined, dx, sizeOf(dx.shape));
};

/** Windows along each dim of an image. */
function windowsOf(image: View<unknown>, call: Call): [number, number] {
  const { size, stride, padding, dilation } = call.attributes as AttributesOf<'unfold'>;
  const count = (d: 0 | 1): number =>
    Math.floor((image.shape[2 + d]! + padding[2 * d]! + padding[2 * d + 1]! - dilation[d] * (size[d] - 1) - 1) / stride[d]) + 1;
  return [count(0), count(1)];
}

export const unfold: Lowering = (call, to) => {
  const [x, y] = [call.inputs[0]!, call.outputs[0]!];
  return emit(to, 4, x.shape, windowsOf(x, call), call.attributes as AttributesOf<'unfold'>, x, undefined, y, sizeOf(y.shape));
};

export const fold: Lowering = (call, to) => {
  const [x, y] = [call.inputs[0]!, call.outputs[0]!];
  return emit(to, 5, y.shape, windowsOf(y, call), call.attributes as AttributesOf<'fold'>, x, undefined, y, sizeOf(y.shape));
};
