// (g, logits (rows, n), target, lse) -> dx = g (softmax(x) - (1 - s) [c = t] - s / n); ignored rows give 0.
// softmax(x) is exp(x - lse); where lse is so large that its rounding shows, it is computed from the row's maximum anew.
// A lane takes every LANES-th column (webgpu/rows-*.wgsl). Bindings: g (rows, every step-th), logits, target, lse (rows), dx.

const LANES = 1u;
struct P { rows: u32, n: u32, g: u32, x: u32, target0: u32, lse: u32, dx: u32, ignored: i32, smoothing: f32, step: u32 }
@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> classes: array<i32>;
@group(0) @binding(3) var<storage, read> lse: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) l: u32) {
  let row = rowOf(g, w, groups);
  if (row >= p.rows) { return; }
  let t = classes[p.target0 + row];
  let kept = t != p.ignored;
  var shift = lse[p.lse + row];
  var scale = select(0.0, grad[p.g + row * p.step], kept);
  var each = scale;
  let base = p.x + row * p.n;
  // Lanes of a workgroup stay together where they share a row.
  if (LANES > 1u || !(abs(shift) < 64.0)) {
    var most = fromBits(0xff800000u);
    for (var c = laneOf(l); c < p.n; c += LANES) { most = max(most, x[base + c]); }
    shift = maxLanes(most, l);
    var sum = 0.0;
    for (var c = laneOf(l); c < p.n; c += LANES) { sum += expFloat(x[base + c] - shift); }
    each = scale / sumLanes(sum, l);
  }
  for (var c = laneOf(l); c < p.n; c += LANES) {
    var value = each * expFloat(x[base + c] - shift) - scale * p.smoothing / f32(p.n);
    if (i32(c) == t) { value -= scale * (1.0 - p.smoothing); }
    dx[p.dx + row * p.n + c] = select(0.0, value, kept);
  }
}
