/* A recorded figure in words and numbers: which of its marks tells its values under the pointer, the sentence that stands for
   it, and its data as tables. Pure: reads the record (stdlib/plot/record.ts says how it is written) and the scales of the
   drawn figure. */

import type { PlotRecord } from '../../output/types.ts';
import { formatNumber } from '../runs/geometry.ts';

interface Node {
  readonly $?: unknown;
  readonly name?: unknown;
  readonly args?: readonly unknown[];
  readonly values?: unknown;
  readonly call?: unknown;
  readonly rest?: unknown;
}

/** A mark of the record: its name, its rows and its options as they stand there. */
export interface MarkNode {
  readonly node: Node;
  readonly name: string;
  readonly rows: ArrayLike<unknown> | undefined;
  readonly options: unknown;
}

const quiet = /^(axis|grid|frame|tip|crosshair|rule|legend)/;

/** The marks that the figure is made of, from below to above. */
export function marksOf(record: PlotRecord): MarkNode[] {
  const found: MarkNode[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    const node = nodeOf(value);
    if (node?.$ !== 'call' || typeof node.name !== 'string') return;
    if (node.name === 'marks') return node.args?.forEach(visit);
    const [first, options] = node.args ?? [];
    const data = nodeOf(first);
    const rows = data?.$ === 'data' || data?.$ === 'column' ? data.values : first;
    found.push({ node, name: node.name, rows: isRows(rows) ? rows : undefined, options });
  };
  const [options] = record.options as readonly unknown[];
  visit((options as { marks?: unknown } | undefined)?.marks);
  return found;
}

/** The mark that answers the pointer where the author chose none: of points, bars, lines and areas the first kind that is
    there, the uppermost of them. Undefined where the author has chosen, or there is none. */
export function tellingMark(record: PlotRecord): object | undefined {
  const marks = marksOf(record);
  if (marks.some(({ name, options }) => /^(tip|crosshair)/.test(name) || hasTip(options))) return undefined;
  for (const kind of [
    /^(dot[XY]?|circle|hexagon)$/,
    /^(bar|rect|cell|waffle)[XY]?$/,
    /^(line[XY]?|spike|vector[XY]?)$/,
    /^(area[XY]?|difference[XY]?|tick[XY])$/,
  ]) {
    const mark = marks.findLast(({ name, rows }) => kind.test(name) && rows !== undefined && rows.length > 1);
    if (mark) return mark.node;
  }
  return undefined;
}

function hasTip(options: unknown): boolean {
  const node = nodeOf(options);
  if (node === undefined) return false;
  if (node.$ === 'call') return /^pointer/.test(String(node.name)) || (node.args ?? []).some(hasTip);
  if (node.$ === 'spread') return hasTip(node.call) || hasTip(node.rest);
  return 'tip' in node;
}

type Scales = (name: string) => { readonly type?: string; readonly domain?: ArrayLike<unknown>; readonly label?: string } | undefined;

const words: Readonly<Record<string, string>> = {
  dot: 'dots',
  circle: 'dots',
  hexagon: 'hexagons',
  line: 'a line',
  area: 'an area',
  bar: 'bars',
  rect: 'bars',
  cell: 'cells',
  tick: 'ticks',
  text: 'labels',
  arrow: 'arrows',
  vector: 'arrows',
  link: 'links',
  image: 'pictures',
  raster: 'a raster',
  contour: 'contours',
  box: 'boxes',
};

/** The sentence for who cannot see the figure: `A figure of dots and a line; x weight from 0 to 10; y loss from 0.1 to 2.3; 120 rows.` */
export function sentenceOf(record: PlotRecord, scales: Scales): string {
  const marks = marksOf(record).filter(({ name }) => !quiet.test(name));
  const kinds = [...new Set(marks.map(({ name }) => words[name.replace(/[XY]$/, '')] ?? name))];
  const parts = [record.call === 'legend' ? 'A legend' : `A figure of ${listed(kinds) || 'axes'}`];
  for (const name of ['x', 'y', 'fx', 'fy', 'color', 'r'] as const) {
    const scale = scales(name);
    const domain = scale?.domain === undefined ? [] : Array.from(scale.domain);
    if (domain.length === 0) continue;
    const given = scale?.label ?? axisField(record, name);
    const label = given === undefined || given === '' ? '' : ` ${given.replace(/[←→↑↓]/g, '').trim()}`;
    const what = { x: 'x', y: 'y', fx: 'columns', fy: 'rows', color: 'colour', r: 'size' }[name];
    const ordinal = /ordinal|categorical|band|point/.test(scale?.type ?? '');
    const range = ordinal
      ? domain.length > 8
        ? `${domain.length} values`
        : domain.map(textOf).join(', ')
      : `from ${textOf(domain[0])} to ${textOf(domain.at(-1))}`;
    parts.push(`${what}${label} ${range}`);
  }
  const rows = Math.max(0, ...marks.map((mark) => mark.rows?.length ?? 0));
  if (rows > 0) parts.push(`${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}`);
  return `${parts.join('; ')}.`;
}

/** What Plot calls an axis without a label: the field that its marks take from their rows, or what its author wrote. */
function axisField(record: PlotRecord, name: string): string | undefined {
  const [options] = record.options as readonly unknown[];
  const written = (options as Readonly<Record<string, { label?: unknown } | undefined>> | undefined)?.[name]?.label;
  if (typeof written === 'string') return written;
  const keys = { color: ['fill', 'stroke'], x: ['x', 'x2'], y: ['y', 'y2'] }[name] ?? [name];
  for (const { rows, options: of } of marksOf(record))
    for (const key of keys) {
      const value = flat(of)[key];
      if (typeof value === 'string' && rows !== undefined && columnOf(value, rows)) return value;
    }
  return undefined;
}

export interface PlotTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly total: number;
}

const rowLimit = 200;
const channels = ['x', 'y', 'x1', 'x2', 'y1', 'y2', 'z', 'fx', 'fy', 'fill', 'stroke', 'r', 'value', 'text', 'title', 'length', 'rotate'];

/** What the marks were given, as tables of the channels that their rows have; the same table twice is there once. */
export function tablesOf(record: PlotRecord): PlotTable[] {
  const tables = new Map<string, PlotTable>();
  for (const { name, rows, options } of marksOf(record)) {
    if (rows === undefined || rows.length === 0 || quiet.test(name)) continue;
    const given = flat(options);
    const columns: { readonly label: string; readonly at: (i: number) => unknown }[] = [];
    for (const channel of channels) {
      const value = given[channel];
      const column = columnOf(value, rows);
      if (column) columns.push({ label: labelOf(given[channel], channel), at: column });
    }
    if (columns.length === 0) {
      const one = rows[0];
      if (Array.isArray(one) && one.length <= 4)
        one.forEach((_, k) => columns.push({ label: 'xyzw'[k]!, at: (i) => (rows[i] as unknown[])[k] }));
      else if (typeof one !== 'object' || one === null || one instanceof Date)
        columns.push({ label: name.endsWith('X') ? 'x' : 'y', at: (i) => rows[i] });
      else continue;
    }
    const shown = Math.min(rows.length, rowLimit);
    const table = {
      title: words[name.replace(/[XY]$/, '')] ?? name,
      columns: columns.map(({ label }) => label),
      rows: Array.from({ length: shown }, (_, i) => columns.map(({ at }) => textOf(at(i)))),
      total: rows.length,
    };
    tables.set(JSON.stringify([table.columns, table.total, table.rows.slice(0, 20)]), table);
  }
  return [...tables.values()];
}

/** Options with those of the transforms inside them. */
function flat(options: unknown): Readonly<Record<string, unknown>> {
  const node = nodeOf(options);
  if (node === undefined) return {};
  if (node.$ === 'spread') return { ...flat(node.call), ...flat(node.rest) };
  if (node.$ === 'call') return flat(node.args?.at(-1));
  return node as Readonly<Record<string, unknown>>;
}

/** Reads a channel from row to row; undefined for a constant. */
function columnOf(value: unknown, rows: ArrayLike<unknown>): ((i: number) => unknown) | undefined {
  const node = nodeOf(value);
  if (node?.$ === 'column' || node?.$ === 'data') {
    const values = node.values as ArrayLike<unknown>;
    return isRows(values) ? (i) => values[i] : undefined;
  }
  if (node?.$ === 'ref' && node.name === 'indexOf') return (i) => i;
  if (node?.$ === 'ref' && node.name === 'identity') return (i) => rows[i];
  if (node !== undefined && 'value' in node) return columnOf((node as { value?: unknown }).value, rows);
  if (Array.isArray(value)) return (i) => value[i];
  const one = rows[0];
  if (typeof value !== 'string' || typeof one !== 'object' || one === null || !(value in one)) return undefined;
  return (i) => (rows[i] as Readonly<Record<string, unknown>> | null)?.[value];
}

function labelOf(value: unknown, channel: string): string {
  if (typeof value === 'string') return value;
  const label = (value as { label?: unknown } | null)?.label;
  return typeof label === 'string' ? label : channel;
}

function textOf(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value);
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString().replace(/T00:00:00\.000Z$/, '');
  return typeof value === 'object' ? JSON.stringify(value).slice(0, 60) : String(value).slice(0, 200);
}

const listed = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
const nodeOf = (value: unknown): Node | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) && !(value instanceof Date)
    ? (value as Node)
    : undefined;
const isRows = (value: unknown): value is ArrayLike<unknown> => Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
