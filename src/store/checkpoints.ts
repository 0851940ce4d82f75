/* Checkpoints of runs, and the runs that go on from them. A checkpoint is written with strict durability, and older ones go in the same
   transaction: of a run that goes on the last three stay, of one that is finished the last. Where the room is used up, a run keeps
   its last good one until the new one is there. */

import { GradusError } from '../base/errors.ts';
import type { Connection } from './connection.ts';
import { isPoints, isRun } from './records.ts';
import { prefixRange } from './schema.ts';
import type { Checkpoints, StoredCheckpoint, StoredPoints, StoredRun } from './types.ts';

/** Of a run that goes on. */
const checkpointLimit = 3;

export function createCheckpoints({ read, write }: Connection): Checkpoints {
  /** Writes one, and leaves `limit` of its run. */
  const put = (checkpoint: StoredCheckpoint, limit: number): Promise<void> =>
    write(['checkpoints'], 'strict', async (transaction) => {
      const store = transaction.objectStore('checkpoints');
      await store.put(checkpoint);
      const steps = await store.getAllKeys(prefixRange(checkpoint.run));
      await Promise.all(steps.slice(0, -limit).map((key) => store.delete(key)));
    });
  const keepLast = (run: string): Promise<void> =>
    write(['checkpoints'], 'strict', async (transaction) => {
      const store = transaction.objectStore('checkpoints');
      const keys = await store.getAllKeys(prefixRange(run));
      await Promise.all(keys.slice(0, -1).map((key) => store.delete(key)));
    });

  return {
    async save(given) {
      const checkpoint = { ...given, bytes: given.data.size };
      try {
        await put(checkpoint, checkpointLimit);
      } catch (error) {
        if (!(error instanceof GradusError) || error.code !== 'storage-full') throw error;
        await keepLast(given.run); // the older ones make room; the last good one stays
        await put(checkpoint, 1);
      }
    },

    newest: (run, before = Infinity) =>
      read(async (database) => {
        const range = IDBKeyRange.bound([run], [run, before], false, before !== Infinity);
        const store = database.transaction('checkpoints').objectStore('checkpoints');
        return (await store.openCursor(range, 'prev'))?.value;
      }),

    all: () => read(async (database) => new Map((await database.getAllKeys('checkpoints')).map(([run, step]) => [run, step]))),

    finish: keepLast,

    run: (id) =>
      read(async (database) => {
        const run: unknown = await database.get('runs', id);
        return isRun(run) ? run : undefined;
      }),

    async claim(what, tab) {
      let claimed: StoredRun | undefined;
      await write(['runs', 'checkpoints'], 'strict', async (transaction) => {
        const runs = transaction.objectStore('runs');
        const found = 'run' in what ? [await runs.get(what.run)] : await runs.index('notebook').getAll(what.notebook);
        const cut = found.filter((run) => isRun(run) && (run.state === 'interrupted' || run.state === 'failed')) as StoredRun[];
        const same = 'run' in what ? cut : cut.filter((run) => isSame(run, what));
        for (const run of same.sort((a, b) => b.startedAt - a.startedAt)) {
          if ((await transaction.objectStore('checkpoints').getKey(prefixRange(run.id))) === undefined) continue;
          const { tab: _, ...environment } = run.environment;
          const resumed = Number(environment['resumed'] ?? 0) + 1;
          claimed = { ...run, state: 'running', environment: { ...environment, resumed, ...(tab === undefined ? {} : { tab }) } };
          await runs.put(claimed);
          return;
        }
      });
      return claimed;
    },

    async cut(run, at, lengths) {
      let next = 0;
      await write(['points', 'checkpoints'], 'strict', async (transaction) => {
        await transaction.objectStore('checkpoints').delete(IDBKeyRange.bound([run, at], [run, []], true));
        const points = transaction.objectStore('points');
        const counts: Record<string, number> = {};
        for (const chunk of (await points.getAll(prefixRange(run))).filter(isPoints)) {
          const left = cutChunk(chunk, counts, lengths);
          if (Object.keys(left).length === 0) await points.delete([run, chunk.chunk]);
          else {
            await points.put({ ...chunk, metrics: left });
            next = chunk.chunk + 1;
          }
        }
      });
      return next;
    },
  };
}

/** What of a chunk belongs to the first `lengths` points of each metric; `counts` is how many came before it. */
function cutChunk(
  { metrics }: StoredPoints,
  counts: Record<string, number>,
  lengths: Readonly<Record<string, number>>,
): StoredPoints['metrics'] {
  const left: Record<string, StoredPoints['metrics'][string]> = {};
  for (const [name, { steps, values, times }] of Object.entries(metrics)) {
    const before = counts[name] ?? 0;
    counts[name] = before + values.length;
    const end = Math.min(values.length, (lengths[name] ?? 0) - before);
    if (end <= 0) continue;
    left[name] = { steps: steps.slice(0, end), values: values.slice(0, end), ...(times && { times: times.slice(0, end) }) };
  }
  return left;
}

/** Whether two runs are the same experiment: in one cell, by one name, with equal parameters. */
export function isSame(a: Pick<StoredRun, 'cell' | 'name' | 'params'>, b: Pick<StoredRun, 'cell' | 'name' | 'params'>): boolean {
  return a.cell === b.cell && a.name === b.name && textOf(a.params) === textOf(b.params);
}

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
