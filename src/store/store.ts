/* The store in the browser's own database (IndexedDB). Documents are written with strict durability: a resolved
   `saveNotebook` is on the disk. A record that fails its check is left out and told to `onDamaged`, never deleted; a
   damaged notebook is not written over either. When another tab brings a newer version this connection closes, so that the upgrade can go on. */

import { openDB, type IDBPTransaction, type StoreNames } from 'idb';
import { GradusError } from '../base/errors.ts';
import type { RunEntry } from '../engine/protocol.ts';
import { isNotebook, isOutputs, isPoints, isRun } from './records.ts';
import { migrations, prefixRange, type Database, type GradusSchema } from './schema.ts';
import type { Store, StoredPoints, StoredRun } from './types.ts';

export interface StoreOptions {
  /** Name of the database. Default: `gradus`. */
  readonly name?: string;
  /** Told of every damaged record that is met. Default: a warning in the console. */
  readonly onDamaged?: (where: string, key: string) => void;
}

type Names = StoreNames<GradusSchema>;
type Writing = IDBPTransaction<GradusSchema, Names[], 'readwrite'>;

/** Opens the database, bringing it up to date. Rejects with a GradusError that says what to do. */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const warn =
    options.onDamaged ??
    ((where, key): void => console.warn(`${where} ${key}: the stored record is damaged. It was skipped and left as it is.`));
  const connection = await connect(options.name ?? 'gradus');

  /** Runs `work` on the database and words what it throws. */
  async function guarded<T>(work: (database: Database) => Promise<T>): Promise<T> {
    if (connection.lost) throw connection.lost;
    try {
      return await work(connection.database);
    } catch (error) {
      throw connection.lost ?? worded(error);
    }
  }

  /** One transaction over `stores`; resolves when it has completed, leaves nothing behind when `work` throws. */
  const write = (
    stores: Names[],
    durability: 'strict' | 'relaxed',
    work: (transaction: Writing) => Promise<unknown> | void,
  ): Promise<void> =>
    guarded(async (database) => {
      const transaction = database.transaction(stores, 'readwrite', { durability });
      const done = transaction.done.then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      try {
        const working = work(transaction as Writing);
        if (durability === 'relaxed') transaction.commit(); // nothing is read first: a page that closes need not be there for the end
        await working;
      } catch (error) {
        try {
          transaction.abort();
        } catch {
          /* it has ended by itself */
        }
        const failed = await done;
        // A request fails with a bare AbortError where the transaction knows the cause (no room left).
        throw (error as { name?: string } | null)?.name === 'AbortError' && failed?.error ? failed.error : error;
      }
      const failed = await done;
      if (failed) throw failed.error;
    });

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

  const damagedNotebook = (id: string): GradusError =>
    new GradusError(
      'damaged',
      `notebook ${id}: the stored record is damaged.`,
      'It was left as it is. Save your text under another id, or download it.',
    );

  const byName = (database: Database, filter: { name?: string; notebook?: string }): Promise<StoredRun[]> =>
    filter.name !== undefined
      ? database.getAllFromIndex('runs', 'name', filter.name)
      : filter.notebook !== undefined
        ? database.getAllFromIndex('runs', 'notebook', filter.notebook)
        : database.getAll('runs');

  const findRuns = async (database: Database, filter: { name?: string; notebook?: string } = {}): Promise<StoredRun[]> =>
    sound('runs', await byName(database, filter), isRun, (r) => r['id'])
      .filter(
        (run) =>
          (filter.name === undefined || run.name === filter.name) && (filter.notebook === undefined || run.notebook === filter.notebook),
      )
      .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));

  return {
    notebook: (id) =>
      guarded(async (database) => {
        const record: unknown = await database.get('notebooks', id);
        if (record !== undefined && !isNotebook(record)) throw damagedNotebook(id);
        return record;
      }),

    notebooks: () =>
      guarded(async (database) => {
        const records = sound('notebooks', await database.getAll('notebooks'), isNotebook, (r) => r['id']);
        return records.sort((a, b) => b.updatedAt - a.updatedAt);
      }),

    saveNotebook: (notebook) =>
      write(['notebooks'], 'strict', async (transaction) => {
        const notebooks = transaction.objectStore('notebooks');
        const stored: unknown = await notebooks.get(notebook.id);
        if (stored !== undefined && !isNotebook(stored)) throw damagedNotebook(notebook.id);
        // The same write again (a retry) is no conflict.
        if (stored && stored.revision >= notebook.revision && !(stored.revision === notebook.revision && stored.text === notebook.text)) {
          throw new GradusError(
            'revision',
            `notebook ${notebook.id}: expected a revision above ${stored.revision}, got ${notebook.revision}. Another tab has saved it since.`,
            'Save yours as a copy, or reload to see the other text.',
          );
        }
        await notebooks.put(notebook);
      }),

    deleteNotebook: (id) =>
      write(['notebooks', 'versions', 'outputs'], 'strict', async (transaction) => {
        await Promise.all([
          transaction.objectStore('notebooks').delete(id),
          transaction.objectStore('versions').delete(prefixRange(id)),
          transaction.objectStore('outputs').delete(prefixRange(id)),
        ]);
      }),

    outputs: (notebook) =>
      guarded(async (database) =>
        sound(
          'outputs',
          await database.getAll('outputs', prefixRange(notebook)),
          isOutputs,
          (r) => `${String(r['notebook'])}/${String(r['cell'])}`,
        ),
      ),

    saveOutputs: (outputs) =>
      outputs.length === 0
        ? Promise.resolve()
        : write(['outputs'], 'relaxed', async (transaction) => {
            await Promise.all(outputs.map((entry) => transaction.objectStore('outputs').put(entry)));
          }),

    runs: (filter) => guarded((database) => findRuns(database, filter)),

    saveRun: (run) => write(['runs'], 'relaxed', (transaction) => transaction.objectStore('runs').put(run)),

    deleteRun: (id) =>
      write(['runs', 'points', 'checkpoints'], 'relaxed', async (transaction) => {
        await Promise.all([
          transaction.objectStore('runs').delete(id),
          transaction.objectStore('points').delete(prefixRange(id)),
          transaction.objectStore('checkpoints').delete(prefixRange(id)),
        ]);
      }),

    savePoints: (points) => write(['points'], 'relaxed', (transaction) => transaction.objectStore('points').put(points)),

    runEntries: (filter) =>
      guarded(async (database) => {
        const runs = await findRuns(database, filter);
        const chunks = await Promise.all(runs.map((run) => database.getAll('points', prefixRange(run.id))));
        return runs.map((run, i): RunEntry => {
          const { id, name, state, params, summary, startedAt } = run;
          const metrics = joinChunks(sound('points', chunks[i]!, isPoints, (r) => `${String(r['run'])}/${String(r['chunk'])}`));
          return { id, name, state, params, summary, startedAt, metrics };
        });
      }),

    setting: (key) => guarded(async (database) => (await database.get('settings', key))?.value),

    saveSetting: (key, value) => write(['settings'], 'relaxed', (transaction) => transaction.objectStore('settings').put({ key, value })),

    close: () => {
      connection.lost ??= closedError();
      connection.database.close();
    },
  };
}

/** The chunks of one run, which the key has put in order, as one whole array for each metric. */
export function joinChunks(chunks: readonly Pick<StoredPoints, 'metrics'>[]): RunEntry['metrics'] {
  const names = new Set(chunks.flatMap((chunk) => Object.keys(chunk.metrics)));
  const join = (name: string, part: 'steps' | 'values'): Float64Array => {
    const parts = chunks.flatMap((chunk) => (Object.hasOwn(chunk.metrics, name) ? [chunk.metrics[name]![part]] : []));
    const whole = new Float64Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const p of parts) {
      whole.set(p, at);
      at += p.length;
    }
    return whole;
  };
  return Object.fromEntries([...names].map((name) => [name, { steps: join(name, 'steps'), values: join(name, 'values') }]));
}

interface Connection {
  readonly database: Database;
  lost: GradusError | undefined;
}

async function connect(name: string): Promise<Connection> {
  if (typeof indexedDB === 'undefined') throw missing();
  let lost: GradusError | undefined;
  let database: Database | undefined;
  let refuse!: (error: GradusError) => void;
  const refused = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  // A browser that forbids the database throws at once, so the call stands in an async function.
  const opening = (async () =>
    openDB<GradusSchema>(name, migrations.length, {
      upgrade: (upgraded, from, to, transaction) =>
        migrations.slice(from, to ?? migrations.length).forEach((migrate) => migrate(upgraded, transaction)),
      blocking: () => {
        lost = new GradusError('storage-closed', 'A newer Gradus runs in another tab.', 'Reload this page to go on with it.');
        database?.close();
      },
      terminated: () => {
        lost = closedError();
      },
      blocked: () =>
        refuse(
          new GradusError(
            'storage-blocked',
            'An older Gradus in another tab keeps the notebooks open.',
            'Close the other tabs of this site, then reload.',
          ),
        ),
    }))();
  try {
    database = await Promise.race([opening, refused]);
  } catch (error) {
    opening.then(
      (late) => late.close(),
      () => undefined,
    );
    throw error instanceof GradusError ? error : worded(error, true);
  }
  return {
    database,
    get lost() {
      return lost;
    },
    set lost(error) {
      lost = error;
    },
  };
}

const missing = (cause?: unknown): GradusError =>
  new GradusError(
    'storage-missing',
    'This browser keeps nothing for this page.',
    'Allow site data, or leave the private window. Until then, download what you write.',
    { cause },
  );

const closedError = (): GradusError =>
  new GradusError(
    'storage-closed',
    'The connection to the notebooks was closed.',
    'Reload the page. Download your text first if it is not saved.',
  );

/** What the database threw, in our words. */
function worded(error: unknown, opening = false): GradusError {
  if (error instanceof GradusError) return error;
  const { name = 'Error', message = String(error) } = (error ?? {}) as { name?: string; message?: string };
  const cause = { cause: error };
  if (name === 'QuotaExceededError')
    return new GradusError(
      'storage-full',
      'Storage is full: the last change was not kept.',
      'Delete runs or notebooks that you no longer need, or download this one.',
      cause,
    );
  if (name === 'VersionError')
    return new GradusError(
      'storage-newer',
      'The notebooks here were stored by a newer Gradus.',
      'Reload the page to get the newer version.',
      cause,
    );
  if (opening && (name === 'SecurityError' || name === 'InvalidStateError' || name === 'UnknownError')) return missing(error);
  if (name === 'InvalidStateError') return closedError();
  return new GradusError(
    'storage',
    `The notebooks could not be read or written: ${message} (${name}).`,
    'Reload the page. Download your text first if it is not saved.',
    cause,
  );
}
