// What both gradients of attention need of a row: delta = sum(g out), and its logsumexp beside it.
// One invocation computes one row. Bindings: g, out (strided, 1 in the last dim), lse (rows), stats (rows, 2). Dispatch: flat over rows.

struct P { gs: vec4u, ys: vec4u, rows: u32, dv: u32, heads: u32, t: u32, lse: u32 }
@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> lse: array<f32>;
@group(0) @binding(3) var<storage, read_write> stats: array<vec2f>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.rows) { return; }
  let t = i % p.t;
  let h = i / p.t % p.heads;
  let b = i / (p.t * p.heads);
  let go = p.gs.w + b * p.gs.x + h * p.gs.y + t * p.gs.z;
  let yo = p.ys.w + b * p.ys.x + h * p.ys.y + t * p.ys.z;
  var delta = 0.0;
  for (var c = 0u; c < p.dv; c++) { delta = fma(grad[go + c], y[yo + c], delta); }
  stats[i] = vec2f(delta, lse[p.lse + i]);
}
