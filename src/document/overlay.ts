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
export function overlay(
  base: Notebook,
  overlays: readonly Notebook[],
  nameOf: (cell: CellBlock) => string | undefined,
): readonly EffectiveCell[] {
  const named = (notebook: Notebook, origin: EffectiveCell['origin']): EffectiveCell[] => {
    // What is skipped takes no id away from what is not: a wrong answer defines the same name as the right one.
    const blocks = cellsOf(notebook).filter(({ attributes }) => origin === 'base' || (attributes.wrong ?? attributes.answer) === undefined);
    const { ids } = identify(blocks.map((block) => ({ ...block, firstValue: nameOf(block) })));
    return blocks.map((block, index) => ({ block, id: ids[index]!, origin }));
  };
  let cells = named(base, 'base');
  overlays.forEach((notebook, origin) => {
    for (const cell of named(notebook, origin)) {
      const { solution, check } = cell.block.attributes;
      const solves = (old: EffectiveCell): boolean => {
        const { exercise, solution: earlier } = old.block.attributes;
        return solution !== undefined && (exercise === solution || (earlier === solution && old.origin !== origin));
      };
      // Several solutions of one exercise take its place together, in their order.
      const sibling = cells.findLastIndex(
        (old) => solution !== undefined && old.origin === origin && old.block.attributes.solution === solution,
      );
      const starter = cells.findIndex(solves);
      const same = cells.findIndex(({ id, origin: from }) => id === cell.id && from !== origin);
      if (starter >= 0) cells = cells.flatMap((old, index) => (index === starter ? [cell] : solves(old) ? [] : [old]));
      else if (sibling >= 0) cells.splice(sibling + 1, 0, cell);
      else if (same >= 0 && check === undefined) cells[same] = cell;
      else cells.push(cell);
    }
  });
  const { ids } = identify(cells.map(({ block, id }) => ({ attributes: { ...block.attributes, id } })));
  return cells.map((cell, index) => ({ ...cell, id: ids[index]! }));
}

/** The effective cells as a notebook of their own: the front matter, the cells with their ids written out, then the prose,
    whose place tells the evaluation nothing. */
export function overlaidText(notebook: Notebook, cells: readonly EffectiveCell[]): string {
  const fences = cells.map(({ id, block: { code, language, attributes } }) => {
    const { run, static: _, other, ...own } = attributes;
    const written = Object.entries({ ...own, id, ...(run === 'auto' ? {} : { run }), ...other }).map(([key, value]) =>
      /^[^\s"'}]+$/.test(value) ? `${key}=${value}` : `${key}="${value.replaceAll('"', '')}"`,
    );
    return `${fenced(`${language} {${written.join(' ')}}`, code)}\n`;
  });
  const prose = notebook.blocks.filter(({ kind }) => kind === 'prose').map(({ start, end }) => `${notebook.text.slice(start, end)}\n\n`);
  return notebook.text.slice(0, notebook.bodyStart) + fences.join('') + prose.join('');
}

/** `code` as a block, its fence longer than any run of backticks inside. */
export function fenced(info: string, code: string): string {
  const ticks = '`'.repeat(Math.max(3, ...(code.match(/`+/g) ?? []).map((run) => run.length + 1)));
  return `${ticks}${info}\n${code}${code.endsWith('\n') || code === '' ? '' : '\n'}${ticks}\n`;
}
