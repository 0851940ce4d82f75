/* Random numbers of the tensor library: the default generator, what a device needs to fill a tensor, and sampling from weights.
   Generators themselves are those of src/base/random.ts, the same that cells have without this library. */

import { random as seeded, type Generator, type ReservedWords } from '../base/random.ts';
import { repeatOnHost, tracing } from './dispatch.ts';
import { fail, TensorError } from './error.ts';

export { provideTensorDraws, type DrawKind, type Generator, type TensorDraws } from '../base/random.ts';

let own: Generator | undefined;
let source = (): Generator => (own ??= seeded(crypto.getRandomValues(new Uint32Array(1))[0]!));

/** The generator that draws without `generator` use. */
export const defaultGenerator = (): Generator => source();

/** The generator of a seed, at its beginning; without one, the default generator. */
export const random = (seed?: number | bigint): Generator => (seed === undefined ? source() : seeded(seed));

/** From now on `current()` is the default generator: in a notebook, that of the running evaluation. */
export function setDefaultGenerator(current: () => Generator): void {
  source = current;
}

/** Begins the default generator anew, at the beginning of `seed`. */
export function manualSeed(seed: number | bigint): void {
  const begun = seeded(seed).getState();
  repeatOnHost(() => source().setState(begun));
}

/** Told of every generator just before a draw fills a tensor. */
export const drawHook: { current: ((generator: Generator) => void) | null } = { current: null };

/** Generators that have drawn a tensor in a function that was compiled. */
const drawnLater = new WeakSet<Generator>();
export const hasDrawn = (generator: Generator): boolean => drawnLater.has(generator);

/** A generator as it is found at each later call: where it is the default one now, whichever that is then. */
export function laterGenerator(generator: Generator): () => Generator {
  if (tracing()) drawnLater.add(generator);
  return generator === source() ? () => source() : () => generator;
}

/** The generator among a call's options, or the default one. */
export function generatorOf(generator: unknown, name: string): Generator {
  if (generator === undefined || generator === null) return source();
  if (typeof (generator as Partial<Generator>).reserve !== 'function') {
    fail('value', name, `expected generator to be random(seed), got ${typeof generator}.`);
  }
  return generator as Generator;
}

/** What the kernel `random` is given: seed low and high, block low and high, as the bits of int32. */
export function stateWords({ seedLow, seedHigh, blockLow, blockHigh }: ReservedWords): Int32Array {
  return Int32Array.of(seedLow, seedHigh, blockLow, blockHigh);
}

/** How generators report errors once the library is there. */
export const randomError = (message: string, code: 'value' | 'trace' = 'value'): Error => new TensorError(code, message);

/**
 * Indices (R, numSamples) drawn from rows of weights (R, K): inverse of the float32 running sums, one word a sample, row by row.
 * Without replacement a drawn weight becomes 0. Takes R·numSamples words as one tensor draw.
 */
export function multinomial(
  weights: Float32Array | Float64Array,
  rows: number,
  numSamples: number,
  replacement: boolean,
  generator: Generator,
): Int32Array {
  const name = 'multinomial';
  const columns = rows === 0 ? 0 : weights.length / rows;
  if (!(Number.isSafeInteger(numSamples) && numSamples > 0)) {
    fail('value', name, `expected numSamples to be an integer ≥ 1, got ${String(numSamples)}.`);
  }
  for (let row = 0; row < rows; row++) mustBeWeights(weights.subarray(row * columns, (row + 1) * columns), replacement ? 1 : numSamples);
  const words = generator.uint32(rows * numSamples);
  const out = new Int32Array(words.length);
  const sums = new Float32Array(columns);
  for (let row = 0; row < rows; row++) {
    const left = Float32Array.from(weights.subarray(row * columns, (row + 1) * columns));
    for (let sample = 0; sample < numSamples; sample++) {
      if (sample === 0 || !replacement) runningSums(left, sums);
      const at = row * numSamples + sample;
      // Rounded as on a device. It may round up to the whole sum (subnormal weights): then the last weight is meant.
      const value = Math.fround((words[at]! >>> 8) * 2 ** -24 * sums[columns - 1]!);
      out[at] = value < sums[columns - 1]! ? indexOf(value, sums) : left.findLastIndex((weight) => weight > 0);
      if (!replacement) left[out[at]!] = 0;
    }
  }
  return out;
}

function mustBeWeights(weights: Float32Array | Float64Array, needed: number): void {
  let positive = 0;
  for (const weight of weights) {
    if (!(weight >= 0 && weight < Infinity)) fail('value', 'multinomial', `expected finite weights ≥ 0, got ${weight}.`);
    if (weight > 0) positive += 1;
  }
  if (positive < needed) {
    const hint = needed > 1 ? ' Draw fewer, or with { replacement: true }.' : '';
    fail('value', 'multinomial', `expected at least ${needed} weights above 0, got ${positive}.${hint}`);
  }
}

function runningSums(weights: Float32Array, out: Float32Array): void {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) out[i] = sum = Math.fround(sum + weights[i]!);
}

/** The first index whose running sum lies above `value`; its weight is not 0. */
function indexOf(value: number, sums: Float32Array): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
