/* Places in the queue, for the words beside a cell that waits for its turn. */

import type { Entries } from './entries.ts';

/** The first of the queue by id, from 1. */
export function placesOf(entries: Entries): Map<string, number> {
  const first = new Map<string, number>();
  for (const id of entries.graph.order) {
    const { state, index } = entries.byId.get(id)!;
    if (state === 'queued' && index === undefined && first.set(id, first.size + 1).size >= 20) break;
  }
  return first;
}
