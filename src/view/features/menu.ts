/* A menu that floats: rows with their shortcut, rows that cannot be chosen with the reason under them, one choice of several.
   Arrows, Home, End and the first letters move; Enter and Space choose; Esc and Tab close. Focus goes in and comes back. On a
   phone it is a sheet at the window's lower edge. */

import './menu.css';
import { h, s } from '../dom.ts';
import { ariaKeys, shownKeys } from './keys.ts';

export interface MenuItem {
  readonly label: string;
  /** As the table of commands writes them. */
  readonly keys?: string | undefined;
  /** One of several of which one holds. */
  readonly checked?: boolean;
  /** Why it cannot be chosen now. */
  readonly reason?: string | undefined;
  readonly act: () => void;
}
export type MenuRow = MenuItem | 'rule';

export interface MenuOptions {
  /** Its name: "Cell model". */
  readonly label: string;
  readonly rows: readonly MenuRow[];
  /** A point of the window, or the button that it hangs from. */
  readonly at: { readonly x: number; readonly y: number } | HTMLElement;
  /** Where focus goes when it is closed without a choice; default: where it was. */
  readonly back?: () => void;
}

/** Letters typed within this time are one word, in ms. */
const typeMs = 700;

let open: (() => void) | undefined;

/** Opens a menu in place of the one that is open; returns what closes it. */
export function openMenu({ label, rows, at, back }: MenuOptions): () => void {
  open?.();
  const before = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
  const trigger = at instanceof HTMLElement ? at : undefined;
  const buttons: HTMLButtonElement[] = [];
  const element = h('div', { class: 'sheet menu floating', role: 'menu', 'aria-label': label, popover: 'manual' });
  const close = (restore = true): void => {
    if (open !== quit) return;
    open = undefined;
    document.removeEventListener('pointerdown', beside, true);
    removeEventListener('resize', quit);
    removeEventListener('blur', quit);
    const held = element.contains(document.activeElement) || document.activeElement === document.body;
    element.remove();
    trigger?.setAttribute('aria-expanded', 'false');
    if (!restore || !held) return;
    if (back) back();
    else if (before?.isConnected) before.focus({ preventScroll: true });
  };
  const quit = (): void => close();
  const beside = (event: PointerEvent): void => {
    if (!(event.target instanceof Node)) return;
    if (element.contains(event.target)) return;
    close();
    // The press that closes it does not open it again.
    if (trigger?.contains(event.target))
      trigger.addEventListener('click', (click) => click.stopImmediatePropagation(), { once: true, capture: true });
  };
  for (const row of rows) {
    if (row === 'rule') {
      if (element.lastElementChild !== null && element.lastElementChild.tagName !== 'HR') element.append(h('hr', { role: 'separator' }));
      continue;
    }
    const { label: words, keys, checked, reason, act } = row;
    const button = h(
      'button',
      {
        type: 'button',
        tabindex: '-1',
        role: checked === undefined ? 'menuitem' : 'menuitemradio',
        ...(checked === undefined ? {} : { 'aria-checked': String(checked) }),
        ...(reason === undefined ? {} : { 'aria-disabled': 'true' }),
      },
      checked === undefined ? null : h('span', { class: 'tick', 'aria-hidden': 'true' }, checked ? tick() : null),
      h('span', { class: 'words' }, words, reason === undefined ? null : h('small', {}, ` ${reason}`)),
      keys === undefined ? null : h('kbd', { 'aria-hidden': 'true' }, shownKeys(keys)),
    );
    const spoken = keys === undefined ? undefined : ariaKeys([keys]);
    if (spoken !== undefined) button.setAttribute('aria-keyshortcuts', spoken);
    button.addEventListener('click', () => {
      if (reason !== undefined) return;
      const restored = before?.isConnected === true && !before.matches('body');
      close(restored || back !== undefined);
      act();
    });
    button.addEventListener('pointermove', () => button.focus({ preventScroll: true }));
    buttons.push(button);
    element.append(button);
  }
  if (element.lastElementChild?.tagName === 'HR') element.lastElementChild.remove();
  let typed = '',
    typedAt = 0;
  element.addEventListener('keydown', (event) => {
    const index = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = (i: number): void => buttons[(i + buttons.length) % buttons.length]?.focus();
    const { key } = event;
    if (key === 'ArrowDown') to(index + 1);
    else if (key === 'ArrowUp') to(index < 0 ? -1 : index - 1);
    else if (key === 'Home') to(0);
    else if (key === 'End') to(-1);
    else if (key === 'Escape' || key === 'Tab') close();
    else if (
      key.length === 1 &&
      (key !== ' ' || (typed !== '' && event.timeStamp - typedAt < typeMs)) &&
      !event.ctrlKey &&
      !event.metaKey &&
      !event.altKey
    ) {
      const now = event.timeStamp;
      typed = now - typedAt > typeMs ? key : typed + key;
      typedAt = now;
      const from = typed.length === 1 ? index + 1 : Math.max(0, index);
      const order = buttons.map((_, i) => buttons[(from + i) % buttons.length]!);
      order.find((button) => button.querySelector('.words')!.textContent!.toLowerCase().startsWith(typed.toLowerCase()))?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  // Inside of the landmark that it belongs to; shown in the top layer.
  ((trigger ?? before)?.closest('main, header, aside') ?? document.querySelector('main') ?? document.body).append(element);
  element.showPopover();
  if (innerWidth > 760) place(element, at);
  trigger?.setAttribute('aria-haspopup', 'menu');
  trigger?.setAttribute('aria-expanded', 'true');
  open = quit;
  document.addEventListener('pointerdown', beside, true);
  addEventListener('resize', quit);
  addEventListener('blur', quit);
  buttons[0]?.focus({ preventScroll: true });
  return quit;
}

function tick(): SVGSVGElement {
  return s('svg', { class: 'i', viewBox: '0 0 16 16' }, s('path', { d: 'm3.5 8.5 3 3 6-7' }));
}

/** Below and to the right of its point, or wherever the window has room. */
function place(element: HTMLElement, at: MenuOptions['at']): void {
  const { width, height } = element.getBoundingClientRect(),
    margin = 8;
  const box = at instanceof HTMLElement ? at.getBoundingClientRect() : { left: at.x, right: at.x, top: at.y, bottom: at.y };
  const gap = at instanceof HTMLElement ? 4 : 0;
  const left = box.left + width + margin > innerWidth ? box.right - width : box.left;
  const below = box.bottom + gap,
    above = box.top - gap - height;
  const top = below + height + margin <= innerHeight ? below : above >= margin ? above : Math.max(margin, innerHeight - margin - height);
  element.style.left = `${Math.max(margin, left)}px`;
  element.style.top = `${top}px`;
}
