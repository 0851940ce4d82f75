/* A notebook, parsed and analysed: what a session starts from and what a shipped page carries, made the same way by
   the build, the page and the command line. The analyser is handed in, since a page loads it (and its parser of
   TypeScript) only when something is to be analysed. */

import { identify } from '../document/identify.ts';
import { parseCompiled } from '../document/parse.ts';
import { expressions } from '../document/prose.ts';
import type { CellBlock, Notebook, Problem } from '../document/types.ts';
import type { Analyse, Compiled } from './types.ts';

export interface CompiledNotebook {
  readonly notebook: Notebook;
  readonly compiled: Compiled;
  /** Of the file and of its ids; what analysis found stands with each cell. */
  readonly problems: readonly Problem[];
}

/** Analyses the cells of `notebook` and the expressions in its prose, and gives every cell its id. `known` answers for
    code that was analysed before (an edit of one cell analyses one cell). */
export function compileNotebook(notebook: Notebook, analyse: Analyse, known?: Compiled): CompiledNotebook {
  const { text } = notebook;
  const cells = notebook.blocks.filter((block): block is CellBlock => block.kind === 'cell');
  const before = known === undefined ? undefined : compiledCode(known);
  const analyses = cells.map(({ code, language }) => before?.get(`${language}\n${code}`) ?? analyse(code, { language }));
  const named = identify(
    cells.map((cell, i) => ({ ...cell, firstValue: analyses[i]!.defines.find(({ kind }) => kind === 'value')?.name })),
  );
  const prose = notebook.blocks.flatMap((block) => {
    if (block.kind !== 'prose' || notebook.front === undefined) return [];
    const source = text.slice(block.start, block.end);
    return expressions(source).map(({ start, code }) => ({
      code,
      line: block.line + (source.slice(0, start).match(/\r\n|[\r\n]/g)?.length ?? 0),
      analysis: analyse(code, { language: 'ts' }),
    }));
  });
  return {
    notebook,
    compiled: {
      text,
      ...(notebook.front ? { front: notebook.front } : {}),
      cells: analyses.map((analysis, i) => ({ id: named.ids[i]!, analysis })),
      prose,
    },
    problems: [...notebook.problems, ...named.problems],
  };
}

function compiledCode(known: Compiled): ReadonlyMap<string, Compiled['cells'][number]['analysis']> {
  const cells = parseCompiled(known.text, known.front).blocks.filter((block): block is CellBlock => block.kind === 'cell');
  return new Map(cells.map(({ code, language }, i) => [`${language}\n${code}`, known.cells[i]!.analysis]));
}
