// Pooling, its gradients, and windows as columns, of images x (n, c, h, w) with windows (oh, ow). KIND:
// 0 maxPool2d: x -> y, index (row · w + column of the first maximum, NaN wins); one invocation a window.
// 1 maxPool2dGrad: (g, index) -> y (n, c, h, w); one invocation a plane walks its windows in order.
// 2 avgPool2d: x -> y; one a window. 3 avgPool2dGrad: g -> y (n, c, h, w); one an element gathers its windows.
// 4 unfold: x -> y (n, c · kh · kw, oh · ow); one an element. 5 fold: x -> y (n, c, h, w); one an element gathers.
// Bindings: x (or g), index, y. Dispatch: flat.

const KIND = 0u;
struct P { planes: u32, h: u32, w: u32, oh: u32, ow: u32, kh: u32, kw: u32, sh: u32, sw: u32, top: u32, bottom: u32, left: u32, right: u32, dh: u32, dw: u32, include: u32, x: u32, index: u32, y: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> index: array<i32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

// Taps of a window along one dim that lie in [low, high).
fn taps(window: u32, stride: u32, dilation: u32, count: u32, low: i32, high: i32, padding: u32) -> f32 {
  var n = 0.0;
  for (var k = 0u; k < count; k++) {
    let at = i32(window * stride + k * dilation) - i32(padding);
    if (at >= low && at < high) { n += 1.0; }
  }
  return n;
}
fn divisor(oh: u32, ow: u32) -> f32 {
  if (p.include == 1u) {
    return taps(oh, p.sh, p.dh, p.kh, -i32(p.top), i32(p.h + p.bottom), p.top) * taps(ow, p.sw, p.dw, p.kw, -i32(p.left), i32(p.w + p.right), p.left);
  }
  return taps(oh, p.sh, p.dh, p.kh, 0, i32(p.h), p.top) * taps(ow, p.sw, p.dw, p.kw, 0, i32(p.w), p.left);
}

fn pool(i: u32) {
  if (i >= p.planes * p.oh * p.ow) { return; }
  let ow = i % p.ow;
  let oh = i / p.ow % p.oh;
  let plane = p.x + i / (p.ow * p.oh) * p.h * p.w;
  var most = 0.0;
  var at = 0;
  var first = true;
  var sum = 0.0;
  for (var kh = 0u; kh < p.kh; kh++) {
    let h = i32(oh * p.sh + kh * p.dh) - i32(p.top);
    if (h < 0 || h >= i32(p.h)) { continue; }
    for (var kw = 0u; kw < p.kw; kw++) {
      let w = i32(ow * p.sw + kw * p.dw) - i32(p.left);
      if (w < 0 || w >= i32(p.w)) { continue; }
      let value = x[plane + u32(h) * p.w + u32(w)];
      sum += value;
      if (first || (!isNan(most) && (isNan(value) || value > most))) {
        most = value;
        at = h * i32(p.w) + w;
        first = false;
      }
    }
  }
  if (KIND == 0u) {
    y[p.y + i] = most;
    index[p.index + i] = at;
  } else {
    y[p.y + i] = sum / divisor(oh, ow);
  }
}

fn maxGrad(plane: u32) {
  if (plane >= p.planes) { return; }
  let to = p.y + plane * p.h * p.w;
  for (var j = 0u; j < p.h * p.w; j++) { y[to + j] = 0.0; }
  for (var j = plane * p.oh * p.ow; j < (plane + 1u) * p.oh * p.ow; j++) {
    y[to + u32(index[p.index + j])] += x[p.x + j];
  }
}

// Sums over the windows that an element of an image lies in.
fn gatherWindows(i: u32) {
  if (i >= p.planes * p.h * p.w) { return; }
  let w = i % p.w;
  let h = i / p.w % p.h;
  let plane = i / (p.w * p.h);
  var sum = 0.0;
  for (var kh = 0u; kh < p.kh; kh++) {
    let row = i32(h + p.top) - i32(kh * p.dh);
    let oh = row / i32(p.sh);
    if (row < 0 || oh >= i32(p.oh) || oh * i32(p.sh) != row) { continue; }
    for (var kw = 0u; kw < p.kw; kw++) {
      let column = i32(w + p.left) - i32(kw * p.dw);
      let ow = column / i32(p.sw);
      if (column < 0 || ow >= i32(p.ow) || ow * i32(p.sw) != column) { continue; }
      if (KIND == 3u) { sum += x[p.x + (plane * p.oh + u32(oh)) * p.ow + u32(ow)] / divisor(u32(oh), u32(ow)); }
      else { sum += x[p.x + (((plane * p.kh + kh) * p.kw + kw) * p.oh + u32(oh)) * p.ow + u32(ow)]; }
    }
  }
  y[p.y + i] = sum;
}

fn unfold(i: u32) {
  if (i >= p.planes * p.kh * p.kw * p.oh * p.ow) { return; }
  let ow = i % p.ow;
  let oh = i / p.ow % p.oh;
  let kw = i / (p.ow * p.oh) % p.kw;
  let kh = i / (p.ow * p.oh * p.kw) % p.kh;
  let plane = i / (p.ow * p.oh * p.kw * p.kh);
  let h = i32(oh * p.sh + kh * p.dh) - i32(p.top);
  let w = i32(ow * p.sw + kw * p.dw) - i32(p.left);
  var value = 0.0;
  if (h >= 0 && h < i32(p.h) && w >= 0 && w < i32(p.w)) { value = x[p.x + (plane * p.h + u32(h)) * p.w + u32(w)]; }
  y[p.y + i] = value;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (KIND == 0u || KIND == 2u) { pool(i); }
  if (KIND == 1u) { maxGrad(i); }
  if (KIND == 3u || KIND == 5u) { gatherWindows(i); }
  if (KIND == 4u) { unfold(i); }
}
