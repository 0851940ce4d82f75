import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { expect, test, vi } from 'vitest';
import { openStore } from '../../store/index.ts';
import type { Store, StoredRun } from '../../store/types.ts';
import { fileOf, takeFile } from './files.ts';
import { makeRows } from './rows.ts';

const run = (id: string, text: string | undefined, notebook = 'n'): StoredRun => ({
  id,
  notebook,
  cell: 'c',
  name: 'fit',
  params: {},
  summary: {},
  state: 'done',
  startedAt: 5,
  ms: 1000,
  environment: { backend: 'wasm', ...(text === undefined ? {} : { text }) },
});
const elsewhere = (): Promise<Store> => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  return openStore();
};
const exported = async (store: Store): Promise<Blob> => new Blob([...(await fileOf('json', makeRows(await store.runs()), store)).parts]);
const textsOf = async (store: Store): Promise<Record<string, string | undefined>> =>
  Object.fromEntries(await Promise.all((await store.runs()).map(async (one) => [one.id, await store.runText(one)])));

test('runs take the texts that they ran in with them, each once, and open them elsewhere', async () => {
  const here = await elsewhere();
  const [first, second] = ['# One\n'.repeat(500), '# Two'];
  const given: [string, string | undefined, string?][] = [['a', first], ['b', first], ['c', second], ['d', first, 'other'], ['e', undefined]]; // prettier-ignore
  for (const one of given) await here.saveRun(run(...one));
  const file = await exported(here);
  expect((await file.text()).split('# One\\n# One\\n').length - 1).toBeLessThan(600); // twice 500, for two notebooks
  const there = await elsewhere();
  expect((await takeFile(file, there)).words).toBe('5 runs imported.');
  expect(await textsOf(there)).toEqual({ a: first, b: first, c: second, d: first, e: undefined });
  expect(await (await exported(there)).text()).toBe(await file.text());
  expect((await takeFile(file, there)).words).toBe('No run is new. 5 runs are here already.');
  await there.deleteRun('a');
  expect((await textsOf(there))['b']).toBe(first);
});

test('a text that a file calls by another name is kept under its own, and takes no text away that is here', async () => {
  const here = await elsewhere();
  await here.saveRun(run('a', 'mine'));
  const hash = String((await here.runs())[0]!.environment['hash']);
  const forged = JSON.parse(await (await exported(here)).text()) as Record<string, unknown>[];
  Object.assign(forged[0]!, { id: 'b', text: 'theirs' });
  await takeFile(new Blob([JSON.stringify([forged[0], { ...forged[0], id: 'c', text: undefined }])]), here);
  expect(await textsOf(here)).toEqual({ a: 'mine', b: 'theirs', c: 'theirs' });
  expect((await here.runs()).filter(({ environment }) => environment['hash'] === hash)).toHaveLength(1);
  await expect(takeFile(new Blob([JSON.stringify([{ ...forged[0], id: 'd', text: 7 }])]), here)).rejects.toThrow(
    /run 1 of the list whose notebook is no text/,
  );
  expect((await here.runs()).length).toBe(3);
});

test('a file of an earlier version, without texts, comes in as before', async () => {
  const here = await elsewhere();
  await here.saveRun(run('a', 'mine'));
  const list = JSON.parse(await (await exported(here)).text()) as Record<string, unknown>[];
  delete list[0]!['text'];
  const there = await elsewhere();
  expect((await takeFile(new Blob([JSON.stringify(list)]), there)).words).toBe('1 run imported.');
  expect(await textsOf(there)).toEqual({ a: undefined });
});
