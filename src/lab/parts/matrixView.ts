/* `matrixView`: a matrix as a heat map with its numbers where they fit; rows and columns are chosen. */

import { extent } from './contours.ts';
import { gridIn } from './data.ts';
import { isList, isRecord, listed, namesIn, oneOf, say, wrong } from './options.ts';
import type { PartDefinition } from './part.ts';

export interface Chosen {
  readonly rows: readonly number[];
  readonly cols: readonly number[];
}
export interface Mark {
  readonly rows: readonly number[];
  readonly cols: readonly number[];
  /** Palette number 1-6. */
  readonly colour: number;
}

export const matrixView: PartDefinition<Chosen> = {
  name: 'matrixView',
  doc: [
    'matrixView({ label, data, shape?, rows?, cols?, marks?, select = "cell", range?, value? })',
    'A matrix as a heat map (paper to ink, or blue and vermilion about 0), with its numbers where they fit. `data`: typed array, rows, or tensor; `rows` and `cols`: names; `marks`: { rows, cols, colour } to be outlined; `select`: "cell", "row", "column" or "block" (drag, or Shift and arrows). The value is { rows, cols }, the chosen indices; all rows or columns where only the others are chosen.',
  ],
  make(options) {
    const { data, shape } = gridIn('matrixView', options, 'data', [1, 2], '[rows, columns]');
    const [rows = 0, cols = 0] = shape.length === 1 ? [1, shape[0]!] : shape;
    if (rows * cols > 4_000_000)
      throw wrong('matrixView', 'shape', 'at most 4,000,000 numbers', shape, 'Show larger ones with display(tensor).');
    const select = oneOf('matrixView', options, 'select', ['cell', 'row', 'column', 'block'], 'cell');
    const rowNames = namesIn('matrixView', options, 'rows', rows),
      colNames = namesIn('matrixView', options, 'cols', cols);
    const range = options['range'];
    if (range !== undefined && !(isList(range) && range.length === 2 && Number(range[0]) < Number(range[1])))
      throw wrong('matrixView', 'range', '[least, greatest]', range);
    const marks = options['marks'] ?? [];
    if (!isList(marks)) throw wrong('matrixView', 'marks', 'a list of { rows, cols, colour }', marks);
    const all = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
    const indices = (value: unknown, n: number, option: string): number[] => {
      if (value === undefined) return all(n);
      const list = typeof value === 'number' ? [value] : isList(value) ? Array.from(value) : [NaN];
      if (!list.every((i) => Number.isInteger(i) && (i as number) >= 0 && (i as number) < n))
        throw wrong('matrixView', option, `indices from 0 to ${n - 1}`, value);
      return list as number[];
    };
    const made = Array.from(marks, (mark): Mark => {
      if (!isRecord(mark)) throw wrong('matrixView', 'marks', 'a list of { rows, cols, colour }', mark);
      const { colour = 1 } = mark;
      if (!Number.isInteger(colour) || (colour as number) < 1 || (colour as number) > 6)
        throw wrong('matrixView', 'marks', 'a colour from 1 to 6', colour);
      return { rows: indices(mark['rows'], rows, 'marks'), cols: indices(mark['cols'], cols, 'marks'), colour: colour as number };
    });
    const decode = (wire: unknown): Chosen => {
      if (!isRecord(wire)) throw wrong('matrixView', 'value', '{ rows: [0], cols: [2] }', wire);
      return { rows: indices(wire['rows'], rows, 'value'), cols: indices(wire['cols'], cols, 'value') };
    };
    const empty = rows * cols === 0;
    const first: Chosen = {
      rows: empty ? [] : select === 'column' ? all(rows) : [0],
      cols: empty ? [] : select === 'row' ? all(cols) : [0],
    };
    const named = (names: readonly string[] | undefined, one: string, list: readonly number[], n: number): string => {
      if (list.length === n && n > 1) return `all ${one}s`;
      const name = (i: number): string => names?.[i] ?? String(i);
      const [first, last] = [list[0] ?? 0, list.at(-1) ?? 0];
      const run = list.length > 3 && last - first === list.length - 1;
      return `${one}${list.length === 1 ? '' : 's'} ${run ? `${name(first)} to ${name(last)}` : listed(list.map(name))}`;
    };
    return {
      props: {
        data,
        rows,
        cols,
        rowNames,
        colNames,
        select,
        marks: made,
        range: range === undefined ? extent(data) : Array.from(range as ArrayLike<number>),
      },
      value: options['value'] === undefined ? first : decode(options['value']),
      text: (value) => {
        if (empty) return 'No numbers.';
        const where = `${named(rowNames, 'row', value.rows, rows)}, ${named(colNames, 'column', value.cols, cols)}`;
        const one = value.rows.length === 1 && value.cols.length === 1 ? `: ${say(data[value.rows[0]! * cols + value.cols[0]!]!)}` : '';
        return `${rows} by ${cols}. ${where[0]!.toUpperCase()}${where.slice(1)}${one}.`;
      },
      decode,
    };
  },
};
