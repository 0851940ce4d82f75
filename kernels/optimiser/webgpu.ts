/* Adam on the device: one dispatch for all parameters that lie side by side with their gradients and moments (plans see to that),
   one each for the others. */

import type { AttributesOf } from '../operations.ts';
import { sizeOf } from '../operations.ts';
import type { View } from '../types.ts';
import type { Shader } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { flat } from '../webgpu/step.ts';
import text from './adam.wgsl';

const shader: Shader = { name: 'adam', text };

export const adam: Lowering = (call, to) => {
  const { count, decoupled, amsgrad, maximize } = call.attributes as AttributesOf<'adam'>;
  const h = call.inputs[0]!;
  const constants = { DECOUPLED: decoupled, AMSGRAD: amsgrad, MAXIMIZE: maximize };
  const spare = amsgrad ? undefined : to.scratch(4, 'float32');
  type Views = View<typeof h.buffer>[];
  /** g, p, m, v, largest of parameter i. */
  const at = (i: number): Views => {
    const of = (list: number): View<typeof h.buffer> => call.inputs[1 + list * count + i]!;
    return [of(1), of(0), of(2), of(3), amsgrad ? of(4) : spare!];
  };
  const joins = (a: Views, b: Views): boolean =>
    a.every((view, k) => (k === 4 && !amsgrad) || (view.offset === 0 && b[k]!.offset === 0 && to.follows(view.buffer, b[k]!.buffer)));
  for (let i = 0; i < count;) {
    const begin = at(i);
    let end = begin;
    let size = 0;
    for (;;) {
      const length = sizeOf(end[1]!.shape);
      const next = i + 1 < count ? at(i + 1) : undefined;
      i++;
      if (!next || !joins(end, next)) {
        size += length;
        break;
      }
      size += Math.max(64, Math.ceil(length / 64) * 64);
      end = next;
    }
    if (size === 0) continue;
    const buffers = begin.map((view, k) => (view === end[k] || view === spare ? view.buffer : to.span(view.buffer, end[k]!.buffer)));
    to.emit(shader, constants, [h.buffer, ...buffers], [size, h.offset, ...begin.map(({ offset }) => offset)], flat(Math.ceil(size / 4)));
  }
  return true;
};
