/* Elementwise operations, alone or fused: a chain of instructions over registers of up to `BLOCK` elements that stay in the first-level
   cache. All registers hold 32-bit elements (uint8 and bool are widened when loaded and narrowed when stored); one SIMD loop runs per
   instruction and block. Contiguous operands of 32 bits are read and written where they lie; others pass through scratch.

   Record (see wasm.ts beside): 4 elements, 5 rank, 6 inputs, 7 instructions, 8 outputs, 9 elements of a tile; 12–19 shape (collapsed);
   then 12 words an operand, inputs first: pointer, kind, type, register, strides in bytes (8); then 6 words an instruction:
   function, type, destination, a, b, c. A register ≥ 0 lies in scratch; −1 − i is operand i, in place. */

import { address, scratch, word } from '../wasm/memory';
import { unary } from './unary';
import { storeLanes } from '../wasm/lanes';
import { binary, select } from './binary';

/** Elements of a register. Also in wasm.ts. */
const BLOCK: i32 = 1024;

const LINEAR: i32 = 0;
const SINGLE: i32 = 1;

const OPERANDS: usize = 20 * 4;
const OPERAND: usize = 12 * 4;
const INSTRUCTION: usize = 6 * 4;

const FLOAT: i32 = 0;
const INT: i32 = 1;

// Functions of instructions that are not unary or binary.
const CONSTANT: i32 = 100;
const WHERE: i32 = 101;
const CAST: i32 = 102;
const COPY: i32 = 103;
const BINARY: i32 = 200;

export function chain(p: usize, tile: i32): void {
  const size = word(p, 9);
  const end = min(word(p, 4), (tile + 1) * size);
  const inputs = word(p, 6), count = word(p, 7), outputs = word(p, 8);
  const instructions = p + OPERANDS + <usize>(inputs + outputs) * OPERAND;
  const room = scratch();
  for (let start = tile * size; start < end; start += BLOCK) {
    const n = min(BLOCK, end - start);
    let o = p + OPERANDS;
    for (let i = 0; i < inputs; i++) {
      const register = word(o, 3);
      if (register >= 0 && (word(o, 1) != SINGLE || start == tile * size)) loadBlock(p, o, room + <usize>register * (BLOCK * 4), start, n);
      o += OPERAND;
    }
    let q = instructions;
    for (let i = 0; i < count; i++) {
      const fn = word(q, 0), type = word(q, 1);
      const to = place(p, room, word(q, 2), start);
      if (fn == CONSTANT) {
        if (start == tile * size || word(q, 2) < 0) spread(to, v128.load_splat<i32>(q + 12), n);
      } else {
        const a = place(p, room, word(q, 3), start);
        if (fn < CONSTANT) unary(fn, type, to, a, n);
        else if (fn >= BINARY) binary(fn - BINARY, type, to, a, place(p, room, word(q, 4), start), n);
        else if (fn == WHERE) select(to, a, place(p, room, word(q, 4), start), place(p, room, word(q, 5), start), n);
        else if (fn == CAST) cast(type, word(q, 4), to, a, n);
        else memory.copy(to, a, (<usize>n) << 2);
      }
      q += INSTRUCTION;
    }
    for (let i = 0; i < outputs; i++) {
      const register = word(o, 3);
      if (register >= 0) storeBlock(p, o, room + <usize>register * (BLOCK * 4), start, n);
      o += OPERAND;
    }
  }
}

/** Where a register's block that begins at element `start` lies. */
@inline
function place(p: usize, room: usize, register: i32, start: i32): usize {
  if (register >= 0) return room + <usize>register * (BLOCK * 4);
  return address(p + OPERANDS + <usize>(-1 - register) * OPERAND, 0) + ((<usize>start) << 2);
}

/** n elements (rounded up to four) of one value. */
function spread(to: usize, value: v128, n: i32): void {
  for (; n > 0; n -= 4) {
    v128.store(to, value);
    to += 16;
  }
}

/** Position of the flat element `start` in the collapsed shape; the indices are left in `index`, 8 words after the registers' own. */
@inline
function seek(p: usize, o: usize, index: usize, start: i32): usize {
  let at = address(o, 0);
  for (let d = word(p, 5) - 1; d >= 0; d--) {
    const length = word(p, 12 + d);
    const i = start % length;
    start /= length;
    store<i32>(index + ((<usize>d) << 2), i);
    at += <usize>(i * word(o, 4 + d));
  }
  return at;
}

/** The step from the end of one innermost row to the start of the next. */
@inline
function advance(p: usize, o: usize, index: usize, at: usize): usize {
  for (let d = word(p, 5) - 2; d >= 0; d--) {
    const i = index + ((<usize>d) << 2);
    const next = load<i32>(i) + 1, stride = word(o, 4 + d), length = word(p, 12 + d);
    if (next < length) {
      store<i32>(i, next);
      return at + <usize>stride;
    }
    store<i32>(i, 0);
    at -= <usize>(stride * (length - 1));
  }
  return at;
}

/** Reads n elements from `start` on into a register. */
function loadBlock(p: usize, o: usize, to: usize, start: i32, n: i32): void {
  const kind = word(o, 1), byte = word(o, 2) > INT;
  if (kind == SINGLE) {
    const at = address(o, 0);
    spread(to, byte ? i32x4.splat(<i32>load<u8>(at)) : v128.load_splat<i32>(at), BLOCK);
    return;
  }
  if (kind == LINEAR) {
    const from = address(o, 0) + (byte ? <usize>start : (<usize>start) << 2);
    if (byte) widen(to, from, n);
    else memory.copy(to, from, (<usize>n) << 2);
    return;
  }
  const last = word(p, 5) - 1, length = word(p, 12 + last), step = word(o, 4 + last);
  const index = memoryIndex();
  let at = seek(p, o, index, start);
  let i = load<i32>(index + ((<usize>last) << 2));
  let row = at - <usize>(i * step);
  while (n > 0) {
    let m = min(n, length - i);
    n -= m;
    if (step == 0) {
      const value = byte ? i32x4.splat(<i32>load<u8>(at)) : v128.load_splat<i32>(at);
      for (; m >= 4; m -= 4) {
        v128.store(to, value);
        to += 16;
      }
      for (; m > 0; m--) {
        store<i32>(to, i32x4.extract_lane(value, 0));
        to += 4;
      }
    } else if (byte) {
      for (; m > 0; m--) {
        store<i32>(to, <i32>load<u8>(at));
        at += <usize>step;
        to += 4;
      }
    } else {
      if (step == 4) {
        for (; m >= 4; m -= 4) {
          v128.store(to, v128.load(at));
          at += 16;
          to += 16;
        }
      }
      for (; m > 0; m--) {
        store<i32>(to, load<i32>(at));
        at += <usize>step;
        to += 4;
      }
    }
    if (n > 0) {
      row = advance(p, o, index, row);
      at = row;
      i = 0;
    }
  }
}

/** Writes a register to n elements from `start` on. */
function storeBlock(p: usize, o: usize, from: usize, start: i32, n: i32): void {
  const byte = word(o, 2) > INT;
  if (word(o, 1) == LINEAR) {
    const to = address(o, 0) + (byte ? <usize>start : (<usize>start) << 2);
    if (byte) narrow(to, from, n);
    else memory.copy(to, from, (<usize>n) << 2);
    return;
  }
  const last = word(p, 5) - 1, length = word(p, 12 + last), step = <usize>word(o, 4 + last);
  const index = memoryIndex();
  let at = seek(p, o, index, start);
  let i = load<i32>(index + ((<usize>last) << 2));
  let row = at - <usize>i * step;
  while (n > 0) {
    let m = min(n, length - i);
    n -= m;
    for (; m > 0; m--) {
      if (byte) store<u8>(at, load<u8>(from));
      else store<i32>(at, load<i32>(from));
      at += step;
      from += 4;
    }
    if (n > 0) {
      row = advance(p, o, index, row);
      at = row;
      i = 0;
    }
  }
}

/** Eight words below the scratch that registers use: the odometer of strided operands. */
@inline
function memoryIndex(): usize {
  return scratch() - 64;
}

function widen(to: usize, from: usize, n: i32): void {
  for (; n >= 8; n -= 8) {
    const v = v128.load64_zero(from);
    const h = i16x8.extend_low_i8x16_u(v);
    v128.store(to, i32x4.extend_low_i16x8_u(h));
    v128.store(to, i32x4.extend_high_i16x8_u(h), 16);
    from += 8;
    to += 32;
  }
  for (; n > 0; n--) {
    store<i32>(to, <i32>load<u8>(from));
    from += 1;
    to += 4;
  }
}

function narrow(to: usize, from: usize, n: i32): void {
  for (; n > 0; n--) {
    store<u8>(to, load<u8>(from));
    from += 4;
    to += 1;
  }
}

/** From type `source` to type `type`: toward zero and saturated, modulo 256, or ≠ 0. */
function cast(type: i32, source: i32, to: usize, a: usize, n: i32): void {
  const mask = i32x4.splat(type == 2 ? 255 : -1), one = bits(1), zero = f32x4.splat(0);
  for (; n > 0; n -= 4) {
    let v = v128.load(a);
    if (source == FLOAT) {
      if (type == 3) v = v128.and(f32x4.ne(v, zero), one);
      else if (type != FLOAT) v = v128.and(i32x4.trunc_sat_f32x4_s(v), mask);
    } else if (type == FLOAT) v = f32x4.convert_i32x4_s(v);
    else if (type == 3) v = v128.and(i32x4.ne(v, zero), one);
    else v = v128.and(v, mask);
    storeLanes(to, v, n);
    a += 16;
    to += 16;
  }
}

/** Record: 4 address, 5 elements of the innermost row, 6 its step, 7 value, 8 type, 9 rank of what lies outside, 12–19 lengths, 20–27 strides. */
export function fill(p: usize, tile: i32): void {
  const n = word(p, 5), step = <usize>word(p, 6), rank = word(p, 9), byte = word(p, 8) > INT;
  const value = word(p, 7);
  let rows = 1;
  for (let d = 0; d < rank; d++) rows *= word(p, 12 + d);
  for (let row = 0; row < rows; row++) {
    let at = address(p, 4);
    for (let d = rank - 1, left = row; d >= 0; d--) {
      const length = word(p, 12 + d);
      at += <usize>((left % length) * word(p, 20 + d));
      left /= length;
    }
    let m = n;
    if (byte && step == 1) {
      memory.fill(at, <u8>value, <usize>n);
      continue;
    }
    if (!byte && step == 4) {
      const v = i32x4.splat(value);
      for (; m >= 4; m -= 4) {
        v128.store(at, v);
        at += 16;
      }
    }
    for (; m > 0; m--) {
      if (byte) store<u8>(at, <u8>value);
      else store<i32>(at, value);
      at += step;
    }
  }
}

/** Record: 4 address, 5 elements, 6 type, 8–9 start, 10–11 step (float64). */
export function iota(p: usize, tile: i32): void {
  const n = word(p, 5), type = word(p, 6), start = load<f64>(p + 32), step = load<f64>(p + 40);
  const at = address(p, 4);
  for (let i = 0; i < n; i++) {
    const value = start + <f64>i * step;
    if (type == FLOAT) store<f32>(at + ((<usize>i) << 2), <f32>value);
    else if (type == INT) store<i32>(at + ((<usize>i) << 2), <i32>value);
    else if (type == 2) store<u8>(at + <usize>i, <u8>(<i32>value));
    else store<u8>(at + <usize>i, value != 0 ? 1 : 0);
  }
}
