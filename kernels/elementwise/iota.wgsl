// y[i] = start + i step, the integer part exactly: start and step of floats are sums of two numbers. One invocation writes one element.
// Bindings: y. Dispatch: flat over size.

alias T = f32;
struct P { size: u32, y: u32, start: u32, startLow: u32, step: u32, stepLow: u32 }
@group(0) @binding(0) var<storage, read_write> y: array<T>;
@group(1) @binding(0) var<uniform> p: P;

fn value(i: u32) -> T { return valueFloat(i); }

fn valueFloat(i: u32) -> f32 {
  let start = bitcast<f32>(p.start);
  let step = bitcast<f32>(p.step);
  // i as two parts of 12 and 20 bits, products with their errors, one rounding at the end.
  let high = f32(i & 0xfffff000u);
  let low = f32(i & 0xfffu);
  let a = high * step;
  let b = low * step;
  let rest = fma(high, step, -a) + fma(low, step, -b) + f32(i) * bitcast<f32>(p.stepLow) + bitcast<f32>(p.startLow);
  let s = a + b;
  let t = s - a;
  let lost = (a - (s - t)) + (b - t);
  let r = start + s;
  let u = r - start;
  return r + ((start - (r - u)) + (s - u) + lost + rest);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i < p.size) { y[p.y + i] = value(i); }
}
