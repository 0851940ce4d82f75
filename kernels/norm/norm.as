/* Layer norm and RMS norm of rows; the gradient in x by rows, in weight and bias by columns.

   layerNorm: 4 x, 5 w or 0, 6 b or 0, 7 y, 8 mean, 9 rstd, 10 rows, 11 length, 12 rows of a tile, 13 eps, 14 rms.
   layerNormGrad: 4 g, 5 x, 6 mean, 7 rstd, 8 w or 0, 9 dx, 10 rows, 11 length, 12 rows of a tile, 13 rms.
   layerNormParameters: 4 g, 5 x, 6 mean, 7 rstd, 8 dw or 0, 9 db or 0, 10 rows, 11 length, 12 columns of a tile. */

import { loadLanes, storeLanes, sumLanes } from '../wasm/lanes';
import { address, float, word } from '../wasm/memory';

export function layerNorm(p: usize, tile: i32): void {
  const n = word(p, 11), size = word(p, 12), rms = word(p, 14) != 0;
  const end = min(word(p, 10), (tile + 1) * size);
  const w = address(p, 5), b = address(p, 6), inverse = <f32>1 / <f32>n;
  for (let row = tile * size; row < end; row++) {
    const x = address(p, 4) + ((<usize>row * <usize>n) << 2), y = address(p, 7) + ((<usize>row * <usize>n) << 2);
    let mean: f32 = 0;
    if (!rms) {
      let s0 = f32x4.splat(0), s1 = s0;
      let i: usize = 0, left = n;
      for (; left >= 8; left -= 8, i += 32) {
        s0 = f32x4.add(s0, v128.load(x + i));
        s1 = f32x4.add(s1, v128.load(x + i, 16));
      }
      for (; left > 0; left -= 4, i += 16) s0 = f32x4.add(s0, loadLanes(x + i, left, 0));
      mean = sumLanes(f32x4.add(s0, s1)) * inverse;
    }
    const centre = f32x4.splat(mean);
    // The rounded mean is off by less than a unit; what remains of it is Σ(x − mean)/N, taken off again below.
    let q0 = f32x4.splat(0), q1 = q0, r0 = q0, r1 = q0;
    let i: usize = 0, left = n;
    for (; left >= 8; left -= 8, i += 32) {
      const d0 = f32x4.sub(v128.load(x + i), centre), d1 = f32x4.sub(v128.load(x + i, 16), centre);
      q0 = f32x4.add(f32x4.mul(d0, d0), q0);
      q1 = f32x4.add(f32x4.mul(d1, d1), q1);
      r0 = f32x4.add(r0, d0);
      r1 = f32x4.add(r1, d1);
    }
    for (; left > 0; left -= 4, i += 16) {
      const d = f32x4.sub(loadLanes(x + i, left, mean), centre);
      q0 = f32x4.add(f32x4.mul(d, d), q0);
      r0 = f32x4.add(r0, d);
    }
    const rest: f32 = rms ? 0 : sumLanes(f32x4.add(r0, r1)) * inverse, off = f32x4.splat(rest);
    const rstd: f32 = 1 / sqrt<f32>(sumLanes(f32x4.add(q0, q1)) * inverse - rest * rest + float(p, 13));
    store<f32>(address(p, 8) + ((<usize>row) << 2), mean);
    store<f32>(address(p, 9) + ((<usize>row) << 2), rstd);
    const scale = f32x4.splat(rstd);
    i = 0;
    for (left = n; left > 0; left -= 4, i += 16) {
      let v = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x + i), centre), off), scale);
      if (w != 0) v = f32x4.mul(v, v128.load(w + i));
      if (b != 0) v = f32x4.add(v, v128.load(b + i));
      storeLanes(y + i, v, left);
    }
  }
}

/** dx = rstd·(h − mean(h) − x̂·mean(h·x̂)), h = g·w; without mean(h) for rms. */
export function layerNormGrad(p: usize, tile: i32): void {
  const n = word(p, 11), size = word(p, 12), rms = word(p, 13) != 0;
  const end = min(word(p, 10), (tile + 1) * size);
  const w = address(p, 8), inverse = <f32>1 / <f32>n;
  for (let row = tile * size; row < end; row++) {
    const at = (<usize>row * <usize>n) << 2;
    const g = address(p, 4) + at, x = address(p, 5) + at, to = address(p, 9) + at;
    const mean = load<f32>(address(p, 6) + ((<usize>row) << 2)), rstd = load<f32>(address(p, 7) + ((<usize>row) << 2));
    const centre = f32x4.splat(mean), scale = f32x4.splat(rstd);
    let s = f32x4.splat(0), q = s;
    for (let i: usize = 0, left = n; left > 0; left -= 4, i += 16) {
      let h = loadLanes(g + i, left, 0);
      if (w != 0) h = f32x4.mul(h, loadLanes(w + i, left, 0));
      s = f32x4.add(s, h);
      q = f32x4.add(f32x4.mul(h, f32x4.mul(f32x4.sub(loadLanes(x + i, left, 0), centre), scale)), q);
    }
    const shift = f32x4.splat(rms ? 0 : sumLanes(s) * inverse), slope = f32x4.splat(sumLanes(q) * inverse);
    for (let i: usize = 0, left = n; left > 0; left -= 4, i += 16) {
      let h = v128.load(g + i);
      if (w != 0) h = f32x4.mul(h, v128.load(w + i));
      const normal = f32x4.mul(f32x4.sub(v128.load(x + i), centre), scale);
      storeLanes(to + i, f32x4.mul(scale, f32x4.sub(f32x4.sub(h, shift), f32x4.mul(normal, slope))), left);
    }
  }
}

/** dw = Σ g·x̂, db = Σ g over rows, four columns at once; sums of 64 rows are added up. */
export function layerNormParameters(p: usize, tile: i32): void {
  const rows = word(p, 10), n = word(p, 11), size = word(p, 12);
  const end = min(n, (tile + 1) * size);
  const g = address(p, 4), x = address(p, 5), mean = address(p, 6), rstd = address(p, 7), dw = address(p, 8), db = address(p, 9);
  const step = (<usize>n) << 2;
  for (let j = tile * size; j < end; j += 8) {
    const first = end - j, second = first - 4;
    let w0 = f32x4.splat(0), w1 = w0, b0 = w0, b1 = w0;
    for (let row = 0; row < rows; ) {
      const stop = min(rows, row + 64);
      let u0 = f32x4.splat(0), u1 = u0, v0 = u0, v1 = u0;
      let at = <usize>row * step + ((<usize>j) << 2);
      for (; row < stop; row++, at += step) {
        const centre = v128.load_splat<f32>(mean + ((<usize>row) << 2)), scale = v128.load_splat<f32>(rstd + ((<usize>row) << 2));
        const g0 = v128.load(g + at), g1 = v128.load(g + at, 16);
        u0 = f32x4.add(f32x4.mul(g0, f32x4.mul(f32x4.sub(v128.load(x + at), centre), scale)), u0);
        u1 = f32x4.add(f32x4.mul(g1, f32x4.mul(f32x4.sub(v128.load(x + at, 16), centre), scale)), u1);
        v0 = f32x4.add(v0, g0);
        v1 = f32x4.add(v1, g1);
      }
      w0 = f32x4.add(w0, u0);
      w1 = f32x4.add(w1, u1);
      b0 = f32x4.add(b0, v0);
      b1 = f32x4.add(b1, v1);
    }
    const to = (<usize>j) << 2;
    if (dw != 0) {
      storeLanes(dw + to, w0, first);
      if (second > 0) storeLanes(dw + to + 16, w1, second);
    }
    if (db != 0) {
      storeLanes(db + to, b0, first);
      if (second > 0) storeLanes(db + to + 16, b1, second);
    }
  }
}
