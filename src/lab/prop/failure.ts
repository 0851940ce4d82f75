/* How a law fails: plain facts for a verdict, and words that begin with the smallest case. */

import { outOfTimeWords } from '../../base/errors.ts';
import { toText } from '../../output/inspect.ts';

/** Thrown by `forAll` and `model`. */
export class CheckFailure extends Error {
  override readonly name = 'CheckFailure';
  /** The law in words: what its function is called, or said when it failed. */
  readonly law: string;
  /** The smallest case that breaks it. */
  readonly smallest: unknown;
  readonly seed: number;
  /** How many cases were tried, the failing one included. */
  readonly runs: number;
  /** Shares of the labels among the cases. */
  readonly labels: Readonly<Record<string, number>>;

  constructor(facts: {
    law: string;
    smallest: unknown;
    said: string;
    seed: number;
    runs: number;
    labels: Readonly<Record<string, number>>;
    /** What the law threw. */
    cause?: unknown;
  }) {
    super(`${facts.said || 'It does not hold'}. Smallest case: ${toText(facts.smallest, 600, deep)}`, { cause: facts.cause });
    this.law = facts.law;
    this.smallest = facts.smallest;
    this.seed = facts.seed;
    this.runs = facts.runs;
    this.labels = facts.labels;
  }
}

/** A case is shown whole, lists in lists too: so many levels, as long as there is room. */
const deep = 8;

/** What an error says, without a full stop at its end. */
export function saidBy(error: unknown): string {
  const text = error instanceof Error ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}` : toText(error, 600);
  return text.replace(/[.\s]+$/, '');
}

/** An error that the engine ends code with which takes too long, and the case that it was at. */
export type OutOfTime = Error & { at?: string };

/** `error` where it is such a limit, or tells of one, with the case `at` noted; else undefined. */
export function outOfTime(error: unknown, at: unknown): OutOfTime | undefined {
  return error instanceof Error && error.message.includes(outOfTimeWords) ? Object.assign(error, { at: toText(at, 200) }) : undefined;
}
