/* The shell of a cell that was added here, and what the fence of one that was edited here says of how it stands in the page: as the
   static renderer writes both (static/notebook.ts) for cells that were there from the start. */

import type { CellStatus } from '../session/types.ts';
import { h, icon, setAttribute } from './dom.ts';
import { plural } from './words.ts';

/** A shell for a cell that the reader added, the same as the static renderer writes. */
export function makeShell(status: CellStatus): HTMLElement {
  const { id } = status;
  const element = h(
    'section',
    {
      class: 'cell',
      'data-cell': id,
      'data-language': status.language,
      'data-exercise': status.exercise,
      'data-state': status.state,
      id: `cell-${id}`,
      'aria-label': `Cell ${id}, not run`,
    },
    h('button', { class: 'run', type: 'button', 'aria-label': `Run cell ${id}` }),
    h(
      'div',
      { class: 'body' },
      h('span', { class: 'pt', 'aria-hidden': 'true' }),
      h(
        'div',
        { class: 'code' },
        h(
          'pre',
          {
            role: 'textbox',
            'aria-multiline': 'true',
            'aria-label': `Code of ${id}`,
            tabindex: '0',
            contenteditable: 'plaintext-only',
            spellcheck: 'false',
            'data-code': true,
          },
          status.code,
        ),
      ),
      h('div', { 'data-outputs': true }),
      h('div', { 'data-status': true }),
    ),
    h('div', { class: 'meta' }, h('b', {}, id), ' ', h('span', { class: 'say' }, 'not run')),
  );
  refold(element, status);
  return element;
}

/** Writes run mode, exercise and what is hidden; a fold stands before what is. */
export function refold(element: HTMLElement, { run, hide, exercise, check, code }: CellStatus): void {
  setAttribute(element, 'data-run', run === 'auto' ? undefined : run);
  setAttribute(element, 'data-hide', hide);
  setAttribute(element, 'data-exercise', exercise);
  setAttribute(element, 'data-check', check);
  const parts = [
    ['code', element.querySelector<HTMLElement>(':scope > .body > .code'), `Code hidden, ${plural(code.split('\n').length, 'line')}`],
    ['output', element.querySelector<HTMLElement>(':scope > .body > [data-outputs]'), 'Output hidden'],
  ] as const;
  const held = element.contains(document.activeElement) && document.activeElement !== element;
  for (const fold of element.querySelectorAll(':scope > .body > .fold')) fold.remove();
  for (const [what, part, words] of parts) {
    if (part === null) continue;
    part.hidden = hide === what;
    if (part.hidden) part.before(h('button', { class: 'fold', type: 'button', 'aria-expanded': 'false' }, icon('open'), ` ${words}`));
  }
  if (held && !element.contains(document.activeElement)) element.focus({ preventScroll: true }); // what had the focus is hidden now
}
