/* The second module of the wasm backend, on the same memory: kernels that few programs use. It comes with the first program that does (more.ts). */

import { conv2d, conv2dWeightGrad, conv2dWeightSum } from '../conv/conv';
import { fold, unfold } from '../conv/patches';
import { fft } from '../fft/fft';
import { avgPool2d, avgPool2dGrad, maxPool2d, maxPool2dGrad } from '../pool/pool';
import { qmatmul } from '../quantised/qmatmul';
import { rnn, rnnGrad, rnnWeights } from '../recurrent/rnn';
import { scan } from '../reduce/scan';
import { searchSorted, sort } from '../sort/sort';
import { word } from './memory';

export { setThread } from './memory';

/** One tile of one instruction. */
export function execute(p: usize, tile: i32): void {
  switch (word(p, 0)) {
    case 4: scan(p, tile); break;
    case 15: conv2d(p, tile); break;
    case 16: conv2dWeightGrad(p, tile); break;
    case 17: conv2dWeightSum(p, tile); break;
    case 18: maxPool2d(p, tile); break;
    case 19: maxPool2dGrad(p, tile); break;
    case 20: avgPool2d(p, tile); break;
    case 21: avgPool2dGrad(p, tile); break;
    case 22: unfold(p, tile); break;
    case 23: fold(p, tile); break;
    case 28: sort(p, tile); break;
    case 29: searchSorted(p, tile); break;
    case 32: rnn(p, tile); break;
    case 33: rnnGrad(p, tile); break;
    case 34: rnnWeights(p, tile); break;
    case 35: qmatmul(p, tile); break;
    case 36: fft(p, tile); break;
  }
}
