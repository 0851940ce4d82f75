// Sums over rows for a norm's weight and bias: dw[c] = sum g xh, db[c] = sum g, xh = (x - mean) rstd.
// One invocation computes column c of chunk k of the rows, in blocks of 32; CHUNKS 1 gives the sums themselves, else (chunks, n) partial ones.
// Bindings: g, x (rows, n), mean, rstd (rows), dw, db. Dispatch: flat over n · chunks.

const WEIGHT = true;
const BIAS = true;
struct P { rows: u32, n: u32, chunks: u32, length: u32, g: u32, x: u32, mean: u32, rstd: u32, dw: u32, db: u32 }
@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> rstd: array<f32>;
@group(0) @binding(4) var<storage, read_write> dw: array<f32>;
@group(0) @binding(5) var<storage, read_write> db: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.n * p.chunks) { return; }
  let c = i % p.n;
  var row = (i / p.n) * p.length;
  let end = min(row + p.length, p.rows);
  let n = p.n;
  let go = p.g + c;
  let xo = p.x + c;
  let mo = p.mean;
  let ro = p.rstd;
  var w = 0.0;
  var b = 0.0;
  while (row < end) {
    let stop = min(row + 32u, end);
    var partW = 0.0;
    var partB = 0.0;
    for (; row < stop; row++) {
      let v = grad[go + row * n];
      if (WEIGHT) { partW += v * ((x[xo + row * n] - mean[mo + row]) * rstd[ro + row]); }
      partB += v;
    }
    w += partW;
    b += partB;
  }
  if (WEIGHT) { dw[p.dw + i] = w; }
  if (BIAS) { db[p.db + i] = b; }
}
