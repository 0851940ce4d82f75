// y = act(a b + bias), batched, for software adapters: there a load costs as much as ten multiply-adds, and brings each of four neighbouring
// invocations (a quad) a number of its own. So a quad computes 16 by 16 elements: each invocation loads 4 rows of a and 4 columns of b,
// and sees the columns of the others by swapping. sum[4 s + c] is its rows at column c of its neighbour s (by exclusive or).
// a is walked along k, two at a time, or (A_ALONG_M) along rows, four at a time; b along columns or (B_ALONG_K) along k. Where A, B are
// vec2f or vec4f (QA, QB: log2 of the length), places are counted in them, since shifts are slow there. Longer loops leave the code cache.
// Bindings and words as matmul.wgsl. Dispatch: flat over 4 · batch · ceil(m / 16) · ceil(n / 16).

alias A = f32;
alias B = f32;
const TM = 4u;
const QA = 0u;
const QB = 0u;
const A_ALONG_M = false;
const B_ALONG_K = false;
const BIAS = false;
struct P { batch: u32, m: u32, n: u32, k: u32, a: u32, aBatch: u32, aRow: u32, aK: u32, b: u32, bBatch: u32, bK: u32, bColumn: u32, bias: u32, biasStep: u32, y: u32, tiles: u32 }
@group(0) @binding(0) var<storage, read> a: array<A>;
@group(0) @binding(1) var<storage, read> b: array<B>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

fn twoOfA(i: u32, step: u32) -> vec2f { return vec2f(a[i], a[i + step]); }
fn twoOfB(i: u32, step: u32) -> vec2f { return vec2f(b[i], b[i + step]); }
fn rowsOfA(i: vec4u) -> vec4f { return vec4f(a[i.x], a[i.y], a[i.z], a[i.w]); }
fn rowOfB(i: vec4u) -> vec4f { return vec4f(b[i.x], b[i.y], b[i.z], b[i.w]); }
fn activate(v: f32) -> f32 { return v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  let lane = i & 3u;
  let columns = (p.n + 15u) / 16u;
  let tile = (i >> 2u) / columns;
  let batch = tile / p.tiles;
  let column = ((i >> 2u) - tile * columns) * 16u;
  let four = vec4u(0u, 1u, 2u, 3u);
  let row = vec4u((tile - batch * p.tiles) * 16u + lane * 4u) + four;
  let m = p.m;
  let n = p.n;
  let aK = p.aK >> QA;
  let bK = p.bK >> QB;
  // Rows and columns beyond the edge are those at the edge once more; they are not stored.
  let ra = (vec4u(p.a + batch * p.aBatch) + min(row, vec4u(m - 1u)) * p.aRow) >> vec4u(QA);
  let own = min(vec4u(column + lane * 4u) + four, vec4u(n - 1u));
  let cb = (vec4u(p.b + batch * p.bBatch) + own * p.bColumn) >> vec4u(QB);
  let aStep = (2u * p.aK) >> QA;
  let bStep = (2u * p.bK) >> QB;
  var sum: array<vec4f, 16>;
  let whole = p.k / 2u;
  for (var q = 0u; q < whole; q++) {
    let i = ra + q * aStep;
    let j = cb + q * bStep;
    var v: mat4x2f;
    if (A_ALONG_M) { v = transpose(mat2x4f(rowsOfA(i), rowsOfA(i + aK))); }
    else { v = mat4x2f(twoOfA(i.x, aK), twoOfA(i.y, aK), twoOfA(i.z, aK), twoOfA(i.w, aK)); }
    var w: mat4x2f;
    if (B_ALONG_K) { w = mat4x2f(twoOfB(j.x, bK), twoOfB(j.y, bK), twoOfB(j.z, bK), twoOfB(j.w, bK)); }
    else { w = transpose(mat2x4f(rowOfB(j), rowOfB(j + bK))); }
    for (var c = 0u; c < TM; c++) { let x = quadSwapX(w[c]); sum[c] += w[c] * v; sum[c + 4u] += x * v; sum[c + 8u] += quadSwapY(w[c]) * v; sum[c + 12u] += quadSwapY(x) * v; }
  }
  for (var k = whole * 2u; k < p.k; k++) {
    let i = ra + k * aK;
    let j = cb + k * bK;
    let v = rowsOfA(i);
    let w = rowOfB(j);
    let x = quadSwapX(w);
    let u = quadSwapY(w);
    let z = quadSwapY(x);
    for (var c = 0u; c < TM; c++) { sum[c] += w[c] * v; sum[c + 4u] += x[c] * v; sum[c + 8u] += u[c] * v; sum[c + 12u] += z[c] * v; }
  }
  var extra = vec4f();
  if (BIAS) {
    let cs = vec4u(p.bias) + own * p.biasStep;
    extra = vec4f(bias[cs.x], bias[cs.y], bias[cs.z], bias[cs.w]);
  }
  let first = row.x + batch * m;
  let count = select(0u, min(m - min(row.x, m), 4u), batch < p.batch);
  // One text for all sixteen, however long what follows a product is.
  var all = sum;
  for (var q = 0u; q < 16u; q++) {
    let c = q & 3u;
    let at = column + (lane ^ (q / 4u)) * 4u + c;
    let v = all[q] + extra[c];
    var to = first * n + at;
    for (var r = 0u; r < select(0u, count, at < n); r++) {
      put(to, activate(v[r]));
      to += n;
    }
    if (c == 3u) {
      extra = quadSwapX(extra);
      if (q == 7u) { extra = quadSwapY(extra); }
    }
  }
}

fn put(i: u32, v: f32) { y[p.y + i] = v; }
