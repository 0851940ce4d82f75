/* A table: sticky head, numbers right-aligned in the mono face, sorting by the head, 200 rows at a time, Copy as CSV.
   Only the rows that left the engine can be shown, sorted or copied; the line below says how many there are. */

import type { Output } from '../../output/types.ts';
import { button, fill, h, setText } from '../dom.ts';
import { count, number, plural } from '../words.ts';
import type { Draw } from './index.ts';

type Table = Extract<Output, { kind: 'table' }>;
const page = 200;

export const drawTable: Draw<'table'> = (output, element, { cell: id }) => {
  let table = output,
    sorted: { column: number; down: boolean } | undefined,
    shown = page;
  const head = h('thead'),
    body = h('tbody'),
    said = h('span');
  const copy = h(
    'button',
    {
      type: 'button',
      class: 'link plain',
      onclick: () => {
        void copyCsv(table, copy);
      },
    },
    'Copy as CSV',
  );
  const more = button('Show more rows', () => {
    shown += 1000;
    draw();
  });
  const scroll = h(
    'div',
    { class: 'scroll tall', tabindex: '0', role: 'group', 'aria-label': `Table of ${id}` },
    h('table', { class: 'tbl' }, head, body),
  );
  element.append(scroll, h('p', { class: 'cap' }, said, ' ', copy, ' ', more));
  const draw = (): void => {
    fill(
      head,
      h(
        'tr',
        {},
        ...table.columns.map((column, i) =>
          h(
            'th',
            {
              scope: 'col',
              class: column.type === 'number' ? 'r' : undefined,
              'aria-sort': sorted?.column === i ? (sorted.down ? 'descending' : 'ascending') : undefined,
            },
            h(
              'button',
              {
                type: 'button',
                onclick: () => {
                  sorted = sorted?.column !== i ? { column: i, down: false } : sorted.down ? undefined : { column: i, down: true };
                  draw();
                },
              },
              column.name,
            ),
          ),
        ),
      ),
    );
    const rows = sorted === undefined ? table.rows : [...table.rows].sort(order(sorted.column, sorted.down));
    fill(
      body,
      ...rows
        .slice(0, shown)
        .map((row) =>
          h('tr', {}, ...table.columns.map((column, i) => h('td', { class: column.type === 'number' ? 'r' : undefined }, cell(row[i])))),
        ),
    );
    const visible = Math.min(shown, table.rows.length);
    setText(said, visible === table.total ? `${plural(table.total, 'row')}.` : `${plural(table.total, 'row')}, ${count(visible)} shown.`);
    more.hidden = shown >= table.rows.length;
  };
  draw();
  return {
    update(next) {
      if (next.kind !== 'table') return false;
      table = next;
      draw();
      return true;
    },
  };
};

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 10_000 ? String(value) : number(value);
  if (value instanceof Date)
    return Number.isNaN(value.getTime())
      ? 'Invalid Date'
      : value
          .toISOString()
          .replace(/T00:00:00\.000Z$/, '')
          .replace(/\.000Z$/, 'Z');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function order(column: number, down: boolean): (a: readonly unknown[], b: readonly unknown[]) => number {
  const sign = down ? -1 : 1;
  return (a, b) => {
    const x = a[column],
      y = b[column];
    if (x === y) return 0;
    if (x === null || x === undefined || Number.isNaN(x)) return 1;
    if (y === null || y === undefined || Number.isNaN(y)) return -1;
    return sign * (typeof x === 'string' && typeof y === 'string' ? x.localeCompare(y) : (x as number) < (y as number) ? -1 : 1);
  };
}

/** RFC 4180: quotes doubled, fields with commas, quotes or line breaks quoted. */
export function toCsv(table: Pick<Table, 'columns' | 'rows'>): string {
  const field = (value: unknown): string => {
    const text =
      value === null || value === undefined
        ? ''
        : value instanceof Date
          ? value.toISOString()
          : typeof value === 'object'
            ? JSON.stringify(value)
            : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return (
    [table.columns.map((column) => field(column.name)), ...table.rows.map((row) => table.columns.map((_, i) => field(row[i])))]
      .map((row) => row.join(','))
      .join('\n') + '\n'
  );
}

async function copyCsv(table: Table, link: HTMLElement): Promise<void> {
  const text = toCsv(table);
  try {
    await navigator.clipboard.writeText(text);
    link.textContent = 'Copied';
  } catch {
    link.textContent = 'Copying is not allowed here';
  }
  setTimeout(() => {
    link.textContent = 'Copy as CSV';
  }, 2000);
}
