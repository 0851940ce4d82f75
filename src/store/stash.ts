/* The last text of a page that goes away: the database cannot be waited for then, so what it has not acknowledged lies in
   localStorage, which is written at once, until the store is opened next and takes it in. Where another tab has stored a
   text since, both are merged, and what was stashed is kept as a version besides. */

import { GradusError } from '../base/errors.ts';
import { isNotebook } from './records.ts';
import type { Store, StoredNotebook } from './types.ts';

const prefix = 'gradus:unsaved:';

/** Keeps a text that may not reach the database any more, with the stored one that it came from. Without room or permission it
    does nothing. */
export function stash(notebook: StoredNotebook, base?: string): void {
  try {
    globalThis.localStorage?.setItem(prefix + notebook.id, JSON.stringify({ ...notebook, base }));
  } catch {
    if (base !== undefined) stash(notebook);
    // else the database may still be in time
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

/** Brings home what was stashed, of one notebook or of all. What the database refuses for want of room stays stashed. */
export async function recover(store: Pick<Store, 'notebook' | 'saveNotebook' | 'saveVersion'>, only?: string): Promise<void> {
  for (const { id, text } of stashed()) {
    if (only !== undefined && id !== only) continue;
    let record: unknown;
    try {
      record = JSON.parse(text);
    } catch {
      /* damaged: dropped below */
    }
    if (!isNotebook(record)) {
      unstash(id);
      continue;
    }
    const { base, ...notebook } = record as StoredNotebook & { base?: unknown };
    try {
      await store.saveNotebook(notebook);
      unstash(id);
    } catch (error) {
      if (!(error instanceof GradusError) || error.code !== 'revision') continue;
      const done = await join(store, notebook, typeof base === 'string' ? base : undefined).catch(() => false);
      if (done) unstash(id);
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

function stashed(): { id: string; text: string }[] {
  try {
    const { localStorage } = globalThis;
    const keys = Array.from({ length: localStorage?.length ?? 0 }, (_, i) => localStorage.key(i) ?? '');
    return keys
      .filter((key) => key.startsWith(prefix))
      .map((key) => ({ id: key.slice(prefix.length), text: localStorage.getItem(key) ?? '' }));
  } catch {
    return [];
  }
}
