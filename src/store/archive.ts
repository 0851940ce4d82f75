/* Everything in one file, and back. Importing merges and loses nothing: what is only in the file is added; of two texts of one
   notebook the newer one stands and the other is kept as a named version; answers, reviews and predictions keep what proves more; runs
   and settings that are here stay. All that is small is written in one transaction; then curves and checkpoints, and the runs that they
   belong to last, so after a full disk no half run is seen and the file can be imported again. What an import changed can be taken back. Loaded with the first archive.

   The key that signs progress stays out of it, and so do pages that are only kept to open faster. */

import type { GradusError } from '../base/errors.ts';
import type { Connection, Names, Writing } from './connection.ts';
import { readContainer, writeContainer } from './container.ts';
import { isAnswer, isMastery, isNotebook, isOutputs, isPoints, isRun, isVersion } from './records.ts';
import type { Imported, StoredAnswer, StoredMastery, StoredNotebook, StoredOutputs, StoredVersion } from './types.ts';

/** Not for other eyes, or for this browser alone. */
const secret = new Set(['signing-key']);
/** Made again when they are missing. */
const caches = new Set<string>(['pages']);
/** Many and large; the others are written at once. */
const ofRuns: readonly Names[] = ['runs', 'points', 'checkpoints'];
const first: readonly Names[] = ['notebooks', 'versions', 'outputs', 'answers', 'mastery', 'settings'];

type AnyRecord = Record<string, unknown>;
type Key = IDBValidKey;
/** What stands in an object store while an import looks at it. */
interface Place {
  get(key: Key): Promise<unknown>;
  put(record: unknown): Promise<unknown>;
  delete(key: Key): Promise<unknown>;
}

/** All records but secrets, one file. */
export async function writeArchive({ read }: Connection, made: Date): Promise<Blob> {
  const names = await read(async (database) => [...database.objectStoreNames].filter((name) => !caches.has(name)));
  const order = [...first, ...names.filter((name) => !first.includes(name) && !ofRuns.includes(name)), ...ofRuns];
  async function* records(): AsyncGenerator<{ store: string; record: unknown }> {
    for (const store of order.filter((name) => names.includes(name))) {
      const keys = await read((database) => database.getAllKeys(store));
      for (const key of keys) {
        if (store === 'settings' && secret.has(String(key))) continue;
        const record: unknown = await read((database) => database.get(store, key as never));
        if (record !== undefined) yield { store, record };
      }
    }
  }
  return writeContainer(records(), made);
}

/** Imports a file that is whole; a damaged one changes nothing. `now`: when, for the names of versions. */
export async function importArchive(connection: Connection, file: Blob, now: Date): Promise<Imported> {
  const container = await readContainer(file);
  const known = await connection.read(async (database) => new Set<string>(database.objectStoreNames));
  const wanted = [...new Set(container.manifest.parts.map(({ store }) => store))].filter((store) => known.has(store) && !caches.has(store));
  const small = wanted.filter((store) => !ofRuns.includes(store as Names)) as Names[];
  const tally = { notebooks: 0, newer: 0, kept: 0, versions: 0, runs: 0, answers: 0, skipped: 0 };
  const before: { store: Names; key: Key; record: unknown }[] = [];
  const from = container.manifest.made.slice(0, 10);

  const all = new Map<Names, AnyRecord[]>();
  for (const store of small) {
    const list: AnyRecord[] = [];
    for await (const records of container.read(store)) list.push(...(records as AnyRecord[]));
    all.set(store, list);
  }
  if (small.length > 0)
    await connection.write([...new Set([...small, 'versions' as const])], 'strict', async (transaction) => {
      for (const store of small)
        for (const record of all.get(store)!) await mergeRecord(noting(transaction, before), store, record, { tally, from, now });
    });

  const added = await importRuns(connection, container, tally).catch(async (error: unknown) => {
    if ((error as { code?: string }).code !== 'storage-full') throw error;
    return { ids: new Set<string>(), full: error as GradusError };
  });
  return {
    ...tally,
    made: container.manifest.made,
    ...('full' in added
      ? {
          full: `${added.full.message} The runs of the archive were not imported, everything else was. Free some room, then import the file again.`,
        }
      : {}),
    undo: async () => {
      if (before.length > 0)
        await connection.write([...new Set(before.map(({ store }) => store))], 'strict', async (transaction) => {
          for (const { store, key, record } of [...before].reverse()) {
            const place = transaction.objectStore(store) as unknown as Place;
            await (record === undefined ? place.delete(key) : place.put(record));
          }
        });
      if (added.ids.size > 0)
        await connection.write([...ofRuns], 'strict', async (transaction) => {
          for (const id of added.ids) {
            await transaction.objectStore('runs').delete(id);
            for (const store of ['points', 'checkpoints'] as const)
              await transaction.objectStore(store).delete(IDBKeyRange.bound([id], [id, []]));
          }
        });
    },
  };
}

/** Object stores of a transaction that note what stood where something is put. */
function noting(transaction: Writing, before: { store: Names; key: Key; record: unknown }[]): (store: Names) => Place {
  return (name) => {
    const store = transaction.objectStore(name) as unknown as Place & { readonly keyPath: string | string[] };
    return {
      get: (key) => store.get(key),
      delete: (key) => store.delete(key),
      put: async (record) => {
        const path = store.keyPath;
        const key = (Array.isArray(path) ? path.map((one) => (record as AnyRecord)[one]) : (record as AnyRecord)[path]) as Key;
        before.push({ store: name, key, record: await store.get(key) });
        return store.put(record);
      },
    };
  };
}

interface Merging {
  readonly tally: { notebooks: number; newer: number; kept: number; versions: number; runs: number; answers: number; skipped: number };
  /** Day of the archive. */
  readonly from: string;
  readonly now: Date;
}

/** One record of the file beside what is here. */
async function mergeRecord(at: (store: Names) => Place, store: Names, record: AnyRecord, merging: Merging): Promise<void> {
  const { tally } = merging;
  switch (store) {
    case 'notebooks':
      if (!isNotebook(record)) return void tally.skipped++;
      return mergeNotebook(at, record, merging);
    case 'versions':
      if (!isVersion(record)) return void tally.skipped++;
      if (await keepVersion(at, record)) tally.versions++;
      return;
    case 'outputs': {
      if (!isOutputs(record)) return void tally.skipped++;
      const mine = (await at(store).get([record.notebook, record.cell])) as StoredOutputs | undefined;
      if (!isOutputs(mine) || mine.time < record.time) await at(store).put(record);
      return;
    }
    case 'answers': {
      if (!isAnswer(record)) return void tally.skipped++;
      const mine: unknown = await at(store).get([record.notebook, record.exercise]);
      const next = isAnswer(mine) ? joinAnswers(mine, record) : record;
      if (!isAnswer(mine) || JSON.stringify(mine) !== JSON.stringify(next)) {
        await at(store).put(next);
        tally.answers++;
      }
      return;
    }
    case 'mastery': {
      if (!isMastery(record)) return void tally.skipped++;
      const mine: unknown = await at(store).get([record.notebook, record.exercise]);
      if (!isMastery(mine) || provesMore(record, mine)) await at(store).put(record);
      return;
    }
    case 'settings': {
      const key = record['key'];
      if (typeof key !== 'string' || secret.has(key)) return;
      if ((await at(store).get(key)) === undefined) await at(store).put(record);
      return;
    }
    default: {
      // Records that only this version's neighbours know: added where their place is free.
      const keys = keysOf(record);
      if (keys === undefined) return void tally.skipped++;
      if ((await at(store).get(keys)) === undefined) await at(store).put(record);
    }
  }
}

/** `texts`: the texts that runs ran in. */
const keysOf = (record: AnyRecord): Key | undefined =>
  typeof record['notebook'] === 'string' && typeof record['hash'] === 'string' ? [record['notebook'], record['hash']] : undefined;

async function mergeNotebook(at: (store: Names) => Place, theirs: StoredNotebook, { tally, from, now }: Merging): Promise<void> {
  const mine: unknown = await at('notebooks').get(theirs.id);
  const version = (text: string, name: string, time: number): StoredVersion => ({ notebook: theirs.id, time, text, name, why: 'import' });
  if (mine === undefined) {
    await at('notebooks').put(theirs);
    tally.notebooks++;
  } else if (!isNotebook(mine)) {
    await keepVersion(at, version(theirs.text, `From the archive of ${from}`, now.getTime()));
    tally.kept++;
  } else if (mine.text !== theirs.text) {
    if (theirs.updatedAt > mine.updatedAt) {
      await keepVersion(at, version(mine.text, `Before the import of ${now.toISOString().slice(0, 10)}`, now.getTime()));
      await at('notebooks').put({
        ...theirs,
        revision: Math.max(mine.revision, theirs.revision) + 1,
        createdAt: Math.min(mine.createdAt, theirs.createdAt),
      });
      tally.newer++;
    } else {
      await keepVersion(at, version(theirs.text, `From the archive of ${from}`, now.getTime()));
      tally.kept++;
    }
  }
}

/** Keeps a text at its time, or the next free one; not where the same text stands there. Resolves to whether it did. */
async function keepVersion(at: (store: Names) => Place, version: StoredVersion): Promise<boolean> {
  for (let { time } = version; ; time++) {
    const there: unknown = await at('versions').get([version.notebook, time]);
    if (there === undefined) {
      await at('versions').put({ ...version, time });
      return true;
    }
    if (isVersion(there) && there.text === version.text) return false;
  }
}

/** The later one, with what either proves: a pass, the attempts, the hints and whether the reference was seen. */
export function joinAnswers(a: StoredAnswer, b: StoredAnswer): StoredAnswer {
  const later = b.updatedAt > a.updatedAt ? b : a;
  const passes = [a.passed, b.passed].filter((one) => one !== undefined).sort((x, y) => x.time - y.time);
  const seen = [a.referenceSeen, b.referenceSeen].filter((time) => time !== undefined);
  return {
    ...later,
    attempts: Math.max(a.attempts, b.attempts),
    hints: Math.max(a.hints, b.hints),
    ...(passes[0] ? { passed: passes[0] } : {}),
    ...(seen.length > 0 ? { referenceSeen: Math.min(...seen) } : {}),
  };
}

/** Of two reviews the later one, of two predictions the first commitment. */
const provesMore = (theirs: StoredMastery, mine: StoredMastery): boolean =>
  theirs.kind === 'review' && mine.kind === 'review'
    ? theirs.last > mine.last
    : theirs.kind === 'prediction' && mine.kind === 'prediction' && theirs.time < mine.time;

/** Runs that are not here, each with its curves and checkpoints in one transaction; its record is what makes it seen. */
async function importRuns(
  { read, write }: Connection,
  container: Awaited<ReturnType<typeof readContainer>>,
  tally: Merging['tally'],
): Promise<{ readonly ids: ReadonlySet<string> }> {
  const here = new Set(await read((database) => database.getAllKeys('runs')));
  const records = new Map<string, AnyRecord>();
  for await (const list of container.read('runs'))
    for (const record of list) {
      if (!isRun(record)) tally.skipped++;
      // A run that was going on when the archive was made goes on nowhere.
      else if (!here.has(record.id))
        records.set(record.id, { ...record, state: record.state === 'running' ? 'interrupted' : record.state });
    }
  let open: { run: string; points: unknown[] } | undefined;
  for (const store of ['points', 'checkpoints'] as const) {
    const flush = async (): Promise<void> => {
      if (open) {
        const { points } = open;
        await write([store], 'relaxed', async (transaction) => {
          await Promise.all(points.map((one) => transaction.objectStore(store).put(one as never)));
        });
      }
      open = undefined;
    };
    for await (const list of container.read(store))
      for (const record of list as AnyRecord[]) {
        const run = String(record['run']);
        if (!records.has(run) || (store === 'points' && !isPoints(record))) continue;
        if (open && (open.run !== run || store === 'checkpoints')) await flush();
        (open ??= { run, points: [] }).points.push(record);
      }
    await flush();
  }
  await write(['runs'], 'strict', async (transaction) => {
    for (const record of records.values()) await transaction.objectStore('runs').put(record as never);
  });
  tally.runs = records.size;
  return { ids: new Set(records.keys()) };
}
