/* What can be done with a value's tree: search in all of it, copy the path or the value of a row, see rows as a table. The
   buttons float at the top right and appear when the reader comes near, so that nothing moves. Keys on a row: `/` searches,
   Mod+C copies the value, Alt+C the path. */

import type { Path } from '../../../output/look.ts';
import { h, setText } from '../../dom.ts';
import { count } from '../../words.ts';
import type { OutputContext } from '../index.ts';
import { copyText } from '../table/take.ts';
import { tableView, type TableView } from '../table.ts';
import type { TreeRow } from './row.ts';
import type { TreeCore } from './tree.ts';

export interface Tools {
  /** True where the key was one of ours. */
  key(event: KeyboardEvent): boolean;
  /** Another row is the current one. */
  moved(): void;
  /** Another value is shown. */
  renewed(): void;
  dispose(): void;
}

const mostSeconds = 20;

export function createTools(tree: TreeCore, element: HTMLElement, context: OutputContext): Tools {
  const spoken = h('span', { class: 'vh', role: 'status' });
  const act = (words: string, title: string, run: () => void): HTMLButtonElement =>
    h('button', { type: 'button', class: 'btn bare small', title, onclick: run }, words);
  const searchButton = act('Search', 'Search in this value (/)', () => openSearch());
  const pathButton = act('Copy path', 'Copy the path of the row (Alt+C)', () => void copyPath());
  const valueButton = act('Copy value', 'Copy the row as JSON (Ctrl+C)', () => void copyValue());
  const tableButton = act('Table', 'Show these rows as a table', () => void showTable());
  const bar = h(
    'div',
    { class: 'tree-tools', role: 'group', 'aria-label': 'Value' },
    searchButton,
    tableButton,
    pathButton,
    valueButton,
    spoken,
  );
  element.append(bar);
  let table: TableView | undefined;
  let back: HTMLElement | undefined;

  // ---- copies
  async function told(button: HTMLButtonElement, words: string, done: Promise<string>): Promise<void> {
    const said = await done;
    setText(button, said);
    spoken.textContent = said;
    setTimeout(() => setText(button, words), 1600);
  }
  const rootName = (): string => {
    const code = context.code().trimEnd();
    const last = code.split('\n').at(-1)!.trim();
    return !/\bdisplay\s*\(/.test(code) && /^[\p{L}_$][\p{L}\p{N}_$.]*$/u.test(last) ? last : '';
  };
  async function copyPath(): Promise<void> {
    const { path } = tree.current();
    const text = tree.look({ of: 'name', path, root: rootName() }).then((name) => name || rootName() || '.');
    return told(pathButton, 'Copy path', copyText(text));
  }
  async function copyValue(): Promise<void> {
    const { path } = tree.current();
    let note = '';
    const text = tree.look({ of: 'json', path }).then(({ text: json, whole }) => {
      if (!whole) note = ', as far as it is JSON';
      return json;
    });
    return told(
      valueButton,
      'Copy value',
      copyText(text).then((said) => (said === 'Copied' ? `${said}${note}` : said)),
    );
  }

  // ---- as a table
  const isTabular = ({ child: { node } }: TreeRow): boolean =>
    node.type === 'array' &&
    node.size > 0 &&
    (node.entries.length === 0 ||
      node.entries.slice(0, 5).some(({ value }) => value.type === 'object' || value.type === 'cut' || value.type === 'array'));
  /** The row itself, or the nearest one above it, that has rows. */
  function tabular(): TreeRow | undefined {
    let row: TreeRow | undefined = tree.current();
    while (row && !isTabular(row)) row = row.parent;
    return row;
  }
  async function showTable(): Promise<void> {
    const row = tabular();
    if (!row) return;
    const { path } = row;
    try {
      const first = await tree.look({ of: 'rows', path, order: {}, from: 0, count: 500 });
      const holder = h('div', { class: 'tree-table' });
      back = h('button', { type: 'button', class: 'btn bare small tree-back', onclick: () => closeTable() }, 'Tree');
      tree.element.hidden = bar.hidden = true;
      element.append(holder, back);
      table = tableView(holder, {
        label: `Table of ${context.cell}`,
        file: context.cell,
        ask: (question) => tree.look({ ...question, path }),
      });
      table.show(first);
      back.focus();
    } catch (error) {
      await told(tableButton, 'Table', Promise.resolve((error as Error).message));
    }
  }
  function closeTable(): void {
    table?.dispose();
    table = undefined;
    element.querySelector('.tree-table')?.remove();
    back?.remove();
    tree.element.hidden = bar.hidden = false;
    tree.focus(tree.current());
  }

  // ---- search
  let box: HTMLElement | undefined;
  let hits: Path[] = [];
  let all = 0,
    at = -1,
    turn = 0,
    searching = false;
  let marked: TreeRow | undefined;
  let revealing: Promise<TreeRow | undefined> | undefined;
  const field = h('input', {
    type: 'search',
    class: 'text',
    'aria-label': 'Search in this value',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  const found = h('span', { class: 'quiet', role: 'status' });
  let timer: ReturnType<typeof setTimeout> | undefined;

  function openSearch(): void {
    if (!box) {
      box = h(
        'div',
        { class: 'tree-search' },
        field,
        found,
        act('Previous', 'Previous hit (Shift+Enter)', () => void go(-1)),
        act('Next', 'Next hit (Enter)', () => void go(1)),
        act('Close', 'Close the search (Esc)', closeSearch),
      );
      element.classList.add('searching');
      element.append(box);
    }
    field.focus();
    field.select();
  }
  function closeSearch(): void {
    turn++;
    box?.remove();
    box = undefined;
    element.classList.remove('searching');
    const row = marked ?? tree.current();
    mark(undefined);
    tree.focus(row);
    // A hit that is on its way gets the focus when it is there.
    void revealing?.then((shown) => {
      if (shown && document.activeElement === row.element) tree.focus(shown);
    });
  }
  function mark(row: TreeRow | undefined): void {
    marked?.element.classList.remove('hit');
    row?.element.classList.add('hit');
    marked = row;
  }
  async function search(): Promise<void> {
    const mine = ++turn;
    const text = field.value.trim();
    hits = [];
    all = 0;
    at = -1;
    mark(undefined);
    found.textContent = '';
    if (text === '') return;
    searching = true;
    const until = performance.now() + mostSeconds * 1000;
    try {
      for (;;) {
        const part = await tree.look({ of: 'find', text, from: hits.length });
        if (mine !== turn) return;
        hits.push(...part.hits);
        all = part.count;
        if (at < 0 && hits.length > 0) void go(1);
        searching = !part.done;
        say();
        if (part.done && hits.length >= all) break;
        if (performance.now() > until) {
          found.textContent = `${count(all)} so far. Search for something longer.`;
          break;
        }
      }
    } catch (error) {
      if (mine === turn) found.textContent = (error as Error).message;
    }
    searching = false;
  }
  function say(): void {
    const many = all >= 10_000 ? 'over 10,000' : count(all);
    found.textContent = all === 0 ? (searching ? 'Searching' : 'No hits') : `${count(at + 1)} of ${many}${searching ? ' …' : ''}`;
  }
  async function go(by: number): Promise<void> {
    if (hits.length === 0) return;
    const mine = turn;
    at = (at + by + hits.length) % hits.length;
    say();
    revealing = tree.reveal(hits[at]!);
    const row = await revealing;
    if (mine === turn && row) mark(row);
  }
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => void search(), 200);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') closeSearch();
    else if (event.key === 'Enter') void (hits.length > 0 ? go(event.shiftKey ? -1 : 1) : search());
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const moved = (): void => {
    tableButton.hidden = tabular() === undefined;
  };
  moved();
  return {
    key: (event) => {
      const mod = event.ctrlKey || event.metaKey;
      if (event.key === '/' && !mod) openSearch();
      else if (mod && event.key === 'c' && getSelection()?.isCollapsed !== false) void copyValue();
      else if (event.altKey && event.code === 'KeyC') void copyPath();
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
    moved,
    renewed: () => {
      if (table) closeTable();
      if (!bar.isConnected) element.append(bar);
      if (box) void search();
      moved();
    },
    dispose: () => {
      turn++;
      clearTimeout(timer);
      table?.dispose();
    },
  };
}
