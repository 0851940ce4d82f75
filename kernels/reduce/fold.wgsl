// Sum, product, maximum, minimum, any, all over the last dims of a strided x. One invocation folds one chunk of one output: elements
// k, k + chunks, k + 2 chunks, … in blocks of 64, so that the error of a sum grows with the number of blocks.
// With one chunk y holds the results, else partial ones (outputs, chunks) for another pass.
// `kept` and `reduced` are shapes of up to four dims (1 in front). Bindings: x, y. Dispatch: flat over outputs · chunks.

alias T = f32;
alias V = vec4f;
const LINEAR = true;
struct P { kept: vec4u, keptStrides: vec4u, reduced: vec4u, reducedStrides: vec4u, outputs: u32, length: u32, chunks: u32, x: u32, y: u32 }
@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read_write> y: array<T>;
@group(1) @binding(0) var<uniform> p: P;

fn combine(a: T, b: T) -> T { return a + b; }

fn put(i: u32, v: T) { y[p.y + i] = v; }

fn offsetIn(i: u32, shape: vec4u, strides: vec4u) -> u32 {
  let w = i % shape.w;
  let r = i / shape.w;
  let z = r % shape.z;
  let q = r / shape.z;
  return dot(vec4u(q / shape.y, q % shape.y, z, w), strides);
}

fn at(base: u32, j: u32) -> T {
  if (LINEAR) { return x[base + j * p.reducedStrides.w]; }
  return x[base + offsetIn(j, p.reduced, p.reducedStrides)];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.outputs * p.chunks) { return; }
  let base = p.x + offsetIn(i / p.chunks, p.kept, p.keptStrides);
  var j = i % p.chunks;
  var all = at(base, j);
  j += p.chunks;
  while (j < p.length) {
    var part = at(base, j);
    j += p.chunks;
    for (var k = 1u; k < 64u && j < p.length; k++) {
      part = combine(part, at(base, j));
      j += p.chunks;
    }
    all = combine(all, part);
  }
  put(i, all);
}
