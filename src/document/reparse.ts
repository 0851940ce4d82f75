/* The notebook behind splices of its text, and the splices that lead back. Only what an edit can have changed is read again:
   behind a closed fence at the top level the text is outside of every block, so reading begins behind the last one before
   the edit and ends at the first fence behind it that was one before. An edit inside of a cell's code reads nothing. */

import { ownText } from '../base/own-text.ts';
import { fencesOf } from './fences.ts';
import { frontRange } from './front-range.ts';
import { countLines, parseWith, readBlocks, type ReadFront } from './parse.ts';
import { closes } from './scan.ts';
import type { Block, Notebook, Problem, Splice } from './types.ts';

/** The notebook behind `splice`, and the splice that leads back. `readFront` is needed only where the front matter changes. */
export function applySplice(
  notebook: Notebook,
  splice: Splice,
  readFront?: ReadFront,
): { readonly notebook: Notebook; readonly inverse: Splice } {
  const applied = apply(notebook, [splice], readFront);
  return { notebook: applied.notebook, inverse: applied.inverse[0]! };
}

/** The same for several splices in order that do not overlap; their offsets are all of the text before. */
export function applySplices(notebook: Notebook, splices: readonly Splice[], readFront?: ReadFront): Applied {
  const known = done.get(splices);
  if (known?.of === notebook) return known;
  const applied = { of: notebook, ...apply(notebook, splices, readFront) };
  done.set(splices, applied);
  return applied;
}

/** What splices led to, for whoever tries them before they are applied. */
const done = new WeakMap<readonly Splice[], Applied & { readonly of: Notebook }>();

interface Applied {
  readonly notebook: Notebook;
  readonly inverse: readonly Splice[];
}

function apply(notebook: Notebook, splices: readonly Splice[], readFront: ReadFront | undefined): Applied {
  const before = notebook.text;
  const inverse: Splice[] = [];
  let text = '',
    at = 0;
  for (const { start, end, insert } of splices) {
    if (start < at || end < start) throw new RangeError(`applySplices: expected splices in order, got one at ${start}. Sort them.`);
    text += before.slice(at, start);
    inverse.push({ start: text.length, end: text.length + insert.length, insert: before.slice(start, end) });
    text += insert;
    at = end;
  }
  text += before.slice(at);
  const first = splices[0],
    last = splices.at(-1);
  if (!first || !last) return { notebook, inverse };
  const same = splices.length === 1 ? insideCell(notebook, first, text) : undefined;
  if (same) return { notebook: same, inverse };
  const front = frontRange(text);
  if (first.start < notebook.bodyStart || front.bodyStart !== notebook.bodyStart) {
    const old = frontRange(before);
    if (front.yaml !== old.yaml && !readFront) {
      throw new Error('applySplice: expected an edit of the body, got one of the front matter. Pass a reader for it.');
    }
    const lines = countLines(text.slice(0, front.bodyStart));
    const kept: ReadFront = () => ({
      problems: notebook.problems.filter(({ line }) => line <= lines),
      ...(notebook.front && { front: notebook.front }),
    });
    return { notebook: parseWith(text, front.yaml === old.yaml ? kept : readFront!), inverse };
  }
  return { notebook: reparse(notebook, text, first.start, last.end), inverse };
}

/** The notebook with `text`, which differs from its own in [start, end) and not in its front matter. */
function reparse(notebook: Notebook, text: string, start: number, end: number): Notebook {
  const { blocks, bodyStart, front } = notebook;
  const by = text.length - notebook.text.length;
  const at = restartAt(notebook, text, start);
  const from = blocks[at]?.end ?? bodyStart;
  const line = lineAt(notebook, from, blocks[at]);

  // Fences behind the edit, by where they start in the new text.
  const places = new Map<number, number>();
  for (let i = blocks.length - 1; i > at && blocks[i]!.start >= end; i--) {
    if (blocks[i]!.kind !== 'prose') places.set(blocks[i]!.start + by, i);
  }
  let rest = blocks.length;
  const problems: Problem[] = [];
  const fresh = readBlocks(text, from, line, front, problems, (place) => {
    rest = places.get(place) ?? rest;
    return places.has(place);
  });
  const followed = blocks[rest];
  const down = followed ? (fresh.length ? lineAfter(text, fresh.at(-1)!) : line) - followed.line : 0;
  return {
    ...notebook,
    text,
    blocks: [...blocks.slice(0, at + 1), ...fresh, ...blocks.slice(rest).map((block) => shifted(block, by, down))],
    problems: [
      ...notebook.problems.filter((problem) => problem.line < line),
      ...problems,
      ...(followed ? notebook.problems.filter((p) => p.line >= followed.line).map((p) => ({ ...p, line: p.line + down })) : []),
    ],
  };
}

/** Index of the last closed fence before `start`, -1 where there is none. */
function restartAt({ blocks, text: before }: Notebook, text: string, start: number): number {
  let at = firstEndingBehind(blocks, start) - 1;
  if (blocks[at + 1]?.end === start) at++;
  for (; at >= 0; at--) {
    const block = blocks[at]!;
    if (block.kind === 'prose' || block.end > start || !/[\r\n]/.test(before[block.end - 1]!)) continue;
    if (before[block.end - 1] === '\r' && text[block.end] === '\n') continue;
    if (at < blocks.length - 1 || fencesOf({ text: before }, block).closing !== undefined) return at;
  }
  return -1;
}

/** Index of the first block that ends behind `offset`. */
function firstEndingBehind(blocks: readonly Block[], offset: number): number {
  let low = 0;
  for (let high = blocks.length; low < high;) {
    const middle = (low + high) >> 1;
    if (blocks[middle]!.end <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const lineAfter = (text: string, { line, start, end }: Block): number => line + countLines(text.slice(start, end));
const lineAt = ({ text, blocks }: Notebook, from: number, before: Block | undefined): number =>
  before ? lineAfter(text, before) : (blocks[0]?.line ?? countLines(text.slice(0, from)) + 1);

/** Written out, since an edit near the top does this to every block behind it. */
function shifted(block: Block, by: number, down: number): Block {
  if (by === 0 && down === 0) return block;
  const start = block.start + by,
    end = block.end + by,
    line = block.line + down;
  if (block.kind === 'prose') return { kind: 'prose', start, end, line };
  const { code } = block,
    codeStart = block.codeStart + by,
    codeEnd = block.codeEnd + by;
  if (block.kind === 'diagram') return { kind: 'diagram', start, end, codeStart, codeEnd, language: block.language, code, line };
  return { kind: 'cell', start, end, codeStart, codeEnd, code, language: block.language, attributes: block.attributes, line };
}

/** The notebook behind an edit of one cell's code that leaves its fences where they are: what follows is only shifted, so
    that a key in a long notebook costs no parse. Undefined where the text has to be read anew. */
function insideCell(notebook: Notebook, { start, end, insert }: Splice, text: string): Notebook | undefined {
  const { blocks } = notebook;
  const low = firstEndingBehind(blocks, start);
  const cell = blocks[low];
  if (cell?.kind !== 'cell' || start < cell.codeStart || notebook.text[cell.codeStart - 1] !== '\n') return undefined;
  const { opening, closing } = fencesOf(notebook, cell);
  if (closing === undefined || end > cell.end - closing.length) return undefined;
  const by = insert.length - (end - start);
  const body = text.slice(cell.codeStart, cell.end - closing.length + by);
  if (body !== '' && !body.endsWith('\n')) return undefined;
  const run = opening.trimStart().replace(/[^`~].*$/s, '');
  if (body.includes(run) && body.split(/\r\n|[\r\n]/).some((line) => closes(line.replace(/^ {0,3}/, ''), run))) return undefined;
  const down = countLines(body) - countLines(notebook.text.slice(cell.codeStart, cell.end - closing.length));
  const codeEnd = cell.codeStart + body.replace(/\r?\n$/, '').length;
  const code = ownText(text.slice(cell.codeStart, codeEnd).replaceAll('\r\n', '\n'));
  return {
    ...notebook,
    text,
    blocks: blocks.map((block, at) =>
      at < low ? block : at === low ? { ...cell, end: cell.end + by, codeEnd, code } : shifted(block, by, down),
    ),
    problems: down === 0 ? notebook.problems : notebook.problems.map((p) => (p.line > cell.line ? { ...p, line: p.line + down } : p)),
  };
}
