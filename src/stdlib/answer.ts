/* `gradus:answer`: what checks see of an answer that is written in another language than they are, and of the reference beside it.
   Three ways to judge one: the same result as the reference's, a predicate over the state that it left behind, the same outcome of
   the same calls (a kernel against its reference). A pack of its own; asks the page, which has the two engines. */

import type { TrialQuestion } from '../engine/protocol.ts';
import { close, equal } from './checks.ts';
import type { Host } from './host.ts';

/** An answer that has run in an engine of its own. Everything that crosses is plain data. */
export interface Asked {
  /** What it gave: rows, text, a value. */
  result(): Promise<unknown>;
  /** About the state that it left behind, in the language's own words: a query, a command, an expression. */
  state(question: string): Promise<unknown>;
  /** Calls what it defined. */
  call(...inputs: unknown[]): Promise<unknown>;
}

export interface SameOptions {
  /** Whether the order of a list counts. Default: true. */
  readonly ordered?: boolean;
  /** Tolerances of `close`; absent: as `equal` compares. */
  readonly rtol?: number;
  readonly atol?: number;
}

export interface AnswerModule {
  readonly answer: Asked;
  readonly reference: Asked;
  /** Throws unless the answer's result is that of the reference. */
  sameResult(options?: SameOptions): Promise<true>;
  /** Throws unless a call of the answer gives what it gives of the reference. */
  sameCall(inputs: readonly unknown[], options?: SameOptions): Promise<true>;
}

export function createAnswer(host: Pick<Host, 'service'>): AnswerModule {
  const ask = (question: TrialQuestion): Promise<unknown> => host.service({ service: 'answer', question });
  const asked = (of: TrialQuestion['of']): Asked => ({
    result: () => ask({ of, ask: 'result' }),
    state: (question) => ask({ of, ask: 'state', with: question }),
    call: (...inputs) => ask({ of, ask: 'call', with: inputs }),
  });
  const [answer, reference] = [asked('answer'), asked('reference')];
  const same = async (
    got: Promise<unknown>,
    wanted: Promise<unknown>,
    { ordered = true, ...tolerance }: SameOptions = {},
  ): Promise<true> => {
    const [a, b] = await Promise.all([got, wanted]);
    const [left, right] = ordered ? [a, b] : [sorted(a), sorted(b)];
    return tolerance.rtol === undefined && tolerance.atol === undefined ? equal(left, right) : close(left, right, tolerance);
  };
  return {
    answer,
    reference,
    sameResult: (options) => same(answer.result(), reference.result(), options),
    sameCall: (inputs, options) => same(answer.call(...inputs), reference.call(...inputs), options),
  };
}

/** A list by what its items say; anything else as it is. */
function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value
    .map((item: unknown) => ({ item, text: JSON.stringify(item) ?? '' }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ item }) => item);
}
