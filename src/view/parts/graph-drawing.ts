/* A graph in SVG, for the parts that show one: boxes with labels (small points where a layout has many nodes), edges with arrows and
   bends. What it shows can be changed without making it anew: states, values, what is lit, places. */

import './graph.css';
import { boxOf } from '../../lab/parts/node-box.ts';
import { h, s } from '../dom.ts';

export interface GraphProps {
  readonly nodes: readonly {
    readonly id: string;
    readonly label: string;
    readonly value: string;
    readonly state: string;
    readonly colour: number;
  }[];
  readonly edges: readonly { readonly from: number; readonly to: number; readonly label: string; readonly colour: number }[];
  readonly layout: string;
  readonly directed: boolean;
  readonly places: readonly (readonly [number, number])[];
  readonly bends: readonly (readonly (readonly [number, number])[])[];
  readonly size?: readonly [number, number];
  readonly states: readonly { readonly state: string; readonly colour: number }[];
}
type Place = readonly [number, number];

export interface GraphDrawing {
  /** Scrolls sideways where it is wider than its place. */
  readonly element: HTMLElement;
  readonly nodes: readonly SVGGElement[];
  /** Puts the nodes at places (as `props.places` are). */
  place(places: readonly Place[]): void;
  light(nodes: ReadonlySet<string>, edges: ReadonlySet<string>): void;
  /** Another state, value or both of a node. */
  mark(node: number, colour: number, value: string): void;
  /** From pixels of the drawing to the unit of places. */
  toPlace(at: Place): Place;
  toPixels(at: Place): Place;
  pixelsOf(event: { readonly clientX: number; readonly clientY: number }): Place;
}

const air = 14;

/** `height`: of a picture that may have any size. */
export function drawGraph(props: GraphProps, label: string, height: number): GraphDrawing {
  const { nodes, edges, directed, size } = props;
  const free = size === undefined;
  const dots = free && nodes.length > 24;
  const width = free ? Math.min(640, window.innerWidth - 60) : size[0],
    tall = free ? height : size[1];
  const [w, t] = [width + 2 * air, tall + 2 * air];
  const inner = free ? Math.min(width - (dots ? 40 : 120), tall - 48) : 0;
  const toPixels = ([x, y]: Place): Place =>
    free
      ? [w / 2 + (x - 0.5) * Math.max(inner, 1) * (w / t > 1.25 ? 1.25 : 1), t / 2 + (y - 0.5) * Math.max(inner, 1)]
      : [x + air, y + air];
  const toPlace = ([x, y]: Place): Place =>
    free
      ? [0.5 + (x - w / 2) / (Math.max(inner, 1) * (w / t > 1.25 ? 1.25 : 1)), 0.5 + (y - t / 2) / Math.max(inner, 1)]
      : [x - air, y - air];
  const lines = edges.map(({ colour }) => s('path', { class: `edge fig-${colour || 6}`, 'data-colour': colour || undefined }));
  const heads = edges.map(({ colour }) =>
    s('path', { class: `edge-head fig-${colour || 6}`, 'data-colour': colour || undefined, d: 'M0 0L-8-3.5V3.5Z' }),
  );
  const words = edges.map(({ label: word }) => (word === '' ? undefined : s('text', { class: 'edge-label' }, word)));
  const boxes = nodes.map(({ label: word, value, state, colour }) => {
    const [bw, bh] = boxOf({ label: word, value });
    const node = s(
      'g',
      { class: `node${dots ? ' dot' : ''} fig-${colour || 6}`, 'data-colour': colour || undefined },
      dots
        ? s('circle', { class: 'hit', r: 12 })
        : s('rect', { class: 'touch', x: -Math.max(22, bw / 2), y: -22, width: Math.max(44, bw), height: Math.max(44, bh) }),
      dots ? null : s('rect', { class: 'halo', x: -bw / 2 - 4, y: -bh / 2 - 4, width: bw + 8, height: bh + 8, rx: 5 }),
      dots
        ? s('circle', { class: 'box', r: nodes.length > 150 ? 4 : 6 })
        : s('rect', { class: 'box', x: -bw / 2, y: -bh / 2, width: bw, height: bh, rx: 3 }),
      s(
        'text',
        { class: 'node-label', x: dots ? 9 : 0, y: dots ? -6 : value === '' ? 4.5 : -4, 'text-anchor': dots ? 'start' : 'middle' },
        word,
      ),
      s('text', { class: 'node-value', y: 14, 'text-anchor': 'middle' }, dots || value === '' ? '' : ` ${value}`),
      s('title', {}, [word, value, state].filter((one) => one !== '').join(', ')),
    );
    return node;
  });
  const svg = s(
    'svg',
    {
      class: 'graph',
      viewBox: `0 0 ${w} ${t}`,
      width: w,
      height: t,
      'aria-label': label,
      'data-dense': nodes.length > 60 ? '' : undefined,
      'data-free': free || undefined,
    },
    ...lines,
    ...heads,
    ...words.filter((one) => one !== undefined),
    ...boxes,
  );
  const element = h('div', { class: 'graph-box' }, svg);
  let at: readonly Place[] = props.places;
  const half = (i: number): Place => {
    if (dots) return [7, 7];
    const [bw, bh] = boxOf(nodes[i]!);
    return [bw / 2 + 2, bh / 2 + 2];
  };
  /** Where the way from the middle of a box towards `to` leaves it. */
  const border = (i: number, from: Place, to: Place): Place => {
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const [hw, hh] = half(i);
    const scale = Math.min(hw / Math.max(1e-9, Math.abs(dx)), hh / Math.max(1e-9, Math.abs(dy)), 1);
    return [from[0] + dx * scale, from[1] + dy * scale];
  };
  const place = (places: readonly Place[]): void => {
    at = places;
    const pixels = places.map(toPixels);
    boxes.forEach((box, i) => box.setAttribute('transform', `translate(${pixels[i]!.map((x) => x.toFixed(1)).join(' ')})`));
    edges.forEach(({ from, to }, e) => {
      const [a, b] = [pixels[from]!, pixels[to]!];
      let d: string, end: Place, direction: number, middle: Place;
      if (from === to) {
        const [hw, hh] = half(from);
        d = `M${a[0] + hw * 0.4} ${a[1] - hh}c4-26 34-26 ${hw * 0.6 + 6} ${hh - 4}`;
        end = [a[0] + hw + 1, a[1] - 5];
        direction = 115;
        middle = [a[0] + hw + 8, a[1] - hh - 12];
      } else {
        const bends = (props.bends[e] ?? []).map(toPixels);
        const moved =
          places !== props.places && bends.length > 0 && (places[from] !== props.places[from] || places[to] !== props.places[to]);
        if (free || moved) {
          const start = border(from, a, b);
          end = border(to, b, a);
          // Two edges between the same nodes bow away from each other.
          const twin = edges.some((other) => other.from === to && other.to === from);
          const [nx, ny] = [-(end[1] - start[1]), end[0] - start[0]];
          const bow = twin ? 0.14 : 0;
          middle = [(start[0] + end[0]) / 2 + nx * bow, (start[1] + end[1]) / 2 + ny * bow];
          d = `M${start.join(' ')}Q${middle.join(' ')} ${end.join(' ')}`;
          direction = (Math.atan2(end[1] - middle[1], end[0] - middle[0]) * 180) / Math.PI;
        } else {
          // From layer to layer: out of the side, through the bends, into the side.
          const right = b[0] >= a[0];
          const side = (i: number, p: Place, sign: number): Place => [p[0] + sign * half(i)[0], p[1]];
          const start = side(from, a, right ? 1 : -1);
          end = side(to, b, right ? -1 : 1);
          const points = [start, ...bends, end];
          d = `M${start.join(' ')}`;
          for (let i = 0; i + 1 < points.length; i++) {
            const [p, q] = [points[i]!, points[i + 1]!];
            const x = (p[0] + q[0]) / 2;
            d += `C${x} ${p[1]} ${x} ${q[1]} ${q[0]} ${q[1]}`;
          }
          const [p, q] = [points[Math.floor((points.length - 1) / 2)]!, points[Math.floor((points.length - 1) / 2) + 1]!];
          middle = [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2 - 7];
          direction = right ? 0 : 180;
        }
      }
      lines[e]!.setAttribute('d', d);
      heads[e]!.setAttribute('transform', `translate(${end[0].toFixed(1)} ${end[1].toFixed(1)}) rotate(${direction.toFixed(1)})`);
      words[e]?.setAttribute('x', String(middle[0]));
      words[e]?.setAttribute('y', String(middle[1]));
    });
  };
  if (!directed) for (const head of heads) head.remove();
  place(at);
  return {
    element,
    nodes: boxes,
    place,
    light(lit, litEdges) {
      boxes.forEach((box, i) => box.classList.toggle('lit', lit.has(nodes[i]!.id)));
      edges.forEach(({ from, to }, e) => {
        const on =
          litEdges.has(`${nodes[from]!.id} ${nodes[to]!.id}`) || (!directed && litEdges.has(`${nodes[to]!.id} ${nodes[from]!.id}`));
        lines[e]!.classList.toggle('lit', on);
        heads[e]!.classList.toggle('lit', on);
      });
    },
    mark(i, colour, value) {
      const box = boxes[i]!;
      box.setAttribute('class', box.getAttribute('class')!.replace(/fig-\d/, `fig-${colour || 6}`));
      if (colour) box.setAttribute('data-colour', String(colour));
      else box.removeAttribute('data-colour');
      const words = box.querySelector('.node-value')!;
      if (!dots && words.textContent !== ` ${value}`) words.textContent = ` ${value}`;
    },
    toPlace,
    toPixels,
    pixelsOf: ({ clientX, clientY }) => {
      const box = svg.getBoundingClientRect();
      return [((clientX - box.left) * w) / box.width, ((clientY - box.top) * t) / box.height];
    },
  };
}

/** The words of the states beside their colours. */
export const keyOf = (states: GraphProps['states']): HTMLElement | null =>
  states.length === 0
    ? null
    : h(
        'div',
        { class: 'part-bar part-key' },
        ...states.map(({ state, colour }) => h('span', { class: `key fig-${colour}` }, h('i', { class: 'swatch' }), state)),
      );
