// (y, g) -> dx along rows: y (g - sum(g y)), or for the logarithm g - exp(y) sum(g).
// A lane takes every LANES-th column of a row (webgpu/rows-*.wgsl). Bindings: y, g, dx (rows, n).

const LANES = 1u;
const LOG = false;
struct P { rows: u32, n: u32, y: u32, g: u32, dx: u32 }
@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> grad: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) l: u32) {
  let row = rowOf(g, w, groups);
  if (row >= p.rows) { return; }
  let base = row * p.n;
  var sum = 0.0;
  var part = 0.0;
  for (var c = laneOf(l); c < p.n; c += LANES) {
    let i = base + c;
    part += select(grad[p.g + i] * y[p.y + i], grad[p.g + i], LOG);
    if ((c & 63u) < LANES) {
      sum += part;
      part = 0.0;
    }
  }
  sum = sumLanes(sum + part, l);
  for (var c = laneOf(l); c < p.n; c += LANES) {
    let i = base + c;
    if (LOG) { dx[p.dx + i] = grad[p.g + i] - expFloat(y[p.y + i]) * sum; }
    else { dx[p.dx + i] = y[p.y + i] * (grad[p.g + i] - sum); }
  }
}
