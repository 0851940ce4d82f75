/* Columns of the table of runs: which there are, which are shown until the reader chooses, and how wide they are. Pure. */

import { ago, duration } from '../words.ts';
import type { Digest } from './digest.ts';
import { columnsOf, formatCell, sayState, valueOf, type Row } from './rows.ts';
import type { Target } from './targets.ts';

export interface Column {
  /** As Sorting.key has it. */
  readonly key: string;
  readonly label: string;
  readonly group: 'Facts' | 'Parameters' | 'Results' | 'Metrics';
  readonly number: boolean;
  /** Shown where the reader has not chosen. */
  readonly usual: boolean;
}

/** What the reader has chosen, by key. */
export type Choice = Readonly<Record<string, boolean>>;

const usualParams = 6,
  usualResults = 4;

/** All columns that these runs can fill, in the order of the table; `metrics`: names that are known so far. */
export function allColumns(rows: readonly Row[], metrics: readonly string[], loss: string, targets: readonly Target[]): Column[] {
  const fact = (key: string, label: string, number: boolean, usual = true): Column => ({ key, label, group: 'Facts', number, usual });
  const params = columnsOf(rows, 'params'),
    results = columnsOf(rows, 'summary');
  return [
    fact('state', 'State', false),
    ...params.map((key, i): Column => ({ key: `params.${key}`, label: key, group: 'Parameters', number: true, usual: i < usualParams })),
    fact('loss', loss, true),
    ...results.map((key, i): Column => ({ key: `summary.${key}`, label: key, group: 'Results', number: true, usual: i < usualResults })),
    ...metrics.map((name): Column => ({ key: `last.${name}`, label: `last ${name}`, group: 'Metrics', number: true, usual: false })),
    fact('pass', 'pass line', false, targets.length > 0),
    fact('steps', 'steps', true),
    fact('ms', 'time', true),
    fact('backend', 'backend', false),
    fact('notebook', 'notebook', false, false),
    fact(
      'tags',
      'tags',
      false,
      rows.some(({ run }) => (run.tags?.length ?? 0) > 0),
    ),
    fact('notes', 'notes', false, false),
    fact('begun', 'begun', false),
  ];
}

export function shownColumns(columns: readonly Column[], choice: Choice): Column[] {
  return columns.filter(({ key, usual }) => choice[key] ?? usual);
}

/** What stands in a cell. */
export function textOf(row: Row, key: string, digest: Digest | undefined, targets: readonly Target[], now: number): string {
  if (key === 'state') return sayState(row, digest);
  const value = valueOf(row, key, digest, targets);
  if (key === 'begun') return ago(Number(value), now);
  if (key === 'ms') return value === undefined ? '–' : duration(Number(value));
  return formatCell(value);
}

/** Width of a column in characters: by its label and the first rows, so that it stays as it is while rows come and go. */
export function widthOf(column: Column, rows: readonly Row[], targets: readonly Target[], now: number): number {
  const least =
    { state: 13, loss: 8, pass: 9, steps: 7, ms: 6, notes: 18, tags: 10, backend: 8, begun: 12 }[column.key] ?? (column.number ? 7 : 8);
  const texts = rows.slice(0, 40).map((row) => textOf(row, column.key, undefined, targets, now).length);
  return Math.min(28, Math.max(least, column.label.length + 2, ...texts));
}
