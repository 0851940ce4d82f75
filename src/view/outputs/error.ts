/* Errors in words: what is wrong first, the error's name quiet, where it is as a link that puts the caret there, what to
   do, and the other cells on the way. The same body serves the card of a failed cell and a late error below it. */

import type { ErrorInfo, Output } from '../../output/types.ts';
import { h } from '../dom.ts';
import type { Draw, OutputContext } from './index.ts';

export const drawLateError: Draw<'error'> = (output, element, context) => {
  const update = (next: Output): boolean => {
    if (next.kind !== 'error') return false;
    element.replaceChildren(h('div', { class: 'error' }, ...errorBody(next.error, context.cell, context)));
    return true;
  };
  update(output);
  return { update };
};

export function errorBody(error: ErrorInfo, cell: string, context: Pick<OutputContext, 'go'>): HTMLElement[] {
  const at = (id: string, line: number, column: number): HTMLElement =>
    h(
      'a',
      {
        href: `#cell-${id}`,
        onclick: (event: Event) => {
          event.preventDefault();
          context.go(id, line, column);
        },
      },
      `${id}, line ${line}, column ${column}`,
    );
  const [first = '', ...rest] = error.message.split('\n');
  const parts: HTMLElement[] = [
    h(
      'p',
      { class: 'et' },
      h('span', {}, ...coded(first || error.name), ' ', h('span', { class: 'mono error-name' }, error.name)),
      error.line === undefined ? null : at(cell, error.line, error.column ?? 1),
    ),
  ];
  if (rest.length > 0) parts.push(h('p', { class: 'error-rest' }, rest.join('\n')));
  if (error.hint !== undefined) parts.push(h('p', {}, ...coded(error.hint)));
  if (error.frames.length > 0) {
    parts.push(
      h(
        'div',
        { class: 'row' },
        h(
          'details',
          {},
          h('summary', {}, error.frames.length === 1 ? 'By way of one cell' : `By way of ${error.frames.length} cells`),
          h(
            'ul',
            {},
            ...error.frames.map((frame) =>
              h(
                'li',
                {},
                at(frame.cell, frame.line, frame.column),
                frame.name === undefined ? null : h('span', { class: 'quiet' }, ` in ${frame.name}`),
              ),
            ),
          ),
        ),
      ),
    );
  }
  return parts;
}

/** Text with its `…` stretches as code. */
export function coded(text: string): (string | HTMLElement)[] {
  return text
    .split(/(`[^`]+`)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('`') && part.length > 2 ? h('code', {}, part.slice(1, -1)) : part));
}
