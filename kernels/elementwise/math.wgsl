// Float functions for kernels: linked into a shader by name (webgpu/shader.ts), with all that they call.
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
  return (bitcast<u32>(x) >> 31u) == 1u;
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
fn fracFloat(x: f32) -> f32 {
  if (!isFinite(x)) { return nanValue(); }
  return x - trunc(x);
}

// 2^n for n in [-252, 254], by two exact factors.
fn scaleBy(x: f32, n: i32) -> f32 {
  let half = n >> 1u;
  return x * bitcast<f32>(u32(half + 127) << 23u) * bitcast<f32>(u32(n - half + 127) << 23u);
}
// exp(r) for |r| <= ln2/2.
fn expReduced(r: f32) -> f32 {
  var q = fma(1.9875691500e-4, r, 1.3981999507e-3);
  q = fma(q, r, 8.3334519073e-3);
  q = fma(q, r, 4.1665795894e-2);
  q = fma(q, r, 1.6666665459e-1);
  q = fma(q, r, 5.0000001201e-1);
  return fma(q, r * r, r) + 1.0;
}
fn expFloat(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let y = clamp(x, -104.5, 89.5);
  let n = round(y * 1.44269504088896341);
  let r = fma(n, 2.12194440e-4, fma(n, -0.693359375, y));
  return select(scaleBy(expReduced(r), i32(n)), infinity(), x > 88.7228394);
}
fn exp2Float(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let y = clamp(x, -151.0, 129.0);
  let n = round(y);
  return select(scaleBy(expReduced((y - n) * 0.693147180559945), i32(n)), infinity(), x >= 128.0);
}
fn expm1Float(x: f32) -> f32 {
  if (abs(x) < 0.3) {
    var q = fma(1.9841270e-4, x, 1.3888889e-3);
    q = fma(q, x, 8.3333333e-3);
    q = fma(q, x, 4.1666667e-2);
    q = fma(q, x, 1.6666667e-1);
    q = fma(q, x, 0.5);
    return copySign(fma(q, x * x, x), x);
  }
  return expFloat(x) - 1.0;
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
fn log2Float(x: f32) -> f32 {
  if (!ordinary(x)) { return logEdge(x); }
  let s = splitFloat(x);
  return fma(logReduced(s.x) + s.x, 1.44269504088896341, s.y);
}
fn log10Float(x: f32) -> f32 {
  if (!ordinary(x)) { return logEdge(x); }
  let s = splitFloat(x);
  return fma(s.y, 0.301029995664, (logReduced(s.x) + s.x) * 0.434294481903);
}
fn log1pFloat(x: f32) -> f32 {
  if (abs(x) < 0.25) { return logReduced(x) + x; }
  return logFloat(1.0 + x);
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
fn divFloat(a: f32, b: f32) -> f32 {
  return a / b;
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
// Word i of 2/pi = 0.a2f9836e 4e441529 fc2757d1 f534ddc0 db629599 3c439041, before it zeros.
fn twoOverPi(i: i32) -> u32 {
  switch (i) {
    case 0: { return 0xa2f9836eu; }
    case 1: { return 0x4e441529u; }
    case 2: { return 0xfc2757d1u; }
    case 3: { return 0xf534ddc0u; }
    case 4: { return 0xdb629599u; }
    case 5: { return 0x3c439041u; }
    default: { return 0u; }
  }
}
// Thirty-two bits of 2/pi from bit `at` after the point on.
fn twoOverPiFrom(at: i32) -> u32 {
  let word = (at + 64) / 32 - 2;
  let shift = u32(at - word * 32);
  let high = twoOverPi(word);
  if (shift == 0u) { return high; }
  return (high << shift) | (twoOverPi(word + 1) >> (32u - shift));
}
// |x| mod pi/2 in [-pi/4, pi/4], and the quadrant. By Cody-Waite below 4096, by Payne-Hanek above.
struct Angle { rest: f32, quadrant: u32 }
fn reduceAngle(x: f32) -> Angle {
  if (x < 4096.0) {
    let n = round(x * 0.636619772367581);
    var r = fma(n, -1.5703125, x);
    r = fma(n, -4.837512969970703125e-4, r);
    r = fma(n, -7.549789954891882e-8, r);
    return Angle(r, u32(n) & 3u);
  }
  let bits = bitcast<u32>(x);
  let e = i32(bits >> 23u) - 150;
  let m = (bits & 0x007fffffu) | 0x00800000u;
  // x·2/pi mod 4 as a fixed-point number: two bits, then 62 of fraction, of m · (2/pi · 2^e mod 4).
  let at = e - 2;
  let p0 = twoOverPiFrom(at);
  let p1 = twoOverPiFrom(at + 32);
  let p2 = twoOverPiFrom(at + 64);
  let t2 = mulWide(m, p2);
  let t1 = mulWide(m, p1);
  let low = t1.x + t2.y;
  let carry = select(0u, 1u, low < t1.x);
  var high = m * p0 + t1.y + carry;
  let quadrant = high >> 30u;
  // Fraction in [0, 1) as 62 bits; above one half the next quadrant and a negative rest.
  var f1 = (high << 2u) | (low >> 30u);
  var f0 = low << 2u;
  let up = f1 >= 0x80000000u;
  if (up) {
    f1 = ~f1;
    f0 = ~f0;
  }
  let fraction = f32(f1) * 2.3283064365386963e-10 + f32(f0) * 5.421010862427522e-20;
  return Angle(select(fraction, -fraction, up) * 1.57079632679489662, (quadrant + select(0u, 1u, up)) & 3u);
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
fn sinFloat(x: f32) -> f32 {
  if (!isFinite(x)) { return nanValue(); }
  let a = reduceAngle(abs(x));
  let y = select(sinReduced(a.rest), cosReduced(a.rest), (a.quadrant & 1u) == 1u);
  return select(y, -y, (a.quadrant >= 2u) != negative(x));
}
fn cosFloat(x: f32) -> f32 {
  if (!isFinite(x)) { return nanValue(); }
  let a = reduceAngle(abs(x));
  let y = select(cosReduced(a.rest), sinReduced(a.rest), (a.quadrant & 1u) == 1u);
  return select(y, -y, a.quadrant == 1u || a.quadrant == 2u);
}
fn tanFloat(x: f32) -> f32 {
  if (!isFinite(x)) { return nanValue(); }
  let a = reduceAngle(abs(x));
  let s = sinReduced(a.rest);
  let c = cosReduced(a.rest);
  let y = select(s / c, -c / s, (a.quadrant & 1u) == 1u);
  return select(y, -y, negative(x));
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

fn atanPositive(x: f32) -> f32 {
  var y = 0.0;
  var z = x;
  if (x > 2.414213562373095) {
    y = 1.57079632679489662;
    z = -1.0 / x;
  } else if (x > 0.4142135623730950) {
    y = 0.785398163397448309;
    z = (x - 1.0) / (x + 1.0);
  }
  let s = z * z;
  var q = fma(8.05374449538e-2, s, -1.38776856032e-1);
  q = fma(q, s, 1.99777106478e-1);
  q = fma(q, s, -3.33329491539e-1);
  return y + fma(q * s, z, z);
}
fn atanFloat(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  if (isInf(x)) { return copySign(1.57079632679489662, x); }
  return copySign(atanPositive(abs(x)), x);
}
fn atan2Float(y: f32, x: f32) -> f32 {
  if (anyNan(x, y)) { return nanValue(); }
  var a = 0.0;
  let ax = abs(x);
  let ay = abs(y);
  if (isInf(x)) { a = select(0.0, 0.785398163397448309, isInf(y)); }
  else if (isInf(y)) { a = 1.57079632679489662; }
  else if (ax == 0.0) { a = select(1.57079632679489662, 0.0, ay == 0.0); }
  else if (ay > ax * 1e12) { a = 1.57079632679489662; }
  else { a = atanPositive(ay / ax); }
  return copySign(select(a, 3.14159265358979324 - a, negative(x)), y);
}
fn asinSmall(x: f32) -> f32 {
  let s = x * x;
  var q = fma(4.2163199048e-2, s, 2.4181311049e-2);
  q = fma(q, s, 4.5470025998e-2);
  q = fma(q, s, 7.4953002686e-2);
  q = fma(q, s, 1.6666752422e-1);
  return fma(q * s, x, x);
}
fn asinFloat(x: f32) -> f32 {
  let a = abs(x);
  if (isNan(x) || a > 1.0) { return nanValue(); }
  if (a <= 0.5) { return asinSmall(x); }
  return copySign(1.57079632679489662 - 2.0 * asinSmall(sqrt(0.5 * (1.0 - a))), x);
}
fn acosFloat(x: f32) -> f32 {
  let a = abs(x);
  if (isNan(x) || a > 1.0) { return nanValue(); }
  if (a <= 0.5) { return 1.57079632679489662 - asinSmall(x); }
  let y = 2.0 * asinSmall(sqrt(0.5 * (1.0 - a)));
  return select(y, 3.14159265358979324 - y, negative(x));
}

fn tanhFloat(x: f32) -> f32 {
  let a = abs(x);
  if (isNan(x)) { return x; }
  if (a < 0.625) {
    let s = x * x;
    var q = fma(-5.70498872745e-3, s, 2.06390887954e-2);
    q = fma(q, s, -5.37397155531e-2);
    q = fma(q, s, 1.33314422036e-1);
    q = fma(q, s, -3.33332819422e-1);
    return copySign(fma(q * s, x, x), x);
  }
  return copySign(1.0 - 2.0 / (expFloat(2.0 * min(a, 20.0)) + 1.0), x);
}
fn sinhFloat(x: f32) -> f32 {
  let a = abs(x);
  if (isNan(x)) { return x; }
  if (a < 1.0) {
    let s = x * x;
    var q = fma(2.03721912945e-4, s, 8.33028376239e-3);
    q = fma(q, s, 1.66667160211e-1);
    return fma(q * s, x, x);
  }
  let h = expFloat(0.5 * min(a, 200.0));
  return copySign(0.5 * h * h - 0.5 / (h * h), x);
}
fn coshFloat(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let h = expFloat(0.5 * min(abs(x), 200.0));
  return 0.5 * h * h + 0.5 / (h * h);
}
fn asinhFloat(x: f32) -> f32 {
  let a = abs(x);
  if (!isFinite(x)) { return x; }
  if (a > 1e9) { return copySign(logFloat(a) + 0.693147180559945, x); }
  return copySign(log1pFloat(a + a * a / (1.0 + sqrt(a * a + 1.0))), x);
}
fn acoshFloat(x: f32) -> f32 {
  if (isNan(x) || x < 1.0) { return nanValue(); }
  if (isInf(x)) { return x; }
  if (x > 1e9) { return logFloat(x) + 0.693147180559945; }
  let t = x - 1.0;
  return log1pFloat(t + sqrt(t * (t + 2.0)));
}
fn atanhFloat(x: f32) -> f32 {
  let a = abs(x);
  if (isNan(x) || a > 1.0) { return nanValue(); }
  if (a == 1.0) { return copySign(infinity(), x); }
  return copySign(0.5 * log1pFloat(2.0 * a / (1.0 - a)), x);
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
  if (isNan(x)) { return x; }
  let y = erfcPositive(min(abs(x), 20.0));
  return select(y, 2.0 - y, negative(x));
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
  if (bitcast<u32>(x) == 0xff800000u) { return nanValue(); }
  return x * sigmoidFloat(x);
}
fn softplusFloat(x: f32) -> f32 {
  if (isNan(x) || x > 20.0) { return x; }
  return log1pFloat(expFloat(x));
}
fn geluFloat(x: f32) -> f32 {
  if (bitcast<u32>(x) == 0xff800000u) { return nanValue(); }
  return 0.5 * x * erfcFloat(-0.707106781186547524 * x);
}
fn geluTanhFloat(x: f32) -> f32 {
  if (bitcast<u32>(x) == 0xff800000u) { return nanValue(); }
  return x * sigmoidFloat(1.59576912160573071 * x * fma(0.044715 * x, x, 1.0));
}
fn geluGradFloat(g: f32, x: f32) -> f32 {
  if (isInf(x)) { return nanValue(); }
  return g * fma(x * 0.398942280401432678, expFloat(-0.5 * x * x), 0.5 * erfcFloat(-0.707106781186547524 * x));
}
fn geluTanhGradFloat(g: f32, x: f32) -> f32 {
  if (isInf(x)) { return nanValue(); }
  let c = clamp(x, -1e4, 1e4);
  let u = 1.59576912160573071 * c * fma(0.044715 * c, c, 1.0);
  let s = sigmoidFloat(u);
  let slope = 1.59576912160573071 * fma(0.134145 * c, c, 1.0);
  let y = g * fma(c * slope, s * sigmoidFloat(-u), s);
  return select(y, x, isNan(x));
}

// |a|^b as 2^(b·log2|a|), the product with its rounding error.
fn powPositive(a: f32, b: f32) -> f32 {
  let s = splitFloat(a);
  let y = clamp(b, -1e30, 1e30);
  let whole = y * s.y;
  let lost = fma(y, s.y, -whole);
  let part = y * ((logReduced(s.x) + s.x) * 1.44269504088896341);
  let total = clamp(whole + part, -160.0, 140.0);
  if (total >= 128.0) { return infinity(); }
  if (total <= -150.0) { return 0.0; }
  let n = round(total);
  return scaleBy(expReduced(((whole - n) + part + lost) * 0.693147180559945), i32(n));
}
fn powFloat(a: f32, b: f32) -> f32 {
  if (b == 0.0 || a == 1.0) { return 1.0; }
  if (anyNan(a, b)) { return nanValue(); }
  if (b == 1.0) { return a; }
  if (b == 2.0) { return a * a; }
  let m = abs(a);
  if (isInf(b)) {
    if (m == 1.0) { return 1.0; }
    return select(0.0, infinity(), (m > 1.0) == (b > 0.0));
  }
  let whole = floor(b) == b;
  let odd = whole && abs(b) < 16777216.0 && floor(b * 0.5) * 2.0 != b;
  let minus = negative(a) && odd;
  var y = 0.0;
  if (m == 0.0) { y = select(0.0, infinity(), b < 0.0); }
  else if (isInf(m)) { y = select(infinity(), 0.0, b < 0.0); }
  else if (negative(a) && !whole) { return nanValue(); }
  else { y = powPositive(m, b); }
  return select(y, -y, minus);
}

// The exact remainder of |a| by |b| with a's sign, by shifting and subtracting.
fn fmodFloat(a: f32, b: f32) -> f32 {
  var x = bitcast<u32>(a) & 0x7fffffffu;
  let y = bitcast<u32>(b) & 0x7fffffffu;
  if (y == 0u || x >= 0x7f800000u || y > 0x7f800000u) { return nanValue(); }
  if (x < y) { return a; }
  let sign = bitcast<u32>(a) & 0x80000000u;
  var ex = i32(x >> 23u);
  var ey = i32(y >> 23u);
  var mx = select((x & 0x007fffffu) | 0x00800000u, x << 1u, ex == 0);
  var my = select((y & 0x007fffffu) | 0x00800000u, y << 1u, ey == 0);
  for (; ex > ey; ex -= 1) {
    if (mx >= my) { mx -= my; }
    mx <<= 1u;
  }
  if (mx >= my) { mx -= my; }
  if (mx == 0u) { return bitcast<f32>(sign); }
  let shift = i32(countLeadingZeros(mx)) - 8;
  if (ex - shift > 0) {
    return bitcast<f32>(sign | (u32(ex - shift) << 23u) | ((mx << u32(shift)) & 0x007fffffu));
  }
  if (ex >= 1) { return bitcast<f32>(sign | (mx << u32(ex - 1))); }
  return bitcast<f32>(sign | (mx >> 1u));
}
fn remainderFloat(a: f32, b: f32) -> f32 {
  let r = fmodFloat(a, b);
  if (!isNan(r) && r != 0.0 && negative(r) != negative(b)) { return r + b; }
  return r;
}
fn floorDivFloat(a: f32, b: f32) -> f32 {
  if (anyNan(a, b)) { return nanValue(); }
  if (b == 0.0) { return a / b; }
  let rest = fmodFloat(a, b);
  if (isNan(rest)) { return rest; }
  var q = (a - rest) / b;
  if (rest != 0.0 && negative(b) != negative(rest)) { q -= 1.0; }
  if (q == 0.0) { return select(0.0, -0.0, negative(a) != negative(b)); }
  let f = floor(q);
  return select(f, f + 1.0, q - f > 0.5);
}

fn floorDivInt(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  if (b == -1) { return -a; }
  let q = a / b;
  return select(q, q - 1, a % b != 0 && (a < 0) != (b < 0));
}
fn truncDivInt(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  if (b == -1) { return -a; }
  return a / b;
}
fn fmodInt(a: i32, b: i32) -> i32 {
  if (b == 0 || b == -1) { return 0; }
  return a % b;
}
fn remainderInt(a: i32, b: i32) -> i32 {
  let r = fmodInt(a, b);
  return select(r, r + b, r != 0 && (r < 0) != (b < 0));
}
fn powInt(a: i32, b: i32) -> i32 {
  if (b < 0) { return select(select(0, select(1, -1, (b & 1) != 0), a == -1), 1, a == 1); }
  var y = 1;
  var base = a;
  for (var left = u32(b); left > 0u; left >>= 1u) {
    if ((left & 1u) == 1u) { y *= base; }
    base *= base;
  }
  return y;
}
fn divUint(a: u32, b: u32) -> u32 {
  return select(a / max(b, 1u), 0u, b == 0u);
}
fn modUint(a: u32, b: u32) -> u32 {
  return select(a % max(b, 1u), 0u, b == 0u);
}
fn powUint(a: u32, b: u32) -> u32 {
  return u32(powInt(i32(a), i32(b))) & 255u;
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
