import 'fake-indexeddb/auto';
import { deleteDB, openDB } from 'idb';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GradusError } from '../base/errors.ts';
import { openStore, type Store } from '../store/index.ts';
import { recover, stash, unstash } from '../store/stash.ts';
import type { Entry } from './entries.ts';
import { bounded, KEPT_BYTES } from './keeper.ts';
import { createKeeping } from './keeping.ts';
import { openSession } from './test-session.ts';
import type { Session } from './types.ts';
import { versionEveryMs } from './versions.ts';

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()));
afterEach(() => vi.unstubAllGlobals());

/** What lies in localStorage. */
function stubLocalStorage(): Map<string, string> {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    setItem: (key: string, value: string) => void kept.set(key, value),
    getItem: (key: string) => kept.get(key) ?? null,
    removeItem: (key: string) => void kept.delete(key),
    key: (i: number) => [...kept.keys()][i] ?? null,
    get length() {
      return kept.size;
    },
  });
  return kept;
}
/** A store whose texts are written when `release` is called, the first of them first. */
function slow(store: Store) {
  const waiting: (() => void)[] = [];
  const saveNotebook: Store['saveNotebook'] = async (...given) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return store.saveNotebook(...given);
  };
  return { store: { ...store, saveNotebook }, waiting };
}
const record = { id: 'n', title: 'N', createdAt: 1, updatedAt: 1 };

/** A session that is only a text, over a real store. `clock.now` is its time. */
async function sitting(store: Store, over: { text?: string; shippedHash?: string } = {}) {
  const stored = await store.notebook('n');
  const state = { text: stored?.text ?? over.text ?? 'one\n', revision: stored?.revision ?? 0 };
  const clock = { now: 1000 };
  const events: string[] = [];
  const { keeper, keeping } = createKeeping({
    store: Promise.resolve(store),
    now: () => clock.now,
    notebook: () => ({ id: 'n', title: 'N', ...state, ...(over.shippedHash === undefined ? {} : { shippedHash: over.shippedHash }) }),
    stored,
    changed: () => undefined,
    editable: async () => undefined,
    adopt: async (text, revision) => void Object.assign(state, { text, revision }),
    again: () => undefined,
  });
  keeping!.listen((event) => events.push(event));
  const edit = async (text: string, laterMs = 0): Promise<void> => {
    clock.now += laterMs;
    Object.assign(state, { text, revision: state.revision + 1 });
    await keeper.flush();
  };
  return { state, clock, events, keeper, keeping: keeping!, edit };
}
/** A store whose writes fail as the browser's do. */
const broken = (store: Store, what: (keyof Store)[], fault: { on: boolean }): Store => ({
  ...store,
  ...Object.fromEntries(
    what.map((name) => [
      name,
      (...given: never[]) =>
        fault.on
          ? Promise.reject(new GradusError('storage-full', 'Storage is full.', 'Free some.'))
          : (store[name] as (...given: never[]) => unknown)(...given),
    ]),
  ),
});

describe('a text', () => {
  test('that another tab has stored meanwhile is merged with this one, and stored', async () => {
    const store = await openStore();
    const [here, there] = [await sitting(store, { text: 'one\ntwo\n' }), await sitting(store, { text: 'one\ntwo\n' })];
    await here.edit('ONE\ntwo\n');
    await there.edit('one\nTWO\n');
    expect(there.state.text).toBe('ONE\nTWO\n');
    expect((await store.notebook('n'))?.text).toBe('ONE\nTWO\n');
    expect(there.events).toEqual(['merged']);
    await here.edit('ONE\ntwo\nthree\n');
    expect((await store.notebook('n'))?.text).toBe('ONE\nTWO\nthree\n');
    expect(here.keeper.saved).toBe(here.state.revision);
  });

  test('that finds no room is said, kept trying for, and stored when there is room', async () => {
    const fault = { on: true };
    const open = await openStore();
    const { edit, keeping, keeper, state } = await sitting(broken(open, ['saveNotebook'], fault));
    await edit('two\n');
    expect(keeping.problems.get('text')?.code).toBe('storage-full');
    expect(keeper.saved).toBeLessThan(state.revision);
    fault.on = false;
    keeping.retry();
    await keeper.flush();
    expect(keeping.problems.size).toBe(0);
    expect((await open.notebook('n'))?.text).toBe('two\n');
  });

  test('that the browser has dropped under an open page is stored again', async () => {
    const store = await openStore();
    const { edit, events, keeper } = await sitting(store);
    await edit('two\n');
    await deleteDB('gradus');
    await store.notebooks().catch(() => undefined);
    await vi.waitFor(async () => expect((await store.notebook('n'))?.text).toBe('two\n'));
    expect(events).toContain('cleared');
    await vi.waitFor(() => expect(keeper.saved).toBe(1));
  });

  test('is not stored while another tab writes, and at once when it does no more', async () => {
    const store = await openStore();
    const { edit, keeping, keeper } = await sitting(store);
    keeping.hold(true);
    await edit('two\n');
    expect(await store.notebook('n')).toBeUndefined();
    keeping.hold(false);
    await keeper.flush();
    expect((await store.notebook('n'))?.text).toBe('two\n');
  });

  test('stashed by a tab that closed is merged into what another stored, and kept as a version', async () => {
    const kept = stubLocalStorage();
    const store = await openStore();
    await store.saveNotebook({ ...record, text: 'ONE\ntwo\n', revision: 5 });
    stash({ ...record, text: 'one\nTWO\n', revision: 4, updatedAt: 7 }, { tab: 'a', known: 3, base: 'one\ntwo\n' });
    await recover(store);
    expect((await store.notebook('n'))?.text).toBe('ONE\nTWO\n');
    expect(await store.versions('n')).toMatchObject([{ text: 'one\nTWO\n', why: 'unsaved' }]);
    expect(kept.size).toBe(0);
  });

  test('stashed at a later revision than the one another tab stored is merged with it all the same', async () => {
    const kept = stubLocalStorage();
    const store = await openStore();
    await store.saveNotebook({ ...record, text: 'one\ntwo\n', revision: 5 });
    stash({ ...record, text: 'one\nTWO\n', revision: 7, updatedAt: 7 }, { tab: 'a', known: 5, base: 'one\ntwo\n' });
    await store.saveNotebook({ ...record, text: 'ONE\ntwo\n', revision: 6 });
    await recover(store);
    expect((await store.notebook('n'))?.text).toBe('ONE\nTWO\n');
    expect(await store.versions('n')).toMatchObject([{ text: 'one\nTWO\n', why: 'unsaved' }]);
    expect(kept.size).toBe(0);
  });

  test('stashed by two tabs is all in what is stored', async () => {
    const kept = stubLocalStorage();
    const store = await openStore();
    await store.saveNotebook({ ...record, text: 'one\ntwo\n', revision: 5 });
    stash({ ...record, text: 'one\nTWO\n', revision: 7, updatedAt: 7 }, { tab: 'a', known: 5, base: 'one\ntwo\n' });
    stash({ ...record, text: 'ONE\ntwo\n', revision: 6, updatedAt: 8 }, { tab: 'b', known: 5, base: 'one\ntwo\n' });
    unstash('n', 'c', 9);
    await recover(store);
    expect((await store.notebook('n'))?.text).toBe('ONE\nTWO\n');
    expect(kept.size).toBe(0);
  });

  test('stays stashed until that very text is acknowledged, not an earlier one', async () => {
    const kept = stubLocalStorage();
    const { store, waiting } = slow(await openStore());
    const { edit } = await sitting(store);
    const first = edit('two\n');
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    void edit('three\n');
    waiting.shift()!();
    await first.catch(() => undefined);
    await vi.waitFor(() => expect(waiting).toHaveLength(1));
    expect([...kept.values()].map((text) => (JSON.parse(text) as { text: string }).text)).toEqual(['three\n']);
    waiting.shift()!();
    await vi.waitFor(() => expect(kept.size).toBe(0));
    expect((await store.notebook('n'))?.text).toBe('three\n');
  });

  test('is not stored again by a sitting that is over', async () => {
    const store = await openStore();
    const { edit, keeper } = await sitting(store);
    await edit('two\n');
    await keeper.dispose();
    await deleteDB('gradus');
    await store.notebooks().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await store.notebooks()).toEqual([]);
  });
});

describe('versions', () => {
  test('are kept before the first edit of a sitting and every ten minutes of edits, as the text was then', async () => {
    const store = await openStore();
    await store.saveNotebook({ id: 'n', title: 'N', text: 'as opened\n', revision: 1, createdAt: 1, updatedAt: 500 });
    const { edit, keeping } = await sitting(store);
    await edit('first\n', 10);
    await edit('second\n', versionEveryMs - 1000);
    await edit('third\n', 2000);
    await edit('fourth\n', 2000);
    await vi.waitFor(async () => expect(await keeping.versions.list()).toHaveLength(2));
    expect((await keeping.versions.list()).map(({ text, why }) => [text, why])).toEqual([
      ['second\n', 'edits'],
      ['as opened\n', 'opened'],
    ]);
  });

  test('of a copy begin with the text that shipped, which outlasts all others that no reader named', async () => {
    const store = await openStore();
    const { keeping, edit, clock } = await sitting(store, { text: 'as it ships\n', shippedHash: 'old' });
    await edit('mine\n');
    await vi.waitFor(async () => expect(await keeping.versions.list()).toMatchObject([{ text: 'as it ships\n', why: 'shipped' }]));
    expect(await store.notebook('n')).toMatchObject({ shippedHash: 'old' });
    for (let i = 0; i < 55; i++) await store.saveVersion({ notebook: 'n', time: 2000 + i, text: `text ${i}\n`, why: 'edits' });
    const kept = await keeping.versions.list();
    expect(kept).toHaveLength(51);
    expect(kept.at(-1)).toMatchObject({ why: 'shipped' });
    expect((await store.sparable()).find(({ what }) => what === 'versions')).toMatchObject({ count: 40 });
    await store.saveVersion({ notebook: 'n', time: 9000, text: 'as it ships now\n', why: 'shipped' });
    expect((await keeping.versions.list()).filter(({ why }) => why === 'shipped')).toHaveLength(1);
    keeping.shippedHash = 'new';
    clock.now = 10_000;
    await edit('mine and new\n');
    expect(await store.notebook('n')).toMatchObject({ text: 'mine and new\n', shippedHash: 'new' });
  });

  test('of one text are one: it gets the name', async () => {
    const { keeping, state } = await sitting(await openStore());
    await keeping.versions.keep('restore');
    await keeping.versions.keep('save', 'good');
    await keeping.versions.keep('restore');
    expect(await keeping.versions.list()).toMatchObject([{ text: state.text, name: 'good' }]);
    const [version] = await keeping.versions.list();
    const back = await keeping.versions.remove(version!);
    expect(await keeping.versions.list()).toEqual([]);
    await back();
    expect(await keeping.versions.list()).toEqual([version]);
  });

  test('that find no room are said, and the text is stored all the same', async () => {
    const fault = { on: false };
    const open = await openStore();
    await open.saveNotebook({ id: 'n', title: 'N', text: 'as opened\n', revision: 1, createdAt: 1, updatedAt: 500 });
    const { edit, keeping } = await sitting(broken(open, ['saveVersion'], fault));
    fault.on = true;
    await edit('first\n', 10);
    await vi.waitFor(() => expect(keeping.problems.get('versions')?.code).toBe('storage-full'));
    expect(keeping.problems.has('text')).toBe(false);
    expect((await open.notebook('n'))?.text).toBe('first\n');
    fault.on = false;
    keeping.retry();
    await vi.waitFor(async () => expect(await keeping.versions.list()).toMatchObject([{ text: 'as opened\n', why: 'opened', time: 500 }]));
    await vi.waitFor(() => expect(keeping.problems.size).toBe(0));
  });

  test('that found no room are kept with the next one that does', async () => {
    const fault = { on: true };
    const open = await openStore();
    await open.saveNotebook({ ...record, text: 'as opened\n', revision: 1 });
    const { edit, keeping } = await sitting(broken(open, ['saveVersion'], fault));
    await edit('first\n', 10);
    await vi.waitFor(() => expect(keeping.problems.has('versions')).toBe(true));
    fault.on = false;
    await keeping.versions.keep('save', 'mine');
    await vi.waitFor(() => expect(keeping.problems.size).toBe(0));
    expect((await keeping.versions.list()).map(({ text }) => text)).toEqual(['first\n', 'as opened\n']);
  });
});

test('outputs are kept up to a bound, and what is left out is named', () => {
  const large = { kind: 'text', text: 'x'.repeat(KEPT_BYTES) } as const;
  const small = { kind: 'text', text: 'y' } as const;
  expect(bounded([small, small])).toEqual([small, small]);
  const [first, note, ...rest] = bounded([small, large, large]);
  expect(rest).toEqual([]);
  expect(first).toEqual(small);
  expect(note).toMatchObject({ kind: 'log', text: expect.stringMatching(/^2 outputs of 8 MB: too large to be kept/) });
});

describe('what cells showed', () => {
  const cells = (...codes: string[]): string =>
    `---\ngradus: 1\nid: n\ntitle: N\n---\n\n${codes.map((code) => `\`\`\`ts\n${code}\n\`\`\``).join('\n\n')}\n`;
  const seen = (session: Session): string[] =>
    session.ids.map((id) => {
      const { kept, outputs } = session.cell(id)!;
      const [first] = outputs.map(({ output }) =>
        output.kind === 'value' && output.value.type === 'primitive' ? output.value.text : output.kind,
      );
      return `${id} ${kept === undefined ? '-' : 'kept'} ${first ?? '-'}`;
    });
  const closed = async (session: Session): Promise<void> => {
    await session.flush();
    session.dispose();
  };

  test('follows a cell to its new name and number, at once and when the notebook is opened with another text', async () => {
    const store = await openStore();
    const first = openSession(cells('1 + 1', '2 + 2', 'const c = 9\nc'), { store });
    first.runAll();
    await first.settled();
    first.insertBlock('start', { kind: 'cell', language: 'ts', code: '3 + 3' });
    first.runCell(first.ids[0]!);
    await first.settled();
    first.renameCell('c', 'called');
    await closed(first);
    const { text } = (await store.notebook('n'))!;
    const second = openSession(text, { store });
    await vi.waitFor(() => expect(seen(second)).toEqual(['cell-1 kept 6', 'cell-2 kept 2', 'cell-3 kept 4', 'called kept 9']));
    await closed(second);
    // A text from elsewhere: nobody saw how its cells came to be called otherwise.
    const third = openSession(text.replace('id=called', 'id=other').replace('```ts\n3 + 3\n```\n\n', ''), { store });
    await vi.waitFor(() => expect(seen(third)).toEqual(['cell-1 kept 2', 'cell-2 kept 4', 'other kept 9']));
    await closed(third);
  });

  test('is gathered once it has come to rest, with what another tab wrote', async () => {
    const [one, other] = [await sitting(await openStore()), await sitting(await openStore())];
    const entry = (i: number, text: string) =>
      ({ id: `c${i}`, code: `v${i}`, state: 'done', outputs: [{ key: 0, output: { kind: 'text', text } }] }) as unknown as Entry;
    for (let i = 0; i < 120; i++) one.keeper.keep(entry(i, 'first'));
    await one.keeper.flush();
    other.keeper.hold(true);
    other.keeper.keep(entry(1, 'of a follower'));
    await other.keeper.flush();
    one.keeper.keep(entry(2, 'of the writer'));
    await one.keeper.flush();
    const database = await openDB('gradus');
    const gathered = await vi.waitFor(async () => {
      const record = (await database.get('shown', 'n')) as { outputs: unknown[] } | undefined;
      expect(record).toBeDefined();
      return record!;
    }, 3000);
    expect(gathered.outputs).toEqual(await (await openStore()).outputs('n'));
    database.close();
  });

  test('is kept for the code that showed it, whatever was typed since', async () => {
    const store = await openStore();
    const first = openSession(cells('const c = 9\nc'), { store });
    first.runAll();
    await first.settled();
    first.edit('c', 'const c = 10\nc');
    first.renameCell('c', 'd');
    await closed(first);
    const second = openSession(cells('const c = 10\nc'), { store });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(seen(second)).toEqual(['c - -']);
    await closed(second);
    const third = openSession(cells('const c = 9\nc'), { store });
    await vi.waitFor(() => expect(seen(third)).toEqual(['c kept 9']));
    await closed(third);
  });
});
