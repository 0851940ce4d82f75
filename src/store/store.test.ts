import 'fake-indexeddb/auto';
import { IDBDatabase as FakeDatabase, IDBFactory, IDBObjectStore as FakeObjectStore } from 'fake-indexeddb';
import { deleteDB, openDB, type IDBPDatabase } from 'idb';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { GradusError } from '../base/errors.ts';
import { migrations, type GradusSchema } from './schema.ts';
import { joinChunks } from './points.ts';
import { openStore } from './store.ts';
import { sweepDeadRuns, type Locks } from './tab.ts';
import type { Store, StoredNotebook, StoredOutputs, StoredRun, StoredVersion } from './types.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
});

const notebook = (over: Partial<StoredNotebook> = {}): StoredNotebook => ({
  id: 'n',
  title: 'N',
  text: 'one',
  revision: 1,
  createdAt: 1,
  updatedAt: 1,
  ...over,
});
const run = (over: Partial<StoredRun> = {}): StoredRun => ({
  id: 'r',
  notebook: 'n',
  cell: 'c',
  name: 'mlp',
  params: { lr: 0.1 },
  summary: {},
  state: 'done',
  startedAt: 1,
  ms: 5,
  environment: {},
  ...over,
});
const metric = (steps: number[], values: number[]): { steps: Float64Array; values: Float64Array } => ({
  steps: Float64Array.from(steps),
  values: Float64Array.from(values),
});
const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (e: unknown) => (e instanceof GradusError ? `${e.code}${e.hint ? '' : ' without a hint'}` : e),
  );
const raw = () => openDB<GradusSchema>('gradus', migrations.length);
/** The database as an earlier version of Gradus made it; nobody listens at this connection. */
const older = (version: number): Promise<IDBPDatabase<GradusSchema>> =>
  openDB<GradusSchema>('gradus', version, {
    upgrade: (db, from, to, tx) => migrations.slice(from, to ?? 0).forEach((migrate) => migrate(db, tx)),
  });

describe('a notebook', () => {
  test('comes back as it was stored, after closing and opening', async () => {
    const before = await openStore();
    await before.saveNotebook(notebook({ text: 'é\r\n𝒙', shippedHash: 'abc' }));
    before.close();
    const store = await openStore();
    expect(await store.notebook('n')).toEqual(notebook({ text: 'é\r\n𝒙', shippedHash: 'abc' }));
    expect(await store.notebook('other')).toBeUndefined();
  });

  test('is listed newest first', async () => {
    const store = await openStore();
    for (const [id, updatedAt] of [
      ['a', 1],
      ['b', 3],
      ['c', 2],
    ] as const)
      await store.saveNotebook(notebook({ id, updatedAt }));
    expect((await store.notebooks()).map((n) => n.id)).toEqual(['b', 'c', 'a']);
  });

  test('refuses a revision that is not newer and keeps the stored text', async () => {
    const [here, there] = [await openStore(), await openStore()];
    await here.saveNotebook(notebook({ revision: 2, text: 'here' }));
    expect(await code(there.saveNotebook(notebook({ revision: 2, text: 'there' })))).toBe('revision');
    expect(await code(there.saveNotebook(notebook({ revision: 1, text: 'there' })))).toBe('revision');
    expect((await there.notebook('n'))?.text).toBe('here');
    await there.saveNotebook(notebook({ revision: 3, text: 'there' }));
    expect((await here.notebook('n'))?.text).toBe('there');
  });

  test('refuses a text that does not hold what another tab has stored since, however often it was edited', async () => {
    const store = await openStore();
    await store.saveNotebook(notebook({ revision: 2, text: 'theirs' }));
    expect(await code(store.saveNotebook(notebook({ revision: 9, text: 'mine' }), 1))).toBe('revision');
    expect((await store.notebook('n'))?.text).toBe('theirs');
    await store.saveNotebook(notebook({ revision: 9, text: 'both' }), 2);
    expect((await store.notebook('n'))?.text).toBe('both');
  });

  test('lets the same write come twice', async () => {
    const store = await openStore();
    await store.saveNotebook(notebook({ revision: 2 }));
    expect(await code(store.saveNotebook(notebook({ revision: 2 })))).toBe('no error');
  });

  test('lets one of two writes at the same time win', async () => {
    const stores = [await openStore(), await openStore()];
    const results = await Promise.all(stores.map((store, i) => code(store.saveNotebook(notebook({ revision: 4, text: `text ${i}` })))));
    expect(results.sort()).toEqual(['no error', 'revision']);
  });

  test('is read with its outputs and the page that was made of it, and takes that page with it when deleted', async () => {
    const store = await openStore();
    const page = { notebook: 'n', hash: 'h', build: 'b', title: 'N', html: '<main></main>', compiled: '{}' };
    const outputs = { notebook: 'n', cell: 'a', hash: 'h', time: 1, outputs: [] };
    await store.saveOutputs([outputs, { ...outputs, notebook: 'n2' }]);
    expect(await store.opening('n')).toEqual({ notebook: undefined, outputs: [outputs], page: undefined });
    await store.saveNotebook(notebook());
    await store.savePage(page);
    expect(await store.opening('n')).toEqual({ notebook: notebook(), outputs: [outputs], page });
    await store.savePage({ ...page, html: 7 as never });
    expect((await store.opening('n')).page).toBeUndefined();
    await store.savePage(page);
    await store.deleteNotebook('n');
    expect(await store.opening('n')).toEqual({ notebook: undefined, outputs: [], page: undefined });
  });

  test('takes its outputs and versions with it when deleted, and leaves its runs and its neighbours', async () => {
    const store = await openStore();
    for (const id of ['n', 'n2']) {
      await store.saveNotebook(notebook({ id }));
      await store.saveOutputs([{ notebook: id, cell: 'a', hash: 'h', time: 1, outputs: [] }]);
      await store.saveRun(run({ id, notebook: id }));
    }
    await store.deleteNotebook('n');
    expect(await store.notebook('n')).toBeUndefined();
    expect(await store.outputs('n')).toEqual([]);
    expect(await store.outputs('n2')).toHaveLength(1);
    expect(await store.runs({ notebook: 'n' })).toHaveLength(1);
  });

  test('is written with strict durability', async () => {
    const store = await openStore();
    const spy = vi.spyOn(FakeDatabase.prototype, 'transaction');
    await store.saveNotebook(notebook());
    expect(spy.mock.calls.map((call) => call[2]?.durability)).toEqual(['strict']);
    spy.mockRestore();
  });
});

test('outputs are kept by notebook and cell, many at once, the last one counts', async () => {
  const store = await openStore();
  const of = (cell: string, text: string) => ({ notebook: 'n', cell, hash: 'h', time: 1, outputs: [{ kind: 'text', text }] as const });
  await store.saveOutputs([of('a', '1'), of('b', '2')]);
  await store.saveOutputs([of('a', '3')]);
  await store.saveOutputs([]);
  expect((await store.outputs('n')).map((o) => [o.cell, o.outputs[0]])).toEqual([
    ['a', { kind: 'text', text: '3' }],
    ['b', { kind: 'text', text: '2' }],
  ]);
});

describe('what a long notebook showed last, gathered in one record,', () => {
  const of = (i: number, text: string): StoredOutputs => ({
    ...{ notebook: 'n', cell: `c${i}`, hash: 'h', time: 1 },
    outputs: [{ kind: 'text', text }],
  });
  const many = Array.from({ length: 150 }, (_, i) => of(i, i === 7 ? 'x'.repeat(3000) : String(i)));
  const gathered = async () => (await raw()).get('shown', 'n');

  test('holds what is small and names the rest', async () => {
    const store = await openStore();
    await store.saveOutputs(many);
    await store.gatherOutputs('n');
    const inOrder = [...many].sort((a, b) => (a.cell < b.cell ? -1 : 1));
    expect(await gathered()).toEqual({ notebook: 'n', outputs: inOrder.filter(({ cell }) => cell !== 'c7'), apart: ['c7'] });
    expect(await store.outputs('n')).toHaveLength(150);
  });

  test('is not made for a short notebook, nor of damaged outputs, and stays where another notebook writes', async () => {
    const store = await openStore();
    await store.saveOutputs(many.slice(0, 50));
    await store.gatherOutputs('n');
    expect(await gathered()).toBeUndefined();
    await store.saveOutputs([...many, { ...many[0]!, outputs: 7 as never }]);
    await store.gatherOutputs('n');
    expect(await gathered()).toBeUndefined();
    await store.saveOutputs(many);
    await store.gatherOutputs('n');
    await store.saveOutputs([{ ...many[0]!, notebook: 'm' }]);
    expect(await gathered()).toBeDefined();
  });

  test('is made of what is stored, whoever wrote it', async () => {
    const [store, tab] = [await openStore(), await openStore()];
    await store.saveOutputs(many);
    await store.gatherOutputs('n');
    await tab.saveOutputs([of(1, 'of the other tab')]);
    await store.saveOutputs([of(2, 'of this one')]);
    await Promise.all([store.gatherOutputs('n'), tab.gatherOutputs('n')]);
    const { outputs } = (await gathered())!;
    expect(outputs).toEqual((await store.outputs('n')).filter(({ cell }) => cell !== 'c7'));
    await tab.clear('n', 'outputs');
    await store.saveOutputs([of(2, 'again')]);
    await store.gatherOutputs('n');
    expect(await gathered()).toBeUndefined();
  });

  test.each([
    ['other outputs', (store: Store) => store.saveOutputs([of(1, 'other')])],
    ['clearing', async (store: Store) => void (await store.clear('n', 'outputs'))],
    ['deleting the notebook', (store: Store) => store.deleteNotebook('n')],
    ['sparing', async (store: Store) => void (await (await store.sparable())[0]!.clear(1))],
  ])('goes with %s', async (_, change) => {
    const store = await openStore();
    await store.saveOutputs(many);
    await store.gatherOutputs('n');
    expect(await gathered()).toBeDefined();
    await change(store);
    expect(await gathered()).toBeUndefined();
  });
});

test('settings come back', async () => {
  const store = await openStore();
  expect(await store.setting('theme')).toBeUndefined();
  await store.saveSetting('theme', { dark: true });
  expect(await store.setting('theme')).toEqual({ dark: true });
});

describe('runs', () => {
  test('are found by name and by notebook, newest first', async () => {
    const store = await openStore();
    await store.saveRun(run({ id: 'a', startedAt: 1 }));
    await store.saveRun(run({ id: 'b', startedAt: 2, name: 'cnn' }));
    await store.saveRun(run({ id: 'c', startedAt: 3, notebook: 'm' }));
    expect((await store.runs()).map((r) => r.id)).toEqual(['c', 'b', 'a']);
    expect((await store.runs({ name: 'mlp' })).map((r) => r.id)).toEqual(['c', 'a']);
    expect((await store.runs({ notebook: 'n' })).map((r) => r.id)).toEqual(['b', 'a']);
    expect((await store.runs({ name: 'mlp', notebook: 'n' })).map((r) => r.id)).toEqual(['a']);
  });

  test('have their chunks joined in the order of the chunks, not of the writes', async () => {
    const store = await openStore();
    await store.saveRun(run());
    await store.savePoints({ run: 'r', chunk: 10, metrics: { loss: metric([4], [0.4]) } });
    await store.savePoints({ run: 'r', chunk: 2, metrics: { loss: metric([2, 3], [0.2, 0.3]), acc: metric([3], [1]) } });
    await store.savePoints({ run: 'r', chunk: 0, metrics: { loss: metric([0, 1], [0, 0.1]) } });
    await store.savePoints({ run: 'r2', chunk: 0, metrics: { loss: metric([9], [9]) } });
    const [entry] = await store.runEntries({ name: 'mlp' });
    expect(entry?.metrics).toEqual({ loss: metric([0, 1, 2, 3, 4], [0, 0.1, 0.2, 0.3, 0.4]), acc: metric([3], [1]) });
    expect(entry).toMatchObject({ id: 'r', name: 'mlp', state: 'done', params: { lr: 0.1 } });
  });

  test('joining is the same however a curve was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 60 }), fc.array(fc.nat(60), { maxLength: 6 }), (values, cuts) => {
        const at = [0, ...cuts.map((c) => Math.min(c, values.length)).sort((a, b) => a - b), values.length];
        const chunks = at.slice(1).map((end, i) => ({ metrics: { loss: metric(values.slice(at[i], end), values.slice(at[i], end)) } }));
        expect([...joinChunks(chunks)['loss']!.values]).toEqual(values);
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  test('take their curves with them when deleted', async () => {
    const store = await openStore();
    for (const id of ['r', 'r2']) {
      await store.saveRun(run({ id }));
      await store.savePoints({ run: id, chunk: 0, metrics: { loss: metric([0], [1]) } });
    }
    await store.deleteRun('r');
    expect((await store.runs()).map((r) => r.id)).toEqual(['r2']);
    expect(await (await raw()).getAllKeys('points')).toEqual([['r2', 0]]);
  });

  test('left running by a tab that is gone are marked interrupted, those of a living tab are not', async () => {
    const store = await openStore();
    await store.saveRun(run({ id: 'dead', state: 'running', environment: { tab: 'tab-1' } }));
    await store.saveRun(run({ id: 'alive', state: 'running', environment: { tab: 'tab-2' } }));
    await store.saveRun(run({ id: 'old', state: 'running', startedAt: 0 }));
    await store.saveRun(run({ id: 'young', state: 'running', startedAt: 90_000_000 }));
    const locks: Locks = { request: () => Promise.resolve(), query: () => Promise.resolve({ held: [{ name: 'tab-2' }] }) };
    expect(await sweepDeadRuns(store, () => 100_000_000, locks)).toBe(2);
    expect(Object.fromEntries((await store.runs()).map((r) => [r.id, r.state]))).toEqual({
      dead: 'interrupted',
      alive: 'running',
      old: 'interrupted',
      young: 'running',
    });
  });

  test('lasted until its last point', async () => {
    const store = await openStore();
    for (const id of ['timed', 'resumed', 'bare', 'untimed'])
      await store.saveRun(run({ id, state: 'running', ms: id === 'resumed' ? 5000 : 0, environment: { tab: 'gone' } }));
    const timed = (times: number[]): ReturnType<typeof metric> & { times: Float64Array } => ({
      ...metric(times, times),
      times: Float64Array.from(times),
    });
    await store.savePoints({ run: 'timed', chunk: 0, metrics: { loss: timed([10, 900]) } });
    await store.savePoints({ run: 'timed', chunk: 1, metrics: { loss: timed([1000, 1250]), acc: timed([1251]) } });
    await store.savePoints({ run: 'resumed', chunk: 0, metrics: { loss: timed([10, 900]) } }); // cut off before it logged anything more
    await store.savePoints({ run: 'untimed', chunk: 0, metrics: { loss: metric([1], [1]) } });
    const nobody: Locks = { request: () => Promise.resolve(), query: () => Promise.resolve({}) };
    expect(await sweepDeadRuns(store, () => 7, nobody)).toBe(4);
    const found = await store.runs({ state: 'interrupted' });
    expect(Object.fromEntries(found.map(({ id, ms }) => [id, ms]))).toEqual({ timed: 1251, resumed: 5000, bare: 0, untimed: 0 });
    await store.saveRun(run({ id: 'timed', state: 'running', ms: 0, environment: { tab: 'other' } }));
    await store.interruptRun('timed', 'gone'); // another tab has taken it up meanwhile
    expect((await store.runs({ state: 'running' })).map(({ id, ms }) => [id, ms])).toEqual([['timed', 0]]);
  });
});

describe('a damaged record', () => {
  test('is skipped, told, and left where it is', async () => {
    const told: string[] = [];
    const store = await openStore({ onDamaged: (where, key) => told.push(`${where} ${key}`) });
    await store.saveNotebook(notebook({ id: 'good' }));
    await store.saveRun(run());
    const database = await raw();
    await database.put('notebooks', { id: 'bad', title: 7, text: 'still here' } as never);
    await database.put('runs', { ...run({ id: 'odd' }), state: 'lost' } as never);
    await database.put('outputs', { notebook: 'good', cell: 'x', outputs: 'none' } as never);
    await database.put('points', { run: 'r', chunk: 0, metrics: { loss: { steps: [1], values: [1] } } } as never);
    await store.savePoints({ run: 'r', chunk: 1, metrics: { loss: metric([1], [2]) } });

    expect((await store.notebooks()).map((n) => n.id)).toEqual(['good']);
    expect(await store.outputs('good')).toEqual([]);
    expect((await store.runEntries()).map((r) => [r.id, [...r.metrics['loss']!.values]])).toEqual([['r', [2]]]);
    expect(told.sort()).toEqual(['notebooks bad', 'outputs good/x', 'points r/0', 'runs odd']);
    expect(await code(store.notebook('bad'))).toBe('damaged');
    expect(await code(store.saveNotebook(notebook({ id: 'bad', revision: 99 })))).toBe('damaged');
    expect(await database.get('notebooks', 'bad')).toMatchObject({ text: 'still here' });
    expect(await store.rawNotebook('bad')).toEqual({ text: 'still here', whole: true });
    await database.put('notebooks', { id: 'torn', text: ['a'] } as never);
    expect((await store.usage()).filter(({ damaged }) => damaged).map(({ id }) => id)).toEqual(expect.arrayContaining(['bad', 'torn']));
    expect(JSON.parse((await store.rawNotebook('torn'))!.text)).toEqual({ id: 'torn', text: ['a'] });
    expect(await store.rawNotebook('none')).toBeUndefined();

    await store.repair('bad');
    expect(await store.notebook('bad')).toMatchObject({ text: 'still here', title: 'bad' });
    expect(await store.versions('bad')).toMatchObject([{ text: 'still here', name: 'The damaged record' }]);
    await store.repair('torn');
    expect(await store.notebook('torn')).toBeUndefined();
    expect(await store.versions('torn')).toMatchObject([{ name: 'The damaged record' }]);
    await store.repair('good');
    expect(await store.versions('good')).toEqual([]);
  });
});

describe('versions', () => {
  const version = (time: number, over: object = {}): StoredVersion => ({ notebook: 'n', time, text: `text ${time}`, ...over });

  test('are listed newest first, each at a time of its own', async () => {
    const store = await openStore();
    expect((await store.saveVersion(version(5))).time).toBe(5);
    expect((await store.saveVersion(version(5, { text: 'another' }))).time).toBe(6);
    await store.saveVersion(version(9, { notebook: 'm' }));
    expect((await store.versions('n')).map(({ time, text }) => [time, text])).toEqual([
      [6, 'another'],
      [5, 'text 5'],
    ]);
  });

  test('that are automatic are kept 50 at a time, named ones all', async () => {
    const store = await openStore();
    for (let time = 1; time <= 10; time++) await store.saveVersion(version(time, { name: `v${time}` }));
    for (let time = 11; time <= 70; time++) await store.saveVersion(version(time));
    const all = await store.versions('n');
    expect(all.filter(({ name }) => name !== undefined)).toHaveLength(10);
    expect(all.filter(({ name }) => name === undefined).map(({ time }) => time)).toEqual(Array.from({ length: 50 }, (_, i) => 70 - i));
  });

  test('get and lose a name, and are deleted and put back', async () => {
    const store = await openStore();
    const kept = await store.saveVersion(version(1));
    await store.nameVersion('n', 1, 'first');
    expect(await store.versions('n')).toEqual([{ ...kept, name: 'first' }]);
    await store.nameVersion('n', 1, undefined);
    expect(await store.versions('n')).toEqual([kept]);
    await store.deleteVersion('n', 1);
    expect(await store.versions('n')).toEqual([]);
    await store.saveVersion(kept);
    expect(await store.versions('n')).toEqual([kept]);
    await store.nameVersion('n', 77, 'nothing');
    expect(await store.versions('n')).toEqual([kept]);
  });

  test('are written with strict durability', async () => {
    const store = await openStore();
    const spy = vi.spyOn(FakeDatabase.prototype, 'transaction');
    await store.saveVersion(version(1));
    expect(spy.mock.calls.map((call) => call[2]?.durability)).toEqual(['strict']);
    spy.mockRestore();
  });
});

describe('usage', () => {
  const filled = async () => {
    const store = await openStore();
    await store.saveNotebook(notebook({ text: 'x'.repeat(1000) }));
    await store.saveVersion({ notebook: 'n', time: 1, text: 'y'.repeat(500) });
    await store.saveOutputs([{ notebook: 'n', cell: 'a', hash: 'h', time: 1, outputs: [{ kind: 'text', text: 'z'.repeat(250) }] }]);
    await store.saveRun(run());
    await store.savePoints({ run: 'r', chunk: 0, metrics: { loss: metric([1, 2], [1, 2]) } });
    await store.saveOutputs([{ notebook: 'unit', cell: 'a', hash: 'h', time: 1, outputs: [] }]);
    return store;
  };

  test('is counted by notebook and kind, the largest first', async () => {
    const [n, unit, ...rest] = await (await filled()).usage();
    expect(rest).toEqual([]);
    expect(n).toMatchObject({ id: 'n', title: 'N', counts: { outputs: 1, versions: 1, runs: 1 } });
    expect(n!.text).toBeGreaterThan(2000);
    expect(n!.versions).toBeGreaterThan(1000);
    expect(n!.outputs).toBeGreaterThan(500);
    expect(n!.runs).toBeGreaterThan(32);
    expect(unit).toMatchObject({ id: 'unit', text: 0, counts: { outputs: 1, versions: 0, runs: 0 } });
    expect(unit).not.toHaveProperty('title');
  });

  test('counts answers, predictions and the page that a notebook opens with', async () => {
    const store = await filled();
    expect((await store.usage())[0]).toMatchObject({ answers: 0, page: 0 });
    const answer = { code: 'w'.repeat(400), language: 'ts', attempts: 1, hints: 0, checks: [], pass: true, time: 1 };
    await store.saveAnswer('n', 'dot', () => answer as never);
    const kept = { notebook: 'n', question: '?', choice: 1, answer: 1, right: true, time: 1 } as const;
    await store.saveMastery({ ...kept, exercise: 'predict:a', kind: 'prediction' });
    await store.saveMastery({ ...kept, notebook: 'only', exercise: 'predict:b', kind: 'prediction' });
    await store.savePage({ notebook: 'n', hash: 'h', build: 'b', title: 'N', html: 'p'.repeat(300), compiled: '{}' });
    const after = await store.usage();
    expect(after[0]).toMatchObject({ id: 'n', counts: { answers: 1, predictions: 1 } });
    expect(after[0]!.answers).toBeGreaterThan(800);
    expect(after[0]!.page).toBeGreaterThan(600);
    expect(after.find(({ id }) => id === 'only')).toMatchObject({ text: 0, counts: { answers: 0, predictions: 1 } });
  });

  test.each(['outputs', 'versions', 'runs'] as const)('falls when the %s are cleared, and comes back whole', async (what) => {
    const store = await filled();
    const [before] = await store.usage();
    const entries = await store.runEntries();
    const undo = await store.clear('n', what);
    const [after] = await store.usage();
    expect(after).toEqual({ ...before, [what]: 0, counts: { ...before!.counts, [what]: 0 } });
    await undo();
    expect((await store.usage())[0]).toEqual(before);
    expect(await store.runEntries()).toEqual(entries);
  });
});

describe('the database', () => {
  const layout = async (): Promise<unknown> => {
    const database = await raw();
    const names = [...database.objectStoreNames];
    const transaction = database.transaction(names);
    const stores = names.map((name) => {
      const store = transaction.objectStore(name);
      return [name, store.keyPath, [...store.indexNames]];
    });
    database.close();
    return stores;
  };

  test('has the stores, key paths and indexes that architecture.md fixes', async () => {
    (await openStore()).close();
    expect(await layout()).toEqual([
      ['answers', ['notebook', 'exercise'], []],
      ['checkpoints', ['run', 'step'], []],
      ['mastery', ['notebook', 'exercise'], []],
      ['notebooks', 'id', ['updatedAt']],
      ['outputs', ['notebook', 'cell'], []],
      ['pages', 'notebook', []],
      ['points', ['run', 'chunk'], []],
      ['runs', 'id', ['name', 'notebook', 'startedAt', 'state']],
      ['settings', 'key', []],
      ['shown', 'notebook', []],
      ['texts', ['notebook', 'hash'], []],
      ['versions', ['notebook', 'time'], []],
    ]);
  });

  test.each(migrations.map((_, version) => version))('comes up to date from version %i with what was stored', async (version) => {
    (await openStore({ name: 'fresh' })).close();
    if (version > 0) {
      const old = await older(version);
      await old.put('notebooks', notebook());
      await old.put('runs', run({ state: 'running' }));
      await old.put('versions', { notebook: 'n', time: 1, text: 'was' });
      old.close();
    }
    const store = await openStore();
    expect(await store.notebook('n')).toEqual(version > 0 ? notebook() : undefined);
    expect((await store.runs({ state: 'running' })).map((r) => r.id)).toEqual(version > 0 ? ['r'] : []);
    expect(await store.versions('n')).toEqual(version > 0 ? [{ notebook: 'n', time: 1, text: 'was' }] : []);
    await store.saveNotebook(notebook({ id: 'm' }));
    expect(await store.notebook('m')).toEqual(notebook({ id: 'm' }));
  });

  test('of a later version is refused', async () => {
    (await openDB('gradus', migrations.length + 1)).close();
    expect(await code(openStore())).toBe('storage-newer');
  });

  test('that an older tab keeps open is reported as blocked', async () => {
    const deaf = await older(1);
    expect(await code(openStore())).toBe('storage-blocked');
    deaf.close();
  });

  test('that an older tab lets go of a moment later opens', async () => {
    const deaf = await older(1);
    setTimeout(() => deaf.close(), 300);
    expect(await (await openStore()).notebooks()).toEqual([]);
  });

  test('closes for a newer version in another tab and says so from then on', async () => {
    const store = await openStore();
    const newer = await openDB('gradus', migrations.length + 1);
    expect(await code(store.notebooks())).toBe('storage-outdated');
    expect(await code(store.saveNotebook(notebook()))).toBe('storage-outdated');
    newer.close();
  });

  test('lets an open page write its last before a newer version takes over', async () => {
    const store = await openStore();
    store.listen((event) => (event === 'upgrade' ? store.saveNotebook(notebook({ text: 'the last word' })) : undefined));
    const newer = await openDB<GradusSchema>('gradus', migrations.length + 1);
    expect(await newer.get('notebooks', 'n')).toMatchObject({ text: 'the last word' });
    newer.close();
  });

  test('that the browser cleared under an open page is opened anew, and who listens is told', async () => {
    const store = await openStore();
    await store.saveNotebook(notebook());
    const told: string[] = [];
    store.listen((event) => told.push(event));
    await deleteDB('gradus');
    expect(await store.notebook('n')).toBeUndefined();
    await store.saveNotebook(notebook({ text: 'again' }));
    expect((await store.notebook('n'))?.text).toBe('again');
    expect(told).toEqual(['reopened']);
  });

  test('that the browser does not offer is reported as missing', async () => {
    vi.stubGlobal('indexedDB', undefined);
    expect(await code(openStore())).toBe('storage-missing');
    vi.stubGlobal('indexedDB', {
      open: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    });
    expect(await code(openStore())).toBe('storage-missing');
  });

  test('that is full is reported, and nothing of the write stays', async () => {
    const store = await openStore();
    await store.saveNotebook(notebook());
    const put = vi.spyOn(FakeObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('no room', 'QuotaExceededError');
    });
    expect(await code(store.saveNotebook(notebook({ revision: 2, text: 'two' })))).toBe('storage-full');
    put.mockRestore();
    expect((await store.notebook('n'))?.text).toBe('one');
  });

  test('that was closed rejects with words', async () => {
    const store = await openStore();
    store.close();
    expect(await code(store.notebooks())).toBe('storage-closed');
  });
});
