/* Above a long log: find with the number of hits and a way from one to the next, lines of one level alone, copy. Searches all
   lines, also those that are not shown yet. */

import { fill, h, setText } from '../dom.ts';
import { count, plural } from '../words.ts';
import { isLine, type LogBar, type LogLine, type LogView } from './log-view.ts';
import './logs.css';

const levels: readonly (readonly [LogLine['level'], string])[] = [
  ['error', 'Errors'],
  ['warn', 'Warnings'],
  ['info', 'Info'],
  ['debug', 'Debug'],
];

export function makeLogBar(container: HTMLElement, view: LogView, redraw: () => void): LogBar {
  let lines: { readonly key: number; readonly line: LogLine }[] = [],
    hits: number[] = [],
    at = -1,
    counted = '';
  const field = h('input', {
    type: 'search',
    placeholder: 'Find',
    'aria-label': 'Find in the log',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  const said = h('output', { class: 'num', 'aria-live': 'polite' });
  const back = h(
      'button',
      {
        type: 'button',
        class: 'btn bare small',
        'aria-label': 'Previous hit',
        title: 'Previous hit (Shift Enter)',
        onclick: () => jump(-1),
      },
      '↑',
    ),
    forth = h(
      'button',
      { type: 'button', class: 'btn bare small', 'aria-label': 'Next hit', title: 'Next hit (Enter)', onclick: () => jump(1) },
      '↓',
    );
  const picks = h('span', { class: 'seg', role: 'group', 'aria-label': 'Level' });
  const copied = h('button', { type: 'button', class: 'btn bare small', onclick: () => void copy() }, 'Copy');
  const element = h('div', { class: 'log-bar', role: 'search' }, field, back, forth, said, h('span', { class: 'grow' }), picks, copied);

  field.addEventListener('input', () => {
    find();
    at = -1;
    if (hits.length > 0) jump(1, false);
    else tell();
  });
  field.addEventListener('keydown', (event) => {
    event.stopPropagation(); // letters are no shortcuts here
    if (event.key === 'Enter') jump(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape' && field.value !== '') {
      field.value = '';
      find();
      tell();
    } else return;
    event.preventDefault();
  });

  function find(): void {
    const text = field.value.toLowerCase();
    hits = text === '' ? [] : lines.flatMap(({ line }, i) => (line.text.toLowerCase().includes(text) ? [i] : []));
    if (hits.length === 0) at = -1;
  }
  function jump(way: number, scroll = true): void {
    if (hits.length === 0) return;
    at = at < 0 ? (way > 0 ? 0 : hits.length - 1) : (at + way + hits.length) % hits.length;
    if (elementOf(hits[at]!) === null && !view.all) {
      view.all = true;
      redraw();
    }
    tell();
    if (scroll || at >= 0) elementOf(hits[at]!)?.scrollIntoView({ block: 'nearest' });
  }
  /** The element of a line; where it is folded into one above, that one. */
  function elementOf(i: number): Element | null {
    for (let k = i; k >= 0; k--) {
      const found = container.querySelector(`:scope > [data-kind="log"][data-key="${lines[k]!.key}"]`);
      if (found !== null) return found;
      if (lines[k]!.line.text !== lines[i]!.line.text) return null;
    }
    return null;
  }
  function tell(): void {
    setText(
      said,
      field.value === '' ? plural(lines.length, 'line') : hits.length === 0 ? 'no hit' : `${count(at + 1)} of ${count(hits.length)}`,
    );
    back.hidden = forth.hidden = hits.length === 0;
    for (const marked of container.querySelectorAll(':scope > [data-hit]')) marked.removeAttribute('data-hit');
    if (hits.length > 0 && hits.length <= 2000)
      for (const hit of hits) elementOf(hit)?.setAttribute('data-hit', hit === hits[at] ? 'current' : '');
    const all = [...view.outputs].filter(({ output }) => isLine(output)).map(({ output }) => output as LogLine);
    const there = levels
      .map(([level, word]) => [level, word, all.filter((line) => line.level === level).length] as const)
      .filter(([, , n]) => n > 0);
    const now = `${there.map((entry) => entry.join()).join()} ${view.level}`;
    if (now === counted) return;
    counted = now;
    const held = picks.contains(document.activeElement) ? [...picks.children].indexOf(document.activeElement!) : -1;
    const pick = (level: LogView['level'], words: string): HTMLElement =>
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': String(view.level === level),
          onclick: () => {
            view.level = level;
            redraw();
          },
        },
        words,
      );
    fill(picks, pick(undefined, 'All'), ...there.map(([level, word, n]) => pick(level, `${word} ${count(n)}`)));
    picks.hidden = there.length === 0 || (there.length === 1 && there[0]![2] === all.length);
    if (held >= 0) (picks.children[held] as HTMLElement | undefined)?.focus({ preventScroll: true });
  }
  async function copy(): Promise<void> {
    const text = lines.map(({ line }) => `${line.level === 'log' ? '' : `${line.level}: `}${line.text}`).join('\n');
    try {
      await navigator.clipboard.writeText(text);
      copied.textContent = 'Copied';
    } catch {
      copied.textContent = 'The browser refused';
    }
    setTimeout(() => (copied.textContent = 'Copy'), 1500);
  }
  return {
    element,
    update(outputs) {
      lines = outputs.flatMap(({ key, output }) =>
        isLine(output) && (view.level === undefined || output.level === view.level) ? [{ key, line: output }] : [],
      );
      const before = hits[at];
      find();
      at = before === undefined ? -1 : Math.max(0, hits.indexOf(before));
      tell();
    },
  };
}
