/* `confusion`: how often each class was taken for each other one. */

import { gridIn } from './data.ts';
import { isRecord, namesIn, wrong } from './options.ts';
import type { PartDefinition } from './part.ts';

export interface Cell {
  readonly row: number;
  readonly column: number;
}
export interface ConfusionCell extends Cell {
  readonly count: number;
}

export const confusion: PartDefinition<ConfusionCell> = {
  name: 'confusion',
  doc: [
    'confusion({ label, counts, classes?, value? })',
    'A confusion matrix: `counts` (K by K, row: what it is, column: what it was taken for), with sums, recall and precision and the three worst mistakes. `classes`: the names. The value is the chosen cell, { row, column, count }, at first the most frequent mistake.',
  ],
  make(options) {
    const { data, shape } = gridIn('confusion', options, 'counts', [1, 2], '[K, K]');
    const k = shape.length === 2 ? shape[0]! : Math.round(Math.sqrt(data.length));
    if (k * k !== data.length || (shape[1] ?? k) !== k)
      throw wrong('confusion', 'counts', 'as many rows as columns', options['counts'], `It has ${data.length} numbers.`);
    if (k < 2 || k > 100) throw wrong('confusion', 'counts', 'from 2 to 100 classes', k);
    if (Array.from(data).some((count) => !(count >= 0))) throw wrong('confusion', 'counts', 'counts from 0 up', options['counts']);
    const classes = namesIn('confusion', options, 'classes', k) ?? Array.from({ length: k }, (_, i) => String(i));
    const counts = Array.from(data);
    const at = ({ row, column }: Cell): ConfusionCell => ({ row, column, count: counts[row * k + column]! });
    const mistakes = worst(counts, k);
    const decode = (wire: unknown): ConfusionCell => {
      const { row, column } = (isRecord(wire) ? wire : {}) as Partial<Cell>;
      if (![row, column].every((i) => Number.isInteger(i) && i! >= 0 && i! < k))
        throw wrong('confusion', 'value', `{ row, column } with numbers from 0 to ${k - 1}`, wire);
      return at({ row: row!, column: column! });
    };
    const total = counts.reduce((a, b) => a + b, 0),
      right = counts.reduce((sum, count, i) => sum + (i % (k + 1) === 0 ? count : 0), 0);
    return {
      props: { counts, classes, worst: mistakes.slice(0, 3) },
      value: options['value'] === undefined ? at(mistakes[0] ?? { row: 0, column: 0 }) : decode(options['value']),
      text: ({ row, column, count }) =>
        `${right} of ${total} are right${total === 0 ? '' : ` (${Math.round((1000 * right) / total) / 10} %)`}. ${classes[row]} was taken for ${row === column ? 'itself' : classes[column]}, ${times(count)}${mistakes[0]?.row === row && mistakes[0].column === column ? ', the most frequent mistake' : ''}.`,
      encode: ({ row, column }) => ({ row, column }),
      decode,
    };
  },
};

/** The cells off the diagonal that count something, most frequent first. */
export function worst(counts: readonly number[], k: number): ConfusionCell[] {
  return counts
    .map((count, i) => ({ row: Math.floor(i / k), column: i % k, count }))
    .filter(({ row, column, count }) => row !== column && count > 0)
    .sort((a, b) => b.count - a.count || a.row - b.row || a.column - b.column);
}

export const times = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${n} times`);
