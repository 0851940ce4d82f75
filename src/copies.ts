/* Notebooks that become the reader's own: a copy of a text under an id that is free, or a fresh one. */

import type { Store } from './store/types.ts';
import { freeId, freshNotebook, withId } from './view/notebooks/texts.ts';

export { freshNotebook };

/** Stores `text` under its own id, or the next one that is free, and goes there. */
export async function saveCopy(text: string, store: Store, base: URL): Promise<void> {
  const wanted = /^id:\s*["']?([\p{L}\p{N}._-]+)/mu.exec(text.slice(0, text.indexOf('\n---', 3)))?.[1] ?? 'untitled';
  await keep(text, wanted, store, base);
}

export const saveFresh = (store: Store, base: URL): Promise<void> => keep(freshNotebook('untitled'), 'untitled', store, base);

async function keep(text: string, wanted: string, store: Store, base: URL): Promise<void> {
  const id = await freeId(
    wanted,
    async (candidate) => (await store.notebook(candidate)) !== undefined || (await isShipped(candidate, base)),
  );
  const title = /^title:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? id;
  await store.saveNotebook({ id, title, text: withId(text, id), revision: 1, createdAt: Date.now(), updatedAt: Date.now() });
  location.hash = `#/n/${encodeURIComponent(id)}`;
}

/** Whether a notebook ships under this id: the course map links every one. */
export async function isShipped(id: string, base: URL): Promise<boolean> {
  const map = await fetch(base).then(
    (response) => response.text(),
    () => '',
  );
  return map.includes(`n/${encodeURIComponent(id)}/"`);
}
