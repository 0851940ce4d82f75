/* For tests: random programs over the public library, written as data so that the same one runs eagerly and compiled, on every device, in
   float32 and float64. Each step names an operation of test-operations.ts, the values it takes and what it is called with; all is drawn
   while the program is run once in float64 on js, so shapes fit and what would overflow or hang on a rounding is left out. */

import { optim, tensor as library, type Tensor } from './index.ts';
import { table, type Choices } from './test-operations.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- the surface made from the table is checked at run time
type Any = any;
const tensor = library as Any;

export interface Step {
  readonly op: string;
  /** Indices of earlier values: inputs first, then what the steps gave, in order. */
  readonly from: readonly number[];
  readonly with: readonly Any[];
}

export interface Input {
  readonly shape: readonly number[];
  readonly dtype: 'float' | 'int32' | 'bool';
  /** An argument of the function, or a tensor that it finds outside. */
  readonly role: 'argument' | 'captured';
  readonly grad: boolean;
  /** How it lies in its storage. */
  readonly layout: 'plain' | 'transposed' | 'offset';
}

export interface RandomProgram {
  readonly inputs: readonly Input[];
  readonly steps: readonly Step[];
  /** Values that the function returns. */
  readonly outputs: readonly number[];
  /** Values whose weighted sums are the loss; empty where nothing is differentiated. */
  readonly loss: readonly number[];
  readonly how: 'backward' | 'autograd' | 'outside';
  readonly optimiser: string | null;
}

/** Numbers in [0, 1) from a seed (mulberry32). */
export function numbers(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 8) / 2 ** 24;
  };
}

const shapes = [[3], [2, 3], [3, 2], [3, 3], [4], [1, 3], [2, 1], [], [1], [2, 3, 4], [2, 2, 3], [4, 5], [1, 2, 4, 4], [7], [3, 1, 2]];

/** A program with its expected course in mind; every choice comes from the seed. `wild`: inputs with NaN, infinities and −0; `empty`: with dims of 0. */
export function randomProgram(seed: number, options: { length?: number; wild?: boolean; empty?: boolean } = {}): RandomProgram {
  tensor.setDefaultDtype('float64');
  try {
    return drawn(seed, options);
  } finally {
    tensor.setDefaultDtype('float32');
  }
}

function drawn(
  seed: number,
  { length = 24, wild = false, empty = false }: { length?: number; wild?: boolean; empty?: boolean },
): RandomProgram {
  const next = numbers(seed);
  const below = (n: number): number => Math.floor(next() * n);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const how = pick(['backward', 'backward', 'autograd', 'outside'] as const);
  const inputs: Input[] = Array.from({ length: 3 + below(4) }, (_, i) => {
    const dtype = i === 0 ? 'float' : pick(['float', 'float', 'float', 'int32', 'bool'] as const);
    const role = pick(['argument', 'captured'] as const);
    const chosen = pick(shapes);
    const shape = empty && below(2) === 0 ? chosen.map((n, d) => (d === 0 ? 0 : n)) : chosen;
    return {
      shape,
      dtype,
      role,
      grad: dtype === 'float' && below(2) === 0,
      layout: pick(['plain', 'plain', 'transposed', 'offset'] as const),
    };
  });
  const made = makeInputs(inputs, { seed, wild, call: 0, wide: true });
  const values: Tensor[] = [...made];
  const isExact: boolean[] = inputs.map((_, i) => i % 2 === 0 || inputs[i]!.dtype !== 'float');
  const steps: Step[] = [];
  const usable = (t: Tensor): boolean => t.numel() <= 600 && t.ndim <= 4;
  const find = (test: (t: Tensor, i: number) => boolean): number | undefined => {
    const from = below(values.length);
    // Late values first, so that programs are deep.
    for (let k = 0; k < values.length; k++) {
      const i = below(3) === 0 ? (from + k) % values.length : values.length - 1 - ((k + below(3)) % values.length);
      if (usable(values[i]!) && test(values[i]!, i)) return i;
    }
    return undefined;
  };
  const isFloat = (t: Tensor): boolean => t.dtype === 'float64' || t.dtype === 'float32';
  const of = (kind: (t: Tensor, i: number) => boolean) => (test?: (t: Tensor) => boolean) =>
    find((t, i) => kind(t, i) && (!test || test(t)));
  const choices: Choices = {
    below,
    pick,
    float: of(isFloat),
    exact: of(
      (t, i) =>
        isFloat(t) &&
        isExact[i]! &&
        t.dataSync().every((x: number) => !Number.isFinite(x) || (Math.abs(x) <= 64 && Number.isInteger(x * 64))),
    ),
    whole: of((t) => t.dtype === 'int32' || t.dtype === 'uint8'),
    bool: of((t) => t.dtype === 'bool'),
    any: of(() => true),
    shaped: (shape, only) => find((t) => String(t.shape) === String(shape) && t.ndim === shape.length && (only !== 'float' || isFloat(t))),
    at: (i) => values[i]!,
  };
  const names = Object.keys(table);
  for (let tries = 0; steps.length < length && tries < length * 30; tries++) {
    const op = pick(names);
    const operation = table[op]!;
    const drawn = operation.draw(choices);
    if (drawn === null) continue;
    const [from, ...given] = drawn;
    const list = from.filter((i) => i !== undefined);
    if (list.length < from.length && (from[0] === undefined || !['where', 'cat', 'stack'].includes(op))) continue;
    const step: Step = { op, from: list, with: given };
    const before = operation.writes ? values.map((t) => t.dataSync()) : null;
    let out: Tensor[];
    try {
      out = outcome(step, values);
    } catch (error) {
      if ((error as { code?: string }).code === undefined) throw error;
      if (!tolerated(error)) {
        const called = `${op}(${list.map((k) => `${values[k]!.dtype}[${values[k]!.shape}]`).join(', ')}; ${JSON.stringify(given)})`;
        throw new Error(`seed ${seed}: ${called}`, { cause: error });
      }
      continue;
    }
    const sane = (t: Tensor): boolean =>
      wild || [...t.dataSync()].every((x) => Number.isFinite(x) && Math.abs(x) < (isFloat(t) ? 100 : 1e6));
    const touched = before ? values : out;
    if (!touched.every(sane)) {
      if (before) return { inputs, steps, outputs: [0], loss: [], how, optimiser: null }; // written over: end here
      continue;
    }
    steps.push(step);
    const exact = (operation.exact ?? false) && list.every((i) => isExact[i]);
    if (operation.writes && !exact) values.forEach((t, i) => t.sharesStorage(values[list[0]!]!) && (isExact[i] = false));
    for (const t of out) {
      values.push(t);
      isExact.push(exact);
    }
  }
  const outputs = [
    ...new Set(
      Array.from({ length: 1 + below(4) }, () =>
        below(6) === 0 ? below(inputs.length) : values.length - 1 - below(Math.min(values.length, 12)),
      ),
    ),
  ];
  const differentiable = values.flatMap((t, i) => (t.requiresGrad && i >= inputs.length ? [i] : []));
  const loss =
    differentiable.length === 0 || below(5) === 0
      ? []
      : [
          ...new Set(
            Array.from(
              { length: 1 + below(3) },
              () => differentiable[differentiable.length - 1 - below(Math.min(8, differentiable.length))]!,
            ),
          ),
        ];
  const optimiser =
    how === 'backward' && inputs.some((one) => one.grad && one.role === 'captured')
      ? pick([null, 'SGD', 'Adam', 'AdamW', 'RMSprop', 'Adagrad', 'Lion'])
      : null;
  return { inputs, steps, outputs, loss, how, optimiser };
}

/** Errors that a drawn step may meet: gradients and writes in place. */
const tolerated = (error: unknown): boolean =>
  ['grad'].includes((error as { code: string }).code) || /in place|apart|probabilities/.test((error as Error).message);

function outcome(step: Step, values: readonly Tensor[]): Tensor[] {
  const out = table[step.op]!.run(step.with as Any[], ...step.from.map((i) => values[i]!));
  return Array.isArray(out) ? out : [out];
}

export interface RunOptions {
  readonly seed: number;
  readonly wild?: boolean;
  /** float64, on js. */
  readonly wide?: boolean;
  /** `compile`, or nothing. */
  readonly wrap?: <T extends (...args: Any[]) => Any>(fn: T) => T;
  readonly read?: (list: Tensor[]) => Promise<ArrayLike<number>[]>;
}

function makeInputs(
  inputs: readonly Input[],
  { seed, wild, call: nth, wide }: { seed: number; wild: boolean; call: number; wide: boolean },
): Tensor[] {
  const next = numbers(seed * 31 + nth);
  return inputs.map(({ shape, dtype, grad, layout }, i) => {
    const size = shape.reduce((n, k) => n * k, 1);
    const value = (): number => {
      if (dtype === 'bool') return next() < 0.5 ? 0 : 1;
      if (dtype === 'int32') return Math.floor(next() * 8) - 2;
      if (wild && next() < 0.15) return [NaN, Infinity, -Infinity, -0][Math.floor(next() * 4)]!;
      return i % 2 === 0 ? Math.floor(next() * 33 - 16) / 8 : next() * 4 - 2;
    };
    const list = Array.from({ length: size }, value);
    const type = dtype === 'float' ? (wide ? 'float64' : 'float32') : dtype;
    const make = (data: number[], of: readonly number[]): Any =>
      tensor(wide && dtype === 'float' ? Float64Array.from(data) : Float32Array.from(data), { shape: of, dtype: type });
    let t: Any;
    if (layout === 'transposed' && shape.length > 1) {
      t = make(list, [...shape].reverse())
        .permute(shape.map((_, d) => shape.length - 1 - d))
        .detach();
    } else if (layout === 'offset') {
      t = make([...new Array<number>(5).fill(9), ...list, 9], [size + 6])
        .narrow(0, 5, size)
        .reshape(shape)
        .detach();
    } else t = make(list, shape);
    return grad ? t.requiresGrad_() : t;
  });
}

/** What a program gave: per call its results and what became of the tensors outside; an error instead where it threw. */
export interface Course {
  readonly shapes: readonly string[];
  readonly numbers: readonly (readonly number[])[];
  readonly error: string | null;
}

/** Calls the program three times, with two sets of values. */
export async function runProgram(
  program: RandomProgram,
  { seed, wild = false, wide = false, wrap = (fn) => fn, read }: RunOptions,
): Promise<Course> {
  tensor.setDefaultDtype(wide ? 'float64' : 'float32');
  const readAll = read ?? ((list: Tensor[]) => tensor.readAll(list));
  const { inputs, steps, outputs, loss, how, optimiser } = program;
  const seen: Tensor[] = [];
  const found: number[][] = [];
  const shown: string[] = [];
  try {
    const captured = makeInputs(inputs, { seed, wild, call: 0, wide });
    const parameters = captured.filter((t, i) => inputs[i]!.grad && inputs[i]!.role === 'captured');
    const opt = optimiser
      ? new (optim as Any)[optimiser](parameters, { lr: 0.01, ...(optimiser === 'SGD' ? { momentum: 0.9 } : {}) })
      : null;
    const scalar = (list: readonly Tensor[]): Any =>
      loss
        .map((i, k) => (list[i] as Any).mul(tensor.arange(list[i]!.numel()).reshape(list[i]!.shape).mul(0.7).add(k).cos()).sum())
        .reduce((a: Any, b: Any) => a.add(b));
    const fn = wrap((...args: Tensor[]) => {
      let at = 0;
      const values = inputs.map(({ role }, i) => (role === 'argument' ? args[at++]! : captured[i]!));
      const leaves = values.filter((t) => t.requiresGrad && t.isLeaf);
      if (opt) opt.zeroGrad();
      for (const step of steps) values.push(...outcome(step, values));
      const returned = outputs.map((i) => values[i]!);
      if (how === 'outside' || loss.length === 0)
        return {
          returned: how === 'outside' ? returned : returned.map((t) => (t.requiresGrad ? t.detach() : t)),
          loss: loss.length > 0 ? scalar(values) : null,
          gradients: null,
        };
      const total = scalar(values);
      const gradients = how === 'autograd' ? tensor.autograd.grad(total, leaves, { allowUnused: true }) : null;
      if (how === 'backward') total.backward();
      if (opt) opt.step();
      return { returned: returned.map((t) => (t.requiresGrad ? t.detach() : t)), loss: total.detach(), gradients };
    });
    for (const call of [0, 1, 0]) {
      const own = makeInputs(inputs, { seed, wild, call, wide });
      const args = own.filter((_, i) => inputs[i]!.role === 'argument');
      const result = fn(...args);
      if (how === 'outside' && result.loss) result.loss.backward();
      seen.length = 0;
      seen.push(...result.returned, ...(result.loss ? [result.loss] : []), ...(result.gradients ?? []).filter(Boolean));
      seen.push(...args, ...captured, ...[...args, ...captured].flatMap((t) => t.grad ?? []));
      shown.push(...seen.map((t) => `${t.dtype.replace('64', '32')}[${t.shape}]`));
      found.push(...(await readAll(seen)).map((data: ArrayLike<number>) => Array.from(data)));
    }
    return { shapes: shown, numbers: found, error: null };
  } catch (error) {
    if ((error as { code?: string }).code === undefined) throw error;
    return { shapes: shown, numbers: found, error: `${(error as { code: string }).code}: ${(error as Error).message}` };
  } finally {
    tensor.setDefaultDtype('float32');
  }
}

/** The first difference of two courses in words, or null. */
export function differs(a: Course, b: Course, tolerance: number): string | null {
  if (a.error !== b.error) return `error ${a.error} against ${b.error}`;
  if (String(a.shapes) !== String(b.shapes)) return `shapes ${a.shapes.join(' ')} against ${b.shapes.join(' ')}`;
  for (let i = 0; i < a.numbers.length; i++) {
    const [x, y] = [a.numbers[i]!, b.numbers[i]!];
    const scale = Math.max(1, ...x.filter(Number.isFinite).map(Math.abs));
    for (let k = 0; k < x.length; k++) {
      if (Object.is(x[k], y[k]) || Math.abs(x[k]! - y[k]!) <= tolerance * scale) continue;
      return `value ${i} (${a.shapes[i]}) [${k}]: ${x[k]} against ${y[k]}`;
    }
  }
  return null;
}
