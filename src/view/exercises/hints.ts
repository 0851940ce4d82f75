/* Three hints in the margin (on a phone below the checks), shown one by one by a button. Their text is what the page shows without
   script as <details>, which stand hidden while the page is alive. */

import { button, h } from '../dom.ts';

export interface Hints {
  readonly element: HTMLElement;
  /** Draws that `shown` of them are open; `focus`: moves to the latest. */
  show(shown: number, focus?: boolean): void;
}

const kinds = ['points at the law', 'the shape of the answer', 'nearly the line'];

export function makeHints(details: readonly HTMLDetailsElement[], next: () => void): Hints {
  const list = h('ol');
  const element = h(
    'div',
    { class: 'hints', role: 'group', 'aria-label': 'Hints' },
    h('p', { class: 'title' }, 'Hints'),
    list,
    h('p', { class: 'quiet' }, 'Hints cost nothing. They are noted with your answer.'),
  );
  const texts = details.map((one) => {
    const copy = one.cloneNode(true) as HTMLDetailsElement;
    copy.querySelector('summary')?.remove();
    return h('div', { tabindex: '-1' }, ...copy.childNodes);
  });
  return {
    element,
    show(shown, focus = false) {
      const held = focus || list.contains(document.activeElement);
      list.replaceChildren(
        ...texts.map((text, i) =>
          h(
            'li',
            {},
            h('span', { class: 'no', 'aria-hidden': 'true' }, i + 1),
            i < shown
              ? text
              : i === shown
                ? h('div', {}, button(`Show hint ${i + 1}`, next), h('p', { class: 'quiet' }, kinds[i] ?? ''))
                : h('div', { class: 'quiet' }, `${kinds[i] ?? ''}; after hint ${i}`),
          ),
        ),
      );
      if (held && shown > 0) texts[shown - 1]!.focus({ preventScroll: true });
    },
  };
}
