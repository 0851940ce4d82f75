/* What is said of an exercise: in its row, in the rail, aloud. */

import type { Verdict } from '../../session/judging.ts';
import type { StoredAnswer } from '../../store/types.ts';
import { ordinal, plural } from '../words.ts';

/** Beside its heading. `changed`: the code is another one than what passed. */
export function how(answer: StoredAnswer | undefined, changed: boolean): string {
  if (!answer) return 'not begun';
  const hints = answer.hints > 0 ? [plural(answer.hints, 'hint')] : [];
  const { passed, attempts } = answer;
  if (passed && changed) return 'passed; changed since';
  if (passed)
    return ['passed', plural(passed.attempts, 'attempt'), ...(passed.hints > 0 ? [plural(passed.hints, 'hint')] : [])].join(' · ');
  if (attempts === 0) return hints[0] ?? 'not begun';
  return [`${ordinal(attempts)} attempt`, ...hints].join(' · ');
}

export const pointOf = (answer: StoredAnswer | undefined): string =>
  answer?.passed ? 'pt done' : answer && answer.attempts > 0 ? 'pt half' : 'pt';

/** `2 of 4`, of the last verdict. */
export function tally(verdict: Verdict | undefined): string {
  if (!verdict || verdict.trouble !== undefined) return '';
  return `${verdict.checks.filter(({ pass }) => pass).length} of ${verdict.checks.length}`;
}

/** A verdict in a sentence or two, for who cannot see it. */
export function spoken({ pass, checks, trouble }: Verdict): string {
  if (pass) return `${allPass(checks.length)} The exercise is passed.`;
  const failed = checks.filter((check) => !check.pass);
  const first = failed[0];
  if (trouble !== undefined) return `The checks did not pass. ${first?.message ?? ''}`;
  return `${checks.length - failed.length} of ${plural(checks.length, 'check')} pass. ${first?.name ?? ''} fails. ${first?.message ?? ''}`;
}

export const allPass = (n: number): string => (n === 1 ? 'The check passes.' : `All ${n} checks pass.`);

/** A law named by its function: `longerThanSides` as `longer than sides`. */
export const lawWords = (law: string): string =>
  /^[a-z][\w$]*$/.test(law)
    ? law.replace(/([a-z\d])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`).replaceAll('_', ' ')
    : law;

/** What is left of a failure's words once its facts stand beside them: no smallest case again, no values again. */
export function restOf({
  message,
  smallest,
  expected,
  got,
}: {
  message: string;
  smallest?: string;
  expected?: string;
  got?: string;
}): string {
  const said = smallest === undefined ? message : message.replace(/\.? Smallest case: [\s\S]*$/, '.');
  if (expected !== undefined && got !== undefined && /^(At \S+: e|E)xpected /.test(said)) {
    const at = /^At (\S+): /.exec(said)?.[1];
    const differ = /\(([^()]* is (?:missing|too many))\)\.?$/.exec(said)?.[1];
    return [at ? `The first place that differs is ${at}` : '', differ ?? '']
      .filter(Boolean)
      .join('; ')
      .replace(/^./, (c) => c.toUpperCase())
      .replace(/(\w)$/, '$1.');
  }
  return said.replace(/([\p{L}\p{N}\])}])$/u, '$1.'); // what a law says is cut before its smallest case
}
