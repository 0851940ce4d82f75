/* Values in prose: each place `[data-value=INDEX]` follows the prose expression of that number. */

import { createRenderEffect, createRoot, on } from 'solid-js';
import { setText } from './dom.ts';
import type { Live } from './reactive.ts';

export interface Values {
  /** Binds the places inside of `element`. */
  bind(element: HTMLElement): void;
  /** Lets go of them. */
  release(element: HTMLElement): void;
  dispose(): void;
}

export const placesIn = (element: HTMLElement): readonly HTMLElement[] => [...element.querySelectorAll<HTMLElement>('[data-value]')];

export function followValues(live: Live): Values {
  const bound = new Map<HTMLElement, () => void>();
  return {
    bind: (element) => {
      for (const place of placesIn(element)) bound.set(place, bindValue(live, place));
    },
    release: (element) => {
      for (const place of placesIn(element)) {
        bound.get(place)?.();
        bound.delete(place);
      }
    },
    dispose: () => {
      for (const dispose of bound.values()) dispose();
    },
  };
}

/** One value in a sentence; returns what unbinds it. */
function bindValue(live: Live, place: HTMLElement): () => void {
  return createRoot((dispose) => {
    createRenderEffect(
      on(live.prose(Number(place.dataset['value'])), (value) => {
        setText(
          place,
          value === undefined ? '…' : value.error !== undefined ? missingName(value.error.message) : value.text === '' ? '…' : value.text,
        );
        place.classList.toggle('missing', value?.error !== undefined);
        if (value?.error === undefined) place.removeAttribute('title');
        else place.title = value.error.message;
      }),
    );
    return dispose;
  });
}

/** The name that a value in prose lacks: the first one that its error names. */
function missingName(message: string): string {
  return /`([^`]+)`/.exec(message)?.[1] ?? /^([\p{L}\p{N}_$]+) is not defined/u.exec(message)?.[1] ?? '…';
}
