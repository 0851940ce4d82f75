/* Progress as the store has it: the records of every unit become facts for the rules of course/mastery.ts, and what a review or a
   prediction proves goes back. Used by the map, the page of progress and reviews; nothing of it is loaded with a notebook. */

import { reviewed, standingOf, type RunFacts, type UnitFacts, type UnitRecords, type UnitStanding } from '../course/mastery.ts';
import type { Prediction } from '../course/progress.ts';
import type { Store, StoredReview, StoredRun } from '../store/types.ts';

export interface Progress {
  /** One for each of the facts, in their order. */
  readonly standings: readonly UnitStanding[];
  readonly records: ReadonlyMap<string, UnitRecords>;
  /** Oldest first. */
  readonly predictions: readonly Prediction[];
}

type Reading = Pick<Store, 'notebooks' | 'answers' | 'mastery' | 'runs' | 'runEntries'>;

/** Where every unit stands. */
export async function readProgress(store: Reading, facts: readonly UnitFacts[]): Promise<Progress> {
  const names = [...new Set(facts.flatMap(({ pass }) => pass.map(({ run }) => run)))];
  const [notebooks, answers, mastery, ...runs] = await Promise.all([
    store.notebooks(),
    store.answers(),
    store.mastery(),
    ...names.map((name) => store.runs({ name })),
  ]);
  const changed = new Map(notebooks.filter(({ shippedHash }) => shippedHash !== undefined).map(({ id, updatedAt }) => [id, updatedAt]));
  const finished = await withCurves(store, facts, runs.flat());
  const records = new Map(
    facts.map(({ id }): [string, UnitRecords] => {
      const time = changed.get(id);
      return [
        id,
        {
          answers: answers
            .filter(({ notebook }) => notebook === id)
            .map(({ exercise, attempts, hints, passed, updatedAt }) => ({
              exercise,
              attempts: passed?.attempts ?? attempts,
              hints: passed?.hints ?? hints,
              time: updatedAt,
              ...(passed === undefined ? {} : { passed: passed.first ?? passed.time }),
            })),
          runs: finished.filter(({ notebook }) => notebook === id),
          reviews: mastery.filter((record): record is StoredReview => record.kind === 'review' && record.notebook === id),
          ...(time === undefined ? {} : { changed: time }),
        },
      ];
    }),
  );
  return {
    standings: facts.map((unit) => standingOf(unit, records.get(unit.id)!)),
    records,
    predictions: mastery
      .flatMap((record): Prediction[] =>
        record.kind === 'review'
          ? []
          : [
              {
                notebook: record.notebook,
                id: record.exercise.replace(/^predict:/, ''),
                question: record.question,
                right: record.right,
                form: record.form ?? 'choice',
                time: record.time,
                ...(record.confidence === undefined ? {} : { confidence: record.confidence }),
              },
            ],
      )
      .sort((a, b) => a.time - b.time),
  };
}

/** Runs with their results. A metric that a pass line names and no summary has is the last of its curve: those curves are read. */
async function withCurves(
  store: Reading,
  facts: readonly UnitFacts[],
  runs: readonly StoredRun[],
): Promise<readonly (RunFacts & { readonly notebook: string })[]> {
  const wanted = (run: StoredRun): readonly string[] =>
    (facts.find(({ id }) => id === run.notebook)?.pass ?? []).filter((line) => line.run === run.name).map(({ metric }) => metric);
  const lacking = runs.filter((run) => run.state === 'done' && wanted(run).some((metric) => typeof run.summary[metric] !== 'number'));
  const names = [...new Set(lacking.map(({ name }) => name))];
  const entries = (await Promise.all(names.map((name) => store.runEntries({ name })))).flat();
  const curves = new Map(entries.map(({ id, metrics }) => [id, metrics]));
  return runs.map((run) => {
    const last = wanted(run).flatMap((metric) => {
      const value = curves.get(run.id)?.[metric]?.values.at(-1);
      return value === undefined ? [] : [[metric, value] as const];
    });
    const said = Object.entries(run.summary).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
    return {
      id: run.id,
      notebook: run.notebook,
      name: run.name,
      state: run.state,
      time: run.startedAt,
      results: { ...Object.fromEntries(last), ...Object.fromEntries(said) },
    };
  });
}

/** Keeps the outcome of a review that was due; resolves to whether it was. Reads anew, so a second tab changes nothing twice. */
export async function keepReview(
  store: Reading & Pick<Store, 'saveMastery'>,
  unit: UnitFacts,
  exercise: string,
  passed: boolean,
  now: number,
): Promise<boolean> {
  const { standings, records } = await readProgress(store, [unit]);
  const fact = reviewed(standings[0]!, records.get(unit.id)!, exercise, passed, now);
  if (fact === undefined) return false;
  await store.saveMastery({ ...fact, notebook: unit.id, exercise: `review:${exercise}`, kind: 'review' });
  return true;
}
