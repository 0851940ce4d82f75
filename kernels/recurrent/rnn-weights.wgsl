// dwhh[j, i] = sum over steps and examples of gate j's gradient times h before; dbhh[j] = sum of gate j's gradient (gru's n gate through
// its reset gate). One invocation computes one element, in blocks of one step. Bindings: dxw (t, b, gh), saved, out, h0, dwhh (gh, h), dbhh.
// Dispatch: flat over gh · h.

const MODE = 0u;
struct P { steps: u32, batch: u32, h: u32, reverse: u32, dxw: u32, saved: u32, y: u32, h0: u32, dwhh: u32, dbhh: u32 }
@group(0) @binding(0) var<storage, read> dxw: array<f32>;
@group(0) @binding(1) var<storage, read> saved: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read> h0: array<f32>;
@group(0) @binding(4) var<storage, read_write> dwhh: array<f32>;
@group(0) @binding(5) var<storage, read_write> dbhh: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = g.x + g.y * groups.x * 64u;
  let G = select(select(1u, 3u, MODE == 2u), 4u, MODE == 3u);
  if (at >= G * p.h * p.h) { return; }
  let j = at / p.h;
  let i = at - j * p.h;
  var weight = 0.0;
  var bias = 0.0;
  for (var step = 0u; step < p.steps; step++) {
    let t = select(step, p.steps - 1u - step, p.reverse == 1u);
    let before = select(t - 1u, t + 1u, p.reverse == 1u);
    var part = 0.0;
    var partBias = 0.0;
    for (var b = 0u; b < p.batch; b++) {
      var gate = dxw[p.dxw + (t * p.batch + b) * G * p.h + j];
      if (MODE == 2u && j >= 2u * p.h) { gate *= saved[p.saved + (t * p.batch + b) * 4u * p.h + j - 2u * p.h]; }
      var h = 0.0;
      if (step == 0u) { h = h0[p.h0 + b * p.h + i]; }
      else { h = y[p.y + (before * p.batch + b) * p.h + i]; }
      part = fma(gate, h, part);
      partBias += gate;
    }
    weight += part;
    bias += partBias;
  }
  dwhh[p.dwhh + at] = weight;
  if (i == 0u) { dbhh[p.dbhh + j] = bias; }
}
