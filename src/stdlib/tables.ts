/* Rows as a bounded table: what `table(rows)`, `Inputs.table` and `console.table` share. Rows are records, arrays,
   primitives, a Map, or columns (`{ x: [..], y: [..] }`); a table never carries more than `rowLimit` rows to the page. */

import { toText } from '../output/inspect.ts';
import { isTypedArray } from '../output/kinds.ts';
import type { Output } from '../output/types.ts';

export const rowLimit = 1000;
const columnLimit = 100;

type Table = Extract<Output, { kind: 'table' }>;
type Column = Table['columns'][number];

export interface TableOptions {
  /** Names of the columns to show, in order. Default: all that the first 200 rows have. */
  readonly columns?: readonly string[];
  /** How a column's values are written. Default: as they are. */
  readonly format?: Readonly<Record<string, (value: unknown, index: number) => unknown>>;
}

/** The rows of whatever `data` is, as an array. Throws where there is nothing to iterate. */
export function toRows(data: unknown, where: string): readonly unknown[] {
  if (Array.isArray(data) || isTypedArray(data)) return data as readonly unknown[];
  if (typeof data === 'object' && data !== null) {
    if (data instanceof Map) return Array.from(data as Map<unknown, unknown>, ([key, value]) => ({ key, value }));
    if (Symbol.iterator in data) return Array.from(data as Iterable<unknown>);
    const rows: unknown = (data as { rows?: unknown }).rows;
    if (Array.isArray(rows)) return rows as readonly unknown[];
    const columns = Object.entries(data).filter(([, column]) => Array.isArray(column) || isTypedArray(column)) as [
      string,
      ArrayLike<unknown>,
    ][];
    if (columns.length > 0) {
      const length = Math.max(...columns.map(([, column]) => column.length));
      return Array.from({ length }, (_, i) => Object.fromEntries(columns.map(([name, column]) => [name, column[i]])));
    }
  }
  throw new TypeError(`${where}: expected an array of rows, got ${toText(data, 60)}. Pass rows such as [{ x: 1, y: 2 }].`);
}

/** `rows` as a table output of at most `rowLimit` rows. */
export function toTable(rows: readonly unknown[], { columns, format = {} }: TableOptions = {}): Table {
  const first = Array.from({ length: Math.min(200, rows.length) }, (_, i) => rows[i]);
  const names = (columns ?? [...new Set(first.flatMap(namesOf))]).slice(0, columnLimit);
  const shown = Array.from({ length: Math.min(rowLimit, rows.length) }, (_, i) =>
    names.map((name) => plain(format[name] ? format[name](cell(rows[i], name), i) : cell(rows[i], name))),
  );
  return { kind: 'table', columns: names.map((name, i): Column => ({ name, type: typeOf(shown, i) })), rows: shown, total: rows.length };
}

/** The value of a row in a column. */
export function cell(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null && !(row instanceof Date)
    ? (row as Record<string, unknown>)[name]
    : name === 'value'
      ? row
      : undefined;
}

function namesOf(row: unknown): string[] {
  return typeof row === 'object' && row !== null && !(row instanceof Date) ? Object.keys(row).slice(0, columnLimit) : ['value'];
}

function plain(value: unknown): unknown {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
    case 'string':
      return toText(value, 500);
    default:
      return value === null || value instanceof Date ? value : toText(value, 200);
  }
}

function typeOf(rows: readonly (readonly unknown[])[], column: number): Column['type'] {
  const types = new Set<Column['type']>();
  for (const row of rows) {
    const value = row[column];
    if (value === undefined || value === null) continue;
    types.add(
      value instanceof Date
        ? 'date'
        : typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean'
          ? (typeof value as 'number')
          : 'other',
    );
  }
  return types.size === 1 ? [...types][0]! : 'other';
}
