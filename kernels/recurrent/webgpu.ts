/* Whole sequences of recurrent layers on the device: one dispatch a step, since each needs all of the step before. */

import type { AttributesOf } from '../operations.ts';
import type { View } from '../types.ts';
import type { Shader } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { flat } from '../webgpu/step.ts';
import gradText from './rnn-grad.wgsl';
import weightsText from './rnn-weights.wgsl';
import text from './rnn.wgsl';

const shader: Shader = { name: 'rnn', text };
const gradShader: Shader = { name: 'rnnGrad', text: gradText };
const weightsShader: Shader = { name: 'rnnWeights', text: weightsText };
const modes = ['tanh', 'relu', 'gru', 'lstm'];

export const rnn: Lowering = (call, to) => {
  const { mode, reverse } = call.attributes as AttributesOf<'rnn'>;
  const [xw, whh, bhh, h0] = [call.inputs[0]!, call.inputs[1]!, call.inputs[2]!, call.inputs[3]!];
  const c0 = mode === 'lstm' ? call.inputs[4]! : h0;
  const [out, saved] = [call.outputs[0]!, call.outputs[1]!];
  if (xw.dtype !== 'float32') return false;
  const [T, B, H] = out.shape as [number, number, number];
  if (T * B * H === 0) return true;
  const cells = mode === 'lstm' ? call.outputs[2]! : to.scratch(4, 'float32');
  const views = [xw, whh, bhh, h0, c0, out, saved, cells];
  const buffers = views.map(({ buffer }) => buffer);
  const constants = { MODE: `${modes.indexOf(mode)}u` };
  for (let step = 0; step < T; step++) {
    const t = reverse ? T - 1 - step : step;
    const before = step === 0 ? 0 : reverse ? t + 1 : t - 1;
    to.emit(shader, constants, buffers, [t, before, B, H, step === 0 ? 1 : 0, ...views.map(({ offset }) => offset)], flat(B * H));
  }
  return true;
};

export const rnnGrad: Lowering = (call, to) => {
  const { mode, reverse } = call.attributes as AttributesOf<'rnnGrad'>;
  const [g, whh, h0, out, saved] = [call.inputs[0]!, call.inputs[1]!, call.inputs[2]!, call.inputs[3]!, call.inputs[4]!];
  const [dxw, dwhh, dbhh, dh0] = [call.outputs[0]!, call.outputs[1]!, call.outputs[2]!, call.outputs[3]!];
  if (g.dtype !== 'float32') return false;
  const [T, B, H] = g.shape as [number, number, number];
  if (T * B * H === 0) return false;
  const lstm = mode === 'lstm';
  const carry: View<typeof g.buffer> = lstm ? call.outputs[4]! : to.scratch(B * H, 'float32');
  if (lstm) to.call({ op: 'copy', inputs: [call.inputs[7]!], outputs: [carry], attributes: {} });
  const simple = mode === 'tanh' || mode === 'relu';
  const views = [g, whh, simple ? out : saved, lstm ? call.inputs[6]! : out, lstm ? call.inputs[5]! : h0, dxw, carry, dh0];
  const buffers = views.map(({ buffer }) => buffer);
  const offsets = views.map(({ offset }) => offset);
  const constants = { MODE: `${modes.indexOf(mode)}u` };
  for (let step = T - 1; step >= -1; step--) {
    const at = (s: number): number => Math.max(0, Math.min(T - 1, reverse ? T - 1 - s : s));
    const flags = [step === 0 ? 1 : 0, step === T - 1 ? 1 : 0, step < 0 ? 1 : 0];
    to.emit(gradShader, constants, buffers, [at(step), at(step + 1), at(step - 1), B, H, ...flags, ...offsets], flat(B * H));
  }
  const sums = [dxw, saved, out, h0, dwhh, dbhh];
  to.emit(
    weightsShader,
    constants,
    sums.map(({ buffer }) => buffer),
    [T, B, H, reverse ? 1 : 0, ...sums.map(({ offset }) => offset)],
    flat(dwhh.shape[0]! * H),
  );
  return true;
};
