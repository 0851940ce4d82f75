import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { random } from '../base/random.ts';
import { dequantize, groupsOf, pack, quantize, unpack } from './quantize.ts';

const f32 = (...values: number[]): Float32Array => Float32Array.from(values);

describe('by hand', () => {
  test('8 bits, symmetric: two’s complement, halves to even', () => {
    // Torch: s = 127/127 = 1, round halves to even.
    const { q, scale, zero } = quantize(f32(127, 0.5, 1.5, 2.5, -0.5, -1.5, -127), [1, 7]);
    expect([[...q], [...scale], zero]).toEqual([[127, 0, 2, 2, 0, 254, 129], [1], null]);
  });

  test('4 bits: the low nibble first, rows padded to whole bytes', () => {
    const { q, scale } = quantize(f32(7, -7, 3, 14, 2, -14), [2, 3], { bits: 4 });
    expect([...q]).toEqual([0x97, 0x03, 0x17, 0x09]);
    expect([...scale]).toEqual([1, 2]);
    expect([...dequantize({ q, scale, zero: null, shape: [2, 3], bits: 4, groupSize: null })]).toEqual([7, -7, 3, 14, 2, -14]);
  });

  test('asymmetric: counted from 0, zero says which code is 0', () => {
    const packed = quantize(f32(-1, 0, 0.5, 2), [1, 4], { bits: 4, symmetric: false });
    expect([...packed.scale, ...packed.zero!]).toEqual([Math.fround(0.2), 5]);
    expect([...unpack(packed.q, [1, 4], 4, false)]).toEqual([0, 5, 7, 15]); // 0.5 / fround(0.2) lies just below 2.5
  });

  test('groups along a row; the last one may be short', () => {
    const { scale, q } = quantize(f32(127, 1, 254, 2, 12.7), [1, 5], { groupSize: 2 });
    expect([...scale]).toEqual([1, 2, Math.fround(12.7 / 127)].map(Math.fround));
    expect([...q]).toEqual([127, 1, 127, 1, 127]);
    expect([groupsOf(5, 2), groupsOf(5, null), groupsOf(4, 2)]).toEqual([3, 1, 2]);
  });

  test('a group of zeros has s = 0 and q = 0; one of equal numbers is kept exactly', () => {
    for (const symmetric of [true, false]) {
      const packed = quantize(f32(0, 0, 1, -2), [2, 2], { symmetric });
      expect([packed.scale[0], packed.q[0], packed.q[1]]).toEqual([0, 0, 0]);
      expect([...dequantize(packed)].slice(0, 2)).toEqual([0, 0]);
    }
    expect([...dequantize(quantize(f32(-3.7, -3.7, 5), [1, 3], { symmetric: false, groupSize: 2 }))]).toEqual([...f32(-3.7, -3.7, 5)]);
  });
});

const options = fc.record({
  bits: fc.constantFrom(8 as const, 4 as const),
  groupSize: fc.constantFrom(null, 1, 3, 4, 32),
  symmetric: fc.boolean(),
});

test('no weight is off by more than half a step (a whole one where zero was rounded)', () => {
  fc.assert(
    fc.property(fc.nat(5), fc.nat(20), fc.nat(), options, (rows, columns, seed, choice) => {
      const w = Float32Array.from(random(seed).normal(rows * columns, { mean: (seed % 3) - 1 }));
      const packed = quantize(w, [rows, columns], choice);
      const back = dequantize(packed);
      const width = choice.groupSize ?? columns;
      back.forEach((value, at) => {
        const group = Math.floor(at / columns) * groupsOf(columns, choice.groupSize) + Math.floor((at % columns) / width);
        expect(Math.abs(value - w[at]!)).toBeLessThanOrEqual(Math.abs(packed.scale[group]!) * (choice.symmetric ? 0.5001 : 1.0001));
      });
      expect(packed.q.length).toBe(rows * (choice.bits === 8 ? columns : Math.ceil(columns / 2)));
    }),
    { seed: 1, numRuns: 150 },
  );
});

test('pack and unpack are inverse', () => {
  fc.assert(
    fc.property(
      fc.nat(5),
      fc.nat(9),
      fc.nat(),
      fc.constantFrom(8 as const, 4 as const),
      fc.boolean(),
      (rows, columns, seed, bits, signed) => {
        const top = 2 ** bits;
        const codes = Array.from(random(seed).uint32(rows * columns), (word) => (word % top) - (signed ? top / 2 : 0));
        expect([...unpack(pack(codes, [rows, columns], bits), [rows, columns], bits, signed)]).toEqual(codes);
      },
    ),
    { seed: 2, numRuns: 80 },
  );
});

test('what cannot be quantised is refused', () => {
  expect(() => quantize(f32(1), [1, 1], { bits: 3 as never })).toThrow('quantize: expected bits 8 or 4, got 3.');
  expect(() => quantize(f32(1), [1, 1], { groupSize: 0 })).toThrow(/groupSize to be an integer ≥ 1 or null, got 0/);
  expect(() => quantize(f32(1), [1])).toThrow('quantize: expected weights [out, in], got [1].');
  expect(() => quantize(f32(1, 2, NaN, 4), [2, 2])).toThrow('quantize: expected finite weights, got NaN at [1, 0].');
});
