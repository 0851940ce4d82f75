/* Answers to questions about a value as a table (look.ts): rows by the page in an order, facts of columns, CSV by the chunk.
   An order (filters, then sorting) is a list of row numbers, made once and kept for the latest few while the value stands. */

import { csvLine } from './csv.ts';
import { textOf, testOf, isMissing, type Test } from './filters.ts';
import { reach } from './children.ts';
import { toText } from './inspect.ts';
import { numberFacts } from './numbers.ts';
import { plain, rowSource, shownRow, typeOfValue, type RowSource } from './row-source.ts';
import { sortRows } from './sort.ts';
import type { ColumnFacts, ColumnType, Look, LookAnswers, RowOrder } from './look.ts';

export type RowsLook = Extract<Look, { of: 'rows' | 'columns' | 'csv' }>;

/** Cells of one answer, rows of a piece of CSV, orders kept, values that are told apart. */
const mostCells = 50_000,
  mostLines = 20_000,
  keptOrders = 4,
  mostDistinct = 10_000,
  mostTop = 5;

const other = (value: unknown): string => toText(value, 200);

interface Held {
  readonly source: RowSource;
  readonly orders: Map<string, Uint32Array | undefined>;
  readonly types: Map<number, ColumnType>;
}
const held = new WeakMap<object, Held>();

/** Throws a sentence where the value has no rows. */
export function lookAtRows(root: unknown, question: RowsLook, run: <T>(fn: () => T) => T): LookAnswers[RowsLook['of']] {
  const { value } = reach(root, question.path);
  const table = tableOf(value);
  const order = orderOf(table, question.order);
  switch (question.of) {
    case 'rows':
      return rows(table, order, question.from, question.count, run);
    case 'columns':
      return table.source.names
        .slice(question.from, question.from + question.count)
        .map((_, i) => factsOf(table.source, question.from + i, order));
    case 'csv':
      return csv(table.source, order, question);
    default:
      return question satisfies never;
  }
}

function tableOf(value: unknown): Held {
  const known = typeof value === 'object' && value !== null ? held.get(value) : undefined;
  if (known) return known;
  const source = rowSource(value);
  if (!source) throw new Error('This value has no rows.');
  const made = { source, orders: new Map(), types: new Map() };
  held.set(value as object, made);
  return made;
}

/** The rows of an order; undefined: all, as they lie. */
function orderOf({ source, orders }: Held, { sort, filters = {}, text = '' }: RowOrder): Uint32Array | undefined {
  const filterKey = JSON.stringify([Object.entries(filters).filter(([, filter]) => filter.trim() !== ''), text.trim()]);
  const matching = keep(orders, filterKey, () => matchingRows(source, filters, text));
  if (!sort) return matching;
  const column = source.names.indexOf(sort.column);
  if (column < 0) return matching;
  return keep(orders, `${filterKey} ${JSON.stringify(sort)}`, () =>
    sortRows(matching ?? Uint32Array.from({ length: source.length }, (_, i) => i), (row) => source.at(column, row), sort.down, other),
  );
}

function keep(orders: Held['orders'], key: string, make: () => Uint32Array | undefined): Uint32Array | undefined {
  const order = orders.has(key) ? orders.get(key) : make();
  orders.delete(key);
  orders.set(key, order);
  if (orders.size > keptOrders) orders.delete(orders.keys().next().value!);
  return order;
}

function matchingRows(source: RowSource, filters: Readonly<Record<string, string>>, text: string): Uint32Array | undefined {
  const tests = source.names.flatMap((name, column): [number, Test][] => {
    const test = testOf(filters[name] ?? '', other);
    return test ? [[column, test]] : [];
  });
  const part = text.trim().toLowerCase();
  if (tests.length === 0 && part === '') return undefined;
  const columns = source.names.map((_, i) => i);
  const found = new Uint32Array(source.length);
  let n = 0;
  for (let row = 0; row < source.length; row++) {
    if (!tests.every(([column, test]) => test(source.at(column, row)))) continue;
    if (part !== '' && !columns.some((column) => textOf(source.at(column, row), other).toLowerCase().includes(part))) continue;
    found[n++] = row;
  }
  return found.slice(0, n);
}

function rows(table: Held, order: Uint32Array | undefined, from: number, asked: number, run: <T>(fn: () => T) => T): LookAnswers['rows'] {
  const { source } = table;
  const columns = source.names.map((_, i) => i);
  const matching = order?.length ?? source.length;
  const count = Math.max(0, Math.min(asked, matching - from, Math.max(1, Math.floor(mostCells / Math.max(1, columns.length)))));
  const places = Array.from({ length: count }, (_, i) => (order ? order[from + i]! : from + i));
  const read = (): unknown[][] => places.map((row) => shownRow(source, columns, row));
  return {
    total: source.length,
    matching,
    columns: source.names.map((name, i) => ({ name, type: typeOf(table, i) })),
    rows: source.format ? run(read) : read(),
    places,
  };
}

/** By the first thousand rows: what a column is drawn as. */
function typeOf({ source, types }: Held, column: number): ColumnType {
  let type = types.get(column);
  if (!type) {
    const found = new Set<ColumnType | undefined>();
    for (let row = 0; row < Math.min(1000, source.length); row++) {
      const write = source.format?.[source.names[column]!];
      found.add(write ? 'other' : typeOfValue(source.at(column, row)));
    }
    found.delete(undefined);
    types.set(column, (type = found.size === 1 ? [...found][0]! : 'other'));
  }
  return type;
}

/** A column over the rows of an order. */
function factsOf(source: RowSource, column: number, order: Uint32Array | undefined): ColumnFacts {
  const count = order?.length ?? source.length;
  const at = (i: number): unknown => source.at(column, order ? order[i]! : i);
  const types = new Set<ColumnType>();
  const seen = new Map<unknown, number>();
  let missing = 0;
  for (let i = 0; i < count; i++) {
    const value = at(i);
    if (isMissing(value)) {
      missing++;
      if (value !== value) types.add('number');
      continue;
    }
    types.add(typeOfValue(value)!);
    const key = typeof value === 'object' ? (value instanceof Date ? value.getTime() : other(value)) : value;
    const times = seen.get(key);
    if (times !== undefined) seen.set(key, times + 1);
    else if (seen.size < mostDistinct) seen.set(key, 1);
  }
  const type = types.size === 1 ? [...types][0]! : 'other';
  const facts = { name: source.names[column]!, type, missing, distinct: seen.size };
  if (type === 'number' || type === 'date') {
    const numbers = numberFacts(count, (i) => {
      const value = at(i);
      return isMissing(value) ? undefined : Number(value);
    });
    if (!numbers) return facts;
    const { min, max, mean, histogram } = numbers;
    const more = histogram ? { histogram } : {};
    return type === 'number' ? { ...facts, min, max, mean, ...more } : { ...facts, min: dateText(min), max: dateText(max), ...more };
  }
  const top = [...seen]
    .sort(([, x], [, y]) => y - x)
    .slice(0, mostTop)
    .map(([value, times]) => ({ text: String(plain(value)), count: times }));
  return { ...facts, top };
}

const dateText = (time: number): string => (Number.isNaN(time) ? '' : new Date(time).toISOString());

function csv(
  source: RowSource,
  order: Uint32Array | undefined,
  { columns, from, count }: Extract<Look, { of: 'csv' }>,
): LookAnswers['csv'] {
  const shown = columns.map((name) => source.names.indexOf(name)).filter((column) => column >= 0);
  const all = order?.length ?? source.length;
  const to = Math.min(all, from + Math.min(count, mostLines));
  const lines = from === 0 ? [csvLine(shown.map((column) => source.names[column]))] : [];
  for (let i = from; i < to; i++) {
    const row = order ? order[i]! : i;
    lines.push(csvLine(shown.map((column) => written(source.at(column, row)))));
  }
  return { text: lines.join(''), next: to < all && to < from + count ? to : undefined };
}

/** Objects as their JSON, else as a line. */
function written(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return typeof value === 'object' ? value : String(value ?? '');
  try {
    return JSON.stringify(value) ?? other(value);
  } catch {
    return other(value);
  }
}
