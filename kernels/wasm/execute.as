/* Which kernel a record's first word means; the same numbers as `opcodes` in tape.ts. What is not here is in the second module (more.as). */

import { attention, attentionGrad } from '../attention/attention';
import { chain, fill, iota } from '../elementwise/chain';
import { transpose } from '../elementwise/transpose';
import { gather, rows, rowsAdd, scatter } from '../index/index';
import { crossEntropy, crossEntropyGrad } from '../loss/crossEntropy';
import { matmul } from '../matmul/matmul';
import { layerNorm, layerNormGrad, layerNormParameters } from '../norm/norm';
import { adam } from '../optimiser/adam';
import { random } from '../random/philox';
import { reduce } from '../reduce/reduce';
import { softmax, softmaxGrad } from '../softmax/softmax';
import { word } from './memory';

/** The second module's `execute`, in this thread's instance of it. */
// @ts-ignore: decorator
@external('env', 'more') declare function more(p: usize, tile: i32): void;

/** One tile of one instruction. */
export function execute(p: usize, tile: i32): void {
  switch (word(p, 0)) {
    case 0: chain(p, tile); break;
    case 1: fill(p, tile); break;
    case 2: iota(p, tile); break;
    case 3: reduce(p, tile); break;
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
    case 24: gather(p, tile); break;
    case 25: scatter(p, tile); break;
    case 26: rows(p, tile); break;
    case 27: rowsAdd(p, tile); break;
    case 30: random(p, tile); break;
    case 31: adam(p, tile); break;
    case 37: transpose(p, tile); break;
    default: more(p, tile);
  }
}
