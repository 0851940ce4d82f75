/* The database: its object stores, and the migrations that lead to them from every earlier version. `migrations[v]` turns
   version v into v + 1; one that has shipped is never edited, a change of the schema is a further entry. Compound keys are
   read by prefix (`prefixRange`), so a store needs an index only for what its key does not begin with. */

import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { RunState } from '../engine/protocol.ts';
import type {
  StoredAnswer,
  StoredCheckpoint,
  StoredMastery,
  StoredNotebook,
  StoredOutputs,
  StoredPage,
  StoredPoints,
  StoredRun,
  StoredShown,
  StoredText,
  StoredVersion,
} from './types.ts';

export interface GradusSchema extends DBSchema {
  notebooks: { key: string; value: StoredNotebook; indexes: { updatedAt: number } };
  versions: { key: [notebook: string, time: number]; value: StoredVersion };
  outputs: { key: [notebook: string, cell: string]; value: StoredOutputs };
  runs: { key: string; value: StoredRun; indexes: { notebook: string; name: string; startedAt: number; state: RunState } };
  points: { key: [run: string, chunk: number]; value: StoredPoints };
  checkpoints: { key: [run: string, step: number]; value: StoredCheckpoint };
  texts: { key: [notebook: string, hash: string]; value: StoredText };
  answers: { key: [notebook: string, exercise: string]; value: StoredAnswer };
  mastery: { key: [notebook: string, exercise: string]; value: StoredMastery };
  pages: { key: string; value: StoredPage };
  shown: { key: string; value: StoredShown };
  settings: { key: string; value: { readonly key: string; readonly value: unknown } };
}

export type Database = IDBPDatabase<GradusSchema>;
export type Upgrade = IDBPTransaction<GradusSchema, StoreNames<GradusSchema>[], 'versionchange'>;

export const migrations: readonly ((database: Database, upgrade: Upgrade) => void)[] = [
  (database) => {
    database.createObjectStore('notebooks', { keyPath: 'id' }).createIndex('updatedAt', 'updatedAt');
    database.createObjectStore('versions', { keyPath: ['notebook', 'time'] });
    database.createObjectStore('outputs', { keyPath: ['notebook', 'cell'] });
    const runs = database.createObjectStore('runs', { keyPath: 'id' });
    for (const path of ['notebook', 'name', 'startedAt'] as const) runs.createIndex(path, path);
    database.createObjectStore('points', { keyPath: ['run', 'chunk'] });
    database.createObjectStore('checkpoints', { keyPath: ['run', 'step'] });
    for (const name of ['answers', 'mastery'] as const) database.createObjectStore(name, { keyPath: ['notebook', 'exercise'] });
    database.createObjectStore('settings', { keyPath: 'key' });
  },
  // 2: runs that were cut off are found at every opening, without reading all runs.
  (_, upgrade) => {
    upgrade.objectStore('runs').createIndex('state', 'state');
  },
  // 3: a notebook of the reader's own opens with the page that was made of it, instead of making it each time.
  (database) => {
    database.createObjectStore('pages', { keyPath: 'notebook' });
  },
  // 4: texts that runs ran in, each once.
  (database) => {
    database.createObjectStore('texts', { keyPath: ['notebook', 'hash'] });
  },
  // 5: what a long notebook showed last, once more in one record.
  (database) => {
    database.createObjectStore('shown', { keyPath: 'notebook' });
  },
];

/** All compound keys that begin with `first`: an array sorts behind every number and string. */
export function prefixRange(first: string): IDBKeyRange {
  return IDBKeyRange.bound([first], [first, []]);
}
