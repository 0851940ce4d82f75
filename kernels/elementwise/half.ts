/* float16 on the device: two to a word, for storage alone. `cast`, `copy` and `fill` go through float32; every other operation is called
   on float32 by the library above (src/tensor/dispatch.ts). */

import type { AttributesOf } from '../operations.ts';
import type { Call, View } from '../types.ts';
import type { Shader } from '../webgpu/shader.ts';
import { contiguous, flat, type Target } from '../webgpu/step.ts';
import text from './half.wgsl';

const shader: Shader = { name: 'half', text };

/** `cast`, `copy` or `fill` where an operand is float16. */
export function half<B>(call: Call<B>, to: Target<B>): boolean {
  const y = call.outputs[0]!;
  const count = y.shape.reduce((product, length) => product * length, 1);
  if (count === 0) return true;
  const strides = y.shape.map((_, d) => y.shape.slice(d + 1).reduce((product, length) => product * length, 1));
  const scratch = (): View<B> => ({ ...to.scratch(count, 'float32'), shape: y.shape, strides });
  const x = call.inputs[0];
  let wide: View<B>;
  if (!x) {
    wide = scratch();
    to.call({ op: 'fill', inputs: [], outputs: [wide], attributes: call.attributes as AttributesOf<'fill'> });
  } else if (x.dtype === 'float16') {
    wide = scratch();
    move(to, true, x, wide, count);
  } else if (x.dtype === 'float32') wide = contiguous(x, to);
  else {
    wide = scratch();
    to.call({ op: 'cast', inputs: [x], outputs: [wide], attributes: {} });
  }
  if (y.dtype === 'float16') move(to, false, wide, y, count);
  else to.call({ op: y.dtype === 'float32' ? 'copy' : 'cast', inputs: [wide], outputs: [y], attributes: {} });
  return true;
}

/** One side is float16 of any strides, the other contiguous float32. */
function move<B>(to: Target<B>, read: boolean, x: View<B>, y: View<B>, count: number): void {
  const own = read ? x : y;
  const eight = (list: readonly number[]): number[] => Array.from({ length: 8 }, (_, i) => (list[i] ?? 0) >>> 0);
  const words = [...eight(own.shape), ...eight(own.strides), own.shape.length, count, x.offset, y.offset];
  to.emit(shader, { READ: read }, [x.buffer, y.buffer], words, flat(count));
}
