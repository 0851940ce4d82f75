import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { expect, test, vi } from 'vitest';
import { openStore } from './store.ts';

test('a page is kept where its notebook is stored, and does not come back behind one that was deleted', async () => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  const store = await openStore();
  const page = { notebook: 'n', hash: 'h', build: 'b', title: 'N', html: '', compiled: '{}' };
  await store.savePage(page);
  expect((await store.opening('n')).page).toBeUndefined();
  await store.saveNotebook({ id: 'n', title: 'N', text: 'one', revision: 1, createdAt: 1, updatedAt: 1 });
  await store.savePage(page);
  expect((await store.opening('n')).page).toEqual(page);
  await Promise.all([store.deleteNotebook('n'), store.savePage(page)]);
  expect((await store.opening('n')).page).toBeUndefined();
});
