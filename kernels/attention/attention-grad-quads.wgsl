// Gradients of attention for software adapters, as attention-grad-q.wgsl, or with KEYS as attention-grad-kv.wgsl: four neighbouring invocations
// (a quad) own four query rows (KEYS: key rows) of one head, load one of the other kind each, and see those of the others by swapping.
// Rows and keys are multiples of four, everything is loaded as vec4s; x, y, z, w are of neighbours by 0, 1, 2, 3 (exclusive or).
// Bindings: own and walked rows (q, k; KEYS: k, q), what is multiplied with them (g, v; KEYS: v, g), mask (q again where there is none),
// stats (attention-stats.wgsl), dx (of own), dz (KEYS: dv, else unused). Dispatch: flat over batch · heads · t, KEYS: batch · keyHeads · s.

const D4 = 4u;
const V4 = 4u;
const CAUSAL = false;
const MASK = false;
const KEYS = false;
struct P { qs: vec4u, ks: vec4u, vs: vec4u, ms: vec4u, gs: vec4u, dqs: vec4u, dks: vec4u, dvs: vec4u, batch: u32, heads: u32, keyHeads: u32, t: u32, s: u32, d: u32, dv: u32, offset: i32, scale: f32, mask: u32 }
@group(0) @binding(0) var<storage, read> own: array<vec4f>;
@group(0) @binding(1) var<storage, read> ownBy: array<vec4f>;
@group(0) @binding(2) var<storage, read> walked: array<vec4f>;
@group(0) @binding(3) var<storage, read> walkedBy: array<vec4f>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read> stats: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;
@group(0) @binding(7) var<storage, read_write> dz: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  let length = select(p.t, p.s, KEYS);
  let heads = select(p.heads, p.keyHeads, KEYS);
  if (i >= p.batch * heads * length) { return; }
  let r = i % length;
  let h = i / length % heads;
  let b = i / (length * heads);
  let others = vec4u(i & 3u) ^ vec4u(0u, 1u, 2u, 3u);
  let xs = select(p.qs, p.ks, KEYS);
  let zs = select(p.gs, p.vs, KEYS);
  let us = select(p.ks, p.qs, KEYS);
  let ws = select(p.vs, p.gs, KEYS);
  let scale = p.scale;
  let xo = (xs.w + b * xs.x + h * xs.y + r * xs.z) >> 2u;
  let zo = (zs.w + b * zs.x + h * zs.y + r * zs.z) >> 2u;
  var x: array<vec4f, D4>;
  var z: array<vec4f, V4>;
  var sumX: array<vec4f, D4>;
  var sumZ: array<vec4f, V4>;
  var u: array<vec4f, D4>;
  var v: array<vec4f, V4>;
  for (var c = 0u; c < D4; c++) { x[c] = own[xo + c] * scale; sumX[c] = vec4f(); }
  for (var c = 0u; c < V4; c++) { z[c] = ownBy[zo + c]; sumZ[c] = vec4f(); }
  var begin = 0u;
  var end = select(p.s, p.t, KEYS);
  if (CAUSAL && KEYS) { begin = u32(max(i32(r & ~3u) - p.offset, 0)) & ~3u; }
  if (CAUSAL && !KEYS) { end = u32(clamp(i32(r | 3u) + p.offset + 1, 0, i32(p.s))); }
  // Query heads j with floor(j keyHeads / heads) = h, or the head itself.
  var j = h;
  var last = h + 1u;
  if (KEYS) {
    j = (h * p.heads + p.keyHeads - 1u) / p.keyHeads;
    last = (last * p.heads + p.keyHeads - 1u) / p.keyHeads;
  }
  for (; j < last; j++) {
    let head = select(j * p.keyHeads / p.heads, j, KEYS);
    let rows = (b * p.heads + j) * p.t;
    let mo = p.mask + b * p.ms.x + j * p.ms.y + r * select(p.ms.z, p.ms.w, KEYS);
    let stride = select(p.ms.w, p.ms.z, KEYS);
    var row = (us.w + b * us.x + head * us.y + (begin + others.x) * us.z) >> 2u;
    var at = (ws.w + b * ws.x + head * ws.y + (begin + others.x) * ws.z) >> 2u;
    for (var w = begin; w < end; w += 4u) {
      let theirs = others + w;
      var score = vec4f();
      var slope = vec4f();
      for (var c = 0u; c < D4; c++) { u[c] = walked[row + c]; score += dots(x[c], u[c]); }
      for (var c = 0u; c < V4; c++) { v[c] = walkedBy[at + c]; slope += dots(z[c], v[c]); }
      if (MASK) { score += vec4f(mask[mo + theirs.x * stride], mask[mo + theirs.y * stride], mask[mo + theirs.z * stride], mask[mo + theirs.w * stride]); }
      let found = stats[rows + select(r, theirs.x, KEYS)];
      var delta = vec4f(found.x);
      var lse = vec4f(found.y);
      if (KEYS) {
        delta = each(found.x);
        lse = each(found.y);
      }
      var skipped = (bitcast<vec4u>(score) == vec4u(0xff800000u)) | (bitcast<vec4u>(lse) == vec4u(0xff800000u));
      if (CAUSAL && KEYS) { skipped |= vec4i(theirs) + p.offset < vec4i(i32(r)); }
      if (CAUSAL && !KEYS) { skipped |= vec4i(theirs) > vec4i(i32(r) + p.offset); }
      var weight = score - lse;
      for (var e = 0u; e < 4u; e++) { weight[e] = expFloat(weight[e]); } // short texts run faster than unrolled ones
      weight = select(weight, vec4f(), skipped);
      let by = select(weight * (slope - delta) * scale, vec4f(), skipped);
      for (var c = 0u; c < D4; c++) { sumX[c] += blend(by, u[c]); }
      if (KEYS) {
        for (var c = 0u; c < V4; c++) { sumZ[c] += blend(weight, v[c]); }
      }
      row += us.z;
      at += ws.z;
    }
  }
  let dxs = select(p.dqs, p.dks, KEYS);
  let to = dxs.w + b * dxs.x + h * dxs.y + r * dxs.z;
  for (var c = 0u; c < D4; c++) { let four = sumX[c]; for (var e = 0u; e < 4u; e++) { dx[to + 4u * c + e] = four[e]; } }
  if (KEYS) {
    let other = p.dvs.w + b * p.dvs.x + h * p.dvs.y + r * p.dvs.z;
    for (var c = 0u; c < V4; c++) { let four = sumZ[c]; for (var e = 0u; e < 4u; e++) { dz[other + 4u * c + e] = four[e]; } }
  }
}

fn each(x: f32) -> vec4f {
  return vec4f(x, quadSwapX(x), quadSwapY(x), quadSwapDiagonal(x));
}
// The dots of a with this invocation's x and its neighbours'.
fn dots(a: vec4f, x: vec4f) -> vec4f {
  return vec4f(dot(a, x), dot(a, quadSwapX(x)), dot(a, quadSwapY(x)), dot(a, quadSwapDiagonal(x)));
}
// The sum of this invocation's x and its neighbours', each by its weight.
fn blend(weight: vec4f, x: vec4f) -> vec4f {
  return mat4x4f(x, quadSwapX(x), quadSwapY(x), quadSwapDiagonal(x)) * weight;
}
