/* Names for cells. A cell is called by its `id`, else by the first value that it defines, else `cell-N`, where N counts
   the cells that have neither. Which value comes first is analysis' knowledge, so it is given in. */

import type { CellBlock, Problem } from './types.ts';

export type Nameable = Pick<CellBlock, 'attributes'> & {
  readonly line?: number;
  readonly language?: string;
  readonly firstValue?: string | undefined;
};

/** Unique ids in the order of `cells`: of two that clash the later becomes `ID-2` (`-3` …), with a warning if both were written. */
export function identify(cells: readonly Nameable[]): { readonly ids: readonly string[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const taken = new Map<string, { readonly written: boolean }>();
  const clashes = new Map<string, number>();
  let unnamed = 0;
  const ids = cells.map(({ attributes, firstValue, language, line = 1 }) => {
    // The result of a query or a shader has its name in the fence.
    const value = firstValue ?? (language === 'sql' || language === 'wgsl' ? attributes.name : undefined);
    const wanted = attributes.id ?? value ?? `cell-${++unnamed}`;
    let id = wanted,
      count = clashes.get(wanted) ?? 2;
    for (; taken.has(id); count++) id = `${wanted}-${count}`;
    if (id !== wanted) clashes.set(wanted, count);
    if (id !== wanted && attributes.id !== undefined && taken.get(wanted)!.written) {
      problems.push({
        severity: 'warning',
        line,
        message: `id=${wanted} is written on two cells, so this one is called ${id}. Give it an id of its own.`,
      });
    }
    taken.set(id, { written: id === attributes.id });
    return id;
  });
  return { ids, problems };
}
