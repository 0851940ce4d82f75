/* The outputs that are a line: text and log. They change in place, many times a second. */

import type { Output } from '../../output/types.ts';
import { h, setText } from '../dom.ts';
import { count } from '../words.ts';
import type { Draw, OutputContext } from './index.ts';

type Log = Extract<Output, { kind: 'log'; text: string }>;
type Truncated = Extract<Output, { kind: 'log'; truncated: number }>;

export const drawText: Draw<'text'> = (output, element) => {
  const text = h('div', {}, output.text);
  element.append(text);
  return { update: (next) => next.kind === 'text' && (setText(text, next.text), true) };
};

/** Level as a word at the left where it says something, the text, and how often the same line came. */
export function drawLog(output: Log, element: HTMLElement, context: OutputContext): { update(next: Output): boolean } {
  const word = h('span', { class: 'level' }),
    text = h('span', { class: 'said' }),
    times = h('span', { class: 'count' });
  const line = h('div', { class: 'log' }, text, times);
  let from: string | undefined;
  element.append(line);
  const update = (next: Output): boolean => {
    if (next.kind !== 'log' || !('text' in next)) return false;
    line.dataset['level'] = next.level;
    if (next.level === 'warn' || next.level === 'error') {
      setText(word, next.level);
      line.prepend(word);
    } else word.remove();
    setText(text, next.text);
    setText(times, (next.count ?? 1) > 1 ? `× ${count(next.count ?? 1)}` : '');
    if (next.from !== from) {
      line.querySelector('.from')?.remove();
      from = next.from;
      if (from !== undefined && from !== context.cell)
        line.append(
          h('a', { class: 'from quiet', href: `#cell-${encodeURIComponent(from)}`, title: 'The cell that called' }, `from ${from}`),
        );
    }
    return true;
  };
  update(output);
  return { update };
}

export function drawTruncated(output: Truncated, element: HTMLElement, _context: OutputContext): { update(next: Output): boolean } {
  const update = (next: Output): boolean => {
    if (next.kind !== 'log' || !('truncated' in next)) return false;
    setText(element, `${count(next.truncated)} more outputs were left out: a cell shows 1 MB.`);
    return true;
  };
  element.classList.add('quiet');
  update(output);
  return { update };
}
