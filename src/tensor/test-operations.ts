/* For tests: the operations that random programs (test-programs.ts) are made of. Each draws what it is called with from the values there are, as data,
   and is run on them; macros keep arguments where the operation is smooth and bounded, so that rounding decides nothing. */

import { nn, tensor as library, type Tensor } from './index.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- the surface made from the table is checked at run time
type Any = any;
const tensor = library as Any;
const F = nn.functional as Any;

export interface Choices {
  /** An integer in [0, n). */
  below(n: number): number;
  pick<T>(from: readonly T[]): T;
  /** An earlier value of the kind, or undefined. Exact floats are small multiples of 1/64 in any precision. */
  float(test?: (t: Tensor) => boolean): number | undefined;
  exact(test?: (t: Tensor) => boolean): number | undefined;
  whole(test?: (t: Tensor) => boolean): number | undefined;
  bool(test?: (t: Tensor) => boolean): number | undefined;
  any(test?: (t: Tensor) => boolean): number | undefined;
  /** A float of exactly this shape: an earlier value or none. */
  shaped(shape: readonly number[], only?: 'float' | 'whole'): number | undefined;
  at(i: number): Tensor;
}

export type Drawn = readonly [from: readonly (number | undefined)[], ...given: Any[]] | null;

export interface Operation {
  /** What it is called with, or null where nothing fits. */
  readonly draw: (c: Choices) => Drawn;
  readonly run: (given: Any[], ...xs: Any[]) => Any;
  /** Whether exact floats stay exact. */
  readonly exact?: boolean;
  /** Whether it writes in place. */
  readonly writes?: boolean;
}

const anyDim = (c: Choices, t: Tensor): number => c.below(t.ndim) - (c.below(2) ? t.ndim : 0);
const dims = (c: Choices, t: Tensor): Any => {
  if (c.below(3) === 0) return undefined;
  if (c.below(2) || t.ndim < 2) return anyDim(c, t);
  const list = t.shape.map((_, d) => d).filter(() => c.below(2));
  return list.length === 0 ? [0] : list.map((d) => (c.below(2) ? d : d - t.ndim));
};
const ranked = (t: Tensor): boolean => t.ndim > 0;
const rank2 = (t: Tensor): boolean => t.ndim >= 2;
const filled = (t: Tensor): boolean => t.numel() > 0;

const unary = (names: readonly string[], kind: 'float' | 'exact' | 'any' | 'whole' | 'bool', exact = false): Record<string, Operation> =>
  Object.fromEntries(names.map((name) => [name, { draw: (c) => [[c[kind]()]], run: (_, x) => x[name](), exact }]));
const call = (run: (x: Any) => Any, kind: 'float' | 'exact' | 'any' | 'whole' = 'float'): Operation => ({
  draw: (c) => [[c[kind]()]],
  run: (_, x) => run(x),
});
/** The other operand broadcasts with the first; now and then it is the first itself. */
const fits = (a: Tensor) => (b: Tensor) => {
  for (let i = 1; i <= Math.min(a.ndim, b.ndim); i++) {
    const [x, y] = [a.shape[a.ndim - i]!, b.shape[b.ndim - i]!];
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
};
const binary = (
  names: readonly string[],
  kind: 'float' | 'exact' | 'any' | 'whole' | 'bool',
  exact = false,
  run?: (name: string, a: Any, b: Any) => Any,
): Record<string, Operation> =>
  Object.fromEntries(
    names.map((name) => [
      name,
      {
        draw: (c) => {
          const a = c[kind]();
          return a === undefined ? null : [[a, c[kind](fits(c.at(a)))]];
        },
        run: (_, a, b) => (run ? run(name, a, b) : a[name](b)),
        exact,
      },
    ]),
  );
const reduction = (names: readonly string[], kind: 'float' | 'exact' | 'any' | 'whole' | 'bool', list: boolean, exact = false) =>
  Object.fromEntries(
    names.map((name): [string, Operation] => [
      name,
      {
        draw: (c) => {
          const x = c[kind](filled);
          if (x === undefined) return null;
          const dim = list ? dims(c, c.at(x)) : c.below(3) === 0 || c.at(x).ndim === 0 ? undefined : anyDim(c, c.at(x));
          const none = c.at(x).ndim === 0 ? undefined : dim;
          return [[x], none, none !== undefined && c.below(2) === 0];
        },
        run: ([dim, keepdim], x) => (dim === undefined ? x[name]() : x[name](dim, { keepdim })),
        exact,
      },
    ]),
  );
const along = (
  name: string,
  kind: 'float' | 'exact' | 'any',
  more: (x: Any, dim: number) => Any,
  exact = false,
): Record<string, Operation> => ({
  [name]: {
    draw: (c) => {
      const x = c[kind]((t) => ranked(t) && filled(t));
      return x === undefined ? null : [[x], anyDim(c, c.at(x))];
    },
    run: ([dim], x) => more(x, dim),
    exact,
  },
});
const viewing = (
  kind: 'any' | 'float',
  draw: (c: Choices, t: Tensor) => Any[] | null,
  run: (given: Any[], x: Any) => Any,
  test = ranked,
): Operation => ({
  draw: (c) => {
    const x = c[kind](test);
    if (x === undefined) return null;
    const given = draw(c, c.at(x));
    return given && [[x], ...given];
  },
  run,
  exact: true,
});
const writing = (draw: Operation['draw'], run: Operation['run']): Operation => ({ draw, run, writes: true, exact: true });
const target = (c: Choices): number | undefined => c.float(filled);

/** The table. */
export const table: Readonly<Record<string, Operation>> = {
  ...unary(['neg', 'abs', 'square', 'relu', 'sign'], 'exact', true),
  ...unary(['floor', 'ceil', 'round', 'trunc', 'frac'], 'exact', true),
  ...unary(
    ['sin', 'cos', 'tanh', 'sigmoid', 'erf', 'erfc', 'gelu', 'silu', 'atan', 'asinh', 'neg', 'square', 'clone', 'contiguous'],
    'float',
  ),
  ...unary(['isnan', 'isinf', 'isfinite', 'logicalNot'], 'exact'),
  ...unary(['bitwiseNot'], 'whole'),
  exp: call((x) => x.clamp({ max: 2 }).exp()),
  exp2: call((x) => x.tanh().exp2()),
  expm1: call((x) => x.tanh().expm1()),
  log: call((x) => x.abs().add(0.5).log()),
  log2: call((x) => x.square().add(0.5).log2()),
  log1p: call((x) => x.abs().log1p()),
  sqrt: call((x) => x.abs().add(0.5).sqrt()),
  rsqrt: call((x) => x.square().add(0.5).rsqrt()),
  reciprocal: call((x) => x.abs().add(0.5).reciprocal()),
  asin: call((x) => x.tanh().mul(0.9).asin()),
  acosh: call((x) => x.abs().add(1.5).acosh()),
  atanh: call((x) => x.sin().mul(0.9).atanh()),
  sinh: call((x) => x.tanh().sinh()),
  tan: call((x) => x.tanh().tan()),
  geluTanh: call((x) => x.gelu({ approximate: 'tanh' })),
  addNumber: { draw: (c) => [[c.any()], c.pick([1, 2, 0.5, -3])], run: ([k], x) => x.add(k), exact: true },
  fromNumber: { draw: (c) => [[c.float()], c.pick([1, 2, 0.5, 0])], run: ([k], x) => tensor.sub(k, x), exact: true },
  mulNumber: { draw: (c) => [[c.any()], c.pick([2, -1, 0, 3])], run: ([k], x) => x.mul(k), exact: true },
  divNumber: { draw: (c) => [[c.any()], c.pick([2, -4, 3])], run: ([k], x) => x.div(k) },
  powNumber: { draw: (c) => [[c.float()], c.pick([0, 1, 2, 3])], run: ([k], x) => x.pow(k) },
  clampNumbers: {
    draw: (c) => [[c.exact()], c.pick([-1.015, undefined]), c.pick([0.515, 2.015])],
    run: ([min, max], x) => x.clamp({ min, max }),
  },
  compareNumber: { draw: (c) => [[c.exact()], c.pick(['gt', 'le', 'eq', 'ne']), c.pick([0, 0.5, 1])], run: ([name, k], x) => x[name](k) },
  divWhole: {
    draw: (c) => [[c.whole()], c.pick(['floor', 'trunc']), c.pick([2, -3, 5])],
    run: ([roundingMode, k], x) => x.div(k, { roundingMode }),
  },
  remainderWhole: { draw: (c) => [[c.whole()], c.pick([2, -3, 5])], run: ([k], x) => x.remainder(k) },
  fmodNumber: { draw: (c) => [[c.exact()], c.pick([2, -0.75])], run: ([k], x) => x.fmod(k), exact: true },
  ...binary(['add', 'mul'], 'any', true),
  sub: binary(['sub'], 'float', true, (_, a, b) => a.sub(b))['sub']!,
  subWhole: binary(['sub'], 'whole', true, (_, a, b) => a.sub(b))['sub']!,
  ...binary(['atan2'], 'float', false, (_, a, b) => a.atan2(b.abs().add(0.5))),
  ...binary(['maximum', 'minimum'], 'exact', true),
  ...binary(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'isclose'], 'exact'),
  ...binary(['logicalAnd', 'logicalOr', 'logicalXor'], 'any'),
  ...binary(['bitwiseAnd', 'bitwiseOr', 'bitwiseXor'], 'whole'),
  div: binary(['div'], 'float', false, (_, a, b) => a.div(b.abs().add(0.5)))['div']!,
  pow: binary(['pow'], 'float', false, (_, a, b) => a.abs().add(0.5).pow(b.tanh()))['pow']!,
  remainder: binary(['remainder'], 'exact', false, (_, a, b) => a.remainder(b.abs().add(0.25)))['remainder']!,
  floorDivide: binary(['floorDivide'], 'exact', false, (_, a, b) => a.floorDivide(b.abs().add(0.25)))['floorDivide']!,
  addAlpha: binary(['addAlpha'], 'float', false, (_, a, b) => a.add(b, { alpha: 0.5 }))['addAlpha']!,
  lerp: binary(['lerp'], 'float', false, (_, a, b) => a.lerp(b, 0.25))['lerp']!,
  addcmul: binary(['addcmul'], 'float', false, (_, a, b) => a.addcmul(a, b, { value: 0.5 }))['addcmul']!,
  addcdiv: binary(['addcdiv'], 'float', false, (_, a, b) => b.addcdiv(a, b.abs().add(1), { value: -0.5 }))['addcdiv']!,
  where: {
    draw: (c) => {
      const [a, m] = [c.float(), c.bool()];
      if (a === undefined || m === undefined || !fits(c.at(a))(c.at(m))) return null;
      const b = c.float((t) => fits(t)(c.at(a)) && fits(t)(c.at(m)));
      return c.below(3) ? [[m, a, b], 0.25] : [[m, a], c.pick([0, 1, -0.5])];
    },
    run: ([k], m, a, b) => tensor.where(m, a, b ?? k),
    exact: true,
  },
  maskedFill: {
    draw: (c) => {
      const x = c.float();
      return x === undefined
        ? null
        : [
            [
              x,
              c.bool((m) => m.ndim <= c.at(x).ndim && m.shape.every((n, i) => n === 1 || n === c.at(x).shape[c.at(x).ndim - m.ndim + i])),
            ],
            c.pick([0, -2]),
          ];
    },
    run: ([value], x, m) => x.maskedFill(m, value),
    exact: true,
  },
  ...reduction(['sum'], 'any', true, true),
  ...reduction(['mean', 'norm'], 'float', true),
  norm: {
    draw: (c) => {
      const x = c.float((t) => filled(t));
      return x === undefined ? null : [[x], c.at(x).ndim ? dims(c, c.at(x)) : undefined, c.pick([1, 2, 2, 3])];
    },
    run: ([dim, p], x) => x.add(0.01).norm(dim === undefined ? { p } : { p, dim }),
  },
  ...reduction(['amax', 'amin'], 'exact', true, true),
  ...reduction(['prod'], 'exact', false, true),
  ...reduction(['argmax', 'argmin'], 'exact', false),
  ...reduction(['all', 'any'], 'any', false),
  var: {
    draw: (c) => {
      const x = c.float((t) => ranked(t) && t.shape.at(-1)! > 1);
      return x === undefined ? null : [[x], c.pick([0, 1])];
    },
    run: ([correction], x) => x.var(-1, { correction, keepdim: true }),
  },
  std: {
    draw: (c) => {
      const x = c.float((t) => ranked(t) && t.shape[0]! > 1);
      return x === undefined ? null : [[x]];
    },
    run: (_, x) =>
      x
        .square()
        .add(tensor.arange(x.shape[0]).reshape(x.shape.map((n: number, d: number) => (d ? 1 : n))))
        .std(0),
  },
  ...along('logsumexp', 'float', (x, dim) => x.logsumexp(dim)),
  ...along('softmax', 'float', (x, dim) => x.softmax(dim)),
  ...along('logSoftmax', 'float', (x, dim) => x.logSoftmax(dim)),
  ...along('cumsum', 'any', (x, dim) => x.cumsum(dim), true),
  ...along('cumprod', 'exact', (x, dim) => x.cumprod(dim)),
  ...along('logcumsumexp', 'float', (x, dim) => x.logcumsumexp(dim)),
  ...along('max', 'exact', (x, dim) => Object.values(x.max(dim)), true),
  ...along('min', 'exact', (x, dim) => Object.values(x.min(dim)), true),
  ...along('median', 'exact', (x, dim) => Object.values(x.median(dim)), true),
  ...along('sort', 'exact', (x, dim) => Object.values(x.sort(dim)), true),
  ...along('sortDown', 'exact', (x, dim) => Object.values(x.sort(dim, { descending: true })), true),
  ...along('topk', 'exact', (x, dim) => Object.values(x.topk(Math.min(2, x.size(dim)), dim)), true),
  ...along('argsort', 'exact', (x, dim) => x.argsort(dim), true),
  ...along('countNonzero', 'exact', (x, dim) => x.countNonzero(dim)),
  ...along('flip', 'any', (x, dim) => x.flip([dim]), true),
  ...along('unbind', 'any', (x, dim) => x.unbind(dim), true),
  ...along('repeatInterleave', 'any', (x, dim) => x.repeatInterleave(2, { dim }), true),
  ...along('glu', 'float', (x, dim) => F.glu(tensor.cat([x, x.mul(0.5)], dim), dim)),
  ...along('normalize', 'float', (x, dim) => F.normalize(x.add(0.25), { dim })),
  reshape: viewing(
    'any',
    (c, t) => [c.pick([[-1], [1, -1], [...t.shape].reverse(), [...t.shape, 1]])],
    ([shape], x) => (x.numel() === 0 && shape.includes(-1) ? x : x.reshape(shape)),
  ),
  flatten: viewing(
    'any',
    (c, t) => [c.below(t.ndim)],
    ([startDim], x) => x.flatten({ startDim }),
  ),
  unsqueeze: viewing(
    'any',
    (c, t) => [c.below(t.ndim + 1)],
    ([dim], x) => x.unsqueeze(dim),
    (t) => t.ndim < 4,
  ),
  squeeze: viewing(
    'any',
    () => [],
    (_, x) => x.squeeze(),
  ),
  transpose: viewing(
    'any',
    (c, t) => [anyDim(c, t), anyDim(c, t)],
    ([a, b], x) => x.transpose(a, b),
  ),
  permute: viewing(
    'any',
    (c, t) => [t.shape.map((_, d) => d).sort(() => c.below(3) - 1)],
    ([order], x) => x.permute(order),
  ),
  movedim: viewing(
    'any',
    (c, t) => [anyDim(c, t), anyDim(c, t)],
    ([a, b], x) => x.movedim(a, b),
  ),
  expand: viewing(
    'any',
    (c) => [c.pick([2, 3])],
    ([n], x) => x.expand(n, ...x.shape),
    (t) => t.ndim < 4 && t.numel() < 200,
  ),
  repeat: viewing(
    'any',
    (c, t) => [t.shape.map(() => 1 + c.below(2))],
    ([times], x) => x.repeat(times),
    (t) => ranked(t) && t.numel() < 60,
  ),
  roll: viewing(
    'any',
    (c, t) => [c.below(5) - 2, anyDim(c, t)],
    ([k, dim], x) => x.roll(k, dim),
    (t) => ranked(t) && filled(t),
  ),
  tril: viewing(
    'any',
    (c) => [c.below(4) - 2],
    ([diagonal], x) => x.tril({ diagonal }),
    rank2,
  ),
  triu: viewing(
    'any',
    (c) => [c.below(4) - 2],
    ([diagonal], x) => x.triu({ diagonal }),
    rank2,
  ),
  diagonal: viewing(
    'any',
    (c, t) => [c.below(3) - 1, t.ndim],
    ([offset], x) => x.diagonal({ offset, dim1: -2, dim2: -1 }),
    rank2,
  ),
  diag: viewing(
    'any',
    (c) => [c.below(3) - 1],
    ([diagonal], x) => x.diag({ diagonal }),
    (t) => t.ndim === 1 || t.ndim === 2,
  ),
  narrow: viewing(
    'any',
    (c, t) => {
      const d = c.below(t.ndim);
      const start = c.below(t.shape[d]! + 1);
      return [d, start, c.below(t.shape[d]! - start + 1)];
    },
    ([d, start, n], x) => x.narrow(d, start, n),
  ),
  select: viewing(
    'any',
    (c, t) => [0, c.below(t.shape[0]!)],
    ([d, i], x) => x.select(d, i),
    (t) => ranked(t) && t.shape[0]! > 0,
  ),
  slice: viewing(
    'any',
    (c) => [[c.pick([null, 0, 1]), c.pick([null, -1, 3]), c.pick([1, 2])]],
    ([part], x) => x.at('...', part),
  ),
  newDim: viewing(
    'any',
    (c) => [c.below(2)],
    ([k], x) => (k ? x.at('new', '...', 0) : x.at(null, 'new')),
    (t) => ranked(t) && t.ndim < 4 && t.shape.at(-1)! > 0,
  ),
  split: viewing(
    'any',
    (c, t) => [1 + c.below(2), anyDim(c, t)],
    ([n, dim], x) => x.split(n, { dim }),
    (t) => ranked(t) && filled(t),
  ),
  chunk: viewing(
    'any',
    (c, t) => [2, anyDim(c, t)],
    ([n, dim], x) => x.chunk(n, { dim }),
    (t) => ranked(t) && filled(t),
  ),
  unflatten: viewing(
    'any',
    (_, t) => [t.ndim - 1],
    ([d], x) => x.unflatten(d, [1, -1]),
    (t) => ranked(t) && filled(t),
  ),
  detach: viewing(
    'any',
    () => [],
    (_, x) => x.detach(),
  ),
  pad: viewing(
    'float',
    (c) => [[c.below(3), c.below(3)], c.pick(['constant', 'constant'])],
    ([pad, mode], x) => F.pad(x, pad, { mode, value: 0.5 }),
  ),
  crop: viewing(
    'float',
    (c) => [[-1, c.below(2)]],
    ([pad], x) => F.pad(x, pad),
    (t) => ranked(t) && t.shape.at(-1)! > 1,
  ),
  cat: {
    draw: (c) => {
      const a = c.any(ranked);
      return a === undefined ? null : [[a, c.shaped(c.at(a).shape), a], anyDim(c, c.at(a))];
    },
    run: ([dim], ...list) => tensor.cat(list.filter(Boolean), dim),
    exact: true,
  },
  stack: {
    draw: (c) => {
      const a = c.any((t) => t.ndim < 4);
      return a === undefined ? null : [[a, c.shaped(c.at(a).shape)], c.below(c.at(a).ndim + 1)];
    },
    run: ([dim], ...list) => tensor.stack(list.filter(Boolean), dim),
    exact: true,
  },
  toInt: { draw: (c) => [[c.exact()]], run: (_, x) => x.int() },
  toBool: { draw: (c) => [[c.exact()]], run: (_, x) => x.bool() },
  toByte: { draw: (c) => [[c.bool()]], run: (_, x) => x.to('uint8') },
  toFloat: { draw: (c) => [[c.whole()]], run: (_, x) => x.to(tensor.zeros([]).dtype), exact: true },
  boolToFloat: { draw: (c) => [[c.bool()]], run: (_, x) => x.to(tensor.zeros([]).dtype), exact: true },
  zerosLike: { draw: (c) => [[c.any()]], run: (_, x) => tensor.zerosLike(x), exact: true },
  onesLike: { draw: (c) => [[c.any()]], run: (_, x) => tensor.onesLike(x), exact: true },
  constant: { draw: (c) => [[], [c.below(5) - 2, c.below(5) / 2, -0.5]], run: ([list]) => tensor(list), exact: true },
  ints: { draw: (c) => [[], [c.below(5), c.below(5), 1]], run: ([list]) => tensor(list, { dtype: 'int32' }) },
  arange: { draw: (c) => [[], c.below(6)], run: ([n]) => tensor.arange(n) },
  eye: { draw: (c) => [[], 1 + c.below(3)], run: ([n]) => tensor.eye(n), exact: true },
  linspace: { draw: (c) => [[], c.below(6)], run: ([n]) => tensor.linspace(-1, 1, n) },
  gather: {
    draw: (c) => {
      const x = c.float((t) => ranked(t) && filled(t));
      if (x === undefined) return null;
      const i = c.whole((t) => t.ndim === c.at(x).ndim && t.shape.every((n, d) => n <= c.at(x).shape[d]!));
      return [[x, i], c.below(c.at(x).ndim)];
    },
    run: ([dim], x, i) => x.gather(dim, i.int().remainder(x.size(dim))),
    exact: true,
  },
  scatter: {
    draw: (c) => {
      const x = c.float((t) => ranked(t) && filled(t));
      if (x === undefined) return null;
      const s = c.float((t) => t.ndim === c.at(x).ndim && t.shape.every((n, d) => n <= c.at(x).shape[d]!));
      return [[x, s], c.below(c.at(x).ndim), c.below(3)];
    },
    // Each index once along the dim, so that the order of writes does not count; twice in scatterAdd.
    run: ([dim, k], x, s) => {
      const shape = s.shape.map((n: number, d: number) => (d === dim ? n : 1));
      const i = tensor
        .arange(s.size(dim))
        .add(k)
        .remainder(x.size(dim))
        .reshape(shape)
        .expand(...s.shape);
      return [x.scatter(dim, i, s), x.scatterAdd(dim, i.floorDivide(2), s)];
    },
    exact: true,
  },
  indexSelect: {
    draw: (c) => {
      const x = c.any((t) => ranked(t) && filled(t));
      return x === undefined ? null : [[x, c.whole((t) => t.ndim === 1)], c.below(c.at(x).ndim)];
    },
    run: ([dim], x, i) => x.indexSelect(dim, i.int().remainder(x.size(dim))),
    exact: true,
  },
  indexAdd: {
    draw: (c) => {
      const x = c.float((t) => ranked(t) && filled(t));
      return x === undefined ? null : [[x, c.whole((t) => t.ndim === 1)], c.below(c.at(x).ndim)];
    },
    run: ([dim], x, i) => {
      const ids = i.int().remainder(x.size(dim));
      return x.indexAdd(dim, ids, x.indexSelect(dim, ids), { alpha: 0.5 });
    },
    exact: true,
  },
  atIndex: {
    draw: (c) => [[c.any((t) => ranked(t) && filled(t)), c.whole((t) => t.ndim < 3)]],
    run: (_, x, i) => (x.ndim < 4 ? x.at(i.int().remainder(x.size(0))) : x),
    exact: true,
  },
  take: { draw: (c) => [[c.any(filled), c.whole()]], run: (_, x, i) => x.take(i.int().remainder(x.numel())), exact: true },
  oneHot: { draw: (c) => [[c.whole((t) => t.ndim < 3)]], run: (_, i) => F.oneHot(i.int().remainder(4), 4) },
  embedding: {
    draw: (c) => [[c.whole((t) => t.ndim < 3), c.float((t) => t.ndim === 2 && filled(t))]],
    run: (_, i, w) => F.embedding(i.int().remainder(w.size(0)), w),
  },
  searchsorted: { draw: (c) => [[c.exact((t) => t.ndim === 1), c.exact()]], run: (_, s, x) => s.sort().values.searchsorted(x) },
  matmul: {
    draw: (c) => {
      const a = c.float((t) => ranked(t) && filled(t));
      if (a === undefined) return null;
      const inner = c.at(a).shape.at(-1)!;
      return [
        [
          a,
          c.float((t) =>
            t.ndim === 1 ? t.shape[0] === inner : t.ndim >= 2 && t.shape.at(-2) === inner && (t.ndim === 2 || c.at(a).ndim <= 2),
          ),
        ],
      ];
    },
    run: (_, a, b) => a.matmul(b),
  },
  selfProduct: { draw: (c) => [[c.float(rank2)]], run: (_, a) => a.matmul(a.mT) },
  outer: { draw: (c) => [[c.float((t) => t.ndim === 1), c.float((t) => t.ndim === 1)]], run: (_, a, b) => a.outer(b) },
  einsum: {
    draw: (c) => [[c.float((t) => t.ndim === 2), c.float((t) => t.ndim === 1)]],
    run: (_, a, b) => tensor.einsum('ij,k->kji', a, b),
  },
  trace: { draw: (c) => [[c.float((t) => t.ndim === 2)]], run: (_, a) => [tensor.einsum('ij->j', a), tensor.einsum('ij,ij->i', a, a)] },
  cdist: {
    draw: (c) => [[c.float((t) => t.ndim === 2 && filled(t))]],
    run: (_, a) => a.cdist(a.add(tensor.arange(1, a.numel() + 1).reshape(a.shape)), { p: 2 }),
  },
  linear: {
    draw: (c) => [[c.float(ranked)], 1 + c.below(3)],
    run: ([n], x) =>
      F.linear(
        x,
        tensor
          .arange(n * x.size(-1))
          .reshape(n, -1)
          .mul(0.1)
          .sin(),
        tensor.arange(n).mul(0.5),
      ),
  },
  layerNorm: {
    draw: (c) => [[c.float((t) => ranked(t) && t.shape.at(-1)! > 1)]],
    run: (_, x) => F.layerNorm(x, [x.size(-1)], null, null, { eps: 0.1 }),
  },
  rmsNorm: { draw: (c) => [[c.float((t) => ranked(t) && t.shape.at(-1)! > 1)]], run: (_, x) => F.rmsNorm(x, [x.size(-1)], { eps: 0.1 }) },
  groupNorm: { draw: (c) => [[c.float((t) => t.ndim >= 3 && filled(t))]], run: (_, x) => F.groupNorm(x, 1, { eps: 0.1 }) },
  batchNorm: {
    draw: (c) => [[c.float((t) => t.ndim >= 2 && t.ndim <= 3 && t.shape[0]! > 1 && filled(t))]],
    run: (_, x) => {
      const [mean, variance] = [tensor.zeros(x.size(1)), tensor.ones(x.size(1))];
      return [F.batchNorm(x, mean, variance, { training: true, eps: 0.1 }), mean, variance];
    },
  },
  conv1d: {
    draw: (c) => [[c.float((t) => t.ndim === 3 && filled(t))], c.below(2), 1 + c.below(2)],
    run: ([padding, stride], x) =>
      F.conv1d(
        x,
        tensor
          .arange(2 * x.size(1) * 1)
          .reshape(2, -1, 1)
          .mul(0.3)
          .cos(),
        { padding, stride },
      ),
  },
  conv2d: {
    draw: (c) => [[c.float((t) => t.ndim === 4 && filled(t))]],
    run: (_, x) =>
      F.conv2d(
        x,
        tensor
          .arange(2 * x.size(1) * 4)
          .reshape(2, -1, 2, 2)
          .mul(0.3)
          .cos(),
        tensor([0.5, 1]),
        { padding: 1 },
      ),
  },
  pool: {
    draw: (c) => [[c.exact((t) => t.ndim === 4 && filled(t))]],
    run: (_, x) => [F.maxPool2d(x, 2, { padding: 1 }), F.avgPool2d(x, 2, { stride: 1, padding: 1 })],
  },
  attention: {
    draw: (c) => [[c.float((t) => t.ndim === 3 && filled(t))], c.below(2)],
    run: ([causal], x) => {
      const q = x.tanh().unsqueeze(0);
      return F.scaledDotProductAttention(q, q.mul(0.5), q.add(1), { isCausal: causal === 1 });
    },
  },
  activations: {
    draw: (c) => [[c.float()], c.pick(['elu', 'selu', 'celu', 'mish', 'softplus', 'softsign', 'logsigmoid', 'tanhshrink'])],
    run: ([name], x) => F[name](x),
  },
  kinks: {
    draw: (c) => [[c.exact()], c.pick(['leakyRelu', 'hardtanh', 'relu6', 'hardsigmoid', 'hardswish'])],
    run: ([name], x) => F[name](x.add(0.0078125)),
  },
  losses: {
    draw: (c) => {
      const a = c.float(filled);
      return a === undefined
        ? null
        : [[a, c.shaped(c.at(a).shape, 'float')], c.pick(['mseLoss', 'smoothL1Loss', 'huberLoss']), c.pick(['mean', 'sum', 'none'])];
    },
    run: ([name, reduction], a, b) => F[name](a, b.detach().add(0.3), { reduction }),
  },
  crossEntropy: {
    draw: (c) => [[c.float((t) => t.ndim === 2 && filled(t))], c.pick([0, 0.1]), c.pick(['mean', 'sum', 'none'])],
    run: ([labelSmoothing, reduction], x) =>
      F.crossEntropy(x, tensor.arange(x.size(0)).remainder(x.size(1)), { labelSmoothing, reduction }),
  },
  bce: {
    draw: (c) => [[c.float(filled)]],
    run: (_, x) => [
      F.binaryCrossEntropyWithLogits(x, x.detach().sigmoid()),
      F.binaryCrossEntropy(x.tanh().mul(0.4).add(0.5), x.detach().sigmoid()),
    ],
  },
  dropout: { draw: (c) => [[c.float()]], run: (_, x) => F.dropout(x, { p: 0.5, training: false }) },
  rfft: { draw: (c) => [[c.float((t) => ranked(t) && t.shape.at(-1)! > 0)]], run: (_, x) => Object.values(tensor.fft.rfft(x)) },
  withoutGrad: { draw: (c) => [[c.float()]], run: (_, x) => tensor.noGrad(() => x.mul(2)) },
  checkpoint: { draw: (c) => [[c.float()]], run: (_, x) => tensor.checkpoint((v: Any) => v.sin().mul(v), x) },
  innerGrad: { draw: (c) => [[c.float(filled)]], run: (_, x) => tensor.grad((v: Any) => v.sin().square().sum())(x.detach()) },
  innerJvp: { draw: (c) => [[c.float(filled)]], run: (_, x) => tensor.jvp((v: Any) => v.sin().mul(v), [x.detach()], [tensor.onesLike(x)]) },
  // In place
  add_: writing((c) => { const x = target(c); return x === undefined ? null : [[x, c.float((t) => t.numel() === 1 || String(t.shape) === String(c.at(x).shape))]]; }, (_, a, b) => a.add_(b.ndim && b.numel() === 1 ? b.reshape([]) : b)), // prettier-ignore
  mul_: writing(
    (c) => [[target(c)], c.pick([2, -0.5])],
    ([k], a) => a.mul_(k),
  ),
  sub_: writing(
    (c) => [[target(c)], c.pick([1, 0.25])],
    ([k], a) => a.sub_(k),
  ),
  div_: writing(
    (c) => [[target(c)], c.pick([2, -4])],
    ([k], a) => a.div_(k),
  ),
  neg_: writing(
    (c) => [[target(c)]],
    (_, a) => a.neg_(),
  ),
  zero_: writing(
    (c) => [[target(c)]],
    (_, a) => a.zero_(),
  ),
  fill_: writing(
    (c) => [[target(c)], c.pick([1.5, -1])],
    ([k], a) => a.fill_(k),
  ),
  clamp_: writing(
    (c) => [[c.exact(filled)]],
    (_, a) => a.clamp_({ min: -1.015, max: 1.015 }),
  ),
  exp_: writing(
    (c) => [[target(c)]],
    (_, a) => a.clamp_({ max: 1 }).exp_(),
  ),
  lerp_: writing((c) => { const x = target(c); return x === undefined ? null : [[x, c.shaped(c.at(x).shape, 'float')]]; }, (_, a, b) => a.lerp_(b, 0.25)), // prettier-ignore
  copy_: writing((c) => { const x = target(c); return x === undefined ? null : [[x, c.shaped(c.at(x).shape)]]; }, (_, a, b) => a.copy_(b)), // prettier-ignore
  maskedFill_: writing((c) => { const x = target(c); return x === undefined ? null : [[x, c.bool((m) => String(m.shape) === String(c.at(x).shape))]]; }, (_, a, m) => a.maskedFill_(m, 0.5)), // prettier-ignore
  addToView_: writing(
    (c) => [[c.float((t) => ranked(t) && t.shape[0]! > 0)], c.pick([2, -1])],
    ([k], a) => (a.select(0, 0).add_(k), a),
  ),
  copyToView_: writing(
    (c) => [[c.float((t) => t.ndim === 2 && t.shape[1]! > 1)]],
    (_, a) => (a.narrow(1, 0, 1).copy_(a.narrow(1, 1, 1)), a),
  ),
  shift_: writing(
    (c) => [[c.float((t) => t.ndim === 1 && t.shape[0]! > 1)]],
    (_, a) => (a.at([1, null]).add_(a.at([0, -1])), a),
  ),
  intAdd_: writing(
    (c) => [[c.whole(filled)]],
    (_, a) => a.add_(1),
  ),
};
