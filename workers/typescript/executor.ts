/* Evaluates cells: takes plans, gives turns, keeps values, follows generators, and reports in batches. It knows nothing of
   Worker or DOM (the entry wires it, tests run it in Node); what cells can call comes from the Library.

     queue ──rank order──> turn ──evaluate──> values, state ──> dependents of later changes join the queue
                            │ ^
                   lend()   v │ resume        one evaluation has the turn; those in our own waits are parked, and only
                          parked              cells that need no parked cell get the turn meanwhile */

import { AsyncFunction, describeError, wrap } from './errors.ts';
import type { Guard } from './guard.ts';
import { Interrupted, Mutable, StopSignal, type Evaluation, type Host, type Library } from '../../src/stdlib/host.ts';
import type { ProgramCell, Report, Request, ServiceCall, StartOptions } from '../../src/engine/protocol.ts';
import type { ErrorInfo, Output } from '../../src/output/types.ts';
import type { CellState } from '../../src/schedule/types.ts';

export interface ExecutorOptions {
  readonly start: StartOptions;
  readonly guard: Guard;
  /** One message to the page. */
  readonly post: (reports: readonly Report[]) => void;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Runs `fn` as a task of its own, behind the messages that are waiting. */
  readonly task: (fn: () => void) => void;
  readonly load: (pack: string) => Promise<unknown>;
  readonly createLibrary: (host: Host) => Library;
}

type Exports = Record<string, unknown>;

/** A cell as the executor holds it. */
interface Cell {
  record: ProgramCell;
  compiled?: { readonly key: string; readonly fn: (...args: unknown[]) => Promise<Exports> };
  evaluation?: Running;
  count: number;
  state: CellState;
  /** Why others that need it wait: it failed, waits itself, or was ended by `stop`. */
  why: string;
}

interface Running extends Evaluation {
  readonly owner: Cell;
  readonly startedAt: number;
  /** Ended or replaced: its writes are dropped when `replaced`. */
  replaced: boolean;
  ended: boolean;
  /** How many of our own waits it is in. */
  lent: number;
  readonly abort: AbortController;
  readonly disposers: (() => void)[];
  readonly enders: ((exports: Exports) => void)[];
  readonly pending: Promise<unknown>[];
  readonly generators: Set<{ return?: (value?: unknown) => unknown }>;
  /** The library's `view` of this evaluation: only its calls are linked to the name they define. */
  view?: unknown;
  outputs: number;
  bytes: number;
  cut: number;
  /** Ends the evaluation from outside. */
  fail: (error: unknown) => void;
  exit: (() => void) | undefined;
}

const FLUSH_MS = 16;
const SLICE_MS = 12;
const FRAME_MS = 16;
const MAX_OUTPUTS = 10_000;
const MAX_BYTES = 1_000_000;

export interface Executor {
  receive(request: Request): void;
  /** An error event of the worker that no evaluation caught. */
  late(error: unknown): void;
}

export function createExecutor({ start, guard, post, now, task, load, createLibrary }: ExecutorOptions): Executor {
  const cells = new Map<string, Cell>();
  const values = new Map<string, { readonly cell: string; readonly value: unknown }>();
  const users = new Map<string, Set<string>>();
  const queue = new Set<Cell>();
  let sorted: Cell[] | undefined; // the queue, last in rank first
  const ready: { readonly evaluation: Running; readonly go: () => void }[] = [];
  const parked = new Set<Running>();
  const services = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let turn: Running | undefined;
  let entered: Running | undefined;
  let release: () => void = () => {};
  let pumping = false;
  let latestPlan = 0;
  let requests = 0;
  let sliceAt = now();
  let stopped: { reason: 'stop' | 'timeout'; seen: () => void } | undefined;

  // ---- reports, in batches ------------------------------------------------------------------------------------------
  let batch: Report[] = [];
  let flushAt = now();
  let flushing = false;
  const flush = (): void => {
    flushAt = now();
    if (batch.length === 0) return;
    const reports = batch;
    batch = [];
    try {
      post(reports);
    } catch { // something in it cannot be cloned: send what can
      for (const report of reports) {
        try {
          post([report]);
        } catch (error) {
          post([{ kind: 'notice', error: describe(error) }]);
        }
      }
    }
  };
  const report = (entry: Report): void => {
    batch.push(entry);
    if (now() - flushAt > FLUSH_MS) flush();
    if (flushing) return;
    flushing = true;
    task(() => { flushing = false; flush(); });
  };
  const setState = (cell: Cell, state: CellState, more: { ms?: number; error?: ErrorInfo; live?: boolean; waitsFor?: string } = {}): void => {
    cell.state = state;
    report({ kind: 'state', cell: cell.record.id, evaluation: cell.count, state, ...more });
  };
  const describe = (error: unknown, cell?: string): ErrorInfo => describeError(error, cell, (id) => cells.get(id)?.record.shifts);

  // ---- evaluations ----------------------------------------------------------------------------------------------------
  const enter = (evaluation: Running): void => {
    leave();
    entered = evaluation;
    guard.begin(evaluation.owner.record.rank);
    evaluation.exit = library.enter(evaluation);
  };
  const leave = (): void => {
    entered?.exit?.();
    entered = undefined;
  };

  function begin(cell: Cell): Running {
    if (cell.evaluation) dispose(cell.evaluation);
    const abort = new AbortController();
    const evaluation: Running = {
      owner: cell, cell: cell.record.id, number: ++cell.count, exercise: cell.record.exercise ?? '', signal: abort.signal, abort,
      startedAt: now(), replaced: false, ended: false, lent: 0, disposers: [], enders: [], pending: [], generators: new Set(),
      outputs: 0, bytes: 0, cut: 0, fail: () => {}, exit: undefined,
      emit: (output, key) => emit(evaluation, output, key),
      onDispose: (fn) => { if (evaluation.replaced) fn(); else evaluation.disposers.push(fn); },
      onEnd: (fn) => { evaluation.enders.push(fn); },
      waitFor: (promise) => { evaluation.pending.push(promise); },
      lateError: (error) => { if (!evaluation.replaced) emit(evaluation, { kind: 'error', error: describe(error, cell.record.id) }); },
    };
    cell.evaluation = evaluation;
    return evaluation;
  }

  /** Bounded per evaluation: a flood is counted and cut, the last output says how many were left out. */
  function emit(evaluation: Running, output: Output, key?: number): number {
    if (evaluation.replaced) return -1;
    const at = key ?? evaluation.outputs;
    if (key === undefined) {
      evaluation.bytes += sizeOf(output);
      if (evaluation.outputs >= MAX_OUTPUTS || evaluation.bytes > MAX_BYTES) {
        evaluation.cut++;
        if (evaluation.cut === 1) task(() => tellCut(evaluation));
        return -1;
      }
      evaluation.outputs++;
    } else if (key < 0) return -1;
    report({ kind: 'output', cell: evaluation.cell, evaluation: evaluation.number, key: at, output });
    return at;
  }
  function tellCut(evaluation: Running): void {
    if (evaluation.replaced || evaluation.cut === 0) return;
    report({ kind: 'output', cell: evaluation.cell, evaluation: evaluation.number, key: MAX_OUTPUTS, output: { kind: 'log', truncated: evaluation.cut } });
    if (!evaluation.ended) setTimeout(() => tellCut(evaluation), 250);
  }

  /** Replaced, removed or interrupted: its writes are dropped, what it owns is given back. */
  function dispose(evaluation: Running, keepOutputs = false): void {
    if (evaluation.replaced) return;
    evaluation.replaced = !keepOutputs;
    evaluation.fail(new Superseded());
    evaluation.abort.abort(new Interrupted('Stopped.'));
    for (const generator of evaluation.generators) finishGenerator(evaluation, generator);
    for (const fn of evaluation.disposers.splice(0).reverse()) quietly(evaluation, fn);
  }
  function quietly(evaluation: Running, fn: () => void): void {
    try {
      fn();
    } catch (error) {
      report({ kind: 'notice', error: describe(error, evaluation.cell) });
    }
  }

  function compile(cell: Cell, parameters: readonly string[]): (...args: unknown[]) => Promise<Exports> {
    const key = parameters.join();
    if (cell.compiled?.key !== key) {
      const fn = new AsyncFunction(...parameters, wrap(cell.record.id, guard.adapt(cell.record.code))) as unknown as (...args: unknown[]) => Promise<Exports>;
      cell.compiled = { key, fn };
    }
    return cell.compiled!.fn;
  }

  async function evaluate(cell: Cell): Promise<void> {
    const evaluation = begin(cell);
    const { record } = cell;
    turn = evaluation;
    forget(cell);
    setState(cell, 'running');
    try {
      if (record.problem) throw Object.assign(new Error(record.problem.message), { problem: record.problem });
      const missing = record.uses.find((use) => !values.has(use.name));
      if (missing) return end(evaluation, waiting(cell, missing));
      const parameters: string[] = [];
      const args: unknown[] = [];
      const used = new Set(record.uses.map((use) => use.name));
      for (const name of record.reads) {
        if (used.has(name)) args.push(values.get(name)!.value);
        else if (library.has(name)) {
          const bound = library.bind(name, evaluation);
          if (name === 'view') evaluation.view = bound;
          args.push(isThenable(bound) ? await host.lend(evaluation, bound) : bound);
        } else continue;
        parameters.push(name);
      }
      for (const { source, bindings } of record.imports) {
        const module = await host.lend(evaluation, library.importModule(source, evaluation));
        for (const { imported, local } of bindings) {
          parameters.push(local);
          args.push(local in start.set ? start.set[local] : imported === '*' ? module : pick(module, imported, source));
        }
      }
      const fn = compile(cell, [...parameters, '__g', '__f', '__i']);
      const exports = await new Promise<Exports>((resolve, reject) => {
        evaluation.fail = reject;
        enter(evaluation);
        fn(...args, helpers(evaluation), guard.flag, guard.check).then(resolve, reject);
      });
      await settle(evaluation, exports ?? {});
      end(evaluation, { state: 'done' }, exports ?? {});
    } catch (error) {
      await caught(evaluation, error);
    }
  }

  /** Waits for shown and defined promises, takes the first value of generators, then publishes the cell's names. */
  async function settle(evaluation: Running, exports: Exports): Promise<void> {
    const { owner } = evaluation;
    const interrupted = new Promise<never>((_, reject) => { evaluation.fail = reject; });
    interrupted.catch(() => {});
    for (let i = 0; i < evaluation.pending.length; i++) await Promise.race([evaluation.pending[i], interrupted]);
    const follow: (() => void)[] = [];
    for (const name of Object.keys(exports)) {
      let value = exports[name];
      if (isThenable(value)) value = exports[name] = await Promise.race([value, interrupted]);
      if (!owner.record.defines.includes(name)) continue;
      if (value instanceof Mutable) {
        const box = value;
        box.listener = (next) => { if (!evaluation.replaced) host.assign(evaluation.cell, name, next); };
        value = box.value;
      } else if (isGenerator(value)) {
        const generator = value;
        const first = await Promise.race([generator.next(), interrupted]);
        value = await first.value;
        if (!first.done) {
          evaluation.generators.add(generator);
          follow.push(() => void followGenerator(evaluation, name, generator));
        }
      }
      exports[name] = value;
    }
    if (evaluation.replaced) throw new Superseded();
    for (const name of owner.record.defines) if (name in exports) values.set(name, { cell: evaluation.cell, value: exports[name] });
    for (const go of follow) go();
  }

  async function caught(evaluation: Running, error: unknown): Promise<void> {
    const { record } = evaluation.owner;
    if (evaluation.replaced || error instanceof Superseded) return end(evaluation, undefined);
    if (error instanceof Interrupted && !evaluation.signal.aborted) { // a guard threw before the request came as a message
      await new Promise<void>((resolve) => {
        stopped = { reason: 'stop', seen: resolve };
        setTimeout(resolve, 500);
      });
      error = new Interrupted(stopWords[stopped!.reason], { cause: error });
    }
    if (error instanceof StopSignal) {
      await Promise.allSettled(evaluation.pending);
      return end(evaluation, { state: 'done' }, {}, 'ended by `stop`');
    }
    const problem = (error as { problem?: ProgramCell['problem'] } | null)?.problem;
    const info: ErrorInfo = problem
      ? { name: problem.name, message: problem.message, frames: [], ...(problem.line === undefined ? {} : { line: problem.line, column: problem.column! }) }
      : describe(error, record.id);
    end(evaluation, { state: 'error', error: info }, {}, error instanceof Interrupted ? 'stopped' : 'failed');
    if (error instanceof Interrupted) {
      dispose(evaluation, true);
      evaluation.replaced = true;
    }
  }

  function end(evaluation: Running, outcome: { state: CellState; error?: ErrorInfo; waitsFor?: string } | undefined, exports: Exports = {}, why = ''): void {
    const { owner } = evaluation;
    evaluation.ended = true;
    evaluation.fail = () => {};
    parked.delete(evaluation);
    if (entered === evaluation) leave();
    for (const fn of evaluation.enders.splice(0)) quietly(evaluation, () => fn(exports));
    if (outcome && owner.evaluation === evaluation) {
      owner.why = outcome.state === 'done' ? why : outcome.waitsFor ? owner.why : why || owner.why;
      if (evaluation.cut) tellCut(evaluation);
      const evaluated = outcome.state === 'done' || outcome.state === 'error';
      setState(owner, outcome.state, {
        ...(evaluated ? { ms: round(now() - evaluation.startedAt) } : {}), ...(outcome.error ? { error: outcome.error } : {}),
        ...(outcome.waitsFor ? { waitsFor: outcome.waitsFor } : {}), ...(evaluation.generators.size ? { live: true } : {}),
      });
    }
    if (turn === evaluation) {
      turn = undefined;
      release();
    }
    pump();
  }

  /** A used name has no value: blocked by a cell that failed, or idle behind one that waits for its reader. */
  function waiting(cell: Cell, { name, cell: by }: { name: string; cell: string }): { state: CellState; error?: ErrorInfo; waitsFor?: string } {
    const source = cells.get(by);
    if (source && (source.state === 'idle' || source.state === 'stale' || source.state === 'queued')) {
      const root = source.state === 'idle' && source.why.startsWith('@') ? source.why.slice(1) : by;
      cell.why = `@${root}`;
      return { state: 'idle', waitsFor: root };
    }
    const why = source?.state === 'blocked' ? 'which waits itself in' : source?.why === 'ended by `stop`' ? 'which was ended by `stop` in' : source?.why === 'stopped' ? 'which was stopped in' : 'which failed in';
    return { state: 'blocked', error: { name: 'Blocked', message: `Waits for \`${name}\`, ${why} ${by}.`, frames: [] } };
  }

  function helpers(evaluation: Running): Record<string, unknown> {
    return {
      show: (value: unknown) => {
        if (isThenable(value)) evaluation.pending.push(Promise.resolve(value).then((v) => { library.show(v, evaluation); }));
        else library.show(value, evaluation);
      },
      named: (name: string | ((value: unknown) => Exports), view: unknown) =>
        view === evaluation.view ? (input: unknown) => library.view(input, evaluation, name) : view,
      set: (name: string) => start.set[name],
      import: (source: unknown) => host.lend(evaluation, library.importModule(String(source), evaluation)),
    };
  }

  // ---- turns ----------------------------------------------------------------------------------------------------------
  function pump(): void {
    if (pumping) return;
    pumping = true;
    void (async () => {
      for (;;) {
        if (turn) break;
        if (now() - sliceAt > SLICE_MS) { // let messages in, so that a loop of cells can be stopped
          flush();
          await new Promise<void>((resolve) => task(resolve));
          sliceAt = now();
          if (turn) break;
        }
        const resumed = ready.shift();
        if (resumed?.evaluation.ended) {
          resumed.go();
          continue;
        }
        if (resumed) {
          turn = resumed.evaluation;
          parked.delete(resumed.evaluation);
          enter(resumed.evaluation);
          resumed.go();
          await new Promise<void>((resolve) => { release = resolve; });
          continue;
        }
        const cell = next();
        if (!cell) break;
        const free = new Promise<void>((resolve) => { release = resolve; });
        void evaluate(cell);
        await free;
      }
      pumping = false;
      if (!turn && ready.length === 0 && queue.size === 0 && parked.size === 0) {
        report({ kind: 'idle', plan: latestPlan, generators: generators() });
      }
    })();
  }

  /** The first in rank that needs no parked cell and is none. */
  function next(): Cell | undefined {
    sorted ??= [...queue].sort((a, b) => b.record.rank - a.record.rank);
    const barred = parked.size ? following([...parked].map((evaluation) => evaluation.cell)) : undefined;
    for (const evaluation of parked) barred!.add(evaluation.cell);
    const at = barred ? sorted.findLastIndex((cell) => !barred.has(cell.record.id)) : sorted.length - 1;
    const [cell] = at < 0 ? [] : sorted.splice(at, 1);
    if (cell) queue.delete(cell);
    return cell;
  }

  function enqueue(cell: Cell): void {
    queue.add(cell);
    sorted = undefined;
  }
  function dequeue(cell: Cell): void {
    queue.delete(cell);
    sorted = undefined;
  }

  function following(ids: readonly string[]): Set<string> {
    const found = new Set<string>();
    const stack = [...ids];
    while (stack.length) for (const user of users.get(stack.pop()!) ?? []) if (!found.has(user)) { found.add(user); stack.push(user); }
    return found;
  }

  /** A promise of one of our own waits: the turn is lent from the moment it is awaited. */
  class Lent<T> extends Promise<T> {
    static override get [Symbol.species](): PromiseConstructor { return Promise; }
    readonly #evaluation: Running;
    readonly #wait: Promise<T>;
    constructor(evaluation: Running, wait: Promise<T>) {
      super(() => {});
      this.#evaluation = evaluation;
      this.#wait = wait;
    }
    override then<A = T, B = never>(onValue?: ((value: T) => A | PromiseLike<A>) | null, onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<A | B> {
      return lendTurn(this.#evaluation, this.#wait).then(onValue, onError);
    }
  }

  function lendTurn<T>(evaluation: Running, wait: Promise<T>): Promise<T> {
    if (evaluation.ended) return wait;
    return new Promise<T>((resolve, reject) => {
      let over = false;
      let counted = false;
      queueMicrotask(() => {
        if (over || evaluation.ended) return;
        counted = true;
        evaluation.lent++;
        park(evaluation);
      });
      const back = (go: () => void): void => {
        if (over) return;
        over = true;
        if (evaluation.ended || !counted) return go();
        evaluation.lent--;
        if (turn === evaluation) return go();
        ready.push({ evaluation, go: () => {
          go();
          if (evaluation.lent > 0) task(() => { if (turn === evaluation && evaluation.lent > 0) park(evaluation); });
        } });
        pump();
      };
      wait.then((value) => back(() => resolve(value)), (error: unknown) => back(() => reject(error)));
      evaluation.signal.addEventListener('abort', () => back(() => reject(new Interrupted('Stopped.'))), { once: true });
    });
  }

  function park(evaluation: Running): void {
    if (turn !== evaluation) return;
    if (entered === evaluation) leave();
    parked.add(evaluation);
    turn = undefined;
    release();
    pump();
  }

  // ---- values over time -------------------------------------------------------------------------------------------------
  async function followGenerator(evaluation: Running, name: string, generator: AsyncGenerator | Generator): Promise<void> {
    try {
      for (;;) {
        const began = now();
        await new Promise<void>((resolve) => task(resolve));
        while (dueAfter(evaluation.cell) && now() - began < 100) await new Promise<void>((resolve) => setTimeout(resolve, 1));
        const rest = start.headless ? 0 : FRAME_MS - (now() - began);
        if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
        if (evaluation.replaced || !evaluation.generators.has(generator)) return;
        let step: unknown;
        host.enter(evaluation, () => { step = generator.next(); });
        const result = await (step as Promise<IteratorResult<unknown>> | IteratorResult<unknown> | undefined);
        if (!result || result.done || evaluation.replaced || !evaluation.generators.has(generator)) break;
        host.assign(evaluation.cell, name, await result.value);
      }
    } catch (error) {
      evaluation.lateError(error);
    }
    if (!evaluation.generators.delete(generator) || evaluation.replaced) return;
    setState(evaluation.owner, evaluation.owner.state, { live: evaluation.generators.size > 0 });
    pump();
  }
  const dueAfter = (id: string): boolean => {
    if (queue.size === 0 && !turn) return false;
    const after = following([id]);
    return [...queue].some((cell) => after.has(cell.record.id)) || (turn !== undefined && after.has(turn.cell));
  };
  function finishGenerator(evaluation: Running, generator: { return?: (value?: unknown) => unknown }): void {
    evaluation.generators.delete(generator);
    quietly(evaluation, () => { void Promise.resolve(generator.return?.()).catch((error: unknown) => evaluation.lateError(error)); });
  }
  const generators = (): number => [...cells.values()].reduce((sum, cell) => sum + (cell.evaluation?.generators.size ?? 0), 0);

  /** Dependents of a changed name join the queue; those that wait for their reader turn stale. */
  function changed(id: string, name: string | undefined): void {
    const stack: string[] = [];
    for (const user of users.get(id) ?? []) {
      if (name === undefined || cells.get(user)!.record.uses.some((use) => use.name === name && use.cell === id)) stack.push(user);
    }
    const seen = new Set<string>();
    while (stack.length) {
      const cell = cells.get(stack.pop()!)!;
      if (seen.has(cell.record.id)) continue;
      seen.add(cell.record.id);
      if (cell.record.run === 'off' || cell.record.problem) continue;
      if (cell.record.run === 'auto' || (cell.record.run === 'once' && cell.count === 0)) {
        enqueue(cell);
        need(cell);
        stack.push(...(users.get(cell.record.id) ?? []));
      } else if (cell.state === 'done' || cell.state === 'error') setState(cell, 'stale');
    }
    pump();
  }
  /** What an enqueued cell needs and nobody has run yet runs too, if it runs by itself. */
  function need(cell: Cell): void {
    for (const use of cell.record.uses) {
      const source = cells.get(use.cell);
      if (!source || source.count > 0 || queue.has(source) || source.record.run === 'manual' || source.record.run === 'off') continue;
      enqueue(source);
      need(source);
    }
  }
  function forget(cell: Cell): void {
    for (const name of cell.record.defines) if (values.get(name)?.cell === cell.record.id) values.delete(name);
  }

  // ---- the host that the library sees -----------------------------------------------------------------------------------
  const host: Host = {
    options: start,
    current: () => entered,
    enter: (evaluation, fn) => {
      const before = entered;
      if (before !== evaluation) enter(evaluation as Running);
      try {
        fn();
      } catch (error) {
        if (!(error instanceof Interrupted)) evaluation.lateError(error);
      } finally {
        if (before !== evaluation) {
          leave();
          if (before && !before.ended && turn === before) enter(before);
        }
      }
    },
    lend: (evaluation, wait) => new Lent(evaluation as Running, wait),
    service: (call: ServiceCall) => new Promise((resolve, reject) => {
      services.set(++requests, { resolve, reject });
      report({ kind: 'service', request: requests, call });
    }),
    load,
    assign: (id, name, value) => {
      const cell = cells.get(id);
      if (!cell || (!cell.record.defines.includes(name))) return;
      values.set(name, { cell: id, value });
      changed(id, name);
    },
    again: (id) => {
      const cell = cells.get(id);
      if (!cell) return;
      enqueue(cell);
      changed(id, undefined);
    },
    report,
    describeError: describe,
  };
  const library = createLibrary(host);

  // ---- requests -----------------------------------------------------------------------------------------------------------
  function define(records: readonly ProgramCell[], removed: readonly string[], ranks: Readonly<Record<string, number>> = {}): void {
    for (const id of removed) {
      const cell = cells.get(id);
      if (!cell) continue;
      for (const use of cell.record.uses) users.get(use.cell)?.delete(id);
      if (cell.evaluation) dispose(cell.evaluation);
      forget(cell);
      dequeue(cell);
      cells.delete(id);
    }
    for (const record of records) {
      const known = cells.get(record.id);
      if (known) {
        for (const use of known.record.uses) users.get(use.cell)?.delete(record.id);
        for (const [name, entry] of values) if (entry.cell === record.id && !record.defines.includes(name)) values.delete(name);
        if (known.record.code !== record.code) delete known.compiled;
        known.record = record;
      } else cells.set(record.id, { record, count: 0, state: 'idle', why: '' });
      for (const use of record.uses) {
        const set = users.get(use.cell);
        if (set) set.add(record.id);
        else users.set(use.cell, new Set([record.id]));
      }
    }
    for (const [id, rank] of Object.entries(ranks)) {
      const cell = cells.get(id);
      if (cell) cell.record = { ...cell.record, rank };
    }
  }

  /** Stops what runs (all, or these cells) and takes it out of the queue. */
  function interrupt(ids: readonly string[] | undefined, reason: 'stop' | 'timeout'): void {
    const hit = (id: string): boolean => !ids || ids.includes(id);
    for (const cell of [...queue]) if (hit(cell.record.id)) dequeue(cell);
    for (const cell of cells.values()) {
      const { evaluation } = cell;
      if (!evaluation || !hit(cell.record.id)) continue;
      if (!evaluation.ended) {
        evaluation.fail(new Interrupted(stopWords[reason]));
        evaluation.abort.abort(new Interrupted('Stopped.'));
      }
      if (evaluation.generators.size) {
        for (const generator of [...evaluation.generators]) finishGenerator(evaluation, generator);
        if (evaluation.ended) setState(cell, cell.state, { live: false });
      }
    }
    pump();
  }

  return {
    receive: (request) => {
      switch (request.kind) {
        case 'start': break;
        case 'plan':
          latestPlan = request.plan;
          define(request.define, request.remove, request.ranks);
          for (const id of request.run) {
            const cell = cells.get(id);
            if (!cell) continue;
            if (cell.evaluation && !cell.evaluation.ended) dispose(cell.evaluation);
            enqueue(cell);
          }
          sliceAt = now();
          pump();
          break;
        case 'input':
          latestPlan = Math.max(latestPlan, request.plan ?? 0);
          library.input(request.id, request.value);
          pump();
          break;
        case 'control': library.control(request.id, request.action); break;
        case 'interrupt':
          guard.reset(request.next);
          if (stopped) stopped.reason = request.reason;
          interrupt(request.cells, request.reason);
          stopped?.seen();
          break;
        case 'finish':
          for (const cell of cells.values()) {
            const { evaluation } = cell;
            if (!evaluation?.generators.size) continue;
            for (const generator of [...evaluation.generators]) finishGenerator(evaluation, generator);
            setState(cell, cell.state, { live: false });
          }
          pump();
          break;
        case 'values': {
          const json: Record<string, unknown> = {};
          for (const [name, { value }] of values) {
            const plain = library.toJson(value);
            if (plain !== undefined) json[name] = plain;
          }
          report({ kind: 'values', request: request.request, values: json });
          break;
        }
        case 'answer': {
          const waiter = services.get(request.request);
          services.delete(request.request);
          if (request.error !== undefined) waiter?.reject(new Error(request.error));
          else waiter?.resolve(request.value);
          break;
        }
        default: request satisfies never;
      }
    },
    late: (error) => {
      if (error instanceof Interrupted || error instanceof Superseded) return;
      const info = describe(error);
      const cell = cells.get(info.frames[0]?.cell ?? '') ?? entered?.owner;
      if (cell?.evaluation && !cell.evaluation.replaced) cell.evaluation.lateError(error);
      else if (!cell?.evaluation) report({ kind: 'notice', error: info });
    },
  };
}

const stopWords = {
  stop: 'Stopped by the reader. Run the cell to start it again.',
  timeout: 'The cell ran longer than its time limit. Make it shorter, or give it more time.',
};

/** Ends an evaluation that another one of the same cell replaces; never shown. */
class Superseded extends Error {}

function pick(module: Readonly<Record<string, unknown>>, name: string, source: string): unknown {
  if (name in module) return module[name];
  const names = Object.keys(module).filter((key) => key !== 'default').slice(0, 12).join(', ');
  throw new SyntaxError(`${source} exports no \`${name}\`.${names ? ` It has ${names}${Object.keys(module).length > 13 ? ', …' : ''}.` : ''}`);
}

const isThenable = (value: unknown): value is Promise<unknown> =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && typeof (value as { then?: unknown }).then === 'function';

const isGenerator = (value: unknown): value is AsyncGenerator | Generator =>
  typeof value === 'object' && value !== null && typeof (value as Generator).next === 'function' && typeof (value as Generator).return === 'function';

/** A cheap estimate in bytes of what an output weighs as a message. */
function sizeOf(output: Output): number {
  let size = 64;
  const stack: unknown[] = [output];
  for (let i = 0; stack.length && i < 5000; i++) {
    const value = stack.pop();
    if (typeof value === 'string') size += value.length;
    else if (typeof value === 'object' && value !== null) {
      if (ArrayBuffer.isView(value)) size += value.byteLength;
      else for (const part of Object.values(value)) { size += 8; stack.push(part); }
    }
  }
  return size + 8 * stack.length;
}

const round = (ms: number): number => Math.round(ms * 100) / 100;
