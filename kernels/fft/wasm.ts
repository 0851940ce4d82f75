/* Fourier transforms as records of fft.as, with their tables of roots of unity. */

import type { AttributesOf } from '../operations.ts';
import { moreKernels } from '../wasm/more.ts';
import type { Encoder } from '../wasm/tape.ts';

export const fft: Encoder = (call, tape) => {
  const { inverse } = call.attributes as AttributesOf<'fft'>;
  const [re, im] = call.inputs;
  const [toRe, toIm] = call.outputs;
  const [R, N] = re!.shape as [number, number];
  if (re!.dtype !== 'float32') return false;
  if (R * N === 0) return true;
  const whole = (N & (N - 1)) === 0;
  const M = whole ? N : 2 ** Math.ceil(Math.log2(2 * N - 1));
  const turns = tape.host.table(`turns ${M}`, () => roots(Math.max(1, M / 2), (j) => j / M));
  // j² modulo 2N keeps the angle exact.
  const chirp = whole ? 0 : tape.host.table(`chirp ${N}`, () => roots(N, (j) => ((j * j) % (2 * N)) / (2 * N)));
  tape.beginMore(moreKernels, 'fft', R, M * 32);
  // Exchanging real and imaginary parts before and after turns the sign of the exponent.
  if (inverse) tape.address(im).address(re).address(toIm).address(toRe);
  else tape.address(re).address(im).address(toRe).address(toIm);
  tape.integers(N, M, turns, chirp).end();
  return true;
};

/** exp(−2πi·turn(j)) for j < count, as pairs. */
function roots(count: number, turn: (j: number) => number): Float64Array {
  const pairs = new Float64Array(2 * count);
  for (let j = 0; j < count; j++) {
    pairs[2 * j] = Math.cos(2 * Math.PI * turn(j));
    pairs[2 * j + 1] = -Math.sin(2 * Math.PI * turn(j));
  }
  return pairs;
}
