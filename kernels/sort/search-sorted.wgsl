// How many elements of a sorted row are below each value (RIGHT: not above it), NaN being the largest. One invocation searches one value.
// Bindings: sorted (rows, n), values (rows, m), y (rows, m) int32. Dispatch: flat over rows · m.

alias T = f32;
const RIGHT = false;
struct P { rows: u32, n: u32, m: u32, sorted: u32, values: u32, y: u32 }
@group(0) @binding(0) var<storage, read> sorted: array<T>;
@group(0) @binding(1) var<storage, read> values: array<T>;
@group(0) @binding(2) var<storage, read_write> y: array<i32>;
@group(1) @binding(0) var<uniform> p: P;

fn below(a: T, b: T) -> bool { return belowFloat(a, b); }

fn belowFloat(a: f32, b: f32) -> bool {
  if (isNan(a)) { return false; }
  return isNan(b) || a < b;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.rows * p.m) { return; }
  let base = p.sorted + i / p.m * p.n;
  let value = values[p.values + i];
  var low = 0u;
  var high = p.n;
  while (low < high) {
    let middle = (low + high) / 2u;
    let v = sorted[base + middle];
    if (select(below(v, value), !below(value, v), RIGHT)) { low = middle + 1u; }
    else { high = middle; }
  }
  y[p.y + i] = i32(low);
}
