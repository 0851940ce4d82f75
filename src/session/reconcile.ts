/* Which entry is which cell after the text changed: cells that are equal from the front and from the back stay, with all
   that is known of them; what is new between them gets an id that nobody has. */

import { identify } from '../document/identify.ts';
import type { CellBlock } from '../document/types.ts';
import type { Analysis } from '../analysis/types.ts';
import { entryOf, type Entry } from './entries.ts';

export function matchEntries(
  entries: readonly Entry[],
  blocks: readonly CellBlock[],
): { readonly next: Entry[]; readonly gone: readonly Entry[] } {
  const most = Math.min(entries.length, blocks.length);
  let head = 0;
  while (head < most && entries[head]!.code === blocks[head]!.code) head++;
  let tail = 0;
  while (tail < most - head && entries.at(-1 - tail)!.code === blocks.at(-1 - tail)!.code) tail++;
  const fresh = blocks
    .slice(head, blocks.length - tail)
    .map((block) => ({ ...entryOf('', block, block.code, emptyAnalysis), dirty: true }));
  const next = [...entries.slice(0, head), ...fresh, ...entries.slice(entries.length - tail)];
  next.forEach((entry, i) => {
    entry.block = blocks[i]!;
  });
  const taken = new Set(next.map((entry) => entry.id));
  const { ids } = identify(
    next.map((entry) => ({ attributes: entry.block!.attributes, firstValue: entry.id === '' ? undefined : firstValue(entry.analysis) })),
  );
  next.forEach((entry, i) => {
    if (entry.id !== '') return;
    let id = ids[i]!;
    for (let n = 2; taken.has(id); n++) id = `${ids[i]}-${n}`;
    entry.id = id;
    taken.add(id);
  });
  return { next, gone: entries.slice(head, entries.length - tail) };
}

/** Its code is another one: out of date until it runs. */
export function editEntry(entry: Entry, code: string): void {
  Object.assign(entry, { code, dirty: true, edited: true });
  if (entry.state === 'queued') entry.before = 'stale';
  else if (entry.state !== 'idle' && entry.state !== 'running' && entry.state !== 'off') {
    Object.assign(entry, { state: 'stale', why: 'edited since it ran', error: undefined });
  }
}

/** What a cell is called after when its fence does not say. */
export const firstValue = (analysis: Analysis): string | undefined =>
  analysis.defines.find((definition) => definition.kind === 'value')?.name;

const emptyAnalysis: Analysis = { defines: [], reads: [], writes: [], imports: [], code: '', shifts: [], shows: false, tokens: [] };
