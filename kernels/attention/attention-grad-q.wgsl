// dq = scale sum_s p (g v_s - delta) k_s, p = exp(q k_s scale + mask - lse). One invocation owns a query row and walks the keys.
// Bindings: g, q, k, v (strided), mask (q again where there is none), stats (attention-stats.wgsl), dq (strided). Dispatch: flat over rows.

alias T = f32;
const D4 = 4u;
const V4 = 4u;
const CAUSAL = false;
const MASK = false;
struct P { qs: vec4u, ks: vec4u, vs: vec4u, ms: vec4u, gs: vec4u, dqs: vec4u, dks: vec4u, dvs: vec4u, batch: u32, heads: u32, keyHeads: u32, t: u32, s: u32, d: u32, dv: u32, offset: i32, scale: f32, mask: u32 }
@group(0) @binding(0) var<storage, read> grad: array<T>;
@group(0) @binding(1) var<storage, read> q: array<T>;
@group(0) @binding(2) var<storage, read> k: array<T>;
@group(0) @binding(3) var<storage, read> v: array<T>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read> stats: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> dq: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

// Four neighbours: whole vec4s where T is vec4f.
fn fourOfG(i: u32, c: u32) -> vec4f { return partOfG(i, c); }
fn oneOfG(i: u32) -> f32 { return grad[i]; }
fn fourOfQ(i: u32, c: u32) -> vec4f { return partOfQ(i, c); }
fn oneOfQ(i: u32) -> f32 { return q[i]; }
fn fourOfK(i: u32, c: u32) -> vec4f { return partOfK(i, c); }
fn oneOfK(i: u32) -> f32 { return k[i]; }
fn fourOfV(i: u32, c: u32) -> vec4f { return partOfV(i, c); }
fn oneOfV(i: u32) -> f32 { return v[i]; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= p.batch * p.heads * p.t) { return; }
  let t = i % p.t;
  let h = i / p.t % p.heads;
  let b = i / (p.t * p.heads);
  let kh = h * p.keyHeads / p.heads;
  let qo = p.qs.w + b * p.qs.x + h * p.qs.y + t * p.qs.z;
  let ko = p.ks.w + b * p.ks.x + kh * p.ks.y;
  let vo = p.vs.w + b * p.vs.x + kh * p.vs.y;
  let mo = p.mask + b * p.ms.x + h * p.ms.y + t * p.ms.z;
  let own = stats[i];
  let go = p.gs.w + b * p.gs.x + h * p.gs.y + t * p.gs.z;
  let to = p.dqs.w + b * p.dqs.x + h * p.dqs.y + t * p.dqs.z;
  var query: array<vec4f, D4>;
  var g: array<vec4f, V4>;
  var sum: array<vec4f, D4>;
  for (var c = 0u; c < D4; c++) { query[c] = fourOfQ(qo, 4u * c) * p.scale; sum[c] = vec4f(); }
  for (var c = 0u; c < V4; c++) { g[c] = fourOfG(go, 4u * c); }
  var end = p.s;
  if (CAUSAL) { end = u32(clamp(i32(t) + p.offset + 1, 0, i32(p.s))); }
  if (bitcast<u32>(own.y) == 0xff800000u) { end = 0u; }
  for (var s = 0u; s < end; s++) {
    let row = ko + s * p.ks.z;
    let at = vo + s * p.vs.z;
    var score = 0.0;
    var slope = 0.0;
    for (var c = 0u; c < D4; c++) { score += dot(query[c], fourOfK(row, 4u * c)); }
    for (var c = 0u; c < V4; c++) { slope += dot(g[c], fourOfV(at, 4u * c)); }
    if (MASK) { score += mask[mo + s * p.ms.w]; }
    if (bitcast<u32>(score) == 0xff800000u) { continue; }
    let by = expFloat(score - own.y) * (slope - own.x) * p.scale;
    for (var c = 0u; c < D4; c++) { sum[c] = fma(vec4f(by), fourOfK(row, 4u * c), sum[c]); }
  }
  for (var c = 0u; c < D4; c++) { store(to, 4u * c, sum[c]); }
}

fn partOfG(i: u32, c: u32) -> vec4f {
  var four = vec4f(oneOfG(i + c), 0.0, 0.0, 0.0);
  if (c + 1u < p.dv) { four.y = oneOfG(i + c + 1u); }
  if (c + 2u < p.dv) { four.z = oneOfG(i + c + 2u); }
  if (c + 3u < p.dv) { four.w = oneOfG(i + c + 3u); }
  return four;
}
fn partOfQ(i: u32, c: u32) -> vec4f {
  var four = vec4f(oneOfQ(i + c), 0.0, 0.0, 0.0);
  if (c + 1u < p.d) { four.y = oneOfQ(i + c + 1u); }
  if (c + 2u < p.d) { four.z = oneOfQ(i + c + 2u); }
  if (c + 3u < p.d) { four.w = oneOfQ(i + c + 3u); }
  return four;
}
fn partOfK(i: u32, c: u32) -> vec4f {
  var four = vec4f(oneOfK(i + c), 0.0, 0.0, 0.0);
  if (c + 1u < p.d) { four.y = oneOfK(i + c + 1u); }
  if (c + 2u < p.d) { four.z = oneOfK(i + c + 2u); }
  if (c + 3u < p.d) { four.w = oneOfK(i + c + 3u); }
  return four;
}
fn partOfV(i: u32, c: u32) -> vec4f {
  var four = vec4f(oneOfV(i + c), 0.0, 0.0, 0.0);
  if (c + 1u < p.dv) { four.y = oneOfV(i + c + 1u); }
  if (c + 2u < p.dv) { four.z = oneOfV(i + c + 2u); }
  if (c + 3u < p.dv) { four.w = oneOfV(i + c + 3u); }
  return four;
}
fn store(to: u32, c: u32, four: vec4f) {
  dq[to + c] = four.x;
  if (c + 1u < p.d) { dq[to + c + 1u] = four.y; }
  if (c + 2u < p.d) { dq[to + c + 2u] = four.z; }
  if (c + 3u < p.d) { dq[to + c + 3u] = four.w; }
}
