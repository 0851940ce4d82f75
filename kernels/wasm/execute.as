/* Which kernel a record's first word means; the same order as `opcodes` in tape.ts. */

import { attention, attentionGrad } from '../attention/attention';
import { conv2d, conv2dWeightGrad, conv2dWeightSum } from '../conv/conv';
import { fold, unfold } from '../conv/patches';
import { chain, fill, iota } from '../elementwise/chain';
import { transpose } from '../elementwise/transpose';
import { fft } from '../fft/fft';
import { gather, rows, rowsAdd, scatter } from '../index/index';
import { crossEntropy, crossEntropyGrad } from '../loss/crossEntropy';
import { matmul } from '../matmul/matmul';
import { layerNorm, layerNormGrad, layerNormParameters } from '../norm/norm';
import { adam } from '../optimiser/adam';
import { avgPool2d, avgPool2dGrad, maxPool2d, maxPool2dGrad } from '../pool/pool';
import { qmatmul } from '../quantised/qmatmul';
import { random } from '../random/philox';
import { rnn, rnnGrad, rnnWeights } from '../recurrent/rnn';
import { reduce } from '../reduce/reduce';
import { scan } from '../reduce/scan';
import { softmax, softmaxGrad } from '../softmax/softmax';
import { searchSorted, sort } from '../sort/sort';
import { word } from './memory';

/** One tile of one instruction. */
export function execute(p: usize, tile: i32): void {
  switch (word(p, 0)) {
    case 0: chain(p, tile); break;
    case 1: fill(p, tile); break;
    case 2: iota(p, tile); break;
    case 3: reduce(p, tile); break;
    case 4: scan(p, tile); break;
    case 5: matmul(p, tile); break;
    case 6: softmax(p, tile); break;
    case 7: softmaxGrad(p, tile); break;
    case 8: layerNorm(p, tile); break;
    case 9: layerNormGrad(p, tile); break;
    case 10: layerNormParameters(p, tile); break;
    case 11: crossEntropy(p, tile); break;
    case 12: crossEntropyGrad(p, tile); break;
    case 13: attention(p, tile); break;
    case 14: attentionGrad(p, tile); break;
    case 15: conv2d(p, tile); break;
    case 16: conv2dWeightGrad(p, tile); break;
    case 17: conv2dWeightSum(p, tile); break;
    case 18: maxPool2d(p, tile); break;
    case 19: maxPool2dGrad(p, tile); break;
    case 20: avgPool2d(p, tile); break;
    case 21: avgPool2dGrad(p, tile); break;
    case 22: unfold(p, tile); break;
    case 23: fold(p, tile); break;
    case 24: gather(p, tile); break;
    case 25: scatter(p, tile); break;
    case 26: rows(p, tile); break;
    case 27: rowsAdd(p, tile); break;
    case 28: sort(p, tile); break;
    case 29: searchSorted(p, tile); break;
    case 30: random(p, tile); break;
    case 31: adam(p, tile); break;
    case 32: rnn(p, tile); break;
    case 33: rnnGrad(p, tile); break;
    case 34: rnnWeights(p, tile); break;
    case 35: qmatmul(p, tile); break;
    case 36: fft(p, tile); break;
    case 37: transpose(p, tile); break;
  }
}
