// The index of the largest (LARGEST) or smallest element over the last dims of a strided x, first among ties, NaN wins.
// One invocation walks one chunk of one output; with CANDIDATES it chooses among the indices that chunks of a pass before have left.
// `kept` and `reduced` are shapes of up to four dims (1 in front). Bindings: x, candidates (outputs, length) (x's again where there are none), y (int32).
// Dispatch: flat over outputs · chunks.

alias T = f32;
const LARGEST = true;
const CANDIDATES = false;
struct P { kept: vec4u, keptStrides: vec4u, reduced: vec4u, reducedStrides: vec4u, outputs: u32, length: u32, chunks: u32, x: u32, y: u32 }
@group(0) @binding(0) var<storage, read> x: array<T>;
@group(0) @binding(1) var<storage, read> candidates: array<i32>;
@group(0) @binding(2) var<storage, read_write> y: array<i32>;
@group(1) @binding(0) var<uniform> p: P;

fn unordered(a: T) -> bool { return isNan(a); }

fn offsetIn(i: u32, shape: vec4u, strides: vec4u) -> u32 {
  let w = i % shape.w;
  let r = i / shape.w;
  let z = r % shape.z;
  let q = r / shape.z;
  return dot(vec4u(q / shape.y, q % shape.y, z, w), strides);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.outputs * p.chunks) { return; }
  let output = i / p.chunks;
  let base = p.x + offsetIn(output, p.kept, p.keptStrides);
  var best = T();
  var index = 0u;
  var first = true;
  for (var k = i % p.chunks; k < p.length; k += p.chunks) {
    let j = select(k, u32(candidates[output * p.length + k]), CANDIDATES);
    let value = x[base + offsetIn(j, p.reduced, p.reducedStrides)];
    let better = select((value < best), (value > best), LARGEST);
    let nan = unordered(value);
    let held = unordered(best);
    let tie = select(value == best, true, nan && held) && j < index;
    if (first || (nan && !held) || (!held && better) || (tie && nan == held)) {
      best = value;
      index = j;
      first = false;
    }
  }
  y[p.y + i] = i32(index);
}
