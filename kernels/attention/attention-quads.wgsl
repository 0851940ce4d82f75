// Attention for software adapters, as attention.wgsl: four neighbouring invocations (a quad) own four query rows of one head, load a key and
// a value each, and see those of the others by swapping. Rows and keys are multiples of four, everything is loaded as vec4s.
// The x, y, z, w of a score are of the key of this invocation, of its neighbours by 1, 2 and 3 (exclusive or).
// Bindings, words and constants as attention.wgsl. Dispatch: flat over batch · heads · t.

const D4 = 4u;
const V4 = 4u;
const CAUSAL = false;
const MASK = false;
struct P { qs: vec4u, ks: vec4u, vs: vec4u, ms: vec4u, os: vec4u, batch: u32, heads: u32, keyHeads: u32, t: u32, s: u32, d: u32, dv: u32, offset: i32, scale: f32, mask: u32, lse: u32 }
@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> k: array<vec4f>;
@group(0) @binding(2) var<storage, read> v: array<vec4f>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> lse: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.batch * p.heads * p.t) { return; }
  let t = i % p.t;
  let h = i / p.t % p.heads;
  let b = i / (p.t * p.heads);
  let kh = h * p.keyHeads / p.heads;
  let others = vec4u(i & 3u) ^ vec4u(0u, 1u, 2u, 3u);
  let qo = (p.qs.w + b * p.qs.x + h * p.qs.y + t * p.qs.z) >> 2u;
  let mo = p.mask + b * p.ms.x + h * p.ms.y + t * p.ms.z;
  var row = (p.ks.w + b * p.ks.x + kh * p.ks.y + others.x * p.ks.z) >> 2u;
  var at = (p.vs.w + b * p.vs.x + kh * p.vs.y + others.x * p.vs.z) >> 2u;
  let scale = p.scale;
  var query: array<vec4f, D4>;
  var sum: array<vec4f, V4>;
  for (var c = 0u; c < D4; c++) { query[c] = q[qo + c] * scale; }
  for (var c = 0u; c < V4; c++) { sum[c] = vec4f(); }
  let low = fromBits(0xff800000u);
  let end = select(p.s, u32(clamp(i32(t) + p.offset + 1, 0, i32(p.s))), CAUSAL);
  let last = select(p.s, u32(clamp(i32(t | 3u) + p.offset + 1, 0, i32(p.s))), CAUSAL);
  var most = low;
  var total = 0.0;
  for (var s = 0u; s < last; s += 4u) {
    var score = vec4f();
    for (var c = 0u; c < D4; c++) { score += dots(query[c], k[row + c]); }
    let key = others + s;
    if (MASK) { let w = p.ms.w; score += vec4f(mask[mo + key.x * w], mask[mo + key.y * w], mask[mo + key.z * w], mask[mo + key.w * w]); }
    score = select(score, vec4f(low), key >= vec4u(end));
    let top = max(most, max(max(score.x, score.y), max(score.z, score.w)));
    let shift = select(top, 0.0, bitcast<u32>(top) == 0xff800000u);
    let shrink = select(expFloat(most - shift), 0.0, bitcast<u32>(most) == 0xff800000u);
    var weight = score - shift;
    for (var e = 0u; e < 4u; e++) { weight[e] = expFloat(weight[e]); } // short texts run faster than unrolled ones
    weight = select(weight, vec4f(), bitcast<vec4u>(score) == vec4u(0xff800000u));
    most = top;
    total = total * shrink + (weight.x + weight.y + weight.z + weight.w);
    for (var c = 0u; c < V4; c++) { sum[c] = sum[c] * shrink + blend(weight, v[at + c]); }
    row += p.ks.z;
    at += p.vs.z;
  }
  let empty = total == 0.0;
  lse[p.lse + i] = select(most + logFloat(total), low, empty);
  let by = select(1.0 / total, 0.0, empty);
  let to = b * p.os.x + h * p.os.y + t * p.os.z;
  for (var c = 0u; c < V4; c++) { store(to + 4u * c, sum[c] * by); }
}

// The dots of a with this invocation's x and its neighbours'.
fn dots(a: vec4f, x: vec4f) -> vec4f {
  return vec4f(dot(a, x), dot(a, quadSwapX(x)), dot(a, quadSwapY(x)), dot(a, quadSwapDiagonal(x)));
}
// The sum of this invocation's x and its neighbours', each by its weight.
fn blend(weight: vec4f, x: vec4f) -> vec4f {
  return mat4x4f(x, quadSwapX(x), quadSwapY(x), quadSwapDiagonal(x)) * weight;
}
fn put(i: u32, v: f32) { y[p.os.w + i] = v; }
fn store(to: u32, four: vec4f) {
  for (var c = 0u; c < 4u; c++) { put(to + c, four[c]); }
}
