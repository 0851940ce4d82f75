import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { philox, provideTensorDraws, random } from './random.ts';

const hex = (...counterAndKey: [number, number, number, number, number, number]): string => {
  const out = new Uint32Array(4);
  philox(out, ...counterAndKey);
  return [...out].map((word) => word.toString(16).padStart(8, '0')).join(' ');
};

const seeds = fc.oneof(fc.nat(), fc.bigInt(0n, (1n << 64n) - 1n));

/** The definition in BigInt: slow and plain. */
function word(seed: bigint, index: number): number {
  let c = [BigInt(Math.floor(index / 4)) & 0xffffffffn, BigInt(Math.floor(index / 4)) >> 32n, 0n, 0n];
  let k = [seed & 0xffffffffn, seed >> 32n];
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c[0]!,
      p1 = 0xcd9e8d57n * c[2]!;
    c = [(p1 >> 32n) ^ c[1]! ^ k[0]!, p1 & 0xffffffffn, (p0 >> 32n) ^ c[3]! ^ k[1]!, p0 & 0xffffffffn];
    k = [(k[0]! + 0x9e3779b9n) & 0xffffffffn, (k[1]! + 0xbb67ae85n) & 0xffffffffn];
  }
  return Number(c[index % 4]!);
}

describe('Philox 4x32-10', () => {
  test('gives the known answers of Random123', () => {
    const f = 0xffffffff;
    expect(hex(0, 0, 0, 0, 0, 0)).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    expect(hex(f, f, f, f, f, f)).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
    expect(hex(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0)).toBe('d16cfe09 94fdcceb 5001e420 24126ea1');
  });

  test('words are those of the definition in BigInt, for any seed', () => {
    fc.assert(
      fc.property(seeds, fc.nat(40), (seed, n) => {
        expect([...random(seed).uint32(n)]).toEqual(Array.from({ length: n }, (_, i) => word(BigInt(seed), i)));
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test('blocks beyond 2^32 carry into the second counter word', () => {
    const r = random(5);
    r.setState({ seed: 5, offset: 4 * 2 ** 32 });
    expect(r.uint32(1)[0]).toBe(word(5n, 4 * 2 ** 32));
  });
});

describe('draws', () => {
  test('numbers take single words, arrays whole blocks', () => {
    const r = random(3);
    r.uniform();
    expect(r.getState().offset).toBe(1);
    r.uniform(3); // starts at 4, ends at 8
    expect(r.getState().offset).toBe(8);
    r.normal();
    expect(r.getState().offset).toBe(10);
    r.normal(5); // 12, six words, 20
    expect(r.getState().offset).toBe(20);
    r.permutation(6);
    expect(r.getState().offset).toBe(28);
    r.randint(0, 3);
    r.bernoulli(0.5);
    expect(r.getState().offset).toBe(30);
  });

  test('an array of numbers is a Float64Array of the same words as single numbers', () => {
    const many = random(9).uniform(10, { low: -1, high: 3 });
    expect(many).toBeInstanceOf(Float64Array);
    const r = random(9);
    expect([...many]).toEqual(Array.from({ length: 10 }, () => r.uniform({ low: -1, high: 3 })));
    expect(random(9).uniform(4)[2]).toBe((word(9n, 2) >>> 8) / 2 ** 24);
  });

  test('normal pairs cosine and sine, and an odd count drops the last sine', () => {
    const [a, b] = random(4).normal(2);
    const u1 = ((word(4n, 0) >>> 8) + 1) / 2 ** 24,
      u2 = (word(4n, 1) >>> 8) / 2 ** 24;
    expect(a).toBeCloseTo(Math.sqrt(-2 * Math.log(u1)) * Math.cos(2 * Math.PI * u2), 12);
    expect(b).toBeCloseTo(Math.sqrt(-2 * Math.log(u1)) * Math.sin(2 * Math.PI * u2), 12);
    expect([...random(4).normal(3)]).toEqual([...random(4).normal(4)].slice(0, 3));
    expect(random(4).normal()).toBe(a);
    const sample = random(1).normal(20_000, { mean: 5, std: 2 });
    const mean = sample.reduce((sum, x) => sum + x, 0) / sample.length;
    expect(Math.abs(mean - 5)).toBeLessThan(0.05);
    expect(Math.abs(Math.sqrt(sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / sample.length) - 2)).toBeLessThan(0.05);
  });

  test('randint is the exact product, for ranges up to 2^32', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 1, max: 2 ** 32 }), (seed, low, range) => {
        expect(random(seed).randint(low, low + range)).toBe(low + Number((BigInt(word(BigInt(seed), 0)) * BigInt(range)) >> 32n));
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  test('a permutation holds every index once; a shuffle is the permutation applied', () => {
    fc.assert(
      fc.property(seeds, fc.nat(80), (seed, n) => {
        const order = random(seed).permutation(n);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
        const items = Array.from({ length: n }, (_, i) => `item ${i}`);
        expect(random(seed).shuffle(items)).toEqual([...order].map((i) => items[i]));
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  test('bernoulli follows u < p', () => {
    const r = random(8);
    const share = Array.from({ length: 4000 }, () => r.bernoulli(0.3)).reduce((a, b) => a + b, 0) / 4000;
    expect(share).toBeGreaterThan(0.27);
    expect(share).toBeLessThan(0.33);
    expect([random(1).bernoulli(0), random(1).bernoulli(1)]).toEqual([0, 1]);
  });
});

describe('fork and state', () => {
  test('a fork is the generator of two words far from the stream, and does not advance its parent', () => {
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, i) => {
        const r = random(seed);
        r.uniform(3);
        const before = r.getState();
        const out = new Uint32Array(4);
        const key = BigInt(seed);
        philox(out, i, 0, 0xffffffff, 0xffffffff, Number(key & 0xffffffffn), Number(key >> 32n));
        const child = (BigInt(out[1]!) << 32n) | BigInt(out[0]!);
        expect(BigInt(r.fork(i).getState().seed)).toBe(child);
        expect(r.getState()).toEqual(before);
        expect([...r.fork(i).uint32(4)]).not.toEqual([...r.fork(i + 1).uint32(4)]);
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  test('a restored state continues where it was taken', () => {
    fc.assert(
      fc.property(seeds, fc.nat(9), (seed, n) => {
        const r = random(seed);
        for (let i = 0; i < n; i++) r.uniform();
        const state = r.getState();
        const next = [r.uniform(), r.normal()];
        const other = random(0);
        other.setState(state);
        expect([other.uniform(), other.normal()]).toEqual(next);
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});

test('what is no seed, count, range or probability is refused in words', () => {
  expect(() => random(-1)).toThrow(/integer in \[0, 2\^53\)/);
  expect(() => random(1.5)).toThrow(RangeError);
  expect(() => random(1n << 64n)).toThrow(RangeError);
  expect(() => random(1).uniform(-1)).toThrow(/expected a count/);
  expect(() => random(1).normal(3, { low: 1 } as object)).toThrow('normal: unknown option "low". It knows mean and std');
  expect(() => random(1).randint(3, 3)).toThrow(/low < high/);
  expect(() => random(1).bernoulli(2)).toThrow(/probability/);
  expect(() => random(1).uniform([2, 3] as never)).toThrow(/compute library, which this notebook has not loaded/);
  expect(() => (random(1).randint as (...args: unknown[]) => number)(0, 10, [5])).toThrow(/compute library/);
});

test('a device is told where its words begin, at whole blocks', () => {
  const r = random((7n << 32n) | 9n);
  r.uniform();
  expect(r.reserve(5)).toEqual({ seedLow: 9, seedHigh: 7, blockLow: 1, blockHigh: 0 });
  expect(r.getState().offset).toBe(12);
  expect(r.reserve(0)).toEqual({ seedLow: 9, seedHigh: 7, blockLow: 3, blockHigh: 0 });
  expect(r.getState().offset).toBe(12);
  r.setState({ seed: 1, offset: 4 * 2 ** 32 + 1 });
  expect(r.reserve(1)).toEqual({ seedLow: 1, seedHigh: 0, blockLow: 1, blockHigh: 1 });
  expect(() => r.reserve(-1)).toThrow(/expected a count/);
});

test('with the compute library a shape gives a tensor, and errors are of its kind', () => {
  const drawn: unknown[] = [];
  class Kind extends Error {}
  provideTensorDraws({
    draw: (generator, ...rest) => drawn.push([generator.getState().seed, ...rest]),
    error: (message) => new Kind(message),
    change: (action) => action(),
    isTracing: () => false,
    hasDrawn: () => false,
  });
  const r = random(3);
  r.uniform([2, 3], { low: -1, dtype: 'float64' } as object);
  r.normal([4]);
  r.randint(0, 10, [5], { device: 'js' });
  r.bernoulli(0.3, [5]);
  expect(drawn).toEqual([
    [3, 'uniform', [2, 3], -1, 1, { dtype: 'float64' }],
    [3, 'normal', [4], 0, 1, {}],
    [3, 'randint', [5], 0, 10, { device: 'js' }],
    [3, 'bernoulli', [5], 0.3, 0, {}],
  ]);
  expect(() => random(-1)).toThrow(Kind);
  expect(() => r.randint(3, 3, [2])).toThrow(Kind);
});
