// Functions that few programs call (angles, powers, remainders, whole quotients), linked as those of math.wgsl are, and what only they need. What a shader
// names of this file ends in Float, Int or Uint: by that the linker knows when to look here (webgpu/shader.ts).

fn fracFloat(x: f32) -> f32 {
  if (!isFinite(x)) { return nanValue(); }
  return x - trunc(x);
}

fn exp2Float(x: f32) -> f32 {
  if (isNan(x)) { return x; }
  let y = clamp(x, -151.0, 129.0);
  let n = round(y);
  return select(scaleBy(expReduced((y - n) * 0.693147180559945), n), infinity(), x >= 128.0);
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
fn divFloat(a: f32, b: f32) -> f32 {
  return a / b;
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

fn softplusFloat(x: f32) -> f32 {
  if (isNan(x) || x > 20.0) { return x; }
  return log1pFloat(expFloat(x));
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
  return scaleBy(expReduced(((whole - n) + part + lost) * 0.693147180559945), n);
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

