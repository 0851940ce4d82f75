import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { openStore } from '../../store/index.ts';
import { copyOf, forget, rename } from './changes.ts';

const text = '---\ngradus: 1\nid: a\ntitle: First\n---\n\n```ts\n1\n```\n';

test('a notebook under another address has its outputs, versions and runs, and nothing is left under the old one', async () => {
  const store = await openStore();
  const stored = { id: 'a', title: 'First', text, revision: 4, createdAt: 1, updatedAt: 2 };
  await store.saveNotebook(stored);
  await store.saveOutputs([{ notebook: 'a', cell: 'c', hash: 'h', time: 1, outputs: [{ kind: 'text', text: '1' }] }]);
  await store.saveVersion({ notebook: 'a', time: 5, text: 'old', name: 'kept' });
  await store.saveRun({
    id: 'r',
    notebook: 'a',
    cell: 'c',
    name: 'fit',
    params: {},
    summary: {},
    state: 'done',
    startedAt: 1,
    ms: 1,
    environment: {},
  });
  const entry = { id: 'a', title: 'First', kind: 'own', stored } as const;
  expect(await rename(store, entry, { title: 'Second: one', id: 'second-one' })).toBe('second-one');
  expect(await store.notebook('a')).toBeUndefined();
  expect(await store.notebook('second-one')).toMatchObject({ title: 'Second: one', createdAt: 1 });
  expect((await store.notebook('second-one'))?.text).toBe(
    text.replace('id: a', 'id: second-one').replace('title: First', 'title: "Second: one"'),
  );
  expect((await store.outputs('second-one')).map(({ cell }) => cell)).toEqual(['c']);
  expect((await store.versions('second-one')).map(({ name }) => name)).toEqual(['kept']);
  expect((await store.runs({ notebook: 'second-one' })).map(({ id }) => id)).toEqual(['r']);
  expect(await store.versions('a')).toEqual([]);

  const moved = (await store.notebook('second-one'))!;
  const same = { id: moved.id, title: moved.title, kind: 'own', stored: moved } as const;
  expect(await rename(store, same, { title: 'Third' })).toBe('second-one');
  expect((await store.notebook('second-one'))?.revision).toBeGreaterThan(moved.revision);

  const third = { ...same, stored: (await store.notebook('second-one'))!, title: 'Third' };
  expect(await copyOf(store, third, ['second-one-copy'])).toBe('second-one-copy-2');
  expect((await store.notebook('second-one-copy-2'))?.title).toBe('Third (copy)');
  await forget(store, 'second-one');
  expect((await store.notebooks()).map(({ id }) => id)).toEqual(['second-one-copy-2']);
  expect(await store.runs({ notebook: 'second-one' })).toHaveLength(1);
});
