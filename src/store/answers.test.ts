import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test, vi } from 'vitest';
import { openStore } from './store.ts';
import type { StoredAnswer } from './types.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
});

const next = (before: StoredAnswer | undefined): Omit<StoredAnswer, 'notebook' | 'exercise'> => ({
  language: 'ts',
  hints: 0,
  ...before,
  code: 'x',
  attempts: (before?.attempts ?? 0) + 1,
  updatedAt: 5,
});

test('an answer is read back, alone and among those of its notebook', async () => {
  const store = await openStore();
  expect(await store.answer('u', 'dot')).toBeUndefined();
  const saved = await store.saveAnswer('u', 'dot', next);
  expect(saved).toEqual({ notebook: 'u', exercise: 'dot', language: 'ts', hints: 0, code: 'x', attempts: 1, updatedAt: 5 });
  await store.saveAnswer('u', 'norm', next);
  await store.saveAnswer('uv', 'norm', next);
  expect(await store.answer('u', 'dot')).toEqual(saved);
  expect((await store.answers('u')).map(({ exercise }) => exercise)).toEqual(['dot', 'norm']);
  expect(await store.answers()).toHaveLength(3);
});

test('two tabs that judge at once count two attempts', async () => {
  const [one, other] = [await openStore(), await openStore()];
  await Promise.all([one.saveAnswer('u', 'dot', next), other.saveAnswer('u', 'dot', next), one.saveAnswer('u', 'dot', next)]);
  expect((await other.answer('u', 'dot'))!.attempts).toBe(3);
});

test('a record that no answer can be is left out and told of', async () => {
  const damaged: string[] = [];
  const store = await openStore({ onDamaged: (where, key) => damaged.push(`${where} ${key}`) });
  const raw = await openDB('gradus');
  await raw.put('answers', { notebook: 'u', exercise: 'dot', attempts: 'many' });
  raw.close();
  expect(await store.answers('u')).toEqual([]);
  expect(damaged).toEqual(['answers u/dot']);
  expect((await store.saveAnswer('u', 'dot', next)).attempts).toBe(1);
});
