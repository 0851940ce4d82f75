/* `gradus check FILE|FOLDER...`: parses and analyses notebooks without evaluating anything, in Node. Reports the cells that
   `run` would report, and what is wrong with them or with the file. */

import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { publicNames } from '../analysis/names.ts';
import { frontMatterError, parseNotebook } from '../document/index.ts';
import { withPlace } from '../session/places.ts';
import { type Loaded, load } from './load.ts';
import { UsageError, isFolder, pathOf, readArguments } from './usage.ts';

export async function check(argv: readonly string[]): Promise<number> {
  const { names, on } = readArguments('check', argv, ['--json', '--strict'], []);
  if (!names.length) throw new UsageError('gradus check: no FILE given. Name notebooks, or folders that hold some.');
  const folders = names.some((name) => isFolder(pathOf(name)));
  const files = names.flatMap((name) => (isFolder(pathOf(name)) ? notebooksIn(name) : [name]));
  if (!files.length)
    throw new UsageError(
      `gradus check: there is no notebook in ${names.join(', ')}. A notebook is a .md file whose front matter says \`gradus: 1\`.`,
    );
  const records = files.map((file) => record(load('check', file)));
  const text = on.has('--json')
    ? `${JSON.stringify(records.length === 1 && !folders ? records[0] : records, null, 2)}\n`
    : records.map(readable).join('');
  process.stdout.write(text);
  return records.every(({ ok, types }) => ok && !(on.has('--strict') && types.length)) ? 0 : 1;
}

type Checked = ReturnType<typeof record>;

function record({ file, id, cells, graph, problems }: Loaded) {
  const checked = cells.map((cell) => {
    const node = graph.cells.get(cell.id)!;
    const problem = node.problem && withPlace(node.problem, cell, node.uses.find((use) => node.problem!.cells.includes(use.cell))?.name);
    const place = problem?.line === undefined ? {} : { line: problem.line, column: problem.column ?? 1 };
    return {
      id: cell.id,
      language: cell.language,
      line: cell.line,
      state: cell.run === 'off' ? 'off' : problem ? 'error' : 'idle',
      ms: 0,
      defines: cell.run === 'off' ? [] : publicNames(cell.analysis),
      uses: [...new Set(node.uses.map(({ name }) => name))],
      outputs: [] as unknown[],
      ...(problem && cell.run !== 'off'
        ? { error: { name: problem.name, message: problem.message, ...place, frames: [] as unknown[] } }
        : {}),
    };
  });
  return {
    notebook: id,
    file,
    ok: checked.every(({ state }) => state !== 'error'),
    cells: checked,
    problems,
    // Types across cells are checked in the editor; this version checks none here.
    types: [] as { cell: string; line: number; column: number; message: string }[],
  };
}

function readable({ file, cells, problems }: Checked): string {
  const errors = cells.flatMap(({ id, line, error }) =>
    error ? [`${file}:${line + (error.line ?? 0)}: error: ${error.name} in ${id}: ${error.message}`] : [],
  );
  const warnings = problems.map(({ line, severity, message }) => `${file}:${line}: ${severity}: ${message}`);
  const verdict = errors.length ? `${errors.length} of ${cells.length} cells in error` : `${cells.length} cells, no error`;
  return `${[...errors, ...warnings, `${file}: ${verdict}`].join('\n')}\n`;
}

/** Markdown files below a folder that are notebooks, or would be if their front matter were right. */
export function notebooksIn(folder: string): string[] {
  return readdirSync(pathOf(folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : notebooksIn(path);
      if (!entry.isFile() || !entry.name.endsWith('.md') || ['solutions.md', 'checks.md'].includes(basename(path))) return [];
      const notebook = parseNotebook(readFileSync(pathOf(path), 'utf8'));
      return notebook.front || frontMatterError(notebook) ? [path] : [];
    });
}
