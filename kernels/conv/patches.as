/* im2col and col2im. Record: 4 x, 5 y, 6 images, 7 C, 8 H, 9 W, 10 H', 11 W', 12 kH, 13 kW, 14–15 stride, 16 padding top, 17 left, 18–19 dilation.
   A tile is one channel of one image. */

import { address, word } from '../wasm/memory';

/** [N, C, H, W] → [N, C·kH·kW, H'·W']; zeros outside. */
export function unfold(p: usize, tile: i32): void {
  walk(p, tile, false);
}

/** [N, C·kH·kW, H'·W'] → [N, C, H, W], overlaps added. */
export function fold(p: usize, tile: i32): void {
  memory.fill(address(p, 5) + ((<usize>tile * <usize>(word(p, 8) * word(p, 9))) << 2), 0, (<usize>(word(p, 8) * word(p, 9))) << 2);
  walk(p, tile, true);
}

@inline
function walk(p: usize, tile: i32, add: bool): void {
  const H = word(p, 8), W = word(p, 9), outH = word(p, 10), outW = word(p, 11), kH = word(p, 12), kW = word(p, 13);
  const image = address(p, add ? 5 : 4) + ((<usize>tile * <usize>(H * W)) << 2);
  let at = address(p, add ? 4 : 5) + ((<usize>tile * <usize>(kH * kW) * <usize>(outH * outW)) << 2);
  for (let i = 0; i < kH; i++) {
    for (let j = 0; j < kW; j++) {
      for (let oh = 0; oh < outH; oh++) {
        const row = oh * word(p, 14) + i * word(p, 18) - word(p, 16);
        for (let ow = 0; ow < outW; ow++, at += 4) {
          const column = ow * word(p, 15) + j * word(p, 19) - word(p, 17);
          const inside = <u32>row < <u32>H && <u32>column < <u32>W;
          const pixel = image + ((<usize>(row * W + column)) << 2);
          if (add) {
            if (inside) store<f32>(pixel, load<f32>(pixel) + load<f32>(at));
          } else store<f32>(at, inside ? load<f32>(pixel) : 0);
        }
      }
    }
  }
}
