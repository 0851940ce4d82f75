/* The file that `gradus:unit/NN` reads, made of a unit's texts when the site is built: the notebook with the references in the place of
   its starters, each cell that defines something lowered as a cell is, and the names that solutions.md exports. Which cells an export
   needs is found where it is imported, since an answer of the learner's may need others than the reference does. */

import { overlay, type CellBlock, type Notebook } from '../document/index.ts';
import type { Analysis } from '../analysis/types.ts';
import type { UnitFile } from '../engine/unit.ts';
import type { Analyse } from './types.ts';
import { unitCell } from './units.ts';

export function compileUnit(notebook: Notebook, solutions: Notebook, analyse: Analyse): UnitFile {
  const analysed = ({ code, language }: CellBlock): Analysis => analyse(code, { language });
  const firstName = (block: CellBlock): string | undefined => analysed(block).defines.find(({ kind }) => kind === 'value')?.name;
  const cells = overlay(notebook, [solutions], firstName)
    .filter(({ block }) => runs(block))
    .map(({ block, id, origin }) => ({ id, origin, block, analysis: analysed(block) }));
  return {
    id: notebook.front?.id ?? '',
    title: notebook.front?.title ?? '',
    cells: cells.flatMap(({ id, block, analysis }) => unitCell(id, analysis, block.attributes.solution ?? block.attributes.exercise) ?? []),
    exports: cells
      .filter(({ origin }) => origin !== 'base')
      .flatMap(({ id, analysis }) =>
        analysis.defines.filter(({ exported, kind }) => exported && kind === 'value').map(({ name }) => ({ name, cell: id })),
      ),
  };
}

const runs = ({ language, attributes }: CellBlock): boolean =>
  (language === 'ts' || language === 'js') && attributes.run !== 'off' && attributes.check === undefined && attributes.wrong === undefined;
