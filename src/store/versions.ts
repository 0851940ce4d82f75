/* Texts that a notebook once had. Named ones stay until the reader deletes them; of the automatic ones the last 50 stay. */

import type { Connection } from './connection.ts';
import { isVersion } from './records.ts';
import { prefixRange } from './schema.ts';
import type { Store, StoredVersion } from './types.ts';

/** How many automatic versions of a notebook are kept. */
export const versionLimit = 50;

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
        const automatic = [...all.filter(isVersion), stored].filter(({ name }) => name === undefined).sort((a, b) => b.time - a.time);
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
