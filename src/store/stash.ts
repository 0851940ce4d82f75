/* The last text of a page that goes away: the database cannot be waited for then, so what it has not acknowledged lies in
   localStorage, which is written at once, until the store is opened next and takes it in. */

import { isNotebook } from './records.ts';
import type { Store, StoredNotebook } from './types.ts';

const prefix = 'gradus:unsaved:';

/** Keeps a text that may not reach the database any more. Without room or permission it does nothing. */
export function stash(notebook: StoredNotebook): void {
  try {
    globalThis.localStorage?.setItem(prefix + notebook.id, JSON.stringify(notebook));
  } catch {
    /* the database may still be in time */
  }
}

/** The database has it. */
export function unstash(id: string): void {
  try {
    globalThis.localStorage?.removeItem(prefix + id);
  } catch {
    /* there is nothing to forget */
  }
}

/** Brings what was stashed home. A text that another tab has overtaken stays behind. */
export async function recover(store: Pick<Store, 'saveNotebook'>): Promise<void> {
  for (const { key, text } of stashed()) {
    let notebook: unknown;
    try {
      notebook = JSON.parse(text);
    } catch {
      /* damaged: dropped below */
    }
    if (isNotebook(notebook)) await store.saveNotebook(notebook).catch(() => undefined);
    unstash(key.slice(prefix.length));
  }
}

function stashed(): { key: string; text: string }[] {
  try {
    const { localStorage } = globalThis;
    const keys = Array.from({ length: localStorage?.length ?? 0 }, (_, i) => localStorage.key(i) ?? '');
    return keys.filter((key) => key.startsWith(prefix)).map((key) => ({ key, text: localStorage.getItem(key) ?? '' }));
  } catch {
    return [];
  }
}
