/* What is said aloud and what floats: one polite live region, one for the errors of what the reader has just run, and
   toasts with Undo. A toast never carries what is nowhere else. */

import { fill, h } from './dom.ts';

export interface Voice {
  say(text: string): void;
  alert(text: string): void;
  toast(text: string, undo?: () => void): void;
  dispose(): void;
}

export function makeVoice(): Voice {
  const polite = h('div', { class: 'vh', role: 'status', 'aria-live': 'polite' });
  const alert = h('div', { class: 'vh', role: 'alert' });
  const toasts = h('div', { class: 'toasts' });
  document.body.append(polite, alert, toasts);
  const speak = (region: HTMLElement, text: string): void => {
    fill(region, h('span', {}, text));
  };
  return {
    say: (text) => speak(polite, text),
    alert: (text) => speak(alert, text),
    toast(text, undo) {
      const close = (): void => {
        clearTimeout(timer);
        toast.remove();
      };
      const toast = h(
        'div',
        { class: 'toast' },
        h('span', {}, text),
        undo === undefined
          ? null
          : h(
              'button',
              {
                type: 'button',
                class: 'btn small',
                onclick: () => {
                  close();
                  undo();
                },
              },
              'Undo',
            ),
      );
      let timer = setTimeout(close, undo === undefined ? 6000 : 10_000);
      const hold = (): void => clearTimeout(timer),
        go = (): void => {
          timer = setTimeout(close, 3000);
        };
      toast.addEventListener('pointerenter', hold);
      toast.addEventListener('pointerleave', go);
      toast.addEventListener('focusin', hold);
      toast.addEventListener('focusout', go);
      toasts.append(toast);
      while (toasts.childElementCount > 3) toasts.firstElementChild?.remove();
      speak(polite, text);
    },
    dispose() {
      polite.remove();
      alert.remove();
      toasts.remove();
    },
  };
}
