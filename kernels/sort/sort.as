/* Stable sorting of rows with the positions values came from, and counting in sorted rows. Values become integers that compare alike (NaN the
   largest, −0 as 0); rows are sorted by their bytes, least significant first, short ones by insertion.

   sort: 4 x, 5 values, 6 index, 7 N, 8 type (0 float32, 1 int32, 2 bytes), 9 descending. A tile is a row.
   searchSorted: 4 sorted, 5 values, 6 y, 7 N, 8 M, 9 type, 10 right. A tile is a row. */

import { address, scratch, word } from '../wasm/memory';

/** An integer that orders as the value does. */
@inline
function keyOf(at: usize, i: i32, type: i32): i32 {
  if (type == 2) return <i32>load<u8>(at + <usize>i);
  const bits = load<i32>(at + ((<usize>i) << 2));
  if (type == 1) return bits;
  if ((bits & 0x7fffffff) > 0x7f800000) return i32.MAX_VALUE;
  if (bits == i32.MIN_VALUE) return 0;
  return bits ^ ((bits >> 31) & 0x7fffffff);
}

export function sort(p: usize, tile: i32): void {
  const n = word(p, 7), type = word(p, 8), flip = word(p, 9) != 0 ? -1 : 0;
  const bytes = type == 2 ? 1 : 4;
  const x = address(p, 4) + <usize>tile * <usize>(n * bytes), values = address(p, 5) + <usize>tile * <usize>(n * bytes);
  const index = address(p, 6) + ((<usize>tile * <usize>n) << 2);
  const room = scratch(), size = (<usize>n) << 2;
  let keys = room + 1024, other = keys + size, order = index, spare = other + size;
  for (let i = 0; i < n; i++) {
    store<i32>(keys + ((<usize>i) << 2), keyOf(x, i, type) ^ flip);
    store<i32>(order + ((<usize>i) << 2), i);
  }
  if (n <= 64) {
    for (let i = 1; i < n; i++) {
      const key = load<i32>(keys + ((<usize>i) << 2)), from = load<i32>(order + ((<usize>i) << 2));
      let j = i;
      for (; j > 0 && load<i32>(keys + ((<usize>(j - 1)) << 2)) > key; j--) {
        store<i32>(keys + ((<usize>j) << 2), load<i32>(keys + ((<usize>(j - 1)) << 2)));
        store<i32>(order + ((<usize>j) << 2), load<i32>(order + ((<usize>(j - 1)) << 2)));
      }
      store<i32>(keys + ((<usize>j) << 2), key);
      store<i32>(order + ((<usize>j) << 2), from);
    }
  } else {
    for (let shift = 0; shift < 32; shift += 8) {
      memory.fill(room, 0, 1024);
      const sign: u32 = shift == 24 ? 128 : 0; // the sign bit counts the other way
      for (let i: usize = 0; i < size; i += 4) {
        const bucket = room + (<usize>(((load<u32>(keys + i) >> shift) & 255) ^ sign) << 2);
        store<i32>(bucket, load<i32>(bucket) + 1);
      }
      for (let i: usize = 0, sum = 0; i < 1024; i += 4) {
        const count = load<i32>(room + i);
        store<i32>(room + i, sum);
        sum += count;
      }
      for (let i: usize = 0; i < size; i += 4) {
        const key = load<u32>(keys + i);
        const bucket = room + (<usize>(((key >> shift) & 255) ^ sign) << 2);
        const at = <usize>load<u32>(bucket);
        store<u32>(bucket, <u32>at + 1);
        store<u32>(other + (at << 2), key);
        store<i32>(spare + (at << 2), load<i32>(order + i));
      }
      let swap = keys;
      keys = other;
      other = swap;
      swap = order;
      order = spare;
      spare = swap;
    }
  }
  // Four passes: the order is in `index` again.
  for (let i = 0; i < n; i++) {
    const from = load<i32>(index + ((<usize>i) << 2));
    if (type == 2) store<u8>(values + <usize>i, load<u8>(x + <usize>from));
    else store<i32>(values + ((<usize>i) << 2), load<i32>(x + ((<usize>from) << 2)));
  }
}

export function searchSorted(p: usize, tile: i32): void {
  const n = word(p, 7), M = word(p, 8), type = word(p, 9), right = word(p, 10) != 0;
  const bytes = type == 2 ? 1 : 4;
  const sorted = address(p, 4) + <usize>tile * <usize>(n * bytes), values = address(p, 5) + <usize>tile * <usize>(M * bytes);
  const y = address(p, 6) + ((<usize>tile * <usize>M) << 2);
  for (let i = 0; i < M; i++) {
    const value = keyOf(values, i, type);
    const above = type == 0 && value == i32.MAX_VALUE; // NaN is above all, NaN too
    let low = 0, high = n;
    while (low < high) {
      const middle = (low + high) >>> 1, at = keyOf(sorted, middle, type);
      if (above || (right ? at <= value : at < value)) low = middle + 1;
      else high = middle;
    }
    store<i32>(y + ((<usize>i) << 2), low);
  }
}
