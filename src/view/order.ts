/* The longest part of a row that rises, for moving as little as possible. */

/** The longest subsequence of `items` in which `of` rises (patience sorting, N log N). */
export function increasing<T>(items: readonly T[], of: (item: T) => number): T[] {
  const ends: number[] = []; // index of the smallest last item of a rising row of each length
  const before: number[] = [];
  items.forEach((item, i) => {
    let low = 0;
    for (let high = ends.length; low < high;) {
      const middle = (low + high) >> 1;
      if (of(items[ends[middle]!]!) < of(item)) low = middle + 1;
      else high = middle;
    }
    before[i] = low > 0 ? ends[low - 1]! : -1;
    ends[low] = i;
  });
  const found: T[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]!) found.unshift(items[at]!);
  return found;
}
