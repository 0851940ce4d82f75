// One step of a recurrent layer: gates of (xw[t] + h whh^T + bhh) and the next h. One invocation computes unit i of example b.
// MODE 0 tanh, 1 relu, 2 gru (r z n), 3 lstm (i f g o). `before` is the row of h in `out`; at the FIRST step h0 and c0 are read.
// Bindings: xw (t, b, gh), whh (gh, h), bhh, h0, c0 (h0 again where there is none), out (t, b, h), saved, cells (scratch where there are none). Dispatch: flat over b · h.

const MODE = 0u;
struct P { t: u32, before: u32, batch: u32, h: u32, first: u32, xw: u32, whh: u32, bhh: u32, h0: u32, c0: u32, y: u32, saved: u32, cells: u32 }
@group(0) @binding(0) var<storage, read> xw: array<f32>;
@group(0) @binding(1) var<storage, read> whh: array<f32>;
@group(0) @binding(2) var<storage, read> bhh: array<f32>;
@group(0) @binding(3) var<storage, read> h0: array<f32>;
@group(0) @binding(4) var<storage, read> c0: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read_write> saved: array<f32>;
@group(0) @binding(7) var<storage, read_write> cells: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = g.x + g.y * groups.x * 64u;
  if (at >= p.batch * p.h) { return; }
  let b = at / p.h;
  let i = at - b * p.h;
  let G = select(select(1u, 3u, MODE == 2u), 4u, MODE == 3u);
  let row = p.y + (p.before * p.batch + b) * p.h;
  var hidden = vec4f();
  for (var j = 0u; j < p.h; j++) {
    var v = 0.0;
    if (p.first == 1u) { v = h0[p.h0 + b * p.h + j]; }
    else { v = y[row + j]; }
    hidden.x = fma(v, whh[p.whh + i * p.h + j], hidden.x);
    if (MODE >= 2u) {
      hidden.y = fma(v, whh[p.whh + (p.h + i) * p.h + j], hidden.y);
      hidden.z = fma(v, whh[p.whh + (2u * p.h + i) * p.h + j], hidden.z);
    }
    if (MODE == 3u) { hidden.w = fma(v, whh[p.whh + (3u * p.h + i) * p.h + j], hidden.w); }
  }
  let x = p.xw + (p.t * p.batch + b) * G * p.h + i;
  let to = p.y + (p.t * p.batch + b) * p.h + i;
  hidden.x += bhh[p.bhh + i];
  if (MODE < 2u) {
    let sum = xw[x] + hidden.x;
    var value = reluFloat(sum);
    if (MODE == 0u) { value = tanhFloat(sum); }
    saved[p.saved + (p.t * p.batch + b) * p.h + i] = value;
    y[to] = value;
    return;
  }
  hidden.y += bhh[p.bhh + p.h + i];
  hidden.z += bhh[p.bhh + 2u * p.h + i];
  let s = p.saved + (p.t * p.batch + b) * 4u * p.h + i;
  if (MODE == 2u) {
    let reset = sigmoidFloat(xw[x] + hidden.x);
    let update = sigmoidFloat(xw[x + p.h] + hidden.y);
    let candidate = tanhFloat(xw[x + 2u * p.h] + reset * hidden.z);
    var old = 0.0;
    if (p.first == 1u) { old = h0[p.h0 + at]; }
    else { old = y[row + i]; }
    saved[s] = reset;
    saved[s + p.h] = update;
    saved[s + 2u * p.h] = candidate;
    saved[s + 3u * p.h] = hidden.z;
    y[to] = (1.0 - update) * candidate + update * old;
    return;
  }
  hidden.w += bhh[p.bhh + 3u * p.h + i];
  let input = sigmoidFloat(xw[x] + hidden.x);
  let forget = sigmoidFloat(xw[x + p.h] + hidden.y);
  let candidate = tanhFloat(xw[x + 2u * p.h] + hidden.z);
  let output = sigmoidFloat(xw[x + 3u * p.h] + hidden.w);
  var old = 0.0;
  if (p.first == 1u) { old = c0[p.c0 + at]; }
  else { old = cells[p.cells + (p.before * p.batch + b) * p.h + i]; }
  let cell = forget * old + input * candidate;
  saved[s] = input;
  saved[s + p.h] = forget;
  saved[s + 2u * p.h] = candidate;
  saved[s + 3u * p.h] = output;
  cells[p.cells + (p.t * p.batch + b) * p.h + i] = cell;
  y[to] = output * tanhFloat(cell);
}
