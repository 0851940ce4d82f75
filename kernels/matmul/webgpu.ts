/* Products of matrices on the device: tiles in registers without barriers, shared by four neighbours on a software adapter, or through
   workgroup memory on a real GPU where the matrices are large enough to fill it. What is contiguous is loaded four at a time where lengths
   and strides are multiples of four. */

import { apart } from '../../src/base/apart.ts';
import type { Activation, AttributesOf } from '../operations.ts';
import type { Constants, Shader } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { flat } from '../webgpu/step.ts';
import matmulQuads from './matmul-quads.wgsl';
import tiledText from './matmul-tiled.wgsl';
import text from './matmul.wgsl';

const shader: Shader = { name: 'matmul', text };
/** What only software adapters need. */
const far = apart('kernels/quads', { matmulQuads });
const quads: Shader = {
  name: 'matmulQuads',
  get text() {
    return far.matmulQuads;
  },
};
const tiled: Shader = { name: 'matmulTiled', text: tiledText };

const activations: Readonly<Record<Activation, string>> = {
  relu: 'reluFloat(v)',
  gelu: 'geluFloat(v)',
  geluTanh: 'geluTanhFloat(v)',
  silu: 'siluFloat(v)',
  tanh: 'tanhFloat(v)',
  sigmoid: 'sigmoidFloat(v)',
};

export const matmul: Lowering = (call, to) => {
  const { bias, activation } = call.attributes as AttributesOf<'matmul'>;
  const [a, b, y] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
  const extra = bias ? call.inputs[2]! : a;
  if (y.dtype !== 'float32' || a.dtype !== 'float32' || b.dtype !== 'float32') return false;
  const [batch, m, n] = y.shape as [number, number, number];
  const k = a.shape[2]!;
  if (batch * m * n === 0) return true;
  const [, aRow, aK] = a.strides as [number, number, number];
  const [, bK, bColumn] = b.strides as [number, number, number];
  // The stride of a batch of one is anything.
  const [aBatch, bBatch] = batch === 1 ? [0, 0] : [a.strides[0]!, b.strides[0]!];
  const alongM = aRow === 1 && aK !== 1;
  const alongK = bK === 1 && bColumn !== 1;
  const words = [
    batch,
    m,
    n,
    k,
    a.offset,
    aBatch,
    aRow,
    aK,
    b.offset,
    bBatch,
    bK,
    bColumn,
    extra.offset,
    bias ? extra.strides[0]! : 0,
    y.offset,
  ];
  const constants: Record<string, string | boolean> = { BIAS: bias };
  if (activation) constants['fn activate'] = activations[activation];
  const buffers = [a.buffer, b.buffer, extra.buffer, y.buffer];
  const unsigned = words.map((word) => word >>> 0);
  if (!to.facts.software && m >= 32 && n >= 32 && k >= 16 && batch <= 65535) {
    const tiles: [number, number, number] = [Math.ceil(n / 64), Math.ceil(m / 64), batch];
    to.emit(tiled, { ...constants, A_ALONG_M: alongM, B_ALONG_K: alongK }, buffers, [...unsigned, 0], tiles, y);
    return true;
  }
  const four = (...values: number[]): boolean => values.every((value) => value % 4 === 0);
  if (to.facts.software && to.facts.subgroups && m >= 8 && n >= 8) {
    const two = (...values: number[]): boolean => four(...values.map((value) => 2 * value));
    const loads: Record<string, string | boolean> = {};
    if (aK === 1 && two(a.offset, aBatch, aRow, k))
      Object.assign(loads, { A: 'vec2f', QA: '1u', 'fn twoOfA': 'a[i]', 'fn rowsOfA': 'vec4f()' });
    else if (aRow === 1 && four(a.offset, aBatch, aK))
      Object.assign(loads, { A_ALONG_M: true, A: 'vec4f', QA: '2u', 'fn twoOfA': 'vec2f()', 'fn rowsOfA': 'a[i.x]' });
    if (bK === 1 && two(b.offset, bBatch, bColumn, k))
      Object.assign(loads, { B_ALONG_K: true, B: 'vec2f', QB: '1u', 'fn twoOfB': 'b[i]', 'fn rowOfB': 'vec4f()' });
    else if (bColumn === 1 && four(b.offset, bBatch, bK))
      Object.assign(loads, { B: 'vec4f', QB: '2u', 'fn twoOfB': 'vec2f()', 'fn rowOfB': 'b[i.x]' });
    const tiles = Math.ceil(m / 16);
    to.emit(quads, { TM: '4u', ...constants, ...loads }, buffers, [...unsigned, tiles], flat(4 * batch * tiles * Math.ceil(n / 16)), y);
    return true;
  }
  const rows = Math.min(m, 4);
  const wide: Record<string, string | boolean> = {};
  if (alongM && rows === 4 && m % 4 === 0) {
    wide['A_ALONG_M'] = true;
    if (four(a.offset, aBatch, aK, k)) {
      wide['A'] = 'vec4f';
      wide['fn fourOfA'] = 'a[i >> 2u]';
      wide['fn oneOfA'] = 'a[i >> 2u][i & 3u]';
    }
  } else if (aK === 1 && four(a.offset, aBatch, aRow, k)) {
    wide['A'] = 'vec4f';
    wide['fn fourOfA'] = 'a[i >> 2u]';
    wide['fn oneOfA'] = 'a[i >> 2u][i & 3u]';
  }
  if (alongK) {
    wide['B_ALONG_K'] = true;
    if (four(b.offset, bBatch, bColumn, k)) {
      wide['B'] = 'vec4f';
      wide['fn fourOfB'] = 'b[i >> 2u]';
      wide['fn oneOfB'] = 'b[i >> 2u][i & 3u]';
      wide['fn rowOfB'] = 'vec4f()';
    }
  } else if (bColumn === 1 && four(b.offset, bBatch, bK, n)) {
    wide['B'] = 'vec4f';
    wide['fn fourOfB'] = 'b[i >> 2u]';
    wide['fn oneOfB'] = 'b[i >> 2u][i & 3u]';
    wide['fn rowOfB'] = 'b[(cb.x + k * p.bK) >> 2u]';
  }
  const tiles = Math.ceil(m / rows);
  const all: Constants = { TM: `${rows}u`, TQ: wide['A_ALONG_M'] ? `${rows / 4}u` : '0u', ...constants, ...wide };
  to.emit(shader, all, buffers, [...unsigned, tiles], flat(batch * tiles * Math.ceil(n / 4)), y);
  return true;
};
