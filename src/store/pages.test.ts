import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { expect, test, vi } from 'vitest';
import { soundOpening } from './opening.ts';
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

test('what the page has read ahead is taken where it is sound, and is what the store reads; else the store says what is wrong', () => {
  const notebook = { id: 'n', title: 'N', text: 'one', revision: 1, createdAt: 1, updatedAt: 1 };
  const outputs = [{ notebook: 'n', cell: 'a', hash: 'h', time: 1, outputs: [{ kind: 'text', text: 'x' }] }];
  const page = { notebook: 'n', hash: 'h', build: 'b', title: 'N', html: '', compiled: '{}' };
  expect(soundOpening([notebook, outputs, page])).toEqual({ notebook, outputs, page });
  expect(soundOpening([undefined, outputs, undefined])).toEqual({ notebook: undefined, outputs, page: undefined });
  expect(soundOpening([notebook, [], { html: 7 }])?.page).toBeUndefined();
  expect(soundOpening([{ ...notebook, title: 7 }, [], undefined])).toBeUndefined();
  expect(soundOpening([notebook, [{ ...outputs[0], outputs: 'none' }], undefined])).toBeUndefined();
});
