/* The editors that are open, for the features that add to them (completion, help, errors while typing, threads): each is told
   of every editor, also of those that were there before it. Nothing of CodeMirror is loaded by this. */

import type { Extension } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';

export interface OpenEditor {
  readonly view: EditorView;
  /** The cell, as it is called now. */
  readonly id: () => string;
  readonly language: string;
  /** Adds to the editor for as long as it is open. */
  extend(extension: Extension): void;
}

const open = new Set<OpenEditor>();
const listeners = new Set<(editor: OpenEditor) => void>();
/** What Esc closes before it leaves the editor: a list, help, several carets. The latest one first. */
const escapes: ((view: EditorView) => boolean)[] = [];

export function editorOpened(editor: OpenEditor): () => void {
  open.add(editor);
  for (const listener of listeners) listener(editor);
  return () => open.delete(editor);
}

/** Calls `listener` for every editor that is open or will be. Returns what ends it. */
export function onEditor(listener: (editor: OpenEditor) => void): () => void {
  listeners.add(listener);
  for (const editor of open) listener(editor);
  return () => listeners.delete(listener);
}

/** The editor that holds an element. */
export function editorOf(element: Element | null): OpenEditor | undefined {
  if (element === null) return undefined;
  for (const editor of open) if (editor.view.dom.contains(element)) return editor;
  return undefined;
}

export function editorOfCell(id: string): OpenEditor | undefined {
  for (const editor of open) if (editor.id() === id) return editor;
  return undefined;
}

/** `close` answers whether it had something to close. */
export function onEscape(close: (view: EditorView) => boolean): () => void {
  escapes.unshift(close);
  return () => void escapes.splice(escapes.indexOf(close), 1);
}

/** Esc in an editor: whether it closed something, so that the reader stays. */
export function escapeIn(view: EditorView): boolean {
  return escapes.some((close) => close(view));
}
