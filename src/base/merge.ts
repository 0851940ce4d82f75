/* Two texts that grew out of one, joined: what either side changed is in the result. By lines; where both changed the same
   lines, by words; and where they clash there too, both sides' lines stand one after the other. Nothing that a side wrote
   is left out; what a side deleted is gone only where the other left it alone. Pure. */

import { diff, linesOf, wordsOf, type Change } from './diff.ts';

export interface Merged {
  readonly text: string;
  /** How many places both had changed, so that both versions of them stand in the text. */
  readonly clashes: number;
}

/** `mine` and `theirs`, which both come from `base`, in one text. Where both put something at one place, theirs comes first. */
export function merge(base: string, mine: string, theirs: string): Merged {
  if (mine === theirs || theirs === base) return { text: mine, clashes: 0 };
  if (mine === base) return { text: theirs, clashes: 0 };
  let clashes = 0;
  const lines = join(linesOf(base), linesOf(mine), linesOf(theirs), (was, my, their) => {
    const finer = was.every((line) => line.trim() === '') ? undefined : byWords(was.join(''), my.join(''), their.join(''));
    if (finer !== undefined) return [finer];
    clashes++;
    return [...ended(their), ...my];
  });
  return { text: lines.join(''), clashes };
}

/** Undefined where one side deleted what the other changed. */
function byWords(base: string, mine: string, theirs: string): string | undefined {
  let clash = false;
  const words = join(wordsOf(base), wordsOf(mine), wordsOf(theirs), (was, my, their) => {
    if (was.length > 0) clash = true;
    return [...their, ...my];
  });
  return clash ? undefined : words.join('');
}

type Settle = (base: readonly string[], mine: readonly string[], theirs: readonly string[]) => readonly string[];

/** Walks over the changes of both sides, of lists of lines, words or pieces; `settle` decides where they touch the same place. */
export function join(base: readonly string[], mine: readonly string[], theirs: readonly string[], settle: Settle): string[] {
  const left = diff(base, mine),
    right = diff(base, theirs);
  const out: string[] = [];
  let at = 0,
    l = 0,
    r = 0;
  while (l < left.length || r < right.length) {
    const from = Math.min(left[l]?.fromA ?? Infinity, right[r]?.fromA ?? Infinity);
    out.push(...base.slice(at, from));
    let to = from;
    const firstL = l,
      firstR = r;
    const inserts = (change: Change | undefined): boolean => change?.fromA === from && change.toA === from;
    if (inserts(left[l]) !== inserts(right[r])) {
      if (inserts(left[l]))
        l++; // what one side put before the other's change stands before it
      else r++;
    } else
      for (let grown = true; grown;) {
        grown = false;
        for (; l < left.length && touches(left[l]!, from, to); l++, grown = true) to = Math.max(to, left[l]!.toA);
        for (; r < right.length && touches(right[r]!, from, to); r++, grown = true) to = Math.max(to, right[r]!.toA);
      }
    const my = sideOf(mine, left, firstL, l, from, to),
      their = sideOf(theirs, right, firstR, r, from, to);
    if (l === firstL) out.push(...their);
    else if (r === firstR || same(my, their)) out.push(...my);
    else out.push(...settle(base.slice(from, to), my, their));
    at = to;
  }
  return [...out, ...base.slice(at)];
}

/** Whether a change belongs to the place [from, to) that is being settled. */
const touches = ({ fromA }: Change, from: number, to: number): boolean => fromA === from || fromA < to;

/** What a side has in the place of base [from, to), by its changes first … last there. */
function sideOf(side: readonly string[], changes: readonly Change[], first: number, last: number, from: number, to: number): string[] {
  const before = changes[first - 1],
    end = changes[last - 1];
  const start = from + (before ? before.toB - before.toA : 0);
  return side.slice(start, to + (end ? end.toB - end.toA : 0));
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((text, i) => text === b[i]);

/** The last line of a file may have no newline; what follows it here begins a line all the same. */
const ended = (lines: readonly string[]): string[] =>
  lines.map((line, i) => (i === lines.length - 1 && !line.endsWith('\n') && line !== '' ? `${line}\n` : line));
