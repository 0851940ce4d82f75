// One pass of the Stockham autosort transform: with L the product of the radices done and M = n / (L radix), element (k, j) of
// (L radix, M) becomes the sum over s of exp(-+2 pi i s k / (L radix)) times element (k mod L, j + s M) of (L, radix M). After all
// radices of n (their product) that is the transform, in order. One invocation computes one element.
// Bindings: re, im (rows, n), toRe, toIm. Dispatch: flat over rows · n. @source Van Loan, Computational Frameworks for the FFT, 1.7

const INVERSE = false;
struct P { rows: u32, n: u32, L: u32, radix: u32, re: u32, im: u32, toRe: u32, toIm: u32 }
@group(0) @binding(0) var<storage, read> re: array<f32>;
@group(0) @binding(1) var<storage, read> im: array<f32>;
@group(0) @binding(2) var<storage, read_write> toRe: array<f32>;
@group(0) @binding(3) var<storage, read_write> toIm: array<f32>;
@group(1) @binding(0) var<uniform> p: P;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = g.x + g.y * groups.x * 64u;
  if (i >= p.rows * p.n) { return; }
  let row = i / p.n * p.n;
  let all = p.L * p.radix;
  let M = p.n / all;
  let k = (i - row) / M;
  let j = (i - row) % M;
  let base = row + k % p.L * p.radix * M + j;
  var sum = vec2f();
  var part = vec2f();
  var turns = 0u;
  for (var s = 0u; s < p.radix; s++) {
    var w = turn(f32(turns) / f32(all));
    if (!INVERSE) { w.y = -w.y; }
    let a = vec2f(re[p.re + base + s * M], im[p.im + base + s * M]);
    part += vec2f(a.x * w.x - a.y * w.y, a.x * w.y + a.y * w.x);
    if ((s & 15u) == 15u) {
      sum += part;
      part = vec2f();
    }
    turns += k;
    if (turns >= all) { turns -= all; }
  }
  sum += part;
  toRe[p.toRe + i] = sum.x;
  toIm[p.toIm + i] = sum.y;
}
