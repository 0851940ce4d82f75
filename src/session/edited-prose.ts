/* Expressions in prose while the text around them changes: each has an entry that stays with its code, and is analysed when values
   are to be shown. */

import { ownText } from '../base/own-text.ts';
import { expressions, type InlinePart } from '../document/prose.ts';
import type { Block, Notebook } from '../document/types.ts';
import type { EditsOptions } from './edits.ts';
import { entryOf, type Entries, type Entry } from './entries.ts';
import { emptyAnalysis } from './reconcile.ts';

/** Entries for the expressions of the text as it stands: one with the same code has the same value. Whether they changed. */
export function placeProse(entries: Entries, notebook: Notebook): boolean {
  const left = new Map<string, Entry[]>();
  const keep = (entry: Entry): void => void (left.get(entry.code)?.push(entry) ?? left.set(entry.code, [entry]));
  entries.prose.forEach(keep);
  for (const entry of entries.buried.values()) if (entry.index !== undefined && entry.evaluation > 0) keep(entry);
  const codes = notebook.blocks.flatMap((block) =>
    block.kind === 'prose' ? partsOfText(textOf(notebook, block)).map(({ code }) => code) : [],
  );
  const next = codes.map((code) => left.get(code)?.shift() ?? freshExpression(entries, code));
  if (next.length === entries.prose.length && next.every((entry, i) => entry === entries.prose[i])) return false;
  const here = new Set(next);
  for (const entry of entries.prose) if (!here.has(entry)) entries.buried.set(entry.key, entry);
  next.forEach((entry, index) => {
    entries.buried.delete(entry.key);
    entry.index = index;
  });
  entries.prose = next;
  return true;
}

function freshExpression(entries: Entries, code: string): Entry {
  const key = entries.newKey();
  return { ...entryOf(key, `prose:k${key}`, undefined, code, emptyAnalysis, 0), dirty: true };
}

/** Analyses expressions that are new; resolves to those whose names all have values. */
export async function commitProse(
  entries: Entries,
  { analyser, overrides }: Pick<EditsOptions, 'analyser' | 'overrides'>,
): Promise<string[]> {
  if (!entries.prose.some(({ dirty }) => dirty)) return [];
  const { analyse } = await analyser();
  const fresh = entries.prose.filter(({ dirty }) => dirty);
  for (const entry of fresh) Object.assign(entry, { analysis: analyse(entry.code, { language: 'ts', overrides }), dirty: false });
  entries.build();
  const has = (id: string): boolean => {
    const { valued, state } = entries.byId.get(id)!;
    return valued && (state === 'done' || state === 'stale');
  };
  return fresh.map(({ id }) => id).filter((id) => entries.graph.cells.get(id)!.uses.every(({ cell }) => has(cell)));
}

/** Whether texts are others; `after` has the same kinds of blocks. */
export const proseDiffers = (before: Notebook, after: Notebook): boolean =>
  before.blocks.some((block, i) => {
    const other = after.blocks[i]!;
    return block.kind !== 'cell' && block !== other && textOf(before, block) !== textOf(after, other);
  });

const textOf = ({ text }: Notebook, { start, end }: Block): string => text.slice(start, end);
/** Expressions of texts that were asked for lately: most prose is the same after an edit. */
let known = new Map<string, readonly InlinePart[]>();
export function partsOfText(markdown: string): readonly InlinePart[] {
  if (!markdown.includes('${')) return [];
  const seen = known.get(markdown);
  if (seen) return seen;
  const own = ownText(markdown);
  const parts = expressions(own);
  if (known.size > 4000) known = new Map();
  known.set(own, parts);
  return parts;
}
