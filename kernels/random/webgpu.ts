/* Random numbers on the device: the words of the reference, exactly. */

import type { AttributesOf } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { Shader } from '../webgpu/shader.ts';
import { floatBits } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { flat } from '../webgpu/step.ts';
import text from './random.wgsl';

const shader: Shader = { name: 'random', text };

const values = {
  bits: 'bitcast<vec4i>(w)',
  uniform: undefined,
  normal: 'vec4f(pair(w.xy), pair(w.zw))',
  integer:
    'bitcast<vec4i>(vec4u(p.low) + vec4u(mulWide(w.x, p.high).y, mulWide(w.y, p.high).y, mulWide(w.z, p.high).y, mulWide(w.w, p.high).y))',
} as const;

export const random: Lowering = (call, to) => {
  const { kind, low, high } = call.attributes as AttributesOf<'random'>;
  const state = call.inputs[0]!;
  const y = call.outputs[0]!;
  if (y.dtype !== 'float32' && y.dtype !== 'int32') return false;
  const size = sizeOf(y.shape);
  if (size === 0) return true;
  const span = high - low;
  if (kind === 'integer' && span >= 2 ** 32) return false;
  const limits =
    kind === 'integer'
      ? [low >>> 0, span >>> 0]
      : kind === 'uniform'
        ? [floatBits(low), floatBits(span)]
        : [floatBits(low), floatBits(high)];
  const made = values[kind];
  const constants = { T: y.dtype === 'float32' ? 'f32' : 'i32', ...(made ? { 'fn values': made } : {}) };
  to.emit(shader, constants, [state.buffer, y.buffer], [size, state.offset, y.offset, ...limits], flat(Math.ceil(size / 4)));
  return true;
};
