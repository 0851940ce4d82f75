/* Everything in one file, and back. Importing merges and loses nothing: what is only in the file is added, and merging.ts says how
   two records become one; runs that are here stay. All that is small is written in one transaction; then curves and checkpoints, and
   the runs that they belong to last, so after a full disk no half run is seen and the file can be imported again. What an import
   changed can be taken back, but for what has been changed since. Loaded with the first archive.

   The key that signs progress stays out of it, and so do pages that are only kept to open faster. */

import { GradusError, messageOf } from '../base/errors.ts';
import { isEqual } from './equal.ts';
import type { Connection, Names, Writing } from './connection.ts';
import { readContainer, writeContainer } from './container.ts';
import { mergeRecord, secret, type AnyRecord, type Key, type Merging, type Place } from './merging.ts';
import { isPoints, isRun } from './records.ts';
import type { Imported } from './types.ts';

/** Made again when they are missing. */
const caches = new Set<string>(['pages', 'shown']);
/** Many and large; the others are written at once. */
const ofRuns: readonly Names[] = ['runs', 'points', 'checkpoints'];
const first: readonly Names[] = ['notebooks', 'versions', 'outputs', 'answers', 'mastery', 'settings'];

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
  const before: Change[] = [];
  const from = container.manifest.made.slice(0, 10);

  const all = new Map<Names, AnyRecord[]>();
  for (const store of small) {
    const list: AnyRecord[] = [];
    for await (const records of container.read(store)) list.push(...(records as AnyRecord[]));
    all.set(store, list);
  }
  if (small.length > 0)
    await connection
      .write([...new Set([...small, 'versions' as const])], 'strict', async (transaction) => {
        for (const store of small)
          for (const record of all.get(store)!) await mergeRecord(noting(transaction, before), store, record, { tally, from, now });
      })
      .catch((error: unknown) => {
        throw (error as { code?: string }).code === 'storage-full' ? noRoom(error) : error;
      });

  const added = await importRuns(connection, container, tally).catch((error: unknown) => ({ runs: [], error }));
  return {
    ...tally,
    made: container.manifest.made,
    ...('error' in added ? { full: unimported(added.error) } : {}),
    undo: () => takeBack(connection, before, added.runs),
  };
}

const noRoom = (cause: unknown): GradusError =>
  new GradusError(
    'storage-full',
    'Storage is full: nothing of the archive was imported.',
    'Delete outputs, runs or notebooks that you no longer need, then import the file again.',
    { cause },
  );

/** What an import did in one place: what stood there, and what it put. */
interface Change {
  readonly store: Names;
  readonly key: Key;
  readonly record: unknown;
  readonly put: unknown;
}

/** Why the runs are missing, and what to do. */
function unimported(error: unknown): string {
  const full = (error as { code?: string }).code === 'storage-full';
  const next = full ? 'Free some room, then import the file again.' : 'Import the file again.';
  return `${messageOf(error)} The runs of the archive were not imported, everything else was. ${next}`;
}

/** Makes everything as it was. What has been changed since the import stays: with a notebook the versions that it came with, with a run
    its curves and its text. */
async function takeBack({ write }: Connection, before: readonly Change[], runs: readonly AnyRecord[]): Promise<void> {
  const kept = new Set<unknown>();
  if (runs.length > 0)
    await write([...ofRuns], 'strict', async (transaction) => {
      for (const run of runs) {
        const id = run['id'] as string;
        const there = await transaction.objectStore('runs').get(id);
        if (!isEqual(there, run)) {
          if (there) kept.add(run['notebook']); // it goes on, or has got notes
          continue;
        }
        await transaction.objectStore('runs').delete(id);
        await dropPoints(transaction, id);
      }
    });
  if (before.length > 0)
    await write([...new Set(before.map(({ store }) => store))], 'strict', async (transaction) => {
      const at = (store: string): Place => transaction.objectStore(store as Names) as unknown as Place;
      const changed = new Set<unknown>();
      for (const { store, key, put } of before) if (store === 'notebooks' && !isEqual(await at(store).get(key), put)) changed.add(key);
      for (const { store, key, record, put } of [...before].reverse()) {
        const { notebook } = put as AnyRecord;
        if (store === 'versions' ? changed.has(notebook) : store === 'texts' && kept.has(notebook)) continue;
        if (!isEqual(await at(store).get(key), put)) continue;
        await (record === undefined ? at(store).delete(key) : at(store).put(record));
      }
    });
}

/** Object stores of a transaction that note what stood where something is put. */
function noting(transaction: Writing, before: Change[]): (store: Names) => Place {
  return (name) => {
    const store = transaction.objectStore(name) as unknown as Place & { readonly keyPath: string | string[] };
    return {
      get: (key) => store.get(key),
      delete: (key) => store.delete(key),
      put: async (record) => {
        const path = store.keyPath;
        const key = (Array.isArray(path) ? path.map((one) => (record as AnyRecord)[one]) : (record as AnyRecord)[path]) as Key;
        before.push({ store: name, key, record: await store.get(key), put: record });
        return store.put(record);
      },
    };
  };
}

/** Runs that are not here, each with its curves and checkpoints in one transaction; its record is what makes it seen. */
async function importRuns(
  { read, write }: Connection,
  container: Awaited<ReturnType<typeof readContainer>>,
  tally: Merging['tally'],
): Promise<{ readonly runs: readonly AnyRecord[] }> {
  const here = new Set(await read((database) => database.getAllKeys('runs')));
  const records = new Map<string, AnyRecord>();
  for await (const list of container.read('runs'))
    for (const record of list) {
      if (!isRun(record)) tally.skipped++;
      // A run that was going on when the archive was made goes on nowhere.
      else if (!here.has(record.id))
        records.set(record.id, { ...record, state: record.state === 'running' ? 'interrupted' : record.state });
    }
  /** What an import that was cut off, this one or an earlier one, left of runs that are not here. */
  const sweep = (): Promise<void> =>
    write([...ofRuns], 'strict', async (transaction) => {
      for (const id of records.keys()) if ((await transaction.objectStore('runs').get(id)) === undefined) await dropPoints(transaction, id);
    });
  if (records.size > 0) await sweep();
  try {
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
  } catch (error) {
    await sweep().catch(() => undefined);
    throw error;
  }
  tally.runs = records.size;
  return { runs: [...records.values()] };
}

/** Curves and checkpoints of a run. */
async function dropPoints(transaction: Writing, run: string): Promise<void> {
  for (const store of ['points', 'checkpoints'] as const) await transaction.objectStore(store).delete(IDBKeyRange.bound([run], [run, []]));
}
