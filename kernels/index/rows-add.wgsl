// In place y[ids[i]] += src[i], i ascending. One invocation walks all ids for one column (BY_ROW: for one element of y, adding where
// the id is its row): results are the same every time. Ids out of range write nothing.
// Bindings: ids (n), src (n, c), y (v, c). Dispatch: flat over c (BY_ROW: v · c).

const BY_ROW = false;
struct P { n: u32, c: u32, v: u32, ids: u32, src: u32, y: u32 }
@group(0) @binding(0) var<storage, read> ids: array<i32>;
@group(0) @binding(1) var<storage, read> src: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= select(p.c, p.v * p.c, BY_ROW)) { return; }
  let column = i % p.c;
  if (BY_ROW) {
    let row = i32(i / p.c);
    var sum = y[p.y + i];
    for (var j = 0u; j < p.n; j++) {
      if (ids[p.ids + j] == row) { sum += src[p.src + j * p.c + column]; }
    }
    y[p.y + i] = sum;
    return;
  }
  for (var j = 0u; j < p.n; j++) {
    let row = ids[p.ids + j];
    if (row >= 0 && u32(row) < p.v) { y[p.y + u32(row) * p.c + column] += src[p.src + j * p.c + column]; }
  }
}
