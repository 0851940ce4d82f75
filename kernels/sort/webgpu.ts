/* Sorting and searching on the device: blocks of 64 by counting, then runs merged, twice as long each time. */

import type { AttributesOf } from '../operations.ts';
import type { DType } from '../types.ts';
import type { Constants, Shader } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { flat } from '../webgpu/step.ts';
import searchText from './search-sorted.wgsl';
import text from './sort.wgsl';

const sorter: Shader = { name: 'sort', text };
const searcher: Shader = { name: 'searchSorted', text: searchText };
const BLOCK = 64;

function typed(dtype: DType): Constants | undefined {
  if (dtype === 'float32') return { T: 'f32' };
  if (dtype === 'int32') return { T: 'i32', 'fn orderOf': 'bitcast<u32>(v) ^ 0x80000000u' };
  return dtype === 'uint8' || dtype === 'bool' ? { T: 'u32', 'fn orderOf': 'v' } : undefined;
}

export const sort: Lowering = (call, to) => {
  const { descending } = call.attributes as AttributesOf<'sort'>;
  const [x, y, index] = [call.inputs[0]!, call.outputs[0]!, call.outputs[1]!];
  const type = typed(x.dtype);
  if (!type) return false;
  const [rows, n] = x.shape as [number, number];
  const size = rows * n;
  if (size === 0) return true;
  const constants = { ...type, DESCENDING: descending };
  const keys = [to.scratch(size, 'int32'), to.scratch(size, 'int32')];
  const order = [to.scratch(size, 'int32'), to.scratch(size, 'int32')];
  const none = to.scratch(4, 'int32');
  const words = (width: number): number[] => [rows, n, width, x.offset, y.offset, index.offset];
  to.emit(
    sorter,
    { ...constants, PASS: '0u' },
    [x.buffer, keys[1]!.buffer, order[1]!.buffer, keys[0]!.buffer, order[0]!.buffer, none.buffer],
    words(BLOCK),
    flat(size),
  );
  let last = 0;
  for (let width = BLOCK; width < n; width *= 2) {
    const next = 1 - last;
    to.emit(
      sorter,
      { ...constants, PASS: '1u' },
      [x.buffer, keys[last]!.buffer, order[last]!.buffer, keys[next]!.buffer, order[next]!.buffer, none.buffer],
      words(width),
      flat(size),
    );
    last = next;
  }
  const buffers = [x.buffer, keys[last]!.buffer, order[last]!.buffer, none.buffer, index.buffer, y.buffer];
  to.emit(sorter, { ...constants, PASS: '2u' }, buffers, words(0), flat(size));
  return true;
};

export const searchSorted: Lowering = (call, to) => {
  const { right } = call.attributes as AttributesOf<'searchSorted'>;
  const [sorted, values, y] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!];
  const type = typed(sorted.dtype);
  if (!type || values.dtype !== sorted.dtype) return false;
  const [rows, n] = sorted.shape as [number, number];
  const m = values.shape[1]!;
  if (rows * m === 0) return true;
  const constants = { T: type['T']!, RIGHT: right, ...(sorted.dtype === 'float32' ? {} : { 'fn below': 'a < b' }) };
  to.emit(
    searcher,
    constants,
    [sorted.buffer, values.buffer, y.buffer],
    [rows, n, m, sorted.offset, values.offset, y.offset],
    flat(rows * m),
  );
  return true;
};
