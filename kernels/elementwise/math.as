/* exp, log, tanh, sin, cos, erf and what is made of them, on four float32 at once; about 1 or 2 units in the last place, NaN and ±inf as
   IEEE wants them. Rarer functions go number by number through AssemblyScript's port of musl's libm.

   @source Cephes single precision library (Moshier): expf, logf, sinf, cosf, tanhf: polynomials and reductions.
   @source N. Juffa, "Efficient faithfully rounded erff" (Stack Overflow 35148198): both pieces of erf. */

@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** a·b + c. */
@inline
export function mad(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** eˣ: 2ⁿ·e^r with |r| ≤ ½·ln 2. Beyond ±104 it is 0 or inf; the power of two goes on in two steps, so small results are rounded once. */
@inline
export function exp4(value: v128): v128 {
  const x = f32x4.min(f32x4.max(value, splat(-104.5)), splat(89));
  const n = f32x4.nearest(f32x4.mul(x, splat(1.44269504088896341)));
  const r = mad(n, splat(2.12194440e-4), mad(n, splat(-0.693359375), x));
  let p = mad(splat(1.9875691500e-4), r, splat(1.3981999507e-3));
  p = mad(p, r, splat(8.3334519073e-3));
  p = mad(p, r, splat(4.1665795894e-2));
  p = mad(p, r, splat(1.6666665459e-1));
  p = mad(p, r, splat(5.0000001201e-1));
  p = f32x4.add(mad(p, f32x4.mul(r, r), r), splat(1));
  const i = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(i, 1);
  const bias = i32x4.splat(127);
  p = f32x4.mul(p, i32x4.shl(i32x4.add(half, bias), 23));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.sub(i, half), bias), 23));
}

/** ln x; x < 0 gives NaN, 0 gives −inf. */
@inline
export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, splat(1.17549435e-38));
  const bits = v128.bitselect(f32x4.mul(x, splat(8388608)), x, tiny);
  let e = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shr_u(bits, 23), i32x4.splat(126)));
  e = f32x4.sub(e, v128.and(tiny, splat(23)));
  let m = v128.or(v128.and(bits, i32x4.splat(0x007fffff)), splat(0.5)); // [½, 1)
  const low = f32x4.lt(m, splat(0.707106781186547524));
  e = f32x4.sub(e, v128.and(low, splat(1)));
  m = f32x4.sub(f32x4.add(m, v128.and(low, m)), splat(1));
  const z = f32x4.mul(m, m);
  let p = mad(splat(7.0376836292e-2), m, splat(-1.1514610310e-1));
  p = mad(p, m, splat(1.1676998740e-1));
  p = mad(p, m, splat(-1.2420140846e-1));
  p = mad(p, m, splat(1.4249322787e-1));
  p = mad(p, m, splat(-1.6668057665e-1));
  p = mad(p, m, splat(2.0000714765e-1));
  p = mad(p, m, splat(-2.4999993993e-1));
  p = mad(p, m, splat(3.3333331174e-1));
  p = f32x4.mul(f32x4.mul(p, m), z);
  p = mad(e, splat(-2.12194440e-4), p);
  p = mad(z, splat(-0.5), p);
  let y = mad(e, splat(0.693359375), f32x4.add(m, p));
  // 0 → −inf, inf → inf, negative or NaN → NaN
  y = v128.bitselect(splat(-Infinity), y, f32x4.eq(x, splat(0)));
  y = v128.bitselect(x, y, f32x4.eq(x, splat(Infinity)));
  return v128.bitselect(y, splat(NaN), f32x4.ge(x, splat(0)));
}

/** ln(1 + x), exact to small x: ln u · x/(u − 1) with u = 1 + x. */
@inline
export function log1p4(x: v128): v128 {
  const u = f32x4.add(x, splat(1));
  const d = f32x4.sub(u, splat(1));
  const y = f32x4.mul(log4(u), f32x4.div(x, d));
  return v128.bitselect(x, v128.bitselect(u, y, f32x4.eq(u, splat(Infinity))), f32x4.eq(d, splat(0)));
}

@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp4(f32x4.neg(x))));
}

@inline
export function tanh4(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const t = f32x4.abs(x);
  const large = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(exp4(f32x4.add(t, t)), splat(1))));
  const s = f32x4.mul(x, x);
  let p = mad(splat(-5.70498872745e-3), s, splat(2.06390887954e-2));
  p = mad(p, s, splat(-5.37397155531e-2));
  p = mad(p, s, splat(1.33314422036e-1));
  p = mad(p, s, splat(-3.33332819422e-1));
  p = mad(f32x4.mul(p, s), x, x);
  return v128.bitselect(v128.or(large, sign), p, f32x4.ge(t, splat(0.625)));
}

/** ln of 1 − erf t for t ≥ 0.92 (an exponent that falls with t). */
@inline
function erfTail(t: v128): v128 {
  const s = f32x4.mul(t, t);
  const r = mad(splat(-1.72853470e-5), t, splat(3.83197126e-4));
  const u = mad(splat(-3.88396438e-3), t, splat(2.42546219e-2));
  let p = mad(r, s, u);
  p = mad(p, t, splat(-1.06777877e-1));
  p = mad(p, t, splat(-6.34846687e-1));
  p = mad(p, t, splat(-1.28717512e-1));
  return mad(p, t, f32x4.neg(t));
}

@inline
function erfCentre(x: v128): v128 {
  const s = f32x4.mul(x, x);
  let p = mad(splat(-5.96761703e-4), s, splat(4.99119423e-3));
  p = mad(p, s, splat(-2.67681349e-2));
  p = mad(p, s, splat(1.12819925e-1));
  p = mad(p, s, splat(-3.76125336e-1));
  p = mad(p, s, splat(1.28379166e-1));
  return mad(p, x, x);
}

@inline
export function erf4(x: v128): v128 {
  const t = f32x4.min(f32x4.abs(x), splat(6)); // erf 6 is 1
  const tail = v128.or(f32x4.sub(splat(1), exp4(erfTail(t))), v128.and(x, i32x4.splat(0x80000000)));
  return v128.bitselect(tail, erfCentre(x), f32x4.gt(t, splat(0.927734375)));
}

/** 1 − erf x; where x > 0.92 from the tail itself, so that small results keep their digits. */
@inline
export function erfc4(x: v128): v128 {
  const t = f32x4.min(f32x4.abs(x), splat(12));
  const tail = exp4(erfTail(t));
  const far = v128.bitselect(f32x4.sub(splat(2), tail), tail, f32x4.lt(x, splat(0)));
  return v128.bitselect(far, f32x4.sub(splat(1), erfCentre(x)), f32x4.gt(t, splat(0.927734375)));
}

/** x·Φ(x). */
@inline
export function gelu4(x: v128): v128 {
  return f32x4.mul(f32x4.mul(splat(0.5), x), erfc4(f32x4.mul(x, splat(-0.70710678118654752))));
}

/** x·σ(2u), u = √(2/π)·(x + 0.044715·x³): ½x(1 + tanh u). */
@inline
export function geluTanh4(x: v128): v128 {
  const u = f32x4.mul(x, mad(f32x4.mul(x, x), splat(0.0713548162726), splat(1.59576912161)));
  return f32x4.mul(x, sigmoid4(u));
}

/** Φ(x) + x·φ(x). */
@inline
export function geluSlope4(x: v128): v128 {
  const density = f32x4.mul(splat(0.39894228040143268), exp4(f32x4.mul(splat(-0.5), f32x4.mul(x, x))));
  return mad(x, density, f32x4.mul(splat(0.5), erfc4(f32x4.mul(x, splat(-0.70710678118654752)))));
}

/** s + x·2u'·s·(1 − s), s = σ(2u). */
@inline
export function geluTanhSlope4(x: v128): v128 {
  const q = f32x4.mul(x, x);
  const s = sigmoid4(f32x4.mul(x, mad(q, splat(0.0713548162726), splat(1.59576912161))));
  const slope = mad(q, splat(0.2140644488178), splat(1.59576912161));
  // Clamped, so that inf·0 does not arise far out, where the slope is 0 or 1.
  const t = f32x4.min(f32x4.max(x, splat(-100)), splat(100));
  return mad(f32x4.mul(t, f32x4.min(slope, splat(1e6))), f32x4.mul(s, f32x4.sub(splat(1), s)), s);
}

@inline
export function silu4(x: v128): v128 {
  return f32x4.div(x, f32x4.add(splat(1), exp4(f32x4.neg(x))));
}

/** ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|). */
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, splat(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
}

/** sin x, or cos x where `cosine` (a constant): octants by Cody and Waite's three-part π/4 up to 8192; beyond, number by number. */
@inline
export function sine4(x: v128, cosine: bool): v128 {
  const t = f32x4.abs(x);
  if (v128.any_true(f32x4.gt(t, splat(8192)))) return slowSine(x, cosine);
  let j = i32x4.trunc_sat_f32x4_s(f32x4.mul(t, splat(1.27323954473516)));
  j = v128.and(i32x4.add(j, i32x4.splat(1)), i32x4.splat(-2));
  const y = f32x4.convert_i32x4_s(j);
  let r = mad(y, splat(-0.78515625), t);
  r = mad(y, splat(-2.4187564849853515625e-4), r);
  r = mad(y, splat(-3.77489497744594108e-8), r);
  const z = f32x4.mul(r, r);
  let c = mad(splat(2.443315711809948e-5), z, splat(-1.388731625493765e-3));
  c = mad(c, z, splat(4.166664568298827e-2));
  c = f32x4.add(mad(splat(-0.5), z, f32x4.mul(f32x4.mul(c, z), z)), splat(1));
  let s = mad(splat(-1.9515295891e-4), z, splat(8.3321608736e-3));
  s = mad(s, z, splat(-1.6666654611e-1));
  s = mad(f32x4.mul(s, z), r, r);
  const second = i32x4.eq(v128.and(j, i32x4.splat(2)), i32x4.splat(2));
  if (cosine) {
    const sign = i32x4.shl(v128.and(i32x4.add(j, i32x4.splat(2)), i32x4.splat(4)), 29);
    return v128.xor(v128.bitselect(s, c, second), sign);
  }
  const sign = v128.xor(i32x4.shl(v128.and(j, i32x4.splat(4)), 29), v128.and(x, i32x4.splat(0x80000000)));
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
  return f32x4.extract_lane(exp4(splat(x)), 0);
}

/** ln x of one number, the same digits as `log4`. */
export function log1(x: f32): f32 {
  return f32x4.extract_lane(log4(splat(x)), 0);
}
