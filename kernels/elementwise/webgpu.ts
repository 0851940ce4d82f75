/* Elementwise calls on the device: each is a chain of one instruction, or many (`generate.ts`). A chain over more buffers than a
   kernel may bind is computed an instruction at a time, its registers in scratch. */

import { apart } from '../../src/base/apart.ts';
import type { AttributesOf, FusedInstruction } from '../operations.ts';
import type { Call, DType, View } from '../types.ts';
import type { Lowering, Target } from '../webgpu/step.ts';
import type { Shader } from '../webgpu/shader.ts';
import { floatBits } from '../webgpu/shader.ts';
import { flat } from '../webgpu/step.ts';
import { chainStep } from './generate.ts';
import { half } from './half.ts';
import iotaText from './iota.wgsl';

/** What few programs need. */
const rare = apart('kernels/rare', { half });
const hasHalf = (call: Call<unknown>): boolean =>
  call.inputs.some(({ dtype }) => dtype === 'float16') || call.outputs[0]!.dtype === 'float16';

const iotaShader: Shader = { name: 'iota', text: iotaText };

type Chain = AttributesOf<'fused'>;
type Type = Chain['types'][number];

/** The register type that values of `dtype` are computed in. */
function typeOf(dtype: DType): Type {
  return dtype === 'float16' || dtype === 'float64' ? 'float32' : dtype;
}

const load = (input: number): FusedInstruction => ({ kind: 'load', input });

export const unary: Lowering = (call, to) => {
  const { fn } = call.attributes as AttributesOf<'unary'>;
  return chain(call, to, [{ kind: 'unary', fn, a: 0 }]);
};

export const binary: Lowering = (call, to) => {
  const { fn } = call.attributes as AttributesOf<'binary'>;
  return chain(call, to, [{ kind: 'binary', fn, a: 0, b: 1 }]);
};

export const where: Lowering = (call, to) => chain(call, to, [{ kind: 'where', condition: 0, a: 1, b: 2 }]);

export const cast: Lowering = (call, to) => (hasHalf(call) ? rare.half(call, to) : chain(call, to, [{ kind: 'cast', a: 0 }]));

export const copy: Lowering = (call, to) => (hasHalf(call) ? rare.half(call, to) : chain(call, to, []));

export const fill: Lowering = (call, to) => {
  if (hasHalf(call)) return rare.half(call, to);
  const { value } = call.attributes as AttributesOf<'fill'>;
  return chain(call, to, [{ kind: 'constant', value }]);
};

/** A float64 as the sum of two float32. */
function split(x: number): [number, number] {
  const high = Math.fround(x);
  return [floatBits(high), floatBits(Number.isFinite(high) ? x - high : 0)];
}

export const iota: Lowering = (call, to) => {
  const { start, step } = call.attributes as AttributesOf<'iota'>;
  const y = call.outputs[0]!;
  let size = 1;
  for (const length of y.shape) size *= length;
  if (size === 0) return true;
  if (y.dtype === 'float32') to.emit(iotaShader, {}, [y.buffer], [size, y.offset, ...split(start), ...split(step)], flat(size));
  else if (y.dtype !== 'float16' && y.dtype !== 'float64' && Number.isInteger(start) && Number.isInteger(step)) {
    const whole = 'p.start + i * p.step';
    const constants =
      y.dtype === 'int32' ? { T: 'i32', 'fn value': `bitcast<i32>(${whole})` } : { T: 'u32', 'fn value': `(${whole}) & 255u` };
    to.emit(iotaShader, constants, [y.buffer], [size, y.offset, start >>> 0, 0, step >>> 0, 0], flat(size));
  } else return false;
  return true;
};

/** Loads of all inputs, then `instructions`; the last register is the output. */
function chain<B>(call: Call<B>, to: Target<B>, instructions: readonly FusedInstruction[]): boolean {
  const output = call.outputs[0]!;
  const all = [...call.inputs.map((_, i) => load(i)), ...instructions];
  const types = [...call.inputs.map((view) => typeOf(view.dtype)), ...instructions.map(() => typeOf(output.dtype))];
  return lower({ instructions: all, types, outputs: [all.length - 1] }, call.inputs, call.outputs, to);
}

export const fused: Lowering = (call, to) => lower(call.attributes as AttributesOf<'fused'>, call.inputs, call.outputs, to);

function lower<B>(chain: Chain, inputs: readonly View<B>[], outputs: readonly View<B>[], to: Target<B>): boolean {
  if ([...inputs, ...outputs].some(({ dtype }) => dtype === 'float64' || dtype === 'float16')) return false;
  if (outputs[0]!.shape.includes(0)) return true;
  const step = chainStep(chain, inputs, outputs, to.facts.storageBuffers);
  if (step) to.add(step);
  else stepwise(chain, inputs, outputs, to);
  return true;
}

/** One dispatch an instruction, all registers before any output, since outputs may lie in place of inputs. */
function stepwise<B>(chain: Chain, inputs: readonly View<B>[], outputs: readonly View<B>[], to: Target<B>): void {
  const { shape } = outputs[0]!;
  let size = 1;
  const strides = shape.map(() => 0);
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = size;
    size *= shape[d]!;
  }
  const registers: View<B>[] = [];
  const copied = new Set(outputs.map(({ buffer }) => buffer));
  chain.instructions.forEach((instruction, i) => {
    const type = chain.types[i]!;
    if (instruction.kind === 'load' && !copied.has(inputs[instruction.input]!.buffer)) {
      registers.push(inputs[instruction.input]!);
      return;
    }
    const y: View<B> = { ...to.scratch(size, type), shape, strides };
    const run = (op: Call['op'], sources: View<B>[], attributes: object): void =>
      to.call({ op, inputs: sources, outputs: [y], attributes: attributes as Call['attributes'] });
    if (instruction.kind === 'load') run('copy', [inputs[instruction.input]!], {});
    else if (instruction.kind === 'constant') run('fill', [], { value: instruction.value });
    else if (instruction.kind === 'unary') run('unary', [registers[instruction.a]!], { fn: instruction.fn });
    else if (instruction.kind === 'binary') run('binary', [registers[instruction.a]!, registers[instruction.b]!], { fn: instruction.fn });
    else if (instruction.kind === 'cast') run('cast', [registers[instruction.a]!], {});
    else run('where', [registers[instruction.condition]!, registers[instruction.a]!, registers[instruction.b]!], {});
    registers.push(y);
  });
  chain.outputs.forEach((register, j) => to.call({ op: 'copy', inputs: [registers[register]!], outputs: [outputs[j]!], attributes: {} }));
}
