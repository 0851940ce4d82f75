// y = x * w (cross-correlation) + bias. One invocation computes four channels of one group at four neighbouring columns.
// Rows and columns outside x count as zeros. Bindings: x (n, c, h, w), weights (o, c / groups, kh, kw), bias (x again where there is none), y (n, o, oh, ow).
// Dispatch: flat over n · groups · ceil(o / groups / 4) · oh · ceil(ow / 4).

const BIAS = false;
struct P { n: u32, c: u32, h: u32, w: u32, o: u32, oh: u32, ow: u32, kh: u32, kw: u32, groups: u32, sh: u32, sw: u32, top: u32, left: u32, dh: u32, dw: u32, x: u32, weights: u32, bias: u32, y: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

fn columnOf(base: u32, column: i32) -> f32 {
  if (column < 0 || column >= i32(p.w)) { return 0.0; }
  return x[base + u32(column)];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = g.x + g.y * workgroups.x * 64u;
  let columns = (p.ow + 3u) / 4u;
  let outs = p.o / p.groups;
  let quads = (outs + 3u) / 4u;
  let ow = i % columns * 4u;
  let oh = i / columns % p.oh;
  let quad = i / (columns * p.oh) % quads;
  let group = i / (columns * p.oh * quads) % p.groups;
  let n = i / (columns * p.oh * quads * p.groups);
  if (n >= p.n) { return; }
  let ins = p.c / p.groups;
  let first = group * outs + quad * 4u;
  let last = group * outs + outs - 1u;
  let taps = ins * p.kh * p.kw;
  let rows = vec4u(p.weights) + min(vec4u(first) + vec4u(0u, 1u, 2u, 3u), vec4u(last)) * taps;
  var a = vec4f();
  var b = vec4f();
  var c = vec4f();
  var d = vec4f();
  let row = i32(oh * p.sh) - i32(p.top);
  let column = i32(ow * p.sw) - i32(p.left);
  for (var ic = 0u; ic < ins; ic++) {
    let plane = p.x + (n * p.c + group * ins + ic) * p.h * p.w;
    var partA = vec4f();
    var partB = vec4f();
    var partC = vec4f();
    var partD = vec4f();
    for (var kh = 0u; kh < p.kh; kh++) {
      let ih = row + i32(kh * p.dh);
      if (ih < 0 || ih >= i32(p.h)) { continue; }
      let base = plane + u32(ih) * p.w;
      let tap = (ic * p.kh + kh) * p.kw;
      for (var kw = 0u; kw < p.kw; kw++) {
        let f = vec4f(weights[rows.x + tap + kw], weights[rows.y + tap + kw], weights[rows.z + tap + kw], weights[rows.w + tap + kw]);
        let iw = column + i32(kw * p.dw);
        let s = i32(p.sw);
        partA = fma(vec4f(columnOf(base, iw)), f, partA);
        partB = fma(vec4f(columnOf(base, iw + s)), f, partB);
        partC = fma(vec4f(columnOf(base, iw + 2 * s)), f, partC);
        partD = fma(vec4f(columnOf(base, iw + 3 * s)), f, partD);
      }
    }
    a += partA;
    b += partB;
    c += partC;
    d += partD;
  }
  for (var j = 0u; j < 4u; j++) {
    if (first + j > last) { break; }
    let extra = select(0.0, bias[p.bias + select(0u, first + j, BIAS)], BIAS);
    let to = p.y + ((n * p.o + first + j) * p.oh + oh) * p.ow + ow;
    y[to] = a[j] + extra;
    if (ow + 1u < p.ow) { y[to + 1u] = b[j] + extra; }
    if (ow + 2u < p.ow) { y[to + 2u] = c[j] + extra; }
    if (ow + 3u < p.ow) { y[to + 3u] = d[j] + extra; }
  }
}
