/* Keyboard and pointer in a tree, as WAI-ARIA has them: up, down, left and right, Home, End, `*` opens all beside a row, the first
   letters of a key go to it, Enter, Space and a press open, close, fetch more or call a getter. */

import { isGap, isGetter, opensTo, type Gap, type TreeRow } from './row.ts';

export interface TreeKeys {
  readonly tree: HTMLElement;
  readonly row: (line: Element) => TreeRow | Gap | undefined;
  readonly current: () => Element | undefined;
  readonly focus: (line: Element) => void;
  readonly press: (line: Element) => void;
  readonly open: (row: TreeRow) => void;
  readonly close: (row: TreeRow) => void;
  readonly getter: (row: TreeRow) => void;
  /** What the tools do with a key. */
  readonly tool: (event: KeyboardEvent) => boolean;
}

export function bindKeys({ tree, row: rowOf, current, focus, press, open, close, getter, tool }: TreeKeys): void {
  const lines = (): Element[] => [...tree.querySelectorAll(':scope > [role="treeitem"]')];
  function step(by: number): void {
    const all = lines();
    const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(current()!) + by))];
    if (next) focus(next);
  }
  let typed = '',
    typedAt = 0;
  function typeAhead(letter: string, time: number): void {
    typed = time - typedAt > 700 ? letter : typed + letter;
    typedAt = time;
    const all = lines();
    const at = all.indexOf(current()!);
    const order = [...all.slice(at + (typed.length === 1 ? 1 : 0)), ...all.slice(0, at + 1)];
    const found = order.find((line) => line.querySelector('.key')?.textContent?.toLowerCase().startsWith(typed.toLowerCase()));
    if (found) focus(found);
  }
  tree.addEventListener('keydown', (event) => {
    const line = event.target as Element;
    const row = rowOf(line);
    if (!row || tool(event)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.length > 1) typedAt = -Infinity;
    switch (event.key) {
      case 'ArrowDown':
        step(1);
        break;
      case 'ArrowUp':
        step(-1);
        break;
      case 'ArrowRight':
        if (isGap(row)) break;
        if (row.open) {
          if (row.rows) step(1);
        } else if (isGetter(row.child.node)) getter(row);
        else open(row);
        break;
      case 'ArrowLeft':
        if (!isGap(row) && row.open) close(row);
        else if (row.parent) focus(row.parent.element);
        break;
      case 'Home':
        focus(lines()[0]!);
        break;
      case 'End':
        focus(lines().at(-1)!);
        break;
      case 'Enter':
      case ' ':
        press(line);
        break;
      case '*':
        for (const one of row.parent?.rows ?? []) if (!isGap(one) && (one.child.opens ?? opensTo(one.child.node)) === 'children') open(one);
        break;
      default:
        if (event.key.length !== 1 || event.key === '/') return;
        typeAhead(event.key, event.timeStamp);
    }
    event.preventDefault();
    event.stopPropagation();
  });
  tree.addEventListener('click', (event) => {
    const line = (event.target as Element).closest('[role="treeitem"]');
    if (!line || getSelection()?.isCollapsed === false) return; // a text was selected
    focus(line);
    press(line);
  });
}
