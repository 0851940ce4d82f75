/* Answers the page's questions about values that stand as outputs. How a value is walked lies in the pack `explore`, which
   comes with the first question: an engine that nobody asks never loads it. */

import { messageOf } from '../../src/base/errors.ts';
import { lookOf, type Look } from '../../src/output/look.ts';
import type { Members, Request } from '../../src/engine/protocol.ts';
import type { Running } from './evaluation.ts';
import type { ExecutorOptions } from './types.ts';
import type { Program } from './program.ts';
import type { Reports } from './reports.ts';

/** What the pack leaves behind: `run` calls code of the notebook. */
export interface Explorer {
  answer(value: unknown, question: Look, run: <T>(fn: () => T) => T): unknown;
  membersOf(value: unknown, path: readonly string[]): Members | undefined;
}

/** Code of the notebook that a question runs (a getter, a column's format) has that long. */
const codeMs = 500;

export interface LooksOptions extends Pick<ExecutorOptions, 'load' | 'guard'> {
  readonly program: Program;
  readonly report: Reports['report'];
  /** Runs `fn` as code of the evaluation. */
  readonly enter: (evaluation: Running, fn: () => void) => void;
}

export function createLooks({
  program,
  load,
  guard,
  report,
  enter,
}: LooksOptions): (ask: Extract<Request, { kind: 'look' }>) => Promise<void> {
  const standing = ({ cell, evaluation, key }: Extract<Request, { kind: 'look' }>): { of: Running; value: unknown } => {
    const of = program.cells.get(cell)?.evaluation;
    const value = of?.number === evaluation ? of.behind?.get(key) : undefined;
    if (!of || value === undefined) throw new Error('The value is not there any more. Run the cell to see the rest.');
    return { of, value };
  };
  function runAs<T>(evaluation: Running, fn: () => T): T {
    let result: { readonly value: T } | { readonly error: unknown } | undefined;
    enter(evaluation, () => {
      try {
        result = { value: guard.limited(codeMs, fn) };
      } catch (error) {
        result = { error };
      }
    });
    if (result && 'value' in result) return result.value;
    throw result?.error ?? new Error('The value could not be read.');
  }
  async function answer(ask: Extract<Request, { kind: 'look' }>): Promise<unknown> {
    const { of, value } = standing(ask);
    const own = (value as { [lookOf]?: (question: Look) => unknown } | null)?.[lookOf];
    const told = typeof own === 'function' ? await own.call(value, ask.question) : undefined;
    if (told !== undefined) return told;
    const { answer: explore } = (await load('explore')) as Explorer;
    standing(ask); // it may have gone while the pack was on its way
    return explore(value, ask.question, (fn) => runAs(of, fn));
  }
  return async (ask) => {
    const { request } = ask;
    try {
      report({ kind: 'looked', request, value: (await answer(ask)) as never });
    } catch (error) {
      report({ kind: 'looked', request, error: messageOf(error) });
    }
  };
}
