/* The rules of mastery: by examples on a clock that stands still, and by properties over histories of a unit. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backAfter, dayMs, isDue, ladder, reviewed, reviewSeed, standingOf, type UnitFacts, type UnitRecords } from './mastery.ts';

const unit: UnitFacts = {
  id: 'u',
  title: 'Unit',
  number: 1,
  exercises: [
    { id: 'dot', title: 'Dot product' },
    { id: 'norm', title: 'Length' },
  ],
  pass: [{ run: 'mlp', metric: 'acc', min: 0.9 }],
};
const none: UnitRecords = { answers: [], runs: [], reviews: [] };
const day = (n: number): number => n * dayMs;
const answer = (exercise: string, passed?: number, attempts = 1, hints = 0): UnitRecords['answers'][number] => ({
  exercise,
  attempts,
  hints,
  time: passed ?? 0,
  ...(passed === undefined ? {} : { passed }),
});
const run = (acc: number, state = 'done', id = `r${acc}`): UnitRecords['runs'][number] => ({
  id,
  name: 'mlp',
  state,
  time: 0,
  results: { acc },
});
const solved: UnitRecords = { ...none, answers: [answer('dot', day(1)), answer('norm', day(2))], runs: [run(0.95)] };

/** The records after a review of what is asked at `now`. */
function review(records: UnitRecords, passed: boolean, now: number): UnitRecords {
  const standing = standingOf(unit, records);
  const fact = reviewed(standing, records, standing.review!.exercise, passed, now);
  return fact === undefined ? records : { ...records, reviews: [...records.reviews.filter(({ item }) => item !== fact.item), fact] };
}

describe('the states of a unit', () => {
  test('untouched, begun, review, mastered', () => {
    expect(standingOf(unit, none).state).toBe('untouched');
    expect(standingOf(unit, { ...none, changed: 5 }).state).toBe('begun');
    expect(standingOf(unit, { ...none, answers: [answer('dot', day(1))] }).state).toBe('begun');
    expect(standingOf(unit, solved).state).toBe('review');
    expect(standingOf(unit, review(solved, true, day(5))).state).toBe('mastered');
  });

  test('an experiment below its line, one that is cut off and one that failed leave it begun', () => {
    for (const runs of [[], [run(0.89)], [run(0.95, 'interrupted')], [run(0.95, 'failed')], [run(0.95, 'running')], [run(Number.NaN)]])
      expect(standingOf(unit, { ...solved, runs }).state).toBe('begun');
  });

  test('the best run counts, by the measure of its line', () => {
    expect(standingOf(unit, { ...solved, runs: [run(0.91), run(0.97), run(0.5)] }).lines[0]!.best).toEqual({ run: 'r0.97', value: 0.97 });
    const loss: UnitFacts = { ...unit, pass: [{ run: 'mlp', metric: 'acc', max: 0.1 }] };
    expect(standingOf(loss, { ...solved, runs: [run(0.3), run(0.05)] }).lines[0]).toMatchObject({ best: { value: 0.05 }, met: true });
  });

  test('a unit without exercises is mastered by its experiment, one with nothing to prove never', () => {
    const bare = { ...unit, exercises: [] };
    expect(standingOf(bare, { ...none, runs: [run(0.95)] }).state).toBe('mastered');
    expect(standingOf({ ...bare, pass: [] }, { ...none, changed: 1 }).state).toBe('begun');
  });

  test('an exercise that a unit gains later opens it again, and what was reviewed stays', () => {
    const mastered = review(solved, true, day(5));
    const grown = { ...unit, exercises: [...unit.exercises, { id: 'cosine', title: 'Cosine' }] };
    expect(standingOf(grown, mastered)).toMatchObject({ state: 'begun', reviewed: 1 });
    expect(standingOf(grown, mastered).review).toBeUndefined();
  });
});

describe('reviews', () => {
  test('the first is due three days after the last exercise was passed, not before', () => {
    const standing = standingOf(unit, solved);
    expect(standing.review).toMatchObject({ due: day(5), interval: 3 });
    expect(isDue(standing, day(5) - 1)).toBe(false);
    expect(isDue(standing, day(5))).toBe(true);
    expect(reviewed(standing, solved, standing.review!.exercise, true, day(5) - 1)).toBeUndefined();
  });

  test('passed ones are spaced 3, 7, 16, 35, 80 days and go through the exercises in turn', () => {
    let records = solved;
    const seen: [string, number][] = [];
    for (let i = 0; i < 6; i++) {
      const { review: next } = standingOf(unit, records);
      seen.push([next!.exercise, next!.interval]);
      records = review(records, true, next!.due);
    }
    expect(seen).toEqual([
      ['dot', 3],
      ['norm', 7],
      ['dot', 16],
      ['norm', 35],
      ['dot', 80],
      ['norm', 80],
    ]);
  });

  test('one that failed comes back next day, as the same exercise, and mastery waits for it', () => {
    const failed = review(solved, false, day(5));
    expect(standingOf(unit, failed)).toMatchObject({ state: 'review', reviewed: 0, review: { exercise: 'dot', due: day(6), interval: 1 } });
    expect(standingOf(unit, review(failed, true, day(6)))).toMatchObject({ state: 'mastered', review: { exercise: 'norm', interval: 3 } });
  });

  test('the exercise that was hardest is asked first', () => {
    const hard: UnitRecords = { ...solved, answers: [answer('dot', day(1)), answer('norm', day(2), 5, 3)] };
    expect(standingOf(unit, hard).review!.exercise).toBe('norm');
  });

  test('a review that fails later takes nothing away but the time', () => {
    const mastered = review(solved, true, day(5));
    expect(standingOf(unit, review(mastered, false, day(12))).state).toBe('mastered');
  });

  test('each try has a seed of its own', () => {
    const records = [solved, review(solved, false, day(5)), review(solved, true, day(5))];
    const seeds = records.flatMap((one) => [0, 1, 2].map((tries) => reviewSeed(77, one, tries)));
    expect(new Set(seeds.slice(0, 6)).size).toBe(6);
    expect(seeds).not.toContain(77);
    expect(reviewSeed(78, solved, 0)).not.toBe(reviewSeed(77, solved, 0));
  });
});

describe('for any history', () => {
  /** What a reader may do: pass or try an exercise, run an experiment, review what is due, let days go by. */
  const step = fc.oneof(
    fc.record({ kind: fc.constant('answer' as const), exercise: fc.constantFrom('dot', 'norm'), pass: fc.boolean() }),
    fc.record({ kind: fc.constant('run' as const), acc: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ kind: fc.constant('review' as const), pass: fc.boolean() }),
    fc.record({ kind: fc.constant('days' as const), days: fc.double({ min: 0, max: 40, noNaN: true }) }),
  );
  function play(
    steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
    each: (before: UnitRecords, after: UnitRecords, now: number) => void,
  ): void {
    let now = day(100);
    let records = none;
    for (const one of steps) {
      const before = records;
      if (one.kind === 'days') now += one.days * dayMs;
      else if (one.kind === 'run') records = { ...records, runs: [...records.runs, run(one.acc, 'done', `r${records.runs.length}`)] };
      else if (one.kind === 'review') {
        if (standingOf(unit, records).review) records = review(records, one.pass, now);
      } else {
        const old = records.answers.find(({ exercise }) => exercise === one.exercise);
        const passed = old?.passed ?? (one.pass ? now : undefined);
        const next = { ...answer(one.exercise, passed, (old?.attempts ?? 0) + 1), time: now };
        records = { ...records, answers: [...records.answers.filter(({ exercise }) => exercise !== one.exercise), next] };
      }
      each(before, records, now);
    }
  }
  const histories = fc.array(step, { maxLength: 40 });
  const rank = { untouched: 0, begun: 1, review: 2, mastered: 3 };

  test('a state never goes back', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        play(steps, (before, after) =>
          expect(rank[standingOf(unit, after).state]).toBeGreaterThanOrEqual(rank[standingOf(unit, before).state]),
        );
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('mastered means: all passed, the line met, and a review passed three days after the last pass or later', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        play(steps, (_, after) => {
          const { state } = standingOf(unit, after);
          const passed = unit.exercises.map(({ id }) => after.answers.find(({ exercise }) => exercise === id)?.passed);
          const proof = after.reviews.filter(({ passes }) => passes > 0);
          const all = passed.every((time) => time !== undefined) && after.runs.some(({ results }) => results['acc']! >= 0.9);
          expect(state === 'mastered').toBe(all && proof.length > 0);
          for (const { last } of proof) expect(last).toBeGreaterThanOrEqual(Math.max(...passed.map((time) => time!)) + 3 * dayMs);
        });
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  test('a review moves only what is due, into the future: a day where it failed, else a rung of the ladder', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        play(steps, (before, after, now) => {
          if (before.reviews === after.reviews) return;
          const [was, is] = [standingOf(unit, before), standingOf(unit, after)];
          expect(was.review!.due).toBeLessThanOrEqual(now);
          const days = (is.review!.due - now) / dayMs;
          expect(is.reviewed > was.reviewed ? ladder : [backAfter]).toContain(Math.round(days * 1e6) / 1e6);
        });
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test('the order in which records are read changes nothing', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        let last = none;
        play(steps, (_, after) => (last = after));
        const turned: UnitRecords = {
          answers: [...last.answers].reverse(),
          runs: [...last.runs].reverse(),
          reviews: [...last.reviews].reverse(),
        };
        expect(standingOf(unit, turned).state).toBe(standingOf(unit, last).state);
        expect(standingOf(unit, turned).review).toEqual(standingOf(unit, last).review);
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});
