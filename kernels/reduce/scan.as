/* Running sums, products and logsumexps along the last dim, accumulated in float64.

   Record: 4 x, 5 y, 6 function (0 sum, 1 product, 2 logsumexp), 7 type, 8 rank of the rows, 9 rows, 10 rows of a tile, 11 length, 12 step in
   bytes, 14–21 lengths of the dims of rows, 22–29 their strides in bytes. */

import { exp1, log1 } from '../elementwise/math';
import { address, word } from '../wasm/memory';
import { offsetOf } from './reduce';

export function scan(p: usize, tile: i32): void {
  const fn = word(p, 6), n = word(p, 11), step = <usize>word(p, 12);
  const end = min(word(p, 9), (tile + 1) * word(p, 10));
  for (let row = tile * word(p, 10); row < end; row++) {
    let x = address(p, 4) + offsetOf(p, 14, word(p, 8), row);
    let y = address(p, 5) + ((<usize>(row * n)) << 2);
    if (word(p, 7) == 1) {
      let sum = fn == 0 ? 0 : 1;
      for (let m = n; m > 0; m--) {
        sum = fn == 0 ? sum + load<i32>(x) : sum * load<i32>(x);
        store<i32>(y, sum);
        x += step;
        y += 4;
      }
    } else if (fn < 2) {
      let sum: f64 = fn == 0 ? 0 : 1;
      for (let m = n; m > 0; m--) {
        sum = fn == 0 ? sum + <f64>load<f32>(x) : sum * <f64>load<f32>(x);
        store<f32>(y, <f32>sum);
        x += step;
        y += 4;
      }
    } else {
      let most: f32 = -Infinity, sum: f64 = 0;
      for (let m = n; m > 0; m--) {
        const value = load<f32>(x);
        if (value > most) {
          sum = sum * <f64>exp1(most - value) + 1;
          most = value;
        } else sum += value == most ? 1 : <f64>exp1(value - most);
        store<f32>(y, most + log1(<f32>sum));
        x += step;
        y += 4;
      }
    }
  }
}
