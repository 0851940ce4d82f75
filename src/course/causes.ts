/* Which failures of one verdict have one cause, so that the page shows it once. Pure; session/judge.ts asks. */

import type { CheckVerdict } from './verdict.ts';

/** Failures by the cause of an earlier one say so: the same words of the author's or of the language, or the same thing that is no
    number. Two differences between values have two causes as far as anyone can tell. */
export function withCauses(checks: readonly CheckVerdict[]): CheckVerdict[] {
  const first = new Map<string, string>();
  return checks.map((check) => {
    if (check.pass) return check;
    const strange = /\b(NaN|Infinity|undefined)\b/.exec(check.got ?? '')?.[1];
    const said = check.message.replace(/\.? Smallest case: [\s\S]*$/, '');
    const cause = strange !== undefined && !(check.expected ?? '').includes(strange) ? strange : said;
    if (cause === said && (check.expected !== undefined || said === '' || said === 'It does not hold')) return check;
    const before = first.get(cause);
    if (before === undefined) first.set(cause, check.name);
    return before === undefined ? check : { ...check, sameAs: before };
  });
}
