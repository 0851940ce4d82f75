/* A plane with axes, on which parts draw: scales between numbers and pixels, grid, ticks, and handles that are dragged by mouse and
   touch or moved by arrow keys (Shift: ten times as far). The plane follows the width it is given; what stands on it is placed again by
   `place`, which its part hands in. */

import { h, s } from '../dom.ts';
import { number } from '../words.ts';
import { pressAndDrag, stepOf } from './hands.ts';

export type Pair = readonly [number, number];
export interface Domain {
  readonly x: Pair;
  readonly y: Pair;
}

export interface PlaneOptions {
  readonly domain: Domain;
  /** In pixels; default 360. */
  readonly height?: unknown;
  /** Places what the part draws; called when the size or the domain has changed. */
  readonly place: () => void;
  /** No numbers at the edges. */
  readonly bare?: boolean;
  /** No grid either. */
  readonly blank?: boolean;
  /** One unit is as long on both axes. Default: where the domain's sides differ by a factor of 3 at most. */
  readonly equal?: boolean;
}

export interface HandleOptions {
  /** What it is, for who cannot see: "arrow w1". */
  readonly name: string;
  /** Palette number 1-6. */
  readonly colour?: number | undefined;
  /** Shape drawn inside the ring: one for each class. */
  readonly shape?: number | undefined;
  /** How far an arrow key moves it; default a hundredth of the domain. */
  readonly step?: number | undefined;
  /** The grid it keeps to, 0: none. */
  readonly snap?: number | undefined;
  readonly readonly?: boolean | undefined;
  moved(at: Pair): void;
  /** Delete and Backspace. */
  remove?(): void;
}

export interface Handle {
  readonly element: SVGGElement;
  /** Puts it at a place of the plane; `words`: what is said of it, default "x 1, y 2". */
  set(at: Pair, words?: string): void;
  remove(): void;
}

export interface Plane {
  /** To be put into the page. */
  readonly element: HTMLElement;
  readonly svg: SVGSVGElement;
  /** Drawn below handles, above the grid, cut at the edges. */
  readonly layer: SVGGElement;
  readonly domain: Domain;
  x(value: number): number;
  y(value: number): number;
  /** The point of the plane under a place of the window. */
  at(event: { readonly clientX: number; readonly clientY: number }): Pair;
  inside(at: Pair): boolean;
  handle(options: HandleOptions): Handle;
  setDomain(domain: Domain): void;
  /** Size of the drawing area in pixels. */
  readonly width: number;
  readonly height: number;
  dispose(): void;
}

const left = 40,
  right = 12,
  top = 10,
  bottom = 26;

export function makePlane({ domain: first, height: wanted, place, blank = false, bare = blank, equal }: PlaneOptions): Plane {
  const tall = typeof wanted === 'number' ? wanted : 360;
  const id = `clip${++planes}`;
  const [l, r, t, b] = bare ? [1, 1, 1, 1] : [left, right, top, bottom];
  const grid = s('g', { class: 'plane-grid', 'aria-hidden': 'true' });
  const clip = s('rect', { x: l, y: t });
  const layer = s('g', { 'clip-path': `url(#${id})` });
  const handles = s('g');
  const svg = s('svg', { class: 'plane' }, s('clipPath', { id }, clip), grid, layer, handles);
  const element = h('div', { class: 'plane-box' }, svg);
  let domain = first,
    width = 0,
    height = 0;
  const plane: Plane = {
    element,
    svg,
    layer,
    get domain() {
      return domain;
    },
    get width() {
      return width;
    },
    get height() {
      return height;
    },
    x: (value) => l + ((value - domain.x[0]) / (domain.x[1] - domain.x[0])) * width,
    y: (value) => t + ((domain.y[1] - value) / (domain.y[1] - domain.y[0])) * height,
    at({ clientX, clientY }) {
      const box = svg.getBoundingClientRect();
      const u = (clientX - box.left - l) / width,
        v = (clientY - box.top - t) / height;
      return [domain.x[0] + u * (domain.x[1] - domain.x[0]), domain.y[1] - v * (domain.y[1] - domain.y[0])];
    },
    inside: ([x, y]) => x >= domain.x[0] && x <= domain.x[1] && y >= domain.y[0] && y <= domain.y[1],
    handle: (options) => makeHandle(plane, handles, options),
    setDomain(next) {
      if (String([...next.x, ...next.y]) === String([...domain.x, ...domain.y])) return;
      domain = next;
      layout(element.clientWidth);
    },
    dispose: () => watcher.disconnect(),
  };
  const layout = (outer: number): void => {
    if (outer === 0) return;
    const aspect = (domain.x[1] - domain.x[0]) / (domain.y[1] - domain.y[0]);
    const same = equal ?? (aspect <= 3 && aspect >= 1 / 3);
    const space = Math.min(outer, 640) - l - r;
    width = same ? Math.min(space, (tall - t - b) * aspect) : space;
    height = same ? width / aspect : tall - t - b;
    for (const [name, value] of Object.entries({ width: width + l + r, height: height + t + b }))
      svg.setAttribute(name, String(Math.round(value)));
    clip.setAttribute('width', String(width));
    clip.setAttribute('height', String(height));
    if (!blank) drawGrid(plane, grid, { l, t, bare });
    place();
  };
  const watcher = new ResizeObserver(([entry]) => layout(entry!.contentRect.width));
  watcher.observe(element);
  return plane;
}

let planes = 0;

/** Numbers at equal distances, 1, 2 or 5 times a power of ten apart, about `most` of them. */
export function ticks([low, high]: Pair, most: number): readonly number[] {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const found: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
}

function drawGrid(
  plane: Plane,
  grid: SVGGElement,
  { l, t, bare }: { readonly l: number; readonly t: number; readonly bare: boolean },
): void {
  const { domain, width, height } = plane;
  const lines: SVGElement[] = [];
  const add = (kind: string, x1: number, y1: number, x2: number, y2: number): void =>
    void lines.push(s('line', { class: kind, x1, y1, x2, y2 }));
  for (const x of ticks(domain.x, width / 64)) {
    const at = Math.round(plane.x(x)) + 0.5;
    add(x === 0 ? 'axis' : 'rule', at, t, at, t + height);
    if (!bare) lines.push(s('text', { x: at, y: t + height + 18, 'text-anchor': 'middle' }, label(x)));
  }
  for (const y of ticks(domain.y, height / 48)) {
    const at = Math.round(plane.y(y)) + 0.5;
    add(y === 0 ? 'axis' : 'rule', l, at, l + width, at);
    if (!bare) lines.push(s('text', { x: l - 8, y: at + 4, 'text-anchor': 'end' }, label(y)));
  }
  grid.replaceChildren(...lines);
}

const label = (value: number): string => number(value);

/** A path from points in pixels. */
export const path = (points: readonly Pair[], closed = false): string =>
  points.length === 0 ? '' : `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}${closed ? 'Z' : ''}`;

/** The outline of the shape that stands for a class, around 0, 0. */
export const shapes: readonly string[] = [
  'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z',
  'M-4.5-4.5H4.5V4.5H-4.5Z',
  'M0-5.5 5.2 4H-5.2Z',
  'M0-6 6 0 0 6-6 0Z',
];

function makeHandle(plane: Plane, parent: SVGGElement, options: HandleOptions): Handle {
  const { name, colour = 1, shape, snap = 0, readonly = false } = options;
  let now: Pair = [0, 0];
  const mark = s('path', { class: 'mark', d: shapes[(shape ?? 0) % shapes.length]! });
  const element = readonly
    ? s('g', { class: `handle still fig-${colour}` }, mark)
    : s(
        'g',
        { class: `handle fig-${colour}`, role: 'slider', tabindex: 0, 'aria-label': name, 'aria-valuenow': 0 },
        s('circle', { class: 'hit', r: 12 }),
        s('circle', { class: 'ring', r: 9 }),
        mark,
      );
  parent.append(element);
  const fit = ([x, y]: Pair): Pair => {
    const one = (value: number, [low, high]: Pair): number => {
      const snapped = snap > 0 ? Math.round(value / snap) * snap : value;
      return Number(Math.min(high, Math.max(low, snapped)).toPrecision(12));
    };
    return [one(x, plane.domain.x), one(y, plane.domain.y)];
  };
  const move = (to: Pair): void => {
    const next = fit(to);
    if (next[0] === now[0] && next[1] === now[1]) return;
    options.moved(next);
  };
  if (!readonly) {
    pressAndDrag(element, {
      start: () => now,
      at: (event) => plane.at(event),
      moved: move,
      /** A drag moves by pixels: more digits than one pixel tells are noise. */
      digits: () => [digitsOf(plane.domain.x, plane.width), digitsOf(plane.domain.y, plane.height)],
    });
    element.addEventListener('keydown', (event) => {
      const by = stepOf(event);
      if (by !== undefined) {
        event.preventDefault();
        const step = (range: Pair): number => options.step ?? (snap > 0 ? snap : niceStep((range[1] - range[0]) / 100));
        move([now[0] + by[0] * step(plane.domain.x), now[1] + by[1] * step(plane.domain.y)]);
      } else if (options.remove && (event.key === 'Delete' || event.key === 'Backspace')) {
        event.preventDefault();
        options.remove();
      }
    });
  }
  return {
    element,
    set(at, words = `x ${number(at[0])}, y ${number(at[1])}`) {
      now = at;
      element.setAttribute('transform', `translate(${plane.x(at[0]).toFixed(2)} ${plane.y(at[1]).toFixed(2)})`);
      if (readonly) return;
      element.setAttribute('aria-valuemin', String(plane.domain.x[0]));
      element.setAttribute('aria-valuemax', String(plane.domain.x[1]));
      element.setAttribute('aria-valuenow', String(at[0]));
      element.setAttribute('aria-valuetext', words);
    },
    remove: () => element.remove(),
  };
}

/** 1, 2 or 5 times a power of ten, near `rough`. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return Number((([1, 2, 5].find((factor) => factor * power >= rough * 0.99) ?? 10) * power).toPrecision(6));
}
const digitsOf = ([low, high]: Pair, pixels: number): number => Math.max(0, Math.ceil(-Math.log10((high - low) / Math.max(1, pixels))));
