/* What differs between two lists of texts (lines, words): the changed ranges, in order. Lines that occur once in both are
   matched first (patience), so that moved fences and braces do not tear a cell apart; what lies between them is compared
   by Myers' greedy algorithm. Where that would cost too much, the whole gap counts as changed. Pure. */

/** `a[fromA, toA)` became `b[fromB, toB)`; one of the two may be empty. */
export interface Change {
  readonly fromA: number;
  readonly toA: number;
  readonly fromB: number;
  readonly toB: number;
}

/** The changes that lead from `a` to `b`, in order; between them both are equal. Cost: about (N + M)·D, D capped at 600. */
export function diff(a: readonly string[], b: readonly string[]): readonly Change[] {
  const pairs: [number, number][] = [];
  match(a, b, { fromA: 0, toA: a.length, fromB: 0, toB: b.length }, pairs);
  const changes: Change[] = [];
  let atA = 0,
    atB = 0;
  for (const [i, j] of [...pairs, [a.length, b.length] as const]) {
    if (i > atA || j > atB) changes.push(slide(a, b, { fromA: atA, toA: i, fromB: atB, toB: j }, changes.at(-1)));
    atA = i + 1;
    atB = j + 1;
  }
  return changes;
}

/** The lines of a text with their newlines; joined they are the text. */
export const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** Words, runs of blanks, and single other characters; joined they are the text. */
export const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}_$]+|[^\S\n]+|[^]/gu) ?? [];

const costLimit = 600;

/** Finds equal pairs in a range of both, in order. */
function match(a: readonly string[], b: readonly string[], range: Change, pairs: [number, number][]): void {
  let { fromA, toA, fromB, toB } = range;
  while (fromA < toA && fromB < toB && a[fromA] === b[fromB]) pairs.push([fromA++, fromB++]);
  const tail: [number, number][] = [];
  while (fromA < toA && fromB < toB && a[toA - 1] === b[toB - 1]) tail.push([--toA, --toB]);
  if (fromA < toA && fromB < toB) {
    const anchors = anchorsOf(a, b, { fromA, toA, fromB, toB });
    if (anchors.length === 0) greedy(a, b, { fromA, toA, fromB, toB }, pairs);
    else {
      for (const [i, j] of anchors) {
        match(a, b, { fromA, toA: i, fromB, toB: j }, pairs);
        pairs.push([i, j]);
        fromA = i + 1;
        fromB = j + 1;
      }
      match(a, b, { fromA, toA, fromB, toB }, pairs);
    }
  }
  pairs.push(...tail.reverse());
}

/** What occurs exactly once in both ranges, as the longest run of pairs that rises in both (patience sorting). */
function anchorsOf(a: readonly string[], b: readonly string[], { fromA, toA, fromB, toB }: Change): [number, number][] {
  const seen = new Map<string, { a: number; b: number; count: number }>();
  for (let i = fromA; i < toA; i++) {
    const known = seen.get(a[i]!);
    if (known) known.count = 9;
    else seen.set(a[i]!, { a: i, b: -1, count: 1 });
  }
  for (let j = fromB; j < toB; j++) {
    const known = seen.get(b[j]!);
    if (known) {
      known.b = j;
      known.count++;
    }
  }
  const unique = [...seen].filter(([text, { count }]) => count === 2 && text.trim() !== '').map(([, place]) => place);
  const piles: { place: (typeof unique)[number]; before: number }[][] = [];
  for (const place of unique) {
    let low = 0;
    for (let high = piles.length; low < high;) {
      const middle = (low + high) >> 1;
      if (piles[middle]!.at(-1)!.place.b < place.b) low = middle + 1;
      else high = middle;
    }
    (piles[low] ??= []).push({ place, before: low > 0 ? piles[low - 1]!.length - 1 : -1 });
  }
  const chain: [number, number][] = [];
  for (let at = piles.length - 1, index = (piles.at(-1)?.length ?? 0) - 1; at >= 0; at--) {
    const { place, before } = piles[at]![index]!;
    chain.push([place.a, place.b]);
    index = before;
  }
  return chain.reverse();
}

/** Myers: for each cost d, how far along each diagonal k = i − j one comes with d insertions and deletions. */
function greedy(a: readonly string[], b: readonly string[], { fromA, toA, fromB, toB }: Change, pairs: [number, number][]): void {
  const n = toA - fromA,
    m = toB - fromB;
  const most = Math.min(n + m, costLimit);
  const reach = new Int32Array(2 * most + 3);
  const at = (k: number): number => k + most + 1;
  const history: Int32Array[] = [];
  for (let d = 0; d <= most; d++) {
    history.push(reach.slice(at(-d) - 1, at(d) + 2));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && reach[at(k - 1)]! < reach[at(k + 1)]!);
      let i = down ? reach[at(k + 1)]! : reach[at(k - 1)]! + 1;
      while (i < n && i - k < m && a[fromA + i] === b[fromB + i - k]) i++;
      reach[at(k)] = i;
      if (i >= n && i - k >= m) return back(d);
    }
  }

  /** Walks from the end to the beginning; `history[d]` holds the diagonals −d − 1 … d + 1 as they were before step d. */
  function back(cost: number): void {
    const found: [number, number][] = [];
    let i = n,
      j = m;
    for (let d = cost; d > 0; d--) {
      const was = (k: number): number => history[d]![k + d + 1]!;
      const k = i - j;
      const down = k === -d || (k !== d && was(k - 1) < was(k + 1));
      const before = down ? k + 1 : k - 1;
      const stop = was(before);
      while (i > stop + (down ? 0 : 1)) found.push([fromA + --i, fromB + --j]);
      i = stop;
      j = stop - before;
    }
    while (i > 0 && j > 0) found.push([fromA + --i, fromB + --j]);
    pairs.push(...found.reverse());
  }
}

/** A pure insertion or deletion that could as well stand higher goes up until it begins behind a blank line: a new cell is
    shown with its own fence, and not with that of its neighbour. */
function slide(a: readonly string[], b: readonly string[], change: Change, last: Change = { fromA: 0, toA: 0, fromB: 0, toB: 0 }): Change {
  const deleted = change.toB === change.fromB,
    inserted = change.toA === change.fromA;
  if (deleted === inserted) return change;
  const [list, from, to] = deleted ? [a, change.fromA, change.toA] : [b, change.fromB, change.toB];
  const blank = (at: number): boolean => at === 0 || list[at - 1]!.trim() === '';
  if (blank(from)) return change;
  const room = change.fromA - last.toA;
  let up = 0;
  while (up < room && list[from - up - 1] === list[to - up - 1] && !blank(from - up)) up++;
  if (!blank(from - up) || up === 0) return change;
  return { fromA: change.fromA - up, toA: change.toA - up, fromB: change.fromB - up, toB: change.toB - up };
}
