/* Cells on the clipboard: as Markdown text, so they go into a mail or another notebook, and beside it as they are, so that they come
   back whole where the browser lets nobody read its clipboard. */

import type { NewBlock } from '../../session/types.ts';
import { asMarkdown } from './markdown.ts';

let held: { readonly blocks: readonly NewBlock[]; readonly text: string } | undefined;

export function copyBlocks(blocks: readonly NewBlock[]): void {
  const text = asMarkdown(blocks);
  held = { blocks, text };
  void navigator.clipboard?.writeText(text).catch(() => undefined); // denied: it can be pasted here all the same
}

/** What is to be pasted: the cells that were copied here last, or a text that was copied elsewhere since. */
export async function copied(): Promise<readonly NewBlock[] | string> {
  // Asks the reader only where the browser has not decided; whoever copied here has what is wanted already.
  const state = await navigator.permissions?.query({ name: 'clipboard-read' as PermissionName }).then(
    (permission) => permission.state,
    () => 'denied',
  );
  if (held !== undefined && state !== 'granted') return held.blocks;
  const text = await navigator.clipboard?.readText().catch(() => undefined);
  return text === undefined || text.replace(/\r\n/g, '\n') === held?.text ? (held?.blocks ?? '') : text;
}
