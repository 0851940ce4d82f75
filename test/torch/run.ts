/* Runs the cases of test/fixtures/torch against a tensor library on one device and says which fail, and how.

   Imports nothing of Node or of the test runner, so it works in a browser's worker too. The library is handed in: its
   objects are looked up by the names in the cases, hence the one loose type below. What a case means: cases.ts. */

import type { Case, CallCase, Gradients, ModuleCase, OptimiserCase, ProgramCase, SchedulerCase, TensorText, Value } from './cases.ts';

/** An object of the library, used by names that come from data. */
// oxlint-disable-next-line typescript/no-explicit-any -- the edge where names of cases meet the library
export type Loose = any;

/** The library's module: `{ tensor, nn, optim, random, … }`. */
export type Library = Readonly<Record<string, Loose>>;

export interface Outcome {
  readonly passed: number;
  readonly skipped: number;
  readonly failed: readonly { readonly name: string; readonly message: string }[];
}

/** What a case expected and did not get. */
class Mismatch extends Error {}

const SPECIAL: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity, '-0': -0 };

export interface RunOptions {
  /** Only cases whose name contains this text. Default: all. */
  readonly only?: string;
  /** Tensors stand in the middle of storages too large to be computed on the host, so that the device computes. Default: false. */
  readonly large?: boolean;
  /** Calls are made, and differentiated, in a compiled function at its second call; other cases are skipped. Default: false. */
  readonly compiled?: boolean;
}

/** What cannot be compiled: asynchronous, or its shape depends on values. */
const UNCOMPILED = /\.(unique|nonzero|maskedSelect|allclose|equal|bincount)$|linalg\.(?!norm|vectorNorm)/;

/** Runs `cases` on `device` ("js", "wasm", "webgpu"), one after another. */
export async function runCases(
  given: Library,
  device: string,
  cases: readonly Case[],
  { only = '', large = false, compiled = false }: RunOptions = {},
): Promise<Outcome> {
  const library = large ? { ...given, place: placeInLarge(given['tensor']) } : given;
  await library['tensor'].setDefaultDevice(device);
  const failed: { name: string; message: string }[] = [];
  let passed = 0;
  let skipped = 0;
  for (const one of cases) {
    const wrong = compiled && (!('call' in one) || UNCOMPILED.test(one.call) || !JSON.stringify(one.args).includes('"s":'));
    if (wrong || !one.name.includes(only) || (one.devices && !one.devices.includes(device))) {
      skipped++;
      continue;
    }
    try {
      if ('call' in one) await (compiled ? runCompiled : runCall)(library, one);
      else if ('js' in one) await runProgram(library, one);
      else if ('module' in one) await runModule(library, one);
      else if ('optimiser' in one) await runOptimiser(library, one);
      else await runScheduler(library, one);
      passed++;
    } catch (error) {
      failed.push({ name: one.name, message: errorText(error) });
    }
  }
  return { passed, skipped, failed };
}

/** `count` numbers in [0, 1) with 24 bits each. */
export function mulberry32(seed: number, count: number): Float64Array {
  let a = seed | 0;
  return Float64Array.from({ length: count }, () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 8) / 16777216;
  });
}

/** The gradient handed to backward; `shift` makes another one for second derivatives. */
export function cotangent(library: Library, like: Loose, shift = 0): Loose {
  const values = Array.from({ length: like.numel() as number }, (_, i) => (((i * 7 + 3) % 11) - 5) / 4 + shift);
  const wide = like.dtype === 'float64';
  return place(library, wide ? Float64Array.from(values) : Float32Array.from(values), like.shape, like.dtype);
}

/** How strictly to compare. */
interface Rules {
  readonly pointwise?: 1 | undefined;
  readonly scale?: number | undefined;
  readonly bits?: 1 | undefined;
}

// Arguments

interface Made {
  /** Tensors that require gradients, in the order of the text. */
  readonly leaves: Loose[];
  /** All tensors, before views of them are taken. */
  readonly all?: Loose[];
  /** Those to use instead of making new ones. */
  readonly ready?: Loose[];
}

function isTensorText(x: object): x is TensorText {
  return '$t' in x || '$r' in x;
}

/** The argument a case describes; leaves that require gradients are collected in the order of the text. */
function make(library: Library, x: unknown, made: Made): Loose {
  if (Array.isArray(x)) return x.map((y) => make(library, y, made));
  if (x === null || typeof x !== 'object') return x;
  if (isTensorText(x)) return makeTensor(library, x, made);
  if ('$n' in x) return SPECIAL[x.$n as string];
  if ('$i' in x) return Int32Array.from(x.$i as number[]);
  return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, make(library, value, made)]));
}

/** Makes the tensor described by `x`. */
export function makeTensor(library: Library, x: TensorText, made: Made = { leaves: [] }): Loose {
  const dtype = x.d ?? 'float32';
  const numbers = numbersOf(x, dtype);
  const data =
    dtype === 'float64'
      ? Float64Array.from(numbers)
      : dtype === 'int32'
        ? Int32Array.from(numbers)
        : dtype === 'uint8' || dtype === 'bool'
          ? Uint8Array.from(numbers)
          : Float32Array.from(numbers);
  const leaf = made.ready?.shift() ?? place(library, data, x.s, dtype);
  made.all?.push(leaf);
  if (x.g === 1) made.leaves.push(leaf.requiresGrad_());
  return (x.v ?? []).reduce((value: Loose, [name, ...args]) => value[name](...args), leaf);
}

type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

function place(library: Library, data: Numbers, shape: readonly number[], dtype: string): Loose {
  return library['place']?.(data, shape, dtype) ?? library['tensor'](data, { shape, dtype });
}

/** Puts tensors at an odd offset of a storage of more than 2,048 elements. */
function placeInLarge(tensor: Loose): (data: Numbers, shape: readonly number[], dtype: string) => Loose {
  return (data, shape, dtype) => {
    const all = new (data.constructor as new (length: number) => Numbers)(data.length + 2049);
    all.set(data, 3);
    return tensor(all, { shape: [all.length], dtype })
      .narrow(0, 3, data.length)
      .view(shape)
      .detach();
  };
}

function numbersOf(x: TensorText, dtype: string): readonly number[] {
  if (x.$t) return x.$t.map((value) => (typeof value === 'string' ? SPECIAL[value]! : Number(value)));
  const count = x.s.reduce((a, b) => a * b, 1);
  const low = x.lo ?? -1;
  const high = x.hi ?? 1;
  const all = Array.from(mulberry32(x.$r!, count), (u) => low + (high - low) * u);
  return dtype === 'float32' || dtype === 'float64' ? all : all.map(Math.floor);
}

// Kinds of cases

async function runCall(library: Library, one: CallCase): Promise<void> {
  const made: Made = { leaves: [] };
  const args = one.args.map((x) => make(library, x, made));
  const result = await lookUp(library, one.call)(...args);
  await compare(one.expect, result, one, 'result');
  if (one.grads) await compareGradients(one, differentiate(library, one, result, made.leaves), made.leaves);
  if (one.method) {
    const again = one.args.map((x) => make(library, x, { leaves: [] }));
    const name = one.call.slice('tensor.'.length);
    if (typeof again[0][name] !== 'function') throw new Mismatch(`no method ${name}`);
    await compare(one.expect, await again[0][name](...again.slice(1)), one, 'method');
  }
}

/** The same in a compiled function: its first call traces, its second replays the plan. */
async function runCompiled(library: Library, one: CallCase): Promise<void> {
  const all: Loose[] = [];
  make(library, one.args, { leaves: [], all });
  const leaves = all.filter((t) => t.requiresGrad);
  const step = library['tensor'].compile(() => {
    const inside: Made = { leaves: [], ready: [...all] };
    const result = lookUp(library, one.call)(...make(library, one.args, inside));
    return [result, one.grads ? differentiate(library, one, result, inside.leaves) : null];
  });
  step();
  const [result, derivatives] = step();
  await compare(one.expect, result, one, 'compiled');
  if (one.grads) await compareGradients(one, derivatives, leaves);
  step.dispose();
}

/** Gradients of the leaves with the fixed cotangent, and where the case has them second ones. */
function differentiate(
  library: Library,
  one: CallCase,
  result: Loose,
  leaves: readonly Loose[],
): { first: Loose[]; second: Loose[] | null } {
  const { autograd } = library['tensor'];
  const outputs = tensorsIn(library, result).filter((t) => t.requiresGrad);
  if (outputs.length === 0) throw new Mismatch('no result requires gradients');
  const gradOutputs = outputs.map((t) => cotangent(library, t));
  const first = autograd.grad(outputs, leaves, { gradOutputs, allowUnused: true, createGraph: one.second !== undefined });
  if (!one.second) return { first, second: null };
  const firsts = first.filter((g: Loose) => g?.requiresGrad);
  if (firsts.length === 0) throw new Mismatch('second: no gradient requires gradients');
  const again = firsts.map((g: Loose) => cotangent(library, g, 0.5));
  return { first, second: autograd.grad(firsts, leaves, { gradOutputs: again, allowUnused: true }) };
}

async function compareGradients(
  one: CallCase,
  { first, second }: ReturnType<typeof differentiate>,
  leaves: readonly Loose[],
): Promise<void> {
  for (const [i, expected] of one.grads!.entries()) await compareGradient(expected, first[i], leaves[i], one, `grad ${i}`);
  const wider = { ...one, scale: one.scale2 ?? 1 };
  for (const [i, expected] of (one.second ?? []).entries()) await compareGradient(expected, second![i], leaves[i], wider, `second ${i}`);
}

/** A gradient that must be zero may be absent. */
async function compareGradient(expected: Gradients[number], got: Loose, leaf: Loose, one: Rules, where: string): Promise<void> {
  const values = expected === 0 || expected === null ? Array.from({ length: leaf.numel() }, () => 0) : expected;
  if (got === null || got === undefined) {
    if (expected === 0 || expected === null) return;
    throw new Mismatch(`${where}: expected ${brief(values)}, got none`);
  }
  const text = { $t: values, s: leaf.shape, ...(leaf.dtype === 'float32' ? {} : { d: leaf.dtype }) };
  await compare(text, got, { pointwise: one.pointwise, scale: one.scale }, where);
}

async function runProgram(library: Library, one: ProgramCase): Promise<void> {
  const inputs = Object.entries(one.in).map(([key, value]) => [key, make(library, value, { leaves: [] })] as const);
  const names = ['tensor', 'nn', 'optim', 'random'];
  const body = new Function(...names, 'F', 'lib', ...inputs.map(([key]) => key), `return (async () => {${one.js}\n})()`);
  const run = (): Promise<Loose> =>
    body(...names.map((name) => library[name]), library['nn'].functional, library, ...inputs.map(([, value]) => value));
  if (one.throws === undefined) return compare(one.expect, await run(), one, 'result');
  let result: Loose;
  try {
    result = await run();
  } catch (error) {
    checkError(error, one);
    return;
  }
  throw new Mismatch(`expected an error of code ${one.throws}, got ${await show(result)}`);
}

function checkError(error: unknown, one: ProgramCase): void {
  const { code, message } = error as { code?: unknown; message?: string };
  if (one.throws !== '' && code !== one.throws)
    throw new Mismatch(`expected an error of code ${one.throws}, got ${String(code)}: ${errorText(error)}`);
  if (!(message ?? '').includes(one.message ?? '')) throw new Mismatch(`expected a message with "${one.message}", got "${message}"`);
}

async function runModule(library: Library, one: ModuleCase): Promise<void> {
  const constructor = lookUp(library, one.module);
  const module = new constructor(...one.args.map((x) => make(library, x, { leaves: [] })));
  const state = Object.entries(one.state).map(([key, text]) => [key, makeTensor(library, text)]);
  const keys = Object.keys(module.stateDict()).join(' ');
  if (keys !== Object.keys(one.state).join(' ')) throw new Mismatch(`keys: expected ${Object.keys(one.state).join(' ')}, got ${keys}`);
  module.loadStateDict(Object.fromEntries(state));
  module.train(one.mode === 'train');
  const made: Made = { leaves: [] };
  const inputs = one.inputs.map((x) => make(library, x, made));
  for (let i = 1; i < (one.times ?? 1); i++) module(...inputs);
  const result = module(...inputs);
  await compare(one.expect, result, one, 'output');
  const outputs = tensorsIn(library, result).filter((t) => t.requiresGrad);
  if (outputs.length > 0) {
    const named = module.namedParameters() as [string, Loose][];
    const wanted = [...made.leaves, ...named.map(([, p]) => p)];
    const options = { gradOutputs: outputs.map((t) => cotangent(library, t)), allowUnused: true };
    const gradients = library['tensor'].autograd.grad(outputs, wanted, options);
    for (const [i, expected] of one.grads.entries()) await compareGradient(expected, gradients[i], wanted[i], one, `grad of input ${i}`);
    for (const [i, [name, p]] of named.entries()) {
      const expected = one.parameters[name];
      if (expected === undefined) throw new Mismatch(`parameter ${name} is not PyTorch's`);
      await compareGradient(expected, gradients[made.leaves.length + i], p, one, `grad of ${name}`);
    }
  }
  const after = module.stateDict();
  for (const [name, expected] of Object.entries(one.buffers ?? {})) await compare(expected, after[name], one, `buffer ${name}`);
}

async function runOptimiser(library: Library, one: OptimiserCase): Promise<void> {
  const groups = one.groups.map((group) => ({
    params: group.params.map((text) => new library['nn'].Parameter(makeTensor(library, text))),
    ...group.options,
  }));
  const all = groups.flatMap((group) => group.params);
  const constructor = library['optim'][one.optimiser];
  const optimiser = new constructor(groups.length === 1 ? groups[0]!.params : groups, one.options);
  for (let t = 1; t <= one.steps; t++) {
    for (const [i, p] of all.entries()) {
      const skipped = t % 2 === 1 && one.skip?.includes(i);
      const numbers = Float32Array.from(mulberry32(1000 * t + i, p.numel()), (u) => u * 2 - 1);
      p.grad = skipped ? null : place(library, numbers, p.shape, 'float32');
    }
    optimiser.step();
    const expected = one.after[t];
    if (!expected) continue;
    for (const [i, p] of all.entries()) await compare({ $t: expected[i], s: p.shape }, p.detach(), one, `parameter ${i} after step ${t}`);
  }
}

async function runScheduler(library: Library, one: SchedulerCase): Promise<void> {
  const { tensor, nn, optim } = library;
  const groups = one.lrs.map((lr) => ({ params: [new nn.Parameter(tensor.zeros([1]))], lr }));
  const o = new optim.SGD(groups, { lr: 0.1, momentum: 0.9 });
  const scheduler = new Function('o', 'S', 'math', `return ${one.scheduler}`)(o, optim.lrScheduler, Math);
  for (const [t, expected] of one.expect.entries()) {
    if (t > 0) {
      o.step();
      scheduler.step(...(one.metrics ? [one.metrics[t - 1]] : []));
    }
    const got = one.metrics ? o.paramGroups.map((g: Loose) => g.lr) : scheduler.getLastLr();
    for (const [i, lr] of expected.entries()) {
      if (!(Math.abs(got[i] - lr) <= 1e-6 * Math.abs(lr) + 1e-12))
        throw new Mismatch(`after step ${t}: expected lr ${lr}, got ${got[i]} (group ${i})`);
      if (o.paramGroups[i].lr !== got[i]) throw new Mismatch(`after step ${t}: getLastLr is not paramGroups[${i}].lr`);
    }
    const momentum = one.momenta?.[t];
    const actual = o.paramGroups[0].momentum;
    if (momentum !== undefined && !(Math.abs(actual - momentum) <= 1e-6))
      throw new Mismatch(`after step ${t}: expected momentum ${momentum}, got ${actual}`);
  }
}

// Comparison

/** Throws a Mismatch unless `got` is what `expected` describes. */
async function compare(expected: Loose, got: Loose, one: Rules, where: string): Promise<void> {
  if (Array.isArray(expected)) {
    if (!Array.isArray(got) && !ArrayBuffer.isView(got)) throw new Mismatch(`${where}: expected an array, got ${kindOf(got)}`);
    const list = Array.from(got as ArrayLike<Loose>);
    if (list.length !== expected.length) throw new Mismatch(`${where}: expected ${expected.length} items, got ${list.length}`);
    for (const [i, x] of expected.entries()) await compare(x, list[i], one, `${where}[${i}]`);
    return;
  }
  if (expected !== null && typeof expected === 'object') {
    if ('$t' in expected) return compareTensor(expected, got, one, where);
    if (!('$n' in expected)) {
      if (got === null || typeof got !== 'object') throw new Mismatch(`${where}: expected an object, got ${kindOf(got)}`);
      for (const [key, x] of Object.entries(expected)) await compare(x, got[key], one, `${where}.${key}`);
      return;
    }
  }
  if (expected !== null && typeof expected === 'object') compareNumber(SPECIAL[expected.$n]!, got, where);
  else if (typeof expected === 'number') compareNumber(expected, got, where);
  else if (!Object.is(expected, got))
    throw new Mismatch(`${where}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got) ?? kindOf(got)}`);
}

function compareNumber(expected: number, got: unknown, where: string): void {
  const close = typeof got === 'number' && (Object.is(got, expected) || Math.abs(got - expected) <= 2e-5 * Math.abs(expected) + 2e-6);
  if (!close) throw new Mismatch(`${where}: expected ${expected}, got ${typeof got === 'number' ? got : kindOf(got)}`);
}

async function compareTensor(expected: TensorText, got: Loose, one: Rules, where: string): Promise<void> {
  if (got === null || got === undefined || typeof got.data !== 'function')
    throw new Mismatch(`${where}: expected a tensor, got ${kindOf(got)}`);
  if (String(got.shape) !== String(expected.s)) throw new Mismatch(`${where}: expected shape [${expected.s}], got [${got.shape}]`);
  const dtype = expected.d === 'int64' ? 'int32' : (expected.d ?? 'float32');
  if (got.dtype !== dtype) throw new Mismatch(`${where}: expected dtype ${dtype}, got ${got.dtype}`);
  const values = Array.from((await got.data()) as ArrayLike<number>);
  const wanted = expected.$t!.map((v) => (typeof v === 'string' ? SPECIAL[v]! : Number(v)));
  if (values.length !== wanted.length) throw new Mismatch(`${where}: expected ${wanted.length} values, got ${values.length}`);
  const largest = wanted.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 1);
  const absolute = one.pointwise ? 5e-6 : 2e-6 * largest;
  const exact = !dtype.startsWith('float');
  const scale = one.scale ?? 1;
  const wrong = wanted.flatMap((v, i) =>
    agrees(v, values[i]!, exact ? 0 : scale * (2e-5 * Math.abs(v) + absolute), one.bits === 1) ? [] : [i],
  );
  if (wrong.length === 0) return;
  const shown = wrong.slice(0, 3).map((i) => `[${i}] expected ${number(wanted[i]!)}, got ${number(values[i]!)}`);
  throw new Mismatch(`${where} [${expected.s}]: ${wrong.length} of ${wanted.length} differ: ${shown.join('; ')}`);
}

function agrees(expected: number, got: number, tolerance: number, bits: boolean): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(got);
  if (!Number.isFinite(expected)) return got === expected;
  if (bits && expected === 0 && got === 0) return Object.is(expected, got);
  return Math.abs(got - expected) <= tolerance;
}

// Words

function lookUp(library: Library, path: string): Loose {
  let value: Loose = library;
  for (const part of path.split('.')) {
    value = value?.[part];
    if (value === undefined) throw new Mismatch(`no ${path}`);
  }
  return value;
}

function tensorsIn(library: Library, x: Loose): Loose[] {
  if (x === null || x === undefined || typeof x !== 'object') return [];
  if (x instanceof library['Tensor']) return [x];
  return Object.values(x).flatMap((y) => tensorsIn(library, y));
}

function number(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x);
}

function brief(values: readonly Value[]): string {
  return values.length > 6 ? `${values.slice(0, 6).join(', ')}, …` : values.join(', ');
}

async function show(x: Loose): Promise<string> {
  return typeof x?.data === 'function' ? `[${brief(Array.from(await x.data()))}]` : (JSON.stringify(x) ?? String(x)).slice(0, 200);
}

function kindOf(x: unknown): string {
  return x === null
    ? 'null'
    : typeof x === 'object'
      ? ((x as object).constructor?.name ?? 'object')
      : `${typeof x} ${String(x).slice(0, 80)}`;
}

function errorText(error: unknown): string {
  if (error instanceof Mismatch) return error.message;
  if (!(error instanceof Error)) return String(error);
  const at =
    error.name === 'TensorError'
      ? ''
      : ((error.stack ?? '')
          .split('\n')
          .find((line) => /src\/tensor|kernels\//.test(line))
          ?.trim() ?? '');
  return `${error.name}: ${error.message}${at ? ` ${at}` : ''}`;
}
