// One step of backpropagation through time. One invocation computes unit i of example b: what the next step's gates send back to h,
// added to g[t], and from it the gradients of the gates at t. The step after the FIRST (`done` 1) leaves dh0.
// `carry` (b, h) holds the gradient of the cell (lstm), or what the update gate lets through to h before (gru).
// Bindings: g (t, b, h), whh, saved (out for tanh and relu), states (cells for lstm, out for gru), start (c0 or h0), dxw (t, b, gh), carry, dh0. Dispatch: flat over b · h.

const MODE = 0u;
struct P { t: u32, after: u32, before: u32, batch: u32, h: u32, first: u32, last: u32, done: u32, g: u32, whh: u32, saved: u32, states: u32, start: u32, dxw: u32, carry: u32, dh0: u32 }
@group(0) @binding(0) var<storage, read> grad: array<f32>;
@group(0) @binding(1) var<storage, read> whh: array<f32>;
@group(0) @binding(2) var<storage, read> saved: array<f32>;
@group(0) @binding(3) var<storage, read> states: array<f32>;
@group(0) @binding(4) var<storage, read> start: array<f32>;
@group(0) @binding(5) var<storage, read_write> dxw: array<f32>;
@group(0) @binding(6) var<storage, read_write> carry: array<f32>;
@group(0) @binding(7) var<storage, read_write> dh0: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = id.x + id.y * groups.x * 64u;
  if (at >= p.batch * p.h) { return; }
  let b = at / p.h;
  let i = at - b * p.h;
  let G = select(select(1u, 3u, MODE == 2u), 4u, MODE == 3u);
  var dh = 0.0;
  if (p.last == 0u) {
    let row = p.dxw + (p.after * p.batch + b) * G * p.h;
    let s = p.saved + (p.after * p.batch + b) * 4u * p.h;
    for (var j = 0u; j < G * p.h; j++) {
      var gate = dxw[row + j];
      if (MODE == 2u && j >= 2u * p.h) { gate *= saved[s + j - 2u * p.h]; }
      dh = fma(gate, whh[p.whh + j * p.h + i], dh);
    }
    if (MODE == 2u) { dh += carry[p.carry + at]; }
  }
  if (p.done == 1u) {
    dh0[p.dh0 + at] = dh;
    return;
  }
  let y = (p.t * p.batch + b) * p.h + i;
  let slope = grad[p.g + y] + dh;
  let x = p.dxw + (p.t * p.batch + b) * G * p.h + i;
  if (MODE < 2u) {
    let value = saved[p.saved + y];
    dxw[x] = select(select(0.0, slope, value > 0.0), slope * (1.0 - value * value), MODE == 0u);
    return;
  }
  var old = 0.0;
  if (p.first == 1u) { old = start[p.start + at]; }
  else { old = states[p.states + (p.before * p.batch + b) * p.h + i]; }
  let s = p.saved + (p.t * p.batch + b) * 4u * p.h + i;
  let s0 = saved[s];
  let s1 = saved[s + p.h];
  let s2 = saved[s + 2u * p.h];
  let s3 = saved[s + 3u * p.h];
  if (MODE == 2u) {
    let dCandidate = slope * (1.0 - s1) * (1.0 - s2 * s2);
    dxw[x] = dCandidate * s3 * s0 * (1.0 - s0);
    dxw[x + p.h] = slope * (old - s2) * s1 * (1.0 - s1);
    dxw[x + 2u * p.h] = dCandidate;
    carry[p.carry + at] = slope * s1;
    return;
  }
  let squashed = tanhFloat(states[p.states + y]);
  let dCell = carry[p.carry + at] + slope * s3 * (1.0 - squashed * squashed);
  dxw[x] = dCell * s2 * s0 * (1.0 - s0);
  dxw[x + p.h] = dCell * old * s1 * (1.0 - s1);
  dxw[x + 2u * p.h] = dCell * s0 * (1.0 - s2 * s2);
  dxw[x + 3u * p.h] = slope * squashed * s3 * (1.0 - s3);
  carry[p.carry + at] = dCell * s1;
}
