/* Several cells at once: Shift with arrows or J and K, Shift with a press, all. What is selected is said; a key that moves on, or
   Esc, leaves the one cell that has the focus. */

import type { Feature } from '../context.ts';
import { plural } from '../words.ts';

export const select: Feature = (context) => {
  const { root, session, selection, commands, voice } = context;
  const extend = (by: 1 | -1) => (): void => {
    const { ids } = session,
      at = ids.indexOf(selection.head ?? '');
    const next = at < 0 ? ids[0] : ids[at + by];
    if (next === undefined) return;
    if (at < 0) context.select(next);
    else to(next);
  };
  /** Moves the end of the selection, and the focus with it. */
  const to = (id: string): void => {
    const before = selection.ids;
    selection.extend(id);
    context.select(id);
    if (selection.ids.length !== before.length) voice.say(`${plural(selection.ids.length, 'cell')} selected`);
  };
  const onPress = (event: PointerEvent): void => {
    if (!event.shiftKey || event.button !== 0 || selection.head === undefined) return;
    const target = event.target instanceof Element ? event.target : null;
    const id = target?.closest<HTMLElement>('[data-cell]')?.dataset['cell'];
    // In the code that has the caret, and in a control, Shift and a press mean something already.
    if (id === undefined || target?.closest('button, a, input, select, textarea, .cm-focused') != null) return;
    if (id === selection.head && selection.ids.length < 2) return;
    event.preventDefault();
    event.stopPropagation();
    to(id);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || event.defaultPrevented || selection.ids.length < 2) return;
    if (event.target instanceof HTMLElement && event.target.dataset['cell'] !== undefined) selection.set(selection.head);
  };
  root.addEventListener('pointerdown', onPress, true);
  root.addEventListener('keydown', onKey);
  const takeBack = [
    commands.implement('select-next', extend(1)),
    commands.implement('select-previous', extend(-1)),
    commands.implement('select-all', () => {
      const { ids } = session,
        head = selection.head ?? ids[0];
      if (head === undefined) return;
      selection.set(ids.at(-1), ids[0]);
      context.select(ids.at(-1)!);
      voice.say(`${plural(ids.length, 'cell')} selected`);
    }),
  ];
  return () => {
    takeBack.forEach((back) => back());
    root.removeEventListener('pointerdown', onPress, true);
    root.removeEventListener('keydown', onKey);
  };
};
