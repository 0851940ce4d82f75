/* The head of a column: its name (sorts), its type and range, a small histogram, its filter, and a grip that makes it wider.
   What can be done with it is also in its menu, which opens by the button or by Space on the head. */

import { h, s } from '../../dom.ts';
import { bars } from './bars.ts';
import { factLine, factWords, typeWord } from './words.ts';
import type { ColumnFacts, ColumnType } from '../../../output/look.ts';

export interface HeadOptions {
  readonly name: string;
  readonly type: ColumnType;
  /** Room for facts and a histogram. */
  readonly summary: boolean;
  readonly sort: (() => void) | undefined;
  readonly menu: (button: HTMLElement) => void;
  readonly filter: (text: string) => void;
  /** Out of the filter, back to the grid. */
  readonly leave: () => void;
  /** Width by dragging: pixels so far; `fit`: by its content. */
  readonly resize: (width: number) => void;
  readonly fit: () => void;
  readonly width: () => number;
}

export interface HeadCell {
  readonly element: HTMLElement;
  readonly menuButton: HTMLElement;
  facts(facts: ColumnFacts | undefined): void;
  sorted(direction: 'ascending' | 'descending' | undefined): void;
  filtering(open: boolean, text?: string): void;
  focusFilter(): void;
}

export function headCell(options: HeadOptions): HeadCell {
  const { name, type, summary, sort, menu } = options;
  const label = sort
    ? h('button', { type: 'button', class: 'grid-name', tabindex: -1, title: name, onclick: sort }, h('span', {}, name || '(no name)'))
    : h('span', { class: 'grid-name', title: name }, h('span', {}, name || '(no name)'));
  const menuButton: HTMLElement = h(
    'button',
    {
      type: 'button',
      class: 'grid-menu',
      tabindex: -1,
      'aria-label': `Column ${name}`,
      'aria-haspopup': 'menu',
      onclick: () => menu(menuButton),
    },
    s('svg', { class: 'i', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, s('path', { d: 'm4.5 6.5 3.5 3.5 3.5-3.5' })),
  );
  const line = h('span', { class: 'grid-type' }, typeWord(type));
  const picture = h('span', { class: 'grid-bars', 'aria-hidden': 'true' });
  const field = h('input', {
    type: 'text',
    class: 'grid-filter',
    'aria-label': `Filter ${name}`,
    placeholder: type === 'number' ? '> 3 or 2..5' : type === 'date' ? '2024..2025' : type === 'boolean' ? '= true' : 'contains',
    spellcheck: 'false',
    autocomplete: 'off',
    hidden: true,
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = (): void => {
    clearTimeout(timer);
    options.filter(field.value);
  };
  field.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(send, 180);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') {
      send();
      options.leave();
    } else if (event.key === 'Escape') {
      if (field.value === '') options.leave();
      field.value = '';
      send();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const grip = h('span', { class: 'grid-grip', 'aria-hidden': 'true' });
  grip.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    event.stopPropagation();
    grip.setPointerCapture(event.pointerId);
    const from = event.clientX,
      width = options.width();
    const move = (moved: PointerEvent): void => options.resize(width + moved.clientX - from);
    const end = (): void => {
      grip.removeEventListener('pointermove', move);
      grip.removeEventListener('pointerup', end);
      grip.removeEventListener('pointercancel', end);
    };
    grip.addEventListener('pointermove', move);
    grip.addEventListener('pointerup', end);
    grip.addEventListener('pointercancel', end);
  });
  grip.addEventListener('dblclick', options.fit);
  const element = h(
    'div',
    { role: 'columnheader', class: 'grid-cell' },
    h('span', { class: 'grid-title' }, label, menuButton),
    line,
    summary ? picture : null,
    field,
    grip,
  );
  return {
    element,
    menuButton,
    facts: (facts) => {
      element.title = facts ? factWords(facts) : '';
      if (facts) element.setAttribute('aria-description', factWords(facts));
      line.textContent = !summary || !facts ? typeWord(type) : factLine(facts);
      picture.replaceChildren(...(facts ? bars(facts) : []));
    },
    sorted: (direction) => {
      if (direction) element.setAttribute('aria-sort', direction);
      else element.removeAttribute('aria-sort');
    },
    filtering: (open, text) => {
      field.hidden = !open;
      if (text !== undefined && field.value !== text) field.value = text;
    },
    focusFilter: () => field.focus(),
  };
}
