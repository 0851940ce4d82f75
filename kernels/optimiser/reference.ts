/* One step of Adam or AdamW over many parameters in place; each element in float64, rounded where it is stored.
   @source Kingma, Ba: Adam (2014); Loshchilov, Hutter: Decoupled weight decay (2017); Reddi et al.: AMSGrad (2018) */

import type { AttributesOf } from '../operations.ts';
import { window } from '../strided.ts';
import type { Call, HostArray } from '../types.ts';

/** (h [8], p…, g…, m…, v…, x…?) → p…, m…, v…, x…? the same buffers. p ← p − lr/(1 − β1^t)·m / (√v/√(1 − β2^t) + eps). */
export function adam(call: Call<HostArray>): void {
  const { count, decoupled, amsgrad, maximize } = call.attributes as AttributesOf<'adam'>;
  const inputs = call.inputs.map(window);
  const outputs = call.outputs.map(window);
  const [lr, beta1, beta2, eps, decay, correction1, correction2, rest2] = inputs[0] as unknown as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const root2 = Math.sqrt(correction2);
  for (let j = 0; j < count; j++) {
    const [p, g, m, v, most] = [0, 1, 2, 3, 4].map((list) => inputs[1 + list * count + j]) as [
      HostArray,
      HostArray,
      HostArray,
      HostArray,
      HostArray?,
    ];
    const [pNew, mNew, vNew, mostNew] = [0, 1, 2, 3].map((list) => outputs[list * count + j]) as [
      HostArray,
      HostArray,
      HostArray,
      HostArray?,
    ];
    for (let i = 0; i < p.length; i++) {
      let value = p[i]!;
      let slope = maximize ? -g[i]! : g[i]!;
      if (decoupled) value *= 1 - lr * decay;
      else slope += decay * value;
      const first = beta1 * m[i]! + (1 - beta1) * slope;
      const second = beta2 * v[i]! + rest2 * slope * slope;
      let scale = second;
      if (amsgrad) mostNew![i] = scale = Math.max(most![i]!, second);
      mNew[i] = first;
      vNew[i] = second;
      pNew[i] = value - ((lr / correction1) * first) / (Math.sqrt(scale) / root2 + eps);
    }
  }
}
