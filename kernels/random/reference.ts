/* Random numbers from Philox 4x32-10, the same on every device: element i takes word 4·block + i of the state's seed.
   Uniform numbers are made in float32; normal ones in float64 and rounded where they are stored. */

import { philox } from '../../src/base/random.ts';
import type { AttributesOf } from '../operations.ts';
import { window } from '../strided.ts';
import type { Call, HostArray } from '../types.ts';

/** (state [4]: seed low, seed high, block low, block high) → numbers of `kind`. */
export function random(call: Call<HostArray>): void {
  const { kind, low, high } = call.attributes as AttributesOf<'random'>;
  const y = window(call.outputs[0]!);
  const [seedLow, seedHigh, blockLow, blockHigh] = window(call.inputs[0]!) as unknown as [number, number, number, number];
  const span = Math.fround(high - low);
  const words = new Uint32Array(4);
  for (let i = 0; i < y.length; i += 4) {
    const block = (blockLow >>> 0) + i / 4;
    const carry = block >= 2 ** 32 ? 1 : 0;
    philox(words, block >>> 0, (blockHigh + carry) >>> 0, 0, 0, seedLow >>> 0, seedHigh >>> 0);
    const count = Math.min(4, y.length - i);
    for (let j = 0; j < count; j++) {
      const word = words[j]!;
      if (kind === 'bits') y[i + j] = word | 0;
      else if (kind === 'uniform') y[i + j] = Math.fround(Math.fround(low) + Math.fround(span * unit(word)));
      else if (kind === 'integer') y[i + j] = low + scaled(word, high - low);
      else y[i + j] = low + high * boxMuller(words[j & 2]!, words[j | 1]!, j & 1);
    }
  }
}

/** A word as a number of [0, 1), a multiple of 2^-24. */
function unit(word: number): number {
  return (word >>> 8) * 2 ** -24;
}

/** ⌊word·span / 2^32⌋ exactly, span ≤ 2^32: halves of the word keep the products below 2^53. */
function scaled(word: number, span: number): number {
  return Math.floor(((word >>> 16) * span + Math.floor(((word & 0xffff) * span) / 65536)) / 65536);
}

/** r·cos(2πu2) for `part` 0, r·sin(2πu2) for 1; r = √(−2 ln u1), u1 in (0, 1]. */
function boxMuller(word1: number, word2: number, part: number): number {
  const radius = Math.sqrt(-2 * Math.log(unit(word1) + 2 ** -24));
  const angle = 2 * Math.PI * unit(word2);
  return radius * (part === 0 ? Math.cos(angle) : Math.sin(angle));
}
