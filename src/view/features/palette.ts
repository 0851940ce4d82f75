/* The palette: one field over a list of commands, cells and steps, found by a few letters. It draws what its sources give at once
   and adds what comes later; it knows nothing of notebooks. A combobox over a listbox: the focus stays in the field. */

import './palette.css';
import { h, s, type Child } from '../dom.ts';
import { fuzzy, type Match } from './fuzzy.ts';
import { shownKeys } from './keys.ts';

export interface Entry {
  readonly label: string;
  /** Quiet words behind it. */
  readonly detail?: string;
  /** It is found by these words too. */
  readonly also?: string;
  readonly keys?: string | undefined;
  /** At the right, where it has no keys: `line 212`. */
  readonly place?: string;
  readonly icon?: () => Node;
  readonly mono?: boolean;
  /** Why it cannot be chosen now. */
  readonly reason?: string | undefined;
  /** Shown before anything is asked; higher first. */
  readonly offer?: number;
  readonly act: () => void;
}

export interface Source {
  readonly group: string;
  /** Typed first, it leaves only these. */
  readonly sign: '>' | '@' | '#';
  /** Rows shown before anything is asked. */
  readonly offers: number;
  entries(): readonly Entry[] | Promise<readonly Entry[]>;
}

const most = 7, // rows of a group beside others
  mostAlone = 60; // of one group alone
const signs = [
  ['>', 'commands'],
  ['@', 'cells'],
  ['#', 'steps'],
] as const;

let open: HTMLElement | undefined;
let closeOpen: () => void = () => undefined;

/** Opens the palette, or closes it where it stands open. `help`: what ? in the empty field does. */
export function openPalette(sources: readonly Source[], help?: () => void): void {
  if (open !== undefined) {
    closeOpen();
    return;
  }
  const field = h('input', {
    role: 'combobox',
    'aria-expanded': 'true',
    'aria-controls': 'palette-list',
    'aria-autocomplete': 'list',
    'aria-label': 'Search commands, cells and steps',
    autocomplete: 'off',
    autocapitalize: 'off',
    autocorrect: 'off',
    spellcheck: 'false',
    enterkeyhint: 'go',
  });
  const list = h('ul', { id: 'palette-list', role: 'listbox', 'aria-label': 'Results' });
  const none = h('div', { class: 'nothing', hidden: true }),
    says = h('p', { class: 'vh', role: 'status' });
  const dialog = h(
    'div',
    // Not a <dialog>: making the rest of a long notebook inert takes longer than a frame.
    { class: 'sheet palette', role: 'dialog', 'aria-modal': 'true', 'aria-label': 'Command palette', popover: 'manual' },
    h(
      'div',
      { class: 'ask' },
      s(
        'svg',
        { class: 'i', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
        s('path', { d: 'M7 2.6a4.4 4.4 0 1 1 0 8.8a4.4 4.4 0 0 1 0-8.8zM10.4 10.4l3.4 3.4' }),
      ),
      field,
      h('button', { type: 'button', class: 'esc', 'aria-label': 'Esc: close', onclick: () => close() }, h('kbd', {}, 'Esc')),
    ),
    list,
    none,
    says,
    h(
      'p',
      { class: 'hints', 'aria-hidden': 'true' },
      h('span', {}, h('kbd', {}, '↑ ↓'), ' choose'),
      h('span', {}, h('kbd', {}, 'Enter'), ' go'),
      ...signs
        .filter(([sign]) => sources.some((source) => source.sign === sign))
        .map(([sign, words]) => h('span', {}, h('kbd', {}, sign), ` ${words}`)),
      help && h('span', {}, h('kbd', {}, '?'), ' all shortcuts'),
    ),
  );

  const known = new Map<Source, readonly Entry[]>();
  for (const source of sources) {
    const entries = source.entries();
    if (!(entries instanceof Promise)) known.set(source, entries);
    else
      void entries.then(
        (late) => {
          known.set(source, late);
          if (open === dialog) draw(true);
        },
        () => undefined, // what cannot be listed is not found; the rest is
      );
  }

  let rows: { readonly entry: Entry; readonly element: HTMLElement }[] = [],
    at = 0;
  const mark = (index: number, reveal = true): void => {
    rows[at]?.element.setAttribute('aria-selected', 'false');
    at = Math.max(0, Math.min(rows.length - 1, index));
    const row = rows[at];
    row?.element.setAttribute('aria-selected', 'true');
    if (row) field.setAttribute('aria-activedescendant', row.element.id);
    else field.removeAttribute('aria-activedescendant');
    if (!reveal) return;
    if (at === 0) list.scrollTop = 0;
    else row?.element.scrollIntoView({ block: 'nearest' });
  };
  const choose = (index: number): void => {
    const row = rows[index];
    if (row === undefined || row.entry.reason !== undefined) return;
    close();
    row.entry.act();
  };
  const draw = (keep = false): void => {
    const typed = field.value.trimStart(),
      sign = signs.find(([first]) => typed.startsWith(first))?.[0];
    const query = sign === undefined ? typed.trim() : typed.slice(1).trim();
    const held = keep ? rows[at]?.entry.label : undefined;
    const groups = [...known]
      .filter(([source]) => sign === undefined || source.sign === sign)
      .map(([source, entries]) => ({
        source,
        found: find(entries, query, sign === undefined ? most : mostAlone, sign === undefined ? source.offers : mostAlone),
      }))
      .filter(({ found }) => found.length > 0);
    // Beside what has the query as it was typed, what has its letters here and there is noise.
    const strong = groups.some(({ found }) => found.some(isStrong));
    const shown = strong ? groups.map(({ source, found }) => ({ source, found: found.filter(isStrong) })) : groups;
    const order = new Map(sources.map((source, i) => [source, i]));
    shown.sort((a, b) => order.get(a.source)! - order.get(b.source)!);
    rows = [];
    const nodes: Node[] = [];
    for (const { source, found } of shown) {
      if (found.length === 0) continue;
      nodes.push(h('li', { role: 'presentation', class: 'grp' }, source.group));
      for (const { entry, match } of found) {
        const index = rows.length,
          element = rowOf(entry, match, `palette-${index}`);
        element.addEventListener('click', () => choose(index));
        element.addEventListener('pointermove', () => {
          if (at !== index) mark(index, false);
        });
        rows.push({ entry, element });
        nodes.push(element);
      }
    }
    list.replaceChildren(...nodes);
    list.hidden = rows.length === 0;
    none.hidden = rows.length > 0;
    if (rows.length === 0)
      none.replaceChildren(
        h('h3', {}, `Nothing matches “${query}”`),
        h('p', {}, 'Fewer letters find more; their order counts, not their distance.'),
      );
    says.textContent = query === '' ? '' : rows.length === 0 ? 'Nothing found' : `${rows.length} found`;
    mark(
      held === undefined
        ? 0
        : Math.max(
            0,
            rows.findIndex(({ entry }) => entry.label === held),
          ),
    );
  };

  field.addEventListener('input', () => draw());
  dialog.addEventListener('keydown', (event) => {
    const { key } = event;
    if (key === 'ArrowDown' || (key === 'n' && event.ctrlKey)) mark(at + 1 < rows.length ? at + 1 : 0);
    else if (key === 'ArrowUp' || (key === 'p' && event.ctrlKey && !event.shiftKey)) mark(at > 0 ? at - 1 : rows.length - 1);
    else if (key === 'PageDown') mark(at + 8);
    else if (key === 'PageUp') mark(at - 8);
    else if (key === 'Enter' && event.target === field && !event.isComposing) choose(at);
    else if (key === 'Escape') close();
    else if (key === 'Tab') (document.activeElement === field ? dialog.querySelector<HTMLElement>('.esc') : field)?.focus();
    else if (key === '?' && field.value === '' && help) {
      close();
      help();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
  const close = (): void => {
    if (open !== dialog) return;
    open = undefined;
    document.removeEventListener('pointerdown', beside, true);
    dialog.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
  };
  /** A press beside it closes it and does nothing else. */
  const beside = (event: PointerEvent): void => {
    if (event.target instanceof Node && dialog.contains(event.target)) return;
    const swallow = (click: Event): void => {
      click.preventDefault();
      click.stopImmediatePropagation();
    };
    addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener('click', swallow, true), 500);
    event.preventDefault();
    event.stopPropagation();
    close();
  };
  open = dialog;
  closeOpen = close;
  draw();
  document.body.append(dialog);
  dialog.showPopover();
  document.addEventListener('pointerdown', beside, true);
  field.focus();
}

interface Found {
  readonly entry: Entry;
  readonly match: Match;
}

function find(entries: readonly Entry[], query: string, limit: number, offers: number): readonly Found[] {
  if (query === '')
    return entries
      .filter(({ offer }) => offer !== undefined || offers >= mostAlone)
      .sort((a, b) => (b.offer ?? 0) - (a.offer ?? 0))
      .slice(0, offers)
      .map((entry) => ({ entry, match: { score: 0, at: [] } }));
  const found: Found[] = [];
  for (const entry of entries) {
    const match = fuzzy(query, entry.label);
    if (match) found.push({ entry, match: entry.reason === undefined ? match : { ...match, score: match.score - 300 } });
    else {
      const other = entry.also === undefined ? undefined : fuzzy(query, entry.also);
      if (other && (other.score > 900 || query.length < 3)) found.push({ entry, match: { score: other.score / 2, at: [] } });
    }
  }
  found.sort((a, b) => b.match.score - a.match.score);
  // Beside what is called so, what only has to do with it is noise.
  const called = found.filter(({ match }) => match.at.length > 0);
  return (called.length > 0 && limit <= most ? called : found).slice(0, limit);
}

const isStrong = ({ match }: Found): boolean => match.at.length > 0 && match.score > 600;

function rowOf({ label, detail, keys, place, icon, mono, reason }: Entry, { at }: Match, id: string): HTMLElement {
  return h(
    'li',
    { role: 'option', id, 'aria-selected': 'false', ...(reason === undefined ? {} : { 'aria-disabled': 'true' }) },
    h('span', { class: 'ic', 'aria-hidden': 'true' }, icon?.()),
    h('span', { class: mono ? 'words mono' : 'words' }, ...marked(label, at)),
    h('span', { class: 'quiet' }, reason ?? detail),
    keys === undefined && place === undefined ? null : h('kbd', {}, keys === undefined ? place : shownKeys(keys)),
  );
}

/** The text with its matched letters marked. */
function marked(text: string, at: readonly number[]): Child[] {
  const out: Child[] = [];
  let from = 0;
  for (let i = 0; i < at.length;) {
    const begin = at[i]!;
    let end = begin + 1;
    while (at[++i] === end) end++;
    out.push(text.slice(from, begin), h('mark', {}, text.slice(begin, end)));
    from = end;
  }
  out.push(text.slice(from));
  return out;
}
