/* What passes about a sweep, through the table of services: the cell that sweeps asks for one and for news of it, and the engines
   of its pool ask for their points. Types alone; the pool is pool.ts, who answers is session/sweeps.ts, who asks stdlib/sweep. */

import type { ErrorInfo, Output } from '../output/types.ts';
import type { ProgramCell, RunState } from './protocol.ts';

export type Params = Readonly<Record<string, unknown>>;

export type SweepCall =
  | { readonly service: 'sweep'; readonly ask: 'start'; readonly plan: SweepPlan } // -> number, which names it from then on
  | { readonly service: 'sweep'; readonly ask: 'next'; readonly sweep: number } // -> SweepEvent[], when there are some
  | { readonly service: 'sweep'; readonly ask: 'stop'; readonly sweep: number }
  | { readonly service: 'sweep'; readonly ask: 'job'; readonly told?: JobEnd }; // from an engine of the pool -> SweepJob

export interface SweepPlan {
  readonly cell: string;
  /** Of its runs. */
  readonly name: string;
  /** The cell and what it needs, in the order of ranks. */
  readonly define: readonly ProgramCell[];
  /** Values that an evaluation would not give, for cells that `define` has in their place. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly place: SweepPlace;
  readonly points: readonly Params[];
  /** Everything but the parameters that a point's result hangs on, as a hash: finished runs with the same key are taken as they are. */
  readonly key: string;
  readonly resume: boolean;
  readonly workers?: number;
  readonly stop?: StopRule;
  /** Longest time for one point, ms. */
  readonly limitMs?: number;
}

/** Which call of `sweep` an engine serves, and what the calls before it gave. */
export interface SweepPlace {
  readonly cell: string;
  /** Number of the call in one evaluation of the cell, from 0. */
  readonly call: number;
  /** Results of finished calls, by cell. */
  readonly before: Readonly<Record<string, readonly (readonly SweepResult[])[]>>;
  /** Where the reader left unnamed inputs, by cell. */
  readonly held: Readonly<Record<string, unknown>>;
  /** What the generators of the points begin with. Absent: the engine's seed. */
  readonly seed?: number;
}

/** When a point is ended before its time. */
export interface StopRule {
  readonly metric: string;
  /** Which way is better. Default: min. */
  readonly goal?: 'min' | 'max';
  /** After so many values without a better one. */
  readonly patience?: number;
  /** A value is better only by more than this. Default 0. */
  readonly minDelta?: number;
  /** Once its best is worse than the median of the first so many points at that step; these run whole. */
  readonly median?: number;
  /** Steps below this one stop nothing. Default 0. */
  readonly after?: number;
}

export interface SweepJob {
  readonly index: number;
  readonly name: string;
  readonly params: Params;
  /** Which one of equal points it is, from 0. */
  readonly repeat: number;
  /** There are runs of it that were cut off: it goes on from the newest checkpoint of them. */
  readonly resume: boolean;
  readonly stop?: StopRule;
  /** What the median rule compares with, ascending steps. */
  readonly median?: Curve;
}

export interface Curve {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** How a point ended in its engine. */
export interface JobEnd {
  readonly index: number;
  readonly summary: Params;
  readonly error?: ErrorInfo;
}

/** What `sweep` gives for a point; also `metrics`, which do not count as its properties when it is written. */
export interface SweepResult {
  readonly params: Params;
  readonly summary: Params;
  /** Id of its run. */
  readonly run: string;
  readonly state: RunState;
  /** Why it failed. */
  readonly error?: string;
  readonly metrics: Readonly<Record<string, { readonly steps: Float64Array; readonly values: Float64Array }>>;
}

/** `engine`: which one of the pool, from 0. */
export type SweepEvent =
  | { readonly kind: 'begin'; readonly index: number; readonly engine: number }
  | {
      readonly kind: 'output';
      readonly index: number;
      readonly engine: number;
      readonly output: Extract<Output, { kind: 'progress' | 'log' }>;
    }
  | {
      readonly kind: 'end';
      readonly index: number;
      readonly engine?: number;
      readonly result: SweepResult;
      readonly resumed?: true;
      readonly error?: ErrorInfo;
    }
  /** All points have ended. */
  | { readonly kind: 'done' }
  /** It cannot go on: no engine came to this call. */
  | { readonly kind: 'failed'; readonly error: ErrorInfo };
