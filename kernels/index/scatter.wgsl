// In place y[…, index, …] = src (the last wins) or += src. One invocation walks one line along the dim, in order: results are exact
// and the same every time. Out of range writes nothing. Shapes and strides of up to eight dims, without the dim.
// Bindings: index (int32), src, y. Dispatch: flat over lines.

alias T = f32;
struct P { shape: array<vec4u, 2>, is: array<vec4u, 2>, ss: array<vec4u, 2>, ys: array<vec4u, 2>, lines: u32, rank: u32, count: u32, length: u32, iStep: u32, sStep: u32, yStep: u32, index: u32, src: u32, y: u32 }
@group(0) @binding(0) var<storage, read> index: array<i32>;
@group(0) @binding(1) var<storage, read> src: array<T>;
@group(0) @binding(2) var<storage, read_write> y: array<T>;
@group(1) @binding(0) var<uniform> p: P;

fn joined(old: T, value: T) -> T { return old + value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.lines) { return; }
  var rest = i;
  var so = p.src;
  var io = p.index;
  var yo = p.y;
  for (var d = p.rank; d > 0u; d--) {
    let e = d - 1u;
    let length = p.shape[e >> 2u][e & 3u];
    let c = rest % length;
    rest /= length;
    so += c * p.ss[e >> 2u][e & 3u];
    io += c * p.is[e >> 2u][e & 3u];
    yo += c * p.ys[e >> 2u][e & 3u];
  }
  for (var j = 0u; j < p.count; j++) {
    let at = index[io + j * p.iStep];
    if (at >= 0 && u32(at) < p.length) {
      let to = yo + u32(at) * p.yStep;
      y[to] = joined(y[to], src[so + j * p.sStep]);
    }
  }
}
