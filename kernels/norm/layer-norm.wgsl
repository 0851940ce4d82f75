// y = (x - mean) rstd w + b along rows, with mean and rstd = 1/sqrt(variance + eps); RMS: mean 0, rstd = 1/sqrt(mean square + eps).
// The mean is corrected by the mean of the differences from it, so a large common offset costs no digits.
// A lane takes every LANES-th column (webgpu/rows-*.wgsl). Bindings: x (rows, n), w (n), b (n) (x again where there is none), y, mean (rows), rstd (rows).

const LANES = 1u;
const RMS = false;
const WEIGHT = true;
const BIAS = true;
struct P { rows: u32, n: u32, x: u32, w: u32, b: u32, y: u32, mean: u32, rstd: u32, eps: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> mean: array<f32>;
@group(0) @binding(5) var<storage, read_write> rstd: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) l: u32) {
  let row = rowOf(g, w, groups);
  if (row >= p.rows) { return; }
  let columns = p.n;
  let begin = p.x + row * columns;
  let n = f32(columns);
  var center = 0.0;
  if (!RMS) {
    var sum = 0.0;
    for (var c = laneOf(l); c < columns; c += LANES) { sum += x[begin + c]; }
    center = sumLanes(sum, l) / n;
  }
  var rest = 0.0;
  var squares = 0.0;
  var part = 0.0;
  for (var c = laneOf(l); c < columns; c += LANES) {
    let d = x[begin + c] - center;
    rest += d;
    part += d * d;
    if ((c & 63u) < LANES) {
      squares += part;
      part = 0.0;
    }
  }
  squares = sumLanes(squares + part, l) / n;
  var scale = 0.0;
  if (RMS) { scale = 1.0 / sqrt(squares + p.eps); }
  else {
    rest = sumLanes(rest, l) / n;
    scale = 1.0 / sqrt(max(squares - rest * rest, 0.0) + p.eps);
    if (isNan(squares)) { scale = squares; }
  }
  let shift = select(rest, 0.0, RMS || !isFinite(center));
  let to = p.y + row * columns;
  let wo = p.w;
  let bo = p.b;
  for (var c = laneOf(l); c < columns; c += LANES) {
    var v = (x[begin + c] - center - shift) * scale;
    if (WEIGHT) { v *= weight[wo + c]; }
    if (BIAS) { v += bias[bo + c]; }
    y[to + c] = v;
  }
  if (laneOf(l) == 0u) {
    mean[p.mean + row] = center + shift;
    rstd[p.rstd + row] = scale;
  }
}
