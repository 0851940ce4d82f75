/* The lines of a fence: where they stand, what would close them, and how long a new one has to be. */

import { closes } from './scan.ts';
import type { CellBlock, DiagramBlock, Notebook } from './types.ts';

export type FenceBlock = CellBlock | DiagramBlock;

/** The lines of the opening and the closing fence; no closing one where the file ends inside of the cell. */
export function fencesOf(
  { text }: Pick<Notebook, 'text'>,
  cell: FenceBlock,
): { readonly opening: string; readonly closing: string | undefined } {
  const opening = text.slice(cell.start, cell.codeStart);
  const run = /`+|~+/.exec(opening)![0];
  const tail = text.slice(cell.codeEnd, cell.end);
  const closing = cell.codeStart === cell.codeEnd ? tail.replace(/^[ \t]*(?:\r\n|[\r\n])/, '') : tail.replace(/^(?:\r\n|[\r\n])/, '');
  return {
    opening,
    closing: /^ {0,3}[`~]/.test(closing) && closes(closing.replace(/[\r\n]+$/, '').trimStart(), run) ? closing : undefined,
  };
}

/** The newline of a cell's own fence, else the first one of the file. */
export function newlineOf({ text }: Notebook, cell?: FenceBlock): string {
  const found = cell && /\r\n|[\r\n]$/.exec(text.slice(cell.start, cell.codeStart));
  return (found ?? /\r\n|[\r\n]/.exec(text))?.[0] ?? '\n';
}

/** A fence at least as long as `run` that no line of `code` ends. */
export function fenceFor(code: string, run: string): string {
  const runs = code
    .split(/[\r\n]+/)
    .map((line) => line.trimStart())
    .filter((line) => line[0] === run[0]);
  const longest = Math.max(0, ...runs.map((line) => /^(?:`+|~+)/.exec(line)![0].length));
  return run[0]!.repeat(Math.max(run.length, longest + 1));
}
