/* Cross entropy of rows of logits against class numbers, with label smoothing and an ignored class; and its gradient.

   Record: forward 4 logits, 5 target, 6 loss, 7 logsumexp; backward 4 logits, 5 target, 6 g, 7 bytes from one g to the next, 8 dlogits;
   then 9 rows, 10 classes, 11 rows of a tile, 12 ignored class, 13 smoothing. */

import { log1 } from '../elementwise/math';
import { loadLanes, storeLanes, sumLanes } from '../wasm/lanes';
import { address, float, word } from '../wasm/memory';
import { expOf, maxOf, sumExp } from '../softmax/softmax';

export function crossEntropy(p: usize, tile: i32): void {
  const n = word(p, 10), size = word(p, 11), s = float(p, 13);
  const end = min(word(p, 9), (tile + 1) * size);
  for (let row = tile * size; row < end; row++) {
    const x = address(p, 4) + ((<usize>row * <usize>n) << 2), at = (<usize>row) << 2;
    const most = maxOf(x, n);
    const tail = log1(sumExp(x, n, most));
    const target = load<i32>(address(p, 5) + at);
    let loss: f32 = 0;
    if (target != word(p, 12)) {
      if (<u32>target >= <u32>n) loss = NaN;
      else {
        loss = s == 1 ? 0 : (1 - s) * (most - load<f32>(x + ((<usize>target) << 2)) + tail);
        if (s != 0) {
          let sum = f32x4.splat(0);
          for (let i: usize = 0, left = n; left > 0; left -= 4, i += 16) sum = f32x4.add(sum, f32x4.sub(loadLanes(x + i, left, most), f32x4.splat(most)));
          loss += s * (tail - sumLanes(sum) / <f32>n);
        }
      }
    }
    store<f32>(address(p, 6) + at, loss);
    store<f32>(address(p, 7) + at, most + tail);
  }
}

/** g·(softmax(x) − (1 − s)·[j = t] − s/K). */
export function crossEntropyGrad(p: usize, tile: i32): void {
  const n = word(p, 10), size = word(p, 11), s = float(p, 13);
  const end = min(word(p, 9), (tile + 1) * size);
  for (let row = tile * size; row < end; row++) {
    const at = (<usize>row) << 2, target = load<i32>(address(p, 5) + at);
    const x = address(p, 4) + ((<usize>row * <usize>n) << 2), to = address(p, 8) + ((<usize>row * <usize>n) << 2);
    if (target == word(p, 12)) {
      memory.fill(to, 0, (<usize>n) << 2);
      continue;
    }
    // The row's own sum again: where logits are large, a stored logsumexp has lost the digits of their differences.
    const g = load<f32>(address(p, 6) + <usize>(row * word(p, 7)));
    const factor = f32x4.splat(g / expOf(x, to, n, maxOf(x, n))), even = f32x4.splat((g * s) / <f32>n);
    for (let i: usize = 0, left = n; left > 0; left -= 4, i += 16) {
      storeLanes(to + i, f32x4.sub(f32x4.mul(factor, v128.load(to + i)), even), left);
    }
    if (<u32>target < <u32>n) {
      const hit = to + ((<usize>target) << 2);
      store<f32>(hit, load<f32>(hit) - g * (1 - s));
    }
  }
}
