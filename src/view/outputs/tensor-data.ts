/* Which numbers of a tensor a picture needs, and where they come from: what the output carries, what was fetched before, or
   the engine. Pure: knows no DOM. A picture is two axes (three with colour); the axes before them lead through the slices. */

import { placesOf, regionLimit, stridesOf, type AxisRange } from '../../output/regions.ts';
import type { Output } from '../../output/types.ts';

export type TensorOutput = Extract<Output, { kind: 'tensor' }>;
export type Numbers = ArrayLike<number>;

/** Which axis holds red, green and blue: none, the first of a picture's three, or the last. */
export type Colour = 'none' | 'first' | 'last';

/** A tensor as a row of pictures. */
export interface Layout {
  readonly shape: readonly number[];
  readonly colour: Colour;
  /** Sizes of the axes that lead through the pictures. */
  readonly lead: readonly number[];
  /** The leading axis whose slices stand side by side: the last one that is longer than 1; -1: one picture is all there is. */
  readonly tileAxis: number;
  readonly rows: number;
  readonly columns: number;
  /** 1, or 3 or 4 with colour. */
  readonly channels: number;
}

export function layoutOf(shape: readonly number[], colour: Colour): Layout {
  const axes = colour === 'none' ? Math.min(2, shape.length) : 3;
  const lead = shape.slice(0, shape.length - axes);
  const tail = shape.slice(shape.length - axes);
  const [rows, columns, channels] =
    colour === 'first'
      ? [tail[1]!, tail[2]!, tail[0]!]
      : colour === 'last'
        ? [tail[0]!, tail[1]!, tail[2]!]
        : axes === 2
          ? [tail[0]!, tail[1]!, 1]
          : [1, tail[0] ?? 1, 1];
  return { shape, colour, lead, tileAxis: lead.findLastIndex((size) => size > 1), rows, columns, channels };
}

/** The ways in which a tensor of this shape may hold colour pictures; the first one is the likely one. */
export function colourings(shape: readonly number[]): readonly Colour[] {
  if (shape.length < 3) return ['none'];
  const [a = 0, b = 0, c = 0] = shape.slice(-3);
  const last = (c === 3 || c === 4) && a >= 8 && b >= 8;
  const first = (a === 3 || a === 4) && b >= 8 && c >= 8;
  return last ? ['last', 'none'] : first ? ['first', 'none'] : c === 3 ? ['none', 'last'] : a === 3 ? ['none', 'first'] : ['none'];
}

/** Which pictures, and every how many rows and columns of them. */
export interface Want {
  /** Index on each leading axis; that of the tile axis does not count. */
  readonly index: readonly number[];
  /** Pictures along the tile axis, from `first` on; 0 and 1 where there is none. */
  readonly first: number;
  readonly count: number;
  readonly rows: AxisRange;
  readonly columns: AxisRange;
}

/** The region of the tensor that holds what is wanted. */
export function rangesOf(layout: Layout, want: Want): AxisRange[] {
  const lead = layout.lead.map((_, axis): AxisRange =>
    axis === layout.tileAxis ? [want.first, want.first + want.count, 1] : [want.index[axis]!, want.index[axis]! + 1, 1],
  );
  const channels: AxisRange = [0, layout.channels, 1];
  if (layout.shape.length === 0) return [];
  if (layout.shape.length === 1) return [want.columns];
  if (layout.colour === 'first') return [...lead, channels, want.rows, want.columns];
  if (layout.colour === 'last') return [...lead, want.rows, want.columns, channels];
  return [...lead, want.rows, want.columns];
}

/** Where number (picture, row, column, channel) lies in the answer for `want`. */
export function placing(layout: Layout, want: Want): (picture: number, row: number, column: number, channel: number) => number {
  const rows = placesOf(want.rows),
    columns = placesOf(want.columns),
    { channels } = layout,
    picture = rows * columns * channels;
  if (layout.colour === 'first') return (p, r, c, k) => p * picture + (k * rows + r) * columns + c;
  if (layout.colour === 'last') return (p, r, c, k) => p * picture + (r * columns + c) * channels + k;
  return (p, r, c) => p * picture + r * columns + c;
}

/** Every how many places an axis of `length` is shown so that at most `most` of them are. */
export const thinned = (length: number, most: number): AxisRange => [0, length, Math.max(1, Math.ceil(length / most))];

/** How many pictures of `want`'s size one answer can hold. */
export const picturesPerAnswer = (layout: Layout, rows: AxisRange, columns: AxisRange): number =>
  Math.max(1, Math.floor(regionLimit / Math.max(1, placesOf(rows) * placesOf(columns) * layout.channels)));

/** Numbers of one output, by region. */
export interface Source {
  /** What is here already; undefined where it has to be fetched. */
  held(ranges: readonly AxisRange[]): Numbers | undefined;
  /** Fetches a region. Rejects with a sentence for the reader. */
  fetch(ranges: readonly AxisRange[]): Promise<Numbers>;
  /** How many numbers from the first on the output carries. */
  readonly carried: number;
}

const kept = 12;

/** `ask`: asks the engine; absent: there is none. */
export function createSource(output: TensorOutput, ask: ((ranges: readonly AxisRange[]) => Promise<Numbers>) | undefined): Source {
  const { shape, data, picture } = output;
  const strides = stridesOf(shape);
  const fetched = new Map<string, Numbers>();
  const carriedOf = (ranges: readonly AxisRange[]): Numbers | undefined => {
    const places = ranges.map(placesOf);
    if (places.includes(0)) return [];
    const last = ranges.reduce((sum, [start, , step], axis) => sum + (start + (places[axis]! - 1) * step) * strides[axis]!, 0);
    if (last < data.length) return gather(data, strides, ranges, places);
    // The picture that comes with a large matrix: every k-th row and column of the first one.
    if (picture === undefined || ranges.length < 2) return undefined;
    const [rows, columns] = ranges.slice(-2) as [AxisRange, AxisRange];
    const lead = ranges.slice(0, -2);
    const same =
      lead.every(([start, stop]) => start === 0 && stop === 1) &&
      placesOf(rows) === picture.rows &&
      placesOf(columns) === picture.columns &&
      rows[0] === 0 &&
      columns[0] === 0;
    return same ? picture.data : undefined;
  };
  return {
    carried: data.length,
    held(ranges) {
      return fetched.get(JSON.stringify(ranges)) ?? carriedOf(ranges);
    },
    async fetch(ranges) {
      if (ask === undefined) throw new Error('Run the cell to see the rest.');
      const numbers = await ask(ranges);
      const key = JSON.stringify(ranges);
      fetched.delete(key);
      fetched.set(key, numbers);
      if (fetched.size > kept) fetched.delete(fetched.keys().next().value!);
      return numbers;
    },
  };
}

function gather(data: Numbers, strides: readonly number[], ranges: readonly AxisRange[], places: readonly number[]): Numbers {
  const out: number[] = [];
  const walk = (axis: number, from: number): void => {
    if (axis === ranges.length) {
      out.push(Number(data[from]));
      return;
    }
    const [start, , step] = ranges[axis]!;
    for (let i = 0; i < places[axis]!; i++) walk(axis + 1, from + (start + i * step) * strides[axis]!);
  };
  walk(0, 0);
  return out;
}

/** Statistics of some numbers, as they stand in the table of slices. NaN where there is none. */
export interface Facts {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** With n − 1. */
  readonly std: number;
  readonly zeros: number;
  readonly nan: number;
  readonly count: number;
}

export function factsOfNumbers(data: Numbers, from = 0, to = data.length): Facts {
  let [min, max, sum, zeros, nan] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = from; i < to; i++) {
    const x = Number(data[i]);
    if (Number.isNaN(x)) {
      nan++;
      continue;
    }
    if (x === 0) zeros++;
    if (x < min) min = x;
    if (x > max) max = x;
    sum += x;
  }
  const seen = to - from - nan;
  if (seen === 0) return { min: NaN, max: NaN, mean: NaN, std: NaN, zeros, nan, count: to - from };
  const mean = sum / seen;
  let squares = 0;
  for (let i = from; i < to; i++) {
    const x = Number(data[i]);
    if (!Number.isNaN(x)) squares += (x - mean) ** 2;
  }
  return { min, max, mean, std: seen > 1 ? Math.sqrt(squares / (seen - 1)) : 0, zeros, nan, count: to - from };
}

/** Bytes of one element by the name of its type. */
export function bytesOf(dtype: string): number {
  const bits = Number(/(\d+)/.exec(dtype)?.[1] ?? (dtype === 'bool' ? 8 : 32));
  return dtype.startsWith('complex') ? bits / 8 : Math.max(1, bits / 8);
}

/** 31.4 MB, 3.1 kB, 12 bytes. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${size >= 100 ? Math.round(size) : Number(size.toPrecision(3))} ${unit}`;
}
