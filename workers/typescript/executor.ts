/* Evaluates cells: takes plans, gives turns, publishes values. It knows nothing of Worker or DOM (the entry wires it, tests
   run it in Node); what cells can call comes from the Library, what leaves goes through reports.ts.

     queue ──rank order──> turn ──evaluate──> values, state ──> dependents of later changes join the queue (changes.ts)
                            │ ^
                   lend()   v │ resume        one evaluation has the turn; those in our own waits are parked (lending.ts)
                          parked

   A cell that awaits nothing costs one call: no promise, no copy of anything. */

import { createBinding } from './binding.ts';
import { createChanges } from './changes.ts';
import { createInterrupts } from './interrupts.ts';
import { createLending } from './lending.ts';
import { createProgram } from './program.ts';
import { createReports } from './reports.ts';
import { createServices } from './services.ts';
import { createDescribe } from './errors.ts';
import { framesOf } from './frames.ts';
import { Running, type Outcome, type Outlet } from './evaluation.ts';
import { isLater, resolveLater } from './later.ts';
import { createLooks } from './looks.ts';
import { createRequests } from './requests.ts';
import { makeHost } from './library-host.ts';
import { ASKS, waitingFor } from './waiting.ts';
import { refuses } from '../../src/output/kinds.ts';
import { Interrupted, StopSignal, Uncommitted } from '../../src/stdlib/host.ts';
import type { Request } from '../../src/engine/protocol.ts';
import type { Cell, Executor, ExecutorOptions } from './types.ts';

/** Unbroken work before messages are let in. */
const SLICE_MS = 12;

export function createExecutor({ start, guard, post, now, task, load, createLibrary }: ExecutorOptions): Executor {
  const program = createProgram({ isOurs: (name) => library.has(name), adapt: guard.adapt });
  const { describe, placed, startedIn, thrown } = createDescribe((stack) => framesOf(stack, program.scripts));
  const reports = createReports({ post, now, task, describe, running: () => turn });
  const { report, setState, flush, flushSoon } = reports;
  const services = createServices(report);
  const lending = createLending({
    now,
    task,
    hasTurn: (evaluation) => turn === evaluation,
    give: (evaluation) => {
      if (entered === evaluation) leave();
      if (!evaluation.told) reports.tellRunning(evaluation);
      flushSoon();
      turn = undefined;
    },
    take: (evaluation) => enter((turn = evaluation)),
    pump,
    following: program.following,
  });
  const changes = createChanges({ headless: start.headless, now, task, program, setState, turn: () => turn, pump, enter: runAs });
  const interrupts = createInterrupts({ program, changes, guard, library: () => library, current: () => entered });
  const current = (): Running | undefined => entered;
  const library = createLibrary(
    makeHost({ start, guard, load, program, services, lending, changes, current, startedIn, enter: runAs, report, describe, thrown }),
  );
  const binding = createBinding({ library, lending, flushSoon, set: start.set, placed });
  const outlet: Outlet = {
    set: start.set,
    thrown,
    emit: reports.emit,
    lateError: (of, error) => void reports.emit(of, { kind: 'error', error: describe(error, of.cell) }),
    show: library.show,
    view: library.view,
    import: binding.import,
  };
  /** The evaluation that has the turn, and the one whose code runs right now. */
  let turn: Running | undefined;
  let entered: Running | undefined;
  let exit: () => void = () => {};
  let pumping = false;
  /** The time when the last evaluation ended: the next one begins then. */
  let clock = now();
  let sliceAt = clock;
  let latestPlan = 0;

  // ---- turns ------------------------------------------------------------------------------------------------------------
  function plan({ define, remove, rename, run }: Extract<Request, { kind: 'plan' }>): void {
    for (const id of remove) {
      const cell = program.remove(id);
      if (cell?.evaluation) dispose(cell.evaluation);
    }
    if (rename) {
      program.rename(rename);
      report({ kind: 'renamed' });
    }
    if (define.length) program.define(define);
    const before = pumping;
    pumping = true; // what is ended here gives its turn to nobody until all are in line
    for (const id of run) {
      const cell = program.cells.get(id);
      if (cell?.evaluation && !cell.evaluation.ended) dispose(cell.evaluation);
      if (cell) program.enqueue(cell);
    }
    pumping = before;
    sliceAt = now();
    pump();
    if (!turn) flush(); // all of it ran: the page need not wait for another turn of the event loop
  }

  function pump(): void {
    if (pumping) return;
    pumping = true;
    clock = now();
    while (!turn) {
      if (clock - sliceAt > SLICE_MS) return breathe();
      const cell = lending.overdue(clock) ? undefined : program.next(lending.barred());
      if (cell) evaluate(cell);
      else if (!lending.takeUp()) break;
    }
    pumping = false;
    if (!turn && lending.size + program.queue.length === 0) {
      report({ kind: 'idle', plan: latestPlan, generators: changes.ticking().length });
    }
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
  /** Runs `fn` as code of the evaluation, in the midst of another one or of none. */
  function runAs(evaluation: Running, fn: () => void): void {
    const before = entered;
    if (before !== evaluation) enter(evaluation);
    try {
      fn();
    } catch (error) {
      if (refuses(error) || !(error instanceof Interrupted)) evaluation.lateError(error);
    } finally {
      if (before !== evaluation) {
        leave();
        if (before && !before.ended && turn === before) enter(before);
      }
    }
  }

  // ---- one evaluation: arguments, call, values, end -----------------------------------------------------------------------
  function evaluate(cell: Cell): void {
    const { record, inputs, library: ours } = cell;
    if (cell.evaluation) dispose(cell.evaluation);
    const evaluation = (turn = cell.evaluation = new Running(cell, clock, outlet));
    program.forget(cell);
    if (record.problem) {
      const { cells: _, ...problem } = record.problem;
      return end(evaluation, { state: 'error', error: { ...problem, frames: [] } }, 'failed');
    }
    const args: unknown[] = [];
    for (let i = 0; i < inputs.length; i++) {
      if (inputs[i]!.cell === undefined) return end(evaluation, waitingFor(cell, record.uses[i]!, program.cells));
      args.push(inputs[i]!.value);
    }
    if (ours.length + record.imports.length === 0) call(evaluation, args);
    else whenSettled(evaluation, binding.bind(evaluation, ours, args), () => call(evaluation, args));
  }

  /** Goes on when `wait` settles, unless the evaluation is ended from outside before. */
  function whenSettled<T>(evaluation: Running, wait: Promise<T>, next: (value: T) => void): void {
    let over = false;
    const first =
      <A>(fn: (value: A) => void) =>
      (value: A): void => {
        if (over) return;
        over = true;
        evaluation.fail = undefined;
        fn(value);
      };
    const failed = first((error: unknown) => void caught(evaluation, error));
    evaluation.fail = failed;
    wait.then(first(next), failed);
  }

  function call(evaluation: Running, args: unknown[]): void {
    const { body, long, plain } = evaluation.owner;
    if (typeof body !== 'function') return void caught(evaluation, body);
    if (long || args.some((arg) => typeof arg === 'function')) flush();
    else if (!plain) flushSoon();
    enter(evaluation);
    args.push(evaluation, guard.flag, guard.check);
    let returned: ReturnType<typeof body>;
    try {
      returned = body(...args); // called bare: `this` is undefined, as in a module
    } catch (error) {
      return void caught(evaluation, error);
    }
    if (returned instanceof Promise) whenSettled(evaluation, returned, (values) => settle(evaluation, values));
    else settle(evaluation, returned);
  }

  /** Publishes the cell's names at once where all are plain values, else when they have settled. */
  function settle(evaluation: Running, values: unknown[]): void {
    const stopped = entered === evaluation ? guard.thrown() : undefined; // and caught by the cell
    if (stopped) void caught(evaluation, stopped);
    else if (evaluation.pending || values.some(isLater)) {
      whenSettled(evaluation, resolveLater(evaluation, values, changes), () => publish(evaluation, values));
    } else publish(evaluation, values);
  }

  function publish(evaluation: Running, values: readonly unknown[]): void {
    const { outputs } = evaluation.owner;
    for (let i = 0; i < outputs.length; i++) {
      const slot = outputs[i];
      if (!slot) continue;
      slot.cell = evaluation.cell;
      slot.value = values[i];
    }
    end(evaluation, done, '', values);
  }

  async function caught(evaluation: Running, error: unknown): Promise<void> {
    if (evaluation.replaced || error === superseded) return end(evaluation, undefined);
    const known = refuses(error) ? undefined : error;
    if (known instanceof StopSignal && !endsChecks(evaluation, known)) {
      await Promise.allSettled([...(evaluation.pending ?? []), known instanceof Uncommitted && binding.imported(evaluation)]);
      return end(evaluation, done, known instanceof Uncommitted ? ASKS : 'ended by `stop`');
    }
    const info = { ...evaluation.place, ...describe(error, evaluation.cell) };
    if (!(known instanceof Interrupted)) return end(evaluation, { state: 'error', error: info }, 'failed');
    const message = await interrupts.reason(evaluation);
    end(evaluation, { state: 'error', error: { ...info, message } }, 'stopped');
    dispose(evaluation);
  }

  /** Where an answer is judged, nothing ends quietly: checks that come behind would never run. */
  const endsChecks = ({ owner }: Running, error: StopSignal): boolean =>
    start.judge === true && (!(error instanceof Uncommitted) || owner.record.exercise !== undefined);

  /** The one way out of an evaluation; without an outcome its state is another's to tell. `why`: see Cell. */
  function end(evaluation: Running, outcome: Outcome | undefined, why?: string, values: readonly unknown[] = []): void {
    const { owner, enders } = evaluation;
    evaluation.ended = true;
    lending.ended(evaluation);
    if (entered === evaluation) leave();
    if (enders) {
      const exports = Object.fromEntries(values.map((value, i) => [owner.names[i]!, value]));
      for (const fn of enders.splice(0)) quietly(evaluation, () => fn(exports, outcome?.error));
    }
    clock = now();
    if (outcome && owner.evaluation === evaluation) {
      owner.why = why ?? owner.why;
      reports.ended(evaluation, outcome, clock);
    }
    if (turn === evaluation) turn = undefined;
    pump();
  }

  /** Its writes are dropped from now on, and what it owns is given back. */
  function dispose(evaluation: Running): void {
    if (evaluation.replaced) return;
    evaluation.replaced = true;
    evaluation.fail?.(superseded);
    evaluation.abort();
    if (evaluation.generators) changes.finish(evaluation);
    for (const fn of evaluation.takeDisposers()) quietly(evaluation, fn);
  }
  function quietly(evaluation: Running, fn: () => void): void {
    try {
      fn();
    } catch (error) {
      report({ kind: 'notice', error: describe(error, evaluation.cell) });
    }
  }

  const look = createLooks({ program, load, guard, report, enter: runAs });
  const requests = createRequests({ look, program, library, changes, interrupts, services, guard, report, describe, current, pump, load });
  return {
    receive: (request) => {
      if ('plan' in request && request.plan !== undefined) latestPlan = Math.max(latestPlan, request.plan);
      if (request.kind === 'plan') plan(request);
      else if (request.kind !== 'start') requests.receive(request);
    },
    late: (error) => {
      if (error !== superseded) requests.late(error, startedIn(error));
    },
  };
}

/** Ends an evaluation that another one of the same cell replaces; never shown. */
const superseded = new Error('superseded');

const done: Outcome = { state: 'done' };
