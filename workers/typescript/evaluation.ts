/* One execution of a cell, as the executor keeps it: made for every evaluation, so what few cells need (a signal, disposers,
   generators) is made when it is asked for. */

import { Interrupted, type Evaluation } from '../../src/stdlib/host.ts';
import type { ProgramCell } from '../../src/engine/protocol.ts';
import type { ErrorInfo, Output, ValueNode } from '../../src/output/types.ts';
import type { CellState } from '../../src/schedule/types.ts';
import type { CellFunction } from './compile.ts';

export type Exports = Record<string, unknown>;
export type Iteration = AsyncGenerator | Generator;
export type Primitive = Extract<ValueNode, { type: 'primitive' }>;

/** A cell as the executor holds it. */
export interface Cell {
  record: ProgramCell;
  /** Parameters by where they come from, in the order of the compiled function's own. `long`: it may keep the thread, so the
      page is told before it runs. */
  binding?: { readonly used: readonly string[]; readonly library: readonly string[]; readonly long: boolean } | undefined;
  compiled?: CellFunction | Error | undefined;
  evaluation?: Running | undefined;
  count: number;
  state: CellState;
  /** Why others that need it wait: it failed, was stopped, or was ended by `stop`; `@id`: it waits for that cell itself. */
  why: string;
}

/** How an evaluation ended. */
export interface Outcome {
  readonly state: CellState;
  readonly error?: ErrorInfo;
  readonly waitsFor?: string;
}

export interface Outlet {
  emit(evaluation: Running, output: Output, key?: number): number;
  lateError(evaluation: Running, error: unknown): void;
}

const disposed = new Interrupted('Stopped.');

export class Running implements Evaluation {
  readonly cell: string;
  readonly number: number;
  readonly exercise: string;
  /** Ended with a state; late writes still count. */
  ended = false;
  /** Replaced, removed or interrupted: its writes are dropped. */
  replaced = false;
  /** Where an import stands that is being resolved: what fails there has no frame. */
  place: { readonly line: number; readonly column: number } | undefined;
  /** The page knows that it runs. */
  told = false;
  /** How many of our own waits it is in. */
  lent = 0;
  /** Its first output, a plain value that has not left yet. */
  held: Primitive | undefined;
  outputs = 0;
  bytes = 0;
  cut = 0;
  /** The library's `view` of this evaluation: only its calls are linked to the name they define. */
  view: unknown;
  /** Ends it from outside; whoever calls it takes the end first. */
  fail: ((error: unknown) => void) | undefined;
  generators: Set<Iteration> | undefined;
  pending: Promise<unknown>[] | undefined;
  enders: ((exports: Exports, error?: ErrorInfo) => void)[] | undefined;
  #disposers: (() => void)[] | undefined;
  #abort: AbortController | undefined;
  #aborted = false;
  #taken = false;
  readonly owner: Cell;
  readonly startedAt: number;
  readonly #outlet: Outlet;

  constructor(owner: Cell, startedAt: number, outlet: Outlet) {
    this.owner = owner;
    this.startedAt = startedAt;
    this.#outlet = outlet;
    this.cell = owner.record.id;
    this.number = ++owner.count;
    this.exercise = owner.record.exercise ?? '';
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#aborted) this.#abort.abort(disposed);
    return this.#abort.signal;
  }
  get aborted(): boolean {
    return this.#aborted;
  }

  emit(output: Output, key?: number): number {
    return this.#outlet.emit(this, output, key);
  }
  lateError(error: unknown): void {
    this.#outlet.lateError(this, error);
  }
  onEnd(fn: (exports: Exports, error?: ErrorInfo) => void): void {
    (this.enders ??= []).push(fn);
  }
  waitFor(promise: Promise<unknown>): void {
    promise.catch(() => {}); // seen when the evaluation ends
    (this.pending ??= []).push(promise);
  }
  onDispose(fn: () => void): void {
    if (this.replaced) fn();
    else (this.#disposers ??= []).push(fn);
  }

  /** True once: the code's own end and one from outside exclude each other. */
  take(): boolean {
    return !this.#taken && (this.#taken = true);
  }
  /** The code has ended and its values are still awaited: that can fail from outside again. */
  reopen(fail: (error: unknown) => void): void {
    this.fail = fail;
    this.#taken = false;
  }
  abort(): void {
    this.#aborted = true;
    this.#abort?.abort(disposed);
  }
  /** What runs when it is replaced, the last registered first; each once. */
  takeDisposers(): (() => void)[] {
    const all = this.#disposers?.reverse() ?? [];
    this.#disposers = undefined;
    return all;
  }
}

export const isThenable = (value: unknown): value is Promise<unknown> =>
  (typeof value === 'object' || typeof value === 'function') && value !== null && typeof (value as { then?: unknown }).then === 'function';

export const isGenerator = (value: unknown): value is Iteration =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Generator).next === 'function' &&
  typeof (value as Generator).return === 'function';
