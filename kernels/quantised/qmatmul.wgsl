// y = x dequantised(q)^T, weights unpacked on the way: (q - zero) scale, one scale a row or a group of columns. One invocation
// computes four rows of one column of y, summing each group before it is scaled. q holds one byte a word; BITS 4: low nibble first.
// Bindings: x (m, k), q (n, bytes), scale (n, groups), zero (scale again where symmetric), y (m, n). Dispatch: flat over ceil(m / 4) · n.

alias Z = f32;
const BITS = 8u;
const ASYMMETRIC = false;
struct P { m: u32, n: u32, k: u32, bytes: u32, groups: u32, groupSize: u32, x: u32, q: u32, scale: u32, zero: u32, y: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> q: array<u32>;
@group(0) @binding(2) var<storage, read> scale: array<f32>;
@group(0) @binding(3) var<storage, read> zero: array<Z>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> p: P;


fn weightOf(row: u32, k: u32) -> f32 {
  var word = 0u;
  if (BITS == 8u) { word = q[row + k]; }
  else { word = (q[row + (k >> 1u)] >> ((k & 1u) * 4u)) & 15u; }
  if (ASYMMETRIC) { return f32(word); }
  return f32(bitcast<i32>(word << (32u - BITS)) >> (32u - BITS));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  let n = i % p.n;
  let m = i / p.n * 4u;
  if (m >= p.m) { return; }
  let row = p.q + n * p.bytes;
  let rows = vec4u(p.x) + min(vec4u(m) + vec4u(0u, 1u, 2u, 3u), vec4u(p.m - 1u)) * p.k;
  var sum = vec4f();
  for (var group = 0u; group < p.groups; group++) {
    let end = min((group + 1u) * p.groupSize, p.k);
    var shift = 0.0;
    if (ASYMMETRIC) { shift = f32(zero[p.zero + n * p.groups + group]); }
    let by = scale[p.scale + n * p.groups + group];
    var k = group * p.groupSize;
    while (k < end) {
      let stop = min(k + 64u, end);
      var part = vec4f();
      for (; k < stop; k++) {
        part = fma(vec4f(weightOf(row, k) - shift), vec4f(x[rows.x + k], x[rows.y + k], x[rows.z + k], x[rows.w + k]), part);
      }
      sum = fma(part, vec4f(by), sum);
    }
  }
  for (var r = 0u; r < min(4u, p.m - m); r++) { y[p.y + (m + r) * p.n + n] = sum[r]; }
}
