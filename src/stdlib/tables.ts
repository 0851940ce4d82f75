/* Rows as a bounded table: what `table(rows)`, `Inputs.table` and `console.table` share. A table carries the first
   `rowLimit` rows to the page, fewer where there are many columns; the others stay here and are asked for by the page. */

import { noRows, rowSource, rowsOf, shownRow, typeOfValue, type RowSource } from '../output/row-source.ts';
import type { Output } from '../output/types.ts';

export { cell, toRows } from '../output/row-source.ts';

export const rowLimit = 1000;
/** Cells of a carried table: an output stays well below a megabyte. */
const cellLimit = 100_000;

type Table = Extract<Output, { kind: 'table' }>;

export interface TableOptions {
  /** Names of the columns to show, in order. Default: all that the first 200 rows have. */
  readonly columns?: readonly string[];
  /** How a column's values are written. Default: as they are. */
  readonly format?: Readonly<Record<string, (value: unknown, index: number) => unknown>>;
}

/** `rows` as a table output of at most `rowLimit` rows. */
export function toTable(rows: readonly unknown[], options: TableOptions = {}): Table {
  return carried(sourceOf(rows, options)!);
}

/** What `data` shows as a table, and what answers for all of its rows: the value behind that output. */
export function tableOf(
  data: unknown,
  options: TableOptions | undefined,
  where: string,
): { readonly output: Table; readonly behind: object } {
  const source = sourceOf(data, options);
  if (!source) throw noRows(data, where);
  return { output: carried(source), behind: { [rowsOf]: source } };
}

function sourceOf(data: unknown, { columns, format }: TableOptions = {}): RowSource | undefined {
  const source = rowSource(data, columns);
  return source && format ? { ...source, format } : source;
}

function carried(source: RowSource): Table {
  const { length, names } = source;
  const all = names.map((_, i) => i);
  const count = Math.min(rowLimit, length, Math.max(1, Math.floor(cellLimit / Math.max(1, names.length))));
  const rows = Array.from({ length: count }, (_, i) => shownRow(source, all, i));
  return { kind: 'table', columns: names.map((name, i) => ({ name, type: typeOf(rows, i) })), rows, total: length };
}

function typeOf(rows: readonly (readonly unknown[])[], column: number): Table['columns'][number]['type'] {
  const types = new Set(rows.map((row) => typeOfValue(row[column])));
  types.delete(undefined);
  return types.size === 1 ? [...types][0]! : 'other';
}
