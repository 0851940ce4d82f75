/* The cells that commands act on: the one with the focus, or several neighbours taken with Shift. The cell that has the focus is
   the head; the selection reaches from the anchor to it. Several are marked `.selected`; one alone is shown by its focus. */

export interface Selection {
  /** In file order; empty when no cell has the focus and none is chosen. */
  readonly ids: readonly string[];
  /** The cell that has the focus, or had it last. */
  readonly head: string | undefined;
  /** From `anchor` to `head`; without `anchor` the head alone. */
  set(head: string | undefined, anchor?: string): void;
  /** Moves the head and keeps the anchor. */
  extend(head: string): void;
  /** Follows cells that are called otherwise now. */
  rename(pairs: readonly (readonly [from: string, to: string])[]): void;
  onChange(listener: () => void): void;
  dispose(): void;
}

export function createSelection(root: HTMLElement, idsInOrder: () => readonly string[]): Selection {
  let head: string | undefined, anchor: string | undefined;
  const listeners: (() => void)[] = [];
  const range = (): readonly string[] => {
    const all = idsInOrder();
    const a = anchor === undefined ? -1 : all.indexOf(anchor),
      b = head === undefined ? -1 : all.indexOf(head);
    if (b < 0) return [];
    return a < 0 ? [all[b]!] : all.slice(Math.min(a, b), Math.max(a, b) + 1);
  };
  const mark = (): void => {
    const ids = range(),
      many = new Set(ids.length > 1 ? ids : []);
    for (const element of root.querySelectorAll<HTMLElement>('.cell.selected'))
      if (!many.has(element.dataset['cell'] ?? '')) element.classList.remove('selected');
    for (const id of many) document.getElementById(`cell-${id}`)?.classList.add('selected');
    for (const listener of listeners) listener();
  };
  const set = (nextHead: string | undefined, nextAnchor?: string): void => {
    if (head === nextHead && anchor === nextAnchor) return;
    head = nextHead;
    anchor = nextAnchor;
    mark();
  };
  /** The last press was for a menu, which is about all that is selected. */
  let forMenu = false;
  const onFocus = (event: FocusEvent): void => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-cell]') : null;
    const id = cell?.dataset['cell'];
    if (id === undefined || id === head || (forMenu && range().includes(id))) return;
    set(id);
  };
  const onPress = (event: PointerEvent): void => {
    const target = event.target instanceof Element ? event.target : null;
    const cell = target?.closest<HTMLElement>('[data-cell]');
    if (target?.closest('[role=menu]') != null) return; // it acts on what is selected
    forMenu = event.button === 2;
    if (forMenu && range().includes(cell?.dataset['cell'] ?? '')) return;
    if (anchor !== undefined && !event.shiftKey && target?.closest('.run, .meta') === null) set(cell?.dataset['cell'] ?? head);
  };
  root.addEventListener('focusin', onFocus);
  const onKey = (event: KeyboardEvent): void => {
    if (!(event.target instanceof Element && event.target.closest('[role=menu]'))) forMenu = false;
  };
  root.addEventListener('pointerdown', onPress);
  root.addEventListener('keydown', onKey, true);
  return {
    get ids() {
      return range();
    },
    get head() {
      return head;
    },
    set,
    extend: (next) => {
      const from = anchor ?? head;
      head = next;
      anchor = from;
      mark();
    },
    rename: (pairs) => {
      const names = new Map(pairs);
      const called = (id: string | undefined): string | undefined => (id === undefined ? undefined : (names.get(id) ?? id));
      set(called(head), called(anchor));
    },
    onChange: (listener) => {
      listeners.push(listener);
    },
    dispose() {
      root.removeEventListener('focusin', onFocus);
      root.removeEventListener('pointerdown', onPress);
      root.removeEventListener('keydown', onKey, true);
    },
  };
}
