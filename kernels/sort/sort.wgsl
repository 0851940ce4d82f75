// Stable sorting by merging, without barriers. Keys are unsigned integers in the wanted order (NaN last; all bits flipped where
// DESCENDING), equal keys keep the order of their indices.
// PASS 0: each element finds its place among its block of WIDTH by counting; PASS 1: among two neighbouring runs of `width` by binary
// search in the other; PASS 2: values and indices are written. Bindings: x, keys, index (from), toKeys, toIndex (int32), y. Dispatch: flat over rows · n.

alias T = f32;
const PASS = 0u;
const DESCENDING = false;
struct P { rows: u32, n: u32, width: u32, x: u32, y: u32, yi: u32 }
@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> keys: array<u32>;
@group(0) @binding(2) var<storage, read> index: array<i32>;
@group(0) @binding(3) var<storage, read_write> toKeys: array<u32>;
@group(0) @binding(4) var<storage, read_write> toIndex: array<i32>;
@group(0) @binding(5) var<storage, read_write> y: array<T>;
@group(1) @binding(0) var<uniform> p: P;

fn orderOf(v: T) -> u32 { return orderOfFloat(v); }

fn orderOfFloat(v: f32) -> u32 {
  if (isNan(v)) { return 0xffffffffu; }
  let b = select(bitcast<u32>(v), 0u, v == 0.0);
  return select(b | 0x80000000u, ~b, (b >> 31u) == 1u);
}
fn keyOf(v: T) -> u32 {
  let key = orderOf(v);
  return select(key, ~key, DESCENDING);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.rows * p.n) { return; }
  let row = i / p.n * p.n;
  let c = i - row;
  if (PASS == 0u) {
    let begin = c / p.width * p.width;
    let end = min(begin + p.width, p.n);
    let key = keyOf(x[p.x + i]);
    var place = begin;
    for (var j = begin; j < end; j++) {
      let other = keyOf(x[p.x + row + j]);
      if (other < key || (other == key && j < c)) { place++; }
    }
    toKeys[row + place] = key;
    toIndex[row + place] = i32(c);
    return;
  }
  if (PASS == 2u) {
    let at = index[i];
    toIndex[p.yi + i] = at;
    y[p.y + i] = x[p.x + row + u32(at)];
    return;
  }
  let begin = c / (2u * p.width) * 2u * p.width;
  let middle = min(begin + p.width, p.n);
  let end = min(middle + p.width, p.n);
  let key = keys[i];
  let right = c >= middle;
  var low = select(middle, begin, right);
  var high = select(end, middle, right);
  let other = low;
  while (low < high) {
    let m = (low + high) / 2u;
    let k = keys[row + m];
    if (k < key || (right && k == key)) { low = m + 1u; }
    else { high = m; }
  }
  let place = row + begin + (low - other) + (c - select(begin, middle, right));
  toKeys[place] = key;
  toIndex[place] = index[i];
}
