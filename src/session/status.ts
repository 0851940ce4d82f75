/* What the page is shown of a cell: a flat copy of what a session knows of it, replaced as a whole when something of it changes. */

import { optional } from '../base/optional.ts';
import { runOf, type Entries, type Entry } from './entries.ts';
import type { CellStatus } from './types.ts';

/** `place`: in the queue, from 1, where it is queued. */
export function statusOf(entry: Entry, { graph }: Entries, place: number | undefined): CellStatus {
  const { id, code, state, live, outputs, analysis, dirty, ms, kept, error, why, startedAt } = entry;
  const { language, line, attributes } = entry.block!;
  const { hide, exercise, check } = attributes;
  const cell = graph.cells.get(id);
  const users = graph.dependents.get(id) ?? [];
  return {
    id,
    language,
    code,
    line,
    run: runOf(entry),
    state,
    live,
    outputs: outputs.slice(),
    defines: cell?.defines ?? [],
    uses: cell?.uses ?? [],
    usedBy: users.some(isProse) ? users.filter((user) => !isProse(user)) : users, // the same list as long as the graph stands
    tokens: dirty ? [] : analysis.tokens,
    ...optional({ hide, exercise, check, ms, kept, error, why, startedAt, place }),
  };
}

const isProse = (id: string): boolean => id.startsWith('prose:');
