/* Runs as lines through parallel axes: one axis for each parameter that differs and one for what came out. Numbers lie by size, on a log
   axis where they are positive and more than a factor of thirty apart; words lie in the order in which they occur. Pure. */

import { extent, formatNumber } from './geometry.ts';
import { formatCell, type Row } from './rows.ts';

export interface ParallelAxis {
  readonly label: string;
  /** Where each run lies, 0 (foot) to 1; NaN where it has no value. */
  readonly places: readonly number[];
  readonly ticks: readonly { readonly place: number; readonly text: string }[];
}

const wordLimit = 12;

/** An axis of one value for each run; undefined where they do not differ or are too many words. */
export function axisOf(label: string, values: readonly unknown[]): ParallelAxis | undefined {
  const there = values.filter((value) => value !== undefined && value !== null);
  const numbers = there.every((value) => typeof value === 'number');
  if (numbers) {
    const ends = extent(there as number[]);
    if (!ends || ends[0] === ends[1]) return undefined;
    const log = ends[0] > 0 && ends[1] / ends[0] > 30;
    const scale = log ? Math.log : (v: number): number => v;
    const [low, high] = [scale(ends[0]), scale(ends[1])];
    const middle = log ? Math.exp((low + high) / 2) : (low + high) / 2;
    return {
      label: log ? `${label}, log` : label,
      places: values.map((value) => (typeof value === 'number' && Number.isFinite(value) ? (scale(value) - low) / (high - low) : NaN)),
      ticks: [
        { place: 0, text: formatNumber(ends[0]) },
        { place: 0.5, text: formatNumber(Number(middle.toPrecision(3))) },
        { place: 1, text: formatNumber(ends[1]) },
      ],
    };
  }
  const words = [...new Set(there.map(formatCell))];
  if (words.length < 2 || words.length > wordLimit) return undefined;
  const at = (word: string): number => words.indexOf(word) / (words.length - 1);
  return {
    label,
    places: values.map((value) => (value === undefined || value === null ? NaN : at(formatCell(value)))),
    ticks: words.map((text) => ({ place: at(text), text })),
  };
}

/** At most eight parameters that differ, then what came out. Empty where there is nothing to set against each other. */
export function axesOf(rows: readonly Row[], result: string): ParallelAxis[] {
  const keys = [...new Set(rows.flatMap(({ run }) => Object.keys(run.params)))];
  const given = keys.flatMap(
    (key) =>
      axisOf(
        key,
        rows.map(({ run }) => run.params[key]),
      ) ?? [],
  );
  const came = axisOf(
    result,
    rows.map(({ run }) => run.summary[result]),
  );
  return came && given.length > 0 ? [...given.slice(0, 8), came] : [];
}
