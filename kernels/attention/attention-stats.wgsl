// What both gradients of attention need of a row: delta = sum(g out), and its logsumexp beside it.
// One invocation computes one row. Bindings: g, out (rows, dv), lse (rows), stats (rows, 2). Dispatch: flat over rows.

struct P { rows: u32, dv: u32, g: u32, y: u32, lse: u32 }
@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> lse: array<f32>;
@group(0) @binding(3) var<storage, read_write> stats: array<vec2f>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.rows) { return; }
  var delta = 0.0;
  for (var c = 0u; c < p.dv; c++) { delta = fma(grad[p.g + i * p.dv + c], y[p.y + i * p.dv + c], delta); }
  stats[i] = vec2f(delta, lse[p.lse + i]);
}
