/* The records of the TypeScript engine: a cell as the worker holds it, and what an executor is made of. */

import type { Host, Library } from '../../src/stdlib/host.ts';
import type { ProgramCell, Report, Request, StartOptions } from '../../src/engine/protocol.ts';
import type { CellState } from '../../src/schedule/types.ts';
import type { Running } from './evaluation.ts';
import type { Guard } from './guard.ts';

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

export type CellFunction = (...args: unknown[]) => Promise<unknown[]> | unknown[];

/** The value that others see of a name; `cell`: the one that left it there, undefined while there is none. */
export interface Slot {
  cell: string | undefined;
  value: unknown;
  /** The evaluation behind which the value was changed from outside its code. */
  moved: Running | undefined;
}

/** A cell as the executor holds it; one shape for all, since every turn reads it. */
export interface Cell {
  record: ProgramCell;
  /** Where it reads the names of other cells, in the order of `record.uses`: its function's first parameters. */
  inputs: readonly Slot[];
  /** Names of the standard library that it reads, the next parameters. */
  library: readonly string[];
  /** The names that its function returns, each with its slot where others may use it. */
  names: readonly string[];
  outputs: readonly (Slot | undefined)[];
  /** It may keep the thread, so the page is told before it runs. */
  long: boolean;
  /** Nothing in it awaits or leaves work behind: a plain function costs half as much as an async one. */
  plain: boolean;
  /** Or the error of a body that this engine does not take; undefined where analysis found a problem. */
  body: CellFunction | Error | undefined;
  evaluation: Running | undefined;
  /** Evaluations so far. */
  count: number;
  state: CellState;
  queued: boolean;
  /** Why others that need it wait: it failed, was stopped, or was ended by `stop`; `@id`: it waits for that cell itself. */
  why: string;
}

/** A function to compile: names of parameters, and its body. */
export type Source = Pick<ProgramCell, 'id' | 'code' | 'shifts'> & { readonly parameters: readonly string[]; readonly plain?: boolean };
