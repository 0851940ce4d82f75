// y = act(a b + bias), batched, for devices with fast workgroup memory. A workgroup of 16 by 16 computes 64 by 64 elements, each
// invocation 4 by 4; tiles of 64 by 16 of a and 16 by 64 of b are brought into workgroup memory, walked along what is contiguous.
// Sums are blocked: every 16 along k. Bindings and words as matmul.wgsl. Needs 8 KiB of workgroup memory, 256 invocations.
// Dispatch: (ceil(n / 64), ceil(m / 64), batch).

const A_ALONG_M = false;
const B_ALONG_K = false;
const BIAS = false;
struct P { batch: u32, m: u32, n: u32, k: u32, a: u32, aBatch: u32, aRow: u32, aK: u32, b: u32, bBatch: u32, bK: u32, bColumn: u32, bias: u32, biasStep: u32, y: u32, tiles: u32 }
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

var<workgroup> tileA: array<vec4f, 256>; // [k][row / 4]
var<workgroup> tileB: array<vec4f, 256>; // [k][column / 4]

fn put(i: u32, v: f32) { y[p.y + i] = v; }
fn activate(v: f32) -> f32 { return v; }

fn elementOfA(row: u32, k: u32, base: u32) -> f32 {
  if (row >= p.m || k >= p.k) { return 0.0; }
  return a[base + row * p.aRow + k * p.aK];
}
fn elementOfB(k: u32, column: u32, base: u32) -> f32 {
  if (column >= p.n || k >= p.k) { return 0.0; }
  return b[base + k * p.bK + column * p.bColumn];
}

@compute @workgroup_size(16, 16)
fn main(@builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) l: u32, @builtin(workgroup_id) w: vec3u) {
  let aBase = p.a + w.z * p.aBatch;
  let bBase = p.b + w.z * p.bBatch;
  let row = w.y * 64u;
  let column = w.x * 64u;
  // Neighbouring invocations load neighbouring elements: along k (16 by 4 quads) or along rows and columns (64 of them).
  let ak = select(l % 16u, l / 16u, A_ALONG_M);
  let ar = select(l / 16u, l % 16u, A_ALONG_M);
  let bk = select(l / 16u, l % 16u, B_ALONG_K);
  let bc = select(l % 16u, l / 16u, B_ALONG_K);
  var sum = array<vec4f, 4>();
  var part = array<vec4f, 4>();
  for (var k = 0u; k < p.k; k += 16u) {
    let r = row + ar * 4u;
    tileA[ak * 16u + ar] = vec4f(elementOfA(r, k + ak, aBase), elementOfA(r + 1u, k + ak, aBase), elementOfA(r + 2u, k + ak, aBase), elementOfA(r + 3u, k + ak, aBase));
    let c = column + bc * 4u;
    tileB[bk * 16u + bc] = vec4f(elementOfB(k + bk, c, bBase), elementOfB(k + bk, c + 1u, bBase), elementOfB(k + bk, c + 2u, bBase), elementOfB(k + bk, c + 3u, bBase));
    workgroupBarrier();
    for (var j = 0u; j < 16u; j++) {
      let va = tileA[j * 16u + local.y];
      let vb = tileB[j * 16u + local.x];
      part[0] = fma(va.xxxx, vb, part[0]);
      part[1] = fma(va.yyyy, vb, part[1]);
      part[2] = fma(va.zzzz, vb, part[2]);
      part[3] = fma(va.wwww, vb, part[3]);
    }
    workgroupBarrier();
    for (var r = 0u; r < 4u; r++) {
      sum[r] += part[r];
      part[r] = vec4f();
    }
  }
  for (var r = 0u; r < 4u; r++) {
    let i = row + local.y * 4u + r;
    if (i >= p.m) { break; }
    let v = sum[r];
    for (var c = 0u; c < 4u; c++) {
      let j = column + local.x * 4u + c;
      if (j >= p.n) { break; }
      var value = v[c];
      if (BIAS) { value += bias[p.bias + j * p.biasStep]; }
      put((w.z * p.m + i) * p.n + j, activate(value));
    }
  }
}
