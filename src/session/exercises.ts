/* Judging in the page: the texts of a unit, the judge with an engine that stands ready before it is asked, and what is kept of
   answers. The view of exercises and reviews of mastery use it; what a verdict is and how it comes about stands in judge.ts. */

import { fnv1a32 } from '../base/hash.ts';
import { answersOf, type Candidate } from '../course/judging.ts';
import { exercisesOf, type UnitTexts } from '../course/exercises.ts';
import type { Verdict } from '../course/verdict.ts';
import { parseCompiled } from '../document/parse.ts';
import type { FrontMatter } from '../document/types.ts';
import type { Store, StoredAnswer } from '../store/types.ts';
import { createEditing } from './editing.ts';
import { judge, type JudgeOptions } from './judge.ts';
import { createSession } from './session.ts';
import type { Analyse, SessionOptions, WorkerLike } from './types.ts';

export type { Candidate, UnitTexts, Verdict };
export { answersOf, exercisesOf };

/** What an entry gives a judge. */
export interface JudgeEnvironment extends Pick<SessionOptions, 'analyser' | 'services' | 'moduleText' | 'now'> {
  readonly createWorker: () => WorkerLike;
  readonly engine: Pick<SessionOptions['engine'], 'base' | 'packs'>;
  readonly languages?: JudgeOptions['languages'];
  readonly limitMs?: number;
}

export interface Judge {
  /** Loads the parser and an engine, so that the next verdict waits for neither. */
  warm(unit?: UnitTexts): Promise<void>;
  judge(unit: UnitTexts, exercise: string, candidate: Candidate, seed?: number): Promise<Verdict>;
  /** Ends the engine that stands ready. What is being judged comes to its end. */
  dispose(): void;
}

/** A judge with an engine in reserve: each verdict has a new one, and the next is started while the reader reads. */
export function createJudge(environment: JudgeEnvironment): Judge {
  const { analyser, services, moduleText, now, createWorker, engine, languages, limitMs } = environment;
  let spare: WorkerLike | undefined;
  let gone = false;
  const known = new Map<string, ReturnType<Analyse>>();
  const analysing = async (): Promise<Analyse> => {
    const { analyse } = await analyser();
    return (code, how) => {
      const key = `${how.language}\n${code}`;
      const analysis = known.get(key) ?? analyse(code, how);
      known.set(key, analysis);
      return analysis;
    };
  };
  const reserve = (): void => {
    if (!gone) spare ??= createWorker();
  };
  const take = (): WorkerLike => {
    const taken = spare ?? createWorker();
    spare = undefined;
    return taken;
  };
  return {
    async warm(unit) {
      reserve();
      const analyse = await analysing();
      for (const { blocks } of unit ? [unit.notebook, unit.solutions, unit.checks] : [])
        for (const block of blocks)
          if (block.kind === 'cell' && block.attributes.wrong === undefined) analyse(block.code, { language: block.language });
    },
    async judge(unit, exercise, candidate, seed) {
      const analyse = await analysing();
      const verdict = await judge(unit, exercise, candidate, {
        analyse,
        now,
        ...(seed === undefined ? {} : { seed }),
        ...(languages ? { languages } : {}),
        ...(limitMs === undefined ? {} : { limitMs }),
        open: (compiled, answers) =>
          createSession({
            text: compiled.text,
            compiled,
            editing: { make: createEditing },
            analyser,
            createWorker: take,
            engine: { set: {}, headless: true, judge: true, ...engine },
            services: (call) => (call.service === 'answer' && answers ? answers(call) : services(call)),
            ...(moduleText ? { moduleText } : {}),
            now,
          }),
      });
      reserve();
      return verdict;
    },
    dispose() {
      gone = true;
      spare?.terminate();
      spare = undefined;
    },
  };
}

let page: JudgeEnvironment | undefined;
/** The entry's environment, for `judgeAgain`. */
export function provideJudge(environment: JudgeEnvironment): void {
  page = environment;
}

/** Judges an answer once more with a seed of its own: for reviews. Rejects where no entry has given a judge. */
export async function judgeAgain(unit: UnitTexts, exercise: string, code: string, seed: number): Promise<Verdict> {
  if (!page) throw new Error('judgeAgain: expected an entry to provide a judge, got none. Call provideJudge first.');
  const once = createJudge(page);
  try {
    const language = exercisesOf(unit).find(({ id }) => id === exercise)?.starters[0]?.language ?? 'ts';
    return await once.judge(unit, exercise, { code, language }, seed);
  } finally {
    once.dispose();
  }
}

const files = ['notebook.md', 'solutions.md', 'checks.md'] as const;

/** A unit as it ships. `read` gives the text of a file beside its page. */
export async function readUnit(read: (name: string) => Promise<string>, front: FrontMatter | undefined): Promise<UnitTexts> {
  const [notebook, solutions, checks] = (await Promise.all(files.map(read))).map((text) => parseCompiled(text, front));
  return { notebook: notebook!, solutions: solutions!, checks: checks! };
}

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

/** After so many attempts the reference may be looked at. */
export const attemptsToReference = 6;

type Kept = Omit<StoredAnswer, 'notebook' | 'exercise'>;
const blank = (language: string): Kept => ({ code: '', language, attempts: 0, hints: 0, updatedAt: 0 });

/** What is kept behind a verdict. A refusal or a fault of the unit counts no attempt. */
export function withVerdict(before: StoredAnswer | undefined, code: string, language: string, verdict: Verdict, time: number): Kept {
  const kept = before ?? blank(language);
  const attempts = kept.attempts + (verdict.trouble === 'refused' ? 0 : 1);
  return {
    ...kept,
    code,
    language,
    attempts,
    verdict: { ...verdict, time, code },
    ...(verdict.pass
      ? { passed: { time, code, attempts: kept.passed?.attempts ?? attempts, hints: kept.passed?.hints ?? kept.hints } }
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
