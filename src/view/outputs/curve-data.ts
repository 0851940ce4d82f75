/* Curves as columns of numbers: what of 100,000 points a few hundred pixels can show, smoothing that goes on where it
   stopped, and the point next to the pointer. Pure: knows no DOM and no canvas. */

/** A metric over steps, append-only: all arrays have the same length. `times`: ms since the run began, where they are known. */
export interface Points {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly times?: ArrayLike<number> | undefined;
}

/** Points to draw, in order; y is NaN where the line breaks. */
export interface Thin {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly length: number;
}

/** The least and the greatest point of each of `columns` pixel columns between `low` and `high`, with the first and the last, so
    no peak is lost: at most 4 points a column. `xs` must not fall; where it does, the points are taken as they come. One pass. */
export function thin(xs: ArrayLike<number>, ys: ArrayLike<number>, low: number, high: number, columns: number): Thin {
  const n = Math.min(xs.length, ys.length);
  const few = n <= columns * 4;
  const x = new Float64Array(few ? n : columns * 4 + 4);
  const y = new Float64Array(few ? n : columns * 4 + 4);
  if (few) {
    for (let i = 0; i < n; i++) {
      x[i] = xs[i]!;
      y[i] = finite(ys[i]!);
    }
    return { x, y, length: n };
  }
  const scale = high > low ? columns / (high - low) : 0;
  let to = 0,
    column = -1,
    first = 0,
    least = -1,
    most = -1,
    last = 0;
  const put = (i: number): void => {
    if (to === x.length) return;
    x[to] = xs[i]!;
    y[to++] = finite(ys[i]!);
  };
  const close = (): void => {
    if (column < 0) return;
    put(first);
    if (least < 0) {
      if (last !== first) put(last);
      return;
    }
    const [a, b] = least < most ? [least, most] : [most, least];
    if (a !== first) put(a);
    if (b !== a && b !== first) put(b);
    if (last !== b && last !== a && last !== first) put(last);
  };
  for (let i = 0; i < n; i++) {
    const here = Math.max(column, Math.min(columns, Math.floor((xs[i]! - low) * scale)), 0);
    if (here !== column) {
      close();
      column = here;
      first = i;
      least = most = -1;
    }
    last = i;
    const v = ys[i]!;
    if (v - v !== 0) continue; // NaN, ±∞
    if (least < 0 || v < ys[least]!) least = i;
    if (most < 0 || v > ys[most]!) most = i;
  }
  close();
  return { x, y, length: to };
}

const finite = (v: number): number => (v - v === 0 ? v : NaN);

/** An exponential moving average that is told more points as they come; values before the first finite one are NaN. */
export interface Smooth {
  /** Smoothed values of everything up to now; the same memory while it has room. */
  upTo(values: ArrayLike<number>): Float64Array;
}

/** `weight`: how much of the last average stays with each point, from 0 to below 1; the start is corrected for, as Adam does. */
export function smooth(weight: number): Smooth {
  let held = new Float64Array(256),
    length = 0,
    average = 0,
    share = 0;
  return {
    upTo(values) {
      if (values.length < length) {
        length = 0;
        average = share = 0;
      }
      if (values.length > held.length) {
        const grown = new Float64Array(Math.max(values.length, held.length * 2));
        grown.set(held.subarray(0, length));
        held = grown;
      }
      for (; length < values.length; length++) {
        const v = values[length]!;
        if (v - v === 0) {
          average = weight * average + (1 - weight) * v;
          share = weight * share + (1 - weight);
        }
        held[length] = share > 0 ? average / share : NaN;
      }
      return held.subarray(0, length);
    },
  };
}

/** Index of the point whose x is nearest; -1 of none. `xs` must not fall. */
export function nearest(xs: ArrayLike<number>, x: number): number {
  let low = 0,
    high = xs.length - 1;
  if (high < 0) return -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && x - xs[low - 1]! <= xs[low]! - x ? low - 1 : low;
}

/** The least and greatest finite number, kept while more come; `positive`: the least one above 0. */
export interface Extent {
  upTo(values: ArrayLike<number>): { readonly low: number; readonly high: number; readonly positive: number };
}

export function extentOf(): Extent {
  let seen = 0,
    low = Infinity,
    high = -Infinity,
    positive = Infinity;
  return {
    upTo(values) {
      if (values.length < seen) {
        seen = 0;
        low = positive = Infinity;
        high = -Infinity;
      }
      for (; seen < values.length; seen++) {
        const v = values[seen]!;
        if (v - v !== 0) continue;
        if (v < low) low = v;
        if (v > high) high = v;
        if (v > 0 && v < positive) positive = v;
      }
      return { low, high, positive };
    },
  };
}

/** Metrics that belong into one figure: those that differ by a word for the half of the data in front of their name. */
export function groupsOf(names: readonly string[]): { readonly title: string; readonly names: readonly string[] }[] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const stem = name.replace(/^(train|training|val|valid|validation|test|eval)[_./ -]+/i, '');
    const group = groups.get(stem);
    if (group) group.push(name);
    else groups.set(stem, [name]);
  }
  return [...groups].map(([stem, of]) => ({ title: of.length === 1 ? of[0]! : stem, names: of }));
}

/** Where a logarithmic axis from `low` to `high` has its marks: 1 to 9 times each power of ten, over many decades the powers alone.
    uPlot's own marks never end for some ranges that do not begin at one of them. */
export function logSplits(low: number, high: number): number[] {
  if (!(low > 0 && high >= low && high < Infinity)) return [];
  const first = Math.floor(Math.log10(low)),
    last = Math.floor(Math.log10(high));
  const step = Math.max(1, Math.ceil((last - first) / 40));
  const splits: number[] = [];
  for (let power = first; power <= last; power += step)
    for (const factor of step > 1 || last - first > 12 ? [1] : [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const mark = Number(`${factor}e${power}`);
      if (mark >= low && mark <= high) splits.push(mark);
    }
  return splits;
}
