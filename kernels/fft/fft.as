/* The discrete Fourier transform of rows in float64: butterflies where the length is a power of two, else Bluestein's convolution with a chirp.

   Record: 4 re, 5 im, 6 re of the result, 7 im of it, 8 N, 9 M (power of two: N itself, or at least 2N − 1), 10 table of exp(−2πi·j/M) for j < M/2, 11 table of
   exp(−πi·j²/N) for j < N, or 0. A tile is a row. Complex numbers are pairs of float64.

   @source Cooley, Tukey (1965); Bluestein: A linear filtering approach to the computation of discrete Fourier transform (1970). */

import { address, scratch, word } from '../wasm/memory';

/** In place: reversed order of bits, then butterflies of growing size. */
function transform(x: usize, M: i32, turns: usize): void {
  for (let i = 1, j = 0; i < M; i++) {
    let bit = M >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      const a = x + ((<usize>i) << 4), b = x + ((<usize>j) << 4), v = v128.load(a);
      v128.store(a, v128.load(b));
      v128.store(b, v);
    }
  }
  for (let half = 1; half < M; half <<= 1) {
    const step = <usize>(M / (2 * half)) << 4;
    for (let base = 0; base < M; base += 2 * half) {
      let turn = turns, a = x + ((<usize>base) << 4);
      for (let j = 0; j < half; j++, turn += step, a += 16) {
        const b = a + ((<usize>half) << 4);
        const c = load<f64>(turn), s = load<f64>(turn, 8), re = load<f64>(b), im = load<f64>(b, 8);
        const u = re * c - im * s, w = re * s + im * c;
        store<f64>(b, load<f64>(a) - u);
        store<f64>(b, load<f64>(a, 8) - w, 8);
        store<f64>(a, load<f64>(a) + u);
        store<f64>(a, load<f64>(a, 8) + w, 8);
      }
    }
  }
}

export function fft(p: usize, tile: i32): void {
  const N = word(p, 8), M = word(p, 9), turns = address(p, 10), chirp = address(p, 11);
  const at = (<usize>(tile * N)) << 2;
  const re = address(p, 4) + at, im = address(p, 5) + at, toRe = address(p, 6) + at, toIm = address(p, 7) + at;
  const x = scratch(), filter = x + ((<usize>M) << 4);
  memory.fill(x, 0, (<usize>M) << 4);
  for (let j: usize = 0; j < <usize>N; j++) {
    const a = <f64>load<f32>(re + (j << 2)), b = <f64>load<f32>(im + (j << 2));
    const c = chirp != 0 ? load<f64>(chirp + (j << 4)) : 1, s = chirp != 0 ? load<f64>(chirp + (j << 4), 8) : 0;
    store<f64>(x + (j << 4), a * c - b * s);
    store<f64>(x + (j << 4), a * s + b * c, 8);
  }
  transform(x, M, turns);
  if (chirp != 0) {
    memory.fill(filter, 0, (<usize>M) << 4);
    for (let j: usize = 0; j < <usize>N; j++) {
      const c = load<f64>(chirp + (j << 4)), s = -load<f64>(chirp + (j << 4), 8);
      const mirror = j == 0 ? 0 : <usize>M - j;
      store<f64>(filter + (j << 4), c);
      store<f64>(filter + (j << 4), s, 8);
      store<f64>(filter + (mirror << 4), c);
      store<f64>(filter + (mirror << 4), s, 8);
    }
    transform(filter, M, turns);
    // The inverse transform of the product is the conjugate of the transform of its conjugate.
    for (let j: usize = 0; j < <usize>M; j++) {
      const a = load<f64>(x + (j << 4)), b = load<f64>(x + (j << 4), 8), c = load<f64>(filter + (j << 4)), s = load<f64>(filter + (j << 4), 8);
      store<f64>(x + (j << 4), a * c - b * s);
      store<f64>(x + (j << 4), -(a * s + b * c), 8);
    }
    transform(x, M, turns);
    const scale = 1 / <f64>M;
    for (let j: usize = 0; j < <usize>N; j++) {
      const a = load<f64>(x + (j << 4)) * scale, b = -load<f64>(x + (j << 4), 8) * scale;
      const c = load<f64>(chirp + (j << 4)), s = load<f64>(chirp + (j << 4), 8);
      store<f64>(x + (j << 4), a * c - b * s);
      store<f64>(x + (j << 4), a * s + b * c, 8);
    }
  }
  for (let j: usize = 0; j < <usize>N; j++) {
    store<f32>(toRe + (j << 2), <f32>load<f64>(x + (j << 4)));
    store<f32>(toIm + (j << 2), <f32>load<f64>(x + (j << 4), 8));
  }
}
