/* The store in the browser's own database (IndexedDB). Documents are written with strict durability: a resolved
   `saveNotebook` is on the disk. A record that fails its check is left out and told to `onDamaged`, never deleted; a
   damaged notebook is not written over either. Who stays connected, and until when, is told in connection.ts. */

import { GradusError } from '../base/errors.ts';
import type { RunEntry } from '../engine/protocol.ts';
import { createAnswers } from './answers.ts';
import { connect, type Names } from './connection.ts';
import { createMastery } from './mastery.ts';
import { joinChunks } from './points.ts';
import { isOutputs, isPage } from './opening.ts';
import { isNotebook } from './record.ts';
import { isAnswer, isMastery, isPoints, isRun, isVersion } from './records.ts';
import { prefixRange, type Database } from './schema.ts';
import { gather } from './shown.ts';
import type { Store, StoredOutputs, StoredRun } from './types.ts';
import { createRunWrites } from './runs.ts';
import { createVersions } from './versions.ts';
import { damagedNotebook } from './worded.ts';

export interface StoreOptions {
  /** Name of the database. Default: `gradus`. */
  readonly name?: string;
  /** Told of every damaged record that is met. Default: a warning in the console. */
  readonly onDamaged?: (where: string, key: string) => void;
}

/** Opens the database, bringing it up to date. Rejects with a GradusError that says what to do. */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const warn =
    options.onDamaged ??
    ((where, key): void => console.warn(`${where} ${key}: the stored record is damaged. It was skipped and left as it is.`));
  const connection = await connect(options.name ?? 'gradus');
  const { read, write } = connection;

  /** The sound ones of `records`. */
  function sound<T>(
    where: Names,
    records: readonly unknown[],
    check: (record: unknown) => record is T,
    key: (record: Record<string, unknown>) => unknown,
  ): T[] {
    return records.filter((record): record is T => {
      const ok = check(record);
      if (!ok) warn(where, String(key(record as Record<string, unknown>)));
      return ok;
    });
  }

  const soundOutputs = (records: readonly unknown[]): StoredOutputs[] =>
    sound('outputs', records, isOutputs, (r) => `${String(r['notebook'])}/${String(r['cell'])}`);

  type Filter = NonNullable<Parameters<Store['runs']>[0]>;
  const byIndex = (database: Database, { name, notebook, state }: Filter): Promise<StoredRun[]> => {
    if (name !== undefined) return database.getAllFromIndex('runs', 'name', name);
    if (notebook !== undefined) return database.getAllFromIndex('runs', 'notebook', notebook);
    return state === undefined ? database.getAll('runs') : database.getAllFromIndex('runs', 'state', state);
  };
  const findRuns = async (database: Database, filter: Filter = {}): Promise<StoredRun[]> =>
    sound('runs', await byIndex(database, filter), isRun, (r) => r['id'])
      .filter((run) => (['name', 'notebook', 'state'] as const).every((key) => filter[key] === undefined || run[key] === filter[key]))
      .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));

  return {
    notebook: (id) =>
      read(async (database) => {
        const record: unknown = await database.get('notebooks', id);
        if (record !== undefined && !isNotebook(record)) throw damagedNotebook(id);
        return record;
      }),

    opening: (id) =>
      read(async (database) => {
        const transaction = database.transaction(['notebooks', 'outputs', 'pages']);
        const [notebook, outputs, page] = (await Promise.all([
          transaction.objectStore('notebooks').get(id),
          transaction.objectStore('outputs').getAll(prefixRange(id)),
          transaction.objectStore('pages').get(id),
        ])) as [unknown, unknown[], unknown];
        if (notebook !== undefined && !isNotebook(notebook)) throw damagedNotebook(id);
        return { notebook, outputs: soundOutputs(outputs), page: isPage(page) ? page : undefined };
      }),

    savePage: (page) =>
      write(['pages', 'notebooks'], 'strict', async (transaction) => {
        if ((await transaction.objectStore('notebooks').count(page.notebook)) > 0) await transaction.objectStore('pages').put(page);
      }),

    notebooks: () =>
      read(async (database) => {
        const records = sound('notebooks', await database.getAll('notebooks'), isNotebook, (r) => r['id']);
        return records.sort((a, b) => b.updatedAt - a.updatedAt);
      }),

    rawNotebook: (id) =>
      read(async (database) => {
        const record: unknown = await database.get('notebooks', id);
        if (record === undefined) return undefined;
        const { text } = record as { text?: unknown };
        return typeof text === 'string' ? { text, whole: true } : { text: JSON.stringify(record, undefined, 2), whole: false };
      }),

    repair: (id) =>
      write(['notebooks', 'versions'], 'strict', async (transaction) => {
        const notebooks = transaction.objectStore('notebooks');
        const record: unknown = await notebooks.get(id);
        if (record === undefined || isNotebook(record)) return;
        const { text, title, revision } = record as Partial<Record<string, unknown>>;
        const time = Date.now();
        const kept = typeof text === 'string' ? text : JSON.stringify(record, undefined, 2);
        await transaction.objectStore('versions').put({ notebook: id, time, text: kept, name: 'The damaged record' });
        if (typeof text !== 'string') await notebooks.delete(id);
        else
          await notebooks.put({
            id,
            text,
            title: typeof title === 'string' ? title : id,
            revision: (typeof revision === 'number' && Number.isFinite(revision) ? revision : 0) + 1,
            createdAt: time,
            updatedAt: time,
          });
      }),

    saveNotebook: async (notebook, known = notebook.revision - 1) => {
      let before: 'new' | 'newer' = 'new';
      await write(['notebooks'], 'strict', async (transaction) => {
        const notebooks = transaction.objectStore('notebooks');
        const stored: unknown = await notebooks.get(notebook.id);
        if (stored !== undefined && !isNotebook(stored)) throw damagedNotebook(notebook.id);
        // The same write again (a retry) is no conflict.
        const again = stored?.revision === notebook.revision && stored.text === notebook.text;
        if (stored && !again && (stored.revision >= notebook.revision || stored.revision > known)) {
          throw new GradusError(
            'revision',
            `notebook ${notebook.id}: expected revision ${Math.min(known, notebook.revision - 1)} or an earlier one to be stored, got ${stored.revision}. Another tab has saved it since.`,
            'Save yours as a copy, or reload to see the other text.',
          );
        }
        if (stored) before = 'newer';
        await notebooks.put(notebook);
      });
      return before;
    },

    deleteNotebook: (id) =>
      write(['notebooks', 'versions', 'outputs', 'pages'], 'strict', async (transaction) => {
        await Promise.all([
          transaction.objectStore('pages').delete(id),
          transaction.objectStore('notebooks').delete(id),
          transaction.objectStore('versions').delete(prefixRange(id)),
          transaction.objectStore('outputs').delete(prefixRange(id)),
        ]);
      }),

    outputs: (notebook) => read(async (database) => soundOutputs(await database.getAll('outputs', prefixRange(notebook)))),

    saveOutputs: (outputs) =>
      outputs.length === 0
        ? Promise.resolve()
        : write(['outputs', 'shown'], 'relaxed', async (transaction) => {
            const notebooks = new Set(outputs.map(({ notebook }) => notebook));
            await Promise.all([
              ...outputs.map((entry) => transaction.objectStore('outputs').put(entry)),
              ...[...notebooks].map((notebook) => transaction.objectStore('shown').delete(notebook)),
            ]);
          }),

    gatherOutputs: (notebook) =>
      write(['outputs', 'shown'], 'strict', (transaction) =>
        gather(transaction.objectStore('shown'), transaction.objectStore('outputs'), notebook),
      ),

    runs: (filter) => read((database) => findRuns(database, filter)),

    ...createRunWrites(connection),

    savePoints: (points) => write(['points'], 'relaxed', (transaction) => transaction.objectStore('points').put(points)),

    runEntries: (filter) =>
      read(async (database) => {
        const runs = await findRuns(database, filter);
        const chunks = await Promise.all(runs.map((run) => database.getAll('points', prefixRange(run.id))));
        return runs.map((run, i): RunEntry => {
          const { id, name, state, params, summary, startedAt } = run;
          const { sweep } = run.environment;
          const metrics = joinChunks(sound('points', chunks[i]!, isPoints, (r) => `${String(r['run'])}/${String(r['chunk'])}`));
          return { id, name, state, params, summary, startedAt, metrics, ...(typeof sweep === 'string' ? { sweep } : {}) };
        });
      }),

    setting: (key) => read(async (database) => (await database.get('settings', key))?.value),

    saveSetting: (key, value) => write(['settings'], 'relaxed', (transaction) => transaction.objectStore('settings').put({ key, value })),

    ...createVersions(connection, (records) =>
      sound('versions', records, isVersion, (r) => `${String(r['notebook'])}/${String(r['time'])}`),
    ),
    ...createMastery(connection, (records) =>
      sound('mastery', records, isMastery, (r) => `${String(r['notebook'])}/${String(r['exercise'])}`),
    ),
    ...createAnswers(connection, (records) =>
      sound('answers', records, isAnswer, (r) => `${String(r['notebook'])}/${String(r['exercise'])}`),
    ),
    usage: async () => (await import('./usage.ts')).createUsage(connection).usage(),
    clear: async (notebook, what) => (await import('./usage.ts')).createUsage(connection).clear(notebook, what),
    archive: async (made) => (await import('./archive.ts')).writeArchive(connection, made),
    importArchive: async (file, now) => (await import('./archive.ts')).importArchive(connection, file, now),
    sparable: async () => (await import('./sparing.ts')).sparable(connection),
    listen: connection.listen,
    close: connection.close,
  };
}
