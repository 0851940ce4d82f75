/* Pure edits of one cell. Each maker returns one splice of the notebook's text and changes nothing else; `applySplice` gives the new
   notebook and the splice that undoes it; structure.ts has the edits of blocks. Cells are counted from 0 in file order. An edit of
   a cell changes that cell's bytes alone: newlines of the cell's own style, fences lengthened where the code has one. */

import { readInfo } from './fence-info.ts';
import { cellsOf } from './parse.ts';
import { fenceFor, fencesOf, newlineOf } from './fences.ts';
import { closes } from './scan.ts';
import type { CellBlock, Notebook, Splice } from './types.ts';

/** Puts `code` (newlines of any style) between the fences of a cell. */
export function replaceCode(notebook: Notebook, index: number, code: string): Splice {
  const cell = cellAt(notebook, index);
  if (code === cell.code) return { start: cell.codeStart, end: cell.codeStart, insert: '' };
  const newline = newlineOf(notebook, cell);
  const { opening, closing } = fencesOf(notebook, cell);
  const lines = code.split(/\r\n|[\r\n]/);
  const body = code === '' ? '' : lines.join(newline) + newline;
  const run = opening.trimStart().replace(/[^`~].*$/s, '');
  if (closing !== undefined && !lines.some((line) => closes(line.replace(/^ {0,3}/, ''), run))) {
    return { start: cell.codeStart, end: cell.end - closing.length, insert: body };
  }
  // The code would end the fence, or the file ends inside of it: write both fences anew.
  const indent = opening.slice(0, opening.indexOf(run));
  const longer = fenceFor(code, run);
  const rest = opening.slice(indent.length + run.length).replace(/[\r\n]+$/, '');
  const tail = closing === undefined ? '' : closing.slice(closing.search(/[`~]/)).replace(/^[`~]+/, '');
  return {
    start: cell.start,
    end: cell.end,
    insert: indent + longer + rest + newline + body + indent + longer + (closing === undefined ? newline : tail),
  };
}

/** Sets an attribute (`true`: a flag), or removes it (`undefined`); other attributes keep their bytes. */
export function setAttribute(notebook: Notebook, index: number, key: string, value: string | true | undefined): Splice {
  const cell = cellAt(notebook, index);
  const { opening } = fencesOf(notebook, cell);
  const infoAt = /^ *(?:`+|~+)[ \t]*/.exec(opening)![0].length;
  const info = readInfo(opening.slice(infoAt).trimEnd());
  const base = cell.start + infoAt;
  const quote = value === true || value === undefined || /^[^\s{}"'`]+$/.test(value) ? '' : value.includes('"') ? "'" : '"';
  if (typeof value === 'string' && (/[\r\n`]/.test(value) || (quote && value.includes(quote)))) {
    throw new Error(
      `setAttribute: expected a value in one line without backticks and with one kind of quotes, got ${JSON.stringify(value)}. Shorten it.`,
    );
  }
  const item = value === undefined ? '' : value === true ? key : `${key}=${quote}${value}${quote}`;
  const old = info.written.filter((attribute) => attribute.key === key).at(-1);
  if (old && item) return { start: base + old.start, end: base + old.end, insert: item };
  if (old) {
    if (info.written.length === 1 && !info.unclosed) {
      const close = opening.indexOf('}', infoAt + old.end) + 1;
      return { start: base + info.languageEnd, end: cell.start + close, insert: '' };
    }
    const first = info.written[0] === old;
    const gap = first ? /^\s*/.exec(opening.slice(infoAt + old.end))![0].length : 0;
    const before = first ? 0 : /\s*$/.exec(opening.slice(0, infoAt + old.start))![0].length;
    return { start: base + old.start - before, end: base + old.end + gap, insert: '' };
  }
  const at = base + (info.written.at(-1)?.end ?? (info.brace >= 0 ? info.brace + 1 : info.languageEnd));
  const insert = !item ? '' : info.brace < 0 ? ` {${item}}` : info.written.length > 0 ? ` ${item}` : item;
  return { start: at, end: at, insert };
}

function cellAt(notebook: Notebook, index: number): CellBlock {
  const cells = cellsOf(notebook);
  const cell = cells[index];
  if (!cell) throw new RangeError(`Edit: expected a cell from 0 to ${cells.length - 1}, got ${index}. Count the cells of this notebook.`);
  return cell;
}
