/* The offers to take a deletion back, at the bottom left of a page, and Mod+Z for the latest of them. */

import { For, onCleanup, onMount, type JSX } from 'solid-js';
import type { Deletions } from './deletion.ts';

/** `undone` is told what came back, to give it the focus. */
export function Offers(props: { readonly deletions: Deletions; readonly undone: (key: string) => void }): JSX.Element {
  const undo = (key?: string): boolean => {
    const back = props.deletions.undo(key);
    if (back !== undefined) queueMicrotask(() => props.undone(back));
    return back !== undefined;
  };
  const onKey = (event: KeyboardEvent): void => {
    const typing = event.target instanceof Element && event.target.closest('input, textarea, dialog') !== null;
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === 'z' && !typing && undo()) event.preventDefault();
  };
  onMount(() => addEventListener('keydown', onKey));
  onCleanup(() => removeEventListener('keydown', onKey));
  return (
    <div
      class="toasts"
      role="status"
      onPointerEnter={() => props.deletions.hold()}
      onPointerLeave={() => props.deletions.go()}
      onFocusIn={() => props.deletions.hold()}
      onFocusOut={() => props.deletions.go()}
    >
      <For each={props.deletions.pending()}>
        {(one) => (
          <div class="toast">
            <span>{one.words}</span>
            <button class="btn small" type="button" onClick={() => undo(one.key)}>
              Undo
            </button>
          </div>
        )}
      </For>
    </div>
  );
}
