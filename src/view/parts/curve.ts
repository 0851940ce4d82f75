/* A curve over x: control points to drag, or drawn by hand. By keyboard a drawn curve is bent by a handle that walks along it. */

import { sampled } from '../../base/interpolate.ts';
import { h, s } from '../dom.ts';
import { number } from '../words.ts';
import { stepOf } from './hands.ts';
import type { DrawPart, PartView } from './part.ts';
import { niceStep, path, type Handle, type Pair } from './plane.ts';
import { makeStage } from './stage.ts';

export const draw: DrawPart = (spec, moved) => (spec.props['draw'] === true ? drawn(spec, moved) : shaped(spec, moved));

/** Samples drawn by hand. Also what a sketch of `predict` is made with. */
export const drawn: DrawPart = (spec, moved): PartView => {
  let now = spec,
    at = 0;
  const value = (): ArrayLike<number> => now.value as ArrayLike<number>;
  const stage = makeStage({ spec, place: () => shape(), equal: false });
  const { plane, place } = stage;
  const line = s('path', { class: 'stroke fig-1', 'stroke-width': 2.5 });
  plane.layer.append(line);
  const xOf = (i: number): number => plane.domain.x[0] + ((plane.domain.x[1] - plane.domain.x[0]) * i) / (value().length - 1);
  const change = (next: Float64Array): void => {
    now = { ...now, value: next };
    moved(next);
    place();
  };
  const shape = (): void => {
    line.setAttribute('d', path(Array.from(value(), (y, i): Pair => [plane.x(xOf(i)), plane.y(y)])));
    walker?.setAttribute('transform', `translate(${plane.x(xOf(at))} ${plane.y(value()[at]!)})`);
    walker?.setAttribute('aria-valuenow', String(value()[at]!));
    walker?.setAttribute('aria-valuetext', `x ${number(xOf(at))}, height ${number(value()[at]!)}`);
  };
  let walker: SVGGElement | undefined;
  if (!spec.readonly) {
    const ground = s('rect', { class: 'draw-ground', x: 0, y: 0, width: '100%', height: '100%' });
    plane.layer.prepend(ground);
    walker = s(
      'g',
      { class: 'handle fig-1 walker', role: 'slider', tabindex: 0, 'aria-label': `${spec.label}, height; left and right go along it` },
      s('circle', { class: 'hit', r: 12 }),
      s('circle', { class: 'ring', r: 7 }),
    );
    plane.svg.append(walker);
    drawing(plane.svg);
    walker.addEventListener('keydown', (event) => {
      const by = stepOf(event);
      if (by === undefined) return;
      event.preventDefault();
      const count = value().length;
      at = Math.min(count - 1, Math.max(0, at + by[0]));
      if (by[1] === 0) return place();
      const { y } = plane.domain;
      const lift = by[1] * niceStep((y[1] - y[0]) / 100),
        wide = Math.max(1, count / 16);
      change(Float64Array.from(value(), (old, i) => clamp(old + lift * Math.exp(-0.5 * ((i - at) / wide) ** 2), y)));
    });
  }
  function drawing(svg: SVGSVGElement): void {
    let before: Pair | undefined;
    const to = (event: PointerEvent): void => {
      const here = plane.at(event);
      const from = before ?? here;
      const place01 = (x: number): number => ((x - plane.domain.x[0]) / (plane.domain.x[1] - plane.domain.x[0])) * (value().length - 1);
      const [i, j] = [place01(from[0]), place01(here[0])];
      const next = Float64Array.from(value());
      for (let k = Math.max(0, Math.round(Math.min(i, j))); k <= Math.min(next.length - 1, Math.round(Math.max(i, j))); k++) {
        const t = i === j ? 1 : Math.min(1, Math.max(0, (k - i) / (j - i)));
        next[k] = clamp(from[1] + (here[1] - from[1]) * t, plane.domain.y);
      }
      at = Math.min(next.length - 1, Math.max(0, Math.round(j)));
      before = here;
      change(next);
    };
    svg.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || !plane.inside(plane.at(event))) return;
      svg.setPointerCapture(event.pointerId);
      walker?.focus({ preventScroll: true });
      event.preventDefault();
      before = undefined;
      to(event);
    });
    svg.addEventListener('pointermove', (event) => {
      if (before !== undefined) to(event);
    });
    for (const type of ['pointerup', 'pointercancel', 'lostpointercapture'] as const)
      svg.addEventListener(type, () => (before = undefined));
  }
  return {
    element: h('div', {}, plane.element),
    set(next) {
      now = next;
      stage.follow(next);
      place();
    },
    table: () => ({ columns: ['x', 'y'], rows: Array.from(value(), (y, i) => [number(xOf(i)), number(y)]) }),
    dispose: stage.dispose,
  };
};

/** Control points, and the smooth curve through them. */
const shaped: DrawPart = (spec, moved) => {
  let now = spec,
    handles: Handle[] = [];
  const value = (): readonly Pair[] => (now.value as { readonly points: readonly Pair[] }).points;
  const stage = makeStage({ spec, place: () => shape(), equal: false });
  const { plane, place } = stage;
  const line = s('path', { class: 'stroke fig-1', 'stroke-width': 2.5 });
  plane.layer.append(line);
  const change = (points: readonly Pair[]): void => {
    now = { ...now, value: { points } };
    moved({ points });
    if (points.length === handles.length) place();
    else make();
  };
  const make = (): void => {
    for (const handle of handles) handle.remove();
    handles = value().map((_, i) =>
      plane.handle({
        name: `point ${i + 1}`,
        readonly: spec.readonly,
        moved: ([x, y]) => {
          const { x: range } = plane.domain;
          const gap = (range[1] - range[0]) / 1000;
          const low = i === 0 ? range[0] : value()[i - 1]![0] + gap,
            high = i === value().length - 1 ? range[1] : value()[i + 1]![0] - gap;
          change(value().map((old, j): Pair => (j === i ? [clamp(x, [low, Math.max(low, high)]), y] : old)));
        },
        remove: () => {
          if (value().length <= 2) return;
          change(value().filter((__, j) => j !== i));
          handles[Math.min(i, handles.length - 1)]?.element.focus();
        },
      }),
    );
    place();
  };
  const shape = (): void => {
    value().forEach((at, i) => handles[i]?.set(at));
    const { x } = plane.domain;
    const xs = Float64Array.from({ length: 161 }, (_, i) => x[0] + ((x[1] - x[0]) * i) / 160);
    const ys = sampled(value(), xs);
    line.setAttribute('d', path(Array.from(xs, (one, i): Pair => [plane.x(one), plane.y(ys[i]!)])));
  };
  const element = h('div', {}, plane.element);
  if (spec.props['add'] === true && !spec.readonly) {
    const add = (at: Pair): void => {
      const points = [...value().filter(([x]) => x !== at[0]), at].sort((a, b) => a[0] - b[0]);
      change(points);
      handles[points.indexOf(at)]?.element.focus();
    };
    plane.svg.addEventListener('click', (event) => {
      if (event.target instanceof Element && event.target.closest('.handle')) return;
      const at = plane.at(event);
      if (plane.inside(at)) add([Number(at[0].toPrecision(4)), Number(at[1].toPrecision(4))]);
    });
    const widest = (): Pair => {
      const points = value();
      let best = 0;
      for (let i = 1; i + 1 < points.length; i++) if (points[i + 1]![0] - points[i]![0] > points[best + 1]![0] - points[best]![0]) best = i;
      const [[x0, y0], [x1, y1]] = [points[best]!, points[best + 1]!];
      return [(x0 + x1) / 2, (y0 + y1) / 2];
    };
    element.append(
      h(
        'div',
        { class: 'part-bar' },
        h('button', { type: 'button', class: 'btn small', onclick: () => add(widest()) }, 'Add point'),
        h('span', { class: 'quiet' }, 'Or press on the plane. Delete takes one away.'),
      ),
    );
  }
  make();
  return {
    element,
    set(next) {
      now = next;
      stage.follow(next);
      if (value().length === handles.length) place();
      else make();
    },
    table: () => ({ columns: ['point', 'x', 'y'], rows: value().map(([x, y], i) => [i + 1, number(x), number(y)]) }),
    dispose: stage.dispose,
  };
};

const clamp = (value: number, [low, high]: Pair): number => Math.min(high, Math.max(low, value));
