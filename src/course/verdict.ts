/* What judging an answer comes to, as plain data: for the page, for the command line, for the store. How an answer comes to one
   stands in session/judge.ts. */

export interface CheckVerdict {
  readonly name: string;
  readonly pass: boolean;
  /** Empty when it passed. */
  readonly message: string;
  readonly ms: number;
  /** What it tried, in words: `200 cases`. */
  readonly tried?: string;
  /** The law that broke, in words, and the smallest case that breaks it. */
  readonly law?: string;
  readonly smallest?: string;
  /** The call that the check made, as it is written there; what was expected of it, and what it gave. */
  readonly call?: string;
  readonly expected?: string;
  readonly got?: string;
  /** It is no check but a whole cell of them that failed, or checked nothing: which of the exercise's, from 0. */
  readonly cell?: number;
  /** Another check failed by the same cause: its name. */
  readonly sameAs?: string;
}

/** How an answer failed, where not by a check: it does not parse, threw, took too long, or was not run at all. */
export type Trouble = 'syntax' | 'error' | 'time' | 'refused';

export interface Verdict {
  readonly exercise: string;
  readonly pass: boolean;
  readonly checks: readonly CheckVerdict[];
  readonly trouble?: Trouble;
  readonly ms: number;
}

/** After so many attempts the reference may be looked at. */
export const attemptsToReference = 6;
