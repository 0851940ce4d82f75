/* What can be spared when room is short: outputs from last time, which a run makes again, and automatic versions behind the last ten of
   their notebook. Oldest first, and only when the reader says so; what was deleted can be brought back. */

import type { Connection } from './connection.ts';
import { isOutputs } from './opening.ts';
import { isVersion } from './records.ts';
import type { Sparable } from './types.ts';
import { bytesOf } from './usage.ts';

/** Automatic versions of a notebook that are never offered. */
const recent = 10;

interface Found {
  readonly key: [string, string | number];
  readonly time: number;
  readonly bytes: number;
}

export async function sparable({ read, write }: Connection): Promise<readonly Sparable[]> {
  const outputs = await read(async (database) => {
    const found: Found[] = [];
    for (let cursor = await database.transaction('outputs').store.openCursor(); cursor; cursor = await cursor.continue())
      if (isOutputs(cursor.value)) found.push({ key: cursor.primaryKey, time: cursor.value.time, bytes: bytesOf(cursor.value) });
    return found;
  });
  const versions = await read(async (database) => {
    const byNotebook = new Map<string, Found[]>();
    for (let cursor = await database.transaction('versions').store.openCursor(); cursor; cursor = await cursor.continue()) {
      const { value } = cursor;
      if (!isVersion(value) || value.name !== undefined || value.why === 'shipped') continue;
      const list = byNotebook.get(value.notebook) ?? [];
      byNotebook.set(value.notebook, list);
      list.push({ key: cursor.primaryKey, time: value.time, bytes: bytesOf(value) });
    }
    return [...byNotebook.values()].flatMap((list) => list.sort((a, b) => b.time - a.time).slice(recent));
  });
  const offer = (what: Sparable['what'], list: readonly Found[]): Sparable => ({
    what,
    count: list.length,
    bytes: list.reduce((sum, { bytes }) => sum + bytes, 0),
    clear: async (wanted = Infinity) => {
      let freed = 0;
      const going = [...list]
        .sort((a, b) => a.time - b.time)
        .filter(({ bytes }) => {
          if (freed >= wanted) return false;
          freed += bytes;
          return true;
        });
      const kept: unknown[] = [];
      await write([what], 'strict', async (transaction) => {
        const store = transaction.objectStore(what);
        for (const { key } of going) {
          const record: unknown = await store.get(key as never);
          if (record === undefined) continue;
          kept.push(record);
          await store.delete(key as never);
        }
      });
      return {
        count: kept.length,
        bytes: kept.reduce<number>((sum, record) => sum + bytesOf(record), 0),
        undo: () =>
          write([what], 'strict', async (transaction) => {
            const store = transaction.objectStore(what) as unknown as {
              get(key: unknown): Promise<unknown>;
              put(record: unknown): Promise<unknown>;
            };
            await Promise.all(kept.map((record) => store.put(record)));
          }),
      };
    },
  });
  return [offer('outputs', outputs), offer('versions', versions)].filter(({ count }) => count > 0);
}
