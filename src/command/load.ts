/* A notebook from a file, as the command line needs it before anything runs: the cells that count (overlays applied), each
   with its id, analysis and place in the graph, and the text that the page is to open. What is wrong with the file or its
   overlays is a UsageError. */

import { readFileSync } from 'node:fs';
import { type Analysis, analyse } from '../analysis/index.ts';
import {
  type CellBlock,
  type Problem,
  type RunMode,
  frontMatterError,
  overlaidText,
  overlay,
  parseCompiled,
  parseNotebook,
} from '../document/index.ts';
import { type Graph, buildGraph } from '../schedule/index.ts';
import { compileNotebook } from '../session/compile.ts';
import { rememberAnalyses } from '../session/remembering.ts';
import type { Compiled } from '../session/types.ts';
import { UsageError, pathOf } from './usage.ts';

export interface LoadedCell {
  readonly id: string;
  readonly language: string;
  readonly code: string;
  /** The file that it comes from, as given: the notebook, or the overlay. */
  readonly file: string;
  /** Line of the opening fence in that file. */
  readonly line: number;
  readonly run: RunMode;
  readonly analysis: Analysis;
}

export interface Loaded {
  /** As it was given on the command line. */
  readonly file: string;
  /** `id:` of the front matter. */
  readonly id: string;
  /** What is odd about the file and its ids. */
  readonly problems: readonly Problem[];
  /** The notebook with its overlays applied, as one text. */
  readonly text: string;
  /** That text, analysed: what the page starts from. */
  readonly compiled: Compiled;
  readonly cells: readonly LoadedCell[];
  readonly graph: Graph;
  /** Values that a cell which is not off defines, private ones too. */
  readonly names: ReadonlySet<string>;
}

/** Reads FILE with `overlays` laid over it in their order; `overrides` are the names of `--set`. */
export function load(command: string, file: string, overlays: readonly string[] = [], overrides: readonly string[] = []): Loaded {
  const notebook = parseNotebook(read(command, file));
  const problem = frontMatterError(notebook);
  if (problem) throw new UsageError(`gradus ${command}: ${file}:${problem.line}: ${problem.message}`);
  if (!notebook.front)
    throw new UsageError(
      `gradus ${command}: ${file} is no notebook: its front matter has no \`gradus:\`. Begin the file with lines \`---\`, \`gradus: 1\`, \`id: NAME\`, \`---\`.`,
    );
  // The front matter of an overlay is ignored, so its cells are read as if it had that of the notebook.
  const above = overlays.map((path) => parseCompiled(read(command, path), notebook.front));

  const analyseOnce = rememberAnalyses((code, options) => analyse(code, { ...options, ...(overrides.length ? { overrides } : {}) }));
  const firstValue = ({ code, language }: CellBlock): string | undefined =>
    analyseOnce(code, { language }).defines.find(({ kind }) => kind === 'value')?.name;
  const effective = overlay(notebook, above, firstValue);
  const text = overlays.length ? overlaidText(notebook, effective) : notebook.text;
  const { compiled, problems } = compileNotebook(parseNotebook(text), analyseOnce);
  if (compiled.cells.length !== effective.length)
    throw new Error(`${file}: the overlays could not be applied: ${effective.length} cells became ${compiled.cells.length}.`);
  const cells = effective.map(({ block, origin }, index) => ({
    ...compiled.cells[index]!,
    language: block.language,
    code: block.code,
    file: origin === 'base' ? file : overlays[origin]!,
    line: block.line,
    run: block.attributes.run,
  }));
  const prose = compiled.prose.map(({ analysis }, index) => ({
    id: `prose ${index}`,
    language: 'ts',
    run: 'auto' as const,
    prose: true,
    analysis,
  }));
  const graph = buildGraph([...cells, ...prose]);
  const names = new Set(
    cells.flatMap((cell) =>
      cell.run === 'off' ? [] : cell.analysis.defines.filter(({ kind }) => kind === 'value').map(({ name }) => name),
    ),
  );
  return { file, id: notebook.front.id, problems, text, compiled, cells, graph, names };
}

function read(command: string, file: string): string {
  try {
    return readFileSync(pathOf(file), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : code === 'EACCES'
            ? 'reading it is not allowed'
            : String(code);
    throw new UsageError(
      `gradus ${command}: cannot read ${file}: ${why}. Name a notebook file (paths count from where the command is typed).`,
    );
  }
}
