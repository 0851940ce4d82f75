/* A table to explore: any number of rows in a grid, sorted by the head, filtered and summed up by column, copied and downloaded.
   Rows stay in the engine and come by the page (table/rows.ts); the grid itself (table/grid.ts) is shared with inputs. */

import './table/table.css';
import type { Output } from '../../output/types.ts';
import type { ColumnFacts, RowOrder } from '../../output/look.ts';
import { openMenu } from '../features/menu.ts';
import { h, setText } from '../dom.ts';
import { download } from '../download.ts';
import { count, plural } from '../words.ts';
import { openColumns } from './table/columns.ts';
import { createGrid, type GridColumn } from './table/grid.ts';
import { headCell, type HeadCell } from './table/head.ts';
import { bindKeys } from './table/keys.ts';
import { createPages, type AskRows, type RowPages, type TableData } from './table/rows.ts';
import { copyText, joined, tabbed } from './table/take.ts';
import { widthsOf } from './table/widths.ts';
import { plain, writerOf, type Write } from './table/words.ts';
import type { Draw, Drawing } from './index.ts';

/** From so many rows on, heads show how values are spread. */
const summaryRows = 200;
const summaryWait = 120;
const mostCopied = 200_000;

export const drawTable: Draw<'table'> = (output, element, context) => {
  const key = Number(element.dataset['key']);
  const view = tableView(element, {
    label: `Table of ${context.cell}`,
    file: context.cell,
    ask: (question) => context.look(key, question),
  });
  view.show(output);
  return {
    update(next: Output) {
      if (next.kind !== 'table') return false;
      view.show(next);
      return true;
    },
    dispose: view.dispose,
  } satisfies Drawing;
};

export interface TableViewOptions {
  readonly label: string;
  /** Name of a downloaded file, without `.csv`. */
  readonly file: string;
  /** Absent: only the rows at hand. */
  readonly ask?: AskRows;
}

export interface TableView {
  show(data: TableData): void;
  dispose(): void;
}

export function tableView(element: HTMLElement, { label, file, ask }: TableViewOptions): TableView {
  let data: TableData = { columns: [], rows: [], total: 0 };
  let pages: RowPages = createPages(data, undefined, () => {});
  /** Columns that are shown: places in `data.columns`. */
  let shown: number[] = [];
  let columns: (GridColumn & { readonly at: number })[] = [];
  let writers: Write[] = [];
  let heads = new Map<number, HeadCell>();
  let known = new Map<number, ColumnFacts | undefined>();
  const hidden = new Set<string>();
  let filters: Record<string, string> = {};
  let sort: RowOrder['sort'];
  let filtering = false;
  let busy: ReturnType<typeof setTimeout> | undefined;
  let summing: ReturnType<typeof setTimeout> | undefined;
  let rounds = 0;

  const grid = createGrid({
    label,
    count: () => pages.count,
    columns: () => columns,
    text: (row, column) => {
      const values = pages.row(row)?.values;
      const at = columns[column]!.at;
      return values && writers[at]!(values[at]);
    },
    head: (column) => headOf(columns[column]!.at).element,
    want: (from, to) => pages.want(from, to),
    decorate: (cell, row, column) => {
      const value = pages.row(row)?.values[columns[column]!.at];
      const none = value === null ? 'null' : undefined;
      if (cell.dataset['none'] === none) return;
      if (none) cell.dataset['none'] = none;
      else delete cell.dataset['none'];
    },
  });
  const said = h('span', { class: 'table-said' });
  const spoken = h('span', { class: 'vh', role: 'status' });
  const note = h('span', { class: 'table-note' });
  const link = (words: string, act: () => void): HTMLButtonElement =>
    h('button', { type: 'button', class: 'link plain', onclick: act }, words);
  const filterButton = link('Filter', () => setFiltering(!filtering, true));
  filterButton.setAttribute('aria-expanded', 'false');
  const columnsButton = link('Columns', () =>
    openColumns(columnsButton, { columns: data.columns, hidden, facts: factsOf, show: setShown }),
  );
  columnsButton.setAttribute('aria-haspopup', 'dialog');
  /** Buttons whose work is under way. */
  const told = new Set<HTMLButtonElement>();
  const copyWords = 'Copy as CSV',
    saveWords = 'Download CSV';
  const copyButton = link(copyWords, () => tell(copyButton, copyWords, () => copyText(pages.csv(names()).then(joined))));
  const saveButton = link(saveWords, () =>
    tell(saveButton, saveWords, async () => {
      const parts = await pages.csv(names(), (done) => setText(saveButton, `${count(done)} rows …`));
      download(parts, `${file}.csv`, 'text/csv;charset=utf-8');
      return 'Downloaded';
    }),
  );
  element.append(grid.element, h('p', { class: 'cap table-cap' }, said, note, filterButton, columnsButton, copyButton, saveButton, spoken));
  const names = (): string[] => columns.map(({ name }) => name);

  bindKeys(grid, {
    rows: () => pages.count,
    columns: () => columns.length,
    sort: (column) => sortBy(columns[column]!.name),
    resize: (column, by) => {
      setWidth(column, columns[column]!.width + by);
      say(`${columns[column]!.name}, ${columns[column]!.width} pixels wide`);
    },
    menu: (column) => menuOf(columns[column]!.at, headOf(columns[column]!.at).menuButton),
    copy: () => void copySelection(),
  });

  // ---- what is shown
  function show(next: TableData): void {
    const same =
      data.columns.length === next.columns.length &&
      data.columns.every(({ name, type }, i) => name === next.columns[i]!.name && type === next.columns[i]!.type);
    const summary = hasSummary();
    data = next;
    pages.stop();
    pages = createPages(next, ask, changed);
    writers = next.columns.map(({ type }, i) =>
      writerOf(
        type,
        next.rows.map((row) => row[i]),
      ),
    );
    known = new Map();
    if (!same || summary !== hasSummary()) {
      heads = new Map();
      hidden.clear();
      filters = {};
      sort = undefined;
      layout(true);
      grid.top();
    } else grid.draw();
    if (sort || Object.keys(filters).length > 0) void reorder(false);
    changed();
    sumSoon();
  }
  const hasSummary = (): boolean => data.total >= summaryRows;

  function layout(anew: boolean): void {
    const widths = new Map(columns.map(({ name, width }) => [name, width]));
    shown = data.columns.flatMap(({ name }, i) => (hidden.has(name) ? [] : [i]));
    const fitting = anew ? widthsOf(element, data, writers) : undefined;
    columns = shown.map((at) => {
      const { name, type } = data.columns[at]!;
      return {
        at,
        name,
        right: type === 'number',
        width: (anew ? undefined : widths.get(name)) ?? (fitting ?? widthsOf(element, data, writers, at))[at]!,
      };
    });
    grid.drawHead();
  }

  function changed(): void {
    grid.drawSoon();
    const { count: n, total } = pages;
    for (const one of links) one.hidden = data.columns.length === 0;
    const some = n !== total || Object.keys(filters).length > 0;
    setText(
      said,
      `${some ? `${count(n)} of ${plural(total, 'row')}` : plural(total, 'row')}${hidden.size ? `, ${plural(hidden.size, 'column')} hidden` : ''}.`,
    );
    const cut = total < data.total;
    setText(note, cut ? `These are the first of ${count(data.total)}. ${pages.note ?? 'Run the cell to see the rest.'}` : '');
  }

  // ---- order
  async function reorder(announce = true): Promise<void> {
    clearTimeout(busy);
    busy = setTimeout(() => grid.element.setAttribute('aria-busy', 'true'), 150);
    try {
      await pages.setOrder({ ...(sort ? { sort } : {}), filters });
    } catch (error) {
      setText(note, (error as Error).message);
    } finally {
      clearTimeout(busy);
      grid.element.removeAttribute('aria-busy');
    }
    grid.top();
    if (announce) say(said.textContent);
  }
  function sortBy(name: string, down?: boolean): void {
    sort =
      down !== undefined
        ? { column: name, down }
        : sort?.column !== name
          ? { column: name, down: false }
          : sort.down
            ? undefined
            : { column: name, down: true };
    for (const [at, head] of heads)
      head.sorted(sort?.column === data.columns[at]!.name ? (sort.down ? 'descending' : 'ascending') : undefined);
    void reorder();
  }
  function unsort(): void {
    sort = undefined;
    for (const head of heads.values()) head.sorted(undefined);
    void reorder();
  }
  function filterBy(name: string, text: string): void {
    if ((filters[name] ?? '') === text.trim()) return;
    const { [name]: _, ...others } = filters;
    filters = text.trim() === '' ? others : { ...others, [name]: text.trim() };
    void reorder().then(() => {
      known = new Map();
      sumSoon();
    });
  }
  const links = [filterButton, columnsButton, copyButton, saveButton];
  function setFiltering(open: boolean, focus: boolean, column = grid.cursor.column): void {
    filtering = open;
    filterButton.setAttribute('aria-expanded', String(open));
    grid.element.classList.toggle('filtering', open);
    for (const [at, head] of heads) head.filtering(open, open ? undefined : (filters[data.columns[at]!.name] ?? ''));
    if (!open && Object.keys(filters).length > 0) {
      filters = {};
      for (const head of heads.values()) head.filtering(false, '');
      void reorder().then(() => {
        known = new Map();
        sumSoon();
      });
    }
    grid.draw();
    if (!focus) return;
    if (open) {
      grid.go({ row: grid.cursor.row, column });
      headOf(columns[Math.min(column, columns.length - 1)]!.at).focusFilter();
    }
  }

  // ---- columns
  function headOf(at: number): HeadCell {
    const made = heads.get(at);
    if (made) return made;
    const { name, type } = data.columns[at]!;
    const place = (): number => columns.findIndex((column) => column.at === at);
    const head = headCell({
      name,
      type,
      summary: hasSummary(),
      sort: () => {
        grid.go({ row: -1, column: place() });
        grid.element.focus({ preventScroll: true });
        sortBy(name);
      },
      menu: (button) => menuOf(at, button),
      filter: (text) => filterBy(name, text),
      leave: () => grid.element.focus({ preventScroll: true }),
      resize: (width) => setWidth(place(), width),
      fit: () => setWidth(place(), widthsOf(element, data, writers, at)[at]!),
      width: () => columns[place()]!.width,
    });
    head.filtering(filtering, filters[name] ?? '');
    if (sort?.column === name) head.sorted(sort.down ? 'descending' : 'ascending');
    if (known.has(at)) head.facts(known.get(at));
    heads.set(at, head);
    return head;
  }
  function setWidth(column: number, width: number): void {
    const one = columns[column];
    if (!one) return;
    one.width = Math.round(Math.min(1200, Math.max(48, width)));
    grid.drawHead();
  }
  function setShown(name: string, on: boolean): void {
    if (on) hidden.delete(name);
    else hidden.add(name);
    layout(false);
    changed();
    sumSoon();
  }
  function menuOf(at: number, button: HTMLElement): void {
    const { name } = data.columns[at]!;
    const column = columns.findIndex((one) => one.at === at);
    grid.go({ row: -1, column });
    const sorted = sort?.column === name ? sort : undefined;
    openMenu({
      label: `Column ${name}`,
      at: button.isConnected ? button : grid.element,
      back: () => grid.element.focus({ preventScroll: true }),
      rows: [
        { label: 'Sort up', checked: sorted?.down === false, act: () => sortBy(name, false) },
        { label: 'Sort down', checked: sorted?.down === true, act: () => sortBy(name, true) },
        { label: 'As given', checked: !sort, act: unsort },
        'rule',
        { label: 'Filter', act: () => setFiltering(true, true, column) },
        { label: 'Narrower', keys: 'Alt+ArrowLeft', act: () => setWidth(column, columns[column]!.width - 32) },
        { label: 'Wider', keys: 'Alt+ArrowRight', act: () => setWidth(column, columns[column]!.width + 32) },
        {
          label: 'Hide column',
          reason: columns.length < 2 ? 'One column is always shown.' : undefined,
          act: () => {
            setShown(name, false);
            grid.element.focus({ preventScroll: true });
          },
        },
        ...(hidden.size > 0 ? [{ label: 'Show all columns', act: () => [...hidden].forEach((one) => setShown(one, true)) }] : []),
      ],
    });
  }

  // ---- facts of the columns that are seen, one after another
  async function factsOf(at: number): Promise<ColumnFacts | undefined> {
    if (!known.has(at)) {
      const { note: before } = pages;
      const found = await pages.facts(at).catch(() => undefined);
      if (pages.note !== before) changed();
      known.set(at, found);
      heads.get(at)?.facts(found);
    }
    return known.get(at);
  }
  function sumSoon(): void {
    clearTimeout(summing);
    if (hasSummary()) summing = setTimeout(() => void sumUp(), summaryWait);
  }
  async function sumUp(): Promise<void> {
    const round = ++rounds;
    const mine = known;
    for (const at of shown) {
      if (round !== rounds || mine !== known || !element.isConnected) return;
      await factsOf(at);
    }
  }

  // ---- words and copies
  function say(words: string | null): void {
    spoken.textContent = words;
  }
  /** Does what a button is for, shows on it how that went, then its own words again. Presses meanwhile are none. */
  function tell(button: HTMLButtonElement, words: string, work: () => Promise<string>): void {
    if (told.has(button)) return;
    told.add(button);
    void work()
      .catch((error: unknown) => (error as Error).message)
      .then((answer) => {
        told.delete(button);
        setText(button, answer);
        say(answer);
        setTimeout(() => {
          if (!told.has(button)) setText(button, words);
        }, 2000);
      });
  }
  async function copySelection(): Promise<void> {
    const { from, to } = grid.selected();
    const first = Math.max(0, from.row);
    const chosen = columns.slice(from.column, to.column + 1);
    const rows = to.row - first + 1;
    if (rows * chosen.length > mostCopied) return say(`${count(rows)} rows are too many to copy. Download the CSV instead.`);
    const text = pages.read(first, rows).then((found) => tabbed(found.map((row) => chosen.map(({ at }) => plain(row[at])))));
    say((await copyText(text)) === 'Copied' ? `Copied ${plural(rows, 'row')}` : 'Copying is not allowed here');
  }

  return {
    show,
    dispose: () => {
      clearTimeout(busy);
      clearTimeout(summing);
      rounds++;
      pages.stop();
      grid.dispose();
    },
  };
}
