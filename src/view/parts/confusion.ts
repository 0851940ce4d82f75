/* A confusion matrix as a table whose cells are as strong in colour as their share of the row: right ones ultramarine, mistakes vermilion.
   One cell is chosen; arrow keys go from cell to cell, and the worst mistakes are a press away. */

import './confusion.css';
import { fill, h } from '../dom.ts';
import { count as counted } from '../words.ts';
import { stepOf } from './hands.ts';
import type { DrawPart } from './part.ts';

interface Cell {
  readonly row: number;
  readonly column: number;
}
interface Props {
  readonly counts: readonly number[];
  readonly classes: readonly string[];
  readonly worst: readonly (Cell & { readonly count: number })[];
}

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    cells: HTMLTableCellElement[] = [],
    heads: { readonly rows: HTMLElement[]; readonly columns: HTMLElement[] } = { rows: [], columns: [] };
  const table = h('table', { class: 'confusion' });
  const scroll = h('div', { class: 'confusion-scroll' }, table);
  const worst = h('div', { class: 'part-bar' });
  const element = h('div', {}, scroll, worst);
  const props = (): Props => now.props as unknown as Props;
  const size = (): number => props().classes.length;

  const choose = ({ row, column }: Cell, focus = false): void => {
    const inside = (i: number): number => Math.max(0, Math.min(size() - 1, i));
    const value = { row: inside(row), column: inside(column) };
    const before = now.value as Cell;
    now = { ...now, value };
    mark();
    if (focus) cells[value.row * size() + value.column]?.focus();
    if (before.row !== value.row || before.column !== value.column) moved(value);
  };

  const build = (): void => {
    const { counts, classes } = props();
    const k = size(),
      still = now.readonly;
    const sum = (from: number, step: number): number =>
      Array.from({ length: k }, (_, i) => counts[from + i * step]!).reduce((a, b) => a + b, 0);
    const share = (part: number, whole: number): string => (whole === 0 ? '' : `${Math.round((100 * part) / whole)} %`);
    const rowSums = classes.map((_, row) => sum(row * k, 1)),
      columnSums = classes.map((_, column) => sum(column, k));
    const total = rowSums.reduce((a, b) => a + b, 0),
      right = sum(0, k + 1);
    heads = {
      rows: classes.map((name) => h('th', { scope: 'row' }, name)),
      columns: classes.map((name) => h('th', { scope: 'col' }, name)),
    };
    cells = counts.map((count, i) => {
      const [row, column] = [Math.floor(i / k), i % k];
      const strength = rowSums[row] === 0 ? 0 : count / rowSums[row]!;
      const cell = h(
        'td',
        {
          class: row === column ? 'hit' : 'miss',
          style: `--share: ${(strength === 0 ? 0 : 10 + 42 * Math.sqrt(strength)).toFixed(1)}%`,
          role: still ? undefined : 'gridcell',
          'aria-label': still ? undefined : `${classes[row]} taken for ${row === column ? 'itself' : classes[column]}: ${count}`,
          onclick: still ? undefined : () => choose({ row, column }, true),
        },
        count === 0 ? '' : h('span', {}, counted(count)),
      );
      return cell;
    });
    table.classList.toggle('dense', k > 16);
    table.style.setProperty('--k', String(k));
    if (still) table.removeAttribute('role');
    else table.setAttribute('role', 'grid');
    table.setAttribute('aria-label', now.label);
    fill(
      table,
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('td', { class: 'corner' }, h('span', {}, 'is'), ' \\ ', h('span', {}, 'taken for')),
          ...heads.columns,
          h('th', { scope: 'col', class: 'sum' }, 'sum'),
          h('th', { scope: 'col', class: 'sum' }, 'recall'),
        ),
      ),
      h(
        'tbody',
        {},
        ...classes.map((_, row) =>
          h(
            'tr',
            {},
            heads.rows[row]!,
            ...cells.slice(row * k, row * k + k),
            h('td', { class: 'sum' }, counted(rowSums[row]!)),
            h('td', { class: 'sum' }, share(counts[row * k + row]!, rowSums[row]!)),
          ),
        ),
      ),
      h(
        'tfoot',
        {},
        h(
          'tr',
          {},
          h('th', { scope: 'row', class: 'sum' }, 'sum'),
          ...columnSums.map((n) => h('td', { class: 'sum' }, counted(n))),
          h('td', { class: 'sum' }, counted(total)),
          h('td', {}),
        ),
        h(
          'tr',
          {},
          h('th', { scope: 'row', class: 'sum' }, 'precision'),
          ...columnSums.map((n, column) => h('td', { class: 'sum' }, share(counts[column * k + column]!, n))),
          h('td', {}),
          h('td', { class: 'sum all' }, total === 0 ? '' : `${(Math.round((1000 * right) / total) / 10).toFixed(1)} %`),
        ),
      ),
    );
    fill(
      worst,
      ...(props().worst.length === 0 ? [] : [h('span', { class: 'quiet' }, 'Worst:')]),
      ...props().worst.map(({ row, column, count }) => {
        const words = `${classes[row]} taken for ${classes[column]}, ${counted(count)}`;
        return still
          ? h('span', {}, words)
          : h('button', { type: 'button', class: 'btn small', onclick: () => choose({ row, column }) }, words);
      }),
    );
    mark();
  };
  const mark = (): void => {
    const { row, column } = now.value as Cell;
    const at = row * size() + column;
    if (now.readonly) return;
    cells.forEach((cell, i) => {
      cell.tabIndex = i === at ? 0 : -1;
      cell.setAttribute('aria-selected', String(i === at));
    });
    heads.rows.forEach((head, i) => head.classList.toggle('lit', i === row));
    heads.columns.forEach((head, i) => head.classList.toggle('lit', i === column));
  };
  table.addEventListener('keydown', (event) => {
    const { row, column } = now.value as Cell;
    const by = stepOf(event);
    const to =
      by !== undefined
        ? { row: row - by[1], column: column + by[0] }
        : { Home: { row, column: 0 }, End: { row, column: size() - 1 }, PageUp: { row: 0, column }, PageDown: { row: size() - 1, column } }[
            event.key
          ];
    if (now.readonly || to === undefined) return;
    event.preventDefault();
    choose(to, true);
  });
  build();
  return {
    element,
    set(next) {
      const same =
        JSON.stringify([now.props['counts'], now.props['classes'], now.readonly]) ===
        JSON.stringify([next.props['counts'], next.props['classes'], next.readonly]);
      const focus = cells.includes(document.activeElement as HTMLTableCellElement);
      now = next;
      if (same) return mark();
      build();
      if (focus) choose(now.value as Cell, true);
    },
    table: () => {
      const { counts, classes } = props();
      return {
        columns: ['is', 'taken for', 'count'],
        rows: counts.flatMap((count, i) => (count === 0 ? [] : [[classes[Math.floor(i / size())], classes[i % size()], count]])),
      };
    },
  };
};
