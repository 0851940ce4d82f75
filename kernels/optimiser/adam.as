/* A step of Adam or AdamW over pieces of many parameters, in place. A tile is a piece.

   Record: 4 h (lr, β1, β2, eps, weight decay, 1 − β1ᵗ, 1 − β2ᵗ), 5 decoupled, 6 amsgrad, 7 maximize; from word 8 on six words a piece:
   parameters, gradients, first moments, second moments, their maxima or 0, elements.

   @source Kingma, Ba: Adam (2014); Loshchilov, Hutter: Decoupled weight decay (2017); Reddi et al.: AMSGrad (2018). */

import { storeLanes } from '../wasm/lanes';
import { address, word } from '../wasm/memory';

@inline
function splat(x: f32): v128 {
  return f32x4.splat(x);
}

export function adam(p: usize, tile: i32): void {
  const h = address(p, 4), piece = p + 32 + <usize>tile * 24;
  const lr = load<f32>(h), beta1 = splat(load<f32>(h, 4)), beta2 = splat(load<f32>(h, 8)), eps = splat(load<f32>(h, 12));
  const rest1 = splat(1 - load<f32>(h, 4)), rest2 = splat(load<f32>(h, 28));
  const decay = load<f32>(h, 16), decoupled = word(p, 5) != 0, amsgrad = word(p, 6) != 0;
  const keep = splat(decoupled ? 1 - lr * decay : 1), couple = splat(decoupled ? 0 : decay), sign = splat(word(p, 7) != 0 ? -1 : 1);
  const rate = splat(lr / load<f32>(h, 20)), root = splat(sqrt<f32>(load<f32>(h, 24)));
  let x = address(piece, 0), g = address(piece, 1), m = address(piece, 2), v = address(piece, 3), most = address(piece, 4);
  for (let n = word(piece, 5); n > 0; n -= 4, x += 16, g += 16, m += 16, v += 16, most += 16) {
    const value = v128.load(x);
    const slope = f32x4.add(f32x4.mul(couple, value), f32x4.mul(sign, v128.load(g)));
    const first = f32x4.add(f32x4.mul(beta1, v128.load(m)), f32x4.mul(rest1, slope));
    const second = f32x4.add(f32x4.mul(beta2, v128.load(v)), f32x4.mul(rest2, f32x4.mul(slope, slope)));
    let scale = second;
    if (amsgrad) {
      scale = f32x4.max(v128.load(most), second);
      storeLanes(most, scale, n);
    }
    storeLanes(m, first, n);
    storeLanes(v, second, n);
    const step = f32x4.div(f32x4.mul(rate, first), f32x4.add(f32x4.div(f32x4.sqrt(scale), root), eps));
    storeLanes(x, f32x4.sub(f32x4.mul(keep, value), step), n);
  }
}
