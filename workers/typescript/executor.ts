/* Evaluates cells: takes plans, gives turns, keeps values, follows generators, and reports in batches. It knows nothing of
   Worker or DOM (the entry wires it, tests run it in Node); what cells can call comes from the Library.

     queue ──rank order──> turn ──evaluate──> values, state ──> dependents of later changes join the queue
                            │ ^
                   lend()   v │ resume        one evaluation has the turn; those in our own waits are parked, and only
                          parked              cells that need no parked cell get the turn meanwhile */

import { createCompiler, type CellSource } from './compile.ts';
import { describeError } from './errors.ts';
import { Running, type Cell, type Exports, type Iteration, type Primitive } from './evaluation.ts';
import type { Guard } from './guard.ts';
import { Interrupted, Mutable, StopSignal, type Host, type Library } from '../../src/stdlib/host.ts';
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

const FLUSH_MS = 16;
const SLICE_MS = 12;
const FRAME_MS = 16;
const RESUME_MS = 32;
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
  const ready: { readonly evaluation: Running; readonly since: number; readonly go: () => void }[] = [];
  const parked = new Set<Running>();
  const services = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let turn: Running | undefined;
  let entered: Running | undefined;
  let exit: () => void = () => {};
  let pumping = false;
  let latestPlan = 0;
  let requests = 0;
  let sliceAt = now();
  let asked: { reason: 'stop' | 'timeout'; seen: () => void } = { reason: 'stop', seen: () => {} };

  // ---- reports, in batches ------------------------------------------------------------------------------------------
  let batch: Report[] = [];
  let dones = emptyDones();
  let flushAt = now();
  let flushing = false;
  const flush = (): void => {
    flushAt = now();
    if (turn && !turn.told && !turn.ended) tellRunning(turn);
    const reports = batch;
    batch = [];
    if (dones.cells.length) {
      reports.push(dones);
      dones = emptyDones();
    }
    if (reports.length === 0) return;
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
  const flushSoon = (): void => {
    if (now() - flushAt > FLUSH_MS) flush();
    if (flushing) return;
    flushing = true;
    task(() => { flushing = false; flush(); });
  };
  const report = (entry: Report): void => {
    if (dones.cells.length && (entry.kind === 'state' || entry.kind === 'idle')) { // in the order in which things happened
      batch.push(dones);
      dones = emptyDones();
    }
    batch.push(entry);
    flushSoon();
  };
  const setState = (cell: Cell, state: CellState, more: { ms?: number; error?: ErrorInfo; live?: boolean; waitsFor?: string } = {}): void => {
    cell.state = state;
    report({ kind: 'state', cell: cell.record.id, evaluation: cell.count, state, ...more });
  };
  /** Only what still runs when a batch leaves is said to run. */
  const tellRunning = (evaluation: Running): void => {
    release(evaluation);
    evaluation.told = true;
    batch.push({ kind: 'state', cell: evaluation.cell, evaluation: evaluation.number, state: 'running' });
  };
  const compiler = createCompiler();
  const describe = (error: unknown, cell?: string): ErrorInfo => describeError(error, cell, compiler.frames);

  // ---- evaluations ----------------------------------------------------------------------------------------------------
  const enter = (evaluation: Running): void => {
    leave();
    entered = evaluation;
    guard.begin(evaluation.owner.record.rank);
    exit = library.enter(evaluation);
  };
  const leave = (): void => {
    if (!entered) return;
    entered = undefined;
    exit();
  };

  /** Bounded per evaluation: a flood is counted and cut, the last output says how many were left out. */
  function emit(evaluation: Running, output: Output, key?: number): number {
    if (evaluation.replaced || (key !== undefined && key < 0)) return -1;
    if (key === undefined) {
      evaluation.bytes += sizeOf(output);
      if (evaluation.outputs >= MAX_OUTPUTS || evaluation.bytes > MAX_BYTES) {
        if (evaluation.cut++ === 0) task(() => tellCut(evaluation));
        return -1;
      }
    }
    if (evaluation.outputs === 0 && !evaluation.told && !evaluation.ended && output.kind === 'value' && output.value.type === 'primitive') {
      evaluation.held = output.value;
      return evaluation.outputs++;
    }
    release(evaluation);
    report({ kind: 'output', cell: evaluation.cell, evaluation: evaluation.number, key: key ?? evaluation.outputs, output });
    return key ?? evaluation.outputs++;
  }
  /** A first plain value waits for the evaluation's end, to leave in the columns of `done`; anything else sends it ahead. */
  function release(evaluation: Running): void {
    const value = evaluation.held;
    if (!value) return;
    evaluation.held = undefined;
    report({ kind: 'output', cell: evaluation.cell, evaluation: evaluation.number, key: 0, output: { kind: 'value', value } });
  }
  function tellCut(evaluation: Running): void {
    if (evaluation.replaced || evaluation.cut === 0) return;
    report({ kind: 'output', cell: evaluation.cell, evaluation: evaluation.number, key: MAX_OUTPUTS, output: { kind: 'log', truncated: evaluation.cut } });
    if (!evaluation.ended) setTimeout(() => tellCut(evaluation), 250);
  }
  const outlet = { emit, lateError: (evaluation: Running, error: unknown) => { emit(evaluation, { kind: 'error', error: describe(error, evaluation.cell) }); } };

  /** Its writes are dropped from now on, and what it owns is given back. */
  function dispose(evaluation: Running): void {
    if (evaluation.replaced) return;
    evaluation.replaced = true;
    if (evaluation.fail && evaluation.take()) evaluation.fail(superseded);
    evaluation.abort();
    for (const generator of evaluation.generators ?? []) finishGenerator(evaluation, generator);
    for (const fn of evaluation.takeDisposers()) quietly(evaluation, fn);
  }
  function quietly(evaluation: Running, fn: () => void): void {
    try {
      fn();
    } catch (error) {
      report({ kind: 'notice', error: describe(error, evaluation.cell) });
    }
  }

  /** Which of the names that a cell reads come from other cells, and which from the library; the rest are globals. */
  function bindingOf(cell: Cell): NonNullable<Cell['binding']> {
    const { uses, reads } = cell.record;
    const used = uses.map((use) => use.name);
    return (cell.binding ??= { used, library: reads.filter((name) => !used.includes(name) && library.has(name)), long: mayKeepThread.test(cell.record.code) });
  }
  function compile(cells: readonly Cell[]): void {
    const sources = cells.map((cell): CellSource => {
      const { id, code, shifts, imports } = cell.record;
      const { used, library: ours } = bindingOf(cell);
      return { id, shifts, code: guard.adapt(code), parameters: [...used, ...ours, ...imports.flatMap((one) => one.bindings.map((binding) => binding.local)), '__g', '__f', '__i'] };
    });
    compiler.compile(sources).forEach((fn, i) => { cells[i]!.compiled = fn; });
  }

  function evaluate(cell: Cell): void {
    const { record } = cell;
    if (cell.evaluation) dispose(cell.evaluation);
    const evaluation = cell.evaluation = new Running(cell, now(), outlet);
    turn = evaluation;
    for (const name of record.defines) if (values.get(name)?.cell === record.id) values.delete(name);
    if (record.problem) {
      const { name, message, line, column } = record.problem;
      return end(evaluation, { state: 'error', error: { name, message, frames: [], ...(line === undefined ? {} : { line, column: column! }) } }, {}, 'failed');
    }
    const missing = record.uses.find((use) => !values.has(use.name));
    if (missing) return end(evaluation, waiting(cell, missing));
    const binding = bindingOf(cell);
    const args = binding.used.map((name) => values.get(name)!.value);
    if (binding.library.length + record.imports.length === 0) return call(evaluation, args);
    prepare(evaluation, binding.library, args).then(() => call(evaluation, args), (error: unknown) => caught(evaluation, error));
  }

  /** Binds the library's names (some load a pack) and resolves imports, with the turn lent meanwhile. */
  async function prepare(evaluation: Running, names: readonly string[], args: unknown[]): Promise<void> {
    const { record } = evaluation.owner;
    for (const name of names) {
      const bound = library.bind(name, evaluation);
      if (name === 'view') evaluation.view = bound;
      args.push(isThenable(bound) ? await host.lend(evaluation, bound) : bound);
    }
    for (const { source, bindings } of record.imports) {
      const module = await host.lend(evaluation, library.importModule(source, evaluation));
      for (const { imported, local } of bindings) args.push(local in start.set ? start.set[local] : imported === '*' ? module : pick(module, imported, source));
    }
  }

  function call(evaluation: Running, args: unknown[]): void {
    const { owner } = evaluation;
    if (evaluation.replaced || evaluation.aborted) return void caught(evaluation, evaluation.replaced ? superseded : new Interrupted(stopWords.stop));
    if (!owner.compiled) compile([owner]);
    if (typeof owner.compiled !== 'function') return void caught(evaluation, owner.compiled);
    evaluation.fail = (error) => void caught(evaluation, error);
    if (bindingOf(owner).long || args.some((arg) => typeof arg === 'function')) flush();
    else flushSoon();
    enter(evaluation);
    args.push(new Helpers(evaluation), guard.flag, guard.check);
    owner.compiled(...args).then((exports) => {
      if (evaluation.take()) settle(evaluation, exports ?? {});
    }, (error: unknown) => {
      if (evaluation.take()) void caught(evaluation, error);
    });
  }

  /** Publishes the cell's names at once where all are plain values, else when they have settled. */
  function settle(evaluation: Running, exports: Exports): void {
    let plain = evaluation.pending === undefined;
    for (const name in exports) if (plain && isLater(exports[name])) plain = false;
    if (plain) return publish(evaluation, exports);
    const interrupted = new Promise<never>((_, reject) => { evaluation.reopen(reject); });
    resolveLater(evaluation, exports, interrupted).then(() => publish(evaluation, exports), (error: unknown) => caught(evaluation, error));
  }
  function publish(evaluation: Running, exports: Exports): void {
    for (const name of evaluation.owner.record.defines) if (name in exports) values.set(name, { cell: evaluation.cell, value: exports[name] });
    end(evaluation, done, exports);
  }

  /** Waits for shown and defined promises, takes the first value of generators, opens boxes. */
  async function resolveLater(evaluation: Running, exports: Exports, interrupted: Promise<never>): Promise<void> {
    interrupted.catch(() => {});
    for (const pending of evaluation.pending ?? []) await Promise.race([pending, interrupted]);
    for (const name of Object.keys(exports)) {
      const value = isThenable(exports[name]) ? await Promise.race([exports[name], interrupted]) : exports[name];
      exports[name] = value;
      if (!evaluation.owner.record.defines.includes(name)) continue;
      if (value instanceof Mutable) {
        value.listener = (next) => { if (!evaluation.replaced) host.assign(evaluation.cell, name, next); };
        exports[name] = value.value;
      } else if (isGenerator(value)) {
        const first = await Promise.race([value.next(), interrupted]);
        exports[name] = await first.value;
        if (first.done) continue;
        (evaluation.generators ??= new Set()).add(value);
        void followGenerator(evaluation, name, value);
      }
    }
  }

  async function caught(evaluation: Running, error: unknown): Promise<void> {
    if (evaluation.replaced || error === superseded) return end(evaluation, undefined);
    if (error instanceof StopSignal) {
      await Promise.allSettled(evaluation.pending ?? []);
      return end(evaluation, done, {}, 'ended by `stop`');
    }
    if (!(error instanceof Interrupted)) return end(evaluation, { state: 'error', error: describe(error, evaluation.cell) }, {}, 'failed');
    if (!evaluation.aborted) { // a guard threw before the request came as a message
      await new Promise<void>((resolve) => {
        asked = { reason: 'stop', seen: resolve };
        setTimeout(resolve, 500);
      });
    }
    const info = { ...describe(error, evaluation.cell), message: stopWords[asked.reason] };
    end(evaluation, { state: 'error', error: info }, {}, 'stopped');
    dispose(evaluation);
  }

  function end(evaluation: Running, outcome: { state: CellState; error?: ErrorInfo; waitsFor?: string } | undefined, exports: Exports = {}, why = ''): void {
    const { owner } = evaluation;
    evaluation.ended = true;
    evaluation.fail = undefined;
    parked.delete(evaluation);
    if (entered === evaluation) leave();
    if (evaluation.enders) for (const fn of evaluation.enders.splice(0)) quietly(evaluation, () => fn(exports, outcome?.error));
    if (outcome && owner.evaluation === evaluation) {
      owner.why = why || (outcome.state === 'done' ? '' : owner.why);
      if (evaluation.cut) tellCut(evaluation);
      const ms = Math.round((now() - evaluation.startedAt) * 100) / 100;
      if (outcome === done && !evaluation.told && !evaluation.generators) {
        owner.state = 'done';
        dones.cells.push(evaluation.cell);
        dones.evaluations.push(evaluation.number);
        dones.ms.push(ms);
        dones.values.push(evaluation.held?.text ?? null);
        dones.types.push(evaluation.held?.of ?? null);
        evaluation.held = undefined;
        flushSoon();
      } else {
        release(evaluation);
        setState(owner, outcome.state, { ...outcome, ...(outcome.state === 'done' || outcome.state === 'error' ? { ms } : {}), ...(evaluation.generators?.size ? { live: true } : {}) });
      }
    }
    if (turn === evaluation) turn = undefined;
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

  /** The `__g` of compiled code. */
  class Helpers {
    readonly #evaluation: Running;
    constructor(evaluation: Running) {
      this.#evaluation = evaluation;
    }
    show(value: unknown): void {
      if (isThenable(value)) this.#evaluation.waitFor(value.then((settled) => { library.show(settled, this.#evaluation); }));
      else library.show(value, this.#evaluation);
    }
    named(name: string | ((value: unknown) => Exports), view: unknown): unknown {
      return view === this.#evaluation.view ? (input: unknown) => library.view(input, this.#evaluation, name) : view;
    }
    set(name: string): unknown {
      return start.set[name];
    }
    import(source: unknown): Promise<unknown> {
      return host.lend(this.#evaluation, library.importModule(String(source), this.#evaluation));
    }
  }

  // ---- turns ----------------------------------------------------------------------------------------------------------
  function pump(): void {
    if (pumping) return;
    pumping = true;
    while (!turn) {
      if (now() - sliceAt > SLICE_MS) { // let messages in, so that a loop of cells can be stopped
        flush();
        task(() => {
          sliceAt = now();
          pumping = false;
          pump();
        });
        return;
      }
      // What is due goes before what comes back from a wait, but not for ever: a training goes on between two moves of a slider.
      const due = ready.length && now() - ready[0]!.since > RESUME_MS ? undefined : next();
      const resumed = due ? undefined : ready.shift();
      if (resumed) {
        if (!resumed.evaluation.ended) {
          turn = resumed.evaluation;
          parked.delete(resumed.evaluation);
          enter(resumed.evaluation);
        }
        resumed.go();
        continue;
      }
      if (!due) break;
      evaluate(due);
    }
    pumping = false;
    if (!turn && ready.length + queue.size + parked.size === 0) report({ kind: 'idle', plan: latestPlan, generators: generators() });
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
    // oxlint-disable-next-line no-thenable -- a promise that knows when it is awaited
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
        ready.push({ evaluation, since: now(), go: () => {
          go();
          if (evaluation.lent > 0) task(() => { if (turn === evaluation && evaluation.lent > 0) park(evaluation); });
        } });
        pump();
      };
      wait.then((value) => back(() => resolve(value)), (error: unknown) => back(() => reject(error)));
      evaluation.signal.addEventListener('abort', () => back(() => reject(new Interrupted(stopWords.stop))), { once: true });
    });
  }

  function park(evaluation: Running): void {
    if (turn !== evaluation) return;
    if (entered === evaluation) leave();
    parked.add(evaluation);
    if (!evaluation.told) tellRunning(evaluation);
    flushSoon();
    turn = undefined;
    pump();
  }

  // ---- values over time -------------------------------------------------------------------------------------------------
  async function followGenerator(evaluation: Running, name: string, generator: Iteration): Promise<void> {
    try {
      for (;;) {
        const began = now();
        await new Promise<void>((resolve) => task(resolve));
        while (dueAfter(evaluation.cell) && now() - began < 100) await new Promise<void>((resolve) => setTimeout(resolve, 1));
        const rest = start.headless ? 0 : FRAME_MS - (now() - began);
        if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
        if (evaluation.replaced || !evaluation.generators?.has(generator)) return;
        let step: unknown;
        host.enter(evaluation, () => { step = generator.next(); });
        const result = await (step as Promise<IteratorResult<unknown>> | IteratorResult<unknown> | undefined);
        if (!result || result.done || evaluation.replaced || !evaluation.generators?.has(generator)) break;
        host.assign(evaluation.cell, name, await result.value);
      }
    } catch (error) {
      evaluation.lateError(error);
    }
    if (!evaluation.generators?.delete(generator) || evaluation.replaced) return;
    setState(evaluation.owner, evaluation.owner.state, { live: evaluation.generators.size > 0 });
    pump();
  }
  const dueAfter = (id: string): boolean => {
    if (queue.size === 0 && !turn) return false;
    const after = following([id]);
    return [...queue].some((cell) => after.has(cell.record.id)) || (turn !== undefined && after.has(turn.cell));
  };
  function finishGenerator(evaluation: Running, generator: Iteration): void {
    evaluation.generators?.delete(generator);
    quietly(evaluation, () => { void Promise.resolve(generator.return(undefined)).catch((error: unknown) => evaluation.lateError(error)); });
  }
  const generators = (): number => [...cells.values()].reduce((sum, cell) => sum + (cell.evaluation?.generators?.size ?? 0), 0);

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
    runModule: async (path, module, imports, importModule) => {
      const parameters = [...Object.keys(imports), '__g', '__f', '__i'];
      const [fn] = compiler.compile([{ id: path, parameters, code: guard.adapt(module.code), shifts: module.shifts }]);
      if (typeof fn !== 'function') throw fn!;
      return fn(...Object.values(imports), { show: () => {}, import: (source: unknown) => importModule(String(source)) }, guard.flag, guard.check);
    },
  };
  const library = createLibrary(host);

  // ---- requests -----------------------------------------------------------------------------------------------------------
  function define(records: readonly ProgramCell[], removed: readonly string[]): void {
    for (const id of removed) {
      const cell = cells.get(id);
      if (!cell) continue;
      for (const use of cell.record.uses) users.get(use.cell)?.delete(id);
      if (cell.evaluation) dispose(cell.evaluation);
      for (const [name, entry] of values) if (entry.cell === id) values.delete(name);
      dequeue(cell);
      cells.delete(id);
    }
    for (const record of records) {
      const known = cells.get(record.id);
      if (known) {
        for (const use of known.record.uses) users.get(use.cell)?.delete(record.id);
        for (const [name, entry] of values) if (entry.cell === record.id && !record.defines.includes(name)) values.delete(name);
        known.record = record;
        known.compiled = known.binding = undefined;
      } else cells.set(record.id, { record, count: 0, state: 'idle', why: '' });
      for (const use of record.uses) {
        const set = users.get(use.cell);
        if (set) set.add(record.id);
        else users.set(use.cell, new Set([record.id]));
      }
    }
    sorted = undefined;
  }

  /** Stops what runs (all, or these cells) and takes it out of the queue. */
  function interrupt(ids: readonly string[] | undefined, reason: 'stop' | 'timeout'): void {
    const hit = (id: string): boolean => !ids || ids.includes(id);
    for (const cell of [...queue]) if (hit(cell.record.id)) dequeue(cell);
    asked = { ...asked, reason };
    for (const cell of cells.values()) {
      const { evaluation } = cell;
      if (!evaluation || !hit(cell.record.id)) continue;
      if (!evaluation.ended) {
        const { fail } = evaluation;
        evaluation.abort();
        if (fail && evaluation.take()) fail(new Interrupted(stopWords[reason]));
      }
      if (!evaluation.generators?.size) continue;
      for (const generator of [...evaluation.generators]) finishGenerator(evaluation, generator);
      if (evaluation.ended) setState(cell, cell.state, { live: false });
    }
    pump();
  }

  return {
    receive: (request) => {
      switch (request.kind) {
        case 'start': break;
        case 'plan':
          latestPlan = request.plan;
          define(request.define, request.remove);
          for (const id of request.run) {
            const cell = cells.get(id);
            if (!cell) continue;
            if (cell.evaluation && !cell.evaluation.ended) dispose(cell.evaluation);
            enqueue(cell);
          }
          if (request.define.length) compile(request.define.flatMap(({ id, problem }) => cells.get(id)!.compiled || problem ? [] : [cells.get(id)!]));
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
          interrupt(request.cells, request.reason);
          asked.seen();
          break;
        case 'finish':
          for (const cell of cells.values()) {
            const { evaluation } = cell;
            if (!evaluation?.generators?.size) continue;
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
      if (error instanceof Interrupted || error === superseded) return;
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
/** Code with a loop or a function: it is announced before it runs, since only what is known to run can be stopped or timed. */
const mayKeepThread = /__f\[0\]|=>|\bfunction\b/;
const superseded = new Error('superseded');

const done = { state: 'done' as const };

const emptyDones = () => ({ kind: 'done' as const, cells: [] as string[], evaluations: [] as number[], ms: [] as number[], values: [] as (string | null)[], types: [] as (Primitive['of'] | null)[] });

function pick(module: Readonly<Record<string, unknown>>, name: string, source: string): unknown {
  if (name in module) return module[name];
  const names = Object.keys(module).filter((key) => key !== 'default').slice(0, 12).join(', ');
  throw new SyntaxError(`${source} exports no \`${name}\`.${names ? ` It has ${names}${Object.keys(module).length > 13 ? ', …' : ''}.` : ''}`);
}

const isThenable = (value: unknown): value is Promise<unknown> =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && typeof (value as { then?: unknown }).then === 'function';

/** Whether a value is not yet what others see of it. */
const isLater = (value: unknown): boolean => isThenable(value) || value instanceof Mutable || isGenerator(value);

const isGenerator = (value: unknown): value is Iteration =>
  typeof value === 'object' && value !== null && typeof (value as Generator).next === 'function' && typeof (value as Generator).return === 'function';

/** A cheap estimate in bytes of what an output weighs as a message. */
function sizeOf(output: Output): number {
  if (output.kind === 'value' && output.value.type === 'primitive') return 64 + output.value.text.length;
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
