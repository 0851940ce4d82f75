/* Shapes as tiles: dragged, tapped or moved by keys from a tray into the places of an expression. Where two tiles meet, a closed point
   says that their edges match, a cross that they do not; equal sizes have equal colours. */

import './shapeTiles.css';
import { fill, h } from '../dom.ts';
import { jointsOf, write, type Joint, type Operation, type Shape, type Size, type Tile } from '../../lab/parts/shapes.ts';
import { stepOf } from './hands.ts';
import type { DrawPart } from './part.ts';

type Places = readonly (number | null)[];
interface Props {
  readonly tiles: readonly Tile[];
  readonly operations: readonly Operation[];
  readonly goal?: Shape;
}

/** A press that moves less, in pixels, is a tap. */
const tap = 6;

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    tiles: HTMLElement[] = [],
    places: HTMLElement[] = [],
    joints: HTMLElement[] = [];
  const props = (): Props => now.props as unknown as Props;
  const value = (): Places => now.value as Places;
  const row = h('div', { class: 'tile-row' }),
    result = h('div', { class: 'tile-result' }),
    tray = h('div', { class: 'tile-tray' });
  const element = h('div', { class: 'shape-tiles', role: 'group', 'aria-label': spec.label }, row, tray);

  // ---- what moves
  const placeOf = (tile: number): number => value().indexOf(tile);
  /** Lays a tile into a place (-1: the tray); what lay there goes to where the tile came from. */
  const lay = (tile: number, to: number): void => {
    const from = placeOf(tile);
    if (from === to) return;
    const next = [...value()];
    const there = to < 0 ? null : (next[to] ?? null);
    if (from >= 0) next[from] = there;
    if (to >= 0) next[to] = tile;
    now = { ...now, value: next };
    const focused = tiles[tile] === document.activeElement;
    place();
    if (focused) tiles[tile]!.focus({ preventScroll: true });
    moved(next);
  };
  const grab = (tile: number, face: HTMLElement): void => {
    let start: { readonly x: number; readonly y: number } | undefined,
      dragged = false;
    face.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || now.readonly) return;
      start = { x: event.clientX, y: event.clientY };
      dragged = false;
      face.setPointerCapture(event.pointerId);
      face.focus({ preventScroll: true });
      event.preventDefault();
    });
    face.addEventListener('pointermove', (event) => {
      if (start === undefined) return;
      const [dx, dy] = [event.clientX - start.x, event.clientY - start.y];
      if (!dragged && Math.hypot(dx, dy) < tap) return;
      dragged = true;
      face.classList.add('held');
      face.style.transform = `translate(${dx}px, ${dy}px)`;
      const over = under(event);
      places.forEach((one, i) => one.classList.toggle('over', i === over));
    });
    const end = (event: PointerEvent): void => {
      if (start === undefined) return;
      start = undefined;
      face.classList.remove('held');
      face.style.transform = '';
      for (const one of places) one.classList.remove('over');
      if (event.type !== 'pointerup') return;
      if (dragged) lay(tile, under(event) ?? -1);
      else lay(tile, placeOf(tile) >= 0 ? -1 : value().indexOf(null));
    };
    face.addEventListener('pointerup', end);
    face.addEventListener('pointercancel', end);
    face.addEventListener('keydown', (event) => {
      if (now.readonly) return;
      const by = stepOf(event);
      const last = value().length - 1,
        at = placeOf(tile);
      const to =
        by !== undefined
          ? at < 0 && by[0] + by[1] > 0
            ? Math.max(0, value().indexOf(null)) // from the tray to where there is room
            : Math.max(-1, Math.min(last, at + by[0] + by[1]))
          : {
              Home: -1,
              Delete: -1,
              Backspace: -1,
              Escape: -1,
              End: last,
              Enter: at < 0 ? value().indexOf(null) : -1,
              ' ': at < 0 ? value().indexOf(null) : -1,
            }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      lay(tile, to);
    });
  };
  /** The place under the pointer; undefined beside all. */
  const under = ({ clientX: x, clientY: y }: PointerEvent): number | undefined => {
    const at = places.findIndex((one) => {
      const box = one.getBoundingClientRect();
      return x >= box.left - 12 && x <= box.right + 12 && y >= box.top - 16 && y <= box.bottom + 16;
    });
    return at < 0 ? undefined : at;
  };

  // ---- what stands
  const build = (): void => {
    const { tiles: all, operations, goal } = props();
    const hues = new Map<string, number>();
    for (const size of all.flatMap(({ shape }) => shape)) if (!hues.has(String(size))) hues.set(String(size), (hues.size % 6) + 1);
    const sizeOf = (size: Size): HTMLElement => h('span', { class: `size fig-${hues.get(String(size)) ?? 6}` }, String(size));
    tiles = all.map((tile, i) => {
      const face = h(
        'div',
        { class: 'tile-face', ...(now.readonly ? {} : { role: 'slider', tabindex: 0 }) },
        tile.name === '' ? null : h('span', { class: 'tile-name' }, tile.name),
        h('span', { class: 'sizes' }, ...(tile.shape.length === 0 ? [h('span', { class: 'size' }, '·')] : tile.shape.map(sizeOf))),
      );
      grab(i, face);
      return face;
    });
    joints = operations.map(() => h('span', { class: 'joint' }));
    places = value().map((_, i) => h('div', { class: 'tile-place', 'data-place': i + 1 }));
    fill(row, ...places.flatMap((one, i) => (i === 0 ? [one] : [joints[i - 1]!, one])), result);
    tray.hidden = now.readonly && all.length <= value().filter((one) => one !== null).length;
    result.dataset['goal'] = goal === undefined ? '' : write(goal);
    place();
  };
  const place = (): void => {
    const { tiles: all, operations, goal } = props();
    const said = jointsOf(all, operations, value());
    const settle = (box: HTMLElement, inside: readonly HTMLElement[]): void => {
      if (inside.length !== box.children.length || inside.some((one, i) => box.children[i] !== one)) box.replaceChildren(...inside);
    };
    places.forEach((box, i) => {
      const tile = value()[i];
      settle(box, tile === null || tile === undefined ? [] : [tiles[tile]!]);
      box.classList.toggle('empty', tile === null);
    });
    settle(
      tray,
      tiles.filter((_, tile) => placeOf(tile) < 0),
    );
    joints.forEach((joint, i) => {
      const state = said[i + 1]!;
      joint.dataset['state'] = state.kind;
      joint.title = state.kind === 'breaks' ? state.why : '';
      fill(joint, h('b', {}, operations[i] === '*' ? '∗' : operations[i]!), h('i', { 'aria-hidden': 'true' }));
    });
    const last = said.findLast((joint) => joint.kind !== 'open');
    const shape = last?.kind === 'fits' ? write(last.shape) : undefined;
    const whole = said.every((joint) => joint.kind === 'fits');
    const reached = whole && (goal === undefined || write(goal) === shape);
    result.dataset['state'] = reached ? 'fits' : last?.kind === 'breaks' || (whole && !reached) ? 'breaks' : 'open';
    fill(
      result,
      h('span', { class: 'equals' }, '='),
      h('span', { class: 'num' }, whole ? shape! : last?.kind === 'breaks' ? 'no shape' : shape === undefined ? '…' : `${shape} …`),
      goal === undefined || reached ? null : h('span', { class: 'goal' }, `wanted ${write(goal)}`),
    );
    if (now.readonly) return;
    tiles.forEach((face, tile) => {
      const at = placeOf(tile);
      const words = at < 0 ? 'in the tray' : `in place ${at + 1}${saying(said[at])}`;
      const { name, shape: sizes } = all[tile]!;
      for (const [key, word] of Object.entries({
        label: `tile ${name === '' ? '' : `${name} `}${write(sizes)}`,
        valuemin: 0,
        valuemax: value().length,
        valuenow: at + 1,
        valuetext: words,
      }))
        face.setAttribute(`aria-${key}`, String(word));
    });
  };
  const saying = (joint: Joint | undefined): string =>
    joint?.kind === 'breaks' ? `, which does not fit. ${joint.why}` : joint?.kind === 'fits' ? ', which fits' : '';
  build();
  const looks = (): string => JSON.stringify([now.props['tiles'], now.props['operations'], now.props['goal'], now.readonly]);
  return {
    element,
    set(next) {
      const before = looks();
      now = next;
      if (before !== looks()) build();
      else place();
    },
    table: () => {
      const said = jointsOf(props().tiles, props().operations, value());
      return {
        columns: ['place', 'tile', 'shape', 'result so far'],
        rows: value().map((tile, i) => {
          const joint = said[i]!;
          return [
            i + 1,
            tile === null ? '' : props().tiles[tile]!.name || tile,
            tile === null ? '' : write(props().tiles[tile]!.shape),
            joint.kind === 'fits' ? write(joint.shape) : joint.kind === 'breaks' ? joint.why : '',
          ];
        }),
      };
    },
  };
};
