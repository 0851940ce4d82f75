/* One's own answer beside the reference, on a phone above it. */

import type { CellStatus } from '../../session/types.ts';
import { paint } from '../code.ts';
import { h } from '../dom.ts';

export interface Side {
  readonly title: string;
  readonly code: string;
  readonly language: string;
}

/** `tokensOf` colours what is shown, when it comes. */
export function compareView(
  sides: readonly Side[],
  tokensOf: (code: string, language: string) => Promise<CellStatus['tokens']>,
): HTMLElement {
  return h(
    'div',
    { class: 'sides', role: 'group', 'aria-label': 'Your answer and the reference' },
    ...sides.map(({ title, code, language }) => {
      const pre = h('pre', { tabindex: '0', 'aria-label': title }, code);
      void tokensOf(code, language).then(
        (tokens) => paint(pre, { code, tokens, uses: [] }),
        () => undefined, // it can be read without colours
      );
      return h('div', {}, h('p', { class: 'title' }, title), h('div', { class: 'code' }, pre));
    }),
  );
}
