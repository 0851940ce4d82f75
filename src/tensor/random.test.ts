import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TensorError } from './error.ts';
import { defaultGenerator, generatorOf, manualSeed, multinomial, random, setDefaultGenerator, stateWords } from './random.ts';

describe('the default generator', () => {
  test('begins anew with manualSeed, and can be that of the running evaluation', () => {
    manualSeed(3);
    expect(defaultGenerator().uniform()).toBe(random(3).uniform());
    manualSeed(3);
    expect(defaultGenerator().uniform()).toBe(random(3).uniform());
    const evaluation = random(9);
    setDefaultGenerator(() => evaluation);
    expect(generatorOf(undefined, 'rand')).toBe(evaluation);
    manualSeed(4n);
    expect(evaluation.getState()).toEqual({ seed: 4, offset: 0 });
  });

  test('an own generator is taken as it is, anything else refused', () => {
    const r = random(1);
    expect(generatorOf(r, 'rand')).toBe(r);
    expect(() => generatorOf(7, 'rand')).toThrow('rand: expected generator to be random(seed), got number.');
  });

  test('a device gets key and counter as the bits of int32', () => {
    expect([...stateWords({ seedLow: 0xffffffff, seedHigh: 1, blockLow: 2 ** 31, blockHigh: 0 })]).toEqual([-1, 1, -(2 ** 31), 0]);
  });
});

describe('multinomial', () => {
  test('takes the first running sum above u · total, one word a sample, row by row', () => {
    const weights = Float32Array.of(0, 1, 3, 0, /* second row */ 0.5, 0, 0, 0.5);
    const samples = multinomial(weights, 2, 50, true, random(5));
    const words = random(5).uint32(100);
    const expected = Array.from(words, (word, at) => {
      const u = (word >>> 8) / 2 ** 24;
      return at < 50 ? (u * 4 < 1 ? 1 : 2) : u < 0.5 ? 0 : 3;
    });
    expect([...samples]).toEqual(expected);
  });

  test('without replacement no index comes twice, and a weight of 0 never', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 12 }), (seed, list) => {
        const weights = Float32Array.from(list);
        const positive = weights.filter((weight) => weight > 0).length;
        fc.pre(positive > 0);
        const samples = [...multinomial(weights, 1, positive, false, random(seed))];
        expect(new Set(samples).size).toBe(positive);
        expect(samples.every((i) => weights[i]! > 0)).toBe(true);
        // The first one is the same with replacement.
        expect(multinomial(weights, 1, positive, true, random(seed))[0]).toBe(samples[0]);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test('is one draw of rows · numSamples words', () => {
    const r = random(2);
    r.uniform();
    multinomial(Float32Array.of(1, 1, 1, 1), 2, 3, true, r);
    expect(r.getState().offset).toBe(12);
  });

  test('what are no weights is refused before a word is drawn', () => {
    const r = random(1);
    expect(() => multinomial(Float32Array.of(1, -1), 1, 1, true, r)).toThrow('multinomial: expected finite weights ≥ 0, got -1.');
    expect(() => multinomial(Float32Array.of(1, NaN), 1, 1, true, r)).toThrow(/got NaN/);
    expect(() => multinomial(Float32Array.of(0, 0), 1, 1, true, r)).toThrow(/at least 1 weights above 0, got 0/);
    expect(() => multinomial(Float32Array.of(0, 1), 1, 2, false, r)).toThrow(/at least 2 weights above 0, got 1\. Draw fewer/);
    expect(() => multinomial(Float32Array.of(0, 1), 1, 0, false, r)).toThrow(TensorError);
    expect(r.getState().offset).toBe(0);
  });
});
