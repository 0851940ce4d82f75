/* What the notebooks page lists, as plain rows: the reader's own, copies of shipped ones, the examples of the site; search,
   order, and another title in a notebook's text. Pure; NotebooksPage.tsx draws what this file returns. */

import type { StoredNotebook } from '../../store/types.ts';
import { withFront, yamlText } from './texts.ts';

/** A notebook that ships, as the course map lists it. */
export interface Shipped {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** The step's number in the course; absent: an example. */
  readonly label?: string;
}

export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly kind: 'own' | 'copy' | 'example';
  readonly label?: string;
  readonly about?: string;
  readonly stored?: StoredNotebook;
}

export type Order = 'changed' | 'title';

/** Own notebooks, copies of shipped ones, then the examples that were not changed. Entries of `before` that say the same are
    kept as they are, so that their rows stay in the page. */
export function makeEntries(stored: readonly StoredNotebook[], shipped: readonly Shipped[], before: readonly Entry[] = []): Entry[] {
  const known = new Map(before.map((entry) => [entry.id, entry]));
  const ships = new Map(shipped.map((one) => [one.id, one]));
  const held = stored.map((notebook): Entry => {
    const { id, title, shippedHash } = notebook;
    const label = ships.get(id)?.label;
    const kind = shippedHash === undefined ? 'own' : 'copy';
    return { id, title: title || id, kind, stored: notebook, ...(label === undefined ? {} : { label }) };
  });
  const taken = new Set(stored.map(({ id }) => id));
  const examples = shipped.filter(({ id, label }) => label === undefined && !taken.has(id));
  const all = [...held, ...examples.map(({ id, title, about }): Entry => ({ id, title, about, kind: 'example' }))];
  return all.map((entry) => {
    const old = known.get(entry.id);
    return old !== undefined && same(old, entry) ? old : entry;
  });
}

const same = (a: Entry, b: Entry): boolean =>
  a.title === b.title &&
  a.kind === b.kind &&
  a.label === b.label &&
  a.about === b.about &&
  a.stored?.revision === b.stored?.revision &&
  a.stored?.updatedAt === b.stored?.updatedAt;

/** Entries with every word of `text` in title, id, number or topics, in `order`; then those that have them in their text. */
export function findEntries(entries: readonly Entry[], text: string, order: Order): { readonly entry: Entry; readonly inText: boolean }[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const named = ({ id, title, label, about }: Entry): string => `${label ?? ''} ${title} ${id} ${about ?? ''}`.toLowerCase();
  const found = entries.flatMap((entry) => {
    const name = named(entry);
    if (words.every((word) => name.includes(word))) return [{ entry, inText: false }];
    const whole = `${name} ${entry.stored?.text.toLowerCase() ?? ''}`;
    return words.every((word) => whole.includes(word)) ? [{ entry, inText: true }] : [];
  });
  const time = ({ stored }: Entry): number => stored?.updatedAt ?? 0;
  return found.sort(
    (a, b) =>
      Number(a.inText) - Number(b.inText) ||
      (order === 'changed' ? time(b.entry) - time(a.entry) : 0) ||
      a.entry.title.localeCompare(b.entry.title, 'en', { numeric: true }),
  );
}

/** The same text under another title: in the front matter, and in the heading that opens it where there is one. */
export function retitled(text: string, title: string): string {
  const line = title.trim().replace(/\s+/g, ' ');
  const next = withFront(text, 'title', yamlText(line));
  return next.replace(
    /^(\uFEFF?---[ \t]*\r?\n[\s\S]*?\r?\n---[ \t]*\r?\n\s*# )[^\r\n]*/,
    (_, before: string) => before + line.replace(/([\\`*_[\]<>$])/g, '\\$1'),
  );
}

/** A title as an id: `Fit of a line` is `fit-of-a-line`; empty where nothing of it can stand in one. */
export const idOf = (title: string): string =>
  title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);

/** What the course map lists, from its document. */
export function shippedOn(map: ParentNode): Shipped[] {
  return [...map.querySelectorAll<HTMLAnchorElement>('a.u[href*="n/"]:not([data-mine])')].flatMap((row) => {
    const id = /n\/([^/#?]+)\/$/.exec(row.getAttribute('href') ?? '')?.[1];
    if (id === undefined) return [];
    const words = (name: string): string => row.querySelector(name)?.textContent?.trim() ?? '';
    const label = words('.n');
    return [{ id: decodeURIComponent(id), title: words('.t'), about: words('.ks'), ...(label ? { label } : {}) }];
  });
}
