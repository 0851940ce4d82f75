/* Evaluates cells: takes plans, gives turns, publishes values. It knows nothing of Worker or DOM (the entry wires it, tests
   run it in Node); what cells can call comes from the Library, what leaves goes through reports.ts.

     queue ──rank order──> turn ──evaluate──> values, state ──> dependents of later changes join the queue
                            │ ^
                   lend()   v │ resume        one evaluation has the turn; those in our own waits are parked, and only
                          parked              cells that need no parked cell get the turn meanwhile */

import { createCompiler, type CellSource } from './compile.ts';
import { describeError } from './errors.ts';
import { isGenerator, isThenable, Running, type Cell, type Exports, type Outcome } from './evaluation.ts';
import { createLending, type Ready } from './lending.ts';
import { createOvertime } from './overtime.ts';
import { createProgram } from './program.ts';
import { createReports } from './reports.ts';
import { createServices } from './services.ts';
import type { Guard } from './guard.ts';
import { Interrupted, Mutable, StopSignal, type Host, type Library } from '../../src/stdlib/host.ts';
import type { Report, Request, StartOptions } from '../../src/engine/protocol.ts';
import type { ErrorInfo } from '../../src/output/types.ts';

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

export interface Executor {
  receive(request: Request): void;
  /** An error event of the worker that no evaluation caught. */
  late(error: unknown): void;
}

const SLICE_MS = 12;
const RESUME_MS = 32;

export function createExecutor({ start, guard, post, now, task, load, createLibrary }: ExecutorOptions): Executor {
  const program = createProgram();
  const compiler = createCompiler();
  const describe = (error: unknown, cell?: string): ErrorInfo => describeError(error, cell, compiler.frames);
  const { report, setState, emit, ended, tellRunning, flush, flushSoon } = createReports({
    post,
    now,
    task,
    describe,
    running: () => turn,
  });
  const outlet = { emit, lateError: (of: Running, error: unknown) => void emit(of, { kind: 'error', error: describe(error, of.cell) }) };
  const services = createServices(report);
  const ready: Ready[] = [];
  const parked = new Set<Running>();
  let turn: Running | undefined;
  let entered: Running | undefined;
  let exit: () => void = () => {};
  let pumping = false;
  let sliceAt = now();
  let latestPlan = 0;
  let asked: { reason: 'stop' | 'timeout'; seen: () => void } = { reason: 'stop', seen: () => {} };

  // ---- one evaluation: arguments, call, values, end --------------------------------------------------------------------
  function evaluate(cell: Cell): void {
    const { record } = cell;
    if (cell.evaluation) dispose(cell.evaluation);
    const evaluation = (cell.evaluation = new Running(cell, now(), outlet));
    turn = evaluation;
    program.forget(cell);
    if (record.problem) {
      const { name, message, line, column } = record.problem;
      const place = line === undefined ? {} : { line, column: column! };
      return end(evaluation, { state: 'error', error: { name, message, frames: [], ...place } }, {}, 'failed');
    }
    const missing = record.uses.find((use) => !program.values.has(use.name));
    if (missing) return end(evaluation, waiting(cell, missing));
    const { used, library: ours } = bindingOf(cell);
    const args = used.map((name) => program.values.get(name)!.value);
    if (ours.length + record.imports.length === 0) return call(evaluation, args);
    prepare(evaluation, ours, args).then(
      () => call(evaluation, args),
      (error: unknown) => caught(evaluation, error),
    );
  }

  /** Which of the names that a cell reads come from other cells, and which from the library; the rest are globals. */
  function bindingOf(cell: Cell): NonNullable<Cell['binding']> {
    const { uses, reads, code } = cell.record;
    const used = uses.map((use) => use.name);
    return (cell.binding ??= {
      used,
      library: reads.filter((name) => !used.includes(name) && library.has(name)),
      long: mayKeepThread.test(code.replaceAll('__g.show(', '')),
    });
  }

  function compile(cells: readonly Cell[]): void {
    const sources = cells.map((cell): CellSource => {
      const { id, code, shifts, imports } = cell.record;
      const { used, library: ours, long } = bindingOf(cell);
      const locals = imports.flatMap(({ bindings }) => bindings.map(({ local }) => local));
      const parameters = [...used, ...ours, ...locals, '__g', '__f', '__i'];
      return { id, shifts, code: guard.adapt(code), parameters, plain: !long && !/\bawait\b/.test(code) };
    });
    compiler.compile(sources).forEach((fn, i) => {
      cells[i]!.compiled = fn;
    });
  }

  /** Binds the library's names (some load a pack) and resolves imports, with the turn lent meanwhile. */
  async function prepare(evaluation: Running, names: readonly string[], args: unknown[]): Promise<void> {
    for (const name of names) {
      const bound = library.bind(name, evaluation);
      if (name === 'view') evaluation.view = bound;
      args.push(isThenable(bound) ? await host.lend(evaluation, bound) : bound);
    }
    for (const { source, bindings, line, column } of evaluation.owner.record.imports) {
      evaluation.place = { line, column };
      const module = await host.lend(evaluation, library.importModule(source, evaluation));
      for (const { imported, local } of bindings) {
        args.push(local in start.set ? start.set[local] : imported === '*' ? module : pick(module, imported, source));
      }
    }
    evaluation.place = undefined;
  }

  function call(evaluation: Running, args: unknown[]): void {
    const { owner } = evaluation;
    if (evaluation.replaced) return void caught(evaluation, superseded);
    if (evaluation.aborted) return void caught(evaluation, new Interrupted(stopWords[asked.reason]));
    if (!owner.compiled) compile([owner]);
    if (typeof owner.compiled !== 'function') return void caught(evaluation, owner.compiled);
    evaluation.fail = (error) => void caught(evaluation, error);
    if (bindingOf(owner).long || args.some((arg) => typeof arg === 'function')) flush();
    else flushSoon();
    enter(evaluation);
    args.push(new Helpers(evaluation), guard.flag, guard.check);
    const body = owner.compiled; // called bare: `this` is undefined, as in a module
    const failed = (error: unknown): void => {
      if (evaluation.take()) void caught(evaluation, error);
    };
    const succeeded = (exports: Exports): void => {
      if (!evaluation.take()) return;
      const stopped = entered === evaluation ? guard.thrown() : undefined; // and caught by the cell
      if (stopped) void caught(evaluation, stopped);
      else settle(evaluation, exports ?? {});
    };
    let exports: ReturnType<typeof body>;
    try {
      exports = body(...args);
    } catch (error) {
      return failed(error);
    }
    if (exports instanceof Promise) exports.then(succeeded, failed);
    else succeeded(exports);
  }

  /** Publishes the cell's names at once where all are plain values, else when they have settled. */
  function settle(evaluation: Running, exports: Exports): void {
    let plain = evaluation.pending === undefined;
    for (const name in exports) plain &&= !isLater(exports[name]);
    if (plain) return publish(evaluation, exports);
    const interrupted = new Promise<never>((_, reject) => {
      evaluation.reopen(reject);
    });
    interrupted.catch(() => {});
    resolveLater(evaluation, exports, interrupted).then(
      () => publish(evaluation, exports),
      (error: unknown) => caught(evaluation, error),
    );
  }

  /** Waits for shown and defined promises, takes the first value of generators, opens boxes. */
  async function resolveLater(evaluation: Running, exports: Exports, interrupted: Promise<never>): Promise<void> {
    for (const pending of evaluation.pending ?? []) await Promise.race([pending, interrupted]);
    for (const name of Object.keys(exports)) {
      const value = isThenable(exports[name]) ? await Promise.race([exports[name], interrupted]) : exports[name];
      exports[name] = value;
      if (!evaluation.owner.record.defines.includes(name)) continue;
      if (value instanceof Mutable) {
        value.listener = (next) => assign(evaluation, name, next);
        exports[name] = value.value;
      } else if (isGenerator(value)) {
        const first = await Promise.race([value.next(), interrupted]);
        exports[name] = await first.value;
        if (!first.done) void overtime.follow(evaluation, name, value);
      }
    }
  }

  function publish(evaluation: Running, exports: Exports): void {
    const { cell, owner } = evaluation;
    for (const name of owner.record.defines) if (name in exports) program.values.set(name, { cell, value: exports[name] });
    end(evaluation, done, exports);
  }

  async function caught(evaluation: Running, error: unknown): Promise<void> {
    if (evaluation.replaced || error === superseded) return end(evaluation, undefined);
    if (error instanceof StopSignal) {
      await Promise.allSettled(evaluation.pending ?? []);
      return end(evaluation, done, {}, 'ended by `stop`');
    }
    const info = { ...evaluation.place, ...describe(error, evaluation.cell) };
    if (!(error instanceof Interrupted)) return end(evaluation, { state: 'error', error: info }, {}, 'failed');
    if (!evaluation.aborted) await requestSeen(); // a guard threw before the request came as a message
    end(evaluation, { state: 'error', error: { ...info, message: stopWords[asked.reason] } }, {}, 'stopped');
    dispose(evaluation);
  }
  const requestSeen = (): Promise<void> =>
    new Promise((resolve) => {
      asked = { reason: 'stop', seen: resolve };
      setTimeout(resolve, 500);
    });

  /** The one way out of an evaluation; without an outcome its state is another's to tell. */
  function end(evaluation: Running, outcome: Outcome | undefined, exports: Exports = {}, why = ''): void {
    const { owner } = evaluation;
    evaluation.ended = true;
    evaluation.fail = undefined;
    parked.delete(evaluation);
    if (entered === evaluation) leave();
    for (const fn of evaluation.enders?.splice(0) ?? []) quietly(evaluation, () => fn(exports, outcome?.error));
    if (outcome && owner.evaluation === evaluation) {
      owner.why = why || (outcome.state === 'done' ? '' : owner.why);
      ended(evaluation, outcome, Math.round((now() - evaluation.startedAt) * 100) / 100);
    }
    if (turn === evaluation) turn = undefined;
    pump();
  }

  /** A used name has no value: blocked by a cell that failed, or idle behind one that waits for its reader. */
  function waiting(cell: Cell, { name, cell: by }: { name: string; cell: string }): Outcome {
    const source = program.cells.get(by);
    if (source && (source.state === 'idle' || source.state === 'stale')) {
      const root = source.state === 'idle' && source.why.startsWith('@') ? source.why.slice(1) : by;
      cell.why = `@${root}`;
      return { state: 'idle', waitsFor: root };
    }
    const why =
      source?.state === 'blocked'
        ? 'waits itself'
        : source?.why === 'stopped' || source?.why.startsWith('ended')
          ? `was ${source.why}`
          : 'failed';
    return { state: 'blocked', error: { name: 'Blocked', message: `Waits for \`${name}\`, which ${why} in ${by}.`, frames: [] } };
  }

  /** Its writes are dropped from now on, and what it owns is given back. */
  function dispose(evaluation: Running): void {
    if (evaluation.replaced) return;
    evaluation.replaced = true;
    if (evaluation.fail && evaluation.take()) evaluation.fail(superseded);
    evaluation.abort();
    overtime.finish(evaluation);
    for (const fn of evaluation.takeDisposers()) quietly(evaluation, fn);
  }
  function quietly(evaluation: Running, fn: () => void): void {
    try {
      fn();
    } catch (error) {
      report({ kind: 'notice', error: describe(error, evaluation.cell) });
    }
  }

  /** The `__g` of compiled code. */
  class Helpers {
    readonly #evaluation: Running;
    constructor(evaluation: Running) {
      this.#evaluation = evaluation;
    }
    show(value: unknown): void {
      if (isThenable(value)) this.#evaluation.waitFor(value.then((settled) => library.show(settled, this.#evaluation)));
      else library.show(value, this.#evaluation);
    }
    named(name: string | ((value: unknown) => Exports), view: unknown): unknown {
      return view === this.#evaluation.view ? (input: unknown) => library.view(input, this.#evaluation, name) : view;
    }
    set(name: string): unknown {
      return start.set[name];
    }
    import(source: unknown): Promise<unknown> {
      const here = new Error(); // what fails later has no frame of the cell
      const module = library.importModule(String(source), this.#evaluation).catch((error: unknown) => {
        if (error instanceof Error && compiler.frames(error.stack ?? '').length === 0) error.stack = here.stack ?? '';
        throw error;
      });
      return host.lend(this.#evaluation, module);
    }
  }

  // ---- turns ----------------------------------------------------------------------------------------------------------
  function pump(): void {
    if (pumping) return;
    pumping = true;
    while (!turn) {
      if (now() - sliceAt > SLICE_MS) return breathe();
      // What is due goes before what comes back from a wait, but not for ever: a training goes on between two moves of a slider.
      const cell = ready.length && now() - ready[0]!.since > RESUME_MS ? undefined : program.next(barred());
      const resumed = cell ? undefined : ready.shift();
      if (cell) evaluate(cell);
      else if (resumed) takeUp(resumed);
      else break;
    }
    pumping = false;
    if (!turn && ready.length + program.due.size + parked.size === 0)
      report({ kind: 'idle', plan: latestPlan, generators: ticking().length });
  }
  /** Lets messages in, so that a long row of cells can be stopped. */
  function breathe(): void {
    flush();
    task(() => {
      sliceAt = now();
      pumping = false;
      pump();
    });
  }
  function takeUp({ evaluation, go }: Ready): void {
    if (!evaluation.ended) {
      turn = evaluation;
      parked.delete(evaluation);
      enter(evaluation);
    }
    go();
  }
  /** Cells that have to wait for a parked one, and the parked ones. */
  function barred(): Set<string> | undefined {
    if (parked.size === 0) return undefined;
    const cells = [...parked].map(({ cell }) => cell);
    const all = program.following(cells);
    for (const cell of cells) all.add(cell);
    return all;
  }
  const lend = createLending({
    now,
    task,
    hasTurn: (evaluation) => turn === evaluation,
    park: (evaluation) => {
      if (entered === evaluation) leave();
      parked.add(evaluation);
      if (!evaluation.told) tellRunning(evaluation);
      flushSoon();
      turn = undefined;
      pump();
    },
    resume: (one) => {
      ready.push(one);
      pump();
    },
  });
  function enter(evaluation: Running): void {
    leave();
    entered = evaluation;
    guard.begin(evaluation.owner.record.rank);
    exit = library.enter(evaluation);
  }
  function leave(): void {
    if (!entered) return;
    entered = undefined;
    exit();
  }

  // ---- values that change -----------------------------------------------------------------------------------------------
  /** Dependents of a changed name join the queue; those that wait for their reader turn stale. */
  function changed(id: string, name?: string): void {
    const stack = program.usersOf(id, name);
    const seen = new Set<Cell>();
    while (stack.length) {
      const cell = stack.pop()!;
      if (seen.has(cell) || cell.record.problem || cell.record.run === 'off') continue;
      seen.add(cell);
      if (cell.record.run === 'auto' || (cell.record.run === 'once' && cell.count === 0)) {
        enqueue(cell);
        stack.push(...program.usersOf(cell.record.id));
      } else if (cell.state === 'done' || cell.state === 'error') setState(cell, 'stale');
    }
    pump();
  }
  /** With it goes what it needs, runs by itself, and nobody has run yet. */
  function enqueue(cell: Cell): void {
    program.enqueue(cell);
    for (const use of cell.record.uses) {
      const source = program.cells.get(use.cell);
      const byItself = source?.record.run === 'auto' || source?.record.run === 'once';
      if (source && byItself && source.count === 0 && !program.due.has(source)) enqueue(source);
    }
  }
  function assign(evaluation: { readonly cell: string; readonly replaced?: boolean }, name: string, value: unknown): void {
    const { cell } = evaluation;
    if (evaluation.replaced || !program.cells.get(cell)?.record.defines.includes(name)) return;
    program.values.set(name, { cell, value });
    changed(cell, name);
  }
  const overtime = createOvertime({
    headless: start.headless,
    now,
    task,
    dueAfter: (cell) => {
      if (program.due.size === 0 && !turn) return false;
      const after = program.following([cell]);
      return [...program.due].some(({ record }) => after.has(record.id)) || (turn !== undefined && after.has(turn.cell));
    },
    enter: (evaluation, fn) => host.enter(evaluation, fn),
    assign,
    ended: ({ owner, generators }) => {
      setState(owner, owner.state, { live: generators!.size > 0 });
      pump();
    },
  });
  const ticking = (): Cell[] => [...program.cells.values()].filter((cell) => cell.evaluation?.generators?.size);
  function finish(cell: Cell): void {
    overtime.finish(cell.evaluation!);
    if (cell.evaluation!.ended) setState(cell, cell.state, { live: false });
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
    lend: (evaluation, wait) => lend(evaluation as Running, wait),
    service: services.ask,
    load,
    assign: (cell, name, value) => assign({ cell }, name, value),
    again: (id) => {
      const cell = program.cells.get(id);
      if (!cell) return;
      program.enqueue(cell);
      changed(id);
    },
    limited: guard.limited,
    report,
    describeError: describe,
    runModule: async (path, module, imports, importModule) => {
      const parameters = [...Object.keys(imports), '__g', '__f', '__i'];
      const [fn] = compiler.compile([{ id: path, parameters, code: guard.adapt(module.code), shifts: module.shifts }]);
      if (typeof fn !== 'function') throw fn!;
      const helpers = { show: () => {}, import: (source: unknown) => importModule(String(source)) };
      return fn(...Object.values(imports), helpers, guard.flag, guard.check);
    },
  };
  const library = createLibrary(host);

  // ---- requests -----------------------------------------------------------------------------------------------------------
  function plan({ plan: number, define, remove, run }: Extract<Request, { kind: 'plan' }>): void {
    latestPlan = number;
    for (const id of remove) {
      const cell = program.remove(id);
      if (cell?.evaluation) dispose(cell.evaluation);
    }
    for (const record of define) program.define(record);
    if (define.length) compile(define.flatMap(({ id, problem }) => (problem ? [] : [program.cells.get(id)!])));
    for (const id of run) {
      const cell = program.cells.get(id);
      if (!cell) continue;
      if (cell.evaluation && !cell.evaluation.ended) dispose(cell.evaluation);
      program.enqueue(cell);
    }
    sliceAt = now();
    pump();
  }

  /** Stops what runs (all, or these cells) and takes it out of the queue. */
  function interrupt(ids: readonly string[] | undefined, reason: 'stop' | 'timeout'): void {
    asked = { ...asked, reason };
    const cells = ids ? ids.flatMap((id) => program.cells.get(id) ?? []) : [...program.cells.values()];
    for (const cell of cells) program.dequeue(cell);
    for (const cell of cells) {
      const { evaluation } = cell;
      if (!evaluation) continue;
      if (!evaluation.ended) {
        evaluation.abort();
        if (evaluation.fail && evaluation.take()) evaluation.fail(new Interrupted(stopWords[reason]));
      }
      if (evaluation.generators?.size) finish(cell);
    }
    asked.seen();
    pump();
  }

  return {
    receive: (request) => {
      switch (request.kind) {
        case 'start':
          break;
        case 'plan':
          plan(request);
          break;
        case 'input':
          latestPlan = Math.max(latestPlan, request.plan ?? 0);
          library.input(request.id, request.value);
          pump();
          break;
        case 'control':
          library.control(request.id, request.action);
          break;
        case 'interrupt':
          guard.reset(request.next);
          interrupt(request.cells, request.reason);
          break;
        case 'finish':
          ticking().forEach(finish);
          pump();
          break;
        case 'values': {
          const plain = [...program.values].map(([name, { value }]) => [name, library.toJson(value)] as const);
          report({
            kind: 'values',
            request: request.request,
            values: Object.fromEntries(plain.filter(([, value]) => value !== undefined)),
          });
          break;
        }
        case 'answer':
          services.answer(request);
          break;
        default:
          request satisfies never;
      }
    },
    late: (error) => {
      if (error instanceof Interrupted || error === superseded) return;
      const info = describe(error);
      const cell = program.cells.get(info.frames[0]?.cell ?? '') ?? entered?.owner;
      if (cell?.evaluation) cell.evaluation.lateError(error);
      else report({ kind: 'notice', error: info });
    },
  };
}

/** Code with a loop, a function or a call of a method (a regular expression, a sort, a library) is announced before it
    runs: only what is known to run can be stopped or timed. */
const mayKeepThread = /__f\[0\]|=>|\bfunction\b|\bnew\b|(?<!\bMath)\.\s*[\w$]+\s*\(/;

const stopWords = {
  stop: 'Stopped by the reader. Run the cell to start it again.',
  timeout: 'The cell ran longer than its time limit. Make it shorter, or give it more time.',
};

/** Ends an evaluation that another one of the same cell replaces; never shown. */
const superseded = new Error('superseded');

const done: Outcome = { state: 'done' };

/** Whether a value is not yet what others see of it. */
const isLater = (value: unknown): boolean => isThenable(value) || value instanceof Mutable || isGenerator(value);

function pick(module: Readonly<Record<string, unknown>>, name: string, source: string): unknown {
  if (name in module) return module[name];
  const names = Object.keys(module).filter((key) => key !== 'default');
  const has = names.length ? ` It has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}.` : '';
  throw new SyntaxError(`${source} exports no \`${name}\`.${has} A type is imported by \`import type\`.`);
}
