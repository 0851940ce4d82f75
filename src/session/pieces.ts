/* A notebook's text in the pieces that its reader sees: front matter, paragraphs, cells, diagrams; and which piece of one text became
   which of another. For whoever compares or joins texts (view/features/rendered-difference.ts, session/updating.ts). */

import { diff, linesOf, wordsOf } from '../base/diff.ts';
import type { Analysis } from '../analysis/types.ts';
import { openNotebook } from '../document/front-lines.ts';
import { expressions } from '../document/prose.ts';
import type { Block, CellBlock, DiagramBlock } from '../document/types.ts';

export interface Piece {
  readonly kind: 'front' | 'prose' | 'cell' | 'diagram';
  /** With the blank lines behind it; all pieces joined are the text. */
  readonly text: string;
  /** What it says: without blank lines around it, LF. */
  readonly key: string;
  /** Of a cell or a diagram. */
  readonly code?: string;
  readonly language?: string;
  /** Of a cell: what is written on its fence. */
  readonly id?: string;
  readonly exercise?: string;
  /** Of prose: its expressions, as offsets into `key`. */
  readonly values?: readonly { readonly start: number; readonly end: number }[];
}

/** What became of a piece, in the order of the later text; what is gone stands where it was. */
export type Match =
  | { readonly kind: 'same'; readonly is: Piece }
  | { readonly kind: 'changed'; readonly was: Piece; readonly is: Piece }
  | { readonly kind: 'added'; readonly is: Piece }
  | { readonly kind: 'deleted'; readonly was: Piece }
  | { readonly kind: 'moved'; readonly is: Piece; readonly down: boolean };

export async function piecesOf(text: string): Promise<readonly Piece[]> {
  const { blocks, bodyStart } = await openNotebook(text);
  const pieces: Piece[] = [];
  let at = 0;
  /** Blank text between two blocks belongs to the piece before it. */
  const upTo = (end: number): void => {
    const between = text.slice(at, end);
    at = Math.max(at, end);
    const last = pieces.at(-1);
    const blank = last ? /^(?:[^\S\n]*\n)*(?:\s*$)?/.exec(between)![0] : '';
    if (last && blank !== '') pieces[pieces.length - 1] = { ...last, text: last.text + blank };
    for (const part of paragraphsOf(between.slice(blank.length))) pieces.push(proseOf(part));
  };
  if (bodyStart > 0) {
    pieces.push({ kind: 'front', text: text.slice(0, bodyStart), key: keyOf(text.slice(0, bodyStart)) });
    at = bodyStart;
  }
  for (const block of blocks) {
    if (block.kind === 'prose') continue; // what stands between two fences
    upTo(block.start);
    pieces.push(fenceOf(text, block));
    at = block.end;
  }
  upTo(text.length);
  return pieces;
}

function fenceOf(text: string, block: Exclude<Block, { kind: 'prose' }>): Piece {
  const { kind, code, language } = block;
  const own = text.slice(block.start, block.end);
  return { kind, text: own, key: keyOf(own), code, language, ...writtenOn(block) };
}
function writtenOn(block: CellBlock | DiagramBlock): Pick<Piece, 'id' | 'exercise'> {
  if (block.kind !== 'cell') return {};
  const { id, exercise } = block.attributes;
  return { ...(id === undefined ? {} : { id }), ...(exercise === undefined ? {} : { exercise }) };
}
function proseOf(text: string): Piece {
  const key = keyOf(text);
  return { kind: 'prose', text, key, values: expressions(key) };
}
const keyOf = (text: string): string => text.replace(/\r\n?/g, '\n').replace(/^(?:[^\S\n]*\n)+|\s+$/g, '');

/** Prose cut behind blank lines, but not inside a fence, a folded part, or what is indented below a list's item. */
function paragraphsOf(text: string): string[] {
  const parts: string[] = [];
  let part = '',
    fence: string | undefined,
    folds = 0,
    blank = false;
  for (const line of linesOf(text)) {
    const isBlank = line.trim() === '';
    if (blank && !isBlank && fence === undefined && folds <= 0 && !/^\s/.test(line) && part.trim() !== '') {
      parts.push(part);
      part = '';
    }
    part += line;
    blank = isBlank;
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
    folds += (line.match(/<details\b/gi)?.length ?? 0) - (line.match(/<\/details>/gi)?.length ?? 0);
  }
  return part === '' ? parts : [...parts, part];
}

/** What became of the pieces of `a` in `b`. Equal ones that stand elsewhere are moved; between two that stayed, those of one name or
    with much in common are one that changed. */
export function matchPieces(a: readonly Piece[], b: readonly Piece[]): readonly Match[] {
  const changes = diff(
    a.map(({ key }) => key),
    b.map(({ key }) => key),
  );
  const gone = new Map<string, number[]>();
  for (const { fromA, toA } of changes) for (let i = fromA; i < toA; i++) gone.set(a[i]!.key, [...(gone.get(a[i]!.key) ?? []), i]);
  const movedTo = new Map<number, number>(),
    movedFrom = new Set<number>();
  for (const { fromB, toB } of changes)
    for (let j = fromB; j < toB; j++) {
      const from = b[j]!.key === '' ? undefined : gone.get(b[j]!.key)?.shift();
      if (from === undefined) continue;
      movedTo.set(j, from);
      movedFrom.add(from);
    }
  const matches: Match[] = [];
  /** How many that stayed stand before a place: one that moved down has passed some of them. */
  const before = (at: number, from: 'fromA' | 'fromB', to: 'toA' | 'toB'): number =>
    changes.reduce((sum, change) => sum - Math.min(change[to], at) + Math.min(change[from], at), at);
  let atB = 0;
  for (const { fromA, toA, fromB, toB } of [...changes, { fromA: a.length, toA: a.length, fromB: b.length, toB: b.length }]) {
    for (; atB < fromB; atB++) matches.push({ kind: 'same', is: b[atB]! });
    atB = toB;
    const was = range(fromA, toA).filter((i) => !movedFrom.has(i));
    let next = 0;
    const drop = (until: number): void => {
      for (; next < until; next++) matches.push({ kind: 'deleted', was: a[was[next]!]! });
    };
    const partners = pairsOf(
      was.map((i) => a[i]!),
      range(fromB, toB).map((j) => (movedTo.has(j) ? undefined : b[j]!)),
    );
    for (let j = fromB; j < toB; j++) {
      const is = b[j]!,
        from = movedTo.get(j),
        partner = partners[j - fromB];
      if (from !== undefined) matches.push({ kind: 'moved', is, down: before(j, 'fromB', 'toB') >= before(from, 'fromA', 'toA') });
      else if (partner !== undefined) {
        drop(partner);
        matches.push({ kind: 'changed', was: a[was[next++]!]!, is });
      } else matches.push({ kind: 'added', is });
    }
    drop(was.length);
  }
  return matches;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** For each of `is` the index of the one of `was` that it came from, rising. */
function pairsOf(was: readonly Piece[], is: readonly (Piece | undefined)[]): (number | undefined)[] {
  let from = 0;
  return is.map((piece) => {
    if (!piece) return undefined;
    let best: number | undefined,
      score = alike;
    for (let i = from; i < was.length; i++) {
      const other = likeness(was[i]!, piece);
      if (other > score) [best, score] = [i, other];
    }
    if (best !== undefined) from = best + 1;
    return best;
  });
}

const alike = 0.35;

/** 0 to 1: the share of their words that both have; 1 for a cell of the same name. */
function likeness(a: Piece, b: Piece): number {
  if (a.kind !== b.kind || a.language !== b.language) return 0;
  if (a.kind === 'front' || (a.id !== undefined && a.id === b.id)) return 1;
  const words = (piece: Piece): string[] => wordsOf(piece.code ?? piece.key).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const [x, y] = [words(a), words(b)];
  const count = new Map<string, number>();
  for (const word of x) count.set(word, (count.get(word) ?? 0) + 1);
  let same = 0;
  for (const word of y) {
    const left = count.get(word) ?? 0;
    if (left > 0) same++;
    count.set(word, left - 1);
  }
  return (2 * same) / Math.max(1, x.length + y.length);
}

/** What colours code; loads the parser, which a page with changed cells has already. */
export async function loadColours(): Promise<(code: string, language: string) => Analysis['tokens']> {
  const { analyse } = await import('../analysis/index.ts');
  return (code, language) => analyse(code, { language }).tokens;
}
