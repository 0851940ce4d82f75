/* A notebook with others laid over it: solutions, checks, a learner's answers. Nothing is copied into the text; the
   result is the list of cells that count, each with the file it comes from, so that lines stay those of that file. */

import { cellsOf } from './parse.ts';
import { identify } from './identify.ts';
import type { CellBlock, Notebook } from './types.ts';

export interface EffectiveCell {
  readonly block: CellBlock;
  readonly id: string;
  /** `base`, or the index of the overlay whose text `block` points into. */
  readonly origin: 'base' | number;
}

/** The cells of `base` under `overlays`, laid on in order. A cell whose id exists replaces that cell, `solution=E` replaces
    the cells `exercise=E`, `check=` and new ids follow at the end, `wrong=` and `answer=` are skipped; prose and front matter
    of an overlay are ignored. `nameOf` gives the first value that a cell defines. */
export function overlay(base: Notebook, overlays: readonly Notebook[], nameOf: (cell: CellBlock) => string | undefined): readonly EffectiveCell[] {
  const named = (notebook: Notebook, origin: EffectiveCell['origin']): EffectiveCell[] => {
    // What is skipped takes no id away from what is not: a wrong answer defines the same name as the right one.
    const blocks = cellsOf(notebook).filter(({ attributes }) => origin === 'base' || (attributes.wrong ?? attributes.answer) === undefined);
    const { ids } = identify(blocks.map((block) => ({ ...block, firstValue: nameOf(block) })));
    return blocks.map((block, index) => ({ block, id: ids[index]!, origin }));
  };
  let cells = named(base, 'base');
  overlays.forEach((notebook, origin) => {
    // Where several solutions answer one exercise they take its place together, in their order.
    const solved = new Map<string, EffectiveCell[]>();
    for (const cell of named(notebook, origin)) {
      const { solution, check } = cell.block.attributes;
      const at = cells.findIndex(({ block, id }) => solution === undefined ? id === cell.id : block.attributes.exercise === solution);
      if (solution !== undefined && (at >= 0 || solved.has(solution))) {
        const together = [...(solved.get(solution) ?? []), cell];
        cells = cells.flatMap((old, index) => index === at ? [cell] : old.block.attributes.exercise === solution ? [] : old === together.at(-2) ? [old, cell] : [old]);
        solved.set(solution, together);
      } else if (at >= 0 && check === undefined) cells[at] = cell;
      else cells.push(cell);
    }
  });
  const { ids } = identify(cells.map(({ block, id }) => ({ attributes: { ...block.attributes, id } })));
  return cells.map((cell, index) => ({ ...cell, id: ids[index]! }));
}
