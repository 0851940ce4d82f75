/* The body of a notebook as a row of pieces: its fences and its stretches of prose, without the blank lines between them.
   A structural edit is a new row; `compose` says by which splices the text becomes it. What stays in its place keeps every
   byte, blank lines between neighbours that stay neighbours included. Where a piece would be read differently beside its new
   neighbour (a cell behind an open list, prose that opens a comment), an empty comment is put between them. */

import { fencesOf, newlineOf, type FenceBlock } from './fences.ts';
import { parseBody } from './parse.ts';
import { applySplices } from './reparse.ts';
import { scan } from './scan.ts';
import type { Block, Notebook, Splice } from './types.ts';

/** A block that is not blank, with the range of its text without blank lines around it and without its last newline. */
export interface Part {
  readonly block: Block;
  /** Place in `notebook.blocks`. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Part number `from` of the notebook as it stands or as `source`; or a new one. Parts that are not `moved` keep their order.
    Sources have no blank lines around them. */
export type Piece =
  | { readonly from: number; readonly source?: string; readonly moved?: boolean }
  | { readonly from?: undefined; readonly source: string; readonly moved?: undefined };

/** The parts of the body in file order. */
export function partsOf({ text, blocks }: Notebook): readonly Part[] {
  const parts: Part[] = [];
  blocks.forEach((block, index) => {
    const start = block.kind === 'prose' ? firstLine(text, block.start, block.end) : block.start;
    const end = block.kind === 'prose' ? lastLine(text, start, block.end) : withoutNewline(text, start, block.end);
    if (start < end) parts.push({ block, index, start, end });
  });
  return parts;
}

/** The splices by which the parts of `notebook` (as `partsOf` gave them) become `pieces`. */
export function compose(notebook: Notebook, parts: readonly Part[], pieces: readonly Piece[]): readonly Splice[] {
  const wanted = pieces.flatMap((piece) => fencesIn(notebook, parts, piece));
  const seams = pieces.map((_, i) => i).filter((i) => !isNeighbour(pieces[i - 1], pieces[i]!) || i === 0);
  if (pieces.length > 0) seams.push(pieces.length);
  const attempts: ReadonlyMap<number, string>[] = [new Map()];
  if (seams.length <= 6) attempts.push(...seams.map((seam) => new Map([[seam, PLAIN]])));
  attempts.push(new Map(seams.map((seam) => [seam, PLAIN])), new Map(seams.map((seam) => [seam, STRONG])));
  for (const barriers of attempts) {
    const splices = write(notebook, parts, pieces, barriers);
    const { notebook: after } = applySplices(notebook, splices);
    const found = after.blocks.filter(({ kind }) => kind !== 'prose');
    if (found.length === wanted.length && found.every((block, i) => sourceOf(after, block) === wanted[i])) return splices;
  }
  throw new Error('This edit would change how other parts of the notebook read. Close what is open in the text beside it first.');
}

/** Ends lists, quotes and paragraphs. */
const PLAIN = '<!-- -->';
/** Ends any open HTML block as well. */
const STRONG = '<!-- ?>]]></pre> -->';

/** Whether both were neighbours, in this order, and none of them is moved. */
function isNeighbour(a: Piece | undefined, b: Piece): boolean {
  return a?.from !== undefined && b.from === a.from + 1 && a.source === undefined && b.source === undefined && !a.moved && !b.moved;
}

/** Fences that a piece has at the top level, as they are to stand in the text. */
function fencesIn(notebook: Notebook, parts: readonly Part[], { from, source }: Piece): string[] {
  if (from !== undefined && source === undefined) {
    const { block } = parts[from]!;
    return block.kind === 'prose' ? [] : [sourceOf(notebook, block)];
  }
  const inside = parseBody(source!, 0, notebook.front, []);
  return inside.blocks.filter(({ kind }) => kind !== 'prose').map((block) => sourceOf(inside, block));
}

/** A fence as what it must be the same as: its lines, closed, whatever ends them. Only the last block may be open. */
function sourceOf(notebook: Notebook, block: Block): string {
  const text = notebook.text.slice(block.start, withoutNewline(notebook.text, block.start, block.end));
  const open = block === notebook.blocks.at(-1) && block.kind !== 'prose' && isOpen(notebook, block);
  return (open ? `${text}\n${openerOf(text)}` : text).replace(/\r\n?/g, '\n');
}

/** One splice for every stretch between parts that keep their place and are not what they were. */
function write(notebook: Notebook, parts: readonly Part[], pieces: readonly Piece[], barriers: ReadonlyMap<number, string>): Splice[] {
  const { text, bodyStart } = notebook;
  const newline = newlineOf(notebook);
  const splices: Splice[] = [];
  let at = bodyStart, // in the old text: behind the last part that keeps its place
    insert = '',
    before: Piece | undefined;
  const put = (end: number): void => {
    if (insert !== text.slice(at, end)) splices.push(trimmed(text, at, end, insert));
    insert = '';
  };
  pieces.forEach((piece, i) => {
    insert += gap(before, piece, barriers.get(i));
    const part = piece.from === undefined ? undefined : parts[piece.from]!;
    if (part && !piece.moved) {
      put(part.start);
      if (piece.source !== undefined) splices.push({ start: part.start, end: part.end, insert: piece.source });
      at = part.end;
    } else insert += piece.source ?? text.slice(part!.start, part!.end);
    before = piece;
  });
  insert += tail();
  put(text.length);
  return splices.filter((splice) => splice.start !== splice.end || splice.insert !== '');

  /** What stands between two pieces; before the first one there is the front matter. */
  function gap(a: Piece | undefined, b: Piece, barrier: string | undefined): string {
    const from = b.from === undefined ? undefined : parts[b.from]!;
    const above = from && text.slice(b.from === 0 ? bodyStart : parts[b.from! - 1]!.end, from.start);
    if (barrier === undefined && (isNeighbour(a, b) || (!a && b.from === 0 && !b.moved))) return above!;
    if (!a) {
      const ended = bodyStart < 2 || /[\r\n]$/.test(text.slice(0, bodyStart)) ? '' : newline;
      const lead = bodyStart > 1 ? newline : '';
      return ended + lead + (barrier === undefined ? '' : barrier + newline + newline);
    }
    if (barrier !== undefined) return closing(a) + newline + newline + barrier + newline + newline;
    const below = a.from === undefined ? undefined : text.slice(parts[a.from]!.end, parts[a.from + 1]?.start ?? parts[a.from]!.end);
    const longer = breaks(above) > breaks(below) ? above : below;
    const stays = a.from !== undefined && b.from !== undefined && b.from !== 0 && !a.moved && !b.moved;
    return closing(a) + (stays && breaks(longer) > (isProse(a) && isProse(b) ? 1 : 0) ? longer! : newline + newline);
  }
  /** What ends the file: as it ended before. */
  function tail(): string {
    const last = parts.at(-1);
    const barrier = barriers.get(pieces.length);
    const old = last ? text.slice(last.end) : newline;
    return barrier === undefined || !before ? old : closing(before) + newline + newline + barrier + old;
  }
  /** What closes a fence that only the end of the file, or of a new text, closes. */
  function closing({ from, source }: Piece): string {
    if (source === undefined && from !== parts.length - 1) return '';
    const block = source === undefined ? parts[from!]!.block : undefined;
    if (block && block.kind !== 'prose') return isOpen(notebook, block) ? newline + openerOf(text.slice(block.start)) : '';
    const open = scan(source ?? text.slice(block!.start)).fences.at(-1);
    return open && !open.closed && !open.inside ? newline + open.opener : '';
  }
  function isProse({ from, source }: Piece): boolean {
    return from === undefined || source !== undefined ? !/^ {0,3}(?:```|~~~)/.test(source!) : parts[from]!.block.kind === 'prose';
  }
}

const isOpen = (notebook: Notebook, block: FenceBlock): boolean => fencesOf(notebook, block).closing === undefined;
/** The run that opens a fence, with its indentation. */
const openerOf = (fence: string): string => /^ *(?:`+|~+)/.exec(fence)![0];
const breaks = (text: string | undefined): number => text?.match(/\r\n|[\r\n]/g)?.length ?? 0;

/** The splice without what is the same at its ends. */
function trimmed(text: string, start: number, end: number, insert: string): Splice {
  let head = 0,
    tail = 0;
  const most = Math.min(end - start, insert.length);
  while (head < most && text[start + head] === insert[head]) head++;
  while (tail < most - head && text[end - 1 - tail] === insert[insert.length - 1 - tail]) tail++;
  return { start: start + head, end: end - tail, insert: insert.slice(head, insert.length - tail) };
}

/** Start of the first line in [start, end) that is not blank; `end` where all are. */
function firstLine(text: string, start: number, end: number): number {
  let line = start;
  for (let at = start; at < end; at++) {
    if (text[at] === '\n' || text[at] === '\r') line = at + 1;
    else if (text[at] !== ' ' && text[at] !== '\t') return line;
  }
  return end;
}

/** End of the last line that is not blank, without its newline. */
function lastLine(text: string, start: number, end: number): number {
  let line = end;
  for (let at = end - 1; at >= start; at--) {
    if (text[at] === '\n' || text[at] === '\r') line = at;
    else if (text[at] !== ' ' && text[at] !== '\t') break;
  }
  return line;
}

function withoutNewline(text: string, start: number, end: number): number {
  if (end > start && text[end - 1] === '\n') end--;
  else if (end > start && text[end - 1] === '\r') return end - 1;
  return end > start && text[end - 1] === '\r' ? end - 1 : end;
}
