/* The last text of a page that goes away: the database cannot be waited for then, so what it has not acknowledged lies in
   localStorage, which is written at once, until the store is opened next and takes it in. Each tab has a place of its own there.
   Where another tab has stored a text since, both are merged, and what was stashed is kept as a version besides. */

import { GradusError } from '../base/errors.ts';
import { isNotebook } from './record.ts';
import type { Store, StoredNotebook } from './types.ts';

const prefix = 'gradus:unsaved:';

/** Where a stashed text comes from. */
export interface StashOrigin {
  /** Names the tab. */
  readonly tab: string;
  /** The latest stored revision that the text holds. */
  readonly known: number;
  /** The stored text that it came from. */
  readonly base?: string;
}

const place = (id: string, tab: string): string => `${prefix}${id}:${tab}`;

/** Keeps a text that may not reach the database any more. Without room or permission it does nothing. */
export function stash(notebook: StoredNotebook, { tab, known, base }: StashOrigin): void {
  try {
    globalThis.localStorage?.setItem(place(notebook.id, tab), JSON.stringify({ ...notebook, known, base }));
  } catch {
    if (base !== undefined) stash(notebook, { tab, known });
    // else the database may still be in time
  }
}

/** The database has this revision of the tab's text: a later one stays stashed. */
export function unstash(id: string, tab: string, revision: number): void {
  const key = place(id, tab);
  try {
    const text = globalThis.localStorage?.getItem(key);
    if (text && (JSON.parse(text) as StoredNotebook).revision <= revision) globalThis.localStorage.removeItem(key);
  } catch {
    /* there is nothing to forget */
  }
}

/** Brings home what was stashed, of one notebook or of all, but for the tab that still has its text. What the database refuses for
    want of room stays stashed. */
export async function recover(
  store: Pick<Store, 'notebook' | 'saveNotebook' | 'saveVersion'>,
  only?: { readonly id: string; readonly except: string },
): Promise<void> {
  for (const { key, text, record } of stashed()) {
    if (!record) {
      forget(key, text); // damaged
      continue;
    }
    const { base, known, ...notebook } = record;
    if (only && (notebook.id !== only.id || key === place(only.id, only.except))) continue;
    try {
      await store.saveNotebook(notebook, typeof known === 'number' ? known : undefined);
      forget(key, text);
    } catch (error) {
      if (!(error instanceof GradusError) || error.code !== 'revision') continue;
      const done = await join(store, notebook, typeof base === 'string' ? base : undefined).catch(() => false);
      if (done) forget(key, text);
    }
  }
}

/** Another tab was first: its text gets what the stashed one changed. */
async function join(
  store: Pick<Store, 'notebook' | 'saveNotebook' | 'saveVersion'>,
  notebook: StoredNotebook,
  base: string | undefined,
): Promise<boolean> {
  const theirs = await store.notebook(notebook.id);
  if (!theirs || theirs.text === notebook.text) return true;
  await store.saveVersion({ notebook: notebook.id, time: notebook.updatedAt, text: notebook.text, why: 'unsaved' });
  if (base === undefined) return true;
  const { merge } = await import('../base/merge.ts');
  const { text } = merge(base, notebook.text, theirs.text);
  if (text !== theirs.text)
    await store.saveNotebook({ ...theirs, text, revision: theirs.revision + 1, updatedAt: Math.max(theirs.updatedAt, notebook.updatedAt) });
  return true;
}

/** Unless its tab, which may live, has stashed another text there since. */
function forget(key: string, text: string): void {
  try {
    if (globalThis.localStorage.getItem(key) === text) globalThis.localStorage.removeItem(key);
  } catch {
    /* it is taken in again next time, as the same text */
  }
}

type Stashed = StoredNotebook & { readonly base?: unknown; readonly known?: unknown };

/** The earliest first. */
function stashed(): { key: string; text: string; record: Stashed | undefined }[] {
  try {
    const { localStorage } = globalThis;
    const keys = Array.from({ length: localStorage?.length ?? 0 }, (_, i) => localStorage.key(i) ?? '');
    return keys
      .filter((key) => key.startsWith(prefix))
      .map((key) => ({ key, text: localStorage.getItem(key) ?? '' }))
      .map((item) => ({ ...item, record: read(item.text) }))
      .sort((a, b) => (a.record?.updatedAt ?? 0) - (b.record?.updatedAt ?? 0));
  } catch {
    return [];
  }
}

function read(text: string): Stashed | undefined {
  try {
    const record: unknown = JSON.parse(text);
    return isNotebook(record) ? record : undefined;
  } catch {
    return undefined;
  }
}
