/* The discrete Fourier transform of rows of any length in float64: halves for powers of two, and Bluestein's convolution with a
   chirp for the rest.
   @source Cooley, Tukey (1965); Bluestein: A linear filtering approach to the computation of discrete Fourier transform (1970) */

import type { AttributesOf } from '../operations.ts';
import { window } from '../strided.ts';
import type { Call, HostArray } from '../types.ts';

/** (re, im) [R, N] → (re, im): Σ_j x_j·exp(∓2πi·jk/N), minus sign forward; not scaled. O(N log N). */
export function fft(call: Call<HostArray>): void {
  const { inverse } = call.attributes as AttributesOf<'fft'>;
  const [re, im] = call.inputs.map(window) as [HostArray, HostArray];
  const outputs = call.outputs.map(window) as [HostArray, HostArray];
  const [R, N] = call.inputs[0]!.shape as [number, number];
  // Exchanging real and imaginary parts before and after turns the sign of the exponent.
  const [first, second] = inverse ? [im, re] : [re, im];
  for (let row = 0; row < R; row++) {
    const a = Float64Array.from(first.subarray(row * N, (row + 1) * N));
    const b = Float64Array.from(second.subarray(row * N, (row + 1) * N));
    if (isPowerOfTwo(N)) transformByHalves(a, b);
    else transformByChirp(a, b);
    outputs[inverse ? 1 : 0].set(a, row * N);
    outputs[inverse ? 0 : 1].set(b, row * N);
  }
}

function isPowerOfTwo(n: number): boolean {
  return (n & (n - 1)) === 0;
}

/** In place, length a power of two: reversed order of bits, then butterflies of growing size. */
function transformByHalves(re: Float64Array, im: Float64Array): void {
  const N = re.length;
  for (let i = 1, j = 0; i < N; i++) {
    let bit = N >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j]!, re[i]!];
      [im[i], im[j]] = [im[j]!, im[i]!];
    }
  }
  for (let size = 2; size <= N; size *= 2) {
    const half = size / 2;
    for (let k = 0; k < half; k++) {
      const angle = (-2 * Math.PI * k) / size;
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      for (let i = k; i < N; i += size) {
        const j = i + half;
        const x = re[j]! * c - im[j]! * s;
        const y = re[j]! * s + im[j]! * c;
        re[j] = re[i]! - x;
        im[j] = im[i]! - y;
        re[i]! += x;
        im[i]! += y;
      }
    }
  }
}

/** In place, any length: jk = (j² + k² − (k − j)²)/2 makes the sum a convolution with the chirp exp(iπ·n²/N). */
function transformByChirp(re: Float64Array, im: Float64Array): void {
  const N = re.length;
  let size = 1;
  while (size < 2 * N - 1) size *= 2;
  const [c, s] = [new Float64Array(N), new Float64Array(N)];
  const [a, b] = [new Float64Array(size), new Float64Array(size)]; // x · conjugate chirp
  const [p, q] = [new Float64Array(size), new Float64Array(size)]; // chirp, wrapped around
  for (let n = 0; n < N; n++) {
    const angle = (Math.PI * ((n * n) % (2 * N))) / N;
    c[n] = Math.cos(angle);
    s[n] = Math.sin(angle);
    a[n] = re[n]! * c[n]! + im[n]! * s[n]!;
    b[n] = im[n]! * c[n]! - re[n]! * s[n]!;
    p[n] = p[(size - n) % size] = c[n]!;
    q[n] = q[(size - n) % size] = s[n]!;
  }
  transformByHalves(a, b);
  transformByHalves(p, q);
  for (let i = 0; i < size; i++) {
    const x = a[i]! * p[i]! - b[i]! * q[i]!;
    b[i] = a[i]! * q[i]! + b[i]! * p[i]!;
    a[i] = x;
  }
  transformByHalves(b, a); // the inverse, by exchanged parts
  for (let k = 0; k < N; k++) {
    const x = a[k]! / size;
    const y = b[k]! / size;
    re[k] = x * c[k]! + y * s[k]!;
    im[k] = y * c[k]! - x * s[k]!;
  }
}
