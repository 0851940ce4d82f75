/* Points on a plane, to drag; with `add`, a press beside them makes one. */

import { h, s } from '../dom.ts';
import { number } from '../words.ts';
import type { DrawPart, PartSpec } from './part.ts';
import type { Handle, Pair } from './plane.ts';
import { makeStage } from './stage.ts';

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    handles: { readonly handle: Handle; readonly name: SVGTextElement }[] = [];
  const value = (): readonly Pair[] => now.value as readonly Pair[];
  const change = (next: readonly Pair[]): void => {
    now = { ...now, value: next };
    moved(next);
    if (next.length === handles.length) place();
    else make();
  };
  const stage = makeStage({ spec, place: () => arrange() });
  const { plane, place } = stage;
  const make = (): void => {
    const names = now.props['names'] as readonly string[] | undefined;
    for (const { handle, name } of handles) {
      handle.remove();
      name.remove();
    }
    handles = value().map((_, i) => {
      const kind = classOf(now, i);
      const called = names?.[i] ?? '';
      const handle = plane.handle({
        name: `point ${called || i + 1}`,
        colour: (kind % 6) + 1,
        shape: kind,
        snap: now.props['snap'] as number | undefined,
        readonly: now.readonly,
        moved: (at) => change(value().map((old, j) => (j === i ? at : old))),
        ...(now.props['add'] === true ? { remove: () => removeAt(i) } : {}),
      });
      const name = s('text', { class: 'name' }, called);
      plane.layer.append(name);
      return { handle, name };
    });
    place();
  };
  const removeAt = (i: number): void => {
    change(value().filter((_, j) => j !== i));
    const next = handles[Math.min(i, handles.length - 1)];
    (next?.handle.element ?? plane.svg).focus();
  };
  const arrange = (): void => {
    value().forEach((at, i) => {
      const drawn = handles[i];
      if (drawn === undefined) return;
      drawn.handle.set(at);
      drawn.name.setAttribute('x', String(plane.x(at[0]) + 14));
      drawn.name.setAttribute('y', String(plane.y(at[1]) - 10));
    });
  };
  const element = h('div', {}, plane.element);
  if (spec.props['add'] === true && !spec.readonly) adding();
  make();
  return {
    element,
    set(next) {
      const before = now;
      now = next;
      stage.follow(next);
      const anew = value().length !== handles.length || looksOf(before) !== looksOf(next);
      if (anew) make();
      else place();
    },
    table: () => ({
      columns: ['point', 'x', 'y', ...(now.props['classes'] === undefined ? [] : ['class'])],
      rows: value().map(([x, y], i) => [
        (now.props['names'] as string[] | undefined)?.[i] ?? i + 1,
        number(x),
        number(y),
        ...(now.props['classes'] === undefined ? [] : [classOf(now, i)]),
      ]),
    }),
    dispose: stage.dispose,
  };

  /** A press on the plane, or a button for who has no mouse. */
  function adding(): void {
    const add = (at: Pair): void => {
      change([...value(), at]);
      handles.at(-1)?.handle.element.focus();
    };
    let pressed: Pair | undefined;
    plane.svg.addEventListener('pointerdown', (event) => {
      pressed = event.target instanceof Element && event.target.closest('.handle') ? undefined : [event.clientX, event.clientY];
    });
    plane.svg.addEventListener('click', (event) => {
      if (pressed === undefined || Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > 6) return;
      const at = plane.at(event);
      if (plane.inside(at)) add([Number(at[0].toPrecision(4)), Number(at[1].toPrecision(4))]);
    });
    const middle = ([low, high]: Pair): number => (low + high) / 2;
    const button = h(
      'button',
      { type: 'button', class: 'btn small', onclick: () => add([middle(plane.domain.x), middle(plane.domain.y)]) },
      'Add point',
    );
    element.append(h('div', { class: 'part-bar' }, button, h('span', { class: 'quiet' }, 'Or press on the plane. Delete takes one away.')));
  }
};

const classOf = ({ props }: PartSpec, i: number): number => (props['classes'] as readonly number[] | undefined)?.[i] ?? 0;
const looksOf = ({ props, readonly }: PartSpec): string => JSON.stringify([props['names'], props['classes'], props['snap'], readonly]);
