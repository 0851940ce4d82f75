/* What a cell says while it works: how far it is, and how its checks went. Comes with the first of them. */

import type { Output } from '../../output/types.ts';
import { fill, h, icon, setText } from '../dom.ts';
import { count, duration, number } from '../words.ts';
import type { Draw } from './index.ts';

/** A bar where the total is known, and its words: how many, how fast, how long, and Pause where the loop can pause. */
export const drawProgress: Draw<'progress'> = (output, element, context) => {
  const bar = h('i'),
    track = h('div', { class: 'track', role: 'progressbar', 'aria-valuemin': '0' }, bar);
  const done = h('span'),
    rate = h('span'),
    left = h('span', { class: 'left' });
  let paused = false;
  const pause = h('button', {
    type: 'button',
    class: 'btn bare small',
    onclick: () => context.control(context.cell, paused ? 'resume' : 'pause'),
  });
  const say = h('div', { class: 'say' }, done, rate, left, h('span', { class: 'grow' }));
  element.append(h('div', { class: 'progress' }, track, say));
  const update = (next: Output): boolean => {
    if (next.kind !== 'progress') return false;
    const total = next.total;
    if (next.depth !== undefined) element.style.paddingInlineStart = `calc(var(--bleed) + ${Math.min(6, next.depth) * 1.5}rem)`;
    if (next.finished) element.firstElementChild?.setAttribute('data-finished', '');
    else element.firstElementChild?.removeAttribute('data-finished');
    track.hidden = total === undefined;
    bar.style.width = total === undefined || total === 0 ? '0' : `${Math.min(100, (100 * next.done) / total)}%`;
    track.setAttribute('aria-label', next.label || 'progress');
    track.setAttribute('aria-valuemax', String(total ?? 100));
    track.setAttribute('aria-valuenow', String(total === undefined ? 0 : next.done));
    fill(done, h('b', {}, count(next.done)), total === undefined ? ` ${next.label}` : ` of ${count(total)} ${next.label}`);
    setText(rate, next.rate > 0 ? `${number(next.rate >= 10 ? Math.round(next.rate) : next.rate)} per second` : '');
    const whole = total === undefined || next.done >= total;
    setText(
      left,
      next.paused
        ? 'paused'
        : next.finished
          ? whole
            ? 'done'
            : 'ended early'
          : next.remainingMs !== undefined
            ? `${duration(next.remainingMs)} left`
            : '',
    );
    track.setAttribute('aria-valuetext', [done.textContent, left.textContent].filter(Boolean).join(', '));
    paused = next.paused === true;
    const word = paused ? 'Resume' : 'Pause';
    if (next.pausable !== true || next.finished) pause.remove();
    else {
      if (pause.textContent !== word) fill(pause, icon(paused ? 'run' : 'pause'), word);
      if (!pause.isConnected) say.append(pause);
    }
    return true;
  };
  update(output);
  return { update };
};

export const drawCheck: Draw<'check'> = (output, element) => {
  const point = h('span', { class: 'pt', 'aria-hidden': 'true' }),
    name = h('b'),
    word = h('span', { class: 'vh' }),
    time = h('span', { class: 'num quiet' });
  const message = h('p'),
    row = h('li', {}, point, h('span', {}, word, name), time, message);
  element.append(h('ul', { class: 'checks' }, row));
  const update = (next: Output): boolean => {
    if (next.kind !== 'check') return false;
    point.className = `pt ${next.pass ? 'done' : 'fail'}`;
    row.className = next.pass ? '' : 'bad';
    setText(name, next.name);
    setText(word, next.pass ? 'passed: ' : 'failed: ');
    setText(time, duration(next.ms));
    setText(message, next.message);
    message.hidden = next.message === '';
    return true;
  };
  update(output);
  return { update };
};
