/* Layers of a plane as drawn: image and points on a canvas below the grid (there may be many), outlines, curves and segments above
   it. What they are stands in src/lab/parts/layers.ts. */

import { h, s } from '../dom.ts';
import { css, onTheme, token } from '../outputs/theme.ts';
import { drawArrow } from './arrows.ts';
import { path, type Domain, type Pair, type Plane } from './plane.ts';

export interface PointLayer {
  readonly xy: Float64Array;
  readonly classes?: Uint8Array;
  readonly colour: number;
  readonly size?: number;
  readonly opacity?: number;
  readonly names?: readonly string[];
}
export interface Segment {
  readonly from: Pair;
  readonly to: Pair;
  readonly colour: number;
  readonly arrow: boolean;
  readonly dashed: boolean;
  readonly name?: string;
  readonly width?: number;
}
export interface Outline {
  readonly points: readonly Pair[];
  readonly colour: number;
  readonly opacity?: number;
  readonly dashed: boolean;
  readonly name?: string;
}
export interface ImageLayer {
  /** 0 to 1, or signed about 0. */
  readonly data: Float32Array;
  readonly shape: Pair;
  readonly domain?: Domain;
  readonly signed: boolean;
}
export interface Layers {
  readonly points?: readonly PointLayer[];
  readonly segments?: readonly Segment[];
  readonly polygons?: readonly Outline[];
  readonly curves?: readonly Outline[];
  readonly image?: ImageLayer;
}

export interface LayerView {
  /** Draws these from now on. */
  set(layers: Layers | undefined): void;
  /** Places them again: the plane has another size or domain. */
  place(): void;
  /** Rows for "Values". */
  rows(): unknown[][];
  dispose(): void;
}

/** `below`: what else is painted on the canvas, before points. */
export function makeLayers(plane: Plane, below?: (context: CanvasRenderingContext2D) => void): LayerView {
  const canvas = h('canvas', { class: 'plane-canvas', 'aria-hidden': 'true' });
  const group = s('g', { class: 'layers', 'aria-hidden': 'true' });
  plane.layer.prepend(group);
  let now: Layers | undefined;
  const paint = (): void => {
    const needed = below !== undefined || now?.points !== undefined || now?.image !== undefined;
    if (!needed) return canvas.remove();
    if (!canvas.isConnected) plane.element.prepend(canvas);
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    const [wide, tall] = [Number(plane.svg.getAttribute('width')), Number(plane.svg.getAttribute('height'))];
    if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(tall * ratio)) {
      canvas.width = Math.round(wide * ratio);
      canvas.height = Math.round(tall * ratio);
      canvas.style.width = `${wide}px`;
      canvas.style.height = `${tall}px`;
    }
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, wide, tall);
    context.save();
    context.beginPath();
    context.rect(plane.x(plane.domain.x[0]), plane.y(plane.domain.y[1]), plane.width, plane.height);
    context.clip();
    if (now?.image) {
      const { x, y } = now.image.domain ?? plane.domain;
      paintImage(
        context,
        canvas,
        now.image,
        [plane.x(x[0]), plane.y(y[1])],
        [plane.x(x[1]), plane.y(y[1])],
        [plane.x(x[0]), plane.y(y[0])],
      );
    }
    below?.(context);
    for (const layer of now?.points ?? []) paintPoints(context, plane, canvas, layer);
    context.restore();
  };
  const place = (): void => {
    if (plane.width === 0) return;
    paint();
    const px = ([x, y]: Pair): Pair => [plane.x(x), plane.y(y)];
    const drawn: SVGElement[] = [];
    for (const { points, colour, opacity, dashed, name } of now?.polygons ?? []) {
      drawn.push(
        s('path', {
          class: `outline fig-${colour}${dashed ? ' dashed' : ''}`,
          d: path(points.map(px), true),
          'fill-opacity': opacity ?? 0.12,
        }),
      );
      if (name !== undefined) drawn.push(s('text', { class: 'name', x: px(points[0]!)[0] + 8, y: px(points[0]!)[1] - 8 }, name));
    }
    for (const { points, colour, opacity, dashed, name } of now?.curves ?? []) {
      drawn.push(
        s('path', { class: `stroke fig-${colour}${dashed ? ' dashed' : ''}`, d: path(points.map(px)), opacity, 'stroke-width': 2 }),
      );
      const end = points.at(-1);
      if (name !== undefined && end)
        drawn.push(s('text', { class: 'name', x: px(end)[0] - 6, y: px(end)[1] - 8, 'text-anchor': 'end' }, name));
    }
    for (const { from, to, colour, arrow, dashed, name, width } of now?.segments ?? []) {
      const [a, b] = [px(from), px(to)];
      if (arrow) drawn.push(drawArrow(a, b, colour, { dashed, width }));
      else drawn.push(s('path', { class: `stroke fig-${colour}${dashed ? ' dashed' : ''}`, d: path([a, b]), 'stroke-width': width ?? 2 }));
      if (name !== undefined) drawn.push(s('text', { class: 'name', x: b[0] + 8, y: b[1] - 8 }, name));
    }
    for (const { xy, names } of now?.points ?? [])
      names?.forEach((name, i) => {
        if (2 * i + 1 < xy.length)
          drawn.push(s('text', { class: 'name', x: plane.x(xy[2 * i]!) + 8, y: plane.y(xy[2 * i + 1]!) - 6 }, name));
      });
    group.replaceChildren(...drawn);
  };
  const unwatch = onTheme(paint);
  return {
    set(layers) {
      now = layers;
      place();
    },
    place,
    rows: () => [
      ...(now?.points ?? []).flatMap(({ xy, names, classes }) =>
        Array.from({ length: Math.min(500, xy.length / 2) }, (_, i) => [
          names?.[i] ?? (classes ? `class ${classes[i]}` : 'point'),
          xy[2 * i],
          xy[2 * i + 1],
        ]),
      ),
      ...(now?.segments ?? []).flatMap(({ from, to, name }) => [
        [`${name ?? 'segment'}, from`, ...from],
        [`${name ?? 'segment'}, to`, ...to],
      ]),
      ...(now?.polygons ?? []).flatMap(({ points, name }) => points.map((one) => [name ?? 'polygon', ...one])),
      ...(now?.curves ?? []).flatMap(({ points, name }) => points.map((one) => [name ?? 'curve', ...one])),
    ],
    dispose: unwatch,
  };
}

/** An image with its upper left corner at `origin`, its upper right at `right`, its lower left at `down` (in pixels). */
export function paintImage(context: CanvasRenderingContext2D, at: Element, image: ImageLayer, origin: Pair, right: Pair, down: Pair): void {
  const [rows, columns] = image.shape;
  const tile = h('canvas', { width: columns, height: rows });
  const inside = tile.getContext('2d');
  if (inside === null) return;
  const pixels = inside.createImageData(columns, rows);
  const [paper, ink, low, high] = [token(at, '--paper'), token(at, '--ink'), token(at, '--fig-1'), token(at, '--fig-2')];
  const most = image.signed ? image.data.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-12) : 1;
  image.data.forEach((value, i) => {
    const share = Math.min(1, Math.abs(value) / most);
    const towards = image.signed ? (value < 0 ? low : high) : ink;
    for (let k = 0; k < 3; k++) pixels.data[4 * i + k] = paper[k]! + (towards[k]! - paper[k]!) * share;
    pixels.data[4 * i + 3] = 255;
  });
  inside.putImageData(pixels, 0, 0);
  context.save();
  context.imageSmoothingEnabled = false;
  context.transform(
    (right[0] - origin[0]) / columns,
    (right[1] - origin[1]) / columns,
    (down[0] - origin[0]) / rows,
    (down[1] - origin[1]) / rows,
    origin[0],
    origin[1],
  );
  context.drawImage(tile, 0, 0);
  context.restore();
}

function paintPoints(context: CanvasRenderingContext2D, plane: Plane, at: Element, layer: PointLayer): void {
  const { xy, classes, colour } = layer;
  const count = xy.length / 2;
  const size = layer.size ?? (count <= 100 ? 4.5 : count <= 2000 ? 2.5 : 1.25);
  const colours = [1, 2, 3, 4, 5, 6].map((i) => css(token(at, `--fig-${i}`)));
  context.save();
  context.globalAlpha = layer.opacity ?? (count > 2000 ? 0.5 : 1);
  for (let i = 0; i < count; i++) {
    const kind = classes?.[i];
    context.fillStyle = colours[kind === undefined ? colour - 1 : kind % 6]!;
    const x = plane.x(xy[2 * i]!),
      y = plane.y(xy[2 * i + 1]!);
    if (count > 2000) context.fillRect(x - size, y - size, 2 * size, 2 * size);
    else {
      context.beginPath();
      mark(context, x, y, size, kind ?? 0);
      context.fill();
    }
  }
  context.restore();
}

/** Circle, square, triangle, diamond: the shape of a class. */
function mark(context: CanvasRenderingContext2D, x: number, y: number, size: number, kind: number): void {
  const shape = kind % 4;
  if (shape === 0) return context.arc(x, y, size, 0, 2 * Math.PI);
  if (shape === 1) return context.rect(x - size * 0.9, y - size * 0.9, 1.8 * size, 1.8 * size);
  const corners: Pair[] = shape === 2 ? [[0, -1.15], [1.1, 0.85], [-1.1, 0.85]] : [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]]; // prettier-ignore
  corners.forEach(([dx, dy], i) => (i === 0 ? context.moveTo(x + dx * size, y + dy * size) : context.lineTo(x + dx * size, y + dy * size)));
  context.closePath();
}
