/* Arrows on a plane, dragged by their tips; with their sum and its parallelogram. */

import { s } from '../dom.ts';
import { number } from '../words.ts';
import { makeArrow, type Arrow } from './arrows.ts';
import type { DrawPart } from './part.ts';
import { path, type Handle, type Pair } from './plane.ts';
import { makeStage } from './stage.ts';

type Start = Pair | number | null;

export const draw: DrawPart = (spec, moved) => {
  let now = spec;
  const value = (): readonly Pair[] => now.value as readonly Pair[];
  const names = (): readonly string[] => now.props['names'] as readonly string[];
  const stage = makeStage({ spec, place: () => arrange() });
  const { plane, layers, place } = stage;
  const sides = s('path', { class: 'side' });
  const total = makeArrow(6, { width: 2 });
  const label = s('text', { class: 'name' }, 'sum');
  if (spec.props['sum'] === true) plane.layer.append(sides, total.element, label);
  const colours = spec.props['colours'] as readonly number[];
  const arrows: { readonly arrow: Arrow; readonly handle: Handle; readonly name: SVGTextElement }[] = colours.map((colour, i) => {
    const arrow = makeArrow(colour, { width: 2.5, short: spec.readonly ? 0 : 9 });
    const name = s('text', { class: 'name' });
    plane.layer.append(arrow.element, name);
    const handle = plane.handle({
      name: `arrow ${names()[i]}`,
      colour,
      snap: spec.props['snap'] as number | undefined,
      readonly: spec.readonly,
      moved: (at) => {
        const [x, y] = startOf(i);
        const next = value().map((old, j): Pair => (j === i ? [clean(at[0] - x), clean(at[1] - y)] : old));
        now = { ...now, value: next };
        moved(next);
        place();
      },
    });
    if (spec.readonly) handle.element.remove();
    return { arrow, handle, name };
  });
  const startOf = (i: number): Pair => {
    const from = (now.props['from'] as readonly Start[] | undefined)?.[i] ?? null;
    return from === null ? [0, 0] : typeof from === 'number' ? tipOf(from) : from;
  };
  const tipOf = (i: number): Pair => {
    const [x, y] = startOf(i),
      [dx, dy] = value()[i]!;
    return [x + dx, y + dy];
  };
  const px = ([x, y]: Pair): Pair => [plane.x(x), plane.y(y)];
  const arrange = (): void => {
    value().forEach(([x, y], i) => {
      const { arrow, handle, name } = arrows[i]!;
      const [a, b] = [px(startOf(i)), px(tipOf(i))];
      arrow.set(a, b);
      handle.set(tipOf(i), `x ${number(x)}, y ${number(y)}`);
      name.textContent = names()[i]!;
      const long = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
      name.setAttribute('x', String(b[0] + ((b[0] - a[0]) / long) * 18));
      name.setAttribute('y', String(b[1] + ((b[1] - a[1]) / long) * 18 + 5));
      name.setAttribute('text-anchor', b[0] < a[0] - 4 ? 'end' : 'start');
    });
    if (now.props['sum'] !== true) return;
    const sum = value().reduce<Pair>(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0]);
    total.set(px([0, 0]), px(sum));
    label.setAttribute('x', String(px(sum)[0] + 10));
    label.setAttribute('y', String(px(sum)[1] - 8));
    sides.setAttribute('d', value().length < 2 ? '' : value().map((one) => path([px(one), px(sum)])).join('')); // prettier-ignore
  };
  return {
    element: plane.element,
    set(next) {
      now = next;
      stage.follow(next);
      place();
    },
    table: () => ({ columns: ['name', 'x', 'y'], rows: [...value().map(([x, y], i) => [names()[i], x, y]), ...layers.rows()] }),
    dispose: stage.dispose,
  };
};

/** Differences of places carry noise of float64 behind the digits that a hand can mean. */
const clean = (value: number): number => Number(value.toPrecision(12)) + 0;
