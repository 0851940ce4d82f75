// Running sums, products and logsumexps along rows of a strided x. A row is cut into chunks of `length`: TOTALS leaves each chunk's
// state, PREFIX turns them into the state before each chunk, and the last pass writes every running value. One chunk needs the last pass only.
// A state of floats is a value and its rounding error (sum, prod), or a maximum and the sum of exp(x - maximum).
// `kept` is a shape of up to four dims (1 in front). Bindings: x, states (rows, chunks), y (rows, n). Dispatch: flat over rows · chunks (PREFIX: rows).

alias T = f32;
alias S = vec2f;
const PASS = 2u;
struct P { kept: vec4u, keptStrides: vec4u, rows: u32, n: u32, stride: u32, chunks: u32, length: u32, x: u32, y: u32 }
@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> states: array<S>;
@group(0) @binding(2) var<storage, read_write> y: array<T>;
@group(1) @binding(0) var<uniform> p: P;

fn start() -> S { return S(); }
fn push(s: S, v: T) -> S { return pushSum(s, v); }
fn join(s: S, t: S) -> S { return joinSum(s, t); }
fn valueOf(s: S) -> T { return s.x + s.y; }

fn pushSum(s: vec2f, v: f32) -> vec2f {
  let t = s.x + v;
  if (!isFinite(t)) { return vec2f(t, 0.0); }
  let b = t - s.x;
  return vec2f(t, s.y + ((s.x - (t - b)) + (v - b)));
}
fn joinSum(s: vec2f, t: vec2f) -> vec2f {
  let r = pushSum(s, t.x);
  return vec2f(r.x, select(0.0, r.y + t.y, isFinite(r.x)));
}
fn pushProduct(s: vec2f, v: f32) -> vec2f {
  let t = s.x * v;
  if (!isFinite(t)) { return vec2f(t, 0.0); }
  return vec2f(t, fma(s.x, v, -t) + s.y * v);
}
fn joinProduct(s: vec2f, t: vec2f) -> vec2f {
  let r = pushProduct(s, t.x);
  return vec2f(r.x, select(0.0, r.y + s.x * t.y, isFinite(r.x)));
}
fn pushExp(s: vec2f, v: f32) -> vec2f {
  if (isNan(v) || isNan(s.x)) { return vec2f(nanValue(), 1.0); }
  if (v > s.x) { return vec2f(v, select(s.y * expFloat(s.x - v), 0.0, s.y == 0.0) + 1.0); }
  if (bitcast<u32>(v) == 0xff800000u) { return s; }
  return vec2f(s.x, s.y + select(expFloat(v - s.x), 0.0, isInf(s.x)));
}
fn joinExp(s: vec2f, t: vec2f) -> vec2f {
  if (isNan(t.x) || isNan(s.x)) { return vec2f(nanValue(), 1.0); }
  if (s.y == 0.0) { return t; }
  if (t.y == 0.0) { return s; }
  if (isInf(s.x)) { return s; }
  if (isInf(t.x)) { return t; }
  let m = max(s.x, t.x);
  return vec2f(m, s.y * expFloat(s.x - m) + t.y * expFloat(t.x - m));
}
fn valueExp(s: vec2f) -> f32 {
  if (s.y == 0.0 || isInf(s.x)) { return s.x; }
  return s.x + logFloat(s.y);
}

fn offsetIn(i: u32, shape: vec4u, strides: vec4u) -> u32 {
  let w = i % shape.w;
  let r = i / shape.w;
  let z = r % shape.z;
  let q = r / shape.z;
  return dot(vec4u(q / shape.y, q % shape.y, z, w), strides);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (PASS == 1u) {
    if (i >= p.rows) { return; }
    var before = start();
    for (var k = i * p.chunks; k < (i + 1u) * p.chunks; k++) {
      let own = states[k];
      states[k] = before;
      before = join(before, own);
    }
    return;
  }
  if (i >= p.rows * p.chunks) { return; }
  let row = i / p.chunks;
  let begin = (i % p.chunks) * p.length;
  let base = p.x + offsetIn(row, p.kept, p.keptStrides);
  var state = start();
  if (PASS == 2u && p.chunks > 1u) { state = states[i]; }
  let end = min(begin + p.length, p.n);
  for (var c = begin; c < end; c++) {
    state = push(state, x[base + c * p.stride]);
    if (PASS == 2u) { y[p.y + row * p.n + c] = valueOf(state); }
  }
  if (PASS == 0u) { states[i] = state; }
}
