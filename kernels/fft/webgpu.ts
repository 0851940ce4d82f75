/* Fourier transforms of any length on the device: a pass for each factor of the length, fours first. A large prime factor costs its size an element. */

import type { AttributesOf } from '../operations.ts';
import type { Shader } from '../webgpu/shader.ts';
import type { Lowering } from '../webgpu/step.ts';
import { flat } from '../webgpu/step.ts';
import text from './fft.wgsl';

const shader: Shader = { name: 'fft', text };

/** The radices of a length, ascending but for fours before twos; [1] for 1. */
function radices(length: number): number[] {
  const found: number[] = [];
  let rest = length;
  for (let factor = 4; rest > 1;) {
    if (rest % factor === 0) {
      found.push(factor);
      rest /= factor;
    } else if (factor === 4) factor = 2;
    else if (factor === 2) factor = 3;
    else factor = factor * factor > rest ? rest : factor + 2;
  }
  return found.length ? found : [1];
}

export const fft: Lowering = (call, to) => {
  const { inverse } = call.attributes as AttributesOf<'fft'>;
  const [re, im, toRe, toIm] = [call.inputs[0]!, call.inputs[1]!, call.outputs[0]!, call.outputs[1]!];
  if (re.dtype !== 'float32') return false;
  const [rows, n] = re.shape as [number, number];
  if (rows * n === 0) return true;
  const passes = radices(n);
  const most = Math.max(...passes);
  if (most > 4096 && rows * n * most > 2 ** 32) return false;
  const pair = (): [typeof re, typeof re] => [to.scratch(rows * n, 'float32'), to.scratch(rows * n, 'float32')];
  const spare = passes.length > 1 ? [pair(), passes.length > 2 ? pair() : undefined] : [];
  let [a, b] = [re, im];
  let done = 1;
  passes.forEach((radix, pass) => {
    const [c, d] = pass === passes.length - 1 ? [toRe, toIm] : spare[pass % 2]!;
    const words = [rows, n, done, radix, a.offset, b.offset, c.offset, d.offset];
    to.emit(shader, { INVERSE: inverse }, [a.buffer, b.buffer, c.buffer, d.buffer], words, flat(rows * n));
    [a, b] = [c, d];
    done *= radix;
  });
  return true;
};
