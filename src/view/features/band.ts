/* Bands under the bar: what stays true until it is answered or gone, with what can be done. One of each kind at a time; a band
   that would say the same again is left as it stands, so that nothing is announced twice and no focus is lost. */

import { button, fill, h, type Child } from '../dom.ts';

export interface Band {
  /** `alert` interrupts a screen reader: something is at risk. */
  readonly role: 'alert' | 'status';
  readonly content: readonly Child[];
  readonly buttons: readonly {
    readonly label: string;
    /** Where it leads, in a new tab; else `act`. */
    readonly href?: string;
    readonly act?: () => void;
  }[];
}

const bands = new Map<string, { readonly element: HTMLElement; readonly says: string }>();

export function showBand(kind: string, { role, content, buttons }: Band): void {
  const inner = [
    ...content,
    ...buttons.map(({ label, href, act }) =>
      href === undefined ? button(label, () => act?.()) : h('a', { class: 'btn small', href, target: '_blank', rel: 'noopener' }, label),
    ),
  ];
  const box = h('div', {}, ...inner);
  const says = `${role} ${box.textContent}`;
  const shown = bands.get(kind);
  if (shown?.says === says && shown.element.isConnected) return;
  const element = shown?.element.isConnected ? shown.element : h('div', { class: `banner band-${kind}` });
  const held = element.contains(document.activeElement) ? (document.activeElement as HTMLElement).textContent : null;
  element.setAttribute('role', role);
  fill(element, ...inner);
  bands.set(kind, { element, says });
  if (!element.isConnected) {
    const others = [...bands.values()].filter((band) => band.element !== element && band.element.isConnected);
    (others.at(-1)?.element ?? document.querySelector('header.bar'))?.after(element);
  }
  if (held !== null) [...element.querySelectorAll<HTMLElement>('.btn')].find((other) => other.textContent === held)?.focus();
}

export function closeBand(kind: string): void {
  const shown = bands.get(kind);
  if (!shown) return;
  const held = shown.element.contains(document.activeElement);
  shown.element.remove();
  bands.delete(kind);
  if (held) document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
}
