import { describe, expect, it } from 'vitest';
import type { BinaryName, UnaryName } from '../operations.ts';
import { compute } from '../test-call.ts';
import type { DType } from '../types.ts';
import { erf, erfc } from './erf.ts';

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function unary(fn: UnaryName, x: number[], dtype: DType = 'float64', to = dtype): number[] {
  return compute('unary', [[[x.length], x, dtype]], [[[x.length], to]], { fn })[0]!;
}
function binary(fn: BinaryName, pairs: readonly (readonly [number, number])[], dtype: DType = 'float64', to = dtype): number[] {
  const [a, b] = [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
  return compute(
    'binary',
    [
      [[a.length], a, dtype],
      [[b.length], b, dtype],
    ],
    [[[a.length], to]],
    { fn },
  )[0]!;
}
function cast(x: number[], from: DType, to: DType): number[] {
  return compute('cast', [[[x.length], x, from]], [[[x.length], to]], {})[0]!;
}

describe('erf and erfc', () => {
  // From a C library.
  const known: [number, number, number][] = [
    [1e-9, 1.1283791670955127e-9, 0.9999999988716208],
    [0.3, 0.3286267594591274, 0.6713732405408726],
    [0.84375, 0.7672256612323416, 0.23277433876765835],
    [1, 0.8427007929497149, 0.15729920705028513],
    [1.25, 0.9229001282564582, 0.07709987174354177],
    [2, 0.9953222650189527, 0.004677734981047265],
    [3.5, 0.9999992569016276, 7.430983723414128e-7],
    [6.5, 1, 3.8421483271206475e-20],
    [20, 1, 5.3958656116079005e-176],
    [-0.7, -0.6778011938374184, 1.6778011938374184],
    [-3, -0.9999779095030014, 1.9999779095030015],
  ];
  it.each(known)('are those of the C library at %d', (x, e, c) => {
    expect(Math.abs(erf(x) - e)).toBeLessThanOrEqual(4e-16 * Math.abs(e));
    expect(Math.abs(erfc(x) - c)).toBeLessThanOrEqual(8e-16 * c);
  });

  it('have their limits', () => {
    expect([erf(inf), erf(-inf), erf(nan), erfc(inf), erfc(-inf), erfc(nan), erf(-0)]).toEqual([1, -1, nan, 0, 2, nan, -0]);
  });
});

describe('functions of one number', () => {
  it('round half to even, zeros keeping their sign', () => {
    expect(unary('round', [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999999999999994, -0, 4503599627370495.5, 1e300, nan])).toEqual([
      0,
      2,
      2,
      -0,
      -2,
      -2,
      0,
      -0,
      4503599627370496,
      1e300,
      nan,
    ]);
  });

  it('take NaN and infinities as PyTorch does', () => {
    expect(unary('relu', [nan, -inf, -1, 2])).toEqual([nan, 0, 0, 2]);
    expect(unary('sign', [nan, -0, -inf, 3])).toEqual([0, 0, -1, 1]);
    expect(unary('frac', [inf, -1.5, 2])).toEqual([nan, -0.5, 0]);
    expect(unary('sigmoid', [-inf, inf, -1000, nan])).toEqual([0, 1, 0, nan]);
    expect(unary('silu', [-inf, inf, 0])).toEqual([nan, inf, 0]);
    expect(unary('gelu', [-inf, inf, 0])).toEqual([nan, inf, 0]);
    expect(unary('rsqrt', [0, inf, -1])).toEqual([inf, 0, nan]);
    expect(unary('log', [0, -1, inf])).toEqual([-inf, nan, inf]);
    expect(unary('isfinite', [nan, inf, -inf, 0], 'float32', 'bool')).toEqual([0, 0, 0, 1]);
    expect(unary('logicalNot', [nan, 0, -0, 2], 'float32', 'bool')).toEqual([0, 1, 1, 0]);
  });

  it('keep what is small: tails of gelu, differences from 1', () => {
    expect(unary('gelu', [-8])[0]).toBeCloseTo(-8 * 6.220960574271786e-16, 28);
    expect(unary('expm1', [1e-20])[0]).toBe(1e-20);
    expect(unary('log1p', [1e-20])[0]).toBe(1e-20);
    expect(unary('softplus', [-40])[0]).toBeCloseTo(4.248354255291589e-18, 30);
    expect(unary('asinh', [-1e-9])[0]).toBe(-1e-9);
  });

  it('wrap integers and know bool', () => {
    expect(unary('neg', [1, -2147483648], 'int32')).toEqual([-1, -2147483648]);
    expect(unary('square', [65536, 46341], 'int32')).toEqual([0, -2147479015]);
    expect(unary('neg', [1, 0], 'uint8')).toEqual([255, 0]);
    expect(unary('bitwiseNot', [0, 5], 'int32')).toEqual([-1, -6]);
    expect(unary('bitwiseNot', [0, 5], 'uint8')).toEqual([255, 250]);
    expect(unary('bitwiseNot', [0, 1], 'bool')).toEqual([1, 0]);
  });

  it('are exact squares of large integers modulo 2^32', () => {
    const x = [2147483647, 1234567891, -1999999999];
    expect(unary('square', x, 'int32')).toEqual(x.map((value) => Math.imul(value, value)));
  });
});

describe('functions of two numbers', () => {
  it('raise to powers as C does', () => {
    expect(
      binary('pow', [
        [nan, 0],
        [1, nan],
        [1, inf],
        [-1, inf],
        [-1, -inf],
        [0, -1],
        [-8, 1 / 3],
        [-2, 3],
        [0, 0],
        [2, -inf],
        [nan, 1],
      ]),
    ).toEqual([1, 1, 1, 1, 1, inf, nan, -8, 1, 0, nan]);
  });

  it('raise integers exactly, modulo 2^32', () => {
    expect(
      binary(
        'pow',
        [
          [3, 20],
          [7, 0],
          [0, 0],
          [-3, 3],
          [2, 31],
          [2, 32],
          [5, -1],
          [1, -3],
          [-1, -3],
          [-1, -2],
          [46341, 2],
        ],
        'int32',
      ),
    ).toEqual([-808182895, 1, 1, -27, -2147483648, 0, 0, 1, -1, 1, -2147479015]);
    expect(
      binary(
        'pow',
        [
          [3, 5],
          [3, 6],
          [2, 8],
        ],
        'uint8',
      ),
    ).toEqual([243, 729 & 255, 0]);
  });

  it('divide downward as Python does', () => {
    expect(
      binary('floorDiv', [
        [7, 2],
        [-7, 2],
        [7, -2],
        [-7, -2],
        [1, 0],
        [-1, 0],
        [0, 0],
        [0, -3],
        [-0, 3],
        [1, inf],
        [-1, inf],
        [inf, 2],
        [6, 0.1],
        [1, 0.1],
      ]),
    ).toEqual([3, -4, -4, 3, inf, -inf, nan, -0, -0, 0, -1, nan, 59, 9]);
    expect(
      binary(
        'floorDiv',
        [
          [7, 2],
          [-7, 2],
          [7, -2],
          [5, 0],
          [-2147483648, -1],
        ],
        'int32',
      ),
    ).toEqual([3, -4, -4, 0, -2147483648]);
  });

  it('cut quotients in the type of the inputs', () => {
    expect(
      binary('truncDiv', [
        [-7, 2],
        [7, -2],
        [2.9999999, 1],
        [1, 0],
        [0, 0],
      ]),
    ).toEqual([-3, -3, 2, inf, nan]);
    expect(binary('truncDiv', [[8388608, 2.7962029]], 'float32')).toEqual([Math.trunc(Math.fround(8388608 / Math.fround(2.7962029)))]);
    expect(
      binary(
        'truncDiv',
        [
          [-7, 2],
          [9, 0],
        ],
        'int32',
      ),
    ).toEqual([-3, 0]);
  });

  it('leave remainders with the sign of the divisor, or for fmod of the dividend', () => {
    expect(
      binary('remainder', [
        [5, 3],
        [-5, 3],
        [5, -3],
        [-5, -3],
        [5, inf],
        [-5, inf],
        [1, 0],
        [6, 3],
        [-6, 3],
      ]),
    ).toEqual([2, 1, -1, -2, 5, inf, nan, 0, -0]);
    expect(
      binary('fmod', [
        [5, 3],
        [-5, 3],
        [5, -3],
        [-5, -3],
        [-5, inf],
        [1, 0],
      ]),
    ).toEqual([2, -2, 2, -2, -5, nan]);
    expect(
      binary(
        'remainder',
        [
          [-5, 3],
          [5, -3],
          [5, 0],
        ],
        'int32',
      ),
    ).toEqual([1, -1, 0]);
    expect(
      binary(
        'fmod',
        [
          [-5, 3],
          [5, -3],
          [5, 0],
        ],
        'int32',
      ),
    ).toEqual([-2, 2, 0]);
  });

  it('pass NaN on through maximum and minimum', () => {
    expect(
      binary('maximum', [
        [nan, 1],
        [1, nan],
        [2, 3],
        [-inf, -1],
      ]),
    ).toEqual([nan, nan, 3, -1]);
    expect(
      binary('minimum', [
        [nan, 1],
        [1, nan],
        [2, 3],
        [-inf, -1],
      ]),
    ).toEqual([nan, nan, 2, -inf]);
  });

  it('wrap int32 and uint8', () => {
    expect(
      binary(
        'mul',
        [
          [1000003, 1000003],
          [-2147483648, -1],
        ],
        'int32',
      ),
    ).toEqual([Math.imul(1000003, 1000003), -2147483648]);
    expect(binary('add', [[2147483647, 1]], 'int32')).toEqual([-2147483648]);
    expect(binary('sub', [[3, 5]], 'uint8')).toEqual([254]);
    expect(binary('mul', [[200, 2]], 'uint8')).toEqual([144]);
  });

  it('compare and join', () => {
    expect(
      binary(
        'ne',
        [
          [nan, nan],
          [0, -0],
        ],
        'float32',
        'bool',
      ),
    ).toEqual([1, 0]);
    expect(
      binary(
        'logicalXor',
        [
          [nan, 0],
          [2, 3],
          [0, 0],
        ],
        'float32',
        'bool',
      ),
    ).toEqual([1, 0, 0]);
    expect(
      binary(
        'bitwiseXor',
        [
          [6, 3],
          [-1, 5],
        ],
        'int32',
      ),
    ).toEqual([5, -6]);
    expect(
      binary('atan2', [
        [0, -0],
        [-0, -1],
        [-0, 1],
        [1, 0],
      ]),
    ).toEqual([Math.PI, -Math.PI, -0, Math.PI / 2]);
    expect(
      binary('reluGrad', [
        [5, 0],
        [5, 1],
        [5, -1],
      ]),
    ).toEqual([0, 5, 0]);
  });

  it.each(['geluGrad', 'geluTanhGrad'] as const)('%s is the slope of its function', (fn) => {
    const x = [-6, -2.3, -0.75, -1e-3, 0, 0.5, 1.7, 4];
    const of = fn === 'geluGrad' ? 'gelu' : 'geluTanh';
    const h = 1e-5;
    const above = unary(
      of,
      x.map((value) => value + h),
    );
    const below = unary(
      of,
      x.map((value) => value - h),
    );
    binary(
      fn,
      x.map((value) => [3, value]),
    ).forEach((slope, i) => expect(slope).toBeCloseTo((3 * (above[i]! - below[i]!)) / (2 * h), 8));
  });
});

describe('changes of type', () => {
  it('cut floats toward zero and saturate', () => {
    expect(cast([1.9, -1.9, nan, inf, -inf, 3e9, -3e9, -0.5], 'float64', 'int32')).toEqual([
      1, -1, 0, 2147483647, -2147483648, 2147483647, -2147483648, 0,
    ]);
    expect(cast([255.9, 256, -1, nan, 300.7, 1e20], 'float32', 'uint8')).toEqual([255, 0, 255, 0, 44, 255]);
  });
  it('wrap int32 to uint8 and take everything but 0 as true', () => {
    expect(cast([256, -1, 300], 'int32', 'uint8')).toEqual([0, 255, 44]);
    expect(cast([0, -0, nan, 0.1, 1e-30], 'float32', 'bool')).toEqual([0, 0, 1, 1, 1]);
    expect(cast([0, 256, -1], 'int32', 'bool')).toEqual([0, 1, 1]);
  });
});

describe('fused chains', () => {
  it('round every register to its type', () => {
    const [sum, wide] = compute(
      'fused',
      [
        [[2], [16777216, 1], 'float32'],
        [[2], [1, 2], 'float32'],
      ],
      [
        [[2], 'float32'],
        [[2], 'int32'],
      ],
      {
        instructions: [
          { kind: 'load', input: 0 },
          { kind: 'load', input: 1 },
          { kind: 'binary', fn: 'add', a: 0, b: 1 },
          { kind: 'binary', fn: 'sub', a: 2, b: 0 },
          { kind: 'cast', a: 3 },
          { kind: 'constant', value: 2147483647 },
          { kind: 'binary', fn: 'add', a: 4, b: 5 },
        ],
        types: ['float32', 'float32', 'float32', 'float32', 'int32', 'int32', 'int32'],
        outputs: [3, 6],
      },
    );
    expect(sum).toEqual([0, 2]);
    expect(wide).toEqual([2147483647, -2147483647]);
  });
});
