/* What proves mastery beside answers and runs: reviews of exercises, and predictions. course/mastery.ts has the rules. */

import type { Connection } from './connection.ts';
import { isMastery } from './records.ts';
import { prefixRange } from './schema.ts';
import type { Store, StoredMastery } from './types.ts';

type Mastery = Pick<Store, 'mastery' | 'saveMastery'>;

export function createMastery({ read, write }: Connection, sound: (records: readonly unknown[]) => StoredMastery[]): Mastery {
  return {
    mastery: (notebook) =>
      read(async (database) => sound(await database.getAll('mastery', notebook === undefined ? undefined : prefixRange(notebook)))),

    saveMastery: (record) =>
      write(['mastery'], 'strict', async (transaction) => {
        const mastery = transaction.objectStore('mastery');
        if (record.kind === 'prediction' && isMastery(await mastery.get([record.notebook, record.exercise]))) return;
        await mastery.put(record);
      }),
  };
}
