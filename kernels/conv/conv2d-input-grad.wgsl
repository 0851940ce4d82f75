// dx of conv2d, and the forward of a transposed convolution: each element gathers g w over the channels and taps that read it.
// One invocation computes four channels of one group at four neighbouring columns. Bindings: g (n, o, oh, ow), weights (o, c / groups, kh, kw), dx (n, c, h, w).
// Dispatch: flat over n · groups · ceil(c / groups / 4) · h · ceil(w / 4).

struct P { n: u32, c: u32, h: u32, w: u32, o: u32, oh: u32, ow: u32, kh: u32, kw: u32, groups: u32, sh: u32, sw: u32, top: u32, left: u32, dh: u32, dw: u32, g: u32, weights: u32, dx: u32 }
@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

// g at the window whose tap lies at `column` of the padded row; zero where there is none.
fn windowOf(base: u32, column: i32) -> f32 {
  let at = column / i32(p.sw);
  if (column < 0 || at >= i32(p.ow) || at * i32(p.sw) != column) { return 0.0; }
  return grad[base + u32(at)];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = g.x + g.y * workgroups.x * 64u;
  let columns = (p.w + 3u) / 4u;
  let ins = p.c / p.groups;
  let quads = (ins + 3u) / 4u;
  let w = i % columns * 4u;
  let h = i / columns % p.h;
  let quad = i / (columns * p.h) % quads;
  let group = i / (columns * p.h * quads) % p.groups;
  let n = i / (columns * p.h * quads * p.groups);
  if (n >= p.n) { return; }
  let outs = p.o / p.groups;
  let taps = p.kh * p.kw;
  let channels = min(vec4u(quad * 4u) + vec4u(0u, 1u, 2u, 3u), vec4u(ins - 1u)) * taps;
  var a = vec4f();
  var b = vec4f();
  var c = vec4f();
  var d = vec4f();
  for (var oc = 0u; oc < outs; oc++) {
    let o = group * outs + oc;
    let plane = p.g + (n * p.o + o) * p.oh * p.ow;
    let filters = vec4u(p.weights + o * ins * taps) + channels;
    var partA = vec4f();
    var partB = vec4f();
    var partC = vec4f();
    var partD = vec4f();
    for (var kh = 0u; kh < p.kh; kh++) {
      let row = i32(h + p.top) - i32(kh * p.dh);
      let oh = row / i32(p.sh);
      if (row < 0 || oh >= i32(p.oh) || oh * i32(p.sh) != row) { continue; }
      let base = plane + u32(oh) * p.ow;
      for (var kw = 0u; kw < p.kw; kw++) {
        let tap = kh * p.kw + kw;
        let f = vec4f(weights[filters.x + tap], weights[filters.y + tap], weights[filters.z + tap], weights[filters.w + tap]);
        let column = i32(w + p.left) - i32(kw * p.dw);
        partA = fma(vec4f(windowOf(base, column)), f, partA);
        partB = fma(vec4f(windowOf(base, column + 1)), f, partB);
        partC = fma(vec4f(windowOf(base, column + 2)), f, partC);
        partD = fma(vec4f(windowOf(base, column + 3)), f, partD);
      }
    }
    a += partA;
    b += partB;
    c += partC;
    d += partD;
  }
  for (var j = 0u; j < 4u; j++) {
    let channel = quad * 4u + j;
    if (channel >= ins) { break; }
    let to = p.dx + ((n * p.c + group * ins + channel) * p.h + h) * p.w + w;
    dx[to] = a[j];
    if (w + 1u < p.w) { dx[to + 1u] = b[j]; }
    if (w + 2u < p.w) { dx[to + 2u] = c[j]; }
    if (w + 3u < p.w) { dx[to + 3u] = d[j]; }
  }
}
