/* A cell as a node of the graph. What is as it was in the graph before is the same record, so that a long notebook's graph costs
   little memory at each edit, and whoever compares two graphs sees at once what changed. */

import type { CellProblem, GraphCell, SourceCell } from './types.ts';

/** The names it reads that another cell owns. */
export function usesOf(
  { id, run, analysis }: SourceCell,
  owner: ReadonlyMap<string, string>,
  before: GraphCell | undefined,
): GraphCell['uses'] {
  const uses: GraphCell['uses'][number][] = [];
  if (run === 'off') return uses;
  for (const name of analysis.reads) {
    const cell = owner.get(name);
    if (cell !== undefined && cell !== id) uses.push({ name, cell });
  }
  return unchanged(before?.uses, uses, (a, b) => a.name === b.name && a.cell === b.cell);
}

export function cellOf(
  { id, run, prose = false, analysis }: SourceCell,
  uses: GraphCell['uses'],
  owner: ReadonlyMap<string, string>,
  problem: CellProblem | undefined,
  before: GraphCell | undefined,
): GraphCell {
  const names: string[] = [];
  if (run !== 'off' && !prose) {
    for (const { kind, name } of analysis.defines) if (kind === 'value' && !name.startsWith('_') && owner.has(name)) names.push(name);
  }
  const defines = unchanged(before?.defines, names, (a, b) => a === b);
  if (
    before?.uses === uses &&
    before.defines === defines &&
    before.run === run &&
    JSON.stringify(before.problem) === JSON.stringify(problem)
  )
    return before;
  return { id, run, prose, defines, uses, ...(problem && { problem }) };
}

const unchanged = <T>(before: readonly T[] | undefined, now: readonly T[], same: (a: T, b: T) => boolean): readonly T[] =>
  before?.length === now.length && now.every((item, i) => same(item, before[i]!)) ? before : now;
