/* What is known of cells while the text around them changes: entries follow their blocks by key; what is deleted is buried and
   comes back with all that is known of it; what an edit made stale is again what it was when the edit is undone. */

import { identify } from '../document/identify.ts';
import type { Analysis } from '../analysis/types.ts';
import type { CellBlock } from '../document/types.ts';
import { entryOf, type Before, type Entries, type Entry } from './entries.ts';

/** Deleted cells whose outputs are kept for undo. */
const mostBuried = 500;

/** Makes the entries those of `blocks`, which have `keys`; gives new ones ids that nobody has. Answers those that are gone. */
export function placeEntries(entries: Entries, blocks: readonly CellBlock[], keys: readonly number[]): readonly Entry[] {
  const { list, buried } = entries;
  const byKey = new Map(list.map((entry) => [entry.key, entry]));
  const wanted = new Set(keys);
  const gone = list.filter(({ key }) => !wanted.has(key));
  for (const entry of gone) {
    buried.set(entry.key, entry);
    entry.left = entries.place(entry.id);
  }
  const unnamed: Entry[] = [];
  const next = blocks.map((block, i) => {
    const key = keys[i]!;
    const known = byKey.get(key) ?? buried.get(key);
    const entry = known ?? { ...entryOf(key, '', block, block.code, emptyAnalysis), dirty: true };
    if (!byKey.has(key)) unnamed.push(entry);
    buried.delete(key);
    if (entry.code !== block.code || entry.block!.language !== block.language) {
      editEntry(entry, block.code, byKey.has(key) ? entries.place(entry.id) : undefined);
    }
    entry.block = block;
    return entry;
  });
  for (const key of buried.keys()) {
    if (buried.size <= mostBuried) break;
    buried.delete(key); // the first that were buried
  }
  if (unnamed.length > 0) nameEntries(next, new Set(unnamed));
  entries.list = next;
  return gone;
}

/** Names for `fresh`: what they were called where that is free, else what the file calls them, else that with a number. */
function nameEntries(list: readonly Entry[], fresh: ReadonlySet<Entry>): void {
  const taken = new Set(list.filter((entry) => !fresh.has(entry)).map(({ id }) => id));
  const ids = idsOf(list);
  list.forEach((entry, i) => {
    if (!fresh.has(entry)) return;
    const wanted = entry.id === '' ? ids[i]! : entry.id;
    let id = wanted;
    for (let n = 2; taken.has(id); n++) id = `${wanted}-${n}`;
    entry.id = id;
    taken.add(id);
  });
}

/** What the file calls its cells, as far as they are analysed. */
export const idsOf = (list: readonly Entry[]): readonly string[] =>
  identify(
    list.map(({ block, analysis }) => ({
      attributes: block!.attributes,
      language: block!.language,
      firstValue: firstValue(analysis),
    })),
  ).ids;

/** Its code is another one: out of date until it runs, until `settle` finds that it is what it was. `place`: in the graph as it stands. */
export function editEntry(entry: Entry, code: string, place: string | undefined): void {
  remember(entry, place);
  Object.assign(entry, { code, dirty: true, edited: true, status: undefined });
  if (entry.state === 'queued') entry.before = 'stale';
  else if (entry.state === 'idle' ? entry.kept !== undefined : entry.state !== 'running' && entry.state !== 'off') {
    Object.assign(entry, { state: 'stale', why: 'edited since it ran', error: undefined });
  }
}

/** Its place in the graph is another one by an edit of its neighbours. `place`: the one it had. */
export function displace(entry: Entry, place: string, why: string): void {
  if (entry.state !== 'done') return;
  remember(entry, place);
  Object.assign(entry, { state: 'stale', why, status: undefined });
}

/** Keeps what it is now, in accord with its evaluation; `place` undefined where nobody knows. */
export function remember(entry: Entry, place: string | undefined): void {
  const { code, block, analysis, state, evaluation, error, why, edited, dirty } = entry;
  if (entry.was || state === 'queued' || state === 'running') return;
  entry.was = { code, language: block?.language, analysis, state, evaluation, error, why, edited, dirty, place };
}

/** Gives an entry back its analysis where its code is again that of its last evaluation. Whether it is another one by that. */
export function recall(entry: Entry): boolean {
  const { was } = entry;
  if (!was || !isThere(entry, was)) return false;
  entry.dirty = was.dirty;
  if (entry.analysis === was.analysis) return false;
  Object.assign(entry, { analysis: was.analysis, status: undefined });
  return true;
}

/** The same for its state, where its `place` in the graph is that of then as well. */
export function settle(entry: Entry, place: string): boolean {
  const { was } = entry;
  if (!was || !isThere(entry, was) || (was.place !== undefined && was.place !== place)) return false;
  if (entry.state !== 'stale' && entry.state !== 'idle' && entry.state !== was.state) return false;
  const { state, error, why, edited, dirty } = was;
  Object.assign(entry, { state, error, why, edited, dirty, was: undefined, status: undefined });
  return true;
}

const isThere = (entry: Entry, was: Before): boolean =>
  was.code === entry.code && was.language === entry.block?.language && was.evaluation === entry.evaluation;

/** What a cell is called after when its fence does not say. */
export const firstValue = (analysis: Analysis): string | undefined =>
  analysis.defines.find((definition) => definition.kind === 'value')?.name;

export const emptyAnalysis: Analysis = { defines: [], reads: [], writes: [], imports: [], code: '', shifts: [], shows: false, tokens: [] };
