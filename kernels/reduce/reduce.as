/* Reductions of the last dims. Float sums: sixteen or more partial sums in blocks, the blocks added in float64. Two ways through memory: row by row
   of the innermost reduced dim, or, where the innermost kept dim is the adjacent one, sixteen columns at once.

   Record: 4 x, 5 y, 6 function (`reduceNames` of wasm.ts), 7 type of x, 8 ranks of the kept and 9 of the reduced dims, 10 kept elements, 11 kept
   elements of a tile, 12 columns instead of rows, 14–21 kept lengths, 22–29 their strides in bytes, 30–37 reduced lengths, 38–45 their strides. */

import { address, word } from '../wasm/memory';
import { sumLanes } from '../wasm/lanes';

const SUM: i32 = 0;
const PROD: i32 = 1;
const MAX: i32 = 2;
const MIN: i32 = 3;
const ARGMAX: i32 = 4;
const ARGMIN: i32 = 5;
const ANY: i32 = 6;

/** Offset in bytes of the flat index `i` of the first `rank` dims whose lengths begin at word `at`, strides eight words later. */
export function offsetOf(p: usize, at: i32, rank: i32, i: i32): usize {
  let offset: usize = 0;
  for (let d = rank - 1; d >= 0; d--) {
    const length = word(p, at + d);
    offset += <usize>((i % length) * word(p, at + 8 + d));
    i /= length;
  }
  return offset;
}

export function reduce(p: usize, tile: i32): void {
  const fn = word(p, 6), type = word(p, 7), kept = word(p, 8), size = word(p, 11);
  const end = min(word(p, 10), (tile + 1) * size);
  const x = address(p, 4), y = address(p, 5);
  if (word(p, 12) != 0) {
    columns(p, fn, tile);
    return;
  }
  for (let i = tile * size; i < end; i++) {
    const from = x + offsetOf(p, 14, kept, i);
    if (type == 0) {
      if (fn == SUM) store<f32>(y + ((<usize>i) << 2), sumOf(p, from));
      else if (fn >= ARGMAX) store<i32>(y + ((<usize>i) << 2), indexOf<f32>(p, from, fn == ARGMAX));
      else store<f32>(y + ((<usize>i) << 2), foldFloat(p, from, fn));
    } else if (fn == ARGMAX || fn == ARGMIN) {
      store<i32>(y + ((<usize>i) << 2), type == 1 ? indexOf<i32>(p, from, fn == ARGMAX) : indexOf<u8>(p, from, fn == ARGMAX));
    } else if (type == 1) store<i32>(y + ((<usize>i) << 2), foldInteger<i32>(p, from, fn));
    else store<u8>(y + <usize>i, <u8>foldInteger<u8>(p, from, fn));
  }
}

/** Rows of the reduced dims: how many, each of word(29 + rank) elements. */
@inline
function outerRows(p: usize): i32 {
  let rows = 1;
  for (let d = word(p, 9) - 2; d >= 0; d--) rows *= word(p, 30 + d);
  return rows;
}

function sumOf(p: usize, from: usize): f32 {
  const last = word(p, 9) - 1, n = word(p, 30 + last), step = <usize>word(p, 38 + last), rows = outerRows(p);
  let total: f64 = 0;
  for (let row = 0; row < rows; row++) total += sumRow(from + offsetOf(p, 30, last, row), step, n);
  return <f32>total;
}

/** Σ of n floats, `step` bytes apart. */
function sumRow(x: usize, step: usize, n: i32): f64 {
  let total: f64 = 0;
  if (step == 4) {
    while (n >= 16) {
      const block = min(n, 2048) & ~15;
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (let i = 0; i < block; i += 16) {
        s0 = f32x4.add(s0, v128.load(x));
        s1 = f32x4.add(s1, v128.load(x, 16));
        s2 = f32x4.add(s2, v128.load(x, 32));
        s3 = f32x4.add(s3, v128.load(x, 48));
        x += 64;
      }
      total += <f64>sumLanes(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
      n -= block;
    }
  }
  for (; n > 0; n--) {
    total += <f64>load<f32>(x);
    x += step;
  }
  return total;
}

function foldFloat(p: usize, from: usize, fn: i32): f32 {
  const last = word(p, 9) - 1, n = word(p, 30 + last), step = <usize>word(p, 38 + last), rows = outerRows(p);
  let product: f64 = 1;
  let best: f32 = fn == MAX ? -Infinity : Infinity;
  for (let row = 0; row < rows; row++) {
    let x = from + offsetOf(p, 30, last, row), m = n;
    if (fn == PROD) {
      for (; m > 0; m--) {
        product *= <f64>load<f32>(x);
        x += step;
      }
    } else {
      if (step == 4 && m >= 4) {
        let v = f32x4.splat(best);
        for (; m >= 4; m -= 4) {
          const next = v128.load(x);
          v = fn == MAX ? f32x4.max(v, next) : f32x4.min(v, next);
          x += 16;
        }
        best = fn == MAX ? f32x4.extract_lane(v, 0) : f32x4.extract_lane(v, 0);
        best = fn == MAX ? max(best, f32x4.extract_lane(v, 1)) : min(best, f32x4.extract_lane(v, 1));
        best = fn == MAX ? max(best, f32x4.extract_lane(v, 2)) : min(best, f32x4.extract_lane(v, 2));
        best = fn == MAX ? max(best, f32x4.extract_lane(v, 3)) : min(best, f32x4.extract_lane(v, 3));
      }
      for (; m > 0; m--) {
        best = fn == MAX ? max(best, load<f32>(x)) : min(best, load<f32>(x));
        x += step;
      }
    }
  }
  return fn == PROD ? <f32>product : best;
}

function foldInteger<T>(p: usize, from: usize, fn: i32): i32 {
  const last = word(p, 9) - 1, n = word(p, 30 + last), step = <usize>word(p, 38 + last), rows = outerRows(p);
  let result: i32 = fn == SUM || fn == ANY ? 0 : fn == MAX ? (sizeof<T>() == 1 ? 0 : i32.MIN_VALUE) : fn == MIN ? (sizeof<T>() == 1 ? 255 : i32.MAX_VALUE) : 1;
  for (let row = 0; row < rows; row++) {
    let x = from + offsetOf(p, 30, last, row);
    for (let m = n; m > 0; m--) {
      const value = <i32>load<T>(x);
      if (fn == SUM) result += value;
      else if (fn == PROD) result *= value;
      else if (fn == MAX) result = max(result, value);
      else if (fn == MIN) result = min(result, value);
      else if (fn == ANY) result |= value != 0 ? 1 : 0;
      else result &= value != 0 ? 1 : 0;
      x += step;
    }
  }
  return result;
}

/** Index of the first largest (or smallest) among the flattened reduced elements; NaN wins. */
function indexOf<T>(p: usize, from: usize, largest: bool): i32 {
  const last = word(p, 9) - 1, n = word(p, 30 + last), step = <usize>word(p, 38 + last), rows = outerRows(p);
  let best = load<T>(from), at = 0, i = 0;
  for (let row = 0; row < rows; row++) {
    let x = from + offsetOf(p, 30, last, row);
    for (let m = n; m > 0; m--) {
      const value = load<T>(x);
      if (best == best && ((largest ? value > best : value < best) || value != value)) {
        best = value;
        at = i;
      }
      i++;
      x += step;
    }
  }
  return at;
}

/** Tile = one chunk of up to 64 adjacent columns (word 11) at one position of the outer kept dims; float32 sum, max, min. */
function columns(p: usize, fn: i32, tile: i32): void {
  const keptLast = word(p, 8) - 1, width = word(p, 14 + keptLast), size = word(p, 11);
  const chunks = (width + size - 1) / size;
  const outer = tile / chunks, first = (tile % chunks) * size;
  const last = word(p, 9) - 1, n = word(p, 30 + last), step = <usize>word(p, 38 + last), rows = outerRows(p);
  const from = address(p, 4) + offsetOf(p, 14, keptLast, outer) + ((<usize>first) << 2);
  const to = address(p, 5) + ((<usize>(outer * width + first)) << 2);
  const count = min(size, width - first);
  let j = 0;
  for (; j + 16 <= count; j += 16) columns16(p, fn, from + ((<usize>j) << 2), to + ((<usize>j) << 2), n, step, rows, last);
  for (; j < count; j++) {
    let total: f64 = 0;
    let best: f32 = fn == MAX ? -Infinity : Infinity;
    for (let row = 0; row < rows; row++) {
      let x = from + ((<usize>j) << 2) + offsetOf(p, 30, last, row);
      for (let m = n; m > 0; m--) {
        const value = load<f32>(x);
        if (fn == SUM) total += <f64>value;
        else best = fn == MAX ? max(best, value) : min(best, value);
        x += step;
      }
    }
    store<f32>(to + ((<usize>j) << 2), fn == SUM ? <f32>total : best);
  }
}

function columns16(p: usize, fn: i32, from: usize, to: usize, n: i32, step: usize, rows: i32, last: i32): void {
  const start = f32x4.splat(fn == SUM ? 0 : fn == MAX ? -Infinity : Infinity);
  v128.store(to, start);
  v128.store(to, start, 16);
  v128.store(to, start, 32);
  v128.store(to, start, 48);
  for (let row = 0; row < rows; row++) {
    let x = from + offsetOf(p, 30, last, row);
    for (let left = n; left > 0; ) {
      let block = min(left, 128);
      left -= block;
      let s0 = start, s1 = start, s2 = start, s3 = start;
      if (fn == SUM) {
        for (; block > 0; block--) {
          s0 = f32x4.add(s0, v128.load(x));
          s1 = f32x4.add(s1, v128.load(x, 16));
          s2 = f32x4.add(s2, v128.load(x, 32));
          s3 = f32x4.add(s3, v128.load(x, 48));
          x += step;
        }
        v128.store(to, f32x4.add(v128.load(to), s0));
        v128.store(to, f32x4.add(v128.load(to, 16), s1), 16);
        v128.store(to, f32x4.add(v128.load(to, 32), s2), 32);
        v128.store(to, f32x4.add(v128.load(to, 48), s3), 48);
      } else {
        s0 = v128.load(to);
        s1 = v128.load(to, 16);
        s2 = v128.load(to, 32);
        s3 = v128.load(to, 48);
        for (; block > 0; block--) {
          s0 = fn == MAX ? f32x4.max(s0, v128.load(x)) : f32x4.min(s0, v128.load(x));
          s1 = fn == MAX ? f32x4.max(s1, v128.load(x, 16)) : f32x4.min(s1, v128.load(x, 16));
          s2 = fn == MAX ? f32x4.max(s2, v128.load(x, 32)) : f32x4.min(s2, v128.load(x, 32));
          s3 = fn == MAX ? f32x4.max(s3, v128.load(x, 48)) : f32x4.min(s3, v128.load(x, 48));
          x += step;
        }
        v128.store(to, s0);
        v128.store(to, s1, 16);
        v128.store(to, s2, 32);
        v128.store(to, s3, 48);
      }
    }
  }
}
