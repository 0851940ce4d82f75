/* Nodes and edges as several parts take them: ids, labels, states with palette numbers, and places by one of four layouts. */

import { layoutForce } from './layout-force.ts';
import { layoutLayers } from './layout-layers.ts';
import { boxOf } from './node-box.ts';
import { isList, isNumber, isRecord, oneOf, wrong } from './options.ts';
import type { Options } from './part.ts';

export interface Node {
  readonly id: string;
  readonly label: string;
  /** A line below the label. */
  readonly value: string;
  /** Word for who cannot see, and in the key; '' where there is none. */
  readonly state: string;
  /** Palette number of the state, 0: none. */
  readonly colour: number;
}
export interface Edge {
  /** Indices of nodes. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly colour: number;
}
export type Place = readonly [x: number, y: number];
export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly layout: Layout;
  readonly directed: boolean;
  /** Place of each node: of a layered layout in pixels (its picture has `size`), of the others in shares of the picture. */
  readonly places: readonly Place[];
  readonly bends: readonly (readonly Place[])[];
  /** In pixels; undefined where the picture may have any size. */
  readonly size?: Place;
  /** The states in order of appearance, for the key. */
  readonly states: readonly { readonly state: string; readonly colour: number }[];
}
export type Layout = 'dag' | 'force' | 'layers' | 'given';

const most = 2000;

export function graphIn(part: string, options: Options): Graph {
  const rawNodes = options['nodes'];
  if (!isList(rawNodes)) throw wrong(part, 'nodes', 'a list of { id, label, value, state } or of ids', rawNodes);
  if (rawNodes.length > most) throw wrong(part, 'nodes', `at most ${most} nodes`, rawNodes.length, 'Show a part of the graph.');
  const states = new Map<string, number>();
  const nodes = Array.from(rawNodes, (raw): Node => {
    const node = isRecord(raw) ? raw : { id: raw };
    const { id, label = id, value = '', state = '' } = node;
    if (typeof id !== 'string' && typeof id !== 'number') throw wrong(part, 'nodes', 'nodes with an id, a word or a number', raw);
    return {
      id: String(id),
      label: String(label),
      value: isNumber(value) ? String(Number(value.toPrecision(4))) : String(value),
      ...stated(part, state, states),
    };
  });
  const at = new Map(nodes.map(({ id }, i) => [id, i]));
  if (at.size < nodes.length) {
    const twice = nodes.find(({ id }, i) => at.get(id) !== i)!;
    throw wrong(part, 'nodes', 'ids of which each is there once', twice.id, 'Two nodes have it.');
  }
  const rawEdges = options['edges'] ?? [];
  if (!isList(rawEdges)) throw wrong(part, 'edges', 'a list of [from, to] or of { from, to, label }', rawEdges);
  if (rawEdges.length > 4 * most) throw wrong(part, 'edges', `at most ${4 * most} edges`, rawEdges.length);
  const edges = Array.from(rawEdges, (raw): Edge => {
    const { from, to, label = '', state = '' } = isRecord(raw) ? raw : isList(raw) ? { from: raw[0], to: raw[1], label: raw[2] } : {};
    const ends = [from, to].map((id) => at.get(String(id)));
    if (ends[0] === undefined || ends[1] === undefined)
      throw wrong(
        part,
        'edges',
        'edges between nodes that are there',
        raw,
        `No node is called ${String(ends[0] === undefined ? from : to)}.`,
      );
    return { from: ends[0], to: ends[1], label: String(label ?? ''), colour: stated(part, state, states).colour };
  });
  const layout = oneOf(part, options, 'layout', ['dag', 'force', 'layers', 'given'], 'dag');
  const directed = options['directed'];
  if (directed !== undefined && typeof directed !== 'boolean') throw wrong(part, 'directed', 'true or false', directed);
  return {
    nodes,
    edges,
    layout,
    directed: directed ?? (layout === 'dag' || layout === 'layers'),
    ...placed(part, layout, nodes, edges, rawNodes),
    states: [...states].map(([state, colour]) => ({ state, colour })),
  };
}

/** A state is a palette number, or a word that gets the next one. */
function stated(part: string, state: unknown, states: Map<string, number>): { readonly state: string; readonly colour: number } {
  if (state === '' || state === null || state === undefined) return { state: '', colour: 0 };
  if (typeof state === 'number') {
    if (!Number.isInteger(state) || state < 0 || state > 6) throw wrong(part, 'state', 'a word, or a palette number from 1 to 6', state);
    return { state: '', colour: state };
  }
  const word = String(state);
  if (!states.has(word)) states.set(word, (states.size % 6) + 1);
  return { state: word, colour: states.get(word)! };
}

const gapAcross = 20,
  gapAlong = 44;

type Placed = Pick<Graph, 'places' | 'bends' | 'size'>;

function placed(part: string, layout: Layout, nodes: readonly Node[], edges: readonly Edge[], raw: ArrayLike<unknown>): Placed {
  const pairs = edges.map(({ from, to }) => [from, to] as const);
  const none = edges.map(() => []);
  if (layout === 'force') return { places: layoutForce(nodes.length, pairs), bends: none };
  if (layout === 'given') {
    const places = Array.from(raw, (node): Place => {
      const { x, y } = isRecord(node) ? node : {};
      if (!isNumber(x) || !isNumber(y)) throw wrong(part, 'nodes', 'nodes with x and y, since layout is "given"', node);
      return [x, y];
    });
    const range = (axis: 0 | 1): Place => {
      const all = places.map((place) => place[axis]);
      return [Math.min(...all, Infinity), Math.max(...all, -Infinity)];
    };
    const [x, y] = [range(0), range(1)];
    const span = Math.max(x[1] - x[0], y[1] - y[0]) || 1;
    return {
      places: places.map((place) => [0.5 + (place[0] - (x[0] + x[1]) / 2) / span, 0.5 + (place[1] - (y[0] + y[1]) / 2) / span]),
      bends: none,
    };
  }
  let given: number[] | undefined;
  if (layout === 'layers')
    given = Array.from(raw, (node) => {
      const layer = isRecord(node) ? node['layer'] : undefined;
      if (!Number.isInteger(layer) || (layer as number) < 0)
        throw wrong(part, 'nodes', 'nodes with a layer, a whole number from 0', node, 'Layout "layers" reads it; "dag" finds it.');
      return layer as number;
    });
  // Layers from left to right: their width is that of the widest box, and boxes of one layer lie below each other.
  const boxes = nodes.map(boxOf);
  const laid = layoutLayers(
    nodes.length,
    pairs,
    boxes.map(([, height]) => height + gapAcross),
    given,
  );
  const widths = Array.from({ length: laid.layers }, (_, layer) =>
    Math.max(0, ...boxes.map(([width], i) => (laid.layer[i] === layer ? width : 0))),
  );
  const centres: number[] = [];
  let edge = 0;
  for (const width of widths) {
    centres.push(edge + width / 2);
    edge += width + gapAlong;
  }
  const across = (x: number): number => x - gapAcross / 2;
  return {
    places: nodes.map((_, i) => [centres[laid.layer[i]!]!, across(laid.across[i]!)]),
    bends: laid.bends.map((bends) => bends.map(([x, layer]) => [centres[layer]!, across(x)] as const)),
    size: [Math.max(1, edge - gapAlong), Math.max(1, laid.width - gapAcross)],
  };
}
