/* Whatever a table is made of, read by row and column where it lies: records, arrays, primitives, a Map, columns
   (`{ x: [..], y: [..] }`), Arrow-like tables (`numRows`, `schema.fields`, `getChild`). Nothing is copied but what has to be
   iterated. What is done with rows (order, filter, summary) stands in rows.ts. */

import { toText } from './inspect.ts';
import { isTypedArray } from './kinds.ts';
import type { ColumnType } from './look.ts';

/** The key under which a shown table tells its rows, also across separately built scripts. */
export const rowsOf: unique symbol = Symbol.for('gradus.rows') as never;

export interface RowSource {
  readonly length: number;
  readonly names: readonly string[];
  /** The value in a column and a row, as it lies there. */
  at(column: number, row: number): unknown;
  /** How a column's values are written, where someone said so. */
  readonly format?: Readonly<Record<string, (value: unknown, index: number) => unknown>>;
}

export const columnLimit = 1000;

type Rows = readonly unknown[];
type Column = ArrayLike<unknown> | { get(i: number): unknown };

/** `data` by row and column; undefined where there are no rows in it. `names`: the columns to read, in order. */
export function rowSource(data: unknown, names?: readonly string[]): RowSource | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const own = (data as { [rowsOf]?: RowSource })[rowsOf];
  if (own) return own;
  const columns = arrowColumns(data) ?? (isRows(data) ? undefined : plainColumns(data));
  if (columns) return fromColumns(columns, names);
  const rows = rowsIn(data);
  return rows && fromRows(rows, names);
}

/** The rows of whatever `data` is, as an array. Throws where there is nothing to iterate. */
export function toRows(data: unknown, where: string): Rows {
  if (typeof data === 'object' && data !== null) {
    const columns = arrowColumns(data) ?? (isRows(data) ? undefined : plainColumns(data));
    if (columns) {
      const { length, names, at } = fromColumns(columns);
      return Array.from({ length }, (_, i) => Object.fromEntries(names.map((name, column) => [name, at(column, i)])));
    }
    const rows = rowsIn(data);
    if (rows) return rows;
  }
  throw noRows(data, where);
}

export const noRows = (data: unknown, where: string): TypeError =>
  new TypeError(`${where}: expected an array of rows, got ${toText(data, 60)}. Pass rows such as [{ x: 1, y: 2 }].`);

const isRows = (data: object): boolean =>
  Array.isArray(data) || isTypedArray(data) || Symbol.iterator in data || Array.isArray((data as { rows?: unknown }).rows);

function rowsIn(data: object): Rows | undefined {
  if (Array.isArray(data) || isTypedArray(data)) return data as Rows;
  if (data instanceof Map) return Array.from(data as Map<unknown, unknown>, ([key, value]) => ({ key, value }));
  if (Symbol.iterator in data) return Array.from(data as Iterable<unknown>);
  const { rows } = data as { rows?: unknown };
  return Array.isArray(rows) ? (rows as Rows) : undefined;
}

function fromRows(rows: Rows, given?: readonly string[]): RowSource {
  const first = Array.from({ length: Math.min(200, rows.length) }, (_, i) => rows[i]);
  const names = (given ?? [...new Set(first.flatMap(namesOf))]).slice(0, columnLimit);
  return { length: rows.length, names, at: (column, row) => cell(rows[row], names[column]!) };
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

function fromColumns(columns: readonly (readonly [string, Column])[], given?: readonly string[]): RowSource {
  const byName = new Map(columns);
  const names = (given ?? columns.map(([name]) => name)).slice(0, columnLimit);
  const read = names.map((name): ((row: number) => unknown) => {
    const column = byName.get(name);
    if (!column) return () => undefined;
    return 'get' in column && typeof column.get === 'function' ? (row) => column.get(row) : (row) => (column as ArrayLike<unknown>)[row];
  });
  const length = columns.reduce((most, [, column]) => Math.max(most, (column as ArrayLike<unknown>).length), 0);
  return { length, names, at: (column, row) => read[column]!(row) };
}

function plainColumns(data: object): readonly (readonly [string, Column])[] | undefined {
  const columns = Object.entries(data).filter(([, column]) => Array.isArray(column) || isTypedArray(column)) as [string, Column][];
  return columns.length > 0 ? columns : undefined;
}

/** Apache Arrow's tables, and what is like them (arquero, DuckDB). */
function arrowColumns(data: object): readonly (readonly [string, Column])[] | undefined {
  const { numRows, schema, getChild } = data as { numRows?: unknown; schema?: { fields?: unknown }; getChild?: unknown };
  if (typeof numRows !== 'number' || !Array.isArray(schema?.fields) || typeof getChild !== 'function') return undefined;
  return (schema.fields as { name: string }[]).flatMap(({ name }) => {
    const column = (getChild as (name: string) => Column | null).call(data, name);
    return column ? [[name, column] as const] : [];
  });
}

/** A value as a table carries it to the page. */
export function plain(value: unknown): unknown {
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

/** Row `i` as it is shown, in the given columns. */
export function shownRow({ names, at, format }: RowSource, columns: readonly number[], i: number): unknown[] {
  return columns.map((column) => {
    const write = format?.[names[column]!];
    const value = at(column, i);
    return plain(write ? write(value, i) : value);
  });
}

export function typeOfValue(value: unknown): ColumnType | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return 'date';
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean' ? (typeof value as 'number') : 'other';
}
