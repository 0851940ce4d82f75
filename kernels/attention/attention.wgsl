// out = softmax(q k^T scale + mask) v and its logsumexp, by the online softmax: one invocation owns a query row and walks the keys
// once, holding the query and the result (D4, V4 vec4s) in registers. Head h reads key head floor(h heads' / heads).
// A row with nothing to attend to gives zeros and -inf; weights of -inf scores are exactly 0.
// Bindings: q, k, v (strided, 1 in the last dim), mask (strided; q again where there is none), out (strided), lse. Dispatch: flat over batch · heads · t.

alias K = f32;
alias V = f32;
const D4 = 4u;
const V4 = 4u;
const CAUSAL = false;
const MASK = false;
struct P { qs: vec4u, ks: vec4u, vs: vec4u, ms: vec4u, os: vec4u, batch: u32, heads: u32, keyHeads: u32, t: u32, s: u32, d: u32, dv: u32, offset: i32, scale: f32, mask: u32, lse: u32 }
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> k: array<K>;
@group(0) @binding(2) var<storage, read> v: array<V>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(0) @binding(5) var<storage, read_write> lse: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

// The fourth word of qs, ks, vs, os is the view's offset; of ms the stride along keys.
fn fourOfK(i: u32, c: u32) -> vec4f { return partOfK(i, c); }
fn fourOfV(i: u32, c: u32) -> vec4f { return partOfV(i, c); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.batch * p.heads * p.t) { return; }
  let t = i % p.t;
  let h = i / p.t % p.heads;
  let b = i / (p.t * p.heads);
  let kh = h * p.keyHeads / p.heads;
  let qo = p.qs.w + b * p.qs.x + h * p.qs.y + t * p.qs.z;
  let ko = p.ks.w + b * p.ks.x + kh * p.ks.y;
  let vo = p.vs.w + b * p.vs.x + kh * p.vs.y;
  let mo = p.mask + b * p.ms.x + h * p.ms.y + t * p.ms.z;
  var query: array<vec4f, D4>;
  var sum: array<vec4f, V4>;
  for (var c = 0u; c < D4; c++) { query[c] = partOfQ(qo, 4u * c) * p.scale; }
  for (var c = 0u; c < V4; c++) { sum[c] = vec4f(); }
  var end = p.s;
  if (CAUSAL) { end = u32(clamp(i32(t) + p.offset + 1, 0, i32(p.s))); }
  var most = fromBits(0xff800000u);
  var total = 0.0;
  for (var s = 0u; s < end; s++) {
    let row = ko + s * p.ks.z;
    var score = 0.0;
    for (var c = 0u; c < D4; c++) { score += dot(query[c], fourOfK(row, 4u * c)); }
    if (MASK) { score += mask[mo + s * p.ms.w]; }
    if (bitcast<u32>(score) == 0xff800000u) { continue; }
    if (score > most) {
      let shrink = expFloat(most - score);
      total *= shrink;
      for (var c = 0u; c < V4; c++) { sum[c] *= shrink; }
      most = score;
    }
    if (isNan(score)) { most = score; }
    let weight = expFloat(score - most);
    total += weight;
    let at = vo + s * p.vs.z;
    for (var c = 0u; c < V4; c++) { sum[c] = fma(vec4f(weight), fourOfV(at, 4u * c), sum[c]); }
  }
  let empty = total == 0.0;
  lse[p.lse + i] = select(most + logFloat(total), fromBits(0xff800000u), empty);
  let by = select(1.0 / total, 0.0, empty);
  let to = b * p.os.x + h * p.os.y + t * p.os.z;
  for (var c = 0u; c < V4; c++) { store(to, 4u * c, sum[c] * by); }
}

fn partOfQ(i: u32, c: u32) -> vec4f {
  var four = vec4f(q[i + c], 0.0, 0.0, 0.0);
  if (c + 1u < p.d) { four.y = q[i + c + 1u]; }
  if (c + 2u < p.d) { four.z = q[i + c + 2u]; }
  if (c + 3u < p.d) { four.w = q[i + c + 3u]; }
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
fn oneOfK(i: u32) -> f32 { return k[i]; }
fn oneOfV(i: u32) -> f32 { return v[i]; }
fn put(i: u32, v: f32) { y[p.os.w + i] = v; }
fn store(to: u32, c: u32, four: vec4f) {
  put(to + c, four.x);
  if (c + 1u < p.dv) { put(to + c + 1u, four.y); }
  if (c + 2u < p.dv) { put(to + c + 2u, four.z); }
  if (c + 3u < p.dv) { put(to + c + 3u, four.w); }
}
