/* What the notebooks page does to the store: copy, rename, forget. A new id is written first with all that belongs to it;
   the old one goes last, so that nothing is ever without its text. */

import type { Store } from '../../store/types.ts';
import { freeId, withId } from './texts.ts';
import { retitled, type Entry } from './entries.ts';

/** `id` absent: it stays as it is. */
export interface Naming {
  readonly title: string;
  readonly id?: string;
}

/** Stores a copy under an id that nobody has; answers with it. `others` are ids that ship. */
export async function copyOf(store: Store, { id, title, stored }: Entry, others: readonly string[]): Promise<string | undefined> {
  if (!stored) return undefined;
  const taken = new Set([...others, ...(await store.notebooks()).map((one) => one.id)]);
  const copy = await freeId(`${id}-copy`, async (candidate) => taken.has(candidate));
  const name = `${title} (copy)`;
  const now = Date.now();
  await store.saveNotebook({ id: copy, title: name, text: withId(retitled(stored.text, name), copy), revision: 1, createdAt: now, updatedAt: now });
  return copy;
}

/** Writes another title, and where `id` differs moves all that belongs to the notebook; answers with the id that it has now. */
export async function rename(store: Store, entry: Entry, { title, id = entry.id }: Naming): Promise<string | undefined> {
  const now = await store.notebook(entry.id);
  if (!now) return undefined;
  const text = retitled(now.text, title);
  if (id === now.id) {
    await store.saveNotebook({ ...now, title, text, revision: now.revision + 1, updatedAt: Date.now() });
    return id;
  }
  await store.saveNotebook({ ...now, id, title, text: withId(text, id), revision: 1, updatedAt: Date.now() });
  const [outputs, runs, versions] = await Promise.all([store.outputs(now.id), store.runs({ notebook: now.id }), store.versions(now.id)]);
  for (const version of [...versions].sort((a, b) => a.time - b.time)) await store.saveVersion({ ...version, notebook: id });
  await store.saveOutputs(outputs.map((one) => ({ ...one, notebook: id })));
  for (const run of runs) await store.saveRun({ ...run, notebook: id });
  await store.deleteNotebook(now.id);
  return id;
}

/** Text, outputs and versions; runs stay. */
export const forget = (store: Store, id: string): Promise<void> => store.deleteNotebook(id);
