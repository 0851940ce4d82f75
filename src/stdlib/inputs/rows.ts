/* `Inputs.search` and `Inputs.table`: rows that the reader narrows down. The rows stay in the worker; the page is sent the
   first of them, asks for the others as it comes to them, and has them sorted here. */

import { ascending, descending, formatLocaleAuto, formatLocaleNumber, searchFilter } from './format.ts';
import { Input, htmlOf, labelOf, type Props } from './input.ts';
import { checked, isIterable, noAddress, onoff, truefalse, widthOf, wrong, type Common } from './options.ts';
import { rowsOf, type RowSource } from '../../output/row-source.ts';
import { cell, rowLimit, toRows, toTable } from '../tables.ts';

type Rows = readonly unknown[] & { columns?: unknown };

/** Names of columns that data carries, as tables read from files do. */
const columnsOf = (data: unknown): readonly string[] | undefined => {
  const { columns } = (data ?? {}) as { columns?: unknown };
  return Array.isArray(columns) ? columns.map(String) : undefined;
};
const withColumns = <T extends unknown[]>(rows: T, columns: readonly string[] | undefined): T =>
  columns === undefined ? rows : Object.defineProperty(rows, 'columns', { value: columns, enumerable: false, configurable: true });

export interface SearchOptions extends Common {
  query?: string;
  placeholder?: string;
  columns?: Iterable<string>;
  locale?: string;
  format?: (count: number) => unknown;
  spellcheck?: unknown;
  autocomplete?: unknown;
  autocapitalize?: unknown;
  filter?: (query: string) => (row: unknown, index: number, rows: readonly unknown[]) => unknown;
  datalist?: Iterable<unknown>;
}

/** The rows that a query finds; all of them without a query, unless `required` is false. */
export function search(data: Iterable<unknown>, given?: SearchOptions): Input & { query: string } {
  const options = checked('search', given, { format: 'function' });
  const rows = toRows(data, 'Inputs.search');
  const columns = options.columns === undefined ? columnsOf(data) : Array.from(options.columns, String);
  const write = formatLocaleNumber(options.locale);
  const {
    filter = (query: string) => searchFilter(query, columns),
    format = (n: number) => `${write(n)} result${n === 1 ? '' : 's'}`,
    required = true,
    placeholder = 'Search',
    spellcheck,
    autocomplete,
    autocapitalize,
    datalist,
  } = options;
  let query = options.query ?? '';
  const find = (next: unknown): unknown[] => {
    query = String(next ?? '');
    return withColumns(query || required ? rows.filter(filter(query)) : [], columns);
  };
  const input = new Input(
    'search',
    { ...options, required: false },
    {
      placeholder,
      spellcheck: truefalse(spellcheck),
      autocomplete: onoff(autocomplete),
      autocapitalize: onoff(autocapitalize),
      datalist: datalist && Array.from(datalist, (item) => String(item ?? '')),
    },
    find(query),
    {
      encode: () => query,
      decode: find,
      accept: (_, before) => before,
      address: { write: (wire) => [String(wire)], read: ([text]) => text },
    },
    (value) => ({ text: labelOf(format((value as unknown[]).length)) }),
  );
  return Object.defineProperty(input, 'query', {
    get: () => query,
    set(next) {
      input.start(find(next));
    },
  }) as Input & { query: string };
}

type Align = 'left' | 'right' | 'center';
export interface InputTableOptions extends Common {
  columns?: Iterable<string>;
  rows?: number;
  sort?: string | null;
  reverse?: boolean;
  format?: Readonly<Record<string, (value: unknown, index: number, data: readonly unknown[]) => unknown>>;
  locale?: string;
  align?: Readonly<Record<string, Align>>;
  header?: Readonly<Record<string, unknown>>;
  maxWidth?: number | string;
  height?: number | string;
  maxHeight?: number | string;
  layout?: 'fixed' | 'auto';
  select?: boolean;
  multiple?: boolean;
}

/** Rows to choose from. With `multiple` (the default) the value is the chosen rows, all of them while none is chosen (none,
    with `required: false`); else a row or null. Sorting by a head gives the value that order. */
export function table(data: Iterable<unknown>, given?: InputTableOptions): Input {
  const options = checked('table', given, { format: 'record', header: 'record', align: 'record', columns: 'iterable' });
  noAddress('table', options);
  if (typeof (data as { then?: unknown } | null | undefined)?.then === 'function')
    throw new TypeError('Inputs.table: expected rows, got a promise of them. Write Inputs.table(await rows).');
  const { multiple = true, required = true, select = true, reverse = false, layout, header = {}, align = {} } = options;
  if (layout !== undefined && layout !== 'fixed' && layout !== 'auto') throw wrong('table', 'layout', '"fixed" or "auto"', layout);
  const source = toRows(data, 'Inputs.table') as Rows;
  const columns = options.columns === undefined ? columnsOf(data) : Array.from(options.columns, String);
  if (columns && options.sort && !columns.includes(options.sort) && source.length > 0)
    throw wrong('table', 'sort', `one of the columns ${columns.join(', ')}`, options.sort);
  let sorted = options.sort ? { column: options.sort, reverse } : undefined;
  /** Places of the shown order in the source. */
  let order: number[] = [];
  const arrange = (): void => {
    order = Array.from(source, (_, i) => i);
    if (sorted) {
      const by = sorted.reverse ? descending : ascending,
        { column } = sorted;
      order.sort((a, b) => by(cell(source[a], column), cell(source[b], column)));
    } else if (reverse && !options.sort) order.reverse();
  };
  arrange();
  let chosen = new Set<number>();
  const pick = (value: unknown): void => {
    const wanted = new Set<unknown>(multiple ? (isIterable(value) ? value : []) : value === undefined || value === null ? [] : [value]);
    chosen = new Set(wanted.size === 0 ? [] : order.filter((i) => wanted.has(source[i])));
  };
  const names = toTable(source, { ...(columns && { columns }) }).columns.map(({ name }) => name);
  const read = (): unknown => {
    const picked = order.filter((i) => chosen.has(i)).map((i) => source[i]);
    if (!multiple) return picked[0] ?? null;
    return withColumns(picked.length === 0 && required ? order.map((i) => source[i]) : picked, names);
  };
  pick(options.value);
  let turn = 0;
  const draw = (): Props => {
    turn++;
    const rows = order.slice(0, rowLimit).map((i) => source[i]);
    const shown = toTable(rows, { columns: names, format: formats(options, order, source) });
    const raw = toTable(rows.slice(0, 200), { columns: names });
    return {
      columns: shown.columns.map((column, i) => ({
        name: column.name,
        type: raw.columns[i]!.type,
        title: header[column.name] === undefined ? undefined : labelOf(header[column.name]),
        titleHtml: htmlOf(header[column.name]),
        align: align[column.name],
        width: typeof options.width === 'object' && options.width !== null ? widthOf((options.width as Props)[column.name]) : undefined,
      })),
      rows: shown.rows,
      total: source.length,
      turn,
      sorted: sorted && { column: names.indexOf(sorted.column), reverse: sorted.reverse },
    };
  };
  const { rows, height, maxHeight, maxWidth } = options;
  return new Input(
    'table',
    { ...options, required: false },
    {
      multiple,
      selectable: select,
      lines: rows === undefined ? undefined : Number(rows),
      height,
      maxHeight,
      maxWidth,
      layout: layout ?? (names.length >= 12 ? 'auto' : 'fixed'),
      ...draw(),
    },
    read(),
    {
      encode: () => (chosen.size === 0 ? [] : order.flatMap((i, at) => (chosen.has(i) ? [at] : []))),
      decode(wire) {
        if (typeof wire === 'object' && wire !== null && Object.hasOwn(wire, 'sort')) {
          const { sort, reverse: down } = wire as { sort: number | null; reverse?: boolean };
          sorted = sort === null ? undefined : { column: names[sort]!, reverse: Boolean(down) };
          arrange();
        } else if (typeof wire === 'object' && wire !== null && Object.hasOwn(wire, 'all')) {
          chosen = new Set((wire as { all: boolean }).all ? order : []);
        } else {
          const list = (wire === null ? [] : Array.isArray(wire) ? wire : [wire]) as number[];
          chosen = new Set(list.map((at) => order[at]!).filter((i) => i !== undefined));
        }
        return read();
      },
      accept(value) {
        pick(value);
        return read();
      },
    },
    drawn(draw, () => order),
    { behind: () => ({ [rowsOf]: sourceOf(source, order, names, formats(options, order, source)) }) },
  );
}

/** All rows in an order, as they are shown. */
function sourceOf(
  rows: readonly unknown[],
  order: readonly number[],
  names: readonly string[],
  format: Record<string, (value: unknown, index: number) => unknown>,
): RowSource {
  return { length: order.length, names, at: (column, row) => format[names[column]!]!(cell(rows[order[row]!], names[column]!), row) };
}

/** Draws the rows anew only when their order has changed. */
function drawn(draw: () => Props, order: () => readonly number[]): () => Props {
  let before: readonly number[] = order(),
    props = draw();
  return () => {
    if (order() !== before) {
      before = order();
      props = draw();
    }
    return props;
  };
}

/** How each column's values are written; a function of the notebook's gets the row's place and the data, as Observable's. */
function formats(
  { format = {}, locale }: InputTableOptions,
  order: readonly number[],
  source: readonly unknown[],
): Record<string, (value: unknown, index: number) => unknown> {
  const auto = formatLocaleAuto(locale);
  const own = Object.fromEntries(
    Object.entries(format).map(([name, fn]) => {
      if (typeof fn !== 'function') throw wrong('table', `format.${name}`, 'a function', fn);
      return [name, (value: unknown, i: number) => (value === null || value === undefined ? value : labelOf(fn(value, order[i]!, source)))];
    }),
  );
  return new Proxy(own, {
    get: (target, name: string) =>
      target[name] ?? ((value: unknown) => (typeof value === 'number' || value instanceof Date ? auto(value) : value)),
  });
}
