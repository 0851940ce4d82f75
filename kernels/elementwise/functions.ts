/* Every elementwise function on numbers, in float64, with PyTorch's results at the edges (NaN, ±inf, −0, ties).
   Types come in only where they change the result: integers divide and raise by rules of their own, bool is negated by logic.
   Rounding to the type of a result happens where it is stored. */

import type { BinaryName, UnaryName } from '../operations.ts';
import type { DType } from '../types.ts';
import { erf, erfc } from './erf.ts';

export type Unary = (x: number) => number;
export type Binary = (a: number, b: number) => number;

/** 1/√2, √(2/π), 1/√(2π), and the cubic term of gelu's approximation by tanh. */
const SQRT1_2 = Math.SQRT1_2;
const SQRT_2_PI = Math.sqrt(2 / Math.PI);
const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);
const CUBIC = 0.044715;

export const unaryFunctions: Readonly<Record<UnaryName, Unary>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0), // 0 for NaN
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  square: (x) => x * x,
  reciprocal: (x) => 1 / x,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  erf,
  erfc,
  relu: (x) => (x < 0 ? 0 : x), // NaN and −0 stay
  gelu: (x) => 0.5 * x * erfc(-x * SQRT1_2), // x·Φ(x); erfc keeps the lower tail
  geluTanh: (x) => x / (1 + Math.exp(-2 * SQRT_2_PI * (x + CUBIC * x * x * x))), // ½(1 + tanh u) = 1/(1 + exp(−2u))
  silu: (x) => x / (1 + Math.exp(-x)),
  softplus: (x) => (x > 20 ? x : Math.log1p(Math.exp(x))),
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  trunc: Math.trunc,
  frac: (x) => x - Math.trunc(x),
  isnan: (x) => (x !== x ? 1 : 0),
  isinf: (x) => (x === Infinity || x === -Infinity ? 1 : 0),
  isfinite: (x) => (x - x === 0 ? 1 : 0),
  logicalNot: (x) => (x === 0 ? 1 : 0),
  bitwiseNot: (x) => ~x,
};

const binaryFunctions: Readonly<Record<BinaryName, Binary>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  floorDiv: floorDivide,
  truncDiv: (a, b) => Math.trunc(a / b),
  pow: power,
  maximum: Math.max,
  minimum: Math.min,
  fmod: (a, b) => a % b,
  remainder,
  atan2: Math.atan2,
  eq: (a, b) => (a === b ? 1 : 0),
  ne: (a, b) => (a !== b ? 1 : 0),
  lt: (a, b) => (a < b ? 1 : 0),
  le: (a, b) => (a <= b ? 1 : 0),
  gt: (a, b) => (a > b ? 1 : 0),
  ge: (a, b) => (a >= b ? 1 : 0),
  logicalAnd: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
  logicalOr: (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
  logicalXor: (a, b) => ((a !== 0) !== (b !== 0) ? 1 : 0),
  bitwiseAnd: (a, b) => a & b,
  bitwiseOr: (a, b) => a | b,
  bitwiseXor: (a, b) => a ^ b,
  reluGrad: (g, x) => (x > 0 ? g : 0),
  geluGrad,
  geluTanhGrad,
};

/** Integers: products wrap exactly, a division by 0 gives 0, powers are exact. Sums wrap where they are stored. */
const integerFunctions: Partial<Record<BinaryName, Binary>> = {
  mul: Math.imul,
  floorDiv: (a, b) => (b === 0 ? 0 : Math.floor(a / b)),
  truncDiv: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  fmod: (a, b) => (b === 0 ? 0 : a % b),
  remainder: (a, b) => (b === 0 ? 0 : remainder(a, b)),
  pow: integerPower,
};

export function isInteger(dtype: DType): boolean {
  return dtype === 'int32' || dtype === 'uint8' || dtype === 'bool';
}

/** The function for an input of type `dtype`. */
export function unaryFunction(fn: UnaryName, dtype: DType): Unary {
  if (fn === 'bitwiseNot' && dtype === 'bool') return unaryFunctions.logicalNot;
  if (fn === 'square' && isInteger(dtype)) return (x) => Math.imul(x, x);
  return unaryFunctions[fn];
}

/** The function for inputs of type `dtype`. */
export function binaryFunction(fn: BinaryName, dtype: DType): Binary {
  if (isInteger(dtype)) return integerFunctions[fn] ?? binaryFunctions[fn];
  // The quotient is rounded before it is cut: 3 − 1e-9 is 3 in float32.
  if (fn === 'truncDiv' && dtype !== 'float64') return truncDivide32;
  return binaryFunctions[fn];
}

/** A float as an int32: toward zero, saturated, NaN 0. */
export function saturate(x: number): number {
  if (x !== x) return 0;
  return x <= -(2 ** 31) ? -(2 ** 31) : x >= 2 ** 31 - 1 ? 2 ** 31 - 1 : Math.trunc(x);
}

function roundHalfEven(x: number): number {
  const nearest = Math.round(x); // ties upward
  return nearest - x === 0.5 ? 2 * Math.round(x / 2) : nearest;
}

function truncDivide32(a: number, b: number): number {
  return Math.trunc(Math.fround(a / b));
}

/** Python's floor division: ⌊a/b⌋ made from the exact remainder, so that a = q·b + r holds. By 0 as true division. */
function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  const rest = a % b;
  let quotient = (a - rest) / b;
  if (rest !== 0 && b < 0 !== rest < 0) quotient -= 1;
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

function remainder(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && b < 0 !== rest < 0 ? rest + b : rest;
}

/** C's pow: 1 to any power and −1 to ±inf are 1 (JavaScript says NaN). */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return a ** b;
}

/** By repeated squaring modulo 2^32; a negative exponent gives 0 but for bases 1 and −1. */
function integerPower(a: number, b: number): number {
  if (b < 0) return a === 1 ? 1 : a === -1 ? (b % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  for (let base = a, left = b; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = Math.imul(result, base);
    base = Math.imul(base, base);
  }
  return result;
}

/** (g, x) → g·(Φ(x) + x·φ(x)). */
function geluGrad(g: number, x: number): number {
  return g * (0.5 * erfc(-x * SQRT1_2) + x * INV_SQRT_2PI * Math.exp(-0.5 * x * x));
}

/** (g, x) → g·(s + x·2u'·s·(1 − s)) with s = 1/(1 + exp(−2u)), u = √(2/π)·(x + 0.044715·x³). */
function geluTanhGrad(g: number, x: number): number {
  const u = SQRT_2_PI * (x + CUBIC * x * x * x);
  const slope = SQRT_2_PI * (1 + 3 * CUBIC * x * x);
  const s = 1 / (1 + Math.exp(-2 * u));
  return g * (s + (x * 2 * slope * s) / (1 + Math.exp(2 * u)));
}
