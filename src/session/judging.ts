/* Judging in the page: the texts of a unit, and the judge with an engine that stands ready before it is asked. What is kept of
   answers stands in answers.ts, how a verdict comes about in judge.ts. */

import type { Candidate } from '../course/judging.ts';
import { exercisesOf, type UnitTexts } from '../course/exercises.ts';
import type { Verdict } from '../course/verdict.ts';
import { parseCompiled } from '../document/parse.ts';
import type { FrontMatter } from '../document/types.ts';
import { compileNotebook } from './compile.ts';
import { createEditing } from './editing.ts';
import { judge, sealed, type JudgeOptions } from './judge.ts';
import { rememberAnalyses } from './remembering.ts';
import { createSession } from './session.ts';
import type { Analyse, CellStatus, SessionOptions, WorkerLike } from './types.ts';

export type { Candidate, UnitTexts, Verdict };
export { exercisesOf };
export { learnerOf, seedOf } from './answers.ts';

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
  /** Ids of the cells that the unit ships with. */
  idsOf(unit: UnitTexts): Promise<ReadonlySet<string>>;
  /** Colours of code, as a session tells them. */
  tokensOf(code: string, language: string): Promise<CellStatus['tokens']>;
  /** Ends the engine that stands ready. What is being judged comes to its end. */
  dispose(): void;
}

/** What a page with exercises has of the unit that it shows. */
export interface Desk extends Omit<Judge, 'warm'> {
  /** The unit as it ships, read once; rejects with a sentence, and is read anew at the next call. */
  unit(): Promise<UnitTexts>;
  warm(): Promise<void>;
}

/** A judge with an engine in reserve: each verdict has a new one, and the next is started while the reader reads. */
export function createJudge(environment: JudgeEnvironment): Judge {
  const { analyser, services, moduleText, now, createWorker, engine, languages, limitMs } = environment;
  let spare: WorkerLike | undefined;
  let gone = false;
  let once: Promise<Analyse> | undefined;
  const analysing = (): Promise<Analyse> =>
    (once ??= analyser().then(
      ({ analyse }) => rememberAnalyses(analyse),
      (error: unknown) => {
        once = undefined; // tried again when next needed
        throw error;
      },
    ));
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
      const sealedServices = sealed(unit.notebook.front?.id, services);
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
            services: (call) => (call.service === 'answer' && answers ? answers(call) : sealedServices(call)),
            ...(moduleText ? { moduleText } : {}),
            now,
          }),
      });
      reserve();
      return verdict;
    },
    idsOf: async ({ notebook }) => new Set(compileNotebook(notebook, await analysing()).compiled.cells.map(({ id }) => id)),
    tokensOf: async (code, language) => (await analysing())(code, { language }).tokens,
    dispose() {
      gone = true;
      spare?.terminate();
      spare = undefined;
    },
  };
}

const files = ['notebook.md', 'solutions.md', 'checks.md'] as const;

/** A unit as it ships. `read` gives the text of a file beside its page. */
export async function readUnit(read: (name: string) => Promise<string>, front: FrontMatter | undefined): Promise<UnitTexts> {
  const [notebook, solutions, checks] = (await Promise.all(files.map(read))).map((text) => parseCompiled(text, front));
  return { notebook: notebook!, solutions: solutions!, checks: checks! };
}
