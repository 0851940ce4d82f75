/* Pure edits of one cell or one block of prose. Each maker returns one splice of the notebook's text and changes nothing else;
   `applySplice` gives the new notebook and the splice that undoes it; structure.ts has the edits of several blocks. Cells are counted from 0 in file order, -1 means the top of the body. An edit of
   a cell changes that cell's bytes alone: newlines of the cell's own style, fences lengthened where the code has one. */

import { readInfo } from './fence-info.ts';
import { cellsOf } from './parse.ts';
import { closeOf, fenceFor, fencesOf, newlineOf } from './fences.ts';
import { applySplice, between } from './reparse.ts';
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

/** Puts `markdown` in the place of prose block `index`, counted from 0 among the prose blocks. */
export function replaceProse(notebook: Notebook, index: number, markdown: string): Splice {
  const block = notebook.blocks.filter(({ kind }) => kind === 'prose')[index];
  if (!block) throw new RangeError(`Edit: expected a prose block of this notebook, got number ${index}. Count its prose blocks from 0.`);
  const { start, end } = block;
  const newline = newlineOf(notebook);
  const insert = markdown.replace(/\r\n|[\r\n]/g, newline);
  return { start, end, insert: end === notebook.text.length || insert === '' || insert.endsWith(newline) ? insert : insert + newline };
}

/** Adds a cell behind cell `after`. `attributes` is what stands between the braces. */
export function insertCell(notebook: Notebook, after: number, cell: { language: string; attributes?: string; code: string }): Splice {
  const newline = newlineOf(notebook, after < 0 ? undefined : cellAt(notebook, after));
  const run = fenceFor(cell.code, '```');
  const info = cell.attributes ? `${cell.language} {${cell.attributes}}` : cell.language;
  const code = cell.code.replace(/\r\n|[\r\n]/g, newline);
  return insertBlock(notebook, after, `${run}${info}${newline}${code}${code && newline}${run}${newline}`, newline);
}

/** Removes a cell. Where what follows would be read differently without it, an empty comment stays in its place. */
export function deleteCell(notebook: Notebook, index: number): Splice {
  const { text } = notebook;
  const { start, end } = cellAt(notebook, index);
  const newline = newlineOf(notebook);
  const blankBefore =
    start === notebook.bodyStart || /(?:^|[\r\n])[ \t]*(?:\r\n|[\r\n])$/.test(text.slice(Math.max(0, start - 200), start));
  const blankAfter = /^[ \t]*(?:\r\n|[\r\n])/.exec(text.slice(end, end + 200))?.[0];
  const plain =
    blankBefore && blankAfter !== undefined
      ? { start, end: end + blankAfter.length, insert: '' }
      : { start, end, insert: blankBefore || blankAfter !== undefined || end === text.length ? '' : newline };
  const others = cellsOf(notebook)
    .filter((_, at) => at !== index)
    .map((cell) => text.slice(cell.start, cell.end));
  const survive = (splice: Splice): boolean => {
    const { text: newText, blocks } = applySplice(notebook, splice, () => ({ problems: [] })).notebook;
    const left = blocks.filter((block) => block.kind === 'cell');
    return left.length === others.length && left.every((cell, at) => newText.slice(cell.start, cell.end) === others[at]);
  };
  return survive(plain) ? plain : { start, end, insert: `<!-- -->${newline}` };
}

/** Moves a cell, byte for byte, behind cell `after` (counted before the move). */
export function moveCell(notebook: Notebook, index: number, after: number): Splice {
  const cell = cellAt(notebook, index);
  if (after === index) return { start: cell.start, end: cell.start, insert: '' };
  const newline = newlineOf(notebook, cell);
  const block = notebook.text.slice(cell.start, cell.end) + closeOf(notebook, cell, newline);
  const without = applySplice(notebook, deleteCell(notebook, index), () => ({ problems: [] })).notebook;
  const splice = insertBlock(without, after > index ? after - 1 : after, block, newline);
  return between(notebook.text, applySplice(without, splice).notebook.text);
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

/** A block behind cell `after`, set off by blank lines. */
function insertBlock(notebook: Notebook, after: number, block: string, newline: string): Splice {
  const { text } = notebook;
  const cell = after < 0 ? undefined : cellAt(notebook, after);
  const at = cell?.end ?? notebook.bodyStart;
  const close = cell ? closeOf(notebook, cell, newline) : at > 1 && !/[\r\n]$/.test(text.slice(0, at)) ? newline : '';
  const gap = at < text.length && !/^[ \t]*[\r\n]/.test(text.slice(at, at + 200)) ? newline : '';
  return { start: at, end: at, insert: close + (at > 1 ? newline : '') + block + gap };
}
