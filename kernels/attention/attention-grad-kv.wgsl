// dv_s = sum p g, dk_s = scale sum p (g v_s - delta) q over the query rows that read key s: those of all heads that share its head.
// One invocation owns a key row and walks the queries. Bindings: g, q, k, v (strided), mask (q again where there is none),
// stats (attention-stats.wgsl), dk, dv (strided). Dispatch: flat over batch · keyHeads · s.

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
@group(0) @binding(6) var<storage, read_write> dk: array<f32>;
@group(0) @binding(7) var<storage, read_write> dv: array<f32>;
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
  if (i >= p.batch * p.keyHeads * p.s) { return; }
  let s = i % p.s;
  let kh = i / p.s % p.keyHeads;
  let b = i / (p.s * p.keyHeads);
  let ko = p.ks.w + b * p.ks.x + kh * p.ks.y + s * p.ks.z;
  let vo = p.vs.w + b * p.vs.x + kh * p.vs.y + s * p.vs.z;
  var key: array<vec4f, D4>;
  var value: array<vec4f, V4>;
  var sumK: array<vec4f, D4>;
  var sumV: array<vec4f, V4>;
  for (var c = 0u; c < D4; c++) { key[c] = fourOfK(ko, 4u * c) * p.scale; sumK[c] = vec4f(); }
  for (var c = 0u; c < V4; c++) { value[c] = fourOfV(vo, 4u * c); sumV[c] = vec4f(); }
  var begin = 0u;
  if (CAUSAL) { begin = u32(max(i32(s) - p.offset, 0)); }
  // Heads h with floor(h keyHeads / heads) = kh.
  let last = ((kh + 1u) * p.heads + p.keyHeads - 1u) / p.keyHeads;
  for (var h = (kh * p.heads + p.keyHeads - 1u) / p.keyHeads; h < last; h++) {
    let rows = (b * p.heads + h) * p.t;
    let qo = p.qs.w + b * p.qs.x + h * p.qs.y;
    let go = p.gs.w + b * p.gs.x + h * p.gs.y;
    let mo = p.mask + b * p.ms.x + h * p.ms.y + s * p.ms.w;
    for (var t = begin; t < p.t; t++) {
      let own = stats[rows + t];
      let row = qo + t * p.qs.z;
      let at = go + t * p.gs.z;
      var score = 0.0;
      var slope = 0.0;
      for (var c = 0u; c < D4; c++) { score += dot(key[c], fourOfQ(row, 4u * c)); }
      for (var c = 0u; c < V4; c++) { slope += dot(value[c], fourOfG(at, 4u * c)); }
      if (MASK) { score += mask[mo + t * p.ms.z]; }
      if (bitcast<u32>(score) == 0xff800000u || bitcast<u32>(own.y) == 0xff800000u) { continue; }
      let weight = expFloat(score - own.y);
      let by = weight * (slope - own.x) * p.scale;
      for (var c = 0u; c < D4; c++) { sumK[c] = fma(vec4f(by), fourOfQ(row, 4u * c), sumK[c]); }
      for (var c = 0u; c < V4; c++) { sumV[c] = fma(vec4f(weight), fourOfG(at, 4u * c), sumV[c]); }
    }
  }
  let toK = p.dks.w + b * p.dks.x + kh * p.dks.y + s * p.dks.z;
  let toV = p.dvs.w + b * p.dvs.x + kh * p.dvs.y + s * p.dvs.z;
  for (var c = 0u; c < D4; c++) { storeK(toK, 4u * c, sumK[c]); }
  for (var c = 0u; c < V4; c++) { storeV(toV, 4u * c, sumV[c]); }
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
fn storeK(to: u32, c: u32, four: vec4f) {
  dk[to + c] = four.x;
  if (c + 1u < p.d) { dk[to + c + 1u] = four.y; }
  if (c + 2u < p.d) { dk[to + c + 2u] = four.z; }
  if (c + 3u < p.d) { dk[to + c + 3u] = four.w; }
}
fn storeV(to: u32, c: u32, four: vec4f) {
  dv[to + c] = four.x;
  if (c + 1u < p.dv) { dv[to + c + 1u] = four.y; }
  if (c + 2u < p.dv) { dv[to + c + 2u] = four.z; }
  if (c + 3u < p.dv) { dv[to + c + 3u] = four.w; }
}
