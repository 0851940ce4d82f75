/* One's own copy of a shipped notebook and a newer shipped text, joined piece by piece: what only one side changed is taken, what both
   changed in different words too, and what clashes is left to the reader. The learner's code in exercises always stays. */

import { linesOf } from '../base/diff.ts';
import { join, merge } from '../base/merge.ts';
import { piecesOf, type Piece } from './pieces.ts';

export type Choice = 'mine' | 'theirs' | 'both';

/** A place that both changed. */
export interface Clash {
  readonly base: string;
  readonly mine: string;
  /** Empty: the newer text has left it out. */
  readonly theirs: string;
  /** Code of an exercise that stands in `mine` and stays, whatever is chosen. */
  readonly kept: string;
}

export interface Update {
  readonly parts: readonly (string | Clash)[];
  readonly clashes: readonly Clash[];
  /** The text with one choice for each clash; default: mine. */
  text(choices?: readonly (Choice | undefined)[]): string;
}

/** `mine` came from `base`, and `theirs` is what ships now. */
export async function planUpdate(base: string, mine: string, theirs: string): Promise<Update> {
  const [was, my, their] = (await Promise.all([base, mine, theirs].map((text) => piecesOf(ended(text))))) as [Piece[], Piece[], Piece[]];
  const answers = answersOf(was, my, their);
  const answered = new Set(my.filter((piece) => answers.own.has(piece)).map(({ text }) => text));
  const clashes: Clash[] = [];
  const textsOf = (pieces: readonly Piece[]): string[] => pieces.map((piece) => answers.instead.get(piece) ?? piece.text);
  const joined = join(textsOf(was), textsOf(my), textsOf(their), (base, mine, theirs) =>
    base.length === mine.length && base.length === theirs.length
      ? base.map((one, i) => settle([one], [mine[i]!], [theirs[i]!]))
      : [settle(base, mine, theirs)],
  );
  /** The joined text, or what stands for a clash. */
  function settle(base: readonly string[], mine: readonly string[], theirs: readonly string[]): string {
    const [b, m, t] = [base.join(''), mine.join(''), theirs.join('')];
    if (m === t || t === b) return m;
    if (m === b) return t;
    if (b.trim() === '' && m.trim() !== '' && t.trim() !== '') return t + m; // two new pieces at one place
    const merged = merge(b, m, t);
    if (merged.clashes === 0) return merged.text;
    clashes.push({ base: b, mine: m, theirs: t, kept: mine.filter((text) => answered.has(text) && !theirs.includes(text)).join('') });
    return markOf(clashes.length - 1);
  }
  const marked = new Map(clashes.map((clash, i) => [markOf(i), clash]));
  const parts = joined.map((part) => marked.get(part) ?? part);
  const end = /\n*$/.exec(mine)![0];
  return {
    parts,
    clashes,
    text: (choices = []) => {
      let n = 0;
      const text = parts.map((part) => (typeof part === 'string' ? part : chosen(part, choices[n++] ?? 'mine'))).join('');
      return text.replace(/\n*$/, end);
    },
  };
}

/** No piece of a text is that. */
const markOf = (clash: number): string => `\0${clash}`;

function chosen({ mine, theirs, kept }: Clash, choice: Choice): string {
  return choice === 'mine' ? mine : choice === 'theirs' ? theirs + kept : theirs + mine;
}

/** Two lines' ends behind the last piece, as behind every other. */
const ended = (text: string): string => text.replace(/\n*$/, '\n\n');

/** The learner's code put into the exercises of the other two texts, so that nothing there differs from it. */
function answersOf(
  base: readonly Piece[],
  mine: readonly Piece[],
  theirs: readonly Piece[],
): { readonly own: ReadonlySet<Piece>; readonly instead: ReadonlyMap<Piece, string> } {
  const named = (pieces: readonly Piece[]): Map<string, Piece> => {
    const count = new Map<string, number>();
    return new Map(
      pieces.flatMap((piece): [string, Piece][] => {
        if (piece.exercise === undefined) return [];
        const name = `${piece.exercise} ${piece.id ?? ''} ${piece.language}`;
        count.set(name, (count.get(name) ?? 0) + 1);
        return [[`${name} ${count.get(name)}`, piece]];
      }),
    );
  };
  const [was, their] = [named(base), named(theirs)];
  const own = new Set<Piece>();
  const instead = new Map<Piece, string>();
  for (const [name, piece] of named(mine)) {
    const from = was.get(name),
      to = their.get(name);
    if (from?.code === piece.code) continue;
    own.add(piece);
    if (from && to) for (const other of [from, to]) instead.set(other, withCode(other, piece));
    else if (to) instead.set(to, withCode(to, piece));
  }
  return { own, instead };
}

/** The fence of `piece` around the code of `answer`. */
function withCode(piece: Piece, answer: Piece): string {
  const [open, ...rest] = linesOf(piece.text);
  const blank = /(?:[^\S\n]*\n)*$/.exec(rest.join(''))![0];
  const body = linesOf(answer.text.trimEnd());
  const fence = body[0]!.match(/^ {0,3}(`{3,}|~{3,})/)?.[1] ?? '```',
    own = open!.match(/^ {0,3}(`{3,}|~{3,})/)?.[1] ?? '```';
  return [open!.replace(own, fence), ...body.slice(1)].join('') + '\n' + blank.replace(/^[^\n]*\n/, '');
}
