// softmax and its logarithm along rows: y = exp(x - m) / s or x - m - log(s), m the row's maximum, s the sum of exp(x - m).
// A lane takes every LANES-th column of a row (webgpu/rows-*.wgsl). A NaN, +inf, or nothing but -inf makes the row NaN.
// Bindings: x, y (rows, n). Reads x twice or three times.

const LANES = 1u;
const LOG = false;
struct P { rows: u32, n: u32, x: u32, y: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) l: u32) {
  let row = rowOf(g, w, groups);
  if (row >= p.rows) { return; }
  let begin = p.x + row * p.n;
  let to = p.y + row * p.n;
  var most = fromBits(0xff800000u);
  for (var c = laneOf(l); c < p.n; c += LANES) { most = max(most, x[begin + c]); }
  most = maxLanes(most, l);
  var sum = 0.0;
  var part = 0.0;
  for (var c = laneOf(l); c < p.n; c += LANES) {
    let e = expFloat(x[begin + c] - most);
    if (!LOG) { y[to + c] = e; }
    part += e;
    if ((c & 63u) < LANES) {
      sum += part;
      part = 0.0;
    }
  }
  sum = sumLanes(sum + part, l);
  let scale = select(1.0 / sum, logFloat(sum), LOG);
  for (var c = laneOf(l); c < p.n; c += LANES) {
    if (LOG) { y[to + c] = x[begin + c] - most - scale; }
    else { y[to + c] *= scale; }
  }
}
