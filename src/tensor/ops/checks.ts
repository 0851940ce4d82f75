/* Checks of values that a call depends on: indices, classes, divisors. Where the numbers can be read synchronously (js, wasm, and
   what the host still has of a tensor on webgpu) at the call, in a compiled function before each run. What only a GPU has, or only a plan
   makes, is looked at by the device: the largest wrong value goes into a word of its own for every rule (`Status`), which the next reading takes along
   and which then throws the same sentence; on js and wasm a compiled function reads it after its run.
   Indices of tensor-api.md 7.5 that are out of range give NaN on webgpu (0 for integers): there the sentence is a warning, and `detectAnomaly` throws it. */

import type { Backend, DeviceName, HostArray } from '../../../kernels/types.ts';
import type { FusedInstruction } from '../../../kernels/operations.ts';
import { backendOf } from '../device.ts';
import { compute, computeInto, tracing, withTracer } from '../dispatch.ts';
import { callName, failAs, TensorError } from '../error.ts';
import { Storage } from '../storage.ts';
import { makeView, Tensor } from '../tensor.ts';

/** What a value must not be. */
interface Rule {
  /** Equal for equal rules of one call: they share a word. */
  readonly key: string;
  /** Throws where the value is wrong. */
  readonly check: (value: number) => void;
  /** The same as instructions behind `load x` (register 0, int32): constants and comparisons, the last one true where the value is wrong. */
  readonly wrong: readonly FusedInstruction[];
  /** Whether a wrong value on webgpu is only told. */
  readonly mild: boolean;
}

/** Set while `detectAnomaly` runs: nothing is mild. */
export const strictly = { on: false };

/** No value is wrong so far. Wrong ones are larger. */
const none = -(2 ** 31);

/** The word of a rule on a device: the largest wrong value since it was last read. */
interface Status {
  readonly rule: Rule;
  readonly backend: Backend;
  readonly word: Tensor;
}
const statuses = new Map<string, Status>();
/** Those that something was looked at for since. */
const due = new Set<Status>();

function statusOf(rule: Rule, t: Tensor): Status {
  const backend = backendOf(t.device);
  const key = `${backend.name} ${rule.mild} ${rule.key}`;
  const known = statuses.get(key);
  if (known?.backend === backend) return known;
  const storage = new Storage(1, 'int32', t.device, Int32Array.of(none), false);
  storage.pins += 1; // no plan that lets go of it is its last holder
  const made: Status = { rule, backend, word: new Tensor(storage, [], [], 0, false, false) };
  statuses.set(key, made);
  return made;
}

/** Looks at the values now, before each run of the compiled function, or where its plan makes them. */
function look(t: Tensor, rule: Rule): void {
  const trace = tracing();
  if (trace === null) visitAll(t, rule);
  else if (!trace.guard(t, (values) => visitAll(values, rule))) {
    const status = onDevice(t, rule);
    trace.repeat(() => due.add(status));
  }
}

/** Lets the device look, now or in the plan that is being traced. */
function onDevice(t: Tensor, rule: Rule): Status {
  const status = statusOf(rule, t);
  const n = t.numel();
  if (n === 0) return status;
  const instructions: FusedInstruction[] = [{ kind: 'load', input: 0 }, ...rule.wrong];
  const condition = instructions.length - 1;
  instructions.push({ kind: 'constant', value: none }, { kind: 'where', condition, a: 0, b: condition + 1 });
  const types = instructions.map(({ kind }) => (kind === 'binary' ? 'bool' : 'int32'));
  const ids = t.dtype === 'int32' ? t : compute('cast', [t], t.shape, 'int32', {});
  const wrong = compute('fused', [ids], t.shape, 'int32', { instructions, types, outputs: [condition + 2] });
  const worst = compute('reduce', [makeView(wrong, [n], [1])], [], 'int32', { fn: 'max', count: 1 });
  computeInto('binary', [status.word, worst], [status.word], { fn: 'maximum' });
  if (tracing() === null) for (const made of [wrong, worst, ...(ids === t ? [] : [ids])]) made.dispose();
  due.add(status);
  return status;
}

function visitAll(t: Tensor, rule: Rule): void {
  const { storage } = t;
  if (t.device !== 'webgpu') visitHost(t, storage.toHost(), rule.check);
  else if (storage.host === null) onDevice(t, rule);
  else told(rule, () => visitHost(t, storage.host!, rule.check));
}

function visitHost(t: Tensor, data: HostArray, visit: (value: number) => void): void {
  const { shape, strides } = t;
  const n = t.numel();
  if (n === 0) return;
  if (t.isContiguous()) {
    for (let i = t.offset, end = i + n; i < end; i++) visit(data[i]!);
    return;
  }
  const at = new Array<number>(shape.length).fill(0);
  let offset = t.offset;
  for (let i = 0; i < n; i++) {
    visit(data[offset]!);
    for (let d = shape.length - 1; d >= 0; d--) {
      offset += strides[d]!;
      if (++at[d]! < shape[d]!) break;
      offset -= strides[d]! * shape[d]!;
      at[d] = 0;
    }
  }
}

/** Runs a check; what is mild on webgpu is only told. */
function told(rule: Rule, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!rule.mild || !(error instanceof TensorError)) throw error;
    console.warn(`${error.message} What was read there is NaN, or 0 for integers.`);
  }
}

/** Whether a reading on this device has something to take along. What a lost device had found is gone with it. */
export const isDue = (device: DeviceName): boolean =>
  [...due].some(({ word, backend }) => word.device === device && backend === backendOf(device));

function takeDue(backend: Backend): Status[] {
  if (due.size === 0) return [];
  const taken = [...due].filter((status) => status.backend === backend);
  for (const status of taken) due.delete(status);
  return taken;
}

/** What the next reading on a backend takes along: ranges, and what to do with their values (throws the first sentence). */
export function dueOn(backend: Backend): {
  readonly ranges: readonly { buffer: unknown; offset: number; length: number; dtype: 'int32' }[];
  settle(values: readonly HostArray[]): void;
} {
  const taken = takeDue(backend);
  return {
    ranges: taken.map(({ word }) => ({ buffer: word.storage.toDevice(backend), offset: 0, length: 1, dtype: 'int32' })),
    settle: (values) => settle(taken, (_, i) => values[i]![0]!),
  };
}

/** After the run of a plan on a device that is read at once. */
export function settleNow(backend: Backend): void {
  if (due.size > 0) settle(takeDue(backend), ({ word }) => word.storage.toHost()[0]!);
}

function settle(taken: readonly Status[], valueOf: (status: Status, i: number) => number): void {
  const found = taken.map((status, i) => ({ status, value: valueOf(status, i) })).filter(({ value }) => value !== none);
  // All begin anew before one throws.
  for (const { status } of found) withTracer(null, () => computeInto('fill', [], [status.word], { value: none }));
  for (const { status, value } of found) told(status.rule, () => status.rule.check(value));
}

type Words = readonly [one: string, many: string];

/** Throws where an index lies outside [from, size); `spared` is a value that may stand for none. `mild`: as tensor-api.md 7.5. */
export function checkRange(
  index: Tensor,
  size: number,
  name: string,
  {
    what: [one, many] = ['index', 'elements'],
    from = 0,
    spared,
    mild = false,
  }: { what?: Words; from?: number; spared?: number; mild?: boolean } = {},
): void {
  const called = callName(name);
  const between: FusedInstruction[] = [
    { kind: 'constant', value: from },
    { kind: 'constant', value: size },
    { kind: 'binary', fn: 'lt', a: 0, b: 1 },
    { kind: 'binary', fn: 'ge', a: 0, b: 2 },
    { kind: 'binary', fn: 'logicalOr', a: 3, b: 4 },
  ];
  const unspared: FusedInstruction[] = [
    { kind: 'constant', value: spared ?? 0 },
    { kind: 'binary', fn: 'ne', a: 0, b: 6 },
    { kind: 'binary', fn: 'logicalAnd', a: 5, b: 7 },
  ];
  look(index, {
    key: `${called} ${from} ${size} ${spared}`,
    check: (value) => {
      if ((value < from || value >= size) && value !== spared)
        failAs('index', called, `${one} ${value} is out of range for ${size} ${size === 1 ? many.replace(/e?s$/, '') : many}.`);
    },
    wrong: spared === undefined ? between : [...between, ...unspared],
    mild: mild && index.device === 'webgpu' && !strictly.on,
  });
}

/** Hands float values to `check`, where they can be read synchronously: a GPU's kernels give NaN for what is wrong. */
export function checkValues(t: Tensor, check: (value: number) => void): void {
  const visit = (values: Tensor): void => {
    if (values.storage.host !== null || values.device !== 'webgpu') visitHost(values, values.storage.toHost(), check);
  };
  const trace = tracing();
  if (trace === null) visit(t);
  else trace.guard(t, visit);
}

/** Throws where an integer would be divided by 0. */
export function checkDivisor(divisor: Tensor, name: string): void {
  const called = callName(name);
  look(divisor, {
    key: `${called} divisor`,
    check: (value) => {
      if (value === 0)
        failAs('value', called, 'an integer was divided by 0. Call float() first for inf and NaN, or mask the zeros with where().');
    },
    wrong: [
      { kind: 'constant', value: 0 },
      { kind: 'binary', fn: 'eq', a: 0, b: 1 },
    ],
    mild: false,
  });
}
