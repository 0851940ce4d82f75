/* Records of runs as they are written: what the reader wrote about a run stays when its record is written again, and the text of the
   notebook that it ran in is kept once, however many runs had it. */

import { contentHash } from '../base/hash.ts';
import { optional } from '../base/optional.ts';
import type { Connection, Writing } from './connection.ts';
import { prefixRange } from './schema.ts';
import type { Store, StoredRun } from './types.ts';

type RunWrites = Pick<Store, 'saveRun' | 'editRun' | 'interruptRun' | 'runText' | 'deleteRun' | 'checkpoints' | 'curves'>;

export function createRunWrites(connection: Connection): RunWrites {
  const { read, write } = connection;
  /** Puts what `change` makes of the stored record. */
  const changed = (id: string, change: (run: StoredRun) => StoredRun | undefined): Promise<void> =>
    write(['runs'], 'strict', async (transaction) => {
      const runs = transaction.objectStore('runs');
      const run = await runs.get(id);
      const next = run && change(run);
      if (next) await runs.put(next);
    });
  return {
    saveRun: (run) =>
      write(['runs', 'texts'], 'strict', async (transaction) => {
        const { text, ...environment } = run.environment;
        const runs = transaction.objectStore('runs');
        const { notes, tags } = (await runs.get(run.id)) ?? run;
        if (typeof text !== 'string') return runs.put({ ...run, ...optional({ notes, tags }) });
        const hash = contentHash(text);
        const texts = transaction.objectStore('texts');
        if ((await texts.getKey([run.notebook, hash])) === undefined) await texts.put({ notebook: run.notebook, hash, text });
        return runs.put({ ...run, environment: { ...environment, hash }, ...optional({ notes, tags }) });
      }),

    editRun: (id, edit) =>
      changed(id, ({ notes, tags, ...run }) => {
        const next = { ...optional({ notes, tags }), ...edit };
        return { ...run, ...optional({ notes: next.notes, tags: next.tags }) };
      }),

    interruptRun: async (id, tab) => (await import('./interrupting.ts')).interrupt(connection, id, tab),

    runText: ({ notebook, environment: { hash, text } }) =>
      typeof hash !== 'string'
        ? Promise.resolve(typeof text === 'string' ? text : undefined)
        : read(async (database) => (await database.get('texts', [notebook, hash]))?.text),

    deleteRun: (id) =>
      write(['runs', 'points', 'checkpoints', 'texts'], 'strict', async (transaction) => {
        const runs = transaction.objectStore('runs');
        const run = await runs.get(id);
        await Promise.all([
          runs.delete(id),
          transaction.objectStore('points').delete(prefixRange(id)),
          transaction.objectStore('checkpoints').delete(prefixRange(id)),
        ]);
        if (run) await dropText(transaction, run);
      }),

    checkpoints: async () => (await import('./checkpoints.ts')).createCheckpoints(connection),
    curves: async () => (await import('./curves.ts')).createCurves(connection),
  };
}

/** Drops the text of a run that is gone, unless another one has it. */
async function dropText(transaction: Writing, { notebook, environment: { hash } }: StoredRun): Promise<void> {
  if (typeof hash !== 'string') return;
  const others = await transaction.objectStore('runs').index('notebook').getAll(notebook);
  if (!others.some(({ environment }) => environment['hash'] === hash)) await transaction.objectStore('texts').delete([notebook, hash]);
}
