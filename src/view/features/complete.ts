/* Help while one writes: completion, signatures, what a name is, errors before anything runs. Comes with the first editor that is
   opened, and stays out of the way of who only reads. */

import type { Feature } from '../context.ts';
import { h } from '../dom.ts';
import { editorOf, escapeIn, onEditor, onEscape } from '../editors.ts';
import { createNames, loadLibrary, type Names } from './complete-names.ts';

const toldKey = 'told-tab';

export const complete: Feature = (context) => {
  const { commands, select, voice, root } = context;
  const undo: (() => void)[] = [];
  let names: Promise<Names> | undefined, closing: (() => void) | undefined;
  const load = (): Promise<Names> =>
    (names ??= loadLibrary().then(
      (library) => createNames(context, library),
      (error: unknown) => {
        names = undefined; // tried again with the next letters
        throw error;
      },
    ));
  undo.push(
    onEditor((editor) => {
      void Promise.all([import('./complete-editor.ts'), import('./complete-problems.ts')]).then(
        ([{ completion, closeOpen }, { problems }]) => {
          if (!editor.view.dom.isConnected) return;
          closing ??= onEscape(closeOpen);
          editor.extend([completion(editor, load, voice.say), problems(context, editor)]);
        },
        () => undefined, // not loaded: the editor completes nothing
      );
    }),
    () => closing?.(),
  );

  // Esc closes what is open in the editor before it leaves it; Tab behind that Esc goes on instead of coming back into the code.
  let left: Element | undefined;
  undo.push(
    commands.implement('leave', (cell) => {
      const editor = editorOf(document.activeElement);
      if (editor !== undefined && escapeIn(editor.view)) return;
      if (cell === undefined) return;
      const code = document.activeElement?.closest('.code') ?? undefined;
      select(cell);
      left = code;
    }),
  );
  const onKey = (event: KeyboardEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.key !== 'Tab' || event.altKey || event.ctrlKey || event.metaKey || target === null) return;
    if (target.closest('.cm-content') !== null) tellOnce(target);
    if (left === undefined || event.shiftKey || left.closest('[data-cell]') !== target) return;
    const next = after(left, root);
    left = undefined;
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };
  const forget = (event: FocusEvent): void => {
    if (left !== undefined && event.target !== left.closest('[data-cell]')) left = undefined;
  };
  document.addEventListener('keydown', onKey);
  root.addEventListener('focusin', forget);
  undo.push(() => {
    document.removeEventListener('keydown', onKey);
    root.removeEventListener('focusin', forget);
  });

  /** In the margin, the first time that Tab indents in this browser. */
  function tellOnce(inside: Element): void {
    try {
      if (localStorage.getItem(toldKey) !== null) return;
      localStorage.setItem(toldKey, '1');
    } catch {
      return;
    }
    const words = 'Tab indents here. Esc, then Tab goes on.';
    const cell = inside.closest('[data-cell]');
    const note = h('span', { class: 'told' }, words);
    cell?.querySelector(':scope > .meta')?.append(note);
    voice.say(words);
    const gone = (): void => {
      if (cell?.contains(document.activeElement) === true) return;
      note.remove();
      root.removeEventListener('focusin', gone);
    };
    root.addEventListener('focusin', gone);
  }

  return () => undo.forEach((take) => take());
};

/** The first thing behind `element` that takes the focus. */
function after(element: Element, root: HTMLElement): HTMLElement | undefined {
  const all = root.querySelectorAll<HTMLElement>(
    'a[href], button:not([tabindex="-1"]), input, select, textarea, summary, iframe, [tabindex="0"], [contenteditable]:not([contenteditable="false"])',
  );
  for (const one of all)
    if (element.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING && !element.contains(one) && one.checkVisibility())
      return one;
  return undefined;
}
