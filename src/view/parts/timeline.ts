/* Lanes with bars over time, a cursor with a handle above them, bars that are dragged along their lane or moved by arrow keys. */

import './timeline.css';
import { h, s } from '../dom.ts';
import { number } from '../words.ts';
import { pressAndDrag, stepOf } from './hands.ts';
import type { DrawPart } from './part.ts';
import { niceStep, ticks, type Pair } from './plane.ts';

interface Bar {
  readonly lane: number;
  readonly label: string;
  readonly from: number;
  readonly to: number;
}
interface Value {
  readonly t: number;
  readonly bars: readonly Bar[];
}
interface Props {
  readonly lanes: readonly string[];
  readonly colours: readonly number[];
  readonly domain: Pair;
  readonly unit: string;
  readonly movable?: boolean;
  readonly snap?: number;
}

const top = 34,
  foot = 26;

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    width = 0,
    bars: { readonly element: SVGGElement; readonly rect: SVGRectElement; readonly word: SVGTextElement }[] = [];
  const props = (): Props => now.props as unknown as Props;
  const value = (): Value => now.value as Value;
  const movable = (): boolean => props().movable === true && !now.readonly;
  const lane = (): number => (matchMedia('(pointer: coarse)').matches && movable() ? 54 : 34);
  const left = (): number => Math.min(width * 0.32, Math.max(24, 8 * Math.max(0, ...props().lanes.map((name) => name.length)) + 12));
  const right = 16;
  const x = (t: number): number => left() + ((t - props().domain[0]) / (props().domain[1] - props().domain[0])) * (width - left() - right);
  const time = (pixels: number): number =>
    props().domain[0] + ((pixels - left()) / (width - left() - right)) * (props().domain[1] - props().domain[0]);
  const height = (): number => top + props().lanes.length * lane() + foot;
  const words = (t: number): string => `${number(t)}${props().unit === '' ? '' : ` ${props().unit}`}`;
  const tidy = (t: number): number => {
    const { snap = 0, domain } = props();
    const digits = Math.max(0, Math.ceil(-Math.log10((domain[1] - domain[0]) / Math.max(1, width))));
    return snap > 0 ? Number((Math.round(t / snap) * snap).toPrecision(12)) : Number(t.toFixed(Math.min(12, digits)));
  };
  const put = (next: Value): void => {
    now = { ...now, value: next };
    show();
    moved(next);
  };

  const grid = s('g', { 'aria-hidden': 'true' }),
    rows = s('g', {}),
    line = s('line', { class: 'cursor-line' });
  const cursor = s(
    'g',
    { class: 'handle fig-1', role: 'slider', tabindex: 0, 'aria-label': 'time' },
    s('circle', { class: 'hit', r: 12 }),
    s('circle', { class: 'ring', r: 9 }),
    s('circle', { class: 'mark', r: 4 }),
  );
  const svg = s('svg', { class: 'timeline' }, grid, rows, line, cursor);
  const element = h('div', { class: 'timeline-box' }, svg);
  const at = (event: PointerEvent): number => event.clientX - svg.getBoundingClientRect().left;
  const toT = (t: number): void => {
    const { domain } = props();
    const next = tidy(Math.max(domain[0], Math.min(domain[1], t)));
    if (next !== value().t) put({ ...value(), t: next });
  };
  pressAndDrag(cursor, { start: () => [x(value().t), 0], at: (event) => [at(event), 0], moved: ([to]) => toT(time(to)) });
  const step = (): number => props().snap ?? niceStep((props().domain[1] - props().domain[0]) / 100);
  cursor.addEventListener('keydown', (event) => {
    const by = stepOf(event);
    const to = by === undefined ? { Home: props().domain[0], End: props().domain[1] }[event.key] : value().t + (by[0] + by[1]) * step();
    if (to === undefined) return;
    event.preventDefault();
    toT(to);
  });
  // A press beside the bars brings the cursor.
  svg.addEventListener('click', (event) => {
    if (now.readonly || (event.target as Element).closest('.handle, .lane-bar.movable')) return;
    const pixels = at(event as PointerEvent);
    if (pixels >= left()) toT(time(pixels));
  });
  const moveBar = (i: number, from: number): void => {
    const bar = value().bars[i]!;
    const size = bar.to - bar.from;
    const start = tidy(Math.max(props().domain[0], Math.min(props().domain[1] - size, from)));
    if (start === bar.from) return;
    const end = Number((start + size).toPrecision(12));
    put({ ...value(), bars: value().bars.map((old, j) => (j === i ? { ...old, from: start, to: end } : old)) });
  };

  const build = (): void => {
    svg.setAttribute('role', now.readonly ? 'img' : 'group');
    svg.setAttribute('aria-label', now.label);
    cursor.style.display = line.style.display = now.readonly ? 'none' : '';
    bars = value().bars.map((bar, i) => {
      const rect = s('rect', { rx: 2 }),
        word = s('text', {}, bar.label);
      const group = s('g', { class: `lane-bar fig-${props().colours[i] ?? 1}${movable() ? ' movable' : ''}` }, s('title', {}), rect, word);
      if (movable()) {
        group.setAttribute('role', 'slider');
        group.setAttribute('tabindex', '0');
        group.setAttribute('aria-label', `${bar.label === '' ? 'bar' : bar.label} in ${props().lanes[bar.lane]}`);
        pressAndDrag(group, {
          start: () => [x(value().bars[i]!.from), 0],
          at: (event) => [at(event), 0],
          moved: ([to]) => moveBar(i, time(to)),
        });
        group.addEventListener('keydown', (event) => {
          const by = stepOf(event);
          if (by === undefined) return;
          event.preventDefault();
          moveBar(i, value().bars[i]!.from + (by[0] + by[1]) * step());
        });
      }
      return { element: group, rect, word };
    });
    rows.replaceChildren(...bars.map((bar) => bar.element));
    layout();
  };
  const layout = (): void => {
    if (width === 0) return;
    svg.setAttribute('width', String(width));
    svg.setAttribute('height', String(height()));
    const { lanes, domain } = props();
    const bottom = height() - foot;
    grid.replaceChildren(
      ...lanes.flatMap((name, k) => {
        const y = top + k * lane();
        const most = Math.floor((left() - 12) / 7.2);
        return [
          s('line', { class: 'rule', x1: 0, x2: width - right, y1: y + lane() - 0.5, y2: y + lane() - 0.5 }),
          s('text', { class: 'lane', x: 0, y: y + lane() / 2 + 5 }, name.length > most ? `${name.slice(0, Math.max(1, most - 1))}…` : name),
        ];
      }),
      ...ticks(domain, (width - left()) / 72).flatMap((t) => [
        s('line', { class: 'rule', x1: x(t), x2: x(t), y1: top, y2: bottom }),
        s('text', { class: 'tick', x: x(t), y: bottom + 18 }, words(t)),
      ]),
    );
    show();
  };
  const show = (): void => {
    if (width === 0) return;
    const { t } = value();
    value().bars.forEach((bar, i) => {
      const drawn = bars[i];
      if (drawn === undefined) return;
      const [from, to] = [x(bar.from), x(bar.to)];
      const y = top + bar.lane * lane();
      for (const [name, size] of Object.entries({ x: from, y: y + 5, width: Math.max(2, to - from), height: lane() - 10 }))
        drawn.rect.setAttribute(name, size.toFixed(1));
      const room = (to - from - 8) / 7;
      drawn.word.textContent = room < 2 ? '' : bar.label.length > room ? `${bar.label.slice(0, Math.floor(room) - 1)}…` : bar.label;
      drawn.word.setAttribute('x', (from + 6).toFixed(1));
      drawn.word.setAttribute('y', (y + lane() / 2 + 4.5).toFixed(1));
      drawn.element.querySelector('title')!.textContent = `${bar.label} ${words(bar.from)} to ${words(bar.to)}`;
      drawn.element.classList.toggle('now', !now.readonly && bar.from <= t && t < bar.to);
      if (movable())
        for (const [key, word] of Object.entries({
          valuemin: props().domain[0],
          valuemax: props().domain[1],
          valuenow: bar.from,
          valuetext: `${words(bar.from)} to ${words(bar.to)}`,
        }))
          drawn.element.setAttribute(`aria-${key}`, String(word));
    });
    cursor.setAttribute('transform', `translate(${x(t).toFixed(1)} 14)`);
    for (const [name, size] of Object.entries({ x1: x(t), x2: x(t), y1: 22, y2: height() - foot }))
      line.setAttribute(name, size.toFixed(1));
    for (const [key, word] of Object.entries({
      valuemin: props().domain[0],
      valuemax: props().domain[1],
      valuenow: t,
      valuetext: words(t),
    }))
      cursor.setAttribute(`aria-${key}`, String(word));
  };
  build();
  const watcher = new ResizeObserver(([entry]) => {
    width = Math.floor(entry!.contentRect.width);
    layout();
  });
  watcher.observe(element);
  const looks = (): string =>
    JSON.stringify([props(), now.readonly, value().bars.length], (key, part: unknown) => (key === 'text' ? undefined : part));
  let before = looks();
  return {
    element,
    set(next) {
      now = next;
      const after = looks();
      if (after === before) return show();
      before = after;
      const focused = bars.findIndex((bar) => bar.element === document.activeElement);
      build();
      bars[focused]?.element.focus();
    },
    table: () => ({
      columns: ['lane', 'bar', 'from', 'to'],
      rows: value().bars.map(({ lane: of, label, from, to }) => [props().lanes[of], label, words(from), words(to)]),
    }),
    dispose: () => watcher.disconnect(),
  };
};
