/* Recorded steps of an array, a graph or a matrix, replayed: a scrubber, buttons for a step back and forward, and play. What a step
   touches is blue, what it changes vermilion, what is done has a closed point below it. */

import './traceView.css';
import { replay, wordsOf, type Event } from '../../lab/parts/replay.ts';
import { h, icon, s, setText } from '../dom.ts';
import { number } from '../words.ts';
import { drawGraph, keyOf, type GraphDrawing, type GraphProps } from './graph-drawing.ts';
import type { DrawPart } from './part.ts';

interface Props {
  readonly kind: 'array' | 'graph' | 'matrix';
  readonly data: readonly number[];
  readonly rows: number;
  readonly columns: number;
  readonly graph?: GraphProps;
  readonly events: readonly Event[];
  readonly fps: number;
  readonly height?: number;
}

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    playing: ReturnType<typeof setTimeout> | undefined,
    graph: GraphDrawing | undefined;
  const props = (): Props => now.props as unknown as Props;
  const step = (): number => now.value as number;
  const stage = h('div', { class: 'trace-stage' }),
    words = (): string => {
      const { kind, data, columns, events } = props();
      const event = events[step() - 1];
      return event === undefined ? 'the beginning' : wordsOf(event, kind === 'array' ? replay(data, events, step() - 1, columns).data : []);
    };
  const slider = h('input', { type: 'range', min: 0, step: 1, 'aria-label': `${spec.label}, step` });
  const back = h('button', { type: 'button', class: 'btn small', onclick: () => go(step() - 1) }, 'Back');
  const forward = h('button', { type: 'button', class: 'btn small', onclick: () => go(step() + 1) }, 'Next');
  const play = h('button', { type: 'button', class: 'btn small trace-play', onclick: () => (playing === undefined ? start() : stop()) });
  const count = h('output', { class: 'num' });
  const bar = h('div', { class: 'trace-bar' }, play, back, forward, slider, count);
  const element = h('div', { class: 'trace' }, stage, bar);

  const go = (to: number, byHand = true): void => {
    if (byHand) stop();
    const next = Math.max(0, Math.min(props().events.length, to));
    if (next === step()) return;
    now = { ...now, value: next };
    show();
    moved(next);
  };
  const start = (): void => {
    if (step() >= props().events.length) go(0);
    const tick = (): void => {
      go(step() + 1, false);
      playing = step() < props().events.length ? setTimeout(tick, 1000 / props().fps) : undefined;
      face();
    };
    playing = setTimeout(tick, 1000 / props().fps);
    face();
  };
  const stop = (): void => {
    clearTimeout(playing);
    playing = undefined;
    face();
  };
  const face = (): void => {
    play.replaceChildren(icon(playing === undefined ? 'run' : 'pause'), ` ${playing === undefined ? 'Play' : 'Pause'}`);
  };
  slider.addEventListener('input', () => go(Number(slider.value)));
  element.addEventListener('keydown', (event) => {
    if (now.readonly || event.target === slider || event.altKey || event.ctrlKey || event.metaKey) return;
    const far = event.shiftKey ? 10 : 1;
    const to = { ArrowLeft: step() - far, ArrowRight: step() + far, Home: 0, End: props().events.length }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  });
  slider.addEventListener('keydown', (event) => {
    if (!event.shiftKey || (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight')) return;
    event.preventDefault();
    go(step() + (event.key === 'ArrowLeft' ? -10 : 10));
  });

  const show = (): void => {
    const { kind, data, columns, rows, events, height = 200 } = props();
    const scene = replay(data, events, step(), columns);
    slider.max = String(events.length);
    slider.value = String(step());
    slider.style.setProperty('--at', `${events.length === 0 ? 0 : (100 * step()) / events.length}%`);
    slider.setAttribute('aria-valuetext', `step ${step()} of ${events.length}: ${words()}`);
    setText(count, `${step()} of ${events.length}`);
    for (const [button, off] of [
      [back, step() === 0],
      [forward, step() === events.length],
    ] as const)
      button.setAttribute('aria-disabled', String(off));
    const kindOf = (i: number): string => (scene.changed.has(i) ? ' changed' : scene.lit.has(i) ? ' lit' : '');
    if (kind === 'array') stage.replaceChildren(bars(scene.data, kindOf, scene.done, height));
    else if (kind === 'matrix')
      stage.replaceChildren(
        h(
          'div',
          { class: 'trace-scroll' },
          h(
            'div',
            {
              class: 'trace-matrix',
              role: 'img',
              'aria-label': now.label,
              style: `grid-template-columns: repeat(${columns}, minmax(2.25rem, max-content))`,
            },
            ...scene.data.map((value, i) => h('span', { class: `num${kindOf(i)}` }, number(value))),
          ),
        ),
      );
    else showGraph(scene);
    void rows;
  };
  const bars = (data: readonly number[], kindOf: (i: number) => string, done: ReadonlySet<number>, height: number): Element => {
    const wide = Math.max(6, Math.min(44, Math.floor(690 / Math.max(1, data.length)))),
      gap = wide > 12 ? 4 : 1;
    const low = Math.min(0, ...data),
      high = Math.max(0, ...data);
    const top = 20,
      foot = 34;
    const y = (value: number): number => top + ((high - value) / (high - low || 1)) * (height - top - foot);
    const named = wide >= 22;
    return h(
      'div',
      { class: 'trace-scroll' },
      s(
        'svg',
        {
          class: 'trace-bars',
          width: Math.max(1, data.length * wide),
          height,
          role: 'img',
          'aria-label': `${now.label}: ${data.slice(0, 60).map(number).join(', ')}`,
        },
        ...data.flatMap((value, i) => {
          const x = i * wide + gap / 2,
            from = Math.min(y(0), y(value));
          return [
            s('rect', { class: `trace-col${kindOf(i)}`, x, y: from, width: wide - gap, height: Math.max(1.5, Math.abs(y(value) - y(0))) }),
            named ? s('text', { x: x + (wide - gap) / 2, y: from - 5, class: 'value' }, number(value)) : s('g'),
            named ? s('text', { x: x + (wide - gap) / 2, y: height - 16 }, String(i)) : s('g'),
            done.has(i) ? s('circle', { class: 'done', cx: x + (wide - gap) / 2, cy: height - 5, r: 3.5 }) : s('g'),
          ];
        }),
      ),
    );
  };
  const states = new Map<string, number>();
  const showGraph = (scene: ReturnType<typeof replay>): void => {
    const given = props().graph!;
    if (graph === undefined) {
      // The words of all events, so that a word keeps its colour.
      states.clear();
      for (const { state, colour } of given.states) states.set(state, colour);
      for (const event of props().events)
        for (const state of Object.values(event.state ?? {}))
          if (typeof state === 'string' && !states.has(state)) states.set(state, (states.size % 6) + 1);
      const all = { ...given, states: [...states].map(([state, colour]) => ({ state, colour })) };
      // A node that gets a value has room for it from the beginning.
      const valued = new Set(props().events.flatMap((event) => Object.keys(event.value ?? {})));
      graph = drawGraph(
        { ...all, nodes: all.nodes.map((node) => (valued.has(node.id) && node.value === '' ? { ...node, value: ' ' } : node)) },
        now.label,
        props().height ?? 300,
      );
      const svg = graph.element.querySelector('svg')!;
      svg.setAttribute('role', 'img');
      stage.replaceChildren(graph.element, ...[keyOf(all.states)].filter((one) => one !== null));
    }
    given.nodes.forEach(({ id, colour, value }, i) => {
      const state = scene.states.get(id);
      const now2 = scene.values.get(id);
      graph!.mark(
        i,
        state === undefined ? colour : typeof state === 'number' ? state : (states.get(state) ?? 0),
        now2 === undefined ? value : typeof now2 === 'number' ? number(now2) : now2,
      );
    });
    graph.light(scene.nodes, scene.edges);
  };
  bar.hidden = spec.readonly;
  face();
  show();
  const looks = (): string => JSON.stringify([props().kind, props().data, props().graph, props().events]);
  let before = looks();
  return {
    element,
    set(next) {
      now = next;
      bar.hidden = next.readonly;
      const after = looks();
      if (after !== before) {
        stop();
        graph = undefined;
      }
      before = after;
      show();
    },
    table: () => ({ columns: ['step', 'event'], rows: props().events.map((event, k) => [k + 1, wordsOf(event)]) }),
    dispose: stop,
  };
};
