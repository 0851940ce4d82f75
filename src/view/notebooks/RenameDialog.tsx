/* Another title for a notebook, and with it, on request, another address. Says what becomes of links and of what belongs to
   the notebook before anything is done. */

import { createSignal, onMount, Show, type JSX } from 'solid-js';
import type { Naming } from './changes.ts';
import { idOf, type Entry } from './entries.ts';

export interface RenameProps {
  readonly entry: Entry;
  /** Ids that others have. */
  readonly taken: readonly string[];
  readonly done: (wanted: Naming) => void;
  readonly close: () => void;
}

export function RenameDialog(props: RenameProps): JSX.Element {
  let dialog!: HTMLDialogElement;
  const [title, setTitle] = createSignal(props.entry.title);
  const [move, setMove] = createSignal(false);
  const id = (): string => {
    const wanted = idOf(title());
    if (wanted === '' || wanted === props.entry.id) return props.entry.id;
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? wanted : `${wanted}-${n}`;
      if (!props.taken.includes(candidate) || candidate === props.entry.id) return candidate;
    }
  };
  const empty = (): boolean => title().trim() === '';
  onMount(() => {
    dialog.showModal();
    dialog.querySelector<HTMLInputElement>('input')?.select();
  });
  return (
    <dialog
      class="sheet dialog"
      ref={dialog}
      aria-labelledby="rename-title"
      onClose={() => props.close()}
      onClick={(event) => event.target === dialog && dialog.close()}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (!empty()) props.done({ title: title().trim(), ...(move() ? { id: id() } : {}) });
        }}
      >
        <h2 id="rename-title">Rename “{props.entry.title}”</h2>
        <label class="stack">
          <span>Title</span>
          <input
            class="text"
            value={title()}
            spellcheck={false}
            aria-invalid={empty()}
            aria-describedby="rename-about"
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
        </label>
        <Show when={props.entry.kind === 'own'}>
          <label class="chk">
            <input type="checkbox" checked={move()} onChange={(event) => setMove(event.currentTarget.checked)} />
            Change its address too
          </label>
        </Show>
        <p id="rename-about" class="rename-about">
          <Show when={!empty()} fallback="A notebook needs a title.">
            <Show
              when={move() && id() !== props.entry.id}
              fallback={
                <>
                  Its address stays <code>#/n/{props.entry.id}</code>; links to it go on working.
                </>
              }
            >
              Its address becomes <code>#/n/{id()}</code>. Outputs, versions and runs go with it; links to <code>#/n/{props.entry.id}</code> find nothing.
            </Show>
          </Show>
        </p>
        <div class="end">
          <button class="btn" type="button" onClick={() => dialog.close()}>
            Keep the title
          </button>
          <button class="btn solid" type="submit" aria-disabled={empty()}>
            Rename
          </button>
        </div>
      </form>
    </dialog>
  );
}
