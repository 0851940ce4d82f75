/* Functions of two registers, and selection by a third: `fn` is the index in `binaryNames` of wasm.ts beside, `type` the inputs'. */

import { geluSlope4, geluTanhSlope4 } from './math';
import { storeLanes } from '../wasm/lanes';

@inline
function apply(fn: i32, a: v128, b: v128): v128 {
  if (fn == 0) return f32x4.add(a, b);
  if (fn == 1) return f32x4.sub(a, b);
  if (fn == 2) return f32x4.mul(a, b);
  if (fn == 3) return f32x4.div(a, b);
  if (fn == 5) return f32x4.trunc(f32x4.div(a, b));
  if (fn == 7) return f32x4.max(a, b);
  if (fn == 8) return f32x4.min(a, b);
  const zero = f32x4.splat(0);
  if (fn == 24) return v128.and(a, f32x4.gt(b, zero));
  if (fn == 25) return f32x4.mul(a, geluSlope4(b));
  if (fn == 26) return f32x4.mul(a, geluTanhSlope4(b));
  let holds = zero;
  if (fn == 12) holds = f32x4.eq(a, b);
  if (fn == 13) holds = f32x4.ne(a, b);
  if (fn == 14) holds = f32x4.lt(a, b);
  if (fn == 15) holds = f32x4.le(a, b);
  if (fn == 16) holds = f32x4.gt(a, b);
  if (fn == 17) holds = f32x4.ge(a, b);
  if (fn == 18) holds = v128.and(f32x4.ne(a, zero), f32x4.ne(b, zero));
  if (fn == 19) holds = v128.or(f32x4.ne(a, zero), f32x4.ne(b, zero));
  if (fn == 20) holds = v128.xor(f32x4.ne(a, zero), f32x4.ne(b, zero));
  return v128.and(holds, bits(1));
}

@inline
function each(fn: i32, to: usize, a: usize, b: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    storeLanes(to, apply(fn, v128.load(a), v128.load(b)), n);
    a += 16;
    b += 16;
    to += 16;
  }
}

/** The same for functions of an instruction or two: four vectors at a time. */
@inline
function eachQuick(fn: i32, to: usize, a: usize, b: usize, n: i32): void {
  for (; n >= 16; n -= 16) {
    const x0 = apply(fn, v128.load(a), v128.load(b)), x1 = apply(fn, v128.load(a, 16), v128.load(b, 16));
    const x2 = apply(fn, v128.load(a, 32), v128.load(b, 32)), x3 = apply(fn, v128.load(a, 48), v128.load(b, 48));
    v128.store(to, x0);
    v128.store(to, x1, 16);
    v128.store(to, x2, 32);
    v128.store(to, x3, 48);
    a += 64;
    b += 64;
    to += 64;
  }
  each(fn, to, a, b, n);
}

/** n elements of a and b to `to`. */
export function binary(fn: i32, type: i32, to: usize, a: usize, b: usize, n: i32): void {
  if (type != 0) {
    integers(fn, type, to, a, b, n);
    return;
  }
  switch (fn) {
    case 0: eachQuick(0, to, a, b, n); break;
    case 1: eachQuick(1, to, a, b, n); break;
    case 2: eachQuick(2, to, a, b, n); break;
    case 3: eachQuick(3, to, a, b, n); break;
    case 5: each(5, to, a, b, n); break;
    case 7: each(7, to, a, b, n); break;
    case 8: each(8, to, a, b, n); break;
    case 12: each(12, to, a, b, n); break;
    case 13: each(13, to, a, b, n); break;
    case 14: each(14, to, a, b, n); break;
    case 15: each(15, to, a, b, n); break;
    case 16: each(16, to, a, b, n); break;
    case 17: each(17, to, a, b, n); break;
    case 18: each(18, to, a, b, n); break;
    case 19: each(19, to, a, b, n); break;
    case 20: each(20, to, a, b, n); break;
    case 24: eachQuick(24, to, a, b, n); break;
    case 25: each(25, to, a, b, n); break;
    case 26: each(26, to, a, b, n); break;
    default:
      for (; n > 0; n--) {
        store<f32>(to, single(fn, load<f32>(a), load<f32>(b)));
        a += 4;
        b += 4;
        to += 4;
      }
  }
}

function single(fn: i32, a: f32, b: f32): f32 {
  switch (fn) {
    case 4: return floorDivide(a, b);
    case 6: return power(a, b);
    case 9: return a % b;
    case 10: {
      const rest = a % b;
      return rest != 0 && b < 0 != rest < 0 ? rest + b : rest;
    }
    default: return Mathf.atan2(a, b);
  }
}

/** Squares, cubes and reciprocals are the common powers. 1 to any power and −1 to ±inf are 1, as in C. */
function power(a: f32, b: f32): f32 {
  if (b == 2) return a * a;
  if (b == 3) return a * a * a;
  if (b == 0.5 && a > 0) return sqrt<f32>(a);
  if (a == 1 || (a == -1 && abs(b) == Infinity)) return 1;
  return Mathf.pow(a, b);
}

/** ⌊a/b⌋ made from the exact remainder; by 0 as true division. */
function floorDivide(a: f32, b: f32): f32 {
  if (b == 0) return a / b;
  const rest = a % b;
  let quotient = (<f64>a - <f64>rest) / <f64>b;
  if (rest != 0 && b < 0 != rest < 0) quotient -= 1;
  if (quotient == 0) return copysign<f32>(0, a / b);
  return <f32>nearest(quotient);
}

function integers(fn: i32, type: i32, to: usize, a: usize, b: usize, n: i32): void {
  const mask = i32x4.splat(type == 2 ? 255 : -1), one = bits(1), zero = i32x4.splat(0);
  if (fn == 3 || (fn >= 4 && fn <= 6) || (fn >= 9 && fn <= 11)) {
    for (; n > 0; n--) {
      store<i32>(to, singleInteger(fn, load<i32>(a), load<i32>(b)) & i32x4.extract_lane(mask, 0));
      a += 4;
      b += 4;
      to += 4;
    }
    return;
  }
  for (; n > 0; n -= 4) {
    const x = v128.load(a), y = v128.load(b);
    let z = x;
    switch (fn) {
      case 0: z = i32x4.add(x, y); break;
      case 1: z = i32x4.sub(x, y); break;
      case 2: z = i32x4.mul(x, y); break;
      case 7: z = i32x4.max_s(x, y); break;
      case 8: z = i32x4.min_s(x, y); break;
      case 12: z = v128.and(i32x4.eq(x, y), one); break;
      case 13: z = v128.and(i32x4.ne(x, y), one); break;
      case 14: z = v128.and(i32x4.lt_s(x, y), one); break;
      case 15: z = v128.and(i32x4.le_s(x, y), one); break;
      case 16: z = v128.and(i32x4.gt_s(x, y), one); break;
      case 17: z = v128.and(i32x4.ge_s(x, y), one); break;
      case 18: z = v128.and(v128.and(i32x4.ne(x, zero), i32x4.ne(y, zero)), one); break;
      case 19: z = v128.and(v128.or(i32x4.ne(x, zero), i32x4.ne(y, zero)), one); break;
      case 20: z = v128.and(v128.xor(i32x4.ne(x, zero), i32x4.ne(y, zero)), one); break;
      case 21: z = v128.and(x, y); break;
      case 22: z = v128.or(x, y); break;
      case 23: z = v128.xor(x, y); break;
      case 24: z = v128.and(x, i32x4.gt_s(y, zero)); break;
    }
    storeLanes(to, v128.and(z, mask), n);
    a += 16;
    b += 16;
    to += 16;
  }
}

/** Division by 0 gives 0; the most negative number divided by −1 wraps. */
function singleInteger(fn: i32, a: i32, b: i32): i32 {
  if (fn == 6) return integerPower(a, b);
  if (b == 0) return 0;
  if (b == -1) return fn == 9 || fn == 10 ? 0 : -a;
  const rest = a % b;
  const down = rest != 0 && b < 0 != rest < 0;
  switch (fn) {
    case 4: return a / b - (down ? 1 : 0);
    case 9: return rest;
    case 10: return down ? rest + b : rest;
    default: return a / b;
  }
}

/** By repeated squaring; a negative exponent gives 0 but for bases 1 and −1. */
function integerPower(a: i32, b: i32): i32 {
  if (b < 0) return a == 1 ? 1 : a == -1 ? ((b & 1) == 0 ? 1 : -1) : 0;
  let result = 1;
  for (; b > 0; b >>= 1) {
    if ((b & 1) != 0) result *= a;
    a *= a;
  }
  return result;
}

/** condition ≠ 0 ? a : b; of any 32-bit elements. */
export function select(to: usize, condition: usize, a: usize, b: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    const holds = i32x4.ne(v128.load(condition), i32x4.splat(0));
    storeLanes(to, v128.bitselect(v128.load(a), v128.load(b), holds), n);
    condition += 16;
    a += 16;
    b += 16;
    to += 16;
  }
}
