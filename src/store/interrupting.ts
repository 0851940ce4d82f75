/* A run that no tab records any more is cut off: it lasted until its last point. Loaded with the first run that was. */

import type { Connection } from './connection.ts';
import { isPoints } from './records.ts';
import { prefixRange } from './schema.ts';

/** Marks a run as interrupted, if `tab` still is who recorded it. */
export function interrupt({ write }: Connection, id: string, tab: unknown): Promise<void> {
  return write(['runs', 'points'], 'strict', async (transaction) => {
    const runs = transaction.objectStore('runs');
    const run = await runs.get(id);
    if (run?.state !== 'running' || run.environment['tab'] !== tab) return;
    const last: unknown = (await transaction.objectStore('points').openCursor(prefixRange(id), 'prev'))?.value;
    await runs.put({ ...run, state: 'interrupted', ms: lastTime(last, run.ms) });
  });
}

/** When the last point of a chunk was logged, in ms since its run began; `known` where that is later, or the chunk does not say. */
function lastTime(chunk: unknown, known: number): number {
  if (!isPoints(chunk)) return known;
  const times = Object.values(chunk.metrics).flatMap((metric) => metric.times?.at(-1) ?? []);
  return Math.max(known, ...times.filter(Number.isFinite));
}
