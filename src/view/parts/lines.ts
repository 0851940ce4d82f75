/* Lines on a plane, each with its arrow: the tip turns the line and says how long w is, the foot shifts it. Where the foot stands on
   its line is the picture's own: a turn keeps it, so the line turns about it. */

import { s } from '../dom.ts';
import { number } from '../words.ts';
import { makeArrow, type Arrow } from './arrows.ts';
import type { DrawPart } from './part.ts';
import { path, type Domain, type Handle, type Pair } from './plane.ts';
import { makeStage } from './stage.ts';

/** a·x + b·y = c. */
type Line = readonly [number, number, number];

export const draw: DrawPart = (spec, moved) => {
  let now = spec;
  const value = (): readonly Line[] => now.value as readonly Line[];
  const scale = spec.props['scale'] as number;
  const colours = spec.props['colours'] as readonly number[];
  const nameOf = (i: number): string =>
    (now.props['names'] as readonly string[] | undefined)?.[i] ?? (value().length === 1 ? 'line' : `line ${i + 1}`);
  const stage = makeStage({ spec, place: () => arrange() });
  const { plane, place } = stage;
  const feet: Pair[] = [];
  const change = (i: number, line: Line): void => {
    const next = value().map((old, j) => (j === i ? line : old));
    now = { ...now, value: next };
    moved(next);
    place();
  };
  interface Drawn {
    readonly line: SVGPathElement;
    readonly side: SVGPathElement;
    readonly arrow: Arrow;
    readonly name: SVGTextElement;
    readonly foot: Handle;
    readonly tip: Handle;
  }
  const drawn: Drawn[] = colours.map((colour, i) => {
    const side = s('path', { class: `half fig-${colour}` });
    const line = s('path', { class: `stroke fig-${colour}`, 'stroke-width': 2.5 });
    const arrow = makeArrow(colour, { short: spec.readonly ? 0 : 9 });
    const name = s('text', { class: 'name' });
    plane.layer.append(side, line, arrow.element, name);
    const both = { colour, readonly: spec.readonly };
    const foot = plane.handle({
      ...both,
      name: `${nameOf(i)}, shift`,
      shape: 1,
      moved: (at) => {
        const [a, b] = value()[i]!;
        feet[i] = at;
        change(i, [a, b, tidy(a * at[0] + b * at[1])]);
      },
    });
    const tip = plane.handle({
      ...both,
      name: `${nameOf(i)}, arrow`,
      moved: (at) => {
        const [x, y] = feet[i]!;
        const [a, b] = [tidy((at[0] - x) / scale), tidy((at[1] - y) / scale)];
        if (Math.hypot(a, b) * scale < 1e-3) return; // no direction
        change(i, [a, b, tidy(a * x + b * y)]);
      },
    });
    if (spec.readonly) {
      foot.element.remove();
      tip.element.remove();
    }
    return { line, side, arrow, name, foot, tip };
  });
  const px = ([x, y]: Pair): Pair => [plane.x(x), plane.y(y)];
  const arrange = (): void => {
    value().forEach((line, i) => {
      const [a, b, c] = line;
      const at = (feet[i] = footOn(line, feet[i] ?? middleOf(plane.domain)));
      if (!plane.inside(at)) feet[i] = footOn(line, middleOf(plane.domain));
      const ends = cut(line, plane.domain);
      const one = drawn[i]!;
      one.line.setAttribute('d', path(ends.map(px)));
      one.side.setAttribute('d', now.props['sides'] === true ? path(half(line, plane.domain).map(px), true) : '');
      const to: Pair = [feet[i]![0] + a * scale, feet[i]![1] + b * scale];
      one.arrow.set(px(feet[i]!), px(to));
      one.foot.set(feet[i]!, `offset ${number(now.props['neuron'] === true ? 0 - c : c)}`);
      one.tip.set(to, `x ${number(a)}, y ${number(b)}`);
      const end = ends[0];
      one.name.textContent = (now.props['names'] as readonly string[] | undefined)?.[i] ?? '';
      if (end) {
        const [x, y] = px(end);
        one.name.setAttribute('x', String(Math.min(Math.max(x, plane.x(plane.domain.x[0]) + 8), plane.x(plane.domain.x[1]) - 40)));
        one.name.setAttribute('y', String(Math.min(Math.max(y - 8, plane.y(plane.domain.y[1]) + 18), plane.y(plane.domain.y[0]) - 8)));
      }
    });
  };
  return {
    element: plane.element,
    set(next) {
      now = next;
      stage.follow(next);
      place();
    },
    table: () => ({
      columns: now.props['neuron'] === true ? ['line', 'w0', 'w1', 'b'] : ['line', 'a', 'b', 'c'],
      rows: value().map(([a, b, c], i) => [nameOf(i), a, b, now.props['neuron'] === true ? 0 - c : c]),
    }),
    dispose: stage.dispose,
  };
};

const tidy = (value: number): number => Number(value.toPrecision(6)) + 0;
const middleOf = ({ x, y }: Domain): Pair => [(x[0] + x[1]) / 2, (y[0] + y[1]) / 2];

/** The point of the line nearest to `from`. */
function footOn([a, b, c]: Line, [x, y]: Pair): Pair {
  const off = (a * x + b * y - c) / (a * a + b * b);
  return [x - a * off, y - b * off];
}

/** Where the line meets the edges of the plane. */
function cut([a, b, c]: Line, { x, y }: Domain): Pair[] {
  const found: Pair[] = [];
  if (b !== 0) for (const at of x) found.push([at, (c - a * at) / b]);
  if (a !== 0) for (const at of y) found.push([(c - b * at) / a, at]);
  const near = (value: number, [low, high]: Pair): boolean => value >= low - 1e-9 * (high - low) && value <= high + 1e-9 * (high - low);
  const inside = found.filter((at) => near(at[0], x) && near(at[1], y));
  return inside.length < 2
    ? []
    : [inside[0]!, inside.reduce((far, at) => (distance(at, inside[0]!) > distance(far, inside[0]!) ? at : far))];
}
const distance = (p: Pair, q: Pair): number => Math.hypot(p[0] - q[0], p[1] - q[1]);

/** The part of the plane where a·x + b·y > c (Sutherland and Hodgman). */
function half([a, b, c]: Line, { x, y }: Domain): Pair[] {
  const corners: Pair[] = [[x[0], y[0]], [x[1], y[0]], [x[1], y[1]], [x[0], y[1]]]; // prettier-ignore
  const side = ([u, v]: Pair): number => a * u + b * v - c;
  return corners.flatMap((at, i) => {
    const next = corners[(i + 1) % 4]!;
    const [here, there] = [side(at), side(next)];
    const crossing: Pair[] =
      here * there < 0 ? [[at[0] + ((next[0] - at[0]) * here) / (here - there), at[1] + ((next[1] - at[1]) * here) / (here - there)]] : [];
    return here >= 0 ? [at, ...crossing] : crossing;
  });
}
