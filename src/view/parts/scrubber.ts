/* One step of many: a slider, single steps, play and pause. It plays while the page is seen, and stops at the end unless it loops. */

import './scrubber.css';
import { h, icon } from '../dom.ts';
import type { DrawPart } from './part.ts';

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    frame: number | undefined,
    due = 0;
  const last = (): number => (now.props['length'] as number) - 1;
  const at = (): number => now.value as number;
  const slider = h('input', { type: 'range', min: 0, step: 1, 'aria-label': spec.label, disabled: spec.readonly });
  const shown = h('output', { class: 'num' });
  const show = (): void => {
    slider.max = String(last());
    slider.value = String(at());
    slider.style.setProperty('--at', `${last() === 0 ? 0 : (100 * at()) / last()}%`);
    const name = (now.props['names'] as readonly string[] | undefined)?.[at()];
    shown.textContent = `${at()} / ${last()}`;
    slider.setAttribute('aria-valuetext', name === undefined ? `step ${at()} of ${last()}` : `step ${at()} of ${last()}: ${name}`);
    back.setAttribute('aria-disabled', String(at() === 0));
    on.setAttribute('aria-disabled', String(at() === last() && now.props['loop'] !== true));
  };
  const go = (to: number): void => {
    const end = last();
    const next = now.props['loop'] === true ? (to + end + 1) % (end + 1) : Math.min(end, Math.max(0, to));
    if (next === at()) return;
    now = { ...now, value: next };
    moved(next);
    show();
  };
  const face = (playing: boolean): void => {
    play.replaceChildren(icon(playing ? 'pause' : 'run'), playing ? 'Pause' : 'Play');
  };
  const stop = (): void => {
    if (frame === undefined) return;
    cancelAnimationFrame(frame);
    frame = undefined;
    face(false);
  };
  const start = (): void => {
    if (at() === last()) go(0);
    face(true);
    due = performance.now();
    const tick = (time: number): void => {
      frame = requestAnimationFrame(tick);
      const each = 1000 / (now.props['fps'] as number);
      if (time - due < each) return;
      due = Math.max(due + each, time - each);
      if (at() === last() && now.props['loop'] !== true) stop();
      else go(at() + 1);
    };
    frame = requestAnimationFrame(tick);
  };
  const step = (by: number, name: string, drawing: string): HTMLButtonElement =>
    h(
      'button',
      {
        type: 'button',
        class: 'btn small icon',
        'aria-label': name,
        onclick: () => {
          stop();
          go(at() + by);
        },
      },
      drawing,
    );
  const back = step(-1, 'Step back', '‹');
  const on = step(1, 'Step on', '›');
  const play = h('button', { type: 'button', class: 'btn small play', onclick: () => (frame === undefined ? start() : stop()) });
  face(false);
  slider.addEventListener('input', () => {
    stop();
    go(Number(slider.value));
  });
  slider.addEventListener('keydown', (event) => {
    const by = { ArrowRight: 10, ArrowUp: 10, ArrowLeft: -10, ArrowDown: -10 }[event.key];
    if (by === undefined || !event.shiftKey) return;
    event.preventDefault();
    go(at() + by);
  });
  show();
  return {
    element: h('div', { class: 'scrubber' }, ...(spec.readonly ? [] : [back, play, on]), slider, shown),
    set(next) {
      now = next;
      show();
    },
    dispose: stop,
  };
};
