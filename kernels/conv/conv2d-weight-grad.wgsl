// dw of conv2d: sums of g x over images and windows. One invocation computes four output channels at four neighbouring taps (of all
// (c, kh, kw) of a filter) over one chunk of the rows (n, oh); with one chunk dw itself, else (chunks, size) partial sums.
// Bindings: g (n, o, oh, ow), x (n, c, h, w), dw (o, c / groups, kh, kw). Dispatch: flat over chunks · groups · ceil(o / groups / 4) · ceil(taps / 4).

struct P { n: u32, c: u32, h: u32, w: u32, o: u32, oh: u32, ow: u32, kh: u32, kw: u32, groups: u32, sh: u32, sw: u32, top: u32, left: u32, dh: u32, dw: u32, g: u32, x: u32, y: u32, chunks: u32, length: u32 }
@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

// Channel, row and column of a tap.
fn tapOf(tap: u32) -> vec3u {
  return vec3u(tap / (p.kh * p.kw), tap / p.kw % p.kh * p.dh, tap % p.kw * p.dw);
}
fn elementOf(planes: u32, tap: vec3u, row: u32, column: u32) -> f32 {
  let h = i32(row * p.sh + tap.y) - i32(p.top);
  let w = i32(column * p.sw + tap.z) - i32(p.left);
  if (h < 0 || h >= i32(p.h) || w < 0 || w >= i32(p.w)) { return 0.0; }
  return x[planes + tap.x * p.h * p.w + u32(h) * p.w + u32(w)];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let i = g.x + g.y * workgroups.x * 64u;
  let outs = p.o / p.groups;
  let ins = p.c / p.groups;
  let taps = ins * p.kh * p.kw;
  let tapQuads = (taps + 3u) / 4u;
  let quads = (outs + 3u) / 4u;
  let tap = i % tapQuads * 4u;
  let quad = i / tapQuads % quads;
  let group = i / (tapQuads * quads) % p.groups;
  let chunk = i / (tapQuads * quads * p.groups);
  if (chunk >= p.chunks) { return; }
  let t0 = tapOf(tap);
  let t1 = tapOf(min(tap + 1u, taps - 1u));
  let t2 = tapOf(min(tap + 2u, taps - 1u));
  let t3 = tapOf(min(tap + 3u, taps - 1u));
  let plane = p.oh * p.ow;
  let channels = (vec4u(group * outs) + min(vec4u(quad * 4u) + vec4u(0u, 1u, 2u, 3u), vec4u(outs - 1u))) * plane;
  var a = vec4f();
  var b = vec4f();
  var c = vec4f();
  var d = vec4f();
  let end = min((chunk + 1u) * p.length, p.n * p.oh);
  for (var r = chunk * p.length; r < end; r++) {
    let n = r / p.oh;
    let oh = r - n * p.oh;
    let planes = p.x + (n * p.c + group * ins) * p.h * p.w;
    let rows = vec4u(p.g + n * p.o * plane + oh * p.ow) + channels;
    var partA = vec4f();
    var partB = vec4f();
    var partC = vec4f();
    var partD = vec4f();
    for (var ow = 0u; ow < p.ow; ow++) {
      let v = vec4f(grad[rows.x + ow], grad[rows.y + ow], grad[rows.z + ow], grad[rows.w + ow]);
      partA = fma(vec4f(elementOf(planes, t0, oh, ow)), v, partA);
      partB = fma(vec4f(elementOf(planes, t1, oh, ow)), v, partB);
      partC = fma(vec4f(elementOf(planes, t2, oh, ow)), v, partC);
      partD = fma(vec4f(elementOf(planes, t3, oh, ow)), v, partD);
    }
    a += partA;
    b += partB;
    c += partC;
    d += partD;
  }
  for (var j = 0u; j < 4u; j++) {
    if (quad * 4u + j >= outs) { break; }
    let to = p.y + (chunk * p.o + group * outs + quad * 4u + j) * taps + tap;
    y[to] = a[j];
    if (tap + 1u < taps) { y[to + 1u] = b[j]; }
    if (tap + 2u < taps) { y[to + 2u] = c[j]; }
    if (tap + 3u < taps) { y[to + 3u] = d[j]; }
  }
}
