import { afterEach, expect, test, vi } from 'vitest';
import { GradusError } from '../base/errors.ts';
import type { StoredPrediction } from '../store/types.ts';
import { createPredictions, type Predicted } from './predictions.ts';
import { createKeeping } from './keeping.ts';

afterEach(() => vi.useRealTimers());

const told = (id: string): Predicted => ({ kind: 'predicted', id, question: '?', form: 'choice', choice: 1, answer: 1, right: true });

test('a prediction that the disk refused is kept with the next try, and is lost nowhere between', async () => {
  const kept: StoredPrediction[] = [];
  let full = true;
  const state: string[] = [];
  const store = {
    mastery: async () => kept,
    saveMastery: async (record: StoredPrediction) => {
      if (full) throw new GradusError('storage-full', 'Full.', 'Free some.');
      kept.push(record);
    },
  };
  const made = createPredictions({
    store: Promise.resolve(store as never),
    nothingStored: false,
    notebook: () => 'n',
    now: () => 7,
    failed: () => state.push('failed'),
    worked: () => state.push('worked'),
  });
  const list = [told('a'), told('b')];
  await made.record(list);
  expect([list, kept, state]).toEqual([[], [], ['failed']]);
  expect(await made.kept()).toMatchObject({ total: 2 });
  full = false;
  await made.record([]);
  expect(kept.map(({ exercise }) => exercise)).toEqual(['predict:a', 'predict:b']);
  await made.record([told('c')]);
  expect([kept.length, state]).toEqual([3, ['failed', 'worked', 'worked']]);
});

test('how sure the reader was is kept with the prediction, and told to the next engine', async () => {
  const kept: StoredPrediction[] = [];
  const made = createPredictions({
    store: Promise.resolve({ mastery: async () => kept, saveMastery: async (record: StoredPrediction) => void kept.push(record) } as never),
    nothingStored: false,
    notebook: () => 'n',
    now: () => 7,
    failed: () => expect.unreachable(),
    worked: () => undefined,
  });
  await made.record([{ ...told('a'), confidence: 0.7 }, told('b')]);
  expect(kept.map(({ confidence }) => confidence)).toEqual([0.7, undefined]);
  expect('confidence' in kept[1]!).toBe(false);
  expect((await made.kept()).kept).toEqual([
    { id: 'a', choice: 1, confidence: 0.7 },
    { id: 'b', choice: 1 },
  ]);
});

test('a problem of predictions is tried again by itself, as what it is', () => {
  vi.useFakeTimers();
  const tried: string[] = [];
  const { keeper } = createKeeping({
    store: undefined,
    now: () => 1,
    notebook: () => ({ id: 'n', title: 'N', text: '', revision: 0 }),
    stored: undefined,
    changed: () => undefined,
    editable: async () => undefined,
    adopt: async () => undefined,
    again: (what) => tried.push(what),
  });
  keeper.failed('predictions', new Error('no'));
  vi.advanceTimersByTime(2500);
  expect(tried).toEqual(['predictions']);
  keeper.worked('predictions');
  expect(keeper.problems.size).toBe(0);
});
