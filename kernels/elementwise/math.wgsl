// Float functions of nearly every program, for kernels: linked into a shader by name (webgpu/shader.ts), with all that they call. Others: rare.wgsl.
// WGSL's own functions are too coarse for the contract (2e-5 relative, 5e-6 absolute) or undefined at NaN and infinities, and compilers
// may assume that those never occur: here bits are tested. Reductions are Cody-Waite's, polynomials from Cephes (Moshier) and
// Numerical Recipes (erfc). Nothing here is bound: no groups, no dispatch.

// Read at run time, so that no compiler folds a NaN into an error.
var<private> zeroBits: u32 = 0u;
fn fromBits(bits: u32) -> f32 {
  return bitcast<f32>(bits ^ zeroBits);
}
fn nanValue() -> f32 {
  return fromBits(0x7fc00000u);
}
fn infinity() -> f32 {
  return fromBits(0x7f800000u);
}
fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}
fn isInf(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u;
}
fn isFinite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) < 0x7f800000u;
}
fn anyNan(a: f32, b: f32) -> bool {
  return isNan(a) || isNan(b);
}
fn negative(x: f32) -> bool {
  return bitcast<i32>(x) < 0;
}
fn copySign(x: f32, s: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(x) & 0x7fffffffu) | (bitcast<u32>(s) & 0x80000000u));
}

fn eqFloat(a: f32, b: f32) -> bool {
  return a == b && !anyNan(a, b);
}
fn ltFloat(a: f32, b: f32) -> bool {
  return a < b && !anyNan(a, b);
}
fn leFloat(a: f32, b: f32) -> bool {
  return a <= b && !anyNan(a, b);
}
fn maxFloat(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (isNan(b)) { return b; }
  if (a == b) { return bitcast<f32>(bitcast<u32>(a) & bitcast<u32>(b)); }
  return select(b, a, a > b);
}
fn minFloat(a: f32, b: f32) -> f32 {
  if (isNan(a)) { return a; }
  if (isNan(b)) { return b; }
  if (a == b) { return bitcast<f32>(bitcast<u32>(a) | bitcast<u32>(b)); }
  return select(b, a, a < b);
}
fn signFloat(x: f32) -> f32 {
  let b = bitcast<u32>(x) & 0x7fffffffu;
  return select(select(1.0, -1.0, negative(x)), 0.0, b == 0u || b > 0x7f800000u);
}
fn reluFloat(x: f32) -> f32 {
  let b = bitcast<u32>(x);
  return select(x, 0.0, b > 0x80000000u && b <= 0xff800000u);
}
// x 2^n for whole n in [-252, 254], by two exact factors. Software adapters have no shifts of vectors, so they multiply.
fn scaleBy(x: f32, n: f32) -> f32 {
  let half = i32(n * 0.5);
  return x * bitcast<f32>((half + 127) * 0x800000) * bitcast<f32>((i32(n) - half + 127) * 0x800000);
}
// exp(r) for |r| <= ln2/2. What follows from it has no branches but for rare cases: lanes seldom agree.
fn expReduced(r: f32) -> f32 {
  var q = fma(1.9875691500e-4, r, 1.3981999507e-3);
  q = fma(q, r, 8.3334519073e-3);
  q = fma(q, r, 4.1665795894e-2);
  q = fma(q, r, 1.6666665459e-1);
  q = fma(q, r, 5.0000001201e-1);
  return fma(q, r * r, r) + 1.0;
}
fn expFloat(x: f32) -> f32 {
  let y = clamp(x, -104.5, 89.5);
  let n = floor(fma(y, 1.44269504088896341, 0.5));
  let r = fma(n, 2.12194440e-4, fma(n, -0.693359375, y));
  return select(select(scaleBy(expReduced(r), n), infinity(), x > 88.7228394), x, isNan(x));
}
// A positive finite number as m·2^e, m in [sqrt(1/2), sqrt(2)): (m - 1, e).
fn splitFloat(x: f32) -> vec2f {
  var bits = bitcast<u32>(x);
  var e = i32(bits >> 23u) - 126;
  if (bits < 0x00800000u) {
    bits = bitcast<u32>(f32(bits));
    e = i32(bits >> 23u) - 126 - 149;
  }
  var m = bitcast<f32>((bits & 0x007fffffu) | 0x3f000000u);
  if (m < 0.707106781) {
    m = m + m;
    e -= 1;
  }
  return vec2f(m - 1.0, f32(e));
}
// log(1 + z) - z for 1 + z in [sqrt(1/2), sqrt(2)).
fn logReduced(z: f32) -> f32 {
  let zz = z * z;
  var q = fma(7.0376836292e-2, z, -1.1514610310e-1);
  q = fma(q, z, 1.1676998740e-1);
  q = fma(q, z, -1.2420140846e-1);
  q = fma(q, z, 1.4249322787e-1);
  q = fma(q, z, -1.6668057665e-1);
  q = fma(q, z, 2.0000714765e-1);
  q = fma(q, z, -2.4999993993e-1);
  q = fma(q, z, 3.3333331174e-1);
  return fma(q * z, zz, -0.5 * zz);
}
// What the logarithm in any base is where x is no positive finite number.
fn logEdge(x: f32) -> f32 {
  if ((bitcast<u32>(x) & 0x7fffffffu) == 0u) { return fromBits(0xff800000u); }
  if (bitcast<u32>(x) == 0x7f800000u) { return x; }
  return nanValue();
}
fn ordinary(x: f32) -> bool {
  let b = bitcast<u32>(x);
  return b > 0u && b < 0x7f800000u;
}
fn logFloat(x: f32) -> f32 {
  if (!ordinary(x)) { return logEdge(x); }
  let s = splitFloat(x);
  return fma(s.y, 0.693359375, fma(s.y, -2.12194440e-4, logReduced(s.x)) + s.x);
}
fn sqrtFloat(x: f32) -> f32 {
  let b = bitcast<u32>(x);
  if (b == 0x80000000u || b == 0x7f800000u) { return x; }
  if (b > 0x7f800000u) { return nanValue(); }
  return sqrt(x);
}
fn rsqrtFloat(x: f32) -> f32 {
  let b = bitcast<u32>(x);
  if ((b & 0x7fffffffu) == 0u) { return fromBits((b & 0x80000000u) | 0x7f800000u); }
  if (b == 0x7f800000u) { return 0.0; }
  if (b > 0x7f800000u) { return nanValue(); }
  if (b < 0x00800000u) { return 2.6713739e22 / sqrt(f32(b)); }
  return 1.0 / sqrt(x);
}
// (a·b) mod 2^64 as (low, high).
fn mulWide(a: u32, b: u32) -> vec2u {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let low = al * bl;
  let mid = ah * bl + (low >> 16u);
  let mid2 = al * bh + (mid & 0xffffu);
  return vec2u(a * b, ah * bh + (mid >> 16u) + (mid2 >> 16u));
}
fn sinReduced(r: f32) -> f32 {
  let s = r * r;
  var q = fma(-1.9515295891e-4, s, 8.3321608736e-3);
  q = fma(q, s, -1.6666654611e-1);
  return fma(q * s, r, r);
}
fn cosReduced(r: f32) -> f32 {
  let s = r * r;
  var q = fma(2.443315711809948e-5, s, -1.388731625493765e-3);
  q = fma(q, s, 4.166664568298827e-2);
  return fma(q * s, s, fma(-0.5, s, 1.0));
}
// (cos, sin) of 2·pi·t for t in [0, 1].
fn turn(t: f32) -> vec2f {
  let n = round(t * 4.0);
  let r = (t - n * 0.25) * 6.28318530717958648;
  let s = sinReduced(r);
  let c = cosReduced(r);
  switch (u32(n) & 3u) {
    case 0u: { return vec2f(c, s); }
    case 1u: { return vec2f(-s, c); }
    case 2u: { return vec2f(-c, -s); }
    default: { return vec2f(s, -c); }
  }
}

fn tanhFloat(x: f32) -> f32 {
  let a = abs(x);
  let s = x * x;
  var q = fma(-5.70498872745e-3, s, 2.06390887954e-2);
  q = fma(q, s, -5.37397155531e-2);
  q = fma(q, s, 1.33314422036e-1);
  q = fma(q, s, -3.33332819422e-1);
  let y = select(1.0 - 2.0 / (expFloat(2.0 * min(a, 20.0)) + 1.0), fma(q * s, x, x), a < 0.625);
  return select(copySign(y, x), x, isNan(x));
}
// erfc(z) for z >= 0 by a fit of relative error below 1.2e-7 (Numerical Recipes 6.2).
fn erfcPositive(z: f32) -> f32 {
  let t = 1.0 / fma(0.5, z, 1.0);
  var q = fma(0.17087277, t, -0.82215223);
  q = fma(q, t, 1.48851587);
  q = fma(q, t, -1.13520398);
  q = fma(q, t, 0.27886807);
  q = fma(q, t, -0.18628806);
  q = fma(q, t, 0.09678418);
  q = fma(q, t, 0.37409196);
  q = fma(q, t, 1.00002368);
  return t * expFloat(fma(-z, z, fma(q, t, -1.26551223)));
}
fn erfcFloat(x: f32) -> f32 {
  let y = erfcPositive(min(abs(x), 20.0));
  return select(select(y, 2.0 - y, negative(x)), x, isNan(x));
}
fn erfFloat(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  if (abs(x) < 0.5) {
    let s = x * x;
    var q = fma(-7.5757576e-4, s, 4.6296296e-3);
    q = fma(q, s, -2.3809524e-2);
    q = fma(q, s, 0.1);
    q = fma(q, s, -0.33333333);
    return copySign(1.1283791671 * fma(q * s, x, x), x);
  }
  return copySign(1.0 - erfcPositive(min(abs(x), 20.0)), x);
}
fn sigmoidFloat(x: f32) -> f32 {
  return 1.0 / (1.0 + expFloat(-x));
}
fn siluFloat(x: f32) -> f32 {
  return select(x * sigmoidFloat(x), nanValue(), bitcast<u32>(x) == 0xff800000u);
}
fn geluFloat(x: f32) -> f32 {
  return select(0.5 * x * erfcFloat(-0.707106781186547524 * x), nanValue(), bitcast<u32>(x) == 0xff800000u);
}
fn geluTanhFloat(x: f32) -> f32 {
  return select(x * sigmoidFloat(1.59576912160573071 * x * fma(0.044715 * x, x, 1.0)), nanValue(), bitcast<u32>(x) == 0xff800000u);
}
fn geluGradFloat(g: f32, x: f32) -> f32 {
  let y = g * fma(x * 0.398942280401432678, expFloat(-0.5 * x * x), 0.5 * erfcFloat(-0.707106781186547524 * x));
  return select(y, nanValue(), isInf(x));
}
fn geluTanhGradFloat(g: f32, x: f32) -> f32 {
  let c = clamp(x, -1e4, 1e4);
  let u = 1.59576912160573071 * c * fma(0.044715 * c, c, 1.0);
  let s = sigmoidFloat(u);
  let slope = 1.59576912160573071 * fma(0.134145 * c, c, 1.0);
  let y = g * fma(c * slope, s * (1.0 - s), s);
  return select(select(y, x, isNan(x)), nanValue(), isInf(x));
}

// Toward zero, saturated, NaN 0.
fn toInt(x: f32) -> i32 {
  if (isNan(x)) { return 0; }
  if (x >= 2147483648.0) { return 2147483647; }
  if (x <= -2147483648.0) { return i32(0x80000000u); }
  return i32(x);
}
fn toByte(x: f32) -> u32 {
  return bitcast<u32>(toInt(x)) & 255u;
}
fn truthy(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) != 0u;
}
