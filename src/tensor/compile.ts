/* `tensor.compile(fn)` (tensor-api.md 4): the first call of a signature traces `fn` – forward, backward and optimiser alike – into a list of
   kernel calls over numbered buffers, which the backend turns into one static plan; later calls replay it.

     call ─ signature known? ──yes──▶ host steps (random state, learning rates) ▶ plan ▶ results
                  └──no──▶ trace (nothing runs) ▶ plan ──────────────────────────▲

   Tensors that `fn` made inside have no values outside of the plan. Tensors it found outside are read and written by identity. */

import type { OperationName } from '../../kernels/operations.ts';
import type { Call, DeviceName, Executable, HostArray, Program, ProgramBuffer, View } from '../../kernels/types.ts';
import { hold, isGradEnabled, leafHook, noGrad } from './autograd.ts';
import { backendOf } from './device.ts';
import { compute, dense, emptyTensor, tracing, withTracer, type Tracer } from './dispatch.ts';
import { hostArray, type DType } from './dtype.ts';
import { fail, TensorError, unnamed } from './error.ts';
import { settleNow } from './ops/checks.ts';
import { leavesOf, mapTree } from './ops/composed.ts';
import { describe } from './ops/operands.ts';
import { contiguousStrides, sizeOf, type Shape } from './shape.ts';
import { gradHook, scopeList, Storage, Tensor, useHook } from './tensor.ts';

type Fn = (...args: never[]) => unknown;

export interface PlanFacts {
  readonly kernels: number;
  readonly dispatches: number;
  readonly submissions: number;
  readonly bytes: number;
}

export interface Compiled<F extends Fn> {
  (...args: Parameters<F>): ReturnType<F>;
  /** How many signatures have been traced. */
  readonly signatures: number;
  /** Of the latest plan. */
  plan(): PlanFacts;
  dispose(): void;
}

/** Told of every compiled function: whoever owns what an evaluation makes disposes of them with it (context.ts). */
export const compiledHook: { current: ((compiled: { dispose(): void }) => void) | null } = { current: null };

/** More signatures than this are warned of: tracing each costs more than it saves. */
const manySignatures = 8;

export function compile<F extends Fn>(fn: F): Compiled<F> {
  if (typeof fn !== 'function') fail('value', 'compile', `expected a function, got ${describe(fn)}.`);
  const traces = new Map<string, Trace[]>();
  const byIdentity = new Set<number>();
  let latest: Trace | null = null;
  let warned = false;
  let disposed = false;
  const run = (...args: unknown[]): unknown => {
    if (disposed) fail('disposed', 'compile', 'this compiled function was disposed.');
    if (tracing() !== null) return fn(...(args as never[]));
    const leaves = leavesOf(args);
    leaves.forEach((t, i) => t.check('compile', i + 1));
    // What is differentiated from outside needs the graph, which a plan does not keep.
    if (isGradEnabled() && leaves.some((t) => t.node !== null)) return fn(...(args as never[]));
    for (;;) {
      const key = signatureOf(args, leaves, byIdentity);
      let found = traces.get(key)?.find((trace) => trace.holds());
      if (!found) {
        const outcome = trace(fn, args, leaves, byIdentity);
        if (outcome === 'again') continue;
        found = outcome;
        traces.set(key, [...(traces.get(key) ?? []), outcome]);
        if (!warned && count(traces) > manySignatures) {
          warned = true;
          console.warn(
            `compile: ${count(traces)} signatures have been traced; ${varying([...traces.keys()])} Each costs a trace. Pad to a few shapes, or pass changing numbers as 0-d tensors.`,
          );
        }
      }
      latest = found;
      return found.eager ? fn(...(args as never[])) : found.replay(leaves);
    }
  };
  const inWords = (): string => {
    const traced = count(traces);
    const plan = latest?.plan;
    if (!plan) return 'compiled function, not called yet';
    return `compiled function, ${traced} signature${traced === 1 ? '' : 's'}: ${plan.kernels} kernels in ${plan.dispatches} calls, ${plan.bytes} bytes`;
  };
  const compiled = Object.defineProperties(run, {
    toString: { value: inWords },
    // How a cell shows it (src/output/inspect.ts).
    [Symbol.for('gradus.output')]: { value: () => ({ kind: 'text', text: inWords() }) },
    signatures: { get: () => count(traces) },
    plan: {
      value: (): PlanFacts => latest?.plan ?? fail('value', 'plan', 'there is no plan before the first call.'),
    },
    dispose: {
      value: () => {
        disposed = true;
        for (const list of traces.values()) for (const each of list) each.dispose();
        traces.clear();
      },
    },
  }) as unknown as Compiled<F>;
  compiledHook.current?.(compiled);
  return compiled;
}

const count = (traces: ReadonlyMap<string, readonly unknown[]>): number => [...traces.values()].reduce((n, list) => n + list.length, 0);

/** Which argument differs between the signatures, in words. */
function varying(keys: readonly string[]): string {
  const parts = keys.map((key) => key.split('\u0001'));
  const at = parts[0]!.findIndex((part, i) => parts.some((other) => other[i] !== part));
  if (at <= 0) return 'what the function finds outside (gradients, training mode) varies.';
  return `argument ${at} varies (${[...new Set(parts.map((p) => p[at]))].slice(0, 3).join(', ')}, …).`;
}

const identities = new WeakMap<object, number>();
let nextIdentity = 1;
function identityOf(value: object): number {
  let id = identities.get(value);
  if (id === undefined) identities.set(value, (id = nextIdentity++));
  return id;
}

/** Form of the arguments; shape, type and device of tensors; values of everything else; grad mode. */
function signatureOf(args: readonly unknown[], leaves: readonly Tensor[], byIdentity: ReadonlySet<number>): string {
  let slot = 0;
  const describeArg = (value: unknown): string => {
    if (value instanceof Tensor) {
      const i = slot++;
      const own = value.wants || byIdentity.has(i) ? `#${identityOf(value.storage)}` : '';
      return `${value.dtype}[${value.shape.join(',')}]@${value.device}${own}`;
    }
    if (Array.isArray(value)) return `[${value.map(describeArg).join(';')}]`;
    if (typeof value === 'function') return `function#${identityOf(value)}`;
    if (value && typeof value === 'object') {
      if (Object.getPrototypeOf(value) !== Object.prototype) return `object#${identityOf(value)}`;
      return `{${Object.entries(value)
        .map(([key, part]) => `${key}:${describeArg(part)}`)
        .join(';')}}`;
    }
    return typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value);
  };
  return [isGradEnabled() ? 'grad' : 'no grad', ...args.map(describeArg)].join('\u0001') + `\u0001${leaves.length}`;
}

/** What a host step does before each run: something on the host, or the numbers of a feed. */
type HostStep =
  | { readonly kind: 'action'; readonly action: () => void }
  | { readonly kind: 'feed'; readonly slot: number; readonly produce: () => HostArray };

interface Trace {
  /** The result takes part in a graph that goes on outside: nothing to replay, `fn` runs as it is. */
  readonly eager: boolean;
  readonly plan: PlanFacts;
  /** Whether what was found outside while tracing is still so: training modes, frozen leaves, present gradients. */
  holds(): boolean;
  replay(leaves: readonly Tensor[]): unknown;
  dispose(): void;
}

/** Numbers the buffers of a trace and takes down its calls. */
class Recorder implements Tracer {
  readonly buffers: ProgramBuffer[] = [];
  readonly calls: Call<number>[] = [];
  readonly steps: HostStep[] = [];
  /** Checks of values before a run, given the call's arguments, each contiguous from its storage's beginning on. */
  readonly guards: ((leaves: readonly Tensor[]) => void)[] = [];
  readonly held = new Map<Storage, { index: number; written: boolean }>();
  readonly modules = new Map<{ readonly training: boolean }, boolean>();
  readonly owners = new Set<object>();
  readonly writtenArguments = new Set<number>();
  device: DeviceName | null = null;
  private readonly numbers = new Map<Storage, number>();
  private feeds = 0;

  adopt(storage: Storage): void {
    storage.symbolic = true;
    this.add(storage, { kind: 'inner', dtype: storage.dtype, length: storage.length });
  }

  owns(storage: Storage): boolean {
    return this.numbers.has(storage);
  }

  /** A stand-in for argument `slot`: its values come with each call. */
  argument(slot: number, like: Tensor): Tensor {
    const storage = new Storage(like.numel(), like.dtype, like.device, null, false);
    storage.symbolic = true;
    this.add(storage, { kind: 'argument', slot, dtype: like.dtype, length: like.numel() });
    return new Tensor(storage, like.shape, contiguousStrides(like.shape), 0, false, false);
  }

  feed(shape: Shape, dtype: DType, device: DeviceName, produce: () => HostArray): Tensor {
    const length = sizeOf(shape);
    const storage = new Storage(length, dtype, device, null, false);
    storage.symbolic = true;
    const slot = this.feeds++;
    this.add(storage, { kind: 'feed', slot, dtype, length });
    this.steps.push({ kind: 'feed', slot, produce });
    return new Tensor(storage, Object.freeze([...shape]), contiguousStrides(shape), 0, false, false);
  }

  repeat(action: () => void): void {
    this.steps.push({ kind: 'action', action });
  }

  guard(t: Tensor, check: (values: Tensor) => void): boolean {
    const { storage, shape, strides, offset } = t;
    if (storage.symbolic && !this.owns(storage)) return true;
    const buffer = this.buffers[this.indexOf(storage)]!;
    const look = (at: Storage, from: number): void => check(new Tensor(at, shape, strides, from + offset, true, false));
    if (buffer.kind === 'constant') look(storage, 0);
    else if (buffer.kind === 'argument') this.guards.push((leaves) => look(leaves[buffer.slot]!.storage, leaves[buffer.slot]!.offset));
    else if (buffer.kind === 'held' && !this.held.get(storage)!.written) this.guards.push(() => look(storage, 0));
    else return false;
    return true;
  }

  note(mode: { readonly training: boolean }, module: object): void {
    if (!this.modules.has(mode)) this.modules.set(mode, mode.training);
    this.owners.add(module);
  }

  record(op: OperationName, inputs: readonly Tensor[], outputs: readonly Tensor[], attributes: Call['attributes']): void {
    const device = (outputs[0] ?? inputs[0])!.device;
    this.device ??= device;
    if (device !== this.device) {
      throw new TensorError('trace', `compile: expected one device, got ${this.device} and ${device}. Move the tensors before compiling.`);
    }
    this.calls.push({ op, inputs: inputs.map((t) => this.view(t)), outputs: outputs.map((t) => this.view(t, true)), attributes });
  }

  private view(t: Tensor, written = false): View<number> {
    const { storage } = t;
    const index = this.indexOf(storage);
    if (written) {
      const entry = this.held.get(storage);
      if (entry) entry.written = true;
      const buffer = this.buffers[index]!;
      if (buffer.kind === 'argument') this.writtenArguments.add(buffer.slot);
    }
    return { buffer: index, offset: t.offset, shape: t.shape, strides: t.strides, dtype: storage.dtype };
  }

  indexOf(storage: Storage): number {
    const known = this.numbers.get(storage);
    if (known !== undefined) return known;
    const { dtype, length } = storage;
    if (storage.literal !== null && storage.host) return this.add(storage, { kind: 'constant', dtype, length, data: storage.host });
    const index = this.add(storage, { kind: 'held', dtype, length, buffer: null });
    this.held.set(storage, { index, written: false });
    storage.pins += 1;
    return index;
  }

  private add(storage: Storage, buffer: ProgramBuffer): number {
    this.numbers.set(storage, this.buffers.length);
    this.buffers.push(buffer);
    return this.buffers.length - 1;
  }
}

/** Runs `fn` without computing anything and makes the plan; 'again' where an argument turned out to be one that must be known by identity. */
function trace(fn: Fn, args: readonly unknown[], leaves: readonly Tensor[], byIdentity: Set<number>): Trace | 'again' {
  const recorder = new Recorder();
  const stands = leaves.map((t, i) => (t.wants || byIdentity.has(i) ? t : recorder.argument(i, t)));
  let slot = 0;
  const inner = args.map((arg) => mapTree(arg, () => stands[slot++]));

  const firstGrad = new Map<Tensor, { access: 'read' | 'write'; value: Tensor | null }>();
  const frozen = new Map<Tensor, boolean>();
  const made: Tensor[] = [];
  const outer = { scope: scopeList.current, grad: gradHook.current, leaf: leafHook.current };
  scopeList.current = made;
  // The gradient as it was: looked at without the hook.
  const peek = (t: Tensor): Tensor | null => {
    const hook = gradHook.current;
    gradHook.current = null;
    const value = t.grad;
    gradHook.current = hook;
    return value;
  };
  gradHook.current = (t, access) => {
    if (!firstGrad.has(t)) firstGrad.set(t, { access, value: peek(t) });
  };
  const found = new Set<Tensor>();
  useHook.current = (t) => void found.add(t);
  leafHook.current = (t) => {
    if (!t.storage.symbolic && !frozen.has(t)) frozen.set(t, t.wants);
  };
  const stop = (): void => {
    scopeList.current = null;
    gradHook.current = outer.grad;
    useHook.current = null;
    leafHook.current = outer.leaf;
  };
  let result: unknown;
  const restore = (): void => {
    for (const [t, { value }] of firstGrad) if (t.grad !== value) t.grad = value;
  };
  try {
    result = withTracer(recorder, () => unnamed(() => fn(...(inner as never[]))));
    if (result instanceof Promise) {
      result.catch(() => {});
      throw new TensorError(
        'trace',
        'compile: expected a function that returns at once, got an async one. Compute in it without await, and read values after the call.',
      );
    }
    if (leaves.some((t) => t.disposed) || stands.some((t) => t.disposed)) {
      throw new TensorError('trace', 'compile: an argument was disposed inside the compiled function. Dispose of it after the call.');
    }
  } catch (error) {
    stop();
    restore();
    leave(made, outer.scope);
    throw error;
  }
  stop();
  if (recorder.writtenArguments.size > 0) {
    restore();
    leave(made, outer.scope);
    for (const i of recorder.writtenArguments) byIdentity.add(i);
    return 'again';
  }
  const outputs = leavesOf(result);
  // A graph that was not walked inside is to be walked outside: that needs values a plan does not keep.
  const eager = outputs.some((t) => t.node !== null && t.node.saved !== null && t.storage.symbolic);
  let finished: Finished | null = null;
  try {
    finished = eager ? null : finish(recorder, result, stands, firstGrad, new Set(made));
    if (eager) restore();
    const inside = new Set(made);
    const conditions = {
      modules: [...recorder.modules],
      // What stands in them by name: a parameter or a module that was put in another's place, or where none was, is another capture.
      members: [...recorder.owners].flatMap((owner) => {
        const module = owner as Readonly<Record<string, unknown>>;
        return [...Object.entries(module), ['length', module['length']] as const].flatMap(([key, value]) =>
          value === null || key === 'length' || (value instanceof Tensor ? !value.storage.symbolic : recorder.owners.has(value as object))
            ? [{ module, key, value }]
            : [],
        );
      }),
      frozen: [...frozen],
      // Disposed of since, they are traced anew, and what uses them throws.
      captured: [...found].filter((t) => !t.storage.symbolic && !inside.has(t)),
      grads: [...firstGrad].filter(([t, first]) => first.access === 'read' && !t.storage.symbolic),
    };
    const ready = finished;
    return {
      eager,
      // Asked for when it is shown: a backend may fuse a program later than it first runs.
      get plan() {
        return ready?.plan ?? { kernels: 0, dispatches: 0, submissions: 0, bytes: 0 };
      },
      holds: () =>
        conditions.modules.every(([module, training]) => module.training === training) &&
        conditions.members.every(({ module, key, value }) => module[key] === value) &&
        conditions.captured.every((t) => !t.disposed) &&
        conditions.frozen.every(([t, wants]) => t.wants === wants) &&
        conditions.grads.every(([t, first]) => t.grad === first.value) &&
        (ready?.alive() ?? true),
      replay: (now) => ready!.replay(now),
      dispose: () => ready?.dispose(),
    };
  } finally {
    scopeList.current = null;
    for (const t of made) if (t.storage.symbolic || t.holders === 0) t.dispose();
    scopeList.current = outer.scope;
    // What outlives the trace (moments, gradients) was made by whoever traces.
    const gradients = [...firstGrad.keys()].flatMap((t) => (t.storage.symbolic ? [] : (t.grad ?? [])));
    outer.scope?.push(...made.filter((t) => !t.disposed), ...gradients, ...(finished?.gradients ?? []));
  }
}

/** Ends a trace's scope: what it made goes, but gradients that were put back and moments that an optimiser began to keep. */
function leave(made: readonly Tensor[], outer: Tensor[] | null): void {
  scopeList.current = outer;
  for (const t of made) {
    if (t.storage.symbolic || t.holders === 0) t.dispose();
    else outer?.push(t);
  }
}

/** Gradients that plans made: they go when neither a plan nor a leaf has them. */
const ofPlans = new WeakSet<Tensor>();

interface Finished {
  readonly plan: PlanFacts;
  /** Those that it keeps and every run fills. */
  readonly gradients: readonly Tensor[];
  alive(): boolean;
  replay(leaves: readonly Tensor[]): unknown;
  dispose(): void;
}

/** Numbers that the function made inside and wrote to (`const m = tensor([0, 0])`, `m.add_(x)`) begin each run as they were made: a copy is written to. */
function beginAnew({ buffers, calls, held }: Recorder, inside: ReadonlySet<Tensor>): void {
  const handles = new Map<Storage, number>();
  for (const t of inside) if (!t.disposed) handles.set(t.storage, (handles.get(t.storage) ?? 0) + (t.holders > 0 ? Infinity : 1));
  for (const [storage, entry] of held) {
    // Whoever else has a handle on it, or holds it, sees what is written.
    if (!entry.written || handles.get(storage) !== storage.account.handles) continue;
    const { dtype, length } = storage;
    const [from, to] = [buffers.length, entry.index];
    buffers.push(buffers[to]!);
    buffers[to] = { kind: 'inner', dtype, length };
    const view = (buffer: number): View<number> => ({ buffer, offset: 0, shape: [length], strides: [1], dtype });
    calls.unshift({ op: 'copy', inputs: [view(from)], outputs: [view(to)], attributes: {} });
    held.set(storage, { index: from, written: false });
  }
}

/** Results and gradients get buffers that outlive the plan's run; then the backend compiles the program. */
function finish(
  recorder: Recorder,
  result: unknown,
  stands: readonly Tensor[],
  firstGrad: ReadonlyMap<Tensor, { readonly value: Tensor | null }>,
  inside: ReadonlySet<Tensor>,
): Finished {
  beginAnew(recorder, inside);
  const { buffers, calls } = recorder;
  const device = recorder.device ?? 'js';
  const slots: { shape: Shape; dtype: DType }[] = [];
  const bySource = new Map<Tensor, number>();
  /** A copy of a tensor's values in a buffer of its own, or the buffer itself where it is inner and whole. */
  const own = (t: Tensor, buffer: ProgramBuffer): number => {
    const index = recorder.indexOf(t.storage);
    const whole = buffers[index]!.kind === 'inner' && t.isContiguous() && t.offset === 0 && t.numel() === t.storage.length;
    if (whole) {
      buffers[index] = buffer;
      return index;
    }
    buffers.push(buffer);
    const shape = t.shape;
    calls.push({
      op: 'copy',
      inputs: [{ buffer: index, offset: t.offset, shape, strides: t.strides, dtype: t.dtype }],
      outputs: [{ buffer: buffers.length - 1, offset: 0, shape, strides: contiguousStrides(shape), dtype: t.dtype }],
      attributes: {},
    });
    return buffers.length - 1;
  };

  // Gradients that exist now: each gets a tensor that every run fills anew.
  const grads: { leaf: Tensor; grad: Tensor | null }[] = [];
  const ownGrads: Tensor[] = [];
  for (const [leaf, { value }] of firstGrad) {
    if (leaf.storage.symbolic) continue;
    const now = leaf.grad;
    if (now?.storage.symbolic) {
      // Held by the plan as well: another trace or a scope may replace it in the leaf, and the next run puts it back.
      const kept = hold(withTracer(null, () => noGrad(() => emptyTensor(now.shape, now.dtype, now.device))));
      ownGrads.push(kept);
      ofPlans.add(kept);
      const index = own(now, { kind: 'held', dtype: now.dtype, length: kept.storage.length, buffer: null });
      recorder.held.set(kept.storage, { index, written: true });
      kept.storage.pins += 1;
      // Until a run has filled it, the leaf has what it had.
      leaf.grad = value;
      grads.push({ leaf, grad: kept });
    } else grads.push({ leaf, grad: now });
  }

  // Results: tensors made inside become fresh ones at every run; arguments and tensors from outside come back as they are.
  const form = mapTree(result, (t): Tensor | Place => {
    const argument = stands.indexOf(t);
    if (argument >= 0) return new Place('argument', argument);
    const { storage } = t;
    if (!storage.symbolic && !inside.has(t)) return t;
    let slot = bySource.get(t);
    if (slot === undefined) {
      slot = slots.length;
      slots.push({ shape: t.shape, dtype: t.dtype });
      bySource.set(t, slot);
      own(t, { kind: 'result', slot, dtype: t.dtype, length: t.numel() });
    }
    return new Place('made', slot);
  });

  const backend = backendOf(device);
  const held = [...recorder.held].map(([storage, { index, written }]) => ({ storage, index, written }));
  for (const { storage, index } of held) {
    const declared = buffers[index]!;
    buffers[index] = {
      kind: 'held',
      dtype: declared.dtype,
      length: declared.length,
      buffer: device === 'js' ? storage.toHost() : storage.toDevice(backend),
    };
  }
  const program: Program = { buffers, calls };
  const executable: Executable = backend.compile(program);
  const feeds: HostArray[] = recorder.steps.filter((step) => step.kind === 'feed').map(() => hostArray(0, 'float32'));
  const buffersThen = held.map(({ index }) => (buffers[index] as { buffer: unknown }).buffer);

  const replay = (leaves: readonly Tensor[]): unknown => {
    const given = stands.map((stand, i) => (stand === leaves[i] ? stand : whole(leaves[i]!)));
    for (const guard of recorder.guards) guard(given);
    const views = given.map((t): View => {
      return {
        buffer: device === 'js' ? t.storage.toHost() : t.storage.toDevice(backend),
        offset: t.offset,
        shape: t.shape,
        strides: t.strides,
        dtype: t.dtype,
      };
    });
    for (const step of recorder.steps) {
      if (step.kind === 'feed') feeds[step.slot] = step.produce();
      else step.action();
    }
    if (device !== 'js') for (const { storage } of held) storage.toDevice(backend);
    const made = slots.map(({ shape, dtype }) => {
      const storage = new Storage(
        sizeOf(shape),
        dtype,
        device,
        device === 'js' ? hostArray(sizeOf(shape), dtype) : null,
        sizeOf(shape) > 64,
      );
      return new Tensor(storage, shape, contiguousStrides(shape), 0, false, sizeOf(shape) > 64);
    });
    const results = made.map((t) => (device === 'js' ? t.storage.toHost() : t.storage.toDevice(backend)));
    executable.run(views, feeds, results);
    for (const { storage, written } of held) {
      if (!written) continue;
      storage.version += 1;
      storage.writer = 'compile';
      if (device !== 'js') storage.wroteDevice();
    }
    for (const t of made) if (device !== 'js') t.storage.wroteDevice();
    try {
      if (device !== 'webgpu') settleNow(backend);
    } catch (error) {
      for (const t of made) t.dispose(); // nobody gets them
      throw error;
    }
    for (const { leaf, grad } of grads) {
      const before = leaf.grad;
      if (before === grad) continue;
      leaf.grad = grad;
      if (before && before.holders === 0 && ofPlans.has(before)) before.dispose();
    }
    return fill(form, made, leaves);
  };

  return {
    get plan() {
      return executable.plan;
    },
    gradients: ownGrads,
    alive: () =>
      backendOf(device) === backend &&
      held.every(
        ({ storage }, i) =>
          !storage.left && (device === 'js' ? storage.host === buffersThen[i] : storage.account.buffer === buffersThen[i]),
      ),
    replay,
    dispose: () => {
      executable.dispose();
      for (const { storage } of held) storage.unpin();
      for (const grad of ownGrads) {
        grad.holders -= 1;
        if (grad.holders === 0) grad.dispose();
      }
    },
  };
}

/** Without gaps; float16, of which two are a word, from a word's beginning. */
const whole = (t: Tensor): Tensor => (t.dtype === 'float16' && t.offset % 2 === 1 ? compute('copy', [t], t.shape, t.dtype, {}) : dense(t));

/** Where a tensor of the result comes from at a run. */
class Place {
  readonly from: 'made' | 'argument';
  readonly index: number;
  constructor(from: 'made' | 'argument', index: number) {
    this.from = from;
    this.index = index;
  }
}

/** The result's form with its places filled. */
function fill(form: unknown, made: readonly Tensor[], leaves: readonly Tensor[]): unknown {
  if (form instanceof Place) return form.from === 'made' ? made[form.index] : leaves[form.index];
  if (Array.isArray(form)) return form.map((part) => fill(part, made, leaves));
  if (form === null || typeof form !== 'object' || Object.getPrototypeOf(form) !== Object.prototype) return form;
  return Object.fromEntries(Object.entries(form).map(([key, part]) => [key, fill(part, made, leaves)]));
}
