/* Cross entropy of class indices on the device. */

import type { AttributesOf } from '../operations.ts';
import { floatBits } from '../webgpu/shader.ts';
import type { Shader } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { rowwise } from '../webgpu/step.ts';
import gradText from './cross-entropy-grad.wgsl';
import text from './cross-entropy.wgsl';

const shader: Shader = { name: 'crossEntropy', text };
const gradShader: Shader = { name: 'crossEntropyGrad', text: gradText };

export const crossEntropy: Lowering = (call, to) => {
  const { ignoreIndex, smoothing } = call.attributes as AttributesOf<'crossEntropy'>;
  const [x, target, loss, lse] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!, call.outputs[1]!];
  if (x.dtype !== 'float32' || target.dtype !== 'int32') return false;
  const [rows, n] = x.shape as [number, number];
  if (rows === 0) return true;
  const { LANES, groups } = rowwise(rows, n, to.facts);
  to.emit(
    shader,
    { LANES, SMOOTHING: smoothing !== 0 },
    [x.buffer, target.buffer, loss.buffer, lse.buffer],
    [rows, n, x.offset, target.offset, loss.offset, lse.offset, ignoreIndex >>> 0, floatBits(smoothing)],
    groups,
  );
  return true;
};

export const crossEntropyGrad: Lowering = (call, to) => {
  const { ignoreIndex, smoothing } = call.attributes as AttributesOf<'crossEntropyGrad'>;
  const [g, x, target, lse] = [call.inputs[0]!, call.inputs[1]!, call.inputs[2]!, call.inputs[3]!];
  const dx = call.outputs[0]!;
  if (x.dtype !== 'float32' || target.dtype !== 'int32') return false;
  const [rows, n] = x.shape as [number, number];
  if (rows * n === 0) return true;
  const { LANES, groups } = rowwise(rows, n, to.facts);
  to.emit(
    gradShader,
    { LANES },
    [g.buffer, x.buffer, target.buffer, lse.buffer, dx.buffer],
    [rows, n, g.offset, x.offset, target.offset, lse.offset, dx.offset, ignoreIndex >>> 0, floatBits(smoothing), g.strides[0]! >>> 0],
    groups,
  );
  return true;
};
