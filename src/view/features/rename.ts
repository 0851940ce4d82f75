/* A cell is renamed in place: F2, or a double click on its name. Enter keeps the name, Esc the old one; what is no name is
   refused in words beside it, and the field stays until it is one. A field that is left empty or unchanged changes nothing. */

import './rename.css';
import type { Feature } from '../context.ts';
import { h } from '../dom.ts';
import { soon } from './blocks.ts';

export const rename: Feature = (context) => {
  const { root, session, commands, voice, act, select, view } = context;
  let close: (() => void) | undefined;

  const begin = (id: string): void => {
    close?.();
    const meta = view(id)?.element.querySelector<HTMLElement>(':scope > .meta'),
      name = meta?.querySelector<HTMLElement>(':scope > b');
    if (!meta || !name) return;
    const inCode = document.activeElement?.closest('.code') != null;
    const field = h('input', {
      class: 'text rename',
      value: id,
      'aria-label': `New name of cell ${id}`,
      size: Math.max(8, id.length + 2),
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
    });
    const refusal = h('span', { class: 'refusal', role: 'alert', id: 'rename-refusal' });
    name.hidden = true;
    name.after(field, refusal);
    field.focus();
    field.select();
    let over = false;
    const end = (): void => {
      if (over) return;
      over = true;
      close = undefined;
      field.remove();
      refusal.remove();
      name.hidden = false;
    };
    close = end;
    const back = (to: string): void => {
      soon(() => {
        const found = view(to);
        if (found === undefined) return false;
        if (inCode) found.focusCode();
        else select(to);
        return true;
      });
    };
    const keep = (leaves: boolean): void => {
      if (over) return;
      const wanted = field.value.trim();
      if (wanted === '' || wanted === id) {
        end();
        if (!leaves) back(id);
        return;
      }
      let why: string | undefined;
      act(() => {
        why = session.renameCell(id, wanted);
      });
      if (why !== undefined) {
        if (leaves) {
          end();
          voice.toast(`Cell ${id} keeps its name. ${why}`);
          return;
        }
        field.setAttribute('aria-invalid', 'true');
        field.setAttribute('aria-describedby', 'rename-refusal');
        refusal.textContent = why;
        return;
      }
      end();
      if (!leaves) back(wanted);
      voice.say(`Renamed ${id} to ${wanted}.`);
    };
    field.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
      event.preventDefault();
      if (event.key === 'Enter') return keep(false);
      end();
      back(id);
    });
    field.addEventListener('blur', () => keep(true));
    field.addEventListener('input', () => {
      field.removeAttribute('aria-invalid');
      refusal.textContent = '';
      field.size = Math.max(8, field.value.length + 2);
    });
  };

  const onDouble = (event: MouseEvent): void => {
    const name = event.target instanceof Element ? event.target.closest('.meta > b') : null;
    const id = name?.closest<HTMLElement>('[data-cell]')?.dataset['cell'];
    if (id === undefined) return;
    event.preventDefault();
    begin(id);
  };
  /** A press on the name selects the cell. */
  const onClick = (event: MouseEvent): void => {
    const name = event.target instanceof Element ? event.target.closest('.meta > b') : null;
    const id = name?.closest<HTMLElement>('[data-cell]')?.dataset['cell'];
    if (id !== undefined && !event.shiftKey) select(id);
  };
  root.addEventListener('dblclick', onDouble);
  root.addEventListener('click', onClick);
  const takeBack = commands.implement('rename', (cell) => {
    const id = cell ?? context.selection.head;
    if (id !== undefined) begin(id);
  });
  return () => {
    close?.();
    takeBack();
    root.removeEventListener('dblclick', onDouble);
    root.removeEventListener('click', onClick);
  };
};
