// float16 and float32, element by element: READ takes 16 bits out of x into y (float32, contiguous); else x (float32, contiguous) is
// rounded to nearest, ties to even, and put into its half of a word of y. All in bits: NaN, ±inf, −0 and subnormal numbers included.
// `shape` and `steps` are those of the side of float16, `source` and `place` the offsets of x and y. Dispatch: flat over count.

const READ = false;
struct P { shape: array<vec4u, 2>, steps: array<vec4u, 2>, rank: u32, count: u32, source: u32, place: u32 }
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<atomic<u32>>;
@group(1) @binding(0) var<uniform> p: P;

fn widened(h: u32) -> u32 {
  let sign = (h & 0x8000u) << 16u;
  let exponent = (h >> 10u) & 31u;
  let fraction = h & 1023u;
  if (exponent == 31u) { return sign | 0x7f800000u | (fraction << 13u); }
  if (exponent != 0u) { return sign | ((exponent + 112u) << 23u) | (fraction << 13u); }
  if (fraction == 0u) { return sign; }
  let top = 31u - countLeadingZeros(fraction);
  return sign | ((top + 103u) << 23u) | ((fraction << (23u - top)) & 0x7fffffu);
}

fn narrowed(b: u32) -> u32 {
  let sign = (b >> 16u) & 0x8000u;
  let a = b & 0x7fffffffu;
  if (a > 0x7f800000u) { return sign | 0x7e00u; }
  if (a >= 0x477ff000u) { return sign | 0x7c00u; }
  if (a < 0x33000000u) { return sign; }
  var m = a - 0x38000000u;
  var shift = 13u;
  if (a < 0x38800000u) {
    m = (a & 0x7fffffu) | 0x800000u;
    shift = 126u - (a >> 23u);
  }
  let q = m >> shift;
  let rest = m & ((1u << shift) - 1u);
  let tie = 1u << (shift - 1u);
  return sign | (q + select(0u, 1u, rest > tie || (rest == tie && (q & 1u) == 1u)));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.count) { return; }
  var rest = i;
  var at = select(p.place, p.source, READ);
  for (var d = p.rank; d > 0u; d--) {
    let e = d - 1u;
    let length = p.shape[e >> 2u][e & 3u];
    at += (rest % length) * p.steps[e >> 2u][e & 3u];
    rest /= length;
  }
  let shift = (at & 1u) * 16u;
  if (READ) {
    atomicStore(&y[p.place + i], widened((x[at >> 1u] >> shift) & 0xffffu));
    return;
  }
  atomicAnd(&y[at >> 1u], ~(0xffffu << shift));
  atomicOr(&y[at >> 1u], narrowed(x[p.source + i]) << shift);
}
