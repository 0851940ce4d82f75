/* Cases of the elementwise operations: every function on every type it takes, with the values at which it turns; every placement of
   operands; fused chains. */

import type { ContractCase, Operand, Placement, Tolerance, Values } from '../case.ts';
import { inPlace, input, integers, isFloat, listed, output, uniform } from '../case.ts';
import type { BinaryName, FusedInstruction, UnaryName } from '../operations.ts';
import type { DType, Shape } from '../types.ts';
import { unaryFunctions } from './functions.ts';

const SIZES: readonly Shape[] = [[], [0], [1], [2], [3], [5], [17], [127], [257], [1031], [2, 0, 3]];
const LARGE: Shape = [4_200_007]; // past 65535 workgroups of 64

// prettier-ignore
const FLOATS = [
  0, -0, Infinity, -Infinity, NaN, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 3.5, 0.25, 0.75, -0.75, 1e-3, -1e-3, 1e-5, -1e-5, 1e-10, -1e-10, 1e-20, 1e20, -1e20, 1e4, -1e4,
  0.999, -0.999, 1.0001, 0.9999, 2, 10, -10, 20, 20.5, 30, -30, 50, -50, 87, -87, 88.5, 89, -100, -120, 127.5, 4194304.5, -4194304.5, 4194305.5, 16777216, 5.9, -5.9, 6.1, -6.1, 0.4999999, 0.50000006,
];
const INTEGERS = [0, 1, -1, 2, -2, 3, 7, -7, 255, 256, 65535, 65536, -65536, 46341, 1000003, 2147483647, -2147483648, -2147483647];
const BYTES = [0, 1, 2, 3, 7, 127, 128, 200, 254, 255];
const BOOLS = [0, 1];

/** Functions whose float results are exact, zeros' signs included. */
const EXACT: ReadonlySet<string> = new Set(['neg', 'abs', 'floor', 'ceil', 'round', 'trunc']);
const TO_BOOL: ReadonlySet<string> = new Set([
  ...['isnan', 'isinf', 'isfinite', 'logicalNot', 'eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr', 'logicalXor'],
]);
const INTEGER_UNARY: readonly UnaryName[] = [
  'neg',
  'abs',
  'sign',
  'square',
  'relu',
  'floor',
  'ceil',
  'round',
  'trunc',
  'logicalNot',
  'bitwiseNot',
];
const FLOAT_BINARY: readonly BinaryName[] = [
  ...(['add', 'sub', 'mul', 'div', 'floorDiv', 'truncDiv', 'pow', 'maximum', 'minimum', 'fmod', 'remainder', 'atan2'] as const),
  ...(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'logicalAnd', 'logicalOr', 'logicalXor', 'reluGrad', 'geluGrad', 'geluTanhGrad'] as const),
];
const INTEGER_BINARY: readonly BinaryName[] = [
  ...([
    'add',
    'sub',
    'mul',
    'floorDiv',
    'truncDiv',
    'pow',
    'maximum',
    'minimum',
    'fmod',
    'remainder',
    'eq',
    'ne',
    'lt',
    'le',
    'gt',
    'ge',
  ] as const),
  ...(['logicalAnd', 'logicalOr', 'logicalXor', 'bitwiseAnd', 'bitwiseOr', 'bitwiseXor'] as const),
];
const BOOL_BINARY: readonly BinaryName[] = [
  ...(['eq', 'ne', 'logicalAnd', 'logicalOr', 'logicalXor', 'bitwiseAnd', 'bitwiseOr', 'bitwiseXor', 'maximum', 'minimum'] as const),
];

/** Pairs whose quotient float32 and float64 cut alike: cuts are compared exactly at whole quotients and well off them elsewhere. */
// prettier-ignore
const PAIRS: readonly (readonly [number, number])[] = [
  [0, 1], [-0, 1], [0, -1], [-0, -1], [0, 0], [-0, 0], [1, 0], [-1, 0], [1, -0], [-1, -0], [Infinity, 1], [-Infinity, 1], [1, Infinity], [-1, Infinity], [1, -Infinity], [-1, -Infinity],
  [Infinity, Infinity], [Infinity, -Infinity], [-Infinity, Infinity], [-Infinity, -Infinity], [NaN, 1], [1, NaN], [NaN, 0], [0, NaN], [NaN, NaN], [NaN, Infinity], [Infinity, 0], [-Infinity, 0], [0, Infinity], [0, -Infinity],
  [7, 3], [-7, 3], [7, -3], [-7, -3], [6, 3], [-6, 3], [6, -3], [5.5, 2], [-5.5, 2], [5.5, -2], [1, 1], [-1, -1], [1, 3], [-1, 3], [1, -3], [2, 0.5], [2, -1], [-2, 3], [-2, 2], [-2, -3], [-8, 0.5], [2, 10], [0.5, 10], [10, 0.5],
  [1000, 7], [-1000, 7], [12345, 10], [-12345, 10], [9, 9], [49, 7], [1000000, 1000], [-27, 3], [1.5, 1.5], [2.25, -0.75], [0.1, 20], [3, 3.25], [-0, 2], [0, 3], [-0, 3], [0, -2], [-0, -3],
];

export function elementwiseCases(): ContractCase[] {
  return [...unaryCases(), ...binaryCases(), ...placementCases(), ...selectionCases(), ...castCases(), ...makingCases(), ...fusedCases()];
}

function unaryCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (fn: UnaryName, dtype: DType, shape: Shape, values: Values, note = '') =>
    cases.push({
      name: `unary ${fn} ${dtype} [${shape.join(', ')}]${note}`,
      op: 'unary',
      tolerance: EXACT.has(fn) ? 'signed' : isFloat(dtype) && !TO_BOOL.has(fn) ? 'pointwise' : 'exact',
      make: () => ({
        inputs: [input(shape, values, dtype)],
        outputs: [output(shape, TO_BOOL.has(fn) ? 'bool' : dtype)],
        attributes: { fn },
      }),
    });
  for (const fn of Object.keys(unaryFunctions) as UnaryName[]) {
    if (fn === 'bitwiseNot') continue;
    add(fn, 'float32', [257], listed(FLOATS, uniform(1, -6, 6)));
    if (!TO_BOOL.has(fn)) add(fn, 'float32', [1031], fine(fn), ', fine');
  }
  for (const fn of INTEGER_UNARY) {
    add(fn, 'int32', [67], listed(INTEGERS, integers(2, -1000, 1000)));
    add(fn, 'uint8', [67], listed(BYTES, integers(3, 0, 256)));
  }
  add('logicalNot', 'bool', [67], listed(BOOLS));
  add('bitwiseNot', 'bool', [67], listed(BOOLS));
  for (const shape of [...SIZES, LARGE]) add('neg', 'float32', shape, uniform(4), ', sizes');
  for (const shape of SIZES) add('logicalNot', 'float32', shape, integers(5, 0, 2), ', sizes');
  return cases;
}

/** A dense walk over where the function is defined and bends. */
function fine(fn: UnaryName): Values {
  if (fn === 'asin' || fn === 'acos' || fn === 'atanh') return (i) => (i - 515) / 516;
  if (fn === 'acosh') return (i) => 1 + (i / 256) ** 3;
  if (fn === 'log' || fn === 'log2' || fn === 'log10' || fn === 'sqrt' || fn === 'rsqrt') return (i) => 2 ** ((i - 515) / 9.3);
  if (fn === 'log1p') return (i) => (i < 500 ? -1 + (i + 1) / 520 : 2 ** ((i - 765) / 12));
  if (fn === 'sin' || fn === 'cos' || fn === 'tan') return (i) => (i - 515) * (i % 5 === 0 ? 19.37 : 0.0613);
  if (fn === 'exp' || fn === 'exp2' || fn === 'expm1' || fn === 'sinh' || fn === 'cosh')
    return (i) => (i - 515) * (i % 2 === 0 ? 0.16 : 0.0021);
  return (i) => (i - 515) / 57;
}

function binaryCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (fn: BinaryName, dtype: DType, a: Values, b: Values, size = 301, note = '') =>
    cases.push({
      name: `binary ${fn} ${dtype} [${size}]${note}`,
      op: 'binary',
      tolerance: binaryTolerance(fn, dtype),
      make: () => ({
        inputs: [input([size], a, dtype), input([size], b, dtype)],
        outputs: [output([size], TO_BOOL.has(fn) ? 'bool' : dtype)],
        attributes: { fn },
      }),
    });
  const cut = (fn: BinaryName) => fn === 'floorDiv' || fn === 'truncDiv' || fn === 'fmod' || fn === 'remainder';
  for (const fn of FLOAT_BINARY) {
    const first: Values = (i) => PAIRS[i % PAIRS.length]![0];
    const second: Values = (i) => PAIRS[i % PAIRS.length]![1];
    if (fn === 'geluGrad' || fn === 'geluTanhGrad') add(fn, 'float32', uniform(6), (i) => (i - 150) / 20);
    else if (cut(fn)) add(fn, 'float32', first, second, PAIRS.length);
    else
      add(
        fn,
        'float32',
        listed(
          PAIRS.map(([a]) => a),
          fn === 'pow' ? uniform(7, 0, 4) : uniform(7),
        ),
        listed(
          PAIRS.map(([, b]) => b),
          uniform(8),
        ),
      );
    // Quotients of multiples of 1/8 by odd numbers: whole, or 1/80 away from it.
    if (cut(fn))
      add(
        fn,
        'float32',
        (i) => (i - 200) / 8,
        (i) => ((i * 7) % 10) + (i % 2 === 0 ? 0.5 : -11),
        401,
      );
  }
  for (const fn of INTEGER_BINARY) {
    add(fn, 'int32', listed(INTEGERS, integers(9, -100, 100)), (i) => INTEGERS[(i * 7 + Math.floor(i / 18)) % INTEGERS.length]!);
    if (fn === 'pow') add(fn, 'int32', integers(10, -9, 10), integers(11, -3, 12), 301, ', small');
    else add(fn, 'int32', integers(10, -1000, 1000), integers(11, -20, 20), 301, ', small');
    add(
      fn,
      'uint8',
      listed(BYTES, integers(12, 0, 256)),
      fn === 'pow' ? integers(13, 0, 9) : (i) => BYTES[(i * 3 + Math.floor(i / 10)) % BYTES.length]!,
    );
  }
  for (const fn of BOOL_BINARY) add(fn, 'bool', integers(14, 0, 2), integers(15, 0, 2), 67);
  add('add', 'float32', uniform(16), uniform(17), LARGE[0]!);
  return cases;
}

function binaryTolerance(fn: BinaryName, dtype: DType): Tolerance {
  if (!isFloat(dtype) || TO_BOOL.has(fn) || fn === 'maximum' || fn === 'minimum' || fn === 'reluGrad') return 'exact';
  if (fn === 'floorDiv' || fn === 'truncDiv') return 'exact';
  return 'pointwise';
}

/** A function with shape, and where its two inputs and its output lie. */
const PLACEMENTS: readonly (readonly [Shape, Placement, Placement, Placement])[] = [
  [[257], 'offset', 'contiguous', 'contiguous'],
  [[37, 29], 'transposed', 'contiguous', 'offset'],
  [[37, 29], 'contiguous', 'transposed', 'transposed'],
  [[37, 29], [0], 'contiguous', 'offset'],
  [[37, 29], 'contiguous', [1], 'offset'],
  [[37, 29], [0, 1], 'transposed', 'offset'],
  [[37, 29], [0], [1], 'offset'],
  [[257], [0], 'contiguous', 'offset'],
  [[257], [0], [0], 'offset'],
  [[1, 1031], 'flipped', 'contiguous', 'offset'],
  [[5, 7, 11], 'flipped', 'transposed', 'sliced'],
  [[5, 7, 11], 'sliced', [1], 'flipped'],
  [[3, 4, 5, 6], [1, 3], 'transposed', 'transposed'],
  [[2, 3, 2, 3, 2, 3], 'transposed', [0, 2, 4], 'offset'],
  [[2, 1, 3, 2, 1, 3, 2, 5], [1, 5], 'transposed', 'sliced'],
  [[2, 3, 2, 2, 2, 3, 2, 2], 'transposed', 'flipped', 'offset'],
  [[0, 3], 'transposed', [0], 'offset'],
  [[1031, 1], 'sliced', [0], 'contiguous'],
];

function placementCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  for (const [shape, a, b, y] of PLACEMENTS) {
    const name = `[${shape.join(', ')}] ${told(a)}, ${told(b)} → ${told(y)}`;
    const first = (dtype: DType = 'float32') => input(shape, dtype === 'bool' ? integers(21, 0, 2) : uniform(21), dtype, a);
    const second = () => input(shape, uniform(22), 'float32', b);
    cases.push(
      {
        name: `unary neg ${name}`,
        op: 'unary',
        tolerance: 'exact',
        make: () => ({ inputs: [first()], outputs: [output(shape, 'float32', y)], attributes: { fn: 'neg' } }),
      },
      {
        name: `unary exp ${name}`,
        op: 'unary',
        tolerance: 'pointwise',
        make: () => ({ inputs: [second()], outputs: [output(shape, 'float32', y)], attributes: { fn: 'exp' } }),
      },
      {
        name: `unary isfinite ${name}`,
        op: 'unary',
        tolerance: 'exact',
        make: () => ({ inputs: [second()], outputs: [output(shape, 'bool', y)], attributes: { fn: 'isfinite' } }),
      },
      {
        name: `copy ${name}`,
        op: 'copy',
        tolerance: 'signed',
        make: () => ({ inputs: [second()], outputs: [output(shape, 'float32', y)], attributes: {} }),
      },
      {
        name: `cast bool ${name}`,
        op: 'cast',
        tolerance: 'exact',
        make: () => ({ inputs: [first('bool')], outputs: [output(shape, 'float32', y)], attributes: {} }),
      },
      {
        name: `fill ${name}`,
        op: 'fill',
        tolerance: 'exact',
        make: () => ({ inputs: [], outputs: [output(shape, 'float32', y)], attributes: { value: 2.5 } }),
      },
      {
        name: `where ${name}`,
        op: 'where',
        tolerance: 'exact',
        make: () => ({
          inputs: [first('bool'), second(), input(shape, uniform(23), 'float32', a)],
          outputs: [output(shape, 'float32', y)],
          attributes: {},
        }),
      },
      {
        name: `fused ${name}`,
        op: 'fused',
        tolerance: 'pointwise',
        make: () => ({
          inputs: [first(), second()],
          outputs: [output(shape, 'float32', y), output(shape, 'bool', b === 'transposed' ? 'transposed' : 'offset')],
          attributes: chain(['load 0', 'load 1', 'mul 0 1', 'lt 2 1'], ['float32', 'float32', 'float32', 'bool'], [2, 3]),
        }),
      },
    );
    for (const fn of ['add', 'sub', 'lt'] as const) {
      cases.push({
        name: `binary ${fn} ${name}`,
        op: 'binary',
        tolerance: 'pointwise',
        make: () => ({ inputs: [first(), second()], outputs: [output(shape, fn === 'lt' ? 'bool' : 'float32', y)], attributes: { fn } }),
      });
    }
    if (a === 'contiguous' || a === 'transposed' || a === 'flipped' || a === 'sliced') {
      const both = (operation: (inputs: Operand[]) => Operand) => {
        const inputs = [first(), second()];
        return { inputs, outputs: [operation(inputs)] };
      };
      cases.push(
        {
          name: `binary sub in place ${name}`,
          op: 'binary',
          tolerance: 'pointwise',
          make: () => ({ ...both((list) => inPlace(list, 0)), attributes: { fn: 'sub' } }),
        },
        {
          name: `unary sigmoid in place ${name}`,
          op: 'unary',
          tolerance: 'pointwise',
          make: () => {
            const inputs = [first()];
            return { inputs, outputs: [inPlace(inputs, 0)], attributes: { fn: 'sigmoid' } };
          },
        },
        {
          name: `fused in place ${name}`,
          op: 'fused',
          tolerance: 'pointwise',
          make: () => ({
            ...both((list) => inPlace(list, 0)),
            attributes: chain(['load 0', 'load 1', 'sub 0 1'], ['float32', 'float32', 'float32'], [2]),
          }),
        },
      );
    }
  }
  return cases;
}

function told(placement: Placement): string {
  return typeof placement === 'string' ? placement : `broadcast ${placement.join('+')}`;
}

const TYPES: readonly DType[] = ['float32', 'int32', 'uint8', 'bool'];

function valuesOf(dtype: DType, seed: number): Values {
  if (dtype === 'float32') return listed(FLOATS, uniform(seed, -300, 300));
  if (dtype === 'int32') return listed(INTEGERS, integers(seed, -500, 500));
  return dtype === 'bool' ? integers(seed, 0, 2) : listed(BYTES, integers(seed, 0, 256));
}

function selectionCases(): ContractCase[] {
  return TYPES.flatMap((dtype) =>
    ([[257], [3, 0], [], [1031]] as const).map((shape): ContractCase => ({
      name: `where ${dtype} [${shape.join(', ')}]`,
      op: 'where',
      tolerance: 'signed',
      make: () => ({
        inputs: [
          input(shape, integers(31, 0, 2), 'bool'),
          input(shape, valuesOf(dtype, 32), dtype),
          input(shape, valuesOf(dtype, 33), dtype),
        ],
        outputs: [output(shape, dtype)],
        attributes: {},
      }),
    })),
  );
}

function castCases(): ContractCase[] {
  const edges = [
    2147483520,
    2147483648,
    -2147483648,
    -2147483904,
    3e9,
    -3e9,
    255.9,
    256,
    -0.9,
    -1,
    0.99999994,
    1e-30,
    8388607.5,
    NaN,
    Infinity,
    -Infinity,
    -0,
  ];
  return TYPES.flatMap((from) =>
    TYPES.flatMap((to): ContractCase[] => [
      ...(from === to
        ? []
        : [
            {
              name: `cast ${from} → ${to}`,
              op: 'cast' as const,
              // float32 has 24 bits for an int32; rounding is to nearest.
              tolerance: 'exact' as const,
              make: () => ({
                inputs: [
                  input([293], from === 'float32' ? listed([...FLOATS, ...edges], uniform(35, -300, 300)) : valuesOf(from, 36), from),
                ],
                outputs: [output([293], to)],
                attributes: {},
              }),
            },
          ]),
      ...(from === to
        ? ([[293], [], [0], [1031]] as const).map((shape) => ({
            name: `copy ${from} [${shape.join(', ')}]`,
            op: 'copy' as const,
            tolerance: 'signed' as const,
            make: () => ({ inputs: [input(shape, valuesOf(from, 37), from, 'flipped')], outputs: [output(shape, from)], attributes: {} }),
          }))
        : []),
    ]),
  );
}

function makingCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  for (const dtype of TYPES) {
    for (const value of dtype === 'float32'
      ? [0, -0, 1.1, Infinity, -Infinity, NaN]
      : dtype === 'int32'
        ? [0, -5, 2147483647, -2147483648]
        : dtype === 'uint8'
          ? [0, 255]
          : [0, 1]) {
      cases.push({
        name: `fill ${dtype} ${Object.is(value, -0) ? '-0' : value}`,
        op: 'fill',
        tolerance: 'signed',
        make: () => ({ inputs: [], outputs: [output([67], dtype)], attributes: { value } }),
      });
    }
  }
  for (const shape of [...SIZES, LARGE])
    cases.push({
      name: `fill [${shape.join(', ')}]`,
      op: 'fill',
      tolerance: 'exact',
      make: () => ({ inputs: [], outputs: [output(shape)], attributes: { value: 3 } }),
    });
  for (const [start, step, size, dtype] of [
    [0, 1, 1031, 'int32'],
    [-5, 3, 257, 'int32'],
    [7, -2, 5, 'int32'],
    [0, 1, 0, 'int32'],
    [0, 1, 257, 'float32'],
    [0, 0.1, 1031, 'float32'],
    [1000000, 0.1, 257, 'float32'],
    [-1, 2 / 999, 1000, 'float32'],
    [2, 3, 50, 'uint8'],
  ] as const) {
    cases.push({
      name: `iota ${dtype} ${start} + i·${step} [${size}]`,
      op: 'iota',
      tolerance: dtype === 'float32' ? 'pointwise' : 'exact',
      make: () => ({ inputs: [], outputs: [output([size], dtype)], attributes: { start, step } }),
    });
  }
  return cases;
}

type FusedType = 'float32' | 'int32' | 'uint8' | 'bool';

/** Instructions as words: `load 0`, `constant 2.5`, `exp 1`, `add 0 1`, `where 0 1 2`, `cast 3`. */
function chain(lines: readonly string[], types: readonly FusedType[], outputs: readonly number[]) {
  const instructions = lines.map((line): FusedInstruction => {
    const [word, ...rest] = line.split(' ') as [string, ...string[]];
    const [a, b, c] = rest.map(Number) as [number, number, number];
    if (word === 'load') return { kind: 'load', input: a };
    if (word === 'constant') return { kind: 'constant', value: a };
    if (word === 'cast') return { kind: 'cast', a };
    if (word === 'where') return { kind: 'where', condition: a, a: b, b: c };
    if (word in unaryFunctions) return { kind: 'unary', fn: word as UnaryName, a };
    return { kind: 'binary', fn: word as BinaryName, a, b };
  });
  return { instructions, types, outputs };
}

function fusedCases(): ContractCase[] {
  const cases: ContractCase[] = [];
  const add = (
    name: string,
    inputs: () => Operand[],
    lines: string[],
    types: FusedType[],
    outputs: number[],
    shape: Shape = [257],
    tolerance: Tolerance = 'pointwise',
  ) =>
    cases.push({
      name: `fused ${name}`,
      op: 'fused',
      tolerance,
      make: () => ({
        inputs: inputs(),
        outputs: outputs.map((register) => output(shape, types[register])),
        attributes: chain(lines, types, outputs),
      }),
    });
  const F = 'float32' as const;
  for (const fn of Object.keys(unaryFunctions) as UnaryName[]) {
    if (fn === 'bitwiseNot') continue;
    const to = TO_BOOL.has(fn) ? 'bool' : F;
    add(`${fn}`, () => [input([257], listed(FLOATS, uniform(1, -6, 6)))], ['load 0', `${fn} 0`], [F, to], [1]);
  }
  for (const fn of FLOAT_BINARY) {
    const gelu = fn === 'geluGrad' || fn === 'geluTanhGrad';
    const a: Values = gelu ? uniform(6) : (i) => PAIRS[i % PAIRS.length]![0];
    const b: Values = gelu ? (i) => (i - 30) / 5 : (i) => PAIRS[i % PAIRS.length]![1];
    add(
      `${fn}`,
      () => [input([67], a), input([67], b)],
      ['load 0', 'load 1', `${fn} 0 1`],
      [F, F, TO_BOOL.has(fn) ? 'bool' : F],
      [2],
      [67],
    );
  }
  for (const fn of INTEGER_BINARY) {
    const to = TO_BOOL.has(fn) ? 'bool' : 'int32';
    add(
      `${fn} int32`,
      () => [input([67], integers(41, -50, 50), 'int32'), input([67], integers(42, -5, 6), 'int32')],
      ['load 0', 'load 1', `${fn} 0 1`],
      ['int32', 'int32', to],
      [2],
      [67],
      'exact',
    );
  }
  for (const fn of INTEGER_UNARY) {
    add(
      `${fn} uint8`,
      () => [input([67], listed(BYTES), 'uint8')],
      ['load 0', `${fn} 0`],
      ['uint8', fn === 'logicalNot' ? 'bool' : 'uint8'],
      [1],
      [67],
      'exact',
    );
  }
  const two = (shape: Shape) => () => [input(shape, uniform(43)), input(shape, uniform(44))];
  for (const shape of [[], [0], [1], [3], [257], [1031], [4_200_007]]) {
    add(
      `a·2.5 + b, relu [${shape.join(', ')}]`,
      two(shape),
      ['load 0', 'load 1', 'constant 2.5', 'mul 0 2', 'add 3 1', 'relu 4'],
      [F, F, F, F, F, F],
      [5],
      shape,
    );
  }
  add('two results', two([257]), ['load 0', 'load 1', 'mul 0 1', 'exp 2', 'sub 3 0'], [F, F, F, F, F], [2, 4]);
  add('where over a comparison', two([257]), ['load 0', 'load 1', 'lt 0 1', 'constant -1', 'where 2 0 3'], [F, F, 'bool', F, F], [4, 2]);
  add(
    'types',
    () => [input([257], listed(INTEGERS, integers(45, -300, 300)), 'int32')],
    ['load 0', 'cast 0', 'cast 0', 'cast 0', 'mul 0 0', 'add 2 2', 'cast 5'],
    ['int32', F, 'uint8', 'bool', 'int32', 'uint8', F],
    [1, 2, 3, 4, 5, 6],
    [257],
    'exact',
  );
  add(
    'float → int',
    () => [input([257], listed(FLOATS, uniform(46, -300, 300)))],
    ['load 0', 'cast 0', 'cast 0', 'cast 0'],
    [F, 'int32', 'uint8', 'bool'],
    [1, 2, 3],
    [257],
    'exact',
  );
  add(
    'constants ±inf, NaN, −0',
    () => [input([67], uniform(47))],
    [
      'load 0',
      'constant Infinity',
      'constant -Infinity',
      'constant NaN',
      'constant -0',
      'minimum 0 1',
      'maximum 5 2',
      'add 0 3',
      'div 6 4',
      'gt 0 4',
      'where 9 8 7',
    ],
    [F, F, F, F, F, F, F, F, F, 'bool', F],
    [6, 7, 8, 10],
    [67],
  );
  return cases;
}
