/* `Inputs.table`: rows to choose from in the grid that all tables share. Boxes choose (Shift for a range, Space for the row of
   the cursor or the selected ones, the head's box for all), heads sort. Rows stay in the engine, which sorts them, and come by
   the page; they are spoken of by their place in the order that is shown. */

import '../outputs/table/table.css';
import { h, setText } from '../dom.ts';
import { createGrid, type At, type GridColumn } from '../outputs/table/grid.ts';
import { bindKeys } from '../outputs/table/keys.ts';
import { createPages, type AskRows, type TableData } from '../outputs/table/rows.ts';
import { widthsOf } from '../outputs/table/widths.ts';
import { writerOf, type Write } from '../outputs/table/words.ts';
import { count, plural } from '../words.ts';
import { face, setWidth } from './field.ts';
import type { Control, InputSpec, Moved } from './input.ts';

interface Column {
  readonly name: string;
  readonly type: TableData['columns'][number]['type'];
  readonly title?: string;
  readonly titleHtml?: string;
  readonly align?: string;
  readonly width?: number | string;
}

const boxWidth = 44;
const length = (value: unknown): string => (typeof value === 'number' ? `${value}px` : typeof value === 'string' ? value : '');

export function table(spec: InputSpec, moved: Moved, cell: string, ask: AskRows | undefined): Control {
  const many = spec.props['multiple'] !== false,
    selectable = spec.props['selectable'] !== false,
    first = selectable ? 1 : 0;
  let { props } = spec,
    chosen = new Set<number>(),
    anchor: number | undefined,
    /** Which order of the rows is shown. */
    turn: unknown,
    data: TableData = { columns: [], rows: [], total: 0 },
    pages = createPages(data, undefined, () => undefined),
    writers: Write[] = [],
    widths: GridColumn[] = [],
    heads: HTMLElement[] = [],
    sorted: { readonly column: number; readonly reverse: boolean } | undefined;
  const columns = (): readonly Column[] => (props['columns'] ?? []) as readonly Column[];
  const all = h('input', { type: 'checkbox', tabindex: -1, 'aria-label': 'All rows', onclick: () => chooseAll(chosen.size === 0) });
  const grid = createGrid({
    label: spec.label || `Table of ${cell}`,
    pressed: selectable,
    count: () => pages.count,
    columns: () => widths,
    text(row, column) {
      if (column < first) return '';
      const values = pages.row(row)?.values;
      return values && writers[column - first]!(values[column - first]);
    },
    head: (column) => (heads[column] ??= column < first ? boxHead() : headOf(column - first)),
    want: (from, to) => pages.want(from, to),
    decorate(element, row, column) {
      if (column < first) dressBox(element, row);
      else element.style.textAlign = columns()[column - first]!.align ?? '';
    },
    onRow: (element, row) => {
      if (chosen.has(row)) element.setAttribute('aria-selected', 'true');
      else element.removeAttribute('aria-selected');
    },
  });
  const said = h('span', { role: 'status' });

  const boxHead = (): HTMLElement => h('div', { role: 'columnheader', class: 'box' }, many ? all : h('span', { class: 'vh' }, 'Choose'));
  function headOf(at: number): HTMLElement {
    const { name, title = name, titleHtml, align } = columns()[at]!;
    const button = h('button', { type: 'button', class: 'grid-name', tabindex: -1, title: name, onclick: () => sort(at) });
    face(button, titleHtml === undefined ? title : { html: titleHtml, text: title });
    return h('div', { role: 'columnheader', 'data-align': align }, h('span', { class: 'grid-title' }, button));
  }
  function markHeads(): void {
    heads.forEach((head, column) => {
      const own = sorted?.column === column - first;
      if (own) head.setAttribute('aria-sort', sorted!.reverse ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
  }
  function dressBox(element: HTMLElement, row: number): void {
    let box = element.querySelector('input');
    if (box === null) {
      element.classList.add('box');
      box = h('input', { type: many ? 'checkbox' : 'radio', tabindex: -1 });
      box.addEventListener('click', (event) => {
        const at = grid.placeOf(element);
        if (at) choose(at.row, at.row, event.shiftKey);
      });
      element.append(box);
    }
    box.setAttribute('aria-label', `Row ${row + 1}`);
    box.checked = chosen.has(row);
  }

  // ---- what the reader does
  /** Turns rows over together: the first of them says which way. */
  function choose(from: number, to: number, extend = false): void {
    const on = !chosen.has(extend ? to : from);
    if (!many) chosen = new Set([from]);
    else {
      const start = extend && anchor !== undefined ? anchor : from;
      for (let row = Math.min(start, to); row <= Math.max(start, to); row++) {
        if (on) chosen.add(row);
        else chosen.delete(row);
      }
    }
    anchor = to;
    mark();
    moved([...chosen].sort((a, b) => a - b));
  }
  function chooseAll(on: boolean): void {
    if (!many) return;
    chosen = new Set(on ? Array.from({ length: pages.count }, (_, i) => i) : []);
    anchor = undefined;
    mark();
    moved({ all: on });
  }
  /** Ascending, descending, as it was: said at once, while the worker sorts. */
  function sort(column: number): void {
    const again = sorted?.column === column;
    sorted = again && sorted?.reverse ? undefined : { column, reverse: again };
    markHeads();
    moved(sorted === undefined ? { sort: null } : { sort: column, reverse: sorted.reverse });
  }
  bindKeys(grid, {
    rows: () => pages.count,
    columns: () => widths.length,
    sort: (column) => (column < first ? chooseAll(chosen.size === 0) : sort(column - first)),
    press({ row }: At) {
      if (!selectable || row < 0) return false;
      const { from, to } = grid.selected();
      choose(from.row, to.row);
      return true;
    },
  });
  grid.element.addEventListener('click', (event) => {
    const box = event.target instanceof Element ? event.target.closest('.grid-body .box') : null;
    const at = event.pointerType === 'touch' && box === event.target ? grid.placeOf(box) : undefined;
    if (at) choose(at.row, at.row); // a finger beside the box means it
  });

  // ---- what is shown
  function mark(): void {
    grid.draw();
    all.checked = chosen.size > 0;
    all.indeterminate = chosen.size > 0 && chosen.size < pages.count;
    const { total } = data;
    setText(
      said,
      `${plural(total, 'row')}${pages.count < total ? `, ${count(pages.count)} shown` : ''}${chosen.size > 0 ? `, ${count(chosen.size)} chosen` : ''}.`,
    );
  }
  function set(value: unknown, next: InputSpec['props']): void {
    const others = turn !== next['turn'];
    props = next;
    chosen = new Set(value as readonly number[]);
    if (others) {
      turn = next['turn'];
      data = { columns: columns(), rows: (props['rows'] ?? []) as TableData['rows'], total: Number(props['total'] ?? 0) };
      sorted = props['sorted'] as typeof sorted;
      anchor = undefined;
      pages.stop();
      pages = createPages(data, ask, grid.drawSoon);
      writers = columns().map(({ type }, i) =>
        writerOf(
          type,
          data.rows.map((row) => row[i]),
        ),
      );
      if (widths.length === 0) layout();
      else grid.top();
      markHeads();
    }
    mark();
  }
  function layout(): void {
    const fitting = widthsOf(
      element,
      { ...data, columns: columns().map(({ name, type, title }) => ({ name: title ?? name, type })) },
      writers,
    );
    widths = columns().map(({ name, type, width }, i) => ({
      name,
      right: type === 'number',
      width: typeof width === 'number' ? width : fitting[i]!,
    }));
    if (selectable) widths.unshift({ name: 'Choose', right: false, width: boxWidth });
    heads = [];
    grid.drawHead();
  }

  const label = h('p', { class: 'label' });
  face(label, spec.props['labelHtml'] === undefined ? spec.label : { html: String(spec.props['labelHtml']), text: spec.label });
  const element = h('div', { class: 'rows' }, spec.label === '' ? null : label, grid.element, h('p', { class: 'cap' }, said));
  const { height, maxHeight, maxWidth, lines } = props;
  const style = grid.element.style;
  style.maxHeight = height === undefined ? length(maxHeight ?? (Number(lines ?? 11.5) + 1) * grid.rowHeight) : 'none';
  style.height = length(height);
  style.maxWidth = length(maxWidth);
  setWidth(grid.element, props);
  set(spec.value, props);
  return {
    element,
    set,
    dispose() {
      pages.stop();
      grid.dispose();
    },
  };
}
