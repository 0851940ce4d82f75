/* Softmax along rows on the device. */

import type { AttributesOf } from '../operations.ts';
import type { Shader } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { rowwise } from '../webgpu/step.ts';
import gradText from './softmax-grad.wgsl';
import text from './softmax.wgsl';

const shader: Shader = { name: 'softmax', text };
const gradShader: Shader = { name: 'softmaxGrad', text: gradText };

export const softmax: Lowering = (call, to) => {
  const { log } = call.attributes as AttributesOf<'softmax'>;
  const x = call.inputs[0]!;
  const y = call.outputs[0]!;
  if (x.dtype !== 'float32') return false;
  const [rows, n] = x.shape as [number, number];
  if (rows * n === 0) return true;
  const { LANES, groups } = rowwise(rows, n, to.facts);
  to.emit(shader, { LANES, LOG: log }, [x.buffer, y.buffer], [rows, n, x.offset, y.offset], groups);
  return true;
};

export const softmaxGrad: Lowering = (call, to) => {
  const { log } = call.attributes as AttributesOf<'softmaxGrad'>;
  const y = call.inputs[0]!;
  const g = call.inputs[1]!;
  const dx = call.outputs[0]!;
  if (y.dtype !== 'float32') return false;
  const [rows, n] = y.shape as [number, number];
  if (rows * n === 0) return true;
  const { LANES, groups } = rowwise(rows, n, to.facts);
  to.emit(gradShader, { LANES, LOG: log }, [y.buffer, g.buffer, dx.buffer], [rows, n, y.offset, g.offset, dx.offset], groups);
  return true;
};
