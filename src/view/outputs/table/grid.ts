/* A grid of rows of one height: the head stays while rows scroll, the first column while columns do, and only what is seen is
   in the page, whatever the number of rows and columns. One tab stop: arrows move the cursor (keys.ts), which is named by
   `aria-activedescendant`, so the focus is never lost when a row scrolls away. What the cells say comes from outside. */

import { h } from '../../dom.ts';
import { heightOf, moved, placeAt, type Extent, type Place } from './scroll.ts';

export interface GridColumn {
  readonly name: string;
  /** Numbers stand at the right. */
  readonly right: boolean;
  /** Pixels. */
  width: number;
}

/** A place in the grid; row -1 is the head. */
export interface At {
  readonly row: number;
  readonly column: number;
}

export interface GridOptions {
  readonly label: string;
  /** Rows are pressed: they are as high as a finger needs them where a finger points. */
  readonly pressed?: boolean;
  /** Rows that can be scrolled to. */
  readonly count: () => number;
  /** Rows in all, before filters. */
  readonly columns: () => readonly GridColumn[];
  /** What a cell says; undefined while it is on its way. */
  readonly text: (row: number, column: number) => string | undefined;
  /** The head's cell: the same element for a column as long as the column is the same. */
  readonly head: (column: number) => HTMLElement;
  /** These rows are seen. */
  readonly want?: (from: number, to: number) => void;
  readonly decorate?: (element: HTMLElement, row: number, column: number) => void;
  readonly onRow?: (element: HTMLElement, row: number) => void;
}

export interface Grid {
  readonly element: HTMLElement;
  /** Pixels. */
  readonly rowHeight: number;
  readonly cursor: At;
  readonly anchor: At;
  /** Rows that fit. */
  readonly page: number;
  /** Moves the cursor, and what is selected with it unless `extend`. */
  go(at: At, extend?: boolean): void;
  /** Draws the cells anew: rows are others. */
  draw(): void;
  /** The same with the next frame: rows came. */
  drawSoon(): void;
  /** Columns, their heads or their widths are others. */
  drawHead(): void;
  /** To the first row; a cursor in the head stays there. */
  top(): void;
  /** The cell at a place, if it is in the page. */
  cell(at: At): HTMLElement | undefined;
  /** The place of a cell that holds `node`. */
  placeOf(node: EventTarget | null): At | undefined;
  selected(): { readonly from: At; readonly to: At };
  dispose(): void;
}

const lowRow = 32,
  /** Where rows are pressed by a finger. */
  highRow = 44;
/** Rows and pixels around what is seen that are drawn too. */
const overscan = 6,
  overscanX = 160;

interface Line {
  readonly element: HTMLElement;
  row: number;
  cells: HTMLElement[];
  /** First column after the fixed one, and how many. */
  from: number;
  to: number;
}

let grids = 0;

/** Brings the children of `parent` to `next` without moving those that stay, so that a field among them keeps its focus. */
function reconcile(parent: HTMLElement, next: readonly HTMLElement[]): void {
  const stays = new Set<Element>(next);
  for (const child of [...parent.children]) if (!stays.has(child)) child.remove();
  next.forEach((child, i) => {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
}

export function createGrid(options: GridOptions): Grid {
  const rowHeight = options.pressed === true && matchMedia('(pointer: coarse)').matches ? highRow : lowRow;
  const id = `grid${++grids}`;
  const headRow = h('div', { role: 'row', class: 'grid-row', 'aria-rowindex': 1 });
  const head = h('div', { role: 'rowgroup', class: 'grid-head' }, headRow);
  const body = h('div', { role: 'rowgroup', class: 'grid-body' });
  const element = h(
    'div',
    { class: 'grid', role: 'grid', tabindex: 0, 'aria-label': options.label, 'aria-multiselectable': true },
    head,
    body,
  );
  element.classList.toggle('high', rowHeight === highRow);
  let place: Place = { scroll: 0, top: 0 };
  let expected = -1;
  let cursor: At = { row: 0, column: 0 };
  let anchor: At = cursor;
  const lines = new Map<number, Line>();
  let spare: Line[] = [];
  let frame = 0;
  let settle: ReturnType<typeof setTimeout> | undefined;
  let starts: number[] = [];
  let headCells: HTMLElement[] = [];
  let headFrom = 0,
    headTo = 0;
  let marked: HTMLElement[] = [];
  let total = 0;

  let viewHeight = 0,
    viewWidth = 0;
  const measure = (): void => {
    viewHeight = Math.max(0, element.clientHeight - head.offsetHeight);
    viewWidth = element.clientWidth;
  };
  const extent = (): Extent => ({ content: options.count() * rowHeight, view: viewHeight });

  function layout(): void {
    const columns = options.columns();
    starts = [];
    let x = 0;
    for (const { width } of columns) {
      starts.push(x);
      x += width;
    }
    total = x;
    element.style.setProperty('--grid-width', `${total}px`);
    element.setAttribute('aria-colcount', String(columns.length));
  }

  /** Columns behind the fixed one that are seen. */
  function seenColumns(): [from: number, to: number] {
    const columns = options.columns();
    if (columns.length < 2) return [1, columns.length];
    const left = element.scrollLeft - overscanX,
      right = element.scrollLeft + (viewWidth || 800) + overscanX;
    let from = 1;
    while (from < columns.length - 1 && starts[from]! + columns[from]!.width < left) from++;
    let to = from;
    while (to < columns.length && starts[to]! < right) to++;
    return [from, to];
  }

  /** Brings `cells` of a line to columns [0, from … to); `make` fills one. */
  function fit(line: HTMLElement, cells: HTMLElement[], from: number, to: number, make: (column: number) => HTMLElement): HTMLElement[] {
    const columns = options.columns();
    const shown = columns.length === 0 ? [] : [0, ...Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)];
    const next = shown.map((column, i) => {
      const cell = cells[i] ?? make(column);
      cell.style.width = `${columns[column]!.width}px`;
      cell.style.marginLeft = i === 1 ? `${starts[from]! - columns[0]!.width}px` : '';
      return cell;
    });
    reconcile(line, next);
    return next;
  }

  function drawHead(): void {
    layout();
    [headFrom, headTo] = seenColumns();
    headCells = fit(headRow, [], headFrom, headTo, headCell);
    for (const line of [...lines.values(), ...spare]) line.from = -1;
    draw();
  }
  function headCell(column: number): HTMLElement {
    const cell = options.head(column);
    cell.setAttribute('aria-colindex', String(column + 1));
    cell.classList.add('grid-cell');
    if (options.columns()[column]!.right) cell.classList.add('r');
    return cell;
  }
  const bodyCell = (): HTMLElement => h('div', { role: 'gridcell', class: 'grid-cell' });

  function draw(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    const rows = options.count();
    measure();
    const all = extent();
    const height = `${heightOf(all)}px`;
    if (body.style.height !== height) body.style.height = height;
    element.setAttribute('aria-rowcount', String(rows + 1));
    element.classList.toggle('tall', all.content > all.view + 1);
    const [fromColumn, toColumn] = seenColumns();
    if (fromColumn !== headFrom || toColumn !== headTo) {
      [headFrom, headTo] = [fromColumn, toColumn];
      headCells = fit(headRow, [], headFrom, headTo, headCell);
    }
    if (place.top > Math.max(0, all.content - all.view)) put(placeAt(place.top, all));
    const first = Math.max(0, Math.floor(place.top / rowHeight) - overscan);
    const last = Math.min(rows, Math.ceil((place.top + (all.view || 400)) / rowHeight) + overscan);
    for (const [row, line] of lines) {
      if (row >= first && row < last) continue;
      lines.delete(row);
      spare.push(line);
    }
    // Where pixels of rows are not pixels of the box, rows move with the box.
    const shift = place.scroll - place.top;
    for (let row = first; row < last; row++) {
      let line = lines.get(row);
      if (!line) {
        line = spare.pop() ?? { element: h('div', { role: 'row', class: 'grid-row' }), row: -1, cells: [], from: -1, to: -1 };
        lines.set(row, line);
        line.row = row;
        line.element.setAttribute('aria-rowindex', String(row + 2));
        if (!line.element.isConnected) body.append(line.element);
      }
      line.element.style.transform = `translateY(${row * rowHeight + shift}px)`;
      fillLine(line, fromColumn, toColumn);
    }
    for (const line of spare) line.element.remove();
    spare = spare.slice(0, 8);
    mark();
    const seenFrom = Math.min(Math.max(0, Math.floor(place.top / rowHeight)), Math.max(0, rows - 1));
    options.want?.(seenFrom, Math.min(rows, Math.ceil((place.top + all.view) / rowHeight)));
  }

  function fillLine(line: Line, from: number, to: number): void {
    if (line.from !== from || line.to !== to) {
      line.cells = fit(line.element, line.cells.slice(0, 1 + Math.max(0, to - from)), from, to, bodyCell);
      line.from = from;
      line.to = to;
      const columns = options.columns();
      line.cells.forEach((cell, i) => {
        const column = i === 0 ? 0 : from + i - 1;
        cell.classList.toggle('r', columns[column]!.right);
        cell.setAttribute('aria-colindex', String(column + 1));
      });
    }
    for (let i = 0; i < line.cells.length; i++) {
      const column = i === 0 ? 0 : from + i - 1;
      const said = options.text(line.row, column) ?? '';
      const cell = line.cells[i]!;
      if (cell.firstChild instanceof Text) {
        if (cell.firstChild.data !== said) cell.firstChild.data = said;
      } else if (said !== '') cell.textContent = said;
      options.decorate?.(cell, line.row, column);
    }
    options.onRow?.(line.element, line.row);
  }

  // ---- cursor and selection
  const selected = (): { from: At; to: At } => ({
    from: { row: Math.min(cursor.row, anchor.row), column: Math.min(cursor.column, anchor.column) },
    to: { row: Math.max(cursor.row, anchor.row), column: Math.max(cursor.column, anchor.column) },
  });
  function mark(): void {
    for (const cell of marked) {
      cell.classList.remove('at');
      cell.removeAttribute('aria-selected');
    }
    marked = [];
    const { from, to } = selected();
    if (from.row !== to.row || from.column !== to.column) {
      for (const line of lines.values()) {
        if (line.row < from.row || line.row > to.row) continue;
        line.cells.forEach((cell, i) => {
          const column = i === 0 ? 0 : line.from + i - 1;
          if (column < from.column || column > to.column) return;
          cell.setAttribute('aria-selected', 'true');
          marked.push(cell);
        });
      }
    }
    const active = cellAt(cursor);
    if (active) {
      active.classList.add('at');
      active.id = `${id}c${cursor.row}-${cursor.column}`;
      marked.push(active);
      element.setAttribute('aria-activedescendant', active.id);
    } else element.removeAttribute('aria-activedescendant');
  }
  const cellAt = ({ row, column }: At): HTMLElement | undefined => {
    if (row < 0) return headCells.find((cell) => cell.getAttribute('aria-colindex') === String(column + 1));
    const line = lines.get(row);
    return column === 0 ? line?.cells[0] : line?.cells[column - line.from + 1];
  };

  function put(next: Place): void {
    place = next;
    expected = next.scroll;
    if (Math.abs(element.scrollTop - next.scroll) >= 1) element.scrollTop = next.scroll;
  }
  function show({ row, column }: At): void {
    const columns = options.columns();
    if (row >= 0) {
      const y = row * rowHeight;
      if (y < place.top) put(placeAt(y, extent()));
      else if (y + rowHeight > place.top + viewHeight) put(placeAt(y + rowHeight - viewHeight, extent()));
    }
    if (column > 0 && columns[column]) {
      const fixed = columns[0]!.width;
      const x = starts[column]!,
        width = columns[column].width;
      if (x - fixed < element.scrollLeft) element.scrollLeft = x - fixed;
      else if (x + width > element.scrollLeft + viewWidth) element.scrollLeft = x + width - viewWidth;
    }
  }

  element.addEventListener(
    'scroll',
    () => {
      const { scrollTop } = element;
      if (Math.abs(scrollTop - expected) < 1) expected = -1;
      else place = moved(place, scrollTop, extent());
      if (frame === 0) frame = requestAnimationFrame(draw);
      clearTimeout(settle);
      settle = setTimeout(() => {
        // The bar is put right where it has drifted from what is shown.
        const right = placeAt(place.top, extent());
        if (Math.abs(right.scroll - place.scroll) >= 1) {
          put(right);
          draw();
        }
      }, 160);
    },
    { passive: true },
  );
  const sized = new ResizeObserver(() => {
    if (frame === 0) frame = requestAnimationFrame(draw);
  });
  sized.observe(element);

  return {
    element,
    rowHeight,
    get cursor() {
      return cursor;
    },
    get anchor() {
      return anchor;
    },
    get page() {
      return Math.max(1, Math.floor(viewHeight / rowHeight) - 1);
    },
    go: (at, extend = false) => {
      cursor = {
        row: Math.min(options.count() - 1, Math.max(-1, at.row)),
        column: Math.min(options.columns().length - 1, Math.max(0, at.column)),
      };
      if (!extend) anchor = cursor;
      show(cursor);
      draw();
    },
    draw,
    drawSoon: () => {
      if (frame === 0) frame = requestAnimationFrame(draw);
    },
    drawHead,
    top: () => {
      cursor = anchor = {
        row: Math.min(cursor.row, 0, options.count() - 1),
        column: Math.min(cursor.column, options.columns().length - 1),
      };
      put(placeAt(0, extent()));
      draw();
    },
    cell: cellAt,
    placeOf: (node) => {
      const cell = node instanceof Element ? node.closest<HTMLElement>('.grid-cell') : null;
      if (!cell || !element.contains(cell)) return undefined;
      const row = Number(cell.parentElement?.getAttribute('aria-rowindex') ?? 1) - 2;
      return { row, column: Number(cell.getAttribute('aria-colindex')) - 1 };
    },
    selected,
    dispose: () => {
      cancelAnimationFrame(frame);
      clearTimeout(settle);
      sized.disconnect();
    },
  };
}
