// (g, x, mean, rstd, w) -> dx = rstd (gw - mean(gw) - xh mean(gw xh)) along rows, gw = g w, xh = (x - mean) rstd; RMS without mean(gw).
// A lane takes every LANES-th column (webgpu/rows-*.wgsl). Bindings: g, x (rows, n), mean, rstd (rows), w (n) (x again where there is none), dx.

const LANES = 1u;
const RMS = false;
const WEIGHT = true;
struct P { rows: u32, n: u32, g: u32, x: u32, mean: u32, rstd: u32, w: u32, dx: u32 }
@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> mean: array<f32>;
@group(0) @binding(3) var<storage, read> rstd: array<f32>;
@group(0) @binding(4) var<storage, read> weight: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

fn put(i: u32, v: f32) { dx[p.dx + i] = v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) l: u32) {
  let row = rowOf(g, w, groups);
  if (row >= p.rows) { return; }
  let columns = p.n;
  let base = row * columns;
  let n = f32(columns);
  let go = p.g + base;
  let xo = p.x + base;
  let wo = p.w;
  let center = mean[p.mean + row];
  let scale = rstd[p.rstd + row];
  var sum = 0.0;
  var product = 0.0;
  for (var c = laneOf(l); c < columns; c += LANES) {
    var v = grad[go + c];
    if (WEIGHT) { v *= weight[wo + c]; }
    sum += v;
    product += v * ((x[xo + c] - center) * scale);
  }
  sum = select(sumLanes(sum, l) / n, 0.0, RMS);
  product = sumLanes(product, l) / n;
  for (var c = laneOf(l); c < columns; c += LANES) {
    var v = grad[go + c];
    if (WEIGHT) { v *= weight[wo + c]; }
    put(base + c, scale * (v - sum - (x[xo + c] - center) * scale * product));
  }
}
