/* Cells that need each other: each is told the shortest loop through it, and the edges among them are taken away, so that the
   rest can be ordered. */

import { shortestLoop, stronglyConnected } from './order.ts';
import { cycle } from './problems.ts';
import type { CellProblem, GraphCell } from './types.ts';

/** `needs` and `uses` of `sources`, by position. Answers the problems by id, and the needs that are left. */
export function breakCycles(
  sources: readonly { readonly id: string }[],
  needs: readonly (readonly number[])[],
  uses: readonly GraphCell['uses'][],
): { problems: Map<string, CellProblem>; needs: readonly (readonly number[])[] } {
  const problems = new Map<string, CellProblem>();
  const ids = sources.map(({ id }) => id);
  const left = [...needs];
  for (const cells of stronglyConnected(needs)) {
    if (cells.length < 2) continue;
    const inside = new Set(cells);
    for (const cell of cells) {
      const loop = shortestLoop(cell, needs, inside);
      const words = loop.map((at) => ids[at]!);
      const names = loop.slice(0, -1).flatMap((at, i) => uses[at]!.find((use) => use.cell === words[i + 1])?.name ?? []);
      problems.set(ids[cell]!, cycle(words, names));
    }
    for (const cell of cells) left[cell] = needs[cell]!.filter((need) => !inside.has(need));
  }
  return { problems, needs: left };
}
