/* What is kept of a learner's answers, and the number that their random cases come from: pure changes of one record, so that a
   transaction can make them from what is stored at that moment. */

import { fnv1a32 } from '../base/hash.ts';
import type { Verdict } from '../course/verdict.ts';
import type { Store, StoredAnswer } from '../store/types.ts';

/** What random cases of a learner come from: the same at every attempt, another for every learner and exercise. */
export const seedOf = (learner: number, exercise: string): number => (learner ^ fnv1a32(exercise)) >>> 0;

/** The learner's number, made once; without a store one for this page. */
export async function learnerOf(store: Store | undefined): Promise<number> {
  const stored = await store?.setting('learner').catch(() => undefined);
  if (typeof stored === 'number' && Number.isInteger(stored)) return stored;
  const made = crypto.getRandomValues(new Uint32Array(1))[0]!;
  await store?.saveSetting('learner', made).catch(() => undefined);
  return made;
}

type Kept = Omit<StoredAnswer, 'notebook' | 'exercise'>;
const blank = (language: string): Kept => ({ code: '', language, attempts: 0, hints: 0, updatedAt: 0 });

/** Whether what was judged is what stands there now: `own`, the code of the exercise's cells, and `whole`, that with the cells of the
    learner that it uses, where these are known. */
export const isOf = (
  judged: { readonly code: string; readonly own?: string } | undefined,
  { own, whole }: { readonly own: string; readonly whole?: string | undefined },
): boolean => judged !== undefined && (whole === undefined ? (judged.own ?? judged.code) === own : judged.code === whole);

/** What is kept behind a verdict; `own`: the code of the exercise's own cells. A refusal or a fault of the unit counts no attempt. */
export function withVerdict(
  before: StoredAnswer | undefined,
  { code, own = code, language }: { readonly code: string; readonly own?: string; readonly language: string },
  verdict: Verdict,
  time: number,
): Kept {
  const kept = before ?? blank(language);
  const attempts = kept.attempts + (verdict.trouble === 'refused' ? 0 : 1);
  return {
    ...kept,
    code,
    language,
    attempts,
    verdict: { ...verdict, time, code, own },
    ...(verdict.pass
      ? {
          passed: {
            ...{ time, code, own, first: kept.passed?.first ?? kept.passed?.time ?? time },
            ...{ attempts: kept.passed?.attempts ?? attempts, hints: kept.passed?.hints ?? kept.hints },
          },
        }
      : {}),
    updatedAt: time,
  };
}

/** Hint `number` (from 1) has been shown. */
export const withHint = (before: StoredAnswer | undefined, language: string, number: number, time: number): Kept => {
  const kept = before ?? blank(language);
  return { ...kept, hints: Math.max(kept.hints, number), updatedAt: time };
};

/** The reference has been looked at. */
export const withReference = (before: StoredAnswer | undefined, language: string, time: number): Kept => {
  const kept = before ?? blank(language);
  return { ...kept, referenceSeen: kept.referenceSeen ?? time, updatedAt: time };
};
