/* Gather, scatter, and rows of tables on the device. Scatters are walked in order wherever that leaves enough to do side by side. */

import type { AttributesOf } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { DType, View } from '../types.ts';
import type { Constants, Shader } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { flat, isContiguous } from '../webgpu/step.ts';
import gatherText from './gather.wgsl';
import rowsAddText from './rows-add.wgsl';
import atomicText from './scatter-atomic.wgsl';
import scatterText from './scatter.wgsl';

const gatherer: Shader = { name: 'gather', text: gatherText };
const scatterer: Shader = { name: 'scatter', text: scatterText };
const atomic: Shader = { name: 'scatterAtomic', text: atomicText };
const adder: Shader = { name: 'rowsAdd', text: rowsAddText };

const NAN_BITS = 0x7fc00000;

/** Eight words: a list of dims, filled up. */
function eight(list: readonly number[], fill: number): number[] {
  return Array.from({ length: 8 }, (_, i) => (list[i] ?? fill) >>> 0);
}

const without = (list: readonly number[], dim: number): number[] => list.filter((_, d) => d !== dim);

function missing(dtype: DType): number {
  return dtype === 'float32' || dtype === 'float16' ? NAN_BITS : 0;
}

/** How `y` is written, by an index of `rank` dims: floats as floats, since then what comes next can go on with them. */
function gathered<B>(y: View<B>, rank: number): { constants: Constants; whole: View<B> | undefined } {
  const OUTER = `${Math.max(1, rank) - 1}u`;
  if (y.dtype !== 'float32') return { constants: { OUTER }, whole: undefined };
  return { constants: { OUTER, T: 'f32', 'fn missing': 'bitcast<f32>(p.missing)' }, whole: isContiguous(y) ? y : undefined };
}

export const gather: Lowering = (call, to) => {
  const { dim } = call.attributes as AttributesOf<'gather'>;
  const [x, index, y] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
  if (index.dtype !== 'int32' && index.dtype !== 'uint8') return false;
  const size = sizeOf(index.shape);
  if (size === 0) return true;
  const still = x.strides.map((stride, d) => (d === dim ? 0 : stride));
  const views = [...eight(index.shape, 1), ...eight(still, 0), ...eight(index.strides, 0), ...eight(y.strides, 0)];
  const words = [...views, size, x.shape[dim]!, x.strides[dim]! >>> 0, missing(x.dtype), x.offset, index.offset, y.offset];
  const { constants, whole } = gathered(y, index.shape.length);
  to.emit(gatherer, constants, [x.buffer, index.buffer, y.buffer], words, flat(size), whole);
  return true;
};

/** (table [V, C], ids [N]) → [N, C]. */
export const rows: Lowering = (call, to) => {
  const [table, ids, y] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
  const [V, C] = table.shape as [number, number];
  const N = ids.shape[0]!;
  if (N * C === 0) return true;
  const views = [...eight([N, C], 1), ...eight([0, 1], 0), ...eight([1, 0], 0), ...eight([C, 1], 0)];
  const words = [...views, N * C, V, C, missing(table.dtype), table.offset, ids.offset, y.offset];
  const { constants, whole } = gathered(y, 2);
  to.emit(gatherer, constants, [table.buffer, ids.buffer, y.buffer], words, flat(N * C), whole);
  return true;
};

export const scatter: Lowering = (call, to) => {
  const { dim, mode } = call.attributes as AttributesOf<'scatter'>;
  const [index, src, y] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
  if (index.dtype !== 'int32' && index.dtype !== 'uint8') return false;
  if (sizeOf(index.shape) === 0) return true;
  const count = index.shape[dim] ?? 1;
  const shape = without(index.shape, dim);
  const lines = sizeOf(shape);
  const length = y.shape[dim] ?? 1;
  const strides = (view: View<unknown>): number[] => eight(without(view.strides, dim), 0);
  const words = [
    ...eight(shape, 1),
    ...strides(index),
    ...strides(src),
    ...strides(y),
    lines,
    shape.length,
    count,
    length,
    ...[index, src, y].map((view) => (view.strides[dim] ?? 0) >>> 0),
    index.offset,
    src.offset,
    y.offset,
  ];
  const T = y.dtype === 'float32' ? 'f32' : y.dtype === 'int32' ? 'i32' : 'u32';
  const inOrder = to.facts.software ? lines >= 16 || count <= 65536 : lines >= 1024 || count <= 256;
  const constants: Constants = { T, 'fn joined': mode === 'set' ? 'value' : y.dtype === 'uint8' ? '(old + value) & 255u' : 'old + value' };
  if (inOrder) {
    to.emit(scatterer, constants, [index.buffer, src.buffer, y.buffer], words, flat(lines));
    return true;
  }
  const winner = to.scratch(mode === 'set' ? lines * length : 4, 'int32');
  const buffers = [index.buffer, src.buffer, y.buffer, winner.buffer];
  if (mode === 'add') to.emit(atomic, { ...constants, MODE: '0u' }, buffers, words, flat(lines * count));
  else {
    to.call({ op: 'fill', inputs: [], outputs: [winner], attributes: { value: 0 } });
    to.emit(atomic, { T, MODE: '1u' }, buffers, words, flat(lines * count));
    to.emit(atomic, { T, MODE: '2u' }, buffers, words, flat(lines * count));
  }
  return true;
};

/** (ids [N], src [N, C]) → in place out[ids[i]] += src[i]. */
export const rowsAdd: Lowering = (call, to) => {
  const [ids, src, y] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
  const [V, C] = y.shape as [number, number];
  const N = ids.shape[0]!;
  if (N * C * V === 0) return true;
  if (y.dtype !== 'float32') {
    const index = { ...ids, shape: [N, C], strides: [1, 0] };
    to.call({ op: 'scatter', inputs: [index, src], outputs: [y], attributes: { dim: 0, mode: 'add' } });
    return true;
  }
  const words = [N, C, V, ids.offset, src.offset, y.offset];
  const byRow = !to.facts.software && V * C * N <= 2 ** 28;
  if (!to.facts.software && !byRow && N > 8192) {
    const index = { ...ids, shape: [N, C], strides: [1, 0] };
    to.call({ op: 'scatter', inputs: [index, src], outputs: [y], attributes: { dim: 0, mode: 'add' } });
    return true;
  }
  to.emit(adder, { BY_ROW: byRow }, [ids.buffer, src.buffer, y.buffer], words, flat(byRow ? V * C : C));
  return true;
};
