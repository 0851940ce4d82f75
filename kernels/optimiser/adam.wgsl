// One step of Adam or AdamW in place, four neighbours an invocation. h = lr, beta1, beta2, eps, weight decay, 1 - beta1^t, 1 - beta2^t, 1 - beta2.
// g (+ decay p); m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g g; p -= lr / (1 - beta1^t) m / (sqrt(v') / sqrt(1 - beta2^t) + eps),
// v' the largest v so far with AMSGRAD; DECOUPLED: p (1 - lr decay) first, no decay in g. Words are offsets in elements.
// Bindings: h (8), g, p, m, v, largest (h's scratch where there is none). Dispatch: flat over ceil(size / 4).

const DECOUPLED = false;
const AMSGRAD = false;
const MAXIMIZE = false;
struct P { size: u32, h: u32, g: u32, p: u32, m: u32, v: u32, x: u32 }
@group(0) @binding(0) var<storage, read> h: array<f32>;
@group(0) @binding(1) var<storage, read> grad: array<f32>;
@group(0) @binding(2) var<storage, read_write> params: array<f32>;
@group(0) @binding(3) var<storage, read_write> first: array<f32>;
@group(0) @binding(4) var<storage, read_write> second: array<f32>;
@group(0) @binding(5) var<storage, read_write> largest: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = (id.x + id.y * groups.x * 64u) * 4u;
  let lr = h[p.h];
  let beta1 = h[p.h + 1u];
  let beta2 = h[p.h + 2u];
  let eps = h[p.h + 3u];
  let decay = h[p.h + 4u];
  let step = lr / h[p.h + 5u];
  let root = sqrt(h[p.h + 6u]);
  let fresh2 = h[p.h + 7u];
  let end = min(i + 4u, p.size);
  let go = p.g;
  let po = p.p;
  let mo = p.m;
  let vo = p.v;
  for (var j = i; j < end; j++) {
    var value = params[po + j];
    var g = grad[go + j];
    if (MAXIMIZE) { g = -g; }
    if (DECOUPLED) { value -= lr * decay * value; }
    else { g = fma(decay, value, g); }
    let m = beta1 * first[mo + j] + (1.0 - beta1) * g;
    var v = beta2 * second[vo + j] + fresh2 * g * g;
    first[mo + j] = m;
    second[vo + j] = v;
    if (AMSGRAD) {
      v = maxFloat(largest[p.x + j], v);
      largest[p.x + j] = v;
    }
    params[po + j] = value - step * m / (sqrt(v) / root + eps);
  }
}
