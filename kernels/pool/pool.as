/* Pools and their gradients. A tile is some images of one channel.

   Record: 4 x (or g), 5 y (or dx), 6 index, 7 planes, 8 H, 9 W, 10 H', 11 W', 12 kH, 13 kW, 14–15 stride, 16 padding top, 17 left, 18 bottom, 19 right,
   20–21 dilation, 22 padding counts, 23 planes of a tile. */

import { address, word } from '../wasm/memory';

export function maxPool2d(p: usize, tile: i32): void {
  const dh = word(p, 20), dw = word(p, 21);
  const H = word(p, 8), W = word(p, 9), outH = word(p, 10), outW = word(p, 11), kH = word(p, 12), kW = word(p, 13);
  const end = min(word(p, 7), (tile + 1) * word(p, 23));
  for (let plane = tile * word(p, 23); plane < end; plane++) {
    const x = address(p, 4) + ((<usize>(plane * H * W)) << 2);
    let at = (<usize>(plane * outH * outW)) << 2;
    for (let oh = 0; oh < outH; oh++) {
      const top = oh * word(p, 14) - word(p, 16);
      for (let ow = 0; ow < outW; ow++, at += 4) {
        const left = ow * word(p, 15) - word(p, 17);
        let most: f32 = -Infinity, place = -1;
        for (let row = top < 0 ? top + dh * ((dh - 1 - top) / dh) : top; row < min(H, top + kH * dh); row += dh) {
          for (let column = left < 0 ? left + dw * ((dw - 1 - left) / dw) : left; column < min(W, left + kW * dw); column += dw) {
            const value = load<f32>(x + ((<usize>(row * W + column)) << 2));
            if (!(value <= most) && most == most) {
              most = value;
              place = row * W + column;
            } else if (place < 0) place = row * W + column;
          }
        }
        store<f32>(address(p, 5) + at, most);
        store<i32>(address(p, 6) + at, max(place, 0));
      }
    }
  }
}

export function maxPool2dGrad(p: usize, tile: i32): void {
  const H = word(p, 8), W = word(p, 9), outputs = word(p, 10) * word(p, 11);
  const end = min(word(p, 7), (tile + 1) * word(p, 23));
  for (let plane = tile * word(p, 23); plane < end; plane++) {
    const dx = address(p, 5) + ((<usize>(plane * H * W)) << 2);
    memory.fill(dx, 0, (<usize>(H * W)) << 2);
    let at = (<usize>(plane * outputs)) << 2;
    for (let i = 0; i < outputs; i++, at += 4) {
      const to = dx + (<usize>load<u32>(address(p, 6) + at) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(address(p, 4) + at));
    }
  }
}

export function avgPool2d(p: usize, tile: i32): void {
  average(p, tile, false);
}

export function avgPool2dGrad(p: usize, tile: i32): void {
  average(p, tile, true);
}

/** Forward reads x at word 4 and writes y; backward reads g and adds to dx. */
@inline
function average(p: usize, tile: i32, backward: bool): void {
  const H = word(p, 8), W = word(p, 9), outH = word(p, 10), outW = word(p, 11), kH = word(p, 12), kW = word(p, 13);
  const end = min(word(p, 7), (tile + 1) * word(p, 23)), padded = word(p, 22) != 0;
  for (let plane = tile * word(p, 23); plane < end; plane++) {
    const image = address(p, backward ? 5 : 4) + ((<usize>(plane * H * W)) << 2);
    if (backward) memory.fill(image, 0, (<usize>(H * W)) << 2);
    let at = address(p, backward ? 4 : 5) + ((<usize>(plane * outH * outW)) << 2);
    for (let oh = 0; oh < outH; oh++) {
      const top = oh * word(p, 14) - word(p, 16);
      for (let ow = 0; ow < outW; ow++, at += 4) {
        const left = ow * word(p, 15) - word(p, 17);
        let down = 0, across = 0;
        for (let i = 0; i < kH; i++) down += counts(top + i * word(p, 20), H, padded, word(p, 18));
        for (let j = 0; j < kW; j++) across += counts(left + j * word(p, 21), W, padded, word(p, 19));
        const divisor = <f32>(down * across);
        const share: f32 = backward ? load<f32>(at) / divisor : 0;
        let sum: f32 = 0;
        for (let i = 0; i < kH; i++) {
          const row = top + i * word(p, 20);
          if (<u32>row >= <u32>H) continue;
          for (let j = 0; j < kW; j++) {
            const column = left + j * word(p, 21);
            if (<u32>column >= <u32>W) continue;
            const pixel = image + ((<usize>(row * W + column)) << 2);
            if (backward) store<f32>(pixel, load<f32>(pixel) + share);
            else sum += load<f32>(pixel);
          }
        }
        if (!backward) store<f32>(at, sum / divisor);
      }
    }
  }
}

/** Whether a tap counts in the divisor: inside the image, or in its padding too. */
@inline
function counts(at: i32, length: i32, padded: bool, after: i32): i32 {
  return padded ? (at < length + after ? 1 : 0) : <u32>at < <u32>length ? 1 : 0;
}
