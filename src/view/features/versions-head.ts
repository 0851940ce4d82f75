/* What stands above a version in the panel: the field for its name, and whether the reader wants to see what differs as text or as
   the page looks. */

import type { StoredVersion } from '../../store/types.ts';
import { button, h } from '../dom.ts';

const key = 'gradus-difference';

/** As it was chosen last in this browser; at first as text. */
export function asPage(): boolean {
  try {
    return localStorage.getItem(key) === 'page';
  } catch {
    return false;
  }
}
function showAsPage(page: boolean): void {
  try {
    localStorage.setItem(key, page ? 'page' : 'text');
  } catch {
    /* a browser that keeps nothing shows the text again next time */
  }
}

/** `named` gets undefined where the field is left empty. */
export function drawNamer(version: StoredVersion, named: (name: string | undefined) => void, cancelled: () => void): HTMLElement {
  const field = h('input', { class: 'text', 'aria-label': 'Name of the version', maxlength: '120', autocomplete: 'off' });
  field.value = version.name ?? '';
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault(); // closes the field, not the panel
    event.stopPropagation();
    cancelled();
  });
  return h(
    'form',
    {
      class: 'namer',
      onsubmit: (event: Event) => {
        event.preventDefault();
        const name = field.value.trim();
        named(name === '' ? undefined : name);
      },
    },
    field,
    h('button', { type: 'submit', class: 'btn' }, 'Save name'),
    button('Cancel', cancelled, { class: 'btn bare' }),
  );
}

/** Text or page. Whoever changes it draws `head` anew in `changed`; the focus stays on what was pressed. */
export function drawSwitch(changed: () => void, head: HTMLElement): HTMLElement {
  const choice = (label: string, page: boolean): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        'aria-pressed': String(asPage() === page),
        onclick: () => {
          showAsPage(page);
          changed();
          [...head.querySelectorAll<HTMLElement>('.seg button')].find(({ textContent }) => textContent === label)?.focus();
        },
      },
      label,
    );
  return h('div', { class: 'seg', role: 'group', 'aria-label': 'Show what differs as' }, choice('Text', false), choice('Page', true));
}
