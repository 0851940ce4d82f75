/* A surface of heights, turned by dragging and by arrow keys, or its level lines from above. A point is moved on it in both; paths lie on
   it. The surface is painted from the back to the front, every few rows and columns where it has many. */

import './fields.css';
import { bilinear } from '../../lab/parts/contours.ts';
import { h, s } from '../dom.ts';
import { css, onTheme, token, type Rgb } from '../outputs/theme.ts';
import { number } from '../words.ts';
import { makeCanvas, type Canvas } from './canvas.ts';
import { pressAndDrag, stepOf } from './hands.ts';
import type { DrawPart, PartView } from './part.ts';
import { makePlane, niceStep, path, type Domain, type Pair } from './plane.ts';
import { makePixels } from './ramp.ts';

interface Props {
  readonly z: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
  readonly domain: Domain;
  readonly range: Pair;
  readonly mode: 'surface' | 'contour';
  readonly orbit: Pair;
  readonly paths: readonly (readonly Pair[])[];
  readonly levels: readonly { readonly level: number; readonly lines: readonly Float32Array[] }[];
  readonly height?: number;
}

const most = 56; // rows and columns of what is painted

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    mode = (spec.props as unknown as Props).mode,
    orbit = (spec.props as unknown as Props).orbit,
    inside: { element: HTMLElement; show(all: boolean): void; dispose(): void };
  const props = (): Props => now.props as unknown as Props;
  const point = (): Pair => now.value as Pair;
  const place = h('div', {});
  const buttons = (['surface', 'contour'] as const).map((one) =>
    h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => turnTo(one) }, one === 'surface' ? 'Surface' : 'Level lines'),
  );
  const element = h('div', {}, h('span', { class: 'seg surface-mode', role: 'group', 'aria-label': 'Show as' }, ...buttons), place);

  const grid = ([x, y]: Pair): Pair => {
    const { domain, rows, columns } = props();
    return [
      ((x - domain.x[0]) / (domain.x[1] - domain.x[0])) * (columns - 1),
      ((y - domain.y[0]) / (domain.y[1] - domain.y[0])) * (rows - 1),
    ];
  };
  const height = (at: Pair): number => bilinear(props().z, props().rows, props().columns, ...grid(at));
  const words = (): string => `x ${number(point()[0])}, y ${number(point()[1])}, height ${number(height(point()))}`;
  const move = (to: Pair): void => {
    const { domain } = props();
    const fit = (value: number, [low, high]: Pair): number => Number(Math.max(low, Math.min(high, value)).toPrecision(6));
    const next: Pair = [fit(to[0], domain.x), fit(to[1], domain.y)];
    if (next[0] === point()[0] && next[1] === point()[1]) return;
    now = { ...now, value: next };
    inside.show(false);
    moved(next);
  };
  const mix = (from: Rgb, to: Rgb, t: number): Rgb =>
    [0, 1, 2].map((k) => Math.round(from[k]! + (to[k]! - from[k]!) * t)) as unknown as Rgb;
  /** How far up a height is, 0 to 1. */
  const share = (z: number): number => (z - props().range[0]) / (props().range[1] - props().range[0] || 1);

  // ---- from above
  const contour = (): typeof inside => {
    const plane = makePlane({ domain: props().domain, height: props().height ?? 360, place: () => show(true) });
    const under = h('div', { 'aria-hidden': 'true' });
    plane.element.classList.add('contour-box');
    plane.element.prepend(under);
    const lines = s('g', {}),
      paths = s('g', {});
    plane.layer.append(lines, paths);
    plane.svg.setAttribute('role', now.readonly ? 'img' : 'group');
    plane.svg.setAttribute('aria-label', now.label);
    const handle = now.readonly ? undefined : plane.handle({ name: 'point', colour: 2, moved: move });
    const wash = (): void => {
      const { z, rows, columns } = props();
      const pixels = makePixels(columns, rows);
      const [low, high] = [token(document.body, '--paper'), token(document.body, '--fig-1')];
      pixels.paint((to) => {
        for (let r = 0; r < rows; r++)
          for (let c = 0; c < columns; c++) {
            const [red, green, blue] = mix(low, high, 0.06 + 0.4 * (share(z[r * columns + c]!) || 0));
            to[(rows - 1 - r) * columns + c] = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
          }
      });
      pixels.canvas.className = 'contour-fill';
      under.replaceChildren(pixels.canvas);
      const [w, t] = [plane.width / (columns - 1), plane.height / (rows - 1)];
      under.style.cssText = `position: absolute; overflow: hidden; left: ${plane.x(props().domain.x[0])}px; top: ${plane.y(props().domain.y[1])}px; width: ${plane.width}px; height: ${plane.height}px`;
      pixels.canvas.style.cssText = `left: ${-w / 2}px; top: ${-t / 2}px; width: ${plane.width + w}px; height: ${plane.height + t}px`;
    };
    const show = (all: boolean): void => {
      if (plane.width === 0) return;
      if (all) {
        const { levels, domain, rows, columns, paths: given } = props();
        wash();
        const x = (c: number): number => plane.x(domain.x[0] + (c / (columns - 1)) * (domain.x[1] - domain.x[0])),
          y = (r: number): number => plane.y(domain.y[0] + (r / (rows - 1)) * (domain.y[1] - domain.y[0]));
        lines.replaceChildren(
          ...levels.flatMap(({ level, lines: of }, k) =>
            of.flatMap((line) => {
              const points: Pair[] = Array.from({ length: line.length / 2 }, (_, i) => [x(line[i * 2]!), y(line[i * 2 + 1]!)]);
              const drawn: SVGElement[] = [s('path', { class: 'contour-line', d: path(points) })];
              const spot = points[Math.floor(points.length * 0.3)];
              if (
                k % 2 === 1 &&
                points.length > 24 &&
                spot !== undefined &&
                spot[0] > plane.x(domain.x[0]) + 20 &&
                spot[0] < plane.x(domain.x[1]) - 20
              )
                drawn.push(s('text', { class: 'contour-label', x: spot[0], y: spot[1] + 4 }, number(level)));
              return drawn;
            }),
          ),
        );
        paths.replaceChildren(
          ...given.map((points, k) =>
            s('path', { class: `field-path fig-${((k + 1) % 6) + 1}`, d: path(points.map(([px, py]) => [plane.x(px), plane.y(py)])) }),
          ),
        );
      }
      handle?.set(point(), words());
    };
    return { element: plane.element, show, dispose: () => plane.dispose() };
  };

  // ---- in space
  const space = (): typeof inside => {
    let half: Pair = [1, 1],
      scale = 1;
    const project = (x: number, y: number, z: number): readonly [number, number, number] => {
      const [a, e] = [(orbit[0] * Math.PI) / 180, (orbit[1] * Math.PI) / 180];
      const across = x * Math.cos(a) + y * Math.sin(a),
        away = -x * Math.sin(a) + y * Math.cos(a);
      return [half[0] + scale * across, half[1] - scale * (z * Math.cos(e) + away * Math.sin(e)), away * Math.cos(e) - z * Math.sin(e)];
    };
    const unit = ([x, y]: Pair): Pair => {
      const { domain } = props();
      return [(2 * (x - domain.x[0])) / (domain.x[1] - domain.x[0]) - 1, (2 * (y - domain.y[0])) / (domain.y[1] - domain.y[0]) - 1];
    };
    const tall = 1.1;
    const onSurface = (at: Pair): readonly [number, number, number] => project(...unit(at), (share(height(at)) - 0.5) * tall);
    const paint = (context: CanvasRenderingContext2D, width: number, high: number): void => {
      const { z, rows, columns, domain, range, paths } = props();
      half = [width / 2, high / 2 - 4];
      scale = Math.min(width / 3.3, high / 2.95);
      const [step, stride] = [Math.max(1, Math.ceil((rows - 1) / most)), Math.max(1, Math.ceil((columns - 1) / most))];
      const at = (n: number, by: number): number[] => [
        ...new Set([...Array.from({ length: Math.ceil(n / by) }, (_, i) => Math.min(n - 1, i * by)), n - 1]),
      ];
      const [rs, cs] = [at(rows, step), at(columns, stride)];
      const points = rs.map((r) =>
        cs.map((c) => {
          const value = z[r * columns + c]!;
          return { at: project((2 * c) / (columns - 1) - 1, (2 * r) / (rows - 1) - 1, (share(value) - 0.5) * tall), share: share(value) };
        }),
      );
      const [paper, hue, ink] = [token(document.body, '--paper'), token(document.body, '--fig-1'), token(document.body, '--ink')];
      // The floor and its names first.
      const corners = (
        [
          [-1, -1],
          [1, -1],
          [1, 1],
          [-1, 1],
        ] as const
      ).map(([x, y]) => project(x, y, -tall / 2));
      context.strokeStyle = css(token(document.body, '--fig-grid'));
      context.lineWidth = 1;
      context.beginPath();
      corners.forEach(([x, y], i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
      context.closePath();
      context.stroke();
      const quads: { depth: number; r: number; c: number }[] = [];
      for (let r = 0; r + 1 < rs.length; r++)
        for (let c = 0; c + 1 < cs.length; c++) {
          const sum = points[r]![c]!.at[2] + points[r + 1]![c]!.at[2] + points[r]![c + 1]!.at[2] + points[r + 1]![c + 1]!.at[2];
          if (Number.isFinite(sum)) quads.push({ depth: sum, r, c });
        }
      quads.sort((a, b) => b.depth - a.depth);
      context.lineJoin = 'round';
      context.lineWidth = 0.6;
      const shades = Array.from({ length: 65 }, (_, i) => css(mix(paper, hue, 0.08 + (0.72 * i) / 64)));
      context.strokeStyle = css(ink, 0.32);
      for (const { r, c } of quads) {
        const four = [points[r]![c]!, points[r]![c + 1]!, points[r + 1]![c + 1]!, points[r + 1]![c]!];
        context.fillStyle = shades[Math.max(0, Math.min(64, Math.round((four.reduce((sum, p) => sum + p.share, 0) / 4) * 64)))]!;
        context.beginPath();
        four.forEach(({ at: [x, y] }, i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
        context.closePath();
        context.fill();
        context.stroke();
      }
      paths.forEach((points2, k) => {
        context.strokeStyle = css(token(document.body, `--fig-${((k + 1) % 6) + 1}`));
        context.lineWidth = 2;
        context.beginPath();
        points2.forEach((p, i) => {
          const [x, y] = onSurface(p);
          if (i === 0) context.moveTo(x, y);
          else context.lineTo(x, y);
        });
        context.stroke();
      });
      // Least and greatest at the ends of the edges that are nearest.
      context.fillStyle = css(token(document.body, '--ink-3'));
      context.font = `13px ${getComputedStyle(element).fontFamily}`;
      context.textAlign = 'center';
      context.textBaseline = 'middle';
      const label = (x: number, y: number, text: string, height3 = -tall / 2): void => {
        const [px, py] = project(x, y, height3);
        context.fillText(text, px, py);
      };
      const near = (axis: 0 | 1): number => (project(axis === 0 ? 0 : 1, axis === 0 ? 1 : 0, 0)[2] < 0 ? 1 : -1);
      const [ny, nx] = [near(0), near(1)];
      label(-0.95, 1.16 * ny, number(domain.x[0]));
      label(0, 1.2 * ny, 'x');
      label(0.95, 1.16 * ny, number(domain.x[1]));
      label(1.16 * nx, -0.95, number(domain.y[0]));
      label(1.2 * nx, 0, 'y');
      label(1.16 * nx, 0.95, number(domain.y[1]));
      const side: Pair = project(nx, -ny, 0)[0] < project(-nx, ny, 0)[0] ? [nx, -ny] : [-nx, ny];
      const [zx, low] = project(...side, -tall / 2);
      const top = project(...side, tall / 2)[1];
      context.strokeStyle = css(token(document.body, '--edge'));
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(zx, low);
      context.lineTo(zx, top);
      context.stroke();
      context.textAlign = 'right';
      context.fillText(number(range[0]), zx - 8, low - 2);
      context.fillText(number(range[1]), zx - 8, top + 2);
      placeHandle();
    };
    const canvas: Canvas = makeCanvas((width) => Math.min(props().height ?? 380, Math.max(260, width * 0.72)), paint);
    canvas.element.setAttribute('aria-hidden', 'true');
    const turn = h(
      'div',
      { class: 'surface-turn', role: now.readonly ? 'img' : 'slider', tabindex: now.readonly ? undefined : 0 },
      canvas.element,
    );
    const over = s('svg', { class: 'surface-over' });
    const box = h('div', { class: 'surface-box' }, turn, over);
    const describe = (): void => {
      turn.setAttribute('aria-label', now.readonly ? now.label : `${now.label}, view`);
      if (now.readonly) return;
      for (const [key, word] of Object.entries({
        valuemin: -180,
        valuemax: 180,
        valuenow: Math.round(orbit[0]),
        valuetext: `azimuth ${Math.round(orbit[0])} degrees, elevation ${Math.round(orbit[1])} degrees`,
      }))
        turn.setAttribute(`aria-${key}`, String(word));
    };
    const orbitTo = (azimuth: number, elevation: number): void => {
      orbit = [((((azimuth + 180) % 360) + 360) % 360) - 180, Math.max(-90, Math.min(90, elevation))];
      describe();
      canvas.repaint();
    };
    describe();
    if (!now.readonly) {
      pressAndDrag(turn, {
        start: () => orbit,
        at: (event) => [-event.clientX * 0.5, event.clientY * 0.5],
        moved: ([azimuth, elevation]) => orbitTo(azimuth, elevation),
      });
      turn.addEventListener('keydown', (event) => {
        const by = stepOf(event);
        if (by === undefined) return;
        event.preventDefault();
        orbitTo(orbit[0] - by[0] * 2, orbit[1] + by[1] * 2);
      });
    }
    const handle = s(
      'g',
      { class: 'handle fig-2', role: 'slider', tabindex: 0, 'aria-label': 'point' },
      s('circle', { class: 'hit', r: 12 }),
      s('circle', { class: 'ring', r: 9 }),
      s('circle', { class: 'mark', r: 4 }),
    );
    if (!now.readonly) {
      over.append(handle);
      pressAndDrag(handle, {
        start: () => {
          const [x, y] = onSurface(point());
          return [x, y];
        },
        at: (event) => {
          const frame = over.getBoundingClientRect();
          return [event.clientX - frame.left, event.clientY - frame.top];
        },
        moved: (to) => move(nearest(to)),
      });
      handle.addEventListener('keydown', (event) => {
        const by = stepOf(event);
        if (by === undefined) return;
        event.preventDefault();
        const { domain } = props();
        move([
          point()[0] + by[0] * niceStep((domain.x[1] - domain.x[0]) / 100),
          point()[1] + by[1] * niceStep((domain.y[1] - domain.y[0]) / 100),
        ]);
      });
    }
    /** The place of the surface that is seen nearest to a pixel; of several, the one in front. */
    const nearest = ([px, py]: Pair): Pair => {
      const { domain } = props();
      let best: Pair = point(),
        least = Infinity;
      const search = (x0: number, y0: number, size: number, count: number): void => {
        for (let i = 0; i <= count; i++)
          for (let j = 0; j <= count; j++) {
            const u = Math.max(0, Math.min(1, x0 + size * (i / count - 0.5))),
              v = Math.max(0, Math.min(1, y0 + size * (j / count - 0.5)));
            const at: Pair = [domain.x[0] + u * (domain.x[1] - domain.x[0]), domain.y[0] + v * (domain.y[1] - domain.y[0])];
            const [x, y, depth] = onSurface(at);
            const far = Math.hypot(x - px, y - py) + depth * 4;
            if (far < least) {
              least = far;
              best = at;
            }
          }
      };
      search(0.5, 0.5, 1, 60);
      const [u, v] = [(best[0] - domain.x[0]) / (domain.x[1] - domain.x[0]), (best[1] - domain.y[0]) / (domain.y[1] - domain.y[0])];
      search(u, v, 2 / 60, 8);
      return best;
    };
    const placeHandle = (): void => {
      if (now.readonly || canvas.width === 0) return;
      const [x, y] = onSurface(point());
      handle.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      const { domain } = props();
      for (const [key, word] of Object.entries({ valuemin: domain.x[0], valuemax: domain.x[1], valuenow: point()[0], valuetext: words() }))
        handle.setAttribute(`aria-${key}`, String(word));
    };
    return {
      element: box,
      show(all) {
        if (all) canvas.repaint();
        else placeHandle();
      },
      dispose: () => canvas.dispose(),
    };
  };

  const turnTo = (next: typeof mode): void => {
    mode = next;
    inside?.dispose();
    inside = mode === 'surface' ? space() : contour();
    buttons.forEach((button, i) => button.setAttribute('aria-pressed', String((i === 0) === (mode === 'surface'))));
    place.replaceChildren(inside.element);
    inside.show(true);
  };
  turnTo(mode);
  const unwatch = onTheme(() => inside.show(true));
  return {
    element,
    set(next) {
      const before = now;
      now = next;
      if (
        before.readonly !== next.readonly ||
        String(Object.values(props().domain)) !== String(Object.values((before.props as unknown as Props).domain))
      )
        turnTo(mode);
      else inside.show(true);
    },
    table: () => {
      const { z, rows, columns, domain } = props();
      return {
        columns: ['x', 'y', 'height'],
        rows: Array.from({ length: Math.min(rows * columns, 400) }, (_, i) => [
          number(domain.x[0] + ((i % columns) / (columns - 1)) * (domain.x[1] - domain.x[0])),
          number(domain.y[0] + (Math.floor(i / columns) / (rows - 1)) * (domain.y[1] - domain.y[0])),
          number(z[i]!),
        ]),
      };
    },
    dispose() {
      unwatch();
      inside.dispose();
    },
  } satisfies PartView;
};
