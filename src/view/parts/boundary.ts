/* Regions of a plane in washes, the lines between them in ink, points over them: shape and colour by class, a ring around those in the
   wrong region. Regions lie on a canvas under the plane; points are handles where they may be moved, else on a canvas above it. */

import './boundary.css';
import { fill, h, s } from '../dom.ts';
import { onTheme, token, css, type Rgb } from '../outputs/theme.ts';
import { number } from '../words.ts';
import { makePixels } from './ramp.ts';
import type { DrawPart } from './part.ts';
import { makePlane, shapes, type Domain, type Handle, type Pair } from './plane.ts';

interface Props {
  readonly classOf: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  readonly lines: readonly (readonly Float32Array[])[];
  readonly fieldRows: number;
  readonly fieldColumns: number;
  readonly count: number;
  readonly domain: Domain;
  readonly classes?: readonly number[];
  readonly names?: readonly string[];
  readonly drag?: boolean;
  readonly height?: number;
}

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    handles: Handle[] = [];
  const props = (): Props => now.props as unknown as Props;
  const points = (): readonly Pair[] => now.value as readonly Pair[];
  const kind = (i: number): number => props().classes?.[i] ?? 0;
  const many = (): boolean => points().length > 400 && !movable();
  const movable = (): boolean => props().drag === true && !now.readonly;

  const under = h('div', { class: 'regions', 'aria-hidden': 'true' });
  const over = h('canvas', { class: 'points', 'aria-hidden': 'true' });
  const plane = makePlane({ domain: props().domain, height: props().height, place: () => place() });
  plane.element.classList.add('boundary');
  plane.element.prepend(under);
  plane.element.append(over);
  const lines = s('path', { class: 'between' }),
    rings = s('path', { class: 'wrong' });
  plane.layer.append(lines, rings);
  const legend = h('div', { class: 'part-bar part-key' });
  const element = h('div', {}, plane.element, legend);
  let picture: { readonly canvas: HTMLCanvasElement } | undefined;

  const wash = (k: number): Rgb => {
    const paper = token(document.body, '--paper'),
      hue = token(document.body, `--fig-${(k % 6) + 1}`);
    if (k < 2) return token(document.body, `--fig-${k + 1}-wash`);
    return [0, 1, 2].map((i) => Math.round(paper[i]! + (hue[i]! - paper[i]!) * 0.16)) as unknown as Rgb;
  };
  const classAt = ([x, y]: Pair): number => {
    const { classOf, rows, columns, domain } = props();
    const at = (value: number, [low, high]: Pair, size: number): number =>
      Math.max(0, Math.min(size - 1, Math.round(((value - low) / (high - low)) * (size - 1))));
    return classOf[at(y, domain.y, rows) * columns + at(x, domain.x, columns)]!;
  };
  const wrong = (i: number): boolean => props().classes !== undefined && classAt(points()[i]!) !== kind(i);

  const paintRegions = (): void => {
    const { classOf, rows, columns, count } = props();
    const made = makePixels(columns, rows);
    const colours = Uint32Array.from({ length: count }, (_, k) => {
      const [red, green, blue] = wash(k);
      return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    });
    made.paint((pixels) => {
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) pixels[(rows - 1 - r) * columns + c] = colours[classOf[r * columns + c]!]!;
    });
    picture = made;
    fill(under, made.canvas);
  };
  const place = (): void => {
    if (plane.width === 0) return;
    const { domain, rows, columns, fieldRows, fieldColumns, lines: all } = props();
    const [left, top] = [plane.x(domain.x[0]), plane.y(domain.y[1])];
    under.style.cssText = `left: ${left}px; top: ${top}px; width: ${plane.width}px; height: ${plane.height}px`;
    if (picture !== undefined) {
      // The first and last places of the grid lie on the edges: half a place hangs over on each side.
      const [wide, tall] = [plane.width / (columns - 1), plane.height / (rows - 1)];
      picture.canvas.style.cssText = `left: ${-wide / 2}px; top: ${-tall / 2}px; width: ${plane.width + wide}px; height: ${plane.height + tall}px`;
    }
    const x = (c: number): string => (left + (c / (fieldColumns - 1)) * plane.width).toFixed(1),
      y = (r: number): string => (top + (1 - r / (fieldRows - 1)) * plane.height).toFixed(1);
    lines.setAttribute(
      'd',
      all
        .flat()
        .map((line) =>
          Array.from({ length: line.length / 2 }, (_, i) => `${i === 0 ? 'M' : 'L'}${x(line[i * 2]!)} ${y(line[i * 2 + 1]!)}`).join(''),
        )
        .join(''),
    );
    placePoints();
  };
  const placePoints = (): void => {
    handles.forEach((handle, i) =>
      handle.set(points()[i]!, `x ${number(points()[i]![0])}, y ${number(points()[i]![1])}${wrong(i) ? ', in the wrong region' : ''}`),
    );
    const bad = many() ? [] : points().flatMap((point, i) => (wrong(i) ? [point] : []));
    const radius = movable() ? 12.5 : 8;
    rings.setAttribute(
      'd',
      bad
        .map(
          (point) =>
            `M${(plane.x(point[0]) - radius).toFixed(1)} ${plane.y(point[1]).toFixed(1)}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0`,
        )
        .join(''),
    );
    paintPoints();
  };
  const paintPoints = (): void => {
    over.hidden = movable();
    if (movable() || plane.width === 0) return;
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    const [width, height] = [Number(plane.svg.getAttribute('width')), Number(plane.svg.getAttribute('height'))];
    over.width = Math.round(width * ratio);
    over.height = Math.round(height * ratio);
    over.style.width = `${width}px`;
    over.style.height = `${height}px`;
    const context = over.getContext('2d');
    if (context === null) return;
    const small = many() ? 0.5 : 0.75;
    const paths = shapes.map((shape) => new Path2D(shape));
    const [paper, ink] = [css(token(document.body, '--paper')), css(token(document.body, '--ink'))];
    const fills = Array.from({ length: 6 }, (_, k) => css(token(document.body, `--fig-${k + 1}`)));
    points().forEach((point, i) => {
      if (!plane.inside(point)) return;
      context.setTransform(ratio * small, 0, 0, ratio * small, plane.x(point[0]) * ratio, plane.y(point[1]) * ratio);
      context.fillStyle = fills[kind(i) % 6]!;
      context.strokeStyle = many() && wrong(i) ? ink : paper; // rings would hide each other
      context.lineWidth = 2;
      const path = paths[kind(i) % paths.length]!;
      context.stroke(path);
      context.fill(path);
    });
  };
  const build = (): void => {
    for (const handle of handles) handle.remove();
    handles = movable()
      ? points().map((_, i) =>
          plane.handle({
            name: `point ${i + 1}${props().classes === undefined ? '' : ` of ${nameOf(kind(i))}`}`,
            colour: (kind(i) % 6) + 1,
            shape: kind(i),
            moved: (at) => {
              now = { ...now, value: points().map((old, j) => (j === i ? at : old)) };
              placePoints();
              moved(now.value);
            },
          }),
        )
      : [];
    plane.svg.setAttribute('role', movable() ? 'group' : 'img');
    plane.svg.setAttribute('aria-label', now.label);
    const kinds = Array.from({ length: props().count }, (_, k) => k);
    fill(
      legend,
      ...kinds.map((k) => {
        const glyph = s(
          'svg',
          { viewBox: '-8 -8 16 16', class: `fig-${(k % 6) + 1}`, 'aria-hidden': 'true' },
          s('path', { d: shapes[k % shapes.length]! }),
        );
        const [red, green, blue] = wash(k);
        return h('span', { class: 'key' }, h('i', { style: `background: ${css([red, green, blue])}` }, glyph), nameOf(k));
      }),
    );
    if (props().classes !== undefined)
      legend.append(
        h(
          'span',
          { class: 'key' },
          s('svg', { viewBox: '-8 -8 16 16', class: 'ring-key', 'aria-hidden': 'true' }, s('circle', { r: 6.5 })),
          'in the wrong region',
        ),
      );
  };
  const nameOf = (k: number): string => props().names?.[k] ?? `class ${k}`;
  build();
  paintRegions();
  const unwatch = onTheme(() => {
    paintRegions();
    build();
    place();
  });
  const looks = (): string => JSON.stringify([props().classes, props().names, props().count, movable(), points().length]);
  return {
    element,
    set(next) {
      const before = looks();
      now = next;
      if (before !== looks()) build();
      plane.setDomain(props().domain);
      paintRegions();
      place();
    },
    table: () => ({
      columns: ['x', 'y', ...(props().classes === undefined ? [] : ['class', 'region'])],
      rows: points().map((point, i) => [
        number(point[0]),
        number(point[1]),
        ...(props().classes === undefined ? [] : [nameOf(kind(i)), nameOf(classAt(point))]),
      ]),
    }),
    dispose() {
      unwatch();
      plane.dispose();
    },
  };
};
