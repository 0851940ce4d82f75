/* Random numbers from Philox 4x32-10: words 4k … 4k+3 of a draw come from block `state + k`.

   Record: 4 state, 5 y, 6 elements, 7 kind (0 bits, 1 uniform, 2 normal, 3 integer), 8 low, 9 high − low (uniform) or deviation (normal), 10 low as an
   integer, 11 span, 12 elements of a tile (a multiple of 4).

   @source Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (2011). */

import { log4, sine4 } from '../elementwise/math';
import { storeLanes } from '../wasm/lanes';
import { address, float, word } from '../wasm/memory';

@inline
function unit(words: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_u(i32x4.shr_u(words, 8)), constant(5.9604644775390625e-8));
}

export function random(p: usize, tile: i32): void {
  const state = address(p, 4), kind = word(p, 7), size = word(p, 12);
  const start = tile * size, end = min(word(p, 6), start + size);
  let counter = load<u64>(state, 8) + <u64>(start >>> 2);
  let y = address(p, 5) + ((<usize>start) << 2);
  const span = <u64>load<u32>(p, 44);
  for (let i = start; i < end; i += 4, counter++, y += 16) {
    let c0 = <u32>counter, c1 = <u32>(counter >> 32), c2: u32 = 0, c3: u32 = 0;
    let k0 = load<u32>(state), k1 = load<u32>(state, 4);
    for (let round = 0; round < 10; round++) {
      const a = <u64>c0 * 0xd2511f53, b = <u64>c2 * 0xcd9e8d57;
      c0 = <u32>(b >> 32) ^ c1 ^ k0;
      c2 = <u32>(a >> 32) ^ c3 ^ k1;
      c1 = <u32>b;
      c3 = <u32>a;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    let v = i32x4.splat(c0);
    v = i32x4.replace_lane(v, 1, c1);
    v = i32x4.replace_lane(v, 2, c2);
    v = i32x4.replace_lane(v, 3, c3);
    if (kind == 1) v = f32x4.add(f32x4.splat(float(p, 8)), f32x4.mul(f32x4.splat(float(p, 9)), unit(v)));
    else if (kind == 2) {
      // u1 of both pairs in lanes 0 0 2 2, u2 in 1 1 3 3; cosines in even lanes, sines in odd ones.
      const u1 = f32x4.add(unit(v128.shuffle<i32>(v, v, 0, 0, 2, 2)), constant(5.9604644775390625e-8));
      const angle = f32x4.mul(unit(v128.shuffle<i32>(v, v, 1, 1, 3, 3)), constant(6.283185307179586));
      const radius = f32x4.sqrt(f32x4.mul(constant(-2), log4(u1)));
      const turn = v128.shuffle<i32>(sine4(angle, true), sine4(angle, false), 0, 5, 2, 7);
      v = f32x4.add(f32x4.splat(float(p, 8)), f32x4.mul(f32x4.splat(float(p, 9)), f32x4.mul(radius, turn)));
    } else if (kind == 3) {
      const low = word(p, 10);
      v = i32x4.splat(low + scaled(c0, span));
      v = i32x4.replace_lane(v, 1, low + scaled(c1, span));
      v = i32x4.replace_lane(v, 2, low + scaled(c2, span));
      v = i32x4.replace_lane(v, 3, low + scaled(c3, span));
    }
    storeLanes(y, v, end - i);
  }
}

/** ⌊w·span / 2³²⌋; a span of 0 stands for 2³². */
@inline
function scaled(w: u32, span: u64): i32 {
  return span == 0 ? <i32>w : <i32>((<u64>w * span) >> 32);
}
