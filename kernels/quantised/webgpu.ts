/* Products with weights of 8 or 4 bits on the device. */

import type { AttributesOf } from '../operations.ts';
import type { Shader } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { flat } from '../webgpu/step.ts';
import text from './qmatmul.wgsl';

const shader: Shader = { name: 'qmatmul', text };

export const qmatmul: Lowering = (call, to) => {
  const { bits, groupSize, asymmetric } = call.attributes as AttributesOf<'qmatmul'>;
  const [x, q, scale, y] = [call.inputs[0]!, call.inputs[1]!, call.inputs[2]!, call.outputs[0]!];
  const zero = asymmetric ? call.inputs[3]! : scale;
  if (x.dtype !== 'float32') return false;
  const [m, k] = x.shape as [number, number];
  const [n, bytes] = q.shape as [number, number];
  if (m * n === 0) return true;
  const Z = zero.dtype === 'float32' ? 'f32' : zero.dtype === 'int32' ? 'i32' : 'u32';
  const words = [m, n, k, bytes, scale.shape[1]!, Math.min(groupSize, 2 ** 31), x.offset, q.offset, scale.offset, zero.offset, y.offset];
  const constants = { Z, BITS: `${bits}u`, ASYMMETRIC: asymmetric };
  to.emit(shader, constants, [x.buffer, q.buffer, scale.buffer, zero.buffer, y.buffer], words, flat(Math.ceil(m / 4) * n));
  return true;
};
