/* One execution of a cell, as the executor keeps it: made for every evaluation, so what few cells need (a signal, disposers,
   generators) is made when it is asked for. To the library it is the `Evaluation`, to the compiled code it is `__g`. */

import { Interrupted, type Evaluation } from '../../src/stdlib/host.ts';
import type { ErrorInfo, Output, ValueNode } from '../../src/output/types.ts';
import type { CellState } from '../../src/schedule/types.ts';
import { Behind } from './behind.ts';
import { isThenable } from './later.ts';
import type { Cell } from './types.ts';

export type Exports = Readonly<Record<string, unknown>>;
export type Iteration = AsyncGenerator | Generator;
export type Primitive = Extract<ValueNode, { type: 'primitive' }>;

/** How an evaluation ended. */
export interface Outcome {
  readonly state: CellState;
  readonly error?: ErrorInfo;
  readonly waitsFor?: string;
  readonly asks?: boolean;
}

/** What evaluations hand on to the executor. */
export interface Outlet {
  emit(evaluation: Running, output: Output, key?: number): number;
  lateError(evaluation: Running, error: unknown): void;
  show(value: unknown, evaluation: Running): void;
  view(input: unknown, evaluation: Running, name: ViewName): unknown;
  import(source: string, evaluation: Running): Promise<unknown>;
  thrown<T>(value: T): T;
  readonly set: Exports;
}
type ViewName = string | ((value: unknown) => Exports);

const disposed = new Interrupted('Stopped.');

export class Running implements Evaluation {
  readonly owner: Cell;
  readonly number: number;
  readonly startedAt: number;
  /** Ended with a state; late writes still count. */
  ended = false;
  /** Replaced, removed or interrupted: its writes are dropped. */
  replaced = false;
  aborted = false;
  /** The page knows that it runs. */
  told = false;
  /** How many of our own waits it is in. */
  lent = 0;
  /** Its first output, a plain value that has not left yet. */
  held: Primitive | undefined = undefined;
  outputs = 0;
  bytes = 0;
  cut = 0;
  /** Ends it from outside while its code or its values are awaited; whoever takes the end first has it. */
  fail: ((error: unknown) => void) | undefined = undefined;
  pending: Promise<unknown>[] | undefined = undefined;
  enders: ((exports: Exports, error?: ErrorInfo) => void)[] | undefined = undefined;
  generators: Set<Iteration> | undefined = undefined;
  /** What stands behind its outputs, until it is replaced. */
  behind: Behind | undefined = undefined;
  /** Where an import stands that is being resolved: what fails there has no frame. */
  place: { readonly line: number; readonly column: number } | undefined = undefined;
  /** The library's `view` of this evaluation: only its calls are linked to the name they define. */
  boundView: unknown = undefined;
  #disposers: (() => void)[] | undefined = undefined;
  #abort: AbortController | undefined = undefined;
  readonly #outlet: Outlet;

  constructor(owner: Cell, startedAt: number, outlet: Outlet) {
    this.owner = owner;
    this.number = ++owner.count;
    this.startedAt = startedAt;
    this.#outlet = outlet;
  }

  get cell(): string {
    return this.owner.record.id;
  }

  // ---- for compiled code, as `__g`
  show(value: unknown): void {
    if (isThenable(value)) this.waitFor(value.then((settled) => this.#outlet.show(settled, this)));
    else this.#outlet.show(value, this);
  }
  named(name: ViewName, view: unknown): unknown {
    return view === this.boundView ? (input: unknown) => this.#outlet.view(input, this, name) : view;
  }
  set(name: string): unknown {
    return this.#outlet.set[name];
  }
  thrown<T>(value: T): T {
    return this.#outlet.thrown(value);
  }
  import(source: unknown): Promise<unknown> {
    return this.#outlet.import(String(source), this);
  }

  // ---- for the library
  get exercise(): string {
    return this.owner.record.exercise ?? '';
  }
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.aborted) this.#abort.abort(disposed);
    return this.#abort.signal;
  }
  emit(output: Output, key?: number, behind?: unknown): number {
    const at = this.#outlet.emit(this, output, key);
    if (at >= 0 && (behind !== undefined || this.behind)) (this.behind ??= new Behind()).set(at, behind);
    return at;
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

  // ---- for the executor
  abort(): void {
    this.aborted = true;
    this.behind = undefined;
    this.#abort?.abort(disposed);
  }
  /** What runs when it is replaced, the last registered first; each once. */
  takeDisposers(): readonly (() => void)[] {
    const all = this.#disposers?.reverse() ?? [];
    this.#disposers = undefined;
    return all;
  }
}
