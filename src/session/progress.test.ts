/* Progress read from a real store, on a clock that the test turns. */

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test } from 'vitest';
import { dayMs, isDue, type UnitFacts } from '../course/mastery.ts';
import { openStore, type Store, type StoredRun } from '../store/index.ts';
import { keepReview, readProgress } from './progress.ts';

let store: Store;
beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  store = await openStore();
});

const unit: UnitFacts = {
  id: 'u',
  title: 'Unit',
  exercises: [{ id: 'dot', title: 'Dot product' }],
  pass: [{ run: 'mlp', metric: 'acc', min: 0.9 }],
};
const start = Date.UTC(2026, 0, 1);
const run = (id: string, summary: StoredRun['summary']): StoredRun => ({
  id,
  notebook: 'u',
  cell: 'c',
  name: 'mlp',
  params: {},
  summary,
  state: 'done',
  startedAt: start,
  ms: 1,
  environment: {},
});
const pass = (): Promise<unknown> =>
  store.saveAnswer('u', 'dot', () => ({
    code: 'x',
    language: 'ts',
    attempts: 3,
    hints: 1,
    passed: { time: start + 9 * dayMs, first: start, code: 'x', attempts: 2, hints: 1 }, // and once more later
    updatedAt: start,
  }));
const standing = async (): Promise<Awaited<ReturnType<typeof readProgress>>['standings'][number]> =>
  (await readProgress(store, [unit])).standings[0]!;

test('from nothing to mastered: an answer, a run, three days, a review', async () => {
  expect((await standing()).state).toBe('untouched');
  await pass();
  expect(await standing()).toMatchObject({ state: 'begun', exercises: [{ attempts: 2, hints: 1, passed: start }] });
  await store.saveRun(run('r', { acc: 0.93 }));
  expect((await standing()).state).toBe('review');
  expect(isDue(await standing(), start + 3 * dayMs - 1)).toBe(false);
  expect(await keepReview(store, unit, 'dot', true, start + 3 * dayMs - 1)).toBe(false);
  expect(await keepReview(store, unit, 'dot', true, start + 3 * dayMs)).toBe(true);
  expect(await standing()).toMatchObject({ state: 'mastered', review: { due: start + 10 * dayMs } });
  expect(await keepReview(store, unit, 'dot', true, start + 3 * dayMs + 1)).toBe(false); // the other tab
});

test('a review that failed is kept for the next day', async () => {
  await pass();
  await keepReview(store, unit, 'dot', false, start + 5 * dayMs);
  expect((await standing()).review).toMatchObject({ exercise: 'dot', due: start + 6 * dayMs });
});

test('a result that only the curve has counts, and runs of other notebooks do not', async () => {
  await store.saveRun({ ...run('other', { acc: 1 }), notebook: 'elsewhere' });
  expect((await standing()).lines[0]!.met).toBe(false);
  await store.saveRun(run('r', {}));
  await store.savePoints({
    run: 'r',
    chunk: 0,
    metrics: { acc: { steps: Float64Array.of(0, 1), values: Float64Array.of(0.2, 0.91) } },
  });
  expect((await standing()).lines[0]).toMatchObject({ met: true, best: { run: 'r', value: 0.91 } });
});

test('the first commitment to a prediction stays', async () => {
  const prediction = {
    notebook: 'u',
    exercise: 'predict:p' as const,
    kind: 'prediction' as const,
    question: 'How many?',
    choice: 3,
    answer: 3,
    right: true,
    time: start,
  };
  await store.saveMastery(prediction);
  await store.saveMastery({ ...prediction, choice: 4, right: false, time: start + 1 });
  expect((await readProgress(store, [unit])).predictions).toEqual([
    { notebook: 'u', id: 'p', question: 'How many?', right: true, form: 'choice', time: start },
  ]);
});
