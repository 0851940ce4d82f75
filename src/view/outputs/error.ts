/* Errors in words: what is wrong first, the error's name quiet, where it is as a link that puts the caret there, what to
   do, and the other cells on the way. The same body serves the card of a failed cell and a late error below it. */

import type { ErrorInfo, Output } from '../../output/types.ts';
import { button, h } from '../dom.ts';
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
  const [line = '', ...rest] = error.message.split('\n');
  const [first, more] = firstSentence(line || error.name);
  const parts: HTMLElement[] = [
    h('p', { class: 'et' }, h('span', {}, ...coded(first)), error.line === undefined ? null : at(cell, error.line, error.column ?? 1)),
  ];
  if (more !== '') parts.push(h('p', {}, ...coded(more)));
  if (rest.length > 0) parts.push(h('p', { class: 'error-rest' }, rest.join('\n')));
  if (error.hint !== undefined) parts.push(h('p', {}, ...coded(error.hint)));
  const copy = button(
    'Copy',
    () => {
      import('./error-text.ts')
        .then(({ errorText }) => navigator.clipboard.writeText(errorText(error, cell)))
        .then(
          () => (copy.textContent = 'Copied'),
          () => (copy.textContent = 'The browser refused'),
        );
      setTimeout(() => (copy.textContent = 'Copy'), 1500);
    },
    { class: 'btn bare small', 'aria-label': 'Copy this error' },
  );
  const row = h('div', { class: 'row' }, h('span', { class: 'mono error-name' }, error.name));
  if (error.frames.length > 0) {
    row.append(
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
    );
  }
  row.append(h('span', { class: 'grow' }), copy);
  parts.push(row);
  return parts;
}

/** What stands out of a message, and what follows it. */
export function firstSentence(message: string): readonly [first: string, rest: string] {
  const [, first = message, rest = ''] = /^(.*?\S{2}[.?!]) (?=[A-Z`"([])(.+)$/.exec(message) ?? [];
  return [first, rest];
}

/** Text with its `…` stretches as code. */
export function coded(text: string): (string | HTMLElement)[] {
  return text
    .split(/(`[^`]+`)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith('`') && part.length > 2 ? h('code', {}, part.slice(1, -1)) : part));
}
