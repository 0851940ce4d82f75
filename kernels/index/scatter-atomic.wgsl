// Scatter along one long line, or few: one invocation an element. Integers are added atomically, floats by compare-and-exchange (their
// order, and so the last bit, may differ from run to run). `set` takes two passes: MODE 1 leaves in `winner` (lines, length) the last
// element that writes to each place (plus 1), MODE 2 writes those. Words as scatter.wgsl. Bindings: index, src, y, winner.
// Dispatch: flat over lines · count.

alias T = f32;
const MODE = 0u;
struct P { shape: array<vec4u, 2>, is: array<vec4u, 2>, ss: array<vec4u, 2>, ys: array<vec4u, 2>, lines: u32, rank: u32, count: u32, length: u32, iStep: u32, sStep: u32, yStep: u32, index: u32, src: u32, y: u32 }
@group(0) @binding(0) var<storage, read> index: array<i32>;
@group(0) @binding(1) var<storage, read> src: array<T>;
@group(0) @binding(2) var<storage, read_write> y: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> winner: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> p: P;

fn joined(old: T, value: T) -> T { return old + value; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.lines * p.count) { return; }
  let line = i / p.count;
  let j = i - line * p.count;
  var rest = line;
  var so = p.src + j * p.sStep;
  var io = p.index + j * p.iStep;
  var yo = p.y;
  for (var d = p.rank; d > 0u; d--) {
    let e = d - 1u;
    let length = p.shape[e >> 2u][e & 3u];
    let c = rest % length;
    rest /= length;
    so += c * p.ss[e >> 2u][e & 3u];
    io += c * p.is[e >> 2u][e & 3u];
    yo += c * p.ys[e >> 2u][e & 3u];
  }
  let at = index[io];
  if (at < 0 || u32(at) >= p.length) { return; }
  let to = yo + u32(at) * p.yStep;
  let slot = line * p.length + u32(at);
  if (MODE == 1u) {
    atomicMax(&winner[slot], j + 1u);
    return;
  }
  if (MODE == 2u) {
    if (atomicLoad(&winner[slot]) == j + 1u) { atomicStore(&y[to], bitcast<u32>(src[so])); }
    return;
  }
  var old = atomicLoad(&y[to]);
  loop {
    let tried = atomicCompareExchangeWeak(&y[to], old, bitcast<u32>(joined(bitcast<T>(old), src[so])));
    if (tried.exchanged) { break; }
    old = tried.old_value;
  }
}
