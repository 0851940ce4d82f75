/* Convolution of images and its gradients on the device, without an intermediate matrix. */

import type { AttributesOf, Window2d } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { View } from '../types.ts';
import type { Shader } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { flat } from '../webgpu/step.ts';
import inputGradText from './conv2d-input-grad.wgsl';
import weightGradText from './conv2d-weight-grad.wgsl';
import text from './conv2d.wgsl';

const shader: Shader = { name: 'conv2d', text };
const inputGrad: Shader = { name: 'conv2dInputGrad', text: inputGradText };
const weightGrad: Shader = { name: 'conv2dWeightGrad', text: weightGradText };

/** The words that all three kernels begin with: x [N, C, H, W], w [O, C / groups, kH, kW], y [N, O, H', W']. */
function sizes(
  x: View<unknown>,
  w: View<unknown>,
  y: View<unknown>,
  { stride, padding, dilation, groups }: Window2d & { readonly groups: number },
): number[] {
  const [n, c, h, width] = x.shape as [number, number, number, number];
  const [o, , kh, kw] = w.shape as [number, number, number, number];
  return [n, c, h, width, o, y.shape[2]!, y.shape[3]!, kh, kw, groups, ...stride, padding[0], padding[2], ...dilation].map(
    (word) => word >>> 0,
  );
}

const quads = (size: number): number => Math.ceil(size / 4);

export const conv2d: Lowering = (call, to) => {
  const attributes = call.attributes as AttributesOf<'conv2d'>;
  const [x, w, y] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
  const bias = attributes.bias ? call.inputs[2]! : x;
  if (x.dtype !== 'float32') return false;
  if (sizeOf(y.shape) === 0) return true;
  const [n, o, oh, ow] = y.shape as [number, number, number, number];
  const words = [...sizes(x, w, y, attributes), x.offset, w.offset, bias.offset, y.offset];
  const invocations = n * attributes.groups * quads(o / attributes.groups) * oh * quads(ow);
  to.emit(shader, { BIAS: attributes.bias }, [x.buffer, w.buffer, bias.buffer, y.buffer], words, flat(invocations));
  return true;
};

export const conv2dInputGrad: Lowering = (call, to) => {
  const attributes = call.attributes as AttributesOf<'conv2dInputGrad'>;
  const [g, w, dx] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
  if (g.dtype !== 'float32') return false;
  if (sizeOf(dx.shape) === 0) return true;
  const [n, c, h, width] = dx.shape as [number, number, number, number];
  const words = [...sizes(dx, w, g, attributes), g.offset, w.offset, dx.offset];
  const invocations = n * attributes.groups * quads(c / attributes.groups) * h * quads(width);
  to.emit(inputGrad, {}, [g.buffer, w.buffer, dx.buffer], words, flat(invocations));
  return true;
};

export const conv2dWeightGrad: Lowering = (call, to) => {
  const attributes = call.attributes as AttributesOf<'conv2dWeightGrad'>;
  const [g, x, dw] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
  if (g.dtype !== 'float32') return false;
  const size = sizeOf(dw.shape);
  if (size === 0) return true;
  const { groups } = attributes;
  const [o, ins, kh, kw] = dw.shape as [number, number, number, number];
  const rows = g.shape[0]! * g.shape[2]!;
  const tiles = groups * quads(o / groups) * quads(ins * kh * kw);
  const wanted = to.facts.software ? 64 : 4096;
  const chunks = Math.max(1, Math.min(Math.ceil(wanted / tiles), Math.floor(rows / 8)));
  const length = Math.ceil(rows / chunks);
  const words = [...sizes(x, dw, g, attributes), g.offset, x.offset];
  if (chunks === 1) {
    to.emit(weightGrad, {}, [g.buffer, x.buffer, dw.buffer], [...words, dw.offset, 1, length], flat(tiles));
    return true;
  }
  const partial = to.scratch(chunks * size, 'float32');
  to.emit(weightGrad, {}, [g.buffer, x.buffer, partial.buffer], [...words, 0, chunks, length], flat(tiles * chunks));
  const columns = { ...partial, shape: [size, chunks], strides: [1, size] };
  to.call({ op: 'reduce', inputs: [columns], outputs: [{ ...dw, shape: [size], strides: [1] }], attributes: { fn: 'sum', count: 1 } });
  return true;
};
