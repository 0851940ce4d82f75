/* Gather and scatter along one dim, and rows of a table.

   gather, scatter: 4 x (or src), 5 index, 6 y, 7 elements of the innermost dim, 8 outer dims, 9 bytes of an element, 10 length of y's (x's) dim, 11 its stride in
   bytes, 12 what stands for an index out of range, 13 rows of a tile, 14 rows; 16–23 lengths, 24–31 strides of x or src, 32–39 of the index, 40–47 of y, all in bytes,
   the innermost dim at position 7 of each; 48: add (1), integer add (2).
   rows: 4 table, 5 ids, 6 y, 7 N, 8 C, 9 V, 10 bytes of an element, 11 rows of a tile, 12 what stands for an id out of range.
   rowsAdd: 4 ids, 5 src, 6 out, 7 N, 8 C, 9 V, 10 rows of the table of a tile, 11 integers. */

import { storeLanes } from '../wasm/lanes';
import { address, word } from '../wasm/memory';

/** Offset of row `i` by the strides that begin at word `at`. */
function rowOffset(p: usize, at: i32, i: i32): usize {
  let offset: usize = 0;
  for (let d = word(p, 8) - 1; d >= 0; d--) {
    const length = word(p, 16 + d);
    offset += <usize>((i % length) * word(p, at + d));
    i /= length;
  }
  return offset;
}

@inline
function copyElement(to: usize, from: usize, bytes: i32): void {
  if (bytes == 4) store<i32>(to, load<i32>(from));
  else store<u8>(to, load<u8>(from));
}

export function gather(p: usize, tile: i32): void {
  const n = word(p, 7), bytes = word(p, 9), length = word(p, 10), stride = word(p, 11);
  const end = min(word(p, 14), (tile + 1) * word(p, 13));
  for (let row = tile * word(p, 13); row < end; row++) {
    let x = address(p, 4) + rowOffset(p, 24, row), index = address(p, 5) + rowOffset(p, 32, row), y = address(p, 6) + rowOffset(p, 40, row);
    for (let i = 0; i < n; i++) {
      const at = load<i32>(index);
      copyElement(y, <u32>at < <u32>length ? x + <usize>(at * stride) : p + 48, bytes);
      x += <usize>word(p, 31);
      index += <usize>word(p, 39);
      y += <usize>word(p, 47);
    }
  }
}

export function scatter(p: usize, tile: i32): void {
  const n = word(p, 7), bytes = word(p, 9), length = word(p, 10), stride = word(p, 11), mode = word(p, 48);
  const rows = word(p, 14);
  for (let row = 0; row < rows; row++) {
    let from = address(p, 4) + rowOffset(p, 24, row), index = address(p, 5) + rowOffset(p, 32, row), y = address(p, 6) + rowOffset(p, 40, row);
    for (let i = 0; i < n; i++) {
      const at = load<i32>(index);
      if (<u32>at < <u32>length) {
        const to = y + <usize>(at * stride);
        if (mode == 0) copyElement(to, from, bytes);
        else if (mode == 1) store<f32>(to, load<f32>(to) + load<f32>(from));
        else if (bytes == 4) store<i32>(to, load<i32>(to) + load<i32>(from));
        else store<u8>(to, load<u8>(to) + load<u8>(from));
      }
      from += <usize>word(p, 31);
      index += <usize>word(p, 39);
      y += <usize>word(p, 47);
    }
  }
}

export function rows(p: usize, tile: i32): void {
  const bytes = word(p, 10), C = word(p, 8), size = <usize>(C * bytes);
  const end = min(word(p, 7), (tile + 1) * word(p, 11));
  for (let i = tile * word(p, 11); i < end; i++) {
    const id = load<i32>(address(p, 5) + ((<usize>i) << 2)), to = address(p, 6) + <usize>i * size;
    if (<u32>id < <u32>word(p, 9)) memory.copy(to, address(p, 4) + <usize>id * size, size);
    else for (let c: usize = 0; c < <usize>C; c++) copyElement(to + c * <usize>bytes, p + 48, bytes);
  }
}

/** A tile adds to its own rows of the table only, in the order of ids. */
export function rowsAdd(p: usize, tile: i32): void {
  const C = word(p, 8), size = (<usize>C) << 2, integers = word(p, 11) != 0;
  const first = tile * word(p, 10), end = min(word(p, 9), first + word(p, 10));
  for (let i = 0, n = word(p, 7); i < n; i++) {
    const id = load<i32>(address(p, 4) + ((<usize>i) << 2));
    if (id < first || id >= end) continue;
    let from = address(p, 5) + <usize>i * size, to = address(p, 6) + <usize>id * size;
    for (let left = C; left > 0; left -= 4, from += 16, to += 16) {
      const a = v128.load(to), b = v128.load(from);
      storeLanes(to, integers ? i32x4.add(a, b) : f32x4.add(a, b), left);
    }
  }
}
