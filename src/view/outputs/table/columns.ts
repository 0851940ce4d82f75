/* The columns of a table as a list that floats: which are shown, and what is known of each in words. */

import { h } from '../../dom.ts';
import { factWords, typeWord } from './words.ts';
import type { ColumnFacts, ColumnType } from '../../../output/look.ts';

export interface ColumnList {
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  readonly hidden: ReadonlySet<string>;
  readonly facts: (column: number) => Promise<ColumnFacts | undefined>;
  readonly show: (name: string, shown: boolean) => void;
}

/** Opens the list at `button`; closed by Esc, by pressing beside it, or by the button. */
export function openColumns(button: HTMLElement, list: ColumnList): void {
  const boxes: HTMLInputElement[] = [];
  const rows = list.columns.map(({ name, type }, i) => {
    const words = h('small', { class: 'quiet' }, typeWord(type));
    const box = h('input', { type: 'checkbox' });
    box.checked = !list.hidden.has(name);
    box.addEventListener('change', () => {
      if (!box.checked && boxes.every((other) => !other.checked)) box.checked = true; // one is always shown
      list.show(name, box.checked);
    });
    boxes.push(box);
    return { element: h('label', { class: 'column-row' }, box, h('span', {}, h('b', {}, name || '(no name)'), words)), words, i };
  });
  const sheet = h(
    'div',
    { class: 'sheet columns', popover: 'auto', role: 'dialog', 'aria-label': 'Columns' },
    h(
      'p',
      { class: 'columns-all' },
      h('button', { type: 'button', class: 'btn bare small', onclick: () => all(true) }, 'Show all'),
      list.columns.length > 1
        ? h('button', { type: 'button', class: 'btn bare small', onclick: () => all(false) }, 'Hide all but the first')
        : null,
    ),
    ...rows.map(({ element }) => element),
  );
  const all = (shown: boolean): void =>
    boxes.forEach((box, i) => {
      if (box.checked === (shown || i === 0)) return;
      box.checked = shown || i === 0;
      list.show(list.columns[i]!.name, box.checked);
    });
  button.after(sheet);
  button.setAttribute('aria-expanded', 'true');
  sheet.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState !== 'closed') return;
    const inside = sheet.contains(document.activeElement) || document.activeElement === document.body;
    sheet.remove();
    button.setAttribute('aria-expanded', 'false');
    if (inside) button.focus();
  });
  sheet.showPopover();
  const box = button.getBoundingClientRect();
  const size = sheet.getBoundingClientRect();
  const above = box.bottom + size.height + 8 > innerHeight && box.top > size.height;
  sheet.style.left = `${Math.max(8, Math.min(box.left, innerWidth - size.width - 8))}px`;
  sheet.style.top = `${above ? box.top - size.height - 4 : Math.max(8, Math.min(box.bottom + 4, innerHeight - size.height - 8))}px`;
  boxes[0]?.focus();
  void (async () => {
    for (const { words, i } of rows.slice(0, 200)) {
      if (!sheet.isConnected) return;
      const facts = await list.facts(i);
      if (facts) words.textContent = factWords(facts);
    }
  })();
}
