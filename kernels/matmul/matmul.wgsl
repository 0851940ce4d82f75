// y = act(a b + bias), batched. One invocation computes TM rows by 4 columns in registers, in blocks of 16 along k.
// a is walked along k or (A_ALONG_M) along rows, b along columns or along k: what is contiguous is loaded as a vec4 where A, B are vec4f.
// Bindings: a (batch, m, k), b (batch, k, n), bias (n) (a again where there is none), y (batch, m, n). Strides in elements.
// Dispatch: flat over batch · ceil(m / TM) · ceil(n / 4).

alias A = f32;
alias B = f32;
const TM = 4u;
const TQ = 1u; // TM / 4, 0 where a is not walked along rows
const A_ALONG_M = false;
const B_ALONG_K = false;
const BIAS = false;
struct P { batch: u32, m: u32, n: u32, k: u32, a: u32, aBatch: u32, aRow: u32, aK: u32, b: u32, bBatch: u32, bK: u32, bColumn: u32, bias: u32, biasStep: u32, y: u32, tiles: u32 }
@group(0) @binding(0) var<storage, read> a: array<A>;
@group(0) @binding(1) var<storage, read> b: array<B>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

fn fourOfA(i: u32, step: u32) -> vec4f { return vec4f(a[i], a[i + step], a[i + 2u * step], a[i + 3u * step]); }
fn fourOfB(i: u32, step: u32) -> vec4f { return vec4f(b[i], b[i + step], b[i + 2u * step], b[i + 3u * step]); }
fn oneOfA(i: u32) -> f32 { return a[i]; }
fn oneOfB(i: u32) -> f32 { return b[i]; }
fn activate(v: f32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  let columns = (p.n + 3u) / 4u;
  let tile = i / columns;
  let batch = tile / p.tiles;
  if (batch >= p.batch) { return; }
  let column = (i - tile * columns) * 4u;
  let row = (tile - batch * p.tiles) * TM;
  let aBase = p.a + batch * p.aBatch;
  let bBase = p.b + batch * p.bBatch;
  // Rows and columns beyond the edge are those at the edge once more; they are not stored.
  var ra: array<u32, TM>;
  for (var r = 0u; r < TM; r++) { ra[r] = aBase + min(row + r, p.m - 1u) * p.aRow; }
  let cb = vec4u(bBase) + min(vec4u(column) + vec4u(0u, 1u, 2u, 3u), vec4u(p.n - 1u)) * p.bColumn;
  var sum: array<vec4f, TM>;
  var part: array<vec4f, TM>;
  let whole = p.k & ~3u;
  var k = 0u;
  while (k < whole) {
    let stop = min(k + 16u, whole);
    for (var r = 0u; r < TM; r++) { part[r] = vec4f(); }
    for (; k < stop; k += 4u) {
      var b0: vec4f;
      var b1: vec4f;
      var b2: vec4f;
      var b3: vec4f;
      if (B_ALONG_K) {
        let t = transpose(mat4x4f(fourOfB(cb.x + k * p.bK, p.bK), fourOfB(cb.y + k * p.bK, p.bK), fourOfB(cb.z + k * p.bK, p.bK), fourOfB(cb.w + k * p.bK, p.bK)));
        b0 = t[0];
        b1 = t[1];
        b2 = t[2];
        b3 = t[3];
      } else {
        b0 = rowOfB(cb, k);
        b1 = rowOfB(cb, k + 1u);
        b2 = rowOfB(cb, k + 2u);
        b3 = rowOfB(cb, k + 3u);
      }
      var v: array<vec4f, TM>;
      if (A_ALONG_M) {
        let base = aBase + row * p.aRow + k * p.aK;
        for (var q = 0u; q < TQ; q++) { let t = transpose(mat4x4f(fourOfA(base + 4u * q * p.aRow, p.aRow), fourOfA(base + 4u * q * p.aRow + p.aK, p.aRow), fourOfA(base + 4u * q * p.aRow + 2u * p.aK, p.aRow), fourOfA(base + 4u * q * p.aRow + 3u * p.aK, p.aRow))); v[4u * q] = t[0]; v[4u * q + 1u] = t[1]; v[4u * q + 2u] = t[2]; v[4u * q + 3u] = t[3]; }
      } else {
        for (var r = 0u; r < TM; r++) { v[r] = fourOfA(ra[r] + k * p.aK, p.aK); }
      }
      for (var r = 0u; r < TM; r++) { part[r] = fma(v[r].wwww, b3, fma(v[r].zzzz, b2, fma(v[r].yyyy, b1, fma(v[r].xxxx, b0, part[r])))); }
    }
    for (var r = 0u; r < TM; r++) { sum[r] += part[r]; }
  }
  for (; k < p.k; k++) {
    let v = vec4f(oneOfB(cb.x + k * p.bK), oneOfB(cb.y + k * p.bK), oneOfB(cb.z + k * p.bK), oneOfB(cb.w + k * p.bK));
    for (var r = 0u; r < TM; r++) { sum[r] = fma(vec4f(oneOfA(ra[r] + k * p.aK)), v, sum[r]); }
  }
  var extra = vec4f();
  if (BIAS) {
    let cs = vec4u(p.bias) + min(vec4u(column) + vec4u(0u, 1u, 2u, 3u), vec4u(p.n - 1u)) * p.biasStep;
    extra = vec4f(bias[cs.x], bias[cs.y], bias[cs.z], bias[cs.w]);
  }
  let to = (batch * p.m + row) * p.n + column;
  for (var r = 0u; r < TM; r++) { store(to + r * p.n, sum[r] + extra, row + r < p.m, p.n - column); }
}

fn rowOfB(cb: vec4u, k: u32) -> vec4f { return vec4f(b[cb.x + k * p.bK], b[cb.y + k * p.bK], b[cb.z + k * p.bK], b[cb.w + k * p.bK]); }

fn put(i: u32, v: f32) { y[p.y + i] = v; }

fn store(to: u32, v: vec4f, inside: bool, left: u32) {
  if (!inside) { return; }
  put(to, activate(v.x));
  if (left > 1u) { put(to + 1u, activate(v.y)); }
  if (left > 2u) { put(to + 2u, activate(v.z)); }
  if (left > 3u) { put(to + 3u, activate(v.w)); }
}
