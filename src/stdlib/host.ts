/* The seam between the executor (workers/typescript) and the standard library: what an evaluation offers to the names
   that its cell uses. Names are bound to their evaluation, so `display` called late, or from another cell's turn, still
   writes under the cell that wrote it. */

import type { ErrorInfo, Output } from '../output/types.ts';
import type { ModuleText, ProgramCell, ServiceCall, StartOptions, Report } from '../engine/protocol.ts';

/** One execution of a cell. */
export interface Evaluation {
  readonly cell: string;
  /** Counts the evaluations of this cell. */
  readonly number: number;
  readonly exercise: string;
  /** Fires when the evaluation is replaced, stopped or timed out. */
  readonly signal: AbortSignal;
  /** Shows an output below the cell and returns its key; with `key` the output at that key is replaced. Dropped once superseded.
      `behind`: the value that the page may ask about while the output stands (src/output/look.ts). */
  emit(output: Output, key?: number, behind?: unknown): number;
  /** Runs `fn` when the evaluation is replaced, its cell removed, or it is interrupted. Last registered, first run. */
  onDispose(fn: () => void): void;
  /** The evaluation does not end before `promise` has settled; its rejection fails the cell. */
  waitFor(promise: Promise<unknown>): void;
  /** Runs `fn(exports, error)` once when the evaluation has ended (done, error or stopped); `error` where it failed. */
  onEnd(fn: (exports: Readonly<Record<string, unknown>>, error?: ErrorInfo) => void): void;
  /** Shows an error that happened after or beside the evaluation; its state stays. */
  lateError(error: unknown): void;
}

/** What the executor gives to the library, once per engine. */
export interface Host {
  readonly options: StartOptions;
  /** The notebook as this engine holds it: its cells, and the value of each name. */
  readonly program: {
    readonly cells: ReadonlyMap<string, { readonly record: ProgramCell; readonly evaluation: unknown }>;
    /** `moved`: the evaluation of its cell behind which the value was changed by an input, a box or a generator. */
    readonly slots: ReadonlyMap<string, { readonly cell: string | undefined; readonly value: unknown; readonly moved: unknown }>;
  };
  /** The evaluation whose code runs now, if one does. */
  current(): Evaluation | undefined;
  /** Whose code calls a function of `evaluation`: another cell's, where its stack leads back to that one, else its own. */
  startedBy(evaluation: Evaluation): Evaluation;
  /** Runs `fn` synchronously as code of `evaluation` (timers, event handlers); its throw becomes a late error. */
  enter(evaluation: Evaluation, fn: () => void): void;
  /** One of our own waits: gives the turn to cells that are due and do not need the waiting one, and takes it up again
      before it settles. Rejects with `Interrupted` when the evaluation is stopped. */
  lend<T>(evaluation: Evaluation, wait: Promise<T>): Promise<T>;
  /** What names of the notebook hold now, with the cell that left it there. */
  held(): Iterable<{ readonly cell: string; readonly value: unknown }>;
  /** Asks the host page; rejects with its message. */
  service(call: ServiceCall): Promise<unknown>;
  /** Loads a pack of this build and returns what it registered; the same promise for every caller. */
  load(pack: string): Promise<unknown>;
  /** A named value changes from outside its cell's code: dependents follow as their run mode says. */
  assign(cell: string, name: string, value: unknown): void;
  /** Evaluates a cell again because an unnamed input of it moved. */
  again(cell: string): void;
  /** Runs `fn` and ends it with a `TimeLimit` when its loops go on for longer than `ms`. */
  limited<T>(ms: number, fn: () => T): T;
  /** Sends a report that belongs to no output (runs, backend). */
  report(report: Report): void;
  describeError(error: unknown, cell?: string): ErrorInfo;
  /** Evaluates the lowered text of a `./x.ts` file with the values of its imports, loops guarded as in a cell; resolves to its exports. */
  runModule(
    path: string,
    module: ModuleText,
    imports: Readonly<Record<string, unknown>>,
    importModule: (source: string) => Promise<unknown>,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/** What the executor asks of the library. */
export interface Library {
  /** Whether `name` is one of ours. */
  has(name: string): boolean;
  /** The value of `name` for a cell of this evaluation; a promise where a pack must load first. */
  bind(name: string, evaluation: Evaluation): unknown;
  /** Shows the value of a cell's last expression. */
  show(value: unknown, evaluation: Evaluation): void;
  /** Starts `view(input)` for the definition `name` (absent: none; a function: what a destructuring pattern takes from the value) and returns the input's current value. Called for
      every `view(…)` whose place the compiler knows. */
  view(input: unknown, evaluation: Evaluation, name?: string | ((value: unknown) => Readonly<Record<string, unknown>>)): unknown;
  /** The reader moved the input `id`. False if nobody knows it any more. */
  input(id: string, value: unknown): boolean;
  /** `stop`: a promise where the loops of the cell want to be stopped between two steps; it resolves when they stand there. */
  control(id: string, action: 'pause' | 'resume' | 'stop'): boolean | Promise<void>;
  /** Whether an interrupt is to wait a moment for the end of a step of the cell. */
  patient(id: string): boolean;
  /** Resolves an import of a cell. */
  importModule(source: string, evaluation: Evaluation): Promise<Readonly<Record<string, unknown>>>;
  /** Called around each stretch of a cell's own code: puts this evaluation's `Math.random` and tensor ownership in place
      and returns what takes it away again. */
  enter(evaluation: Evaluation): () => void;
  /** Settles when the parts of the library that the cell names are there; undefined where they are. */
  ahead?(cell: Pick<ProgramCell, 'code' | 'reads' | 'imports'>): Promise<unknown> | undefined;
  /** Reads what of these values cannot be read at once (tensors on a GPU), so that `toJson` can; undefined where nothing is to be read. */
  read(values: readonly unknown[]): Promise<unknown> | undefined;
  /** A value as JSON by the bounds of notebook.md 4, or undefined when it is left out. */
  toJson(value: unknown): unknown;
}

/** Thrown by `stop(condition, output?)`: ends the evaluation quietly. */
export class StopSignal extends Error {
  override readonly name = 'StopSignal';
}

/** Thrown by `view(predict(…))` before its reader has committed: ends the evaluation quietly, and what uses its names waits. */
export class Uncommitted extends StopSignal {}

/** What an interrupted evaluation ends in; `reason` words the message. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Ends code that runs longer than it was allowed to. */
export class TimeLimit extends Error {
  override readonly name = 'TimeLimit';
}

/** A box made by `mutable(x)`: in its own cell the box, everywhere else its value. */
export class Mutable<T = unknown> {
  #value: T;
  /** Set by the executor when a cell exports the box. */
  listener: ((value: T) => void) | undefined;
  constructor(value: T) {
    this.#value = value;
  }
  get value(): T {
    return this.#value;
  }
  set value(next: T) {
    this.#value = next;
    this.listener?.(next);
  }
}
