/* Which blocks a command is about, and where the focus goes after it: shared by the commands of cells, the clipboard and undo. */

import type { FrameBlock, HistoryStep } from '../../session/types.ts';
import type { NotebookContext } from '../context.ts';

/** The blocks that a command acts on: all selected cells where the one it was asked of is among them, else that one; without one
    the block that has the focus, text included. In file order. */
export function targets({ session, selection }: NotebookContext, cell?: string): readonly FrameBlock[] {
  const { ids } = selection;
  if (ids.length > 1 && (cell === undefined || ids.includes(cell))) {
    const chosen = new Set(ids);
    return session.blocks.filter(({ id }) => id !== undefined && chosen.has(id));
  }
  if (cell === undefined) {
    const text = focusedText(session.blocks);
    if (text) return [text];
  }
  const id = cell ?? selection.head;
  return session.blocks.filter((block) => id !== undefined && block.id === id);
}

/** The block of prose that has the focus. */
export function focusedText(blocks: readonly FrameBlock[]): FrameBlock | undefined {
  const number = document.activeElement?.closest<HTMLElement>('[data-prose]')?.dataset['prose'];
  return number === undefined ? undefined : blocks.find(({ prose }) => prose === Number(number));
}

export function elementOf({ root, view }: NotebookContext, block: FrameBlock | undefined): HTMLElement | undefined {
  if (block?.id !== undefined) return view(block.id)?.element;
  return block?.prose === undefined ? undefined : (root.querySelector<HTMLElement>(`[data-prose="${block.prose}"]`) ?? undefined);
}

/** Focuses a block itself, as soon as it is drawn; without one the notebook. */
export function focusBlock(context: NotebookContext, key: number | undefined): void {
  soon(() => {
    const block = context.session.blocks.find((one) => one.key === key);
    const element = block === undefined ? context.root : elementOf(context, block);
    if (element === undefined) return false;
    if (block?.id !== undefined) {
      context.selection.set(block.id);
      context.select(block.id);
    } else {
      if (!element.hasAttribute('tabindex')) element.tabIndex = -1;
      element.focus({ preventScroll: true });
      if (block !== undefined) element.scrollIntoView({ block: 'nearest' });
    }
    return true;
  });
}

/** Where undo and redo leave the reader: in the editor that the step touched, else at the first block of it. */
export function focusStep(context: NotebookContext, { keys }: HistoryStep): void {
  const inside = document.activeElement?.closest<HTMLElement>('[data-cell]')?.dataset['cell'];
  const key = context.session.blocks.find((block) => keys.includes(block.key) && block.id === inside)?.key;
  if (key !== undefined && inside !== undefined && context.view(inside)?.element.contains(document.activeElement)) return;
  focusBlock(context, keys[0]);
}

/** Now, or in one of the next frames: what was changed may not be drawn yet (text is rendered by what is loaded then). Given up
    once the reader has gone elsewhere. */
export function soon(attempt: () => boolean, frames = 60): void {
  if (attempt() || frames === 0) return;
  const held = document.activeElement;
  requestAnimationFrame(() => {
    if (document.activeElement === held || document.activeElement === document.body) soon(attempt, frames - 1);
  });
}

/** "cell loss", "3 cells", "the text". */
export function named(blocks: readonly FrameBlock[]): string {
  if (blocks.length !== 1) return `${blocks.length} ${blocks.every(({ kind }) => kind === 'cell') ? 'cells' : 'blocks'}`;
  const [{ kind, id }] = blocks as [FrameBlock];
  return kind === 'cell' ? `cell ${id}` : kind === 'prose' ? 'the text' : 'the diagram';
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
