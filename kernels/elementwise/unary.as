/* Functions of one register, block by block: `fn` is the index in `unaryNames` of wasm.ts beside, `type` the input's (0 float32, 1 int32,
   2 uint8, 3 bool, all 32 bits wide here). Four at once where a polynomial exists, else number by number. */

import { erf4, erfc4, exp4, gelu4, geluTanh4, log1p4, log4, sigmoid4, silu4, sine4, softplus4, tanh4 } from './math';
import { storeLanes } from '../wasm/lanes';

/** The float function `fn`, a constant where this is called. */
@inline
function apply(fn: i32, x: v128): v128 {
  if (fn == 0) return f32x4.neg(x);
  if (fn == 1) return f32x4.abs(x);
  if (fn == 2) return v128.bitselect(constant(1), v128.and(f32x4.lt(x, f32x4.splat(0)), constant(-1)), f32x4.gt(x, f32x4.splat(0)));
  if (fn == 3) return exp4(x);
  if (fn == 6) return log4(x);
  if (fn == 9) return log1p4(x);
  if (fn == 10) return f32x4.sqrt(x);
  if (fn == 11) return f32x4.div(constant(1), f32x4.sqrt(x));
  if (fn == 12) return f32x4.mul(x, x);
  if (fn == 13) return f32x4.div(constant(1), x);
  if (fn == 14) return sine4(x, false);
  if (fn == 15) return sine4(x, true);
  if (fn == 22) return tanh4(x);
  if (fn == 26) return sigmoid4(x);
  if (fn == 27) return erf4(x);
  if (fn == 28) return erfc4(x);
  if (fn == 29) return v128.andnot(x, f32x4.lt(x, f32x4.splat(0))); // NaN and −0 stay
  if (fn == 30) return gelu4(x);
  if (fn == 31) return geluTanh4(x);
  if (fn == 32) return silu4(x);
  if (fn == 33) return softplus4(x);
  if (fn == 34) return f32x4.floor(x);
  if (fn == 35) return f32x4.ceil(x);
  if (fn == 36) return f32x4.nearest(x);
  if (fn == 37) return f32x4.trunc(x);
  if (fn == 38) return f32x4.sub(x, f32x4.trunc(x));
  const one = bits(1);
  if (fn == 39) return v128.and(f32x4.ne(x, x), one);
  if (fn == 40) return v128.and(f32x4.eq(f32x4.abs(x), constant(Infinity)), one);
  if (fn == 41) return v128.and(f32x4.lt(f32x4.abs(x), constant(Infinity)), one);
  return v128.and(f32x4.eq(x, f32x4.splat(0)), one);
}

@inline
function each(fn: i32, to: usize, a: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    storeLanes(to, apply(fn, v128.load(a)), n);
    a += 16;
    to += 16;
  }
}

/** The same for functions of an instruction or two: four vectors at a time. */
@inline
function eachQuick(fn: i32, to: usize, a: usize, n: i32): void {
  for (; n >= 16; n -= 16) {
    const x0 = apply(fn, v128.load(a)), x1 = apply(fn, v128.load(a, 16)), x2 = apply(fn, v128.load(a, 32)), x3 = apply(fn, v128.load(a, 48));
    v128.store(to, x0);
    v128.store(to, x1, 16);
    v128.store(to, x2, 32);
    v128.store(to, x3, 48);
    a += 64;
    to += 64;
  }
  each(fn, to, a, n);
}

/** n elements from a to `to`. */
export function unary(fn: i32, type: i32, to: usize, a: usize, n: i32): void {
  if (type != 0) {
    integers(fn, type, to, a, n);
    return;
  }
  switch (fn) {
    case 0: eachQuick(0, to, a, n); break;
    case 1: eachQuick(1, to, a, n); break;
    case 2: each(2, to, a, n); break;
    case 3: each(3, to, a, n); break;
    case 6: each(6, to, a, n); break;
    case 9: each(9, to, a, n); break;
    case 10: eachQuick(10, to, a, n); break;
    case 11: each(11, to, a, n); break;
    case 12: eachQuick(12, to, a, n); break;
    case 13: each(13, to, a, n); break;
    case 14: each(14, to, a, n); break;
    case 15: each(15, to, a, n); break;
    case 22: each(22, to, a, n); break;
    case 26: each(26, to, a, n); break;
    case 27: each(27, to, a, n); break;
    case 28: each(28, to, a, n); break;
    case 29: eachQuick(29, to, a, n); break;
    case 30: each(30, to, a, n); break;
    case 31: each(31, to, a, n); break;
    case 32: each(32, to, a, n); break;
    case 33: each(33, to, a, n); break;
    case 34: each(34, to, a, n); break;
    case 35: each(35, to, a, n); break;
    case 36: each(36, to, a, n); break;
    case 37: each(37, to, a, n); break;
    case 38: each(38, to, a, n); break;
    case 39: each(39, to, a, n); break;
    case 40: each(40, to, a, n); break;
    case 41: each(41, to, a, n); break;
    case 42: each(42, to, a, n); break;
    default:
      for (; n > 0; n--) {
        store<f32>(to, single(fn, load<f32>(a)));
        a += 4;
        to += 4;
      }
  }
}

function single(fn: i32, x: f32): f32 {
  switch (fn) {
    case 4: return Mathf.pow(2, x);
    case 5: return Mathf.expm1(x);
    case 7: return Mathf.log2(x);
    case 8: return Mathf.log10(x);
    case 16: return Mathf.tan(x);
    case 17: return Mathf.asin(x);
    case 18: return Mathf.acos(x);
    case 19: return Mathf.atan(x);
    case 20: return Mathf.sinh(x);
    case 21: return Mathf.cosh(x);
    case 23: return Mathf.asinh(x);
    case 24: return Mathf.acosh(x);
    default: return Mathf.atanh(x);
  }
}

function integers(fn: i32, type: i32, to: usize, a: usize, n: i32): void {
  const mask = i32x4.splat(type == 2 ? 255 : -1), one = bits(1), zero = i32x4.splat(0);
  for (; n > 0; n -= 4) {
    let x = v128.load(a);
    switch (fn) {
      case 0: x = i32x4.neg(x); break;
      case 1: x = i32x4.abs(x); break;
      case 2: x = i32x4.max_s(i32x4.min_s(x, one), i32x4.splat(-1)); break;
      case 12: x = i32x4.mul(x, x); break;
      case 29: x = i32x4.max_s(x, zero); break;
      case 39: case 40: x = zero; break;
      case 41: x = one; break;
      case 42: x = v128.and(i32x4.eq(x, zero), one); break;
      case 43: x = v128.not(x); break;
    }
    storeLanes(to, v128.and(x, mask), n);
    a += 16;
    to += 16;
  }
}
