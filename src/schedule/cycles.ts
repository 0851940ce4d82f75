/* Cells that need each other: each is told the shortest loop through it, and the edges among them are taken away, so that the
   rest can be ordered. */

import { shortestLoop, stronglyConnected } from './order.ts';
import { cycle } from './problems.ts';
import type { CellProblem, GraphCell } from './types.ts';

export function breakCycles(
  ids: readonly string[],
  needs: Map<string, Set<string>>,
  uses: ReadonlyMap<string, GraphCell['uses']>,
): Map<string, CellProblem> {
  const problems = new Map<string, CellProblem>();
  for (const cells of stronglyConnected(ids, needs)) {
    if (cells.length < 2) continue;
    const inside = new Set(cells);
    for (const id of cells) {
      const loop = shortestLoop(id, needs, inside);
      const names = loop.slice(0, -1).flatMap((from, i) => uses.get(from)!.find((use) => use.cell === loop[i + 1])?.name ?? []);
      problems.set(id, cycle(loop, names));
    }
    for (const id of cells) needs.set(id, new Set([...needs.get(id)!].filter((need) => !inside.has(need))));
  }
  return problems;
}
