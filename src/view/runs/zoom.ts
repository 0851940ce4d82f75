/* A curve within a stretch of its horizontal axis, as few points as there are pixels: of each column of two the least and the greatest value. Long
   curves have their extremes noted by blocks once, so that zooming a million points costs what zooming a thousand does. Pure. */

import type { Scale, Series } from './geometry.ts';

export interface Axis {
  readonly domain: readonly [number, number];
  /** Pixels. */
  readonly range: readonly [number, number];
  readonly log?: boolean;
}

/** Width of what has one least and one greatest value, px: as wide as the line. */
const column = 2;
const block = 64;
/** Below so many points the blocks cost more than they save. */
const fewPoints = 20_000;

interface Extremes {
  readonly low: Int32Array;
  readonly high: Int32Array;
}
const noted = new WeakMap<object, Extremes>();

/** Index of the first step that is not below `x`, in steps that only rise. */
export function firstFrom(steps: ArrayLike<number>, x: number): number {
  let low = 0,
    high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The value of the axis at a share of its length, 0 to 1. */
export function valueAt({ domain: [low, high], log }: Pick<Axis, 'domain' | 'log'>, share: number): number {
  return log ? low * (high / low) ** share : low + (high - low) * share;
}

/** Indices that keep the shape of the curve within the axis: of each column of pixels the least and the greatest value (or one, where it has none
    that is finite, so that the gap shows), and one point on either side. */
export function indicesWithin({ steps, values }: Series, axis: Axis): number[] {
  const [low, high] = axis.domain;
  const from = Math.max(0, firstFrom(steps, low) - 1);
  let to = firstFrom(steps, high);
  while (to < values.length && steps[to] === high) to++;
  to = Math.min(values.length, to + 1);
  const pixels = Math.max(1, Math.floor(Math.abs(axis.range[1] - axis.range[0]) / column));
  if (to - from <= 2 * pixels) return Array.from({ length: to - from }, (_, i) => from + i);
  const kept: number[] = [from];
  let begin = from + 1;
  for (let p = 1; p <= pixels && begin < to - 1; p++) {
    const end = p === pixels ? to - 1 : Math.min(to - 1, firstFrom(steps, valueAt(axis, p / pixels)));
    if (end <= begin) continue;
    const [least, most] = extremes(values, begin, end);
    if (least < 0) kept.push(begin);
    else if (least === most) kept.push(least);
    else kept.push(Math.min(least, most), Math.max(least, most));
    begin = end;
  }
  kept.push(to - 1);
  return kept;
}

/** Indices of the least and the greatest finite value in [from, to); -1 where there is none. */
function extremes(values: ArrayLike<number>, from: number, to: number): [number, number] {
  let low = -1,
    high = -1;
  const take = (i: number): void => {
    const value = values[i]!;
    if (!Number.isFinite(value)) return;
    if (low < 0 || value < values[low]!) low = i;
    if (high < 0 || value > values[high]!) high = i;
  };
  let i = from;
  if (values.length >= fewPoints && to - from > 4 * block) {
    const blocks = blocksOf(values);
    for (; i < to && i % block !== 0; i++) take(i);
    for (; i + block <= to; i += block) {
      const at = i / block;
      if (blocks.low[at]! < 0) continue;
      take(blocks.low[at]!);
      take(blocks.high[at]!);
    }
  }
  for (; i < to; i++) take(i);
  return [low, high];
}

function blocksOf(values: ArrayLike<number>): Extremes {
  let found = noted.get(values);
  if (!found) {
    const n = Math.floor(values.length / block);
    found = { low: new Int32Array(n), high: new Int32Array(n) };
    for (let b = 0; b < n; b++) {
      let low = -1,
        high = -1;
      for (let i = b * block; i < (b + 1) * block; i++) {
        const value = values[i]!;
        if (!Number.isFinite(value)) continue;
        if (low < 0 || value < values[low]!) low = i;
        if (high < 0 || value > values[high]!) high = i;
      }
      found.low[b] = low;
      found.high[b] = high;
    }
    noted.set(values, found);
  }
  return found;
}

/** Where a value of the axis lies. */
export function placeOn({ domain: [low, high], range: [from, to], log }: Axis, value: number): number {
  if (high <= low) return (from + to) / 2;
  return from + (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)) * (to - from);
}

/** The path of a curve within an axis, broken where a value has no place, and the indices that it goes through. */
export function pathWithin(series: Series, axis: Axis, y: Scale | ((value: number) => number)): { path: string; indices: number[] } {
  const indices = indicesWithin(series, axis);
  let path = '';
  let pen = false;
  for (const i of indices) {
    const across = placeOn(axis, series.steps[i]!),
      down = y(series.values[i]!);
    if (!Number.isFinite(down) || !Number.isFinite(across)) {
      pen = false;
      continue;
    }
    path += `${pen ? 'L' : 'M'}${Math.round(across * 10) / 10} ${Math.round(down * 10) / 10}`;
    pen = true;
  }
  return { path, indices };
}

/** A stretch `factor` times as long about the share `about` of it, within `whole`; undefined: the whole. */
export function zoomed(
  axis: Pick<Axis, 'domain' | 'log'>,
  whole: readonly [number, number],
  factor: number,
  about: number,
): readonly [number, number] | undefined {
  const from = Math.max(whole[0], valueAt(axis, about - about * factor)),
    to = Math.min(whole[1], valueAt(axis, about + (1 - about) * factor));
  if (from <= whole[0] && to >= whole[1]) return undefined;
  return to - from < (whole[1] - whole[0]) * 1e-6 ? axis.domain : [from, to];
}
