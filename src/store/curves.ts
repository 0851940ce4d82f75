/* Curves of runs, read for those that are asked for, and whole runs written at once (an import). Loaded with the page of runs: a notebook
   logs points without it. */

import type { RunEntry } from '../engine/protocol.ts';
import type { Connection } from './connection.ts';
import { joinChunks } from './points.ts';
import { isPoints } from './records.ts';
import { prefixRange } from './schema.ts';
import type { Curves } from './types.ts';

export function createCurves({ read, write }: Connection): Curves {
  return {
    of: (ids) =>
      read(async (database) => {
        const points = database.transaction('points').store;
        const chunks = await Promise.all(ids.map((id) => points.getAll(prefixRange(id))));
        return chunks.map((found): RunEntry['metrics'] => joinChunks(found.filter(isPoints)));
      }),

    add: (runs, texts = []) =>
      write(['runs', 'points', 'texts'], 'strict', async (transaction) => {
        for (const text of texts) await transaction.objectStore('texts').put(text);
        for (const { run, metrics } of runs) {
          await transaction.objectStore('runs').add(run);
          await transaction.objectStore('points').put({ run: run.id, chunk: 0, metrics });
        }
      }),
  };
}
