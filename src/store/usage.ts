/* What is stored, counted by notebook and kind, and what clears it; loaded with the page that shows it. Bytes are counted over the records (two for a letter, eight for a
   number), since browsers tell only a rounded sum for the whole site. Records are read one by one, so nothing large is held. */

import type { Connection } from './connection.ts';
import { isNotebook } from './record.ts';
import { prefixRange, type Database } from './schema.ts';
import type { NotebookUsage, Store } from './types.ts';

type Usage = Pick<Store, 'usage' | 'clear'>;

interface Count {
  title?: string;
  damaged?: true;
  text: number;
  versions: number;
  outputs: number;
  runs: number;
  answers: number;
  page: number;
  counts: Record<keyof NotebookUsage['counts'], number>;
}

/** What is counted too, but cleared nowhere here. */
const besides = ['answers', 'mastery', 'pages', 'shown'] as const;

export function createUsage({ read, write }: Connection): Usage {
  async function usageOf(database: Database): Promise<readonly NotebookUsage[]> {
    const all = new Map<string, Count>();
    const of = (id: unknown): Count => {
      const key = String(id);
      let count = all.get(key);
      if (!count) {
        const counts = { outputs: 0, versions: 0, runs: 0, answers: 0, predictions: 0 };
        all.set(key, (count = { text: 0, versions: 0, outputs: 0, runs: 0, answers: 0, page: 0, counts }));
      }
      return count;
    };
    const owner = new Map<unknown, unknown>();
    const transaction = database.transaction(['notebooks', 'versions', 'outputs', 'runs', 'points', 'checkpoints', 'texts', ...besides]);
    const each = async (
      name: (typeof transaction.objectStoreNames)[number],
      take: (record: Record<string, unknown>) => void,
    ): Promise<void> => {
      const store = transaction.objectStore(name);
      for (let cursor = await store.openCursor(); cursor; cursor = await cursor.continue()) take(cursor.value as never);
    };
    await each('notebooks', (record) => {
      const count = of(record['id']);
      if (isNotebook(record)) count.title = record.title;
      else count.damaged = true;
      count.text += bytesOf(record);
    });
    await each('versions', (record) => {
      const count = of(record['notebook']);
      count.versions += bytesOf(record);
      count.counts.versions++;
    });
    await each('outputs', (record) => {
      const count = of(record['notebook']);
      count.outputs += bytesOf(record);
      count.counts.outputs++;
    });
    await each('runs', (record) => {
      owner.set(record['id'], record['notebook']);
      const count = of(record['notebook']);
      count.runs += bytesOf(record);
      count.counts.runs++;
    });
    for (const name of ['points', 'checkpoints'] as const)
      await each(name, (record) => {
        if (owner.has(record['run'])) of(owner.get(record['run'])).runs += bytesOf(record);
      });
    await each('texts', (record) => {
      of(record['notebook']).runs += bytesOf(record);
    });
    await each('answers', (record) => {
      const count = of(record['notebook']);
      count.answers += bytesOf(record);
      count.counts.answers++;
    });
    await each('mastery', (record) => {
      const count = of(record['notebook']);
      count.answers += bytesOf(record);
      if (record['kind'] === 'prediction') count.counts.predictions++;
    });
    for (const name of ['pages', 'shown'] as const)
      await each(name, (record) => {
        of(record['notebook']).page += bytesOf(record);
      });
    const sum = ({ text, versions, outputs, runs, answers, page }: NotebookUsage): number =>
      text + versions + outputs + runs + answers + page;
    return [...all].map(([id, count]): NotebookUsage => ({ id, ...count })).sort((a, b) => sum(b) - sum(a));
  }

  return {
    usage: () => read(usageOf),

    clear: async (notebook, what) => {
      if (what !== 'runs') {
        const kept = await read((database) => database.getAll(what, prefixRange(notebook)));
        await write([what], 'strict', (transaction) => transaction.objectStore(what).delete(prefixRange(notebook)));
        return () => write([what], 'strict', (transaction) => putAll(transaction.objectStore(what), kept));
      }
      const stores = ['runs', 'points', 'checkpoints', 'texts'] as const;
      const kept = await read(async (database) => {
        const runs = await database.getAllFromIndex('runs', 'notebook', notebook);
        const [points, checkpoints] = await Promise.all([
          Promise.all(runs.map(({ id }) => database.getAll('points', prefixRange(id)))),
          Promise.all(runs.map(({ id }) => database.getAll('checkpoints', prefixRange(id)))),
        ]);
        const texts = await database.getAll('texts', prefixRange(notebook));
        return { runs, points: points.flat(), checkpoints: checkpoints.flat(), texts };
      });
      await write([...stores], 'strict', async (transaction) => {
        await transaction.objectStore('texts').delete(prefixRange(notebook));
        await Promise.all(
          kept.runs.flatMap(({ id }) => [
            transaction.objectStore('runs').delete(id),
            transaction.objectStore('points').delete(prefixRange(id)),
            transaction.objectStore('checkpoints').delete(prefixRange(id)),
          ]),
        );
      });
      return () =>
        write([...stores], 'strict', (transaction) => Promise.all(stores.map((name) => putAll(transaction.objectStore(name), kept[name]))));
    },
  };
}

const putAll = async (store: { put(record: never): Promise<unknown> }, records: readonly unknown[]): Promise<void> => {
  await Promise.all(records.map((record) => store.put(record as never)));
};

/** About what a record takes. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length * 2;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value instanceof ArrayBuffer) return value.byteLength;
  if (typeof Blob !== 'undefined' && value instanceof Blob) return value.size;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + bytesOf(item), 8);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + bytesOf(item), 16);
  return 8;
}
