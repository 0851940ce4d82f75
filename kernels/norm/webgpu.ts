/* Layer and RMS norm along rows on the device; the gradients of weight and bias are sums over rows, in two passes where rows are many. */

import type { AttributesOf } from '../operations.ts';
import { floatBits } from '../webgpu/shader.ts';
import type { Shader } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { flat, rowwise } from '../webgpu/step.ts';
import gradText from './layer-norm-grad.wgsl';
import weightsText from './layer-norm-weights.wgsl';
import text from './layer-norm.wgsl';

const shader: Shader = { name: 'layerNorm', text };
const gradShader: Shader = { name: 'layerNormGrad', text: gradText };
const weightsShader: Shader = { name: 'layerNormWeights', text: weightsText };

export const layerNorm: Lowering = (call, to) => {
  const { eps, rms, weight, bias } = call.attributes as AttributesOf<'layerNorm'>;
  const x = call.inputs[0]!;
  const w = weight ? call.inputs[1]! : x;
  const b = bias ? call.inputs[weight ? 2 : 1]! : x;
  const [y, mean, rstd] = [call.outputs[0]!, call.outputs[1]!, call.outputs[2]!];
  if (x.dtype !== 'float32') return false;
  const [rows, n] = x.shape as [number, number];
  if (rows === 0) return true;
  const { LANES, groups } = rowwise(rows, n, to.facts);
  to.emit(
    shader,
    { LANES, RMS: rms, WEIGHT: weight, BIAS: bias },
    [x.buffer, w.buffer, b.buffer, y.buffer, mean.buffer, rstd.buffer],
    [rows, n, x.offset, w.offset, b.offset, y.offset, mean.offset, rstd.offset, floatBits(eps)],
    groups,
  );
  return true;
};

export const layerNormGrad: Lowering = (call, to) => {
  const { rms, weight, bias } = call.attributes as AttributesOf<'layerNormGrad'>;
  const [g, x, mean, rstd] = [call.inputs[0]!, call.inputs[1]!, call.inputs[2]!, call.inputs[3]!];
  const w = weight ? call.inputs[4]! : x;
  const dx = call.outputs[0]!;
  if (x.dtype !== 'float32') return false;
  const [rows, n] = x.shape as [number, number];
  const last = (): true => {
    if (rows * n > 0) {
      const { LANES, groups } = rowwise(rows, n, to.facts);
      to.emit(
        gradShader,
        { LANES, RMS: rms, WEIGHT: weight },
        [g.buffer, x.buffer, mean.buffer, rstd.buffer, w.buffer, dx.buffer],
        [rows, n, g.offset, x.offset, mean.offset, rstd.offset, w.offset, dx.offset],
        groups,
        dx,
      );
    }
    return true;
  };
  // The sums come first, so that what follows dx can be done with it.
  if (!weight && !bias) return last();
  const none = weight && bias ? undefined : to.scratch(4, 'float32');
  const dw = weight ? call.outputs[1]! : none!;
  const db = bias ? call.outputs[weight ? 2 : 1]! : none!;
  const wanted = to.facts.software ? 64 : 8192;
  const chunks = Math.max(1, Math.min(Math.ceil(wanted / n), Math.floor(rows / 64)));
  const length = Math.ceil(rows / chunks);
  const inputs = [g.buffer, x.buffer, mean.buffer, rstd.buffer];
  const words = [rows, n, chunks, length, g.offset, x.offset, mean.offset, rstd.offset];
  if (chunks === 1) {
    to.emit(weightsShader, { WEIGHT: weight, BIAS: bias }, [...inputs, dw.buffer, db.buffer], [...words, dw.offset, db.offset], flat(n));
    return last();
  }
  const partW = weight ? to.scratch(chunks * n, 'float32') : none!;
  const partB = bias ? to.scratch(chunks * n, 'float32') : none!;
  to.emit(weightsShader, { WEIGHT: weight, BIAS: bias }, [...inputs, partW.buffer, partB.buffer], [...words, 0, 0], flat(n * chunks));
  for (const [part, sum] of [
    [partW, dw],
    [partB, db],
  ] as const) {
    if (part === none) continue;
    const columns = { ...part, shape: [n, chunks], strides: [1, n] };
    to.call({ op: 'reduce', inputs: [columns], outputs: [{ ...sum, shape: [n], strides: [1] }], attributes: { fn: 'sum', count: 1 } });
  }
  return last();
};
