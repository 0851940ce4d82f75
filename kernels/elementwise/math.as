/* exp, log, tanh, sin, cos, erf and what is made of them, on four float32 at once; about 1 or 2 units in the last place, NaN and ±inf as
   IEEE wants them. Rarer functions go number by number through AssemblyScript's port of musl's libm.

   @source Cephes single precision library (Moshier): expf, logf, sinf, cosf, tanhf: polynomials and reductions.
   @source N. Juffa, "Efficient faithfully rounded erff" (Stack Overflow 35148198): both pieces of erf. */

/** a·b + c. */
@inline
export function mad(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** eˣ: 2ⁿ·e^r with |r| ≤ ½·ln 2. Beyond ±104 it is 0 or inf; the power of two goes on in two steps, so small results are rounded once. */
@inline
export function exp4(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, constant(-104.5)), constant(89)); // NaN stays
  // Adding 1.5·2²³ rounds to an integer and leaves it in the low bits.
  const shifted = mad(x, constant(1.44269504088896341), constant(12582912));
  const n = f32x4.sub(shifted, constant(12582912));
  const r = mad(n, constant(2.12194440e-4), mad(n, constant(-0.693359375), x));
  let p = mad(constant(1.9875691500e-4), r, constant(1.3981999507e-3));
  p = mad(p, r, constant(8.3334519073e-3));
  p = mad(p, r, constant(4.1665795894e-2));
  p = mad(p, r, constant(1.6666665459e-1));
  p = mad(p, r, constant(5.0000001201e-1));
  p = f32x4.add(mad(p, f32x4.mul(r, r), r), constant(1));
  const i = i32x4.sub(shifted, bits(0x4b400000));
  const half = i32x4.shr_s(i, 1), unit = constant(1);
  p = f32x4.mul(p, i32x4.add(i32x4.shl(half, 23), unit));
  return f32x4.mul(p, i32x4.add(i32x4.shl(i32x4.sub(i, half), 23), unit));
}

/** eˣ for x ≤ 88, 0 below −87.3: what softmax needs, at half the cost. The exponent's bias is in the rounding constant, so its low bits are the power of two. */
@inline
export function expNegative4(x: v128): v128 {
  const shifted = mad(x, constant(1.44269504088896341), constant(12583039));
  const n = f32x4.sub(shifted, constant(12583039));
  const r = mad(n, constant(2.12194440e-4), mad(n, constant(-0.693359375), x));
  let p = mad(constant(1.9875691500e-4), r, constant(1.3981999507e-3));
  p = mad(p, r, constant(8.3334519073e-3));
  p = mad(p, r, constant(4.1665795894e-2));
  p = mad(p, r, constant(1.6666665459e-1));
  p = mad(p, r, constant(5.0000001201e-1));
  p = f32x4.add(mad(p, f32x4.mul(r, r), r), constant(1));
  return v128.andnot(f32x4.mul(p, i32x4.shl(shifted, 23)), f32x4.lt(x, constant(-87.33)));
}

/** ln x; x < 0 gives NaN, 0 gives −inf. */
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, constant(1.17549435e-38));
  const word = v128.bitselect(f32x4.mul(x, constant(8388608)), x, tiny);
  let e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(word, 23), bits(126)));
  e = f32x4.sub(e, v128.and(tiny, constant(23)));
  let m = v128.or(v128.and(word, bits(0x007fffff)), constant(0.5)); // [½, 1)
  const low = f32x4.lt(m, constant(0.707106781186547524));
  e = f32x4.sub(e, v128.and(low, constant(1)));
  m = f32x4.sub(f32x4.add(m, v128.and(low, m)), constant(1));
  const z = f32x4.mul(m, m);
  let p = mad(constant(7.0376836292e-2), m, constant(-1.1514610310e-1));
  p = mad(p, m, constant(1.1676998740e-1));
  p = mad(p, m, constant(-1.2420140846e-1));
  p = mad(p, m, constant(1.4249322787e-1));
  p = mad(p, m, constant(-1.6668057665e-1));
  p = mad(p, m, constant(2.0000714765e-1));
  p = mad(p, m, constant(-2.4999993993e-1));
  p = mad(p, m, constant(3.3333331174e-1));
  p = f32x4.mul(f32x4.mul(p, m), z);
  p = mad(e, constant(-2.12194440e-4), p);
  p = mad(z, constant(-0.5), p);
  let y = mad(e, constant(0.693359375), f32x4.add(m, p));
  // 0 → −inf, inf → inf, negative or NaN → NaN
  y = v128.bitselect(constant(-Infinity), y, f32x4.eq(x, f32x4.splat(0)));
  y = v128.bitselect(x, y, f32x4.eq(x, constant(Infinity)));
  return v128.bitselect(y, constant(NaN), f32x4.ge(x, f32x4.splat(0)));
}

/** ln(1 + x), exact to small x: ln u · x/(u − 1) with u = 1 + x. */
@inline
export function log1p4(x: v128): v128 {
  const u = f32x4.add(x, constant(1));
  const d = f32x4.sub(u, constant(1));
  const y = f32x4.mul(log4(u), f32x4.div(x, d));
  return v128.bitselect(x, v128.bitselect(u, y, f32x4.eq(u, constant(Infinity))), f32x4.eq(d, f32x4.splat(0)));
}

@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(constant(1), f32x4.add(constant(1), exp4(f32x4.neg(x))));
}

@inline
export function tanh4(x: v128): v128 {
  const sign = v128.and(x, bits(0x80000000));
  const t = f32x4.abs(x);
  const large = f32x4.sub(constant(1), f32x4.div(constant(2), f32x4.add(expNegative4(f32x4.pmin(f32x4.add(t, t), constant(80))), constant(1))));
  const s = f32x4.mul(x, x);
  let p = mad(constant(-5.70498872745e-3), s, constant(2.06390887954e-2));
  p = mad(p, s, constant(-5.37397155531e-2));
  p = mad(p, s, constant(1.33314422036e-1));
  p = mad(p, s, constant(-3.33332819422e-1));
  p = mad(f32x4.mul(p, s), x, x);
  // The polynomial of −0 is +0.
  return v128.or(v128.bitselect(large, p, f32x4.ge(t, constant(0.625))), sign);
}

/** ln of 1 − erf t for t ≥ 0.92 (an exponent that falls with t). */
@inline
function erfTail(t: v128): v128 {
  const s = f32x4.mul(t, t);
  const r = mad(constant(-1.72853470e-5), t, constant(3.83197126e-4));
  const u = mad(constant(-3.88396438e-3), t, constant(2.42546219e-2));
  let p = mad(r, s, u);
  p = mad(p, t, constant(-1.06777877e-1));
  p = mad(p, t, constant(-6.34846687e-1));
  p = mad(p, t, constant(-1.28717512e-1));
  return mad(p, t, f32x4.neg(t));
}

@inline
function erfCentre(x: v128): v128 {
  const s = f32x4.mul(x, x);
  let p = mad(constant(-5.96761703e-4), s, constant(4.99119423e-3));
  p = mad(p, s, constant(-2.67681349e-2));
  p = mad(p, s, constant(1.12819925e-1));
  p = mad(p, s, constant(-3.76125336e-1));
  p = mad(p, s, constant(1.28379166e-1));
  return mad(p, x, x);
}

@inline
export function erf4(x: v128): v128 {
  const t = f32x4.pmin(f32x4.abs(x), constant(6)); // erf 6 is 1
  const tail = v128.or(f32x4.sub(constant(1), expNegative4(erfTail(t))), v128.and(x, bits(0x80000000)));
  return v128.bitselect(tail, erfCentre(x), f32x4.gt(t, constant(0.927734375)));
}

/** 1 − erf x; where x > 0.92 from the tail itself, so that small results keep their digits. */
@inline
export function erfc4(x: v128): v128 {
  const t = f32x4.pmin(f32x4.abs(x), constant(12));
  const tail = expNegative4(erfTail(t));
  const far = v128.bitselect(f32x4.sub(constant(2), tail), tail, f32x4.lt(x, f32x4.splat(0)));
  return v128.bitselect(far, f32x4.sub(constant(1), erfCentre(x)), f32x4.gt(t, constant(0.927734375)));
}

/** x·Φ(x). */
@inline
export function gelu4(x: v128): v128 {
  return f32x4.mul(f32x4.mul(constant(0.5), x), erfc4(f32x4.mul(x, constant(-0.70710678118654752))));
}

/** x·σ(2u), u = √(2/π)·(x + 0.044715·x³): ½x(1 + tanh u). */
@inline
export function geluTanh4(x: v128): v128 {
  const u = f32x4.mul(x, mad(f32x4.mul(x, x), constant(0.0713548162726), constant(1.59576912161)));
  return f32x4.mul(x, sigmoid4(u));
}

/** Φ(x) + x·φ(x). */
@inline
export function geluSlope4(x: v128): v128 {
  const density = f32x4.mul(constant(0.39894228040143268), expNegative4(f32x4.mul(constant(-0.5), f32x4.mul(x, x))));
  return mad(x, density, f32x4.mul(constant(0.5), erfc4(f32x4.mul(x, constant(-0.70710678118654752)))));
}

/** s + x·2u'·s·(1 − s), s = σ(2u). */
@inline
export function geluTanhSlope4(x: v128): v128 {
  const q = f32x4.mul(x, x);
  const s = sigmoid4(f32x4.mul(x, mad(q, constant(0.0713548162726), constant(1.59576912161))));
  const slope = mad(q, constant(0.2140644488178), constant(1.59576912161));
  // Clamped, so that inf·0 does not arise far out, where the slope is 0 or 1.
  const t = f32x4.pmin(f32x4.pmax(x, constant(-100)), constant(100));
  return mad(f32x4.mul(t, f32x4.pmin(slope, constant(1e6))), f32x4.mul(s, f32x4.sub(constant(1), s)), s);
}

@inline
export function silu4(x: v128): v128 {
  return f32x4.div(x, f32x4.add(constant(1), exp4(f32x4.neg(x))));
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|). */
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), log1p4(expNegative4(f32x4.neg(f32x4.abs(x)))));
}

/** sin x, or cos x where `cosine` (a constant): octants by Cody and Waite's three-part π/4 up to 8192; beyond, number by number. */
@inline
export function sine4(x: v128, cosine: bool): v128 {
  const t = f32x4.abs(x);
  if (v128.any_true(f32x4.gt(t, constant(8192)))) return slowSine(x, cosine);
  let j = i32x4.trunc_sat_f32x4_s(f32x4.mul(t, constant(1.27323954473516)));
  j = v128.and(i32x4.add(j, bits(1)), bits(-2));
  const y = f32x4.convert_i32x4_s(j);
  let r = mad(y, constant(-0.78515625), t);
  r = mad(y, constant(-2.4187564849853515625e-4), r);
  r = mad(y, constant(-3.77489497744594108e-8), r);
  const z = f32x4.mul(r, r);
  let c = mad(constant(2.443315711809948e-5), z, constant(-1.388731625493765e-3));
  c = mad(c, z, constant(4.166664568298827e-2));
  c = f32x4.add(mad(constant(-0.5), z, f32x4.mul(f32x4.mul(c, z), z)), constant(1));
  let s = mad(constant(-1.9515295891e-4), z, constant(8.3321608736e-3));
  s = mad(s, z, constant(-1.6666654611e-1));
  s = mad(f32x4.mul(s, z), r, r);
  const second = i32x4.eq(v128.and(j, bits(2)), bits(2));
  if (cosine) {
    const sign = i32x4.shl(v128.and(i32x4.add(j, bits(2)), bits(4)), 29);
    return v128.xor(v128.bitselect(s, c, second), sign);
  }
  const sign = v128.xor(i32x4.shl(v128.and(j, bits(4)), 29), v128.and(x, bits(0x80000000)));
  return v128.xor(v128.bitselect(c, s, second), sign);
}

function slowSine(x: v128, cosine: bool): v128 {
  let y = x;
  y = f32x4.replace_lane(y, 0, sineOf(f32x4.extract_lane(x, 0), cosine));
  y = f32x4.replace_lane(y, 1, sineOf(f32x4.extract_lane(x, 1), cosine));
  y = f32x4.replace_lane(y, 2, sineOf(f32x4.extract_lane(x, 2), cosine));
  return f32x4.replace_lane(y, 3, sineOf(f32x4.extract_lane(x, 3), cosine));
}

function sineOf(x: f32, cosine: bool): f32 {
  return cosine ? Mathf.cos(x) : Mathf.sin(x);
}

/** e^x of one number, the same digits as `exp4`. */
export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
}

/** ln x of one number, the same digits as `log4`. */
export function log1(x: f32): f32 {
  return f32x4.extract_lane(log4(f32x4.splat(x)), 0);
}
