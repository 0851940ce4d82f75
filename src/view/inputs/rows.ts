/* `Inputs.table`: rows to choose from by boxes (Shift for a range, the head's box for all), sorted by the heads. The rows come
   from the worker, which sorts; choosing none means all where the table says so. */

import { fill, h, setText } from '../dom.ts';
import { count, number, plural } from '../words.ts';
import { face, nextId, setWidth, type Face } from './field.ts';
import type { Control, InputSpec, Moved } from './input.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly title?: string;
  readonly titleHtml?: string;
  readonly align?: string;
  readonly width?: number | string;
}

const rowRem = 2,
  page = 200;
const length = (value: unknown): string => (typeof value === 'number' ? `${value}px` : typeof value === 'string' ? value : '');

export function table(spec: InputSpec, moved: Moved, cell: string): Control {
  const many = spec.props['multiple'] !== false,
    selectable = spec.props['selectable'] !== false,
    group = `i${nextId()}`;
  let { props } = spec,
    chosen = new Set<number>(spec.value as readonly number[]),
    boxes: HTMLInputElement[] = [],
    lines: HTMLElement[] = [],
    drawn: unknown,
    shown = page,
    anchor: number | undefined,
    sorted: { readonly column: number; readonly reverse: boolean } | undefined;
  const head = h('thead'),
    body = h('tbody'),
    said = h('span');
  const all = h('input', { type: 'checkbox', 'aria-label': 'All rows' });
  const scroll = h(
    'div',
    { class: 'scroll tall', tabindex: '0', role: 'group', 'aria-label': spec.label || `Table of ${cell}` },
    h('table', { class: 'tbl' }, head, body),
  );
  (scroll.firstElementChild as HTMLElement).style.tableLayout = props['layout'] === 'fixed' ? 'fixed' : 'auto';
  const columns = (): readonly Column[] => (props['columns'] ?? []) as readonly Column[];
  const rows = (): readonly (readonly unknown[])[] => (props['rows'] ?? []) as readonly (readonly unknown[])[];
  const more = h('button', { type: 'button', class: 'btn small', onclick: () => extend() }, 'Show more rows');

  function extend(): void {
    shown += page * 5;
    drawRows();
    mark();
  }
  const dress = (element: HTMLElement, { align, type }: Column): void => {
    element.style.textAlign = align ?? (type === 'number' ? 'right' : '');
    if (type === 'number') element.classList.add('r');
  };
  function drawHead(): void {
    const held =
      document.activeElement instanceof HTMLElement && head.contains(document.activeElement)
        ? document.activeElement.dataset['at']
        : undefined;
    fill(
      head,
      h(
        'tr',
        {},
        selectable ? h('th', { scope: 'col', class: 'box' }, many ? all : h('span', { class: 'vh' }, 'Choose')) : null,
        ...columns().map((column, i) => {
          const own = sorted?.column === i;
          const by = h('button', {
            type: 'button',
            'data-at': i,
            title: column.name,
            onclick: () => sort(i),
          });
          const title: Face =
            column.titleHtml === undefined ? (column.title ?? column.name) : { html: column.titleHtml, text: column.title ?? column.name };
          face(by, title);
          const th = h('th', { scope: 'col', 'aria-sort': own ? (sorted?.reverse ? 'descending' : 'ascending') : undefined }, by);
          dress(th, column);
          if (column.width !== undefined) th.style.width = length(column.width);
          return th;
        }),
      ),
    );
    if (held !== undefined) head.querySelector<HTMLElement>(`[data-at="${held}"]`)?.focus();
  }
  /** Ascending, descending, as it was: shown at once, while the worker sorts. */
  function sort(column: number): void {
    const again = sorted?.column === column;
    sorted = again && sorted?.reverse ? undefined : { column, reverse: again };
    drawHead();
    moved(sorted === undefined ? { sort: null } : { sort: column, reverse: sorted.reverse });
  }
  function drawRows(): void {
    boxes = [];
    lines = rows()
      .slice(0, shown)
      .map((row, i) => {
        const box = h('input', { type: many ? 'checkbox' : 'radio', name: group, 'aria-label': `Row ${i + 1}` });
        box.addEventListener('click', (event) => choose(i, box.checked, event.shiftKey));
        boxes.push(box);
        return h(
          'tr',
          {},
          selectable ? h('td', { class: 'box' }, box) : null,
          ...columns().map((column, j) => {
            const td = h('td', {}, wordsOf(row[j]));
            dress(td, column);
            return td;
          }),
        );
      });
    fill(body, ...(lines.length > 0 ? lines : [h('tr', {}, h('td', { colspan: columns().length + 1, class: 'cap' }, 'No rows.'))]));
    more.hidden = rows().length <= shown;
  }
  function choose(i: number, on: boolean, range: boolean): void {
    if (!many) chosen = new Set([i]);
    else {
      const from = range && anchor !== undefined ? anchor : i;
      for (let k = Math.min(from, i); k <= Math.max(from, i); k++) {
        if (on) chosen.add(k);
        else chosen.delete(k);
      }
    }
    anchor = i;
    mark();
    moved([...chosen].sort((a, b) => a - b));
  }
  all.addEventListener('click', () => {
    chosen = new Set(chosen.size === 0 ? rows().map((_, i) => i) : []);
    anchor = undefined;
    mark();
    moved([...chosen]);
  });
  function mark(): void {
    boxes.forEach((box, i) => {
      box.checked = chosen.has(i);
      if (box.checked) lines[i]!.setAttribute('aria-selected', 'true');
      else lines[i]!.removeAttribute('aria-selected');
    });
    all.checked = chosen.size > 0;
    all.indeterminate = chosen.size > 0 && chosen.size < rows().length;
    const total = Number(props['total'] ?? rows().length),
      visible = Math.min(shown, rows().length);
    setText(
      said,
      `${plural(total, 'row')}${visible < total ? `, ${count(visible)} shown` : ''}${chosen.size > 0 ? `, ${count(chosen.size)} chosen` : ''}.`,
    );
  }
  function set(value: unknown, next: InputSpec['props']): void {
    props = next;
    chosen = new Set(value as readonly number[]);
    if (drawn !== props['rows']) {
      drawn = props['rows'];
      sorted = props['sorted'] as typeof sorted;
      drawHead();
      drawRows();
    }
    mark();
  }
  set(spec.value, props);
  const { height, maxHeight, maxWidth } = props;
  const high = props['lines'] === undefined ? 11.5 : Number(props['lines']);
  scroll.style.maxHeight =
    height !== undefined ? length(height) : maxHeight !== undefined ? length(maxHeight) : `${(high + 1) * rowRem}rem`;
  if (height !== undefined) scroll.style.height = length(height);
  if (maxWidth !== undefined) scroll.style.maxWidth = length(maxWidth);
  setWidth(scroll, props);
  const label = h('p', { class: 'label' });
  face(label, spec.props['labelHtml'] === undefined ? spec.label : { html: String(spec.props['labelHtml']), text: spec.label });
  return { element: h('div', { class: 'rows' }, spec.label === '' ? null : label, scroll, h('p', { class: 'cap' }, said, ' ', more)), set };
}

function wordsOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : number(value);
  if (value instanceof Date) return Number.isNaN(+value) ? 'Invalid Date' : value.toISOString().slice(0, 10);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
