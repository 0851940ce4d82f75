/* The one connection to the database. A browser may end it under an open page (it cleared the site's data, or put the tab
   to sleep): then a new one is opened, and who listens is told, since what was stored may be gone. When another tab brings
   a newer version, who listens may write what is unsaved first; then this connection closes for good.

     open ──ended by the browser──> reopening ──> open ("reopened")
       └──a newer version waits──> ("upgrade") ──> closed */

import { openDB, type IDBPTransaction, type StoreNames } from 'idb';
import type { GradusError } from '../base/errors.ts';
import { migrations, type Database, type GradusSchema } from './schema.ts';
import type { StoreEvent } from './types.ts';
import { blocked, closed, isBroken, missing, outdated, worded } from './worded.ts';

export type Names = StoreNames<GradusSchema>;
export type Writing = IDBPTransaction<GradusSchema, Names[], 'readwrite'>;

export interface Connection {
  /** Runs `work` on the database and words what it throws. A broken connection is opened anew, once. */
  read<T>(work: (database: Database) => Promise<T>): Promise<T>;
  /** One transaction over `stores`; resolves when it has completed, leaves nothing behind when `work` throws. Who writes `outputs` without
      naming `shown` drops what is gathered there. */
  write(stores: Names[], durability: 'strict' | 'relaxed', work: (transaction: Writing) => Promise<unknown> | void): Promise<void>;
  listen(listener: (event: StoreEvent) => unknown): () => void;
  close(): void;
}

/** How long an upgrade waits for what an older tab still writes, and how long a newer one waits for older tabs, in ms. */
const lastWritesMs = 1000,
  othersMs = 2500;

export async function connect(name: string): Promise<Connection> {
  let lost: GradusError | undefined;
  let database: Promise<Database> = open();
  const listeners = new Set<(event: StoreEvent) => unknown>();
  const tell = (event: StoreEvent): Promise<unknown> => Promise.allSettled([...listeners].map(async (listener) => listener(event)));

  function open(): Promise<Database> {
    const opening = openDatabase(name, {
      upgrade: () => {
        if (lost) return;
        lost = outdated();
        void Promise.race([tell('upgrade'), pause(lastWritesMs)]).then(async () => (await opening).close());
      },
      deleted: () => void opening.then((old) => old.close()),
      ended: () => {
        if (!lost && database === opening) reopen();
      },
    });
    return opening;
  }
  function reopen(): void {
    database = open();
    database.then(
      () => tell('reopened'),
      (error: unknown) => {
        lost = worded(error, true);
        void tell('lost');
      },
    );
  }
  await database;

  async function run<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const used = database;
    try {
      return await work(await used);
    } catch (error) {
      if (!isBroken(error) || lost) throw error;
      if (database === used) reopen();
      return await work(await database);
    }
  }
  async function guarded<T>(work: (database: Database) => Promise<T>): Promise<T> {
    // Who was asked to write the last (`upgrade`) still may: the connection closes behind it.
    if (lost && lost.code !== 'storage-outdated') throw lost;
    try {
      return await run(work);
    } catch (error) {
      throw lost ?? worded(error);
    }
  }

  return {
    read: guarded,
    write: (stores, durability, work) =>
      guarded(async (open) => {
        const gathered = stores.includes('outputs') && !stores.includes('shown');
        const transaction = open.transaction(gathered ? [...stores, 'shown'] : stores, 'readwrite', { durability });
        if (gathered)
          void transaction
            .objectStore('shown')
            .clear()
            .catch(() => undefined); // fails where the transaction does
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
      }),
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      lost ??= closed();
      void database.then((open) => open.close());
    },
  };
}

interface Ends {
  /** Another tab wants a newer version. */
  readonly upgrade: () => void;
  /** Somebody deletes the database. */
  readonly deleted: () => void;
  /** The browser has ended the connection. */
  readonly ended: () => void;
}

async function openDatabase(name: string, ends: Ends): Promise<Database> {
  if (typeof indexedDB === 'undefined') throw missing();
  let refuse!: (error: GradusError) => void;
  const refused = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  let waiting: ReturnType<typeof setTimeout> | undefined;
  // A browser that forbids the database throws at once, so the call stands in an async function.
  const opening = (async () =>
    openDB<GradusSchema>(name, migrations.length, {
      upgrade: (upgraded, from, to, transaction) =>
        migrations.slice(from, to ?? migrations.length).forEach((migrate) => migrate(upgraded, transaction)),
      blocking: (_, version) => (version === null ? ends.deleted() : ends.upgrade()),
      terminated: ends.ended,
      blocked: () => {
        waiting = setTimeout(() => refuse(blocked()), othersMs);
      },
    }))();
  try {
    return await Promise.race([opening, refused]);
  } catch (error) {
    opening.then(
      (late) => late.close(),
      () => undefined,
    );
    throw worded(error, true);
  } finally {
    clearTimeout(waiting);
  }
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
