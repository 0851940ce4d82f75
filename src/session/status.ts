/* Everything the page shows of one cell, as one record made of its entry and its place in the graph. */

import type { Graph } from '../schedule/index.ts';
import { optional, runOf, type Entry } from './entry.ts';
import type { CellStatus } from './types.ts';

/** `place`: in the queue, from 1. */
export function makeStatus(entry: Entry, graph: Graph, place: number | undefined): CellStatus {
  const { id, code, state, live, outputs, analysis, dirty, ms, kept, error, why, startedAt } = entry;
  const { language, line, attributes } = entry.block!;
  const cell = graph.cells.get(id);
  const { hide, exercise, check } = attributes;
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
    usedBy: usersOf(graph, id),
    tokens: dirty ? [] : analysis.tokens,
    ...optional({ hide, exercise, check, ms, kept, error, why, startedAt, place }),
  };
}

/** Cells that use names of this one: the same list as long as the graph stands, so that nobody draws it anew. */
function usersOf(graph: Graph, id: string): readonly string[] {
  const users = graph.dependents.get(id) ?? [];
  return users.some((user) => user.startsWith('prose:')) ? users.filter((user) => !user.startsWith('prose:')) : users;
}
