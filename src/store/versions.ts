/* Texts that a notebook once had. Named ones, and the shipped text that a copy comes from, stay until the reader deletes them; of the
   other automatic ones the last 50 stay. */

import type { Connection } from './connection.ts';
import { isVersion } from './records.ts';
import { prefixRange } from './schema.ts';
import type { Store, StoredVersion } from './types.ts';

/** How many automatic versions of a notebook are kept. */
export const versionLimit = 50;

/** Those that were kept by themselves, the newest first, without the one that a copy's next update needs. */
export function automaticOf(versions: readonly StoredVersion[]): StoredVersion[] {
  const sorted = versions.filter(({ name }) => name === undefined).sort((a, b) => b.time - a.time);
  const shipped = sorted.find(({ why }) => why === 'shipped');
  return sorted.filter((version) => version !== shipped);
}

type Versions = Pick<Store, 'versions' | 'saveVersion' | 'nameVersion' | 'deleteVersion'>;

export function createVersions({ read, write }: Connection, sound: (records: readonly unknown[]) => StoredVersion[]): Versions {
  return {
    versions: (notebook) =>
      read(async (database) => sound(await database.getAll('versions', prefixRange(notebook))).sort((a, b) => b.time - a.time)),

    saveVersion: async (version) => {
      let stored = version;
      await write(['versions'], 'strict', async (transaction) => {
        const versions = transaction.objectStore('versions');
        const all: unknown[] = await versions.getAll(prefixRange(version.notebook));
        const taken = new Set(all.map((record) => (record as StoredVersion).time));
        let { time } = version;
        while (taken.has(time)) time++;
        stored = { ...version, time };
        await versions.put(stored);
        const automatic = automaticOf([...all.filter(isVersion), stored]);
        await Promise.all(automatic.slice(versionLimit).map(({ time }) => versions.delete([version.notebook, time])));
      });
      return stored;
    },

    nameVersion: (notebook, time, name) =>
      write(['versions'], 'strict', async (transaction) => {
        const versions = transaction.objectStore('versions');
        const version: unknown = await versions.get([notebook, time]);
        if (!isVersion(version)) return;
        const { name: _, ...rest } = version;
        await versions.put(name === undefined ? rest : { ...rest, name });
      }),

    deleteVersion: (notebook, time) =>
      write(['versions'], 'strict', (transaction) => transaction.objectStore('versions').delete([notebook, time])),
  };
}
