/* Elementwise operations and their gradients (tensor-api.md 7.2). A rule's gradient is written with operations, so it can be
   differentiated again. */

import type { BinaryName, UnaryName } from '../../../kernels/operations.ts';
import { arithmetic, checkInPlace, isGradEnabled, noGrad, track } from '../autograd.ts';
import { compute, computeInto, fromHost } from '../dispatch.ts';
import { categoryOf, defaultDtype, isFloat, promote, type DType } from '../dtype.ts';
import { callName, fail } from '../error.ts';
import { sameShape, show } from '../shape.ts';
import { makeView, Tensor } from '../tensor.ts';
import { checkDivisor } from './checks.ts';
import { commonShape, converted, describe, expanded, literal, oneOf, pair, tensorAt, type Operand } from './operands.ts';

/** To another type: ∇ between float types. */
export function cast(a: Tensor, dtype: DType): Tensor {
  if (a.dtype === dtype) return a;
  const out = converted(a, dtype);
  const from = a.dtype;
  if (isFloat(from) && isFloat(dtype)) track('to', [a], [out], ([g]) => [cast(g!, from)]);
  return out;
}

// ---- one operand

type UnaryRule = { readonly saves: 'x' | 'y' | 'xy' | ''; readonly gradient: (g: Tensor, x: Tensor, y: Tensor) => Tensor };
const flat: UnaryRule = { saves: 'x', gradient: (_g, x) => zerosLike(x) };
const twoOverRootPi = 2 / Math.sqrt(Math.PI);

const unaryRules: Partial<Record<UnaryName, UnaryRule>> = {
  neg: { saves: '', gradient: (g) => neg(g) },
  abs: { saves: 'x', gradient: (g, x) => mul(g, sign(x)) },
  sign: flat,
  floor: flat,
  ceil: flat,
  round: flat,
  trunc: flat,
  frac: { saves: '', gradient: (g) => g },
  exp: { saves: 'y', gradient: (g, _x, y) => mul(g, y) },
  exp2: { saves: 'y', gradient: (g, _x, y) => mul(g, mul(y, Math.LN2)) },
  expm1: { saves: 'y', gradient: (g, _x, y) => mul(g, add(y, 1)) },
  log: { saves: 'x', gradient: (g, x) => div(g, x) },
  log2: { saves: 'x', gradient: (g, x) => div(g, mul(x, Math.LN2)) },
  log10: { saves: 'x', gradient: (g, x) => div(g, mul(x, Math.LN10)) },
  log1p: { saves: 'x', gradient: (g, x) => div(g, add(x, 1)) },
  sqrt: { saves: 'y', gradient: (g, _x, y) => div(g, mul(y, 2)) },
  rsqrt: { saves: 'y', gradient: (g, _x, y) => mul(mul(g, -0.5), mul(y, square(y))) },
  square: { saves: 'x', gradient: (g, x) => mul(g, mul(x, 2)) },
  reciprocal: { saves: 'y', gradient: (g, _x, y) => neg(mul(g, square(y))) },
  sin: { saves: 'x', gradient: (g, x) => mul(g, unary('cos', x)) },
  cos: { saves: 'x', gradient: (g, x) => neg(mul(g, unary('sin', x))) },
  tan: { saves: 'y', gradient: (g, _x, y) => mul(g, add(square(y), 1)) },
  asin: { saves: 'x', gradient: (g, x) => mul(g, unary('rsqrt', sub(1, square(x)))) },
  acos: { saves: 'x', gradient: (g, x) => neg(mul(g, unary('rsqrt', sub(1, square(x))))) },
  atan: { saves: 'x', gradient: (g, x) => div(g, add(square(x), 1)) },
  sinh: { saves: 'x', gradient: (g, x) => mul(g, unary('cosh', x)) },
  cosh: { saves: 'x', gradient: (g, x) => mul(g, unary('sinh', x)) },
  tanh: { saves: 'y', gradient: (g, _x, y) => mul(g, sub(1, square(y))) },
  asinh: { saves: 'x', gradient: (g, x) => mul(g, unary('rsqrt', add(square(x), 1))) },
  acosh: { saves: 'x', gradient: (g, x) => mul(g, unary('rsqrt', sub(square(x), 1))) },
  atanh: { saves: 'x', gradient: (g, x) => div(g, sub(1, square(x))) },
  sigmoid: { saves: 'y', gradient: (g, _x, y) => mul(g, mul(y, sub(1, y))) },
  erf: { saves: 'x', gradient: (g, x) => mul(g, mul(unary('exp', neg(square(x))), twoOverRootPi)) },
  erfc: { saves: 'x', gradient: (g, x) => mul(g, mul(unary('exp', neg(square(x))), -twoOverRootPi)) },
  relu: { saves: 'y', gradient: (g, _x, y) => reluGrad(g, y) },
  gelu: { saves: 'x', gradient: (g, x) => (isGradEnabled() ? mul(g, geluSlope(x)) : gradientOf('geluGrad', g, x)) },
  geluTanh: { saves: 'x', gradient: (g, x) => (isGradEnabled() ? mul(g, geluTanhSlope(x)) : gradientOf('geluTanhGrad', g, x)) },
  silu: { saves: 'x', gradient: (g, x) => siluGradient(g, x) },
  softplus: { saves: 'x', gradient: (g, x) => mul(g, unary('sigmoid', x)) },
};

/** Functions that keep integers; the others turn them into floats first. */
const integral: ReadonlySet<UnaryName> = new Set<UnaryName>([
  'neg',
  'abs',
  'sign',
  'square',
  'relu',
  'bitwiseNot',
  'floor',
  'ceil',
  'round',
  'trunc',
]);
const toBool: ReadonlySet<UnaryName> = new Set<UnaryName>(['isnan', 'isinf', 'isfinite', 'logicalNot']);

/** y = fn(x), elementwise, same shape. */
export function unary(fn: UnaryName, x: Tensor): Tensor {
  const from = x.dtype;
  if (toBool.has(fn)) return compute('unary', [x], x.shape, 'bool', { fn });
  if (fn === 'bitwiseNot' && isFloat(from)) fail('dtype', fn, `expected integers or bool, got ${from}.`);
  if (from === 'bool' && fn === 'square') return unary(fn, cast(x, 'int32'));
  if (fn === 'frac' && !isFloat(from)) fail('dtype', fn, `expected floats, got ${from}.`);
  if (from === 'bool' && (fn === 'neg' || fn === 'abs' || fn === 'relu')) {
    fail('dtype', fn, `expected numbers, got bool. Use logicalNot(), or int() first.`);
  }
  const keeps = isFloat(from) || integral.has(fn);
  if (!isFloat(from) && (fn === 'floor' || fn === 'ceil' || fn === 'round' || fn === 'trunc')) return makeView(x, x.shape, x.strides);
  const input = keeps ? x : cast(x, defaultDtype());
  const out = compute('unary', [input], input.shape, input.dtype, { fn });
  const rule = unaryRules[fn];
  if (rule && isFloat(input.dtype)) {
    const saved = rule.saves === 'x' ? [input] : rule.saves === 'y' ? [out] : rule.saves === 'xy' ? [input, out] : [];
    track(fn, [input], [out], ([g], kept) => [rule.gradient(g!, kept[0]!, rule.saves === 'xy' ? kept[1]! : kept[0]!)], { saved });
  }
  return out;
}

const unaryOf =
  (fn: UnaryName) =>
  (a: Tensor): Tensor =>
    unary(fn, tensorAt(a, 1));

export const [neg, abs, sign, exp, exp2, expm1, log, log2, log10, log1p] = (
  ['neg', 'abs', 'sign', 'exp', 'exp2', 'expm1', 'log', 'log2', 'log10', 'log1p'] as const
).map(unaryOf) as Ops;
export const [sqrt, rsqrt, square, reciprocal, sin, cos, tan, asin, acos, atan] = (
  ['sqrt', 'rsqrt', 'square', 'reciprocal', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan'] as const
).map(unaryOf) as Ops;
export const [sinh, cosh, tanh, asinh, acosh, atanh, sigmoid, erf, erfc, relu] = (
  ['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'sigmoid', 'erf', 'erfc', 'relu'] as const
).map(unaryOf) as Ops;
export const [silu, floor, ceil, round, trunc, frac, isnan, isinf, isfinite, logicalNot] = (
  ['silu', 'floor', 'ceil', 'round', 'trunc', 'frac', 'isnan', 'isinf', 'isfinite', 'logicalNot'] as const
).map(unaryOf) as Ops;
export const bitwiseNot = (a: Tensor): Tensor => (a.dtype === 'bool' ? logicalNot(a) : unary('bitwiseNot', tensorAt(a, 1)));
type Op = (a: Tensor) => Tensor;
type Ops = [Op, Op, Op, Op, Op, Op, Op, Op, Op, Op];

export function gelu(a: Tensor, { approximate = 'none' }: { approximate?: 'none' | 'tanh' } = {}): Tensor {
  return unary(oneOf(approximate, ['none', 'tanh'] as const, 'approximate') === 'none' ? 'gelu' : 'geluTanh', tensorAt(a, 1));
}

/** Φ(x) + x·φ(x), the slope of gelu. */
function geluSlope(x: Tensor): Tensor {
  const cdf = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
  return add(cdf, mul(x, mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI))));
}

function geluTanhSlope(x: Tensor): Tensor {
  const k = Math.sqrt(2 / Math.PI);
  const t = tanh(mul(add(x, mul(mul(square(x), x), 0.044715)), k));
  const inner = mul(add(mul(square(x), 3 * 0.044715), 1), k);
  return add(mul(add(t, 1), 0.5), mul(mul(mul(x, 0.5), sub(1, square(t))), inner));
}

function siluGradient(g: Tensor, x: Tensor): Tensor {
  const s = sigmoid(x);
  return mul(g, mul(s, add(mul(x, sub(1, s)), 1)));
}

/** g where x > 0, else 0. */
function reluGrad(g: Tensor, x: Tensor): Tensor {
  const out = gradientOf('reluGrad', g, x);
  track('reluGrad', [g], [out], ([again], [kept]) => [reluGrad(again!, kept!)], { saved: [x] });
  return out;
}

/** A fused gradient: g·f'(x) in one call, untracked. */
function gradientOf(fn: 'geluGrad' | 'geluTanhGrad' | 'reluGrad', g: Tensor, x: Tensor): Tensor {
  return compute('binary', [g, x], x.shape, x.dtype, { fn });
}

// ---- two operands

/** Raw call on promoted, broadcast operands; not tracked. */
function binary(fn: BinaryName, a: Tensor, b: Tensor, dtype: DType, out: DType): Tensor {
  const x = a.storage.dtype === dtype ? a : converted(a, dtype);
  const y = b.storage.dtype === dtype ? b : converted(b, dtype);
  const shape = commonShape(x, y);
  return compute('binary', [expanded(x, shape), expanded(y, shape)], shape, out, { fn }, a.storage.device);
}

/** Sends a gradient back to an operand: summed over what was broadcast, in the operand's type. */
const back = (g: Tensor, to: { readonly shape: readonly number[]; readonly dtype: DType }): Tensor =>
  cast(sameShape(g.shape, to.shape) ? g : arithmetic.unbroadcast(g, to.shape), to.dtype);

interface Like {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly device: Tensor['device'];
}
const layout = (t: Tensor): Like => ({ shape: t.shape, dtype: t.dtype, device: t.device });
/** What to save of `t` for a gradient that is only needed where `other` asks for one. */
const savedFor = (other: Tensor, t: Tensor): Tensor | null => (other.requiresGrad ? t : null);

export function add(left: Operand, right: Operand, { alpha = 1 }: { alpha?: number } = {}): Tensor {
  const { a, b, dtype } = pair(left, right, 'add');
  if (alpha !== 1) return add(a, times(b, alpha, dtype, 'add'));
  const out = binary(dtype === 'bool' ? 'logicalOr' : 'add', a, b, dtype, dtype);
  if (isFloat(dtype)) {
    const [la, lb] = [layout(a), layout(b)];
    track('add', [a, b], [out], ([g], _, needs) => [needs[0] ? back(g!, la) : null, needs[1] ? back(g!, lb) : null]);
  }
  return out;
}

/** alpha·b in the type of the sum. */
function times(b: Tensor, alpha: number, dtype: DType, name: string): Tensor {
  if (!isFloat(dtype) && !Number.isInteger(alpha)) fail('value', name, `expected an integer alpha for ${dtype}, got ${describe(alpha)}.`);
  const own = isFloat(b.dtype) || b.dtype === dtype ? b : cast(b, dtype);
  return dtype === 'bool' ? mul(own, alpha !== 0) : mul(own, alpha);
}

export function sub(left: Operand, right: Operand, { alpha = 1 }: { alpha?: number } = {}): Tensor {
  const { a, b, dtype } = pair(left, right, 'sub');
  if (a.dtype === 'bool' || b.dtype === 'bool' || typeof left === 'boolean' || typeof right === 'boolean')
    fail('dtype', 'sub', 'expected numbers, got bool. Use logicalXor(), or int() first.');
  if (alpha !== 1) return sub(a, times(b, alpha, dtype, 'sub'));
  const out = binary('sub', a, b, dtype, dtype);
  if (isFloat(dtype)) {
    const [la, lb] = [layout(a), layout(b)];
    track('sub', [a, b], [out], ([g], _, needs) => [needs[0] ? back(g!, la) : null, needs[1] ? back(neg(g!), lb) : null]);
  }
  return out;
}

export function mul(left: Operand, right: Operand): Tensor {
  const { a, b, dtype } = pair(left, right, 'mul');
  const out = binary(dtype === 'bool' ? 'logicalAnd' : 'mul', a, b, dtype, dtype);
  if (isFloat(dtype)) {
    const [la, lb] = [layout(a), layout(b)];
    track(
      'mul',
      [a, b],
      [out],
      ([g], [x, y], needs) => [needs[0] ? back(mul(g!, y!), la) : null, needs[1] ? back(mul(g!, x!), lb) : null],
      {
        saved: [savedFor(b, a), savedFor(a, b)],
      },
    );
  }
  return out;
}

type Rounding = null | 'trunc' | 'floor';

export function div(left: Operand, right: Operand, { roundingMode = null }: { roundingMode?: Rounding } = {}): Tensor {
  const { a, b, dtype: common } = pair(left, right, 'div');
  if (roundingMode !== null) return roundedDiv(a, b, common, oneOf(roundingMode, ['trunc', 'floor'] as const, 'roundingMode'));
  const dtype = isFloat(common) ? common : defaultDtype();
  const exact = (t: Tensor, given: Operand): Tensor => (given instanceof Tensor ? t : literal(given, dtype, t.storage.device));
  const out = binary('div', exact(a, left), exact(b, right), dtype, dtype);
  const [la, lb] = [layout(a), layout(b)];
  track(
    'div',
    [a, b],
    [out],
    ([g], [y, q], needs) => [needs[0] ? back(div(g!, y!), la) : null, needs[1] ? back(neg(mul(g!, div(q!, y!))), lb) : null],
    { saved: [b, savedFor(b, out)] },
  );
  return out;
}

function roundedDiv(a: Tensor, b: Tensor, dtype: DType, mode: 'trunc' | 'floor'): Tensor {
  if (dtype === 'bool') fail('dtype', 'div', 'expected numbers, got bool.');
  if (!isFloat(dtype)) checkDivisor(b, 'div');
  const out = binary(mode === 'floor' ? 'floorDiv' : 'truncDiv', a, b, dtype, dtype);
  const [la, lb] = [layout(a), layout(b)];
  track('div', [a, b], [out], () => [zeros(la), zeros(lb)]);
  return out;
}

export const floorDivide = (a: Operand, b: Operand): Tensor => noGrad(() => div(a, b, { roundingMode: 'floor' }));

export function pow(left: Operand, right: Operand): Tensor {
  const { a, b, dtype: common } = pair(left, right, 'pow');
  const dtype = common === 'bool' ? 'int32' : common;
  if (!isFloat(dtype) && typeof right === 'number' && right < 0)
    fail('value', 'pow', 'integers to negative integer powers are not defined. Call float() first.');
  const exponent = typeof right === 'number' ? right : null;
  // Roots are roots, as in PyTorch: of −inf NaN.
  const root = isFloat(dtype) && exponent !== null && Math.abs(exponent) === 0.5;
  const out = root
    ? compute('unary', [converted(a, dtype)], a.shape, dtype, { fn: exponent > 0 ? 'sqrt' : 'rsqrt' })
    : binary('pow', a, b, dtype, dtype);
  if (!isFloat(dtype)) return out;
  const [la, lb] = [layout(a), layout(b)];
  track(
    'pow',
    [a, b],
    [out],
    ([g], [x, y, p], needs) => [
      needs[0]
        ? back(mul(g!, exponent === null ? powSlope(x!, y!) : exponent === 0 ? zerosLike(x!) : mul(pow(x!, exponent - 1), exponent)), la)
        : null,
      needs[1] ? back(mul(g!, where(logicalAnd(eq(x!, 0), ge(y!, 0)), 0, mul(p!, log(x!)))), lb) : null,
    ],
    { saved: [a, b, savedFor(b, out)] },
  );
  return out;
}

/** b·a^(b − 1), and 0 where b = 0. */
const powSlope = (a: Tensor, b: Tensor): Tensor => where(eq(b, 0), 0, mul(b, pow(a, sub(b, 1))));

function extreme(fn: 'maximum' | 'minimum', left: Operand, right: Operand): Tensor {
  const { a, b, dtype } = pair(left, right, fn);
  const out = binary(dtype === 'bool' ? (fn === 'maximum' ? 'logicalOr' : 'logicalAnd') : fn, a, b, dtype, dtype);
  if (!isFloat(dtype)) return out;
  const [la, lb] = [layout(a), layout(b)];
  // Ties share the gradient equally.
  const share = (g: Tensor, x: Tensor, y: Tensor): Tensor => {
    const wins = fn === 'maximum' ? gt(x, y) : lt(x, y);
    return where(wins, g, where(eq(x, y), mul(g, 0.5), 0));
  };
  track(
    fn,
    [a, b],
    [out],
    ([g], [x, y], needs) => [needs[0] ? back(share(g!, x!, y!), la) : null, needs[1] ? back(share(g!, y!, x!), lb) : null],
    {
      saved: [a, b],
    },
  );
  return out;
}
export const maximum = (a: Operand, b: Operand): Tensor => extreme('maximum', a, b);
export const minimum = (a: Operand, b: Operand): Tensor => extreme('minimum', a, b);

function modulo(fn: 'fmod' | 'remainder', left: Operand, right: Operand): Tensor {
  const { a, b, dtype } = pair(left, right, fn);
  if (dtype === 'bool') fail('dtype', fn, 'expected numbers, got bool.');
  if (!isFloat(dtype)) checkDivisor(b, fn);
  const out = binary(fn, a, b, dtype, dtype);
  if (!isFloat(dtype)) return out;
  const [la, lb] = [layout(a), layout(b)];
  track(
    fn,
    [a, b],
    [out],
    ([g], [x, y], needs) => [
      needs[0] ? back(g!, la) : null,
      needs[1] ? back(neg(mul(g!, div(x!, y!, { roundingMode: fn === 'fmod' ? 'trunc' : 'floor' }))), lb) : null,
    ],
    { saved: [a, b] },
  );
  return out;
}
export const fmod = (a: Operand, b: Operand): Tensor => modulo('fmod', a, b);
export const remainder = (a: Operand, b: Operand): Tensor => modulo('remainder', a, b);

export function atan2(left: Operand, right: Operand): Tensor {
  const { a, b, dtype: common } = pair(left, right, 'atan2');
  const dtype = isFloat(common) ? common : defaultDtype();
  const out = binary('atan2', a, b, dtype, dtype);
  const [la, lb] = [layout(a), layout(b)];
  track(
    'atan2',
    [a, b],
    [out],
    ([g], [y, x], needs) => {
      const squares = add(square(y!), square(x!));
      const scaled = where(eq(squares, 0), 0, div(g!, squares));
      return [needs[0] ? back(mul(scaled, x!), la) : null, needs[1] ? back(neg(mul(scaled, y!)), lb) : null];
    },
    { saved: [a, b] },
  );
  return out;
}

const comparison =
  (fn: BinaryName) =>
  (left: Operand, right: Operand): Tensor => {
    const { a, b, dtype } = pair(left, right, fn);
    return binary(fn, a, b, dtype, 'bool');
  };
export const eq = comparison('eq');
export const ne = comparison('ne');
export const lt = comparison('lt');
export const le = comparison('le');
export const gt = comparison('gt');
export const ge = comparison('ge');
export const logicalAnd = comparison('logicalAnd');
export const logicalOr = comparison('logicalOr');
export const logicalXor = comparison('logicalXor');

const bitwise =
  (fn: 'bitwiseAnd' | 'bitwiseOr' | 'bitwiseXor') =>
  (left: Operand, right: Operand): Tensor => {
    const { a, b, dtype } = pair(left, right, fn);
    if (isFloat(dtype)) fail('dtype', fn, `expected integers or bool, got ${dtype}.`);
    return binary(fn, a, b, dtype, dtype);
  };
export const bitwiseAnd = bitwise('bitwiseAnd');
export const bitwiseOr = bitwise('bitwiseOr');
export const bitwiseXor = bitwise('bitwiseXor');

// ---- three operands and composites

/** a where the condition holds, else b. */
export function where(condition: Tensor, left: Operand, right: Operand): Tensor {
  const test = tensorAt(condition, 1, 'where');
  if (test.dtype !== 'bool') fail('dtype', 'where', `expected a bool condition, got ${test.dtype}. Compare first, e.g. c.ne(0).`);
  const both = left instanceof Tensor || right instanceof Tensor ? pair(left, right, 'where') : scalarsOn(test, left, right);
  const { a, b, dtype } = both;
  const [x, y] = [converted(a, dtype), converted(b, dtype)];
  const inner = commonShape(x, y);
  const shape = commonShape(test, inner === x.shape ? x : expanded(x, inner));
  const out = compute('where', [expanded(test, shape), expanded(x, shape), expanded(y, shape)], shape, dtype, {});
  if (isFloat(dtype)) {
    const [la, lb] = [layout(a), layout(b)];
    track(
      'where',
      [a, b],
      [out],
      ([g], [c], needs) => [needs[0] ? back(where(c!, g!, 0), la) : null, needs[1] ? back(where(c!, 0, g!), lb) : null],
      {
        saved: [test],
      },
    );
  }
  return out;
}

function scalarsOn(like: Tensor, left: Operand, right: Operand): { a: Tensor; b: Tensor; dtype: DType } {
  const { dtype } = pair(left, right, 'where');
  // Two numbers: integral ones stay integers, as in PyTorch.
  return { a: literal(left as number, dtype, like.device), b: literal(right as number, dtype, like.device), dtype };
}

export function clamp(
  a: Tensor,
  low?: Operand | null,
  high?: Operand | null,
  { min = null, max = null }: { min?: Operand | null; max?: Operand | null } = {},
): Tensor {
  const x = tensorAt(a, 1, 'clamp');
  const [from, to] = [low ?? min, high ?? max];
  if (from === null && to === null) fail('value', 'clamp', 'expected min, max or both, got neither. Write x.clamp({ min: 0, max: 1 }).');
  const [lower, upper] = [from === null ? null : pair(x, from, 'clamp'), to === null ? null : pair(x, to, 'clamp')];
  let dtype = lower?.dtype ?? upper!.dtype;
  if (upper && upper.dtype !== dtype) dtype = promote({ dtype, ndim: 1 }, { dtype: upper.dtype, ndim: 1 });
  const value = cast(x, dtype);
  // A number beyond what uint8 holds must not wrap.
  const bound = (given: Operand, t: Tensor): Operand =>
    dtype === 'uint8' && typeof given === 'number' ? Math.min(255, Math.max(0, given)) : converted(t, dtype);
  const bounded = noGrad(() => {
    const raised = from === null ? value : maximum(value, bound(from, lower!.b));
    return to === null ? raised : minimum(raised, bound(to, upper!.b));
  });
  const out = bounded === value ? makeView(value, value.shape, value.strides) : bounded;
  if (!isFloat(dtype)) return out;
  const to0 = layout(x);
  const [lo, hi] = [from instanceof Tensor ? from : null, to instanceof Tensor ? to : null];
  track(
    'clamp',
    [x, lo, hi],
    [out],
    ([g], [v], needs) => {
      const below = from === null ? null : lt(v!, from);
      const above = to === null ? null : gt(v!, to);
      const outside = below && above ? logicalOr(below, above) : (below ?? above!);
      return [
        needs[0] ? back(where(outside, 0, g!), to0) : null,
        needs[1] ? back(where(above ? logicalAnd(below!, logicalNot(above)) : below!, g!, 0), layout(lo!)) : null,
        needs[2] ? back(where(above!, g!, 0), layout(hi!)) : null,
      ];
    },
    { saved: [value] },
  );
  return out;
}

export function lerp(a: Tensor, end: Operand, weight: Operand): Tensor {
  const [x, y, w] = [tensorAt(a, 1, 'lerp'), end instanceof Tensor ? end : null, weight instanceof Tensor ? weight : null];
  // From the nearer end, as PyTorch: exact at both.
  const out = noGrad(() => {
    const step = sub(end, x);
    const near = (): Tensor => add(x, mul(weight, step));
    const far = (): Tensor => sub(end, mul(step, sub(1, weight)));
    if (w) return where(lt(abs(w), 0.5), near(), far());
    return Math.abs(Number(weight)) < 0.5 ? near() : far();
  });
  if (!isFloat(out.dtype)) return out;
  const [lx, ly, lw] = [layout(x), y && layout(y), w && layout(w)];
  track(
    'lerp',
    [x, y, w],
    [out],
    ([g], [from, to, t], needs) => [
      needs[0] ? back(mul(g!, sub(1, t ?? weight)), lx) : null,
      needs[1] ? back(mul(g!, t ?? weight), ly!) : null,
      needs[2] ? back(mul(g!, sub(to ?? end, from!)), lw!) : null,
    ],
    { saved: [x, y, w] },
  );
  return out;
}

export function nanToNum(
  a: Tensor,
  { nan = 0, posinf = null, neginf = null }: { nan?: number; posinf?: number | null; neginf?: number | null } = {},
): Tensor {
  const x = tensorAt(a, 1, 'nanToNum');
  if (!isFloat(x.dtype)) return makeView(x, x.shape, x.strides);
  const largest = x.dtype === 'float64' ? Number.MAX_VALUE : x.dtype === 'float16' ? 65504 : 3.4028234663852886e38;
  const finite = where(eq(x, Infinity), posinf ?? largest, where(eq(x, -Infinity), neginf ?? -largest, x));
  return where(isnan(x), nan, finite);
}

export const addcmul = (a: Tensor, t1: Tensor, t2: Tensor, { value = 1 }: { value?: number } = {}): Tensor =>
  add(a, scaled(mul(t1, t2), value));
export const addcdiv = (a: Tensor, t1: Tensor, t2: Tensor, { value = 1 }: { value?: number } = {}): Tensor =>
  add(a, scaled(div(t1, t2), value));
const scaled = (t: Tensor, value: number): Tensor => (value === 1 ? t : mul(t, value));

export function isclose(
  a: Operand,
  b: Operand,
  { rtol = 1e-5, atol = 1e-8, equalNan = false }: { rtol?: number; atol?: number; equalNan?: boolean } = {},
): Tensor {
  return noGrad(() => {
    const { a: x0, b: y0, dtype } = pair(a, b, 'isclose');
    // Differences of bool and uint8 would wrap.
    const [x, y] = dtype === 'bool' || dtype === 'uint8' ? [cast(x0, 'int32'), cast(y0, 'int32')] : [x0, y0];
    if (!isFloat(dtype)) return le(abs(cast(sub(x, y), defaultDtype())), add(mul(abs(cast(y, defaultDtype())), rtol), atol));
    const near = logicalAnd(isfinite(y), le(abs(sub(x, y)), add(mul(abs(y), rtol), atol)));
    const same = logicalOr(near, eq(x, y));
    return equalNan ? logicalOr(same, logicalAnd(isnan(x), isnan(y))) : same;
  });
}

// ---- in place

/** target ← value, of the target's type and shape; the value broadcasts. */
export function copyInto(target: Tensor, value: Tensor, name = 'copy_'): void {
  if (!sameShape(commonShape(target, value), target.shape)) {
    fail('shape', name, `expected a value that broadcasts to ${show(target.shape)}, got ${show(value.shape)}.`);
  }
  const raw = converted(value, target.dtype);
  // What overlaps its target is read before it is written.
  const same = raw.storage === target.storage && raw !== target ? compute('copy', [raw], raw.shape, raw.dtype, {}) : raw;
  computeInto('copy', [expanded(same, target.shape)], [target], {});
}

/**
 * Makes `name_` from `name`: computes, then writes into the first argument and returns it. In grad mode the target takes the result's place in the graph.
 */
export function inPlace<A extends unknown[]>(
  name: string,
  fn: (target: Tensor, ...args: A) => Tensor,
): (target: Tensor, ...args: A) => Tensor {
  return (target, ...args) => {
    tensorAt(target, 1, name);
    checkInPlace(target, name);
    checkApart(target, name);
    // A rule may read the target as it was, so in a graph it works on a copy.
    const value = fn(isGradEnabled() && target.requiresGrad ? cloned(target) : target, ...args);
    if (!sameShape(value.shape, target.shape))
      fail('shape', name, `expected a result ${show(target.shape)} as the tensor itself has, got ${show(value.shape)}.`);
    if (categoryOf(value.dtype) > categoryOf(target.dtype)) {
      fail('dtype', name, `the result is ${value.dtype} and cannot be written into ${target.dtype}. Use the form without underscore.`);
    }
    writeBack(target, value, name);
    return target;
  };
}

/** Refuses a write to a tensor that shows one number at several places, as `expand` does. */
export function checkApart(target: Tensor, name: string): void {
  if (target.isView && target.shape.some((length, i) => length > 1 && target.strides[i] === 0))
    fail('value', name, `expected a tensor whose elements are apart, got an expanded one ${show(target.shape)}. Call clone() first.`);
}

function cloned(t: Tensor): Tensor {
  const out = compute('copy', [t], t.shape, t.dtype, {});
  track('clone', [t], [out], ([g]) => [g]);
  return out;
}

/** Writes a result into its target and moves the target to the result's place in the graph. */
export function writeBack(target: Tensor, value: Tensor, name: string): void {
  if (target.base !== null && isGradEnabled() && (value.requiresGrad || target.base.requiresGrad)) {
    writeThrough(target, target.base, value, name);
    return;
  }
  copyInto(target, value, name);
  if (value.node !== null) {
    // The graph behind the target continues in the result's node.
    target.node = value.node;
    target.output = value.output;
    target.wants = false;
  }
}

/** A write into a view: the base goes on as itself with that part replaced, and the view as a view of it. */
function writeThrough(target: Tensor, base: Tensor, value: Tensor, name: string): void {
  checkInPlace(base, name);
  if (!base.isContiguous())
    fail('grad', name, 'a view of a tensor with gaps cannot be changed in place where gradients are needed. Call contiguous() first.');
  const before = makeView(base, base.shape, base.strides);
  before.node = base.node;
  before.output = base.output;
  const { shape, strides } = target;
  const offset = target.offset - base.offset;
  copyInto(target, value, name);
  const part = (of: Tensor): Tensor => makeView(of, shape, strides, of.offset + offset);
  track(
    name,
    [before, value],
    [base],
    ([g]) => {
      const rest = compute('copy', [g!], g!.shape, g!.dtype, {});
      const taken = compute('copy', [part(rest)], shape, rest.dtype, {});
      computeInto('fill', [], [part(rest)], { value: 0 });
      return [rest, back(taken, layout(value))];
    },
    { twice: false },
  );
  const whole = layout(base);
  track(
    'asStrided',
    [base],
    [target],
    ([g]) => {
      const placed = zeros(whole);
      computeInto('copy', [g!], [part(placed)], {});
      return [placed];
    },
    { twice: false },
  );
}

const zeros = (like: Like): Tensor => compute('fill', [], like.shape, like.dtype, { value: 0 }, like.device);
const zerosLike = zeros;

arithmetic.add = add;
arithmetic.addInto = (target, value) => void noGrad(() => computeInto('binary', [target, value], [target], { fn: 'add' }));
arithmetic.clone = (a) => compute('copy', [a], a.shape, a.dtype, {});
arithmetic.onesLike = (a) => compute('fill', [], a.shape, a.dtype, { value: 1 }, a.device);
arithmetic.zeros = (shape, dtype, device) => compute('fill', [], shape, dtype, { value: 0 }, device);

export { callName, describe, fromHost };
