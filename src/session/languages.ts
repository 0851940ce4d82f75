/* The seam between the judge and a language. Checks are TypeScript whatever the answer is written in. An answer in TypeScript or
   JavaScript stands among the cells that its checks see; an answer in any other language runs in an engine of its own, twice (the
   answer and the reference), and checks ask both what came of them: `gradus:answer`. A language joins by giving a `Judging`. */

import type { Trouble } from '../course/verdict.ts';
import type { TrialQuestion } from '../engine/protocol.ts';

/** What an engine that has run an answer can be asked; everything that crosses is plain data. */
export interface Trial {
  /** What the answer gave: rows, text, a value. */
  result(): Promise<unknown>;
  /** About the state that it left behind, in the language's own words: a query, a command, an expression. */
  state(question: string): Promise<unknown>;
  /** Calls what it defined: a function, a kernel with its bindings. */
  call(inputs: readonly unknown[]): Promise<unknown>;
  close(): void;
}

/** What is run: the cells of that language in the notebook, with references in the place of other exercises' starters, in their
    order, and the answer in its place. */
export interface Program {
  readonly cells: readonly { readonly code: string; readonly answer: boolean }[];
  readonly language: string;
  /** What its random numbers come from. */
  readonly seed?: number;
  /** Aborted when its time is over. */
  readonly signal: AbortSignal;
}

/** How answers in some languages are run. */
export interface Judging {
  readonly languages: readonly string[];
  /** In an engine that is new for every program. Rejects with what is wrong with the answer: `SyntaxError` where it does not parse. */
  run(program: Program): Promise<Trial>;
}

/** Languages whose answers stand among the cells of the checks. */
export const native: ReadonlySet<string> = new Set(['ts', 'js', 'tsx']);

/** How an answer failed that its engine would not run. */
export const troubleOf = (error: unknown): Trouble => ((error as Error | null)?.name === 'SyntaxError' ? 'syntax' : 'error');

/** Asks one of the two. */
export function askTrial(trials: Readonly<Record<'answer' | 'reference', Trial>>, question: TrialQuestion): Promise<unknown> {
  const trial = trials[question.of];
  if (question.ask === 'result') return trial.result();
  return question.ask === 'state' ? trial.state(String(question.with)) : trial.call(question.with as readonly unknown[]);
}
