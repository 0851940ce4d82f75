/* A graph of which one node is chosen. Arrow keys go to the next node in their direction; where nodes may be moved they move the node,
   and [ and ] go from one to the next. */

import { h } from '../dom.ts';
import { pressAndDrag, stepOf } from './hands.ts';
import { drawGraph, keyOf, type GraphDrawing, type GraphProps } from './graph-drawing.ts';
import type { DrawPart } from './part.ts';

type Place = readonly [number, number];
interface Value {
  readonly selection: string | null;
  readonly positions: Readonly<Record<string, Place>>;
}

export const draw: DrawPart = (spec, moved) => {
  let now = spec,
    drawing: GraphDrawing;
  const element = h('div', {});
  const props = (): GraphProps & { readonly drag?: boolean; readonly height?: number } => now.props as never;
  const value = (): Value => now.value as Value;
  const drag = (): boolean => props().drag === true && !now.readonly;
  const places = (): Place[] => props().nodes.map(({ id }, i) => value().positions[id] ?? props().places[i]!);

  const put = (next: Value): void => {
    now = { ...now, value: next };
    show();
    moved(next);
  };
  const choose = (i: number, focus = false): void => {
    const node = props().nodes[i];
    if (node === undefined) return;
    if (focus) drawing.nodes[i]!.focus({ preventScroll: false });
    if (node.id !== value().selection) put({ ...value(), selection: node.id });
  };
  const move = (i: number, [x, y]: Place): void => {
    const size = props().size;
    const inside = (at: number, most: number): number => Math.max(0, Math.min(most, at));
    const to: Place = size === undefined ? [inside(x, 1), inside(y, 1)] : [inside(x, size[0]), inside(y, size[1])];
    put({ selection: props().nodes[i]!.id, positions: { ...value().positions, [props().nodes[i]!.id]: to } });
  };
  /** The node that lies nearest in a direction, sideways distance counting double. */
  const beside = (i: number, [dx, dy]: Place): number => {
    const all = places().map((place) => drawing.toPixels(place));
    const from = all[i]!;
    let best = i,
      least = Infinity;
    all.forEach((to, j) => {
      const [x, y] = [to[0] - from[0], to[1] - from[1]];
      const along = x * dx - y * dy,
        off = Math.abs(x * dy + y * dx);
      if (j === i || along <= 1) return;
      const far = along + 2 * off;
      if (far < least) {
        least = far;
        best = j;
      }
    });
    return best;
  };
  const build = (): void => {
    const { nodes, states, height = 340 } = props();
    drawing = drawGraph(props(), now.label, height);
    const svg = drawing.element.querySelector('svg')!;
    svg.setAttribute('role', now.readonly ? 'img' : 'group');
    svg.classList.toggle('movable', drag());
    if (!now.readonly)
      drawing.nodes.forEach((node, i) => {
        const { label, value: word, state } = nodes[i]!;
        node.setAttribute('role', 'button');
        node.setAttribute('aria-label', [label, word, state].filter((one) => one !== '').join(' '));
        node.addEventListener('click', () => choose(i, true));
        node.addEventListener('focus', () => roving(i));
        if (drag())
          pressAndDrag(node, {
            start: () => drawing.toPixels(places()[i]!),
            at: (event) => drawing.pixelsOf(event),
            moved: (to) => move(i, drawing.toPlace(to)),
          });
        node.addEventListener('keydown', (event) => {
          const by = stepOf(event);
          const step = { '[': -1, ']': 1 }[event.key];
          if (by !== undefined && drag()) {
            const [x, y] = drawing.toPixels(places()[i]!);
            move(i, drawing.toPlace([x + by[0] * 4, y - by[1] * 4]));
          } else if (by !== undefined) choose(beside(i, [Math.sign(by[0]), Math.sign(by[1])]), true);
          else if (step !== undefined || event.key === 'Home' || event.key === 'End')
            choose(step === undefined ? (event.key === 'Home' ? 0 : nodes.length - 1) : (i + step + nodes.length) % nodes.length, true);
          else if (event.key === 'Enter' || event.key === ' ') choose(i);
          else if (event.key === 'Escape') put({ ...value(), selection: null });
          else return;
          event.preventDefault();
        });
      });
    element.replaceChildren(drawing.element, ...[keyOf(states)].filter((one) => one !== null));
    if (drag()) element.append(h('p', { class: 'part-hint' }, 'Drag a node, or move it with arrow keys; [ and ] go to the next one.'));
    show();
  };
  const roving = (at: number): void => drawing.nodes.forEach((node, i) => node.setAttribute('tabindex', i === at ? '0' : '-1'));
  const show = (): void => {
    const { nodes, edges } = props();
    drawing.place(places());
    if (now.readonly) return;
    const at = nodes.findIndex(({ id }) => id === value().selection);
    drawing.nodes.forEach((node, i) => {
      node.classList.toggle('chosen', i === at);
      node.setAttribute('aria-pressed', String(i === at));
    });
    const near = new Set(edges.flatMap(({ from, to }) => (from === at || to === at ? [`${nodes[from]!.id} ${nodes[to]!.id}`] : [])));
    drawing.light(new Set(), near);
    roving(Math.max(0, at));
  };
  build();
  const looks = (): string => JSON.stringify([props(), now.readonly], (key, part: unknown) => (key === 'text' ? undefined : part));
  let before = looks();
  return {
    element,
    set(next) {
      now = next;
      const after = looks();
      if (after === before) return show();
      const focused = drawing.nodes.indexOf(document.activeElement as SVGGElement);
      before = after;
      build();
      if (focused >= 0) drawing.nodes[Math.min(focused, drawing.nodes.length - 1)]?.focus();
    },
    table: () => {
      const { nodes, edges } = props();
      return {
        columns: ['node', 'value', 'state', 'edges to'],
        rows: nodes.map(({ label, value: word, state }, i) => [
          label,
          word,
          state,
          edges
            .flatMap(({ from, to, label: edge }) => (from === i ? [`${nodes[to]!.label}${edge === '' ? '' : ` (${edge})`}`] : []))
            .join(', '),
        ]),
      };
    },
  };
};
