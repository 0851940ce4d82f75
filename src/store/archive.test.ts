/* The archive against real stores: what goes out comes back, merging loses nothing, and a damaged file changes nothing. */

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { readContainer, writeContainer } from './container.ts';
import { joinAnswers, joinMastery } from './merging.ts';
import { openStore } from './store.ts';
import type { Store, StoredAnswer, StoredNotebook, StoredReview, StoredRun } from './types.ts';

const made = new Date('2026-11-22T10:00:00Z');
const later = new Date('2026-11-25T10:00:00Z');
let a: Store, b: Store;
beforeEach(async () => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  a = await openStore({ name: 'a' });
  b = await openStore({ name: 'b' });
});

const notebook = (over: Partial<StoredNotebook> = {}): StoredNotebook => ({
  id: 'n',
  title: 'N',
  text: 'one',
  revision: 3,
  createdAt: 1,
  updatedAt: 10,
  ...over,
});
const run: StoredRun = {
  id: 'r',
  notebook: 'n',
  cell: 'c',
  name: 'mlp',
  params: { lr: 0.1 },
  summary: { loss: Number.NaN },
  state: 'done',
  startedAt: 5,
  ms: 7,
  environment: {},
};
const points = { run: 'r', chunk: 0, metrics: { loss: { steps: Float64Array.of(0, 1), values: Float64Array.of(Number.NaN, -0) } } };
const answer = (over: Partial<StoredAnswer> = {}): StoredAnswer => ({
  notebook: 'u',
  exercise: 'dot',
  code: 'x',
  language: 'ts',
  attempts: 2,
  hints: 1,
  updatedAt: 10,
  ...over,
});

async function fillA(): Promise<void> {
  await a.saveNotebook(notebook());
  await a.saveVersion({ notebook: 'n', time: 4, text: 'zero', name: 'first' });
  await a.saveOutputs([{ notebook: 'n', cell: 'c', hash: 'h', time: 3, outputs: [{ kind: 'text', text: 'hi' } as never] }]);
  await a.saveRun(run);
  await a.savePoints(points);
  await a.savePoints({ ...points, chunk: 1 });
  await a.saveAnswer('u', 'dot', () => answer());
  await a.saveSetting('open', 'wait');
  await a.saveSetting('signing-key', { privateKey: 'secret' });
}

test('everything but secrets goes out and comes back as it was', async () => {
  await fillA();
  const file = await a.archive(made);
  const done = await b.importArchive(file, later);
  expect(done).toMatchObject({ notebooks: 1, versions: 1, runs: 1, answers: 1, skipped: 0, made: made.toISOString() });
  expect(await b.notebook('n')).toEqual(notebook());
  expect(await b.versions('n')).toMatchObject([{ text: 'zero', name: 'first' }]);
  expect(await b.outputs('n')).toHaveLength(1);
  const [entry] = await b.runEntries({ name: 'mlp' });
  expect(entry?.metrics['loss']?.values).toEqual(Float64Array.of(Number.NaN, -0, Number.NaN, -0));
  expect(entry?.summary['loss']).toBeNaN();
  expect(await b.answers()).toEqual([answer()]);
  expect(await b.setting('open')).toBe('wait');
  expect(await b.setting('signing-key')).toBeUndefined();
  const again = await b.importArchive(file, later);
  expect(again).toMatchObject({ notebooks: 0, newer: 0, kept: 0, versions: 0, runs: 0, answers: 0 });
});

describe('two texts of one notebook', () => {
  test('the archive has the newer one: it stands, and what was here is a version', async () => {
    await a.saveNotebook(notebook({ text: 'theirs', updatedAt: 20 }));
    await b.saveNotebook(notebook({ text: 'mine', revision: 9 }));
    expect(await b.importArchive(await a.archive(made), later)).toMatchObject({ newer: 1 });
    expect(await b.notebook('n')).toMatchObject({ text: 'theirs', revision: 10 });
    expect(await b.versions('n')).toMatchObject([{ text: 'mine', name: 'Before the import of 2026-11-25', why: 'import' }]);
  });

  test('this browser has it: it stays, and the other is a version', async () => {
    await a.saveNotebook(notebook({ text: 'theirs', updatedAt: 5 }));
    await b.saveNotebook(notebook({ text: 'mine' }));
    expect(await b.importArchive(await a.archive(made), later)).toMatchObject({ kept: 1 });
    expect((await b.notebook('n'))?.text).toBe('mine');
    expect(await b.versions('n')).toMatchObject([{ text: 'theirs', name: 'From the archive of 2026-11-22' }]);
  });
});

test('an import is taken back whole', async () => {
  await fillA();
  await a.saveNotebook(notebook({ id: 'other', text: 'new' }));
  await b.saveNotebook(notebook({ text: 'mine', updatedAt: 1 }));
  await b.saveAnswer('u', 'dot', () => answer({ attempts: 1, updatedAt: 1 }));
  const before = await texts(b);
  const { undo } = await b.importArchive(await a.archive(made), later);
  expect(await texts(b)).not.toEqual(before);
  await undo();
  expect(await texts(b)).toEqual(before);
});
const texts = async (store: Store): Promise<unknown> => [
  await store.notebooks(),
  await store.versions('n'),
  await store.outputs('n'),
  await store.runs(),
  await store.runEntries(),
  await store.answers(),
  await store.setting('open'),
];

describe('what has been changed since an import', () => {
  test('stays when it is taken back, with the versions and the texts that belong to it', async () => {
    await fillA();
    await a.saveNotebook(notebook({ id: 'other', text: 'new' }));
    await b.saveNotebook(notebook({ text: 'mine', updatedAt: 1 }));
    const { undo } = await b.importArchive(await a.archive(made), later);
    const { revision } = (await b.notebook('n'))!;
    await b.saveNotebook(notebook({ text: 'typed since', revision: revision + 1, updatedAt: 99 }));
    await b.saveAnswer('u', 'dot', (before) => ({ ...before!, attempts: 9 }));
    await b.editRun('r', { notes: 'worth it' });
    await undo();
    expect(await b.notebook('n')).toMatchObject({ text: 'typed since' });
    expect((await b.versions('n')).map(({ text }) => text).sort()).toEqual(['mine', 'zero']);
    expect(await b.notebook('other')).toBeUndefined();
    expect(await b.answers()).toMatchObject([{ attempts: 9 }]);
    expect((await b.runEntries())[0]?.metrics['loss']?.values).toHaveLength(4);
    expect(await b.outputs('n')).toEqual([]);
    const there = await texts(b);
    await undo();
    expect(await texts(b)).toEqual(there);
  });
});

test('an archive for which there is no room changes nothing, and the error says what to do', async () => {
  await fillA();
  await b.saveNotebook(notebook({ text: 'mine', updatedAt: 1 }));
  const before = await texts(b);
  const file = await a.archive(made);
  const { put } = IDBObjectStore.prototype;
  let left = 2;
  const spy = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...record) {
    if (left-- <= 0) throw new DOMException('It broke.', 'QuotaExceededError');
    return put.apply(this, record);
  });
  await expect(b.importArchive(file, later).finally(() => spy.mockRestore())).rejects.toMatchObject({
    code: 'storage-full',
    message: 'Storage is full: nothing of the archive was imported.',
    hint: expect.stringMatching(/import the file again\.$/),
  });
  expect(await texts(b)).toEqual(before);
});

describe('runs that cannot be imported', () => {
  /** `b` with a disk that fails at the records of runs, whatever their curves did. */
  function failing(name: string): () => void {
    const { put } = IDBObjectStore.prototype;
    const spy = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...record) {
      if (this.name === 'runs') throw new DOMException('It broke.', name);
      return put.apply(this, record);
    });
    return () => spy.mockRestore();
  }
  test.each(['QuotaExceededError', 'UnknownError'])('leave nothing behind (%s); all else is there, and can be taken back', async (name) => {
    await fillA();
    const file = await a.archive(made);
    const before = await texts(b);
    const again = failing(name);
    const done = await b.importArchive(file, later).finally(again);
    expect(done).toMatchObject({ notebooks: 1, runs: 0, full: expect.stringMatching(/runs of the archive were not imported.*again\.$/) });
    // Were a chunk left behind, a run of the same id would have it.
    await b.saveRun(run);
    expect((await b.runEntries())[0]?.metrics).toEqual({});
    await b.deleteRun('r');
    await done.undo();
    expect(await texts(b)).toEqual(before);
  });

  test('what an import that was cut off left is gone with the next one', async () => {
    await b.savePoints({ ...points, chunk: 7 });
    await fillA();
    await b.importArchive(await a.archive(made), later);
    expect((await b.runEntries())[0]?.metrics['loss']?.values).toHaveLength(4);
  });
});

test('of two reviews the later one stands, and no pass is taken away', async () => {
  const review: StoredReview = {
    ...{ notebook: 'u', exercise: 'review:dot', kind: 'review', item: 'dot' },
    ...{ due: 9, interval: 3, rung: 1, last: 5, passed: true, passes: 2, fails: 0 },
  };
  const late: StoredReview = { ...review, last: 8, passed: false, passes: 0, fails: 1 };
  expect(joinMastery(review, late)).toEqual({ ...late, passes: 2, fails: 1 });
  expect(joinMastery(late, review)).toEqual({ ...late, passes: 2, fails: 1 });
  await b.saveMastery(review);
  await a.saveMastery(late);
  const { undo } = await b.importArchive(await a.archive(made), later);
  expect(await b.mastery()).toMatchObject([{ last: 8, passes: 2, fails: 1 }]);
  await undo();
  expect(await b.mastery()).toEqual([review]);
});

test('an older answer that passed takes no newer one’s place: its code is the latest, what it proves the earliest', () => {
  const old = answer({ code: 'slow', passed: { time: 5, code: 'slow', attempts: 2, hints: 0 }, updatedAt: 5 });
  const fresh = answer({ code: 'fast', passed: { time: 8, code: 'fast', attempts: 6, hints: 3 }, attempts: 6, hints: 3, updatedAt: 8 });
  for (const joined of [joinAnswers(old, fresh), joinAnswers(fresh, old)])
    expect(joined).toMatchObject({ code: 'fast', passed: { time: 8, first: 5, code: 'fast', attempts: 2, hints: 0 }, updatedAt: 8 });
  const verdict = { pass: true, checks: [], time: 5, code: 'slow' } as never;
  expect(joinAnswers({ ...old, verdict }, answer({ updatedAt: 9 }))).toMatchObject({ verdict: { time: 5 } });
});

test('answers keep what either proves', () => {
  const passed = { time: 5, code: 'right', attempts: 2, hints: 0 };
  const joined = joinAnswers(answer({ attempts: 7, updatedAt: 20 }), answer({ passed, hints: 3, referenceSeen: 9 }));
  expect(joined).toMatchObject({ attempts: 7, hints: 3, passed, referenceSeen: 9, updatedAt: 20 });
  expect(joinAnswers(answer({ passed: { ...passed, time: 8 } }), answer({ passed })).passed).toMatchObject({ time: 8, first: 5 });
});

describe('a file that is not whole', () => {
  test('cut anywhere, or with a byte changed anywhere, it is refused and nothing changes', async () => {
    await fillA();
    const bytes = new Uint8Array(await (await a.archive(made)).arrayBuffer());
    await b.saveNotebook(notebook({ text: 'mine' }));
    const before = await texts(b);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.boolean(), async (at, cut) => {
        const other = cut ? bytes.slice(0, at) : bytes.slice();
        if (!cut) other[at]! ^= 0x55;
        // Bytes of gzip's own head say when and where it was packed: no harm.
        fc.pre(cut || at < 2 || at >= 10);
        const failure = await b.importArchive(new Blob([other]), later).catch((error: unknown) => error);
        expect(failure).toMatchObject({
          code: 'archive',
          message: expect.stringMatching(/archive/),
          hint: expect.stringMatching(/nothing/i),
        });
      }),
      { seed: 6, numRuns: 60 },
    );
    expect(await texts(b)).toEqual(before);
  });

  test('one that unpacks to too much, or holds a part that is no records, is refused in words', async () => {
    await fillA();
    const file = await a.archive(made);
    await expect(readContainer(file, 500)).rejects.toMatchObject({
      code: 'archive',
      message: expect.stringMatching(/unpacks to more than/),
    });
    const part = new Uint8Array([1, 0, 0, 0, 33]);
    const sum = [...new Uint8Array(await crypto.subtle.digest('SHA-256', part))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const parts = [{ store: 'runs', records: 1, bytes: 5, sha256: sum }];
    const manifest = JSON.stringify({ format: 'gradus-archive', version: 1, made: made.toISOString(), parts });
    const whole = new Blob(['gradus-archive 1\n', `${manifest}\n`, part]);
    const odd = await new Response(whole.stream().pipeThrough(new CompressionStream('gzip'))).blob();
    await expect(readContainer(odd)).rejects.toMatchObject({ code: 'archive', message: expect.stringMatching(/part 1 of 1/) });
  });

  test('another file, and one of a later version, are told apart', async () => {
    const say = async (file: Blob): Promise<string> =>
      ((await b.importArchive(file, later).catch((error: unknown) => error)) as Error).message;
    expect(await say(new Blob(['# Notes']))).toBe('This file is no Gradus archive.');
    expect(await say(new Blob([]))).toBe('This file is no Gradus archive.');
    const packed = async (text: string): Promise<Blob> =>
      new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
    expect(await say(await packed('hello'))).toBe('This file is no Gradus archive.');
    expect(await say(await packed('gradus-archive 2\n{}\n'))).toBe('This archive was made by a newer Gradus.');
    expect(await say(await packed('gradus-archive 1\n{}\n'))).toMatch(/list of contents/);
  });
});

test('any record of plain data, arrays and Blobs comes back', async () => {
  async function* one(record: unknown): AsyncGenerator<{ store: string; record: unknown }> {
    yield { store: 's', record };
  }
  const values = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.bigInt(),
      fc.float64Array(),
      fc.uint8Array(),
      fc.int16Array(),
      fc.date({ noInvalidDate: true }),
      fc.array(tie('value')),
      fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$', '__proto__')), tie('value')),
    ),
  })).value;
  await fc.assert(
    fc.asyncProperty(values, async (value) => {
      const container = await readContainer(await writeContainer(one({ value }), made));
      for await (const records of container.read('s')) expect(records).toEqual([{ value: value }]);
    }),
    { seed: 7, numRuns: 150 },
  );
  const blob = await readContainer(await writeContainer(one({ data: new Blob(['abc'], { type: 'x/y' }) }), made));
  for await (const [record] of blob.read('s')) {
    const { data } = record as { data: Blob };
    expect([await data.text(), data.type]).toEqual(['abc', 'x/y']);
  }
});

test('what can be spared is offered oldest first, and comes back', async () => {
  for (let time = 1; time <= 15; time++)
    await a.saveVersion({ notebook: 'n', time, text: 'x'.repeat(100), ...(time === 2 ? { name: 'mine' } : {}) });
  await a.saveOutputs([{ notebook: 'n', cell: 'c', hash: 'h', time: 3, outputs: [{ kind: 'text', text: 'hi' } as never] }]);
  const [outputs, versions] = await a.sparable();
  expect([outputs?.what, outputs?.count, versions?.what, versions?.count]).toEqual(['outputs', 1, 'versions', 4]);
  const { count, undo } = await versions!.clear(300);
  expect(count).toBe(2);
  expect((await a.versions('n')).map(({ time }) => time).sort((x, y) => x - y)).toEqual([2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  await undo();
  expect(await a.versions('n')).toHaveLength(15);
});
