/* Edits of whole blocks. Parts are counted from 0 as `partsOf` gives them, blank stretches left out; a place among them is the
   number of the part that what comes will stand before (their count: the end). Each maker returns the splices and changes
   nothing; every byte of a part that is not named stays what it is. */

import { compose, type Part, type Piece } from './compose.ts';
import { fenceFor, fencesOf, newlineOf, type FenceBlock } from './fences.ts';
import { readInfo } from './fence-info.ts';
import type { Notebook, Splice } from './types.ts';

export interface NewCell {
  readonly language: string;
  readonly code: string;
  /** What stands between the braces. */
  readonly attributes?: string;
}

type Splices = readonly Splice[];

/** The lines of a new fence, without the last newline. */
export function cellSource(notebook: Notebook, { language, code, attributes }: NewCell, near?: FenceBlock): string {
  const newline = newlineOf(notebook, near);
  const run = fenceFor(code, '```');
  const lines = code.replace(/\r\n|[\r\n]/g, newline);
  return `${run}${attributes ? `${language} {${attributes}}` : language}${newline}${lines}${lines && newline}${run}`;
}

/** Markdown as a part: newlines of the file, no blank lines around it. */
export const proseSource = (notebook: Notebook, markdown: string): string =>
  markdown
    .replace(/\r\n|[\r\n]/g, newlineOf(notebook))
    .replace(/^(?:[ \t]*[\r\n]+)+/, '')
    .replace(/(?:[\r\n]+[ \t]*)+$/, '');

/** Puts sources (of `cellSource` and `proseSource`) at a place. */
export const insertParts = (notebook: Notebook, parts: readonly Part[], at: number, sources: readonly string[]): Splices => {
  const new_ = sources.filter((source) => source !== '').map((source) => ({ source }));
  return compose(notebook, parts, standing(parts).toSpliced(at, 0, ...new_));
};

export const deleteParts = (notebook: Notebook, parts: readonly Part[], which: ReadonlySet<number>): Splices =>
  compose(
    notebook,
    parts,
    standing(parts).filter((_, i) => !which.has(i)),
  );

/** Moves parts, in their order, to a place (counted before the move). */
export function moveParts(notebook: Notebook, parts: readonly Part[], which: ReadonlySet<number>, at: number): Splices {
  const all = parts.map((_, from) => (which.has(from) ? { from, moved: true } : { from }));
  const stays = (_: Piece, i: number): boolean => !which.has(i);
  const moved = all.filter((_, i) => which.has(i));
  const pieces = [...all.slice(0, at).filter(stays), ...moved, ...all.slice(at).filter((_, i) => stays(_, i + at))];
  return pieces.every(({ from }, i) => from === i) ? [] : compose(notebook, parts, pieces);
}

/** Puts other sources in the place of parts; an empty one deletes it. */
export function replaceParts(notebook: Notebook, parts: readonly Part[], sources: ReadonlyMap<number, string>): Splices {
  const pieces: Piece[] = standing(parts).flatMap((piece, i) => {
    const source = sources.get(i);
    return source === undefined ? [piece] : source === '' ? [] : [{ ...piece, source }];
  });
  return compose(notebook, parts, pieces);
}

/** Splits a cell at an offset of its `code`: one splice inside of it. A line break at the place goes. */
export function splitPart(notebook: Notebook, block: FenceBlock, offset: number, attributes: string): Splices {
  const { text } = notebook;
  const newline = newlineOf(notebook, block);
  const { opening } = fencesOf(notebook, block);
  const opener = /^ *(?:`+|~+)/.exec(opening)![0];
  const language = readLanguage(opening);
  const at = rawOffset(text, block, offset);
  const body = text.slice(block.codeStart, block.codeEnd);
  const above = body.slice(0, at - block.codeStart).replace(/(?:\r\n|[\r\n])$/, '');
  const below = body.slice(at - block.codeStart).replace(/^(?:\r\n|[\r\n])/, '');
  const start = block.codeStart + above.length,
    end = block.codeEnd - below.length;
  const lead = above === '' && /[\r\n]/.test(text[start - 1]!) ? '' : newline;
  const second = `${opener}${attributes ? `${language} {${attributes}}` : language}${newline}`;
  const rest = below === '' ? newlineAt(text, end) : 0; // an empty half has no line
  return [{ start, end: end + rest, insert: `${lead}${opener}${newline}${newline}${second}` }];
}

/** Puts new parts in the place of one; those that are empty are left out. */
export const splitProse = (notebook: Notebook, parts: readonly Part[], at: number, sources: readonly string[]): Splices =>
  compose(notebook, parts, standing(parts).toSpliced(at, 1, ...sources.filter((source) => source !== '').map((source) => ({ source }))));

/** The code of cells in the first one of them, each on lines of its own. */
export function mergeParts(notebook: Notebook, parts: readonly Part[], which: readonly number[]): Splices {
  const blocks = which.map((i) => parts[i]!.block as FenceBlock);
  const codes = blocks.map(({ codeStart, codeEnd }) => notebook.text.slice(codeStart, codeEnd)).filter((code) => code !== '');
  const source = withCode(notebook, blocks[0]!, codes.join(newlineOf(notebook, blocks[0])));
  return replaceParts(notebook, parts, new Map(which.map((i, n) => [i, n === 0 ? source : ''])));
}

/** The fence with other code, as a source: its own info string, indentation and kind of fence; longer where that is needed. */
export function withCode(notebook: Notebook, block: FenceBlock, code: string): string {
  const newline = newlineOf(notebook, block);
  const { opening } = fencesOf(notebook, block);
  const [, indent = '', run = ''] = /^( *)(`+|~+)/.exec(opening)!;
  const longer = fenceFor(code, run);
  const info = opening.slice(indent.length + run.length).replace(/[\r\n]+$/, '');
  const lines = code.replace(/\r\n|\n/g, newline);
  return `${indent}${longer}${info}${newline}${lines}${lines && newline}${indent}${longer}`;
}

/** A part's own lines once more, under another id where it has one; closed where the file ends inside of it. */
export function copySource(notebook: Notebook, { block, start, end }: Part, id: string | undefined): string {
  const text = notebook.text.slice(start, end);
  if (block.kind === 'prose') return text;
  const { opening, closing } = fencesOf(notebook, block);
  const opener = /^ *(?:`+|~+)/.exec(opening)![0];
  const whole = closing === undefined ? text + newlineOf(notebook, block) + opener : text;
  if (id === undefined) return whole;
  const infoAt = opener.length + /^[ \t]*/.exec(opening.slice(opener.length))![0].length;
  const old = readInfo(opening.slice(infoAt).trimEnd())
    .written.filter(({ key }) => key === 'id')
    .at(-1);
  return old ? `${whole.slice(0, infoAt + old.start)}id=${id}${whole.slice(infoAt + old.end)}` : whole;
}

const standing = (parts: readonly Part[]): Piece[] => parts.map((_, from) => ({ from }));

/** The language as it is written. */
const readLanguage = (opening: string): string => /^ *(?:`+|~+)[ \t]*([^\s{]*)/.exec(opening)![1]!;

const newlineAt = (text: string, at: number): number => (text.startsWith('\r\n', at) ? 2 : /[\r\n]/.test(text[at] ?? '') ? 1 : 0);

/** Where an offset of `code`, which has LF for CRLF, lies in the text. */
function rawOffset(text: string, { codeStart, codeEnd, code }: FenceBlock, offset: number): number {
  let at = codeStart;
  for (let i = 0; i < Math.min(offset, code.length) && at < codeEnd; i++) at += text.startsWith('\r\n', at) ? 2 : 1;
  return at;
}
