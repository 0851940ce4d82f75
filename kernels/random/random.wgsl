// Philox 4x32-10 (Salmon et al. 2011): block b of the key (seed low, seed high) gives words 4b … 4b + 3. One invocation computes one
// block and the four elements made of it: KIND 0 the words, 1 uniform low + span u, 2 normal low + high z (Box-Muller), 3 integer low + floor(w span / 2^32).
// Bindings: state (int32: seed low, high, block low, high), y. Dispatch: flat over ceil(size / 4).

alias T = f32;
const KIND = 1u;
struct P { size: u32, state: u32, y: u32, low: u32, high: u32 }
@group(0) @binding(0) var<storage, read> state: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<T>;
@group(1) @binding(0) var<uniform> p: P;

fn philox(block: vec2u, seed: vec2u) -> vec4u {
  var c = vec4u(block, 0u, 0u);
  var k = seed;
  for (var round = 0u; round < 10u; round++) {
    let a = mulWide(0xd2511f53u, c.x);
    let b = mulWide(0xcd9e8d57u, c.z);
    c = vec4u(b.y ^ c.y ^ k.x, b.x, a.y ^ c.w ^ k.y, a.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
fn unit(w: u32) -> f32 {
  return f32(w >> 8u) * 5.9604644775390625e-8;
}
fn pair(w: vec2u) -> vec2f {
  let radius = sqrt(max(-2.0 * logFloat(unit(w.x) + 5.9604644775390625e-8), 0.0));
  return fma(vec2f(bitcast<f32>(p.high)), radius * turn(unit(w.y)), vec2f(bitcast<f32>(p.low)));
}
fn values(w: vec4u) -> vec4<T> { return vec4f(bitcast<f32>(p.low)) + bitcast<f32>(p.high) * vec4f(unit(w.x), unit(w.y), unit(w.z), unit(w.w)); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i * 4u >= p.size) { return; }
  let low = state[p.state + 2u] + i;
  let high = state[p.state + 3u] + select(0u, 1u, low < i);
  let v = values(philox(vec2u(low, high), vec2u(state[p.state], state[p.state + 1u])));
  let to = p.y + i * 4u;
  y[to] = v.x;
  if (i * 4u + 1u < p.size) { y[to + 1u] = v.y; }
  if (i * 4u + 2u < p.size) { y[to + 2u] = v.z; }
  if (i * 4u + 3u < p.size) { y[to + 3u] = v.w; }
}
