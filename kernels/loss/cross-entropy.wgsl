// (logits (rows, n), target) -> loss = lse - (1 - s) x[t] - s mean(x) and lse = logsumexp(x), 0 where t is ignored.
// A lane takes every LANES-th column (webgpu/rows-*.wgsl). A target out of range gives NaN. Bindings: logits, target, loss (rows), lse (rows).

const LANES = 1u;
const SMOOTHING = false;
struct P { rows: u32, n: u32, x: u32, target0: u32, loss: u32, lse: u32, ignored: i32, smoothing: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> classes: array<i32>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
@group(0) @binding(3) var<storage, read_write> lse: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(workgroup_id) w: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) l: u32) {
  let row = rowOf(g, w, groups);
  if (row >= p.rows) { return; }
  let begin = p.x + row * p.n;
  var most = fromBits(0xff800000u);
  for (var c = laneOf(l); c < p.n; c += LANES) { most = max(most, x[begin + c]); }
  most = maxLanes(most, l);
  var sum = 0.0;
  var total = 0.0;
  for (var c = laneOf(l); c < p.n; c += LANES) {
    let v = x[begin + c] - most;
    sum += expFloat(v);
    if (SMOOTHING) { total += v; }
  }
  sum = sumLanes(sum, l);
  if (SMOOTHING) { total = sumLanes(total, l); }
  if (laneOf(l) == 0u) {
    let rest = logFloat(sum);
    lse[p.lse + row] = select(most + rest, most, isInf(most));
    let t = classes[p.target0 + row];
    var value = 0.0;
    if (t != p.ignored) {
      if (t < 0 || u32(t) >= p.n) { value = nanValue(); }
      else if (SMOOTHING) { value = rest - (1.0 - p.smoothing) * (x[begin + u32(t)] - most) - p.smoothing * total / f32(p.n); }
      else { value = rest - (x[begin + u32(t)] - most); }
    }
    loss[p.loss + row] = value;
  }
}
