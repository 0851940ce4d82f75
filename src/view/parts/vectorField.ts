/* Arrows of a field on a plane, paths over them, and a point to drag: the way on which the field carries it is drawn as it is moved. */

import './fields.css';
import { bilinear } from '../../lab/parts/contours.ts';
import { h, s } from '../dom.ts';
import { number } from '../words.ts';
import type { DrawPart } from './part.ts';
import { makePlane, path, type Domain, type Pair } from './plane.ts';

interface Props {
  readonly u: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  readonly domain: Domain;
  readonly paths: readonly (readonly Pair[])[];
  readonly height?: number;
}

/** Distance between arrows, in pixels. */
const apart = 30;

export const draw: DrawPart = (spec, moved) => {
  let now = spec;
  const props = (): Props => now.props as unknown as Props;
  const point = (): Pair => now.value as Pair;
  const plane = makePlane({ domain: props().domain, height: props().height ?? 360, place: () => place() });
  const arrows = s('path', { class: 'field-arrows' }),
    paths = s('g', {}),
    flow = s('path', { class: 'field-flow' });
  plane.layer.append(arrows, paths, flow);
  plane.svg.setAttribute('role', spec.readonly ? 'img' : 'group');
  plane.svg.setAttribute('aria-label', spec.label);
  const handle = spec.readonly
    ? undefined
    : plane.handle({
        name: 'point',
        colour: 2,
        moved: (to) => {
          now = { ...now, value: to };
          show();
          moved(to);
        },
      });
  const at = ([x, y]: Pair): Pair => {
    const { u, v, rows, columns, domain } = props();
    const c = ((x - domain.x[0]) / (domain.x[1] - domain.x[0])) * (columns - 1),
      r = ((y - domain.y[0]) / (domain.y[1] - domain.y[0])) * (rows - 1);
    return [bilinear(u, rows, columns, c, r), bilinear(v, rows, columns, c, r)];
  };
  const place = (): void => {
    if (plane.width === 0) return;
    const { u, v, domain } = props();
    let longest = 0;
    for (let i = 0; i < u.length; i++) longest = Math.max(longest, Math.hypot(u[i]!, v[i]!) || 0);
    const [across, down] = [Math.max(2, Math.round(plane.width / apart)), Math.max(2, Math.round(plane.height / apart))];
    const [sx, sy] = [plane.width / (domain.x[1] - domain.x[0]), plane.height / (domain.y[1] - domain.y[0])];
    let d = '';
    for (let i = 0; i < across; i++)
      for (let j = 0; j < down; j++) {
        const p: Pair = [
          domain.x[0] + ((i + 0.5) / across) * (domain.x[1] - domain.x[0]),
          domain.y[0] + ((j + 0.5) / down) * (domain.y[1] - domain.y[0]),
        ];
        const [a, b] = at(p);
        const size = Math.hypot(a, b);
        if (!(size > 0)) continue;
        // Direction as it is seen; length by the root of the size, so that small ones have one too.
        const seen = Math.hypot(a * sx, b * sy);
        const length = (apart - 6) * Math.max(0.18, Math.sqrt(size / longest));
        const [dx, dy] = [((a * sx) / seen) * length, ((-b * sy) / seen) * length];
        const [x, y] = [plane.x(p[0]) - dx / 2, plane.y(p[1]) - dy / 2];
        const tip = Math.min(5, length / 2.4) / length;
        const head = (turn: number): string =>
          `${(x + dx - dx * tip - dy * tip * turn).toFixed(1)} ${(y + dy - dy * tip + dx * tip * turn).toFixed(1)}`;
        d += `M${x.toFixed(1)} ${y.toFixed(1)}L${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}M${head(0.6)}L${(x + dx).toFixed(1)} ${(y + dy).toFixed(1)}L${head(-0.6)}`;
      }
    arrows.setAttribute('d', d);
    paths.replaceChildren(
      ...props().paths.map((points, k) =>
        s('path', { class: `field-path fig-${(k % 6) + 1}`, d: path(points.map(([x, y]) => [plane.x(x), plane.y(y)])) }),
      ),
    );
    show();
  };
  /** The way from the point, by steps of about two pixels (Runge and Kutta), until it leaves, stops or is long. */
  const way = (): Pair[] => {
    const { domain } = props();
    const size = Math.max(domain.x[1] - domain.x[0], domain.y[1] - domain.y[0]) / 200;
    const unit = (p: Pair): Pair => {
      const [a, b] = at(p);
      const length = Math.hypot(a, b);
      return length > 1e-12 ? [a / length, b / length] : [0, 0];
    };
    const along = ([x, y]: Pair, [a, b]: Pair, by: number): Pair => [x + a * by, y + b * by];
    const points: Pair[] = [point()];
    for (let i = 0; i < 600; i++) {
      const p = points.at(-1)!;
      const k1 = unit(p),
        k2 = unit(along(p, k1, size / 2)),
        k3 = unit(along(p, k2, size / 2)),
        k4 = unit(along(p, k3, size));
      const next: Pair = [
        p[0] + (size / 6) * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0]),
        p[1] + (size / 6) * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1]),
      ];
      if (!plane.inside(next) || Math.hypot(next[0] - p[0], next[1] - p[1]) < size * 0.3) break;
      points.push(next);
    }
    return points;
  };
  const show = (): void => {
    if (handle === undefined || plane.width === 0) return;
    const [a, b] = at(point());
    handle.set(point(), `x ${number(point()[0])}, y ${number(point()[1])}, field ${number(a)}, ${number(b)}`);
    flow.setAttribute('d', path(way().map(([x, y]) => [plane.x(x), plane.y(y)])));
  };
  return {
    element: h('div', {}, plane.element),
    set(next) {
      now = next;
      plane.setDomain(props().domain);
      place();
    },
    table: () => {
      const { u, v, rows, columns, domain } = props();
      return {
        columns: ['x', 'y', 'u', 'v'],
        rows: Array.from({ length: Math.min(rows * columns, 400) }, (_, i) => [
          number(domain.x[0] + ((i % columns) / (columns - 1)) * (domain.x[1] - domain.x[0])),
          number(domain.y[0] + (Math.floor(i / columns) / (rows - 1)) * (domain.y[1] - domain.y[0])),
          number(u[i]!),
          number(v[i]!),
        ]),
      };
    },
    dispose: () => plane.dispose(),
  };
};
