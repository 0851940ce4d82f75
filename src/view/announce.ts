/* What is said aloud and what floats: one polite live region, one for the errors of what the reader has just run, and
   toasts with what can be done about them. A toast never carries what is nowhere else. */

import { fill, h, icon } from './dom.ts';

/** What a toast offers: to undo, or anything else under its own verb. */
export type Offer = (() => void) | { readonly label: string; readonly act: () => void };

export interface Voice {
  say(text: string): void;
  alert(text: string): void;
  /** At most three stand: for 6 s, with an offer 10 s; `stays`: until it is closed (an error). */
  toast(text: string, offer?: Offer, how?: 'stays'): void;
  dispose(): void;
}

const mostToasts = 3,
  toastMs = 6000,
  offerMs = 10_000,
  restMs = 3000;

export function makeVoice(): Voice {
  const polite = h('div', { class: 'vh', role: 'status', 'aria-live': 'polite' });
  const alert = h('div', { class: 'vh', role: 'alert' });
  const toasts = h('section', { class: 'toasts', 'aria-label': 'Messages' });
  document.body.append(polite, alert, toasts);
  const speak = (region: HTMLElement, text: string): void => {
    fill(region, h('span', {}, text));
  };
  return {
    say: (text) => speak(polite, text),
    alert: (text) => speak(alert, text),
    toast(text, offer, how) {
      const stays = how === 'stays';
      let before: Element | null = null;
      const close = (): void => {
        clearTimeout(timer);
        const held = toast.contains(document.activeElement);
        toast.remove();
        if (held && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
      };
      const { label, act } = typeof offer === 'function' ? { label: 'Undo', act: offer } : (offer ?? { label: '', act: close });
      const press = (): void => {
        close();
        act();
      };
      const toast = h(
        'div',
        { class: 'toast' },
        stays ? h('span', { class: 'pt fail', 'aria-hidden': 'true' }) : null,
        h('span', {}, text),
        label === '' ? null : h('button', { type: 'button', class: 'btn bare small', onclick: press }, label),
        stays ? h('button', { type: 'button', class: 'btn bare icon small', 'aria-label': 'Close', onclick: close }, icon('close')) : null,
      );
      let timer: ReturnType<typeof setTimeout> | undefined;
      const hold = (): void => clearTimeout(timer);
      const wait = (ms: number): void => {
        hold();
        if (!stays) timer = setTimeout(close, ms);
      };
      const rest = (): void => {
        if (!toast.matches(':hover, :focus-within')) wait(restMs);
      };
      toast.addEventListener('pointerenter', hold);
      toast.addEventListener('pointerleave', rest);
      toast.addEventListener('focusin', (event) => {
        hold();
        if (event.relatedTarget instanceof Element && !toasts.contains(event.relatedTarget)) before = event.relatedTarget;
      });
      toast.addEventListener('focusout', () => queueMicrotask(rest));
      for (const other of [...toasts.children]) if (other.querySelector(':scope > span:not(.pt)')?.textContent === text) other.remove(); // said again
      toasts.append(toast);
      wait(label === '' ? toastMs : offerMs);
      const over = toasts.childElementCount - mostToasts;
      const old = [...toasts.children].filter((other) => other !== toast && !other.contains(document.activeElement));
      for (const other of old.slice(0, Math.max(0, over))) other.remove();
      speak(stays ? alert : polite, text);
    },
    dispose() {
      polite.remove();
      alert.remove();
      toasts.remove();
    },
  };
}
