// y[i…] = x[…, index[i…], …] in one dim, and rows of a table as the same with other strides. Bits are copied, whatever they mean; floats as such (T).
// One invocation copies one element; an index out of range gives `missing`. Shapes and strides of up to eight dims, OUTER and one, the strides of x 0 in the dim.
// Bindings: x, index (int32), y. Dispatch: flat over the elements of index.

alias T = u32;
const OUTER = 0u;
struct P { shape: array<vec4u, 2>, xs: array<vec4u, 2>, is: array<vec4u, 2>, ys: array<vec4u, 2>, size: u32, length: u32, stride: u32, missing: u32, x: u32, index: u32, y: u32 }
@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> index: array<i32>;
@group(0) @binding(2) var<storage, read_write> y: array<T>;
@group(1) @binding(0) var<uniform> p: P;

fn missing() -> T { return p.missing; }
fn put(i: u32, v: T) { y[p.y + i] = v; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.size) { return; }
  var rest = i;
  var xo = p.x;
  var io = p.index;
  var yo = p.y;
  for (var d = 0u; d < OUTER; d++) { let e = OUTER - d; let next = rest / p.shape[e >> 2u][e & 3u]; let c = rest - next * p.shape[e >> 2u][e & 3u]; xo += c * p.xs[e >> 2u][e & 3u]; io += c * p.is[e >> 2u][e & 3u]; yo += c * p.ys[e >> 2u][e & 3u]; rest = next; }
  xo += rest * p.xs[0].x;
  io += rest * p.is[0].x;
  yo += rest * p.ys[0].x;
  let at = index[io];
  var value = missing();
  if (at >= 0 && u32(at) < p.length) { value = x[xo + u32(at) * p.stride]; }
  put(yo - p.y, value);
}
