/* What was typed into a text, put into the same text as somebody else has changed it meanwhile: each side counts as one change of
   letters. Small enough for the page's first load; whole files are merged by lines in merge.ts. Pure. */

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** The text with both changes. Where they overlap, what both put there stands one after the other, theirs first. */
export function rebase(base: string, mine: string, theirs: string): string {
  const a = spliceOf(base, mine),
    b = spliceOf(base, theirs);
  if (b.end < a.start || (b.end === a.start && b.start !== a.end)) return apply(apply(base, a), b);
  if (a.end < b.start || (a.end === b.start && a.start !== b.end)) return apply(apply(base, b), a);
  const start = Math.min(a.start, b.start),
    end = Math.max(a.end, b.end);
  return base.slice(0, start) + b.insert + a.insert + base.slice(end);
}

/** The smallest splice that makes `from` into `to`. */
export function spliceOf(from: string, to: string): Splice {
  let start = 0,
    end = from.length,
    toEnd = to.length;
  while (start < end && start < toEnd && from[start] === to[start]) start++;
  while (end > start && toEnd > start && from[end - 1] === to[toEnd - 1]) {
    end--;
    toEnd--;
  }
  return { start, end, insert: to.slice(start, toEnd) };
}

const apply = (text: string, { start, end, insert }: Splice): string => text.slice(0, start) + insert + text.slice(end);
