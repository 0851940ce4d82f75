/* Finding by a few letters: every letter of the query occurs in the text in its order. Words that begin with them and letters that
   stand together count more, so `rst` finds Restart and `sta` finds Run stale before Bring back the last. Case and accents do
   not count. One pass per text, with a table of best scores where the query's letters occur more than once. */

export interface Match {
  /** Higher is better; comparable for one query. */
  readonly score: number;
  /** Offsets of the matched letters. */
  readonly at: readonly number[];
}

const start = 12, // a word begins here
  together = 10, // follows the letter before
  far = 1; // each letter that is skipped inside

/** How well `query` fits `text`; undefined where a letter is missing. An empty query fits everything alike. */
export function fuzzy(query: string, text: string): Match | undefined {
  const wanted = plain(query).replace(/\s+/g, ''),
    given = plain(text);
  if (wanted === '') return { score: 0, at: [] };
  if (wanted.length > given.length) return undefined;
  // What stands together as typed is what the reader means.
  const whole = plain(query).trim(),
    found = bestRun(given, whole);
  if (found >= 0)
    return {
      score: 1000 + (wordBegins(given, found) ? 200 : 0) - found - given.length / 100,
      at: Array.from({ length: whole.length }, (_, i) => found + i),
    };
  // best[j] is the best score with the letters so far, the last of them at j; from[i][j] where the one before stood.
  let best: number[] = [];
  const from: number[][] = [];
  for (let i = 0; i < wanted.length; i++) {
    const next = new Array<number>(given.length).fill(-Infinity),
      before = new Array<number>(given.length).fill(-1);
    let reach = -Infinity, // the best of those that end before j, less what was skipped since
      reachedAt = -1;
    for (let j = 0; j < given.length; j++) {
      if (i > 0 && j > 0) {
        reach -= far;
        if ((best[j - 1] ?? -Infinity) - far > reach) {
          reach = best[j - 1]! - far;
          reachedAt = j - 1;
        }
      }
      if (given[j] !== wanted[i]) continue;
      const own = wordBegins(given, j) ? start : 0;
      const joined = i > 0 && j > 0 ? best[j - 1]! + together : -Infinity;
      const loose = i === 0 ? -Math.min(j, 10) * far : reach;
      next[j] = own + Math.max(joined, loose);
      before[j] = joined >= loose ? j - 1 : reachedAt;
    }
    best = next;
    from.push(before);
  }
  let end = -1;
  for (let j = 0; j < best.length; j++) if (best[j]! > (end < 0 ? -Infinity : best[end]!)) end = j;
  if (end < 0) return undefined;
  const at: number[] = [];
  for (let i = wanted.length - 1, j = end; i >= 0; j = from[i]![j]!, i--) at.unshift(j);
  // Letters strewn over a long text are chance.
  const begins = at.filter((j) => wordBegins(given, j)).length;
  if (at.at(-1)! - at[0]! > wanted.length * 3 && begins <= wanted.length / 2) return undefined;
  return { score: best[end]! - given.length / 100, at };
}

/** Where `run` stands in `text`, at the beginning of a word rather than inside one; -1 where it does not. */
function bestRun(text: string, run: string): number {
  const first = text.indexOf(run);
  for (let at = first; at >= 0; at = text.indexOf(run, at + 1)) if (wordBegins(text, at)) return at;
  return first;
}

function wordBegins(text: string, at: number): boolean {
  return at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]!);
}

/** Lower case without accents, of the same length. */
function plain(text: string): string {
  return Array.from(text, (letter) => {
    const bare = letter.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    return bare.length === letter.length ? bare : letter;
  }).join('');
}
