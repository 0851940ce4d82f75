/* `graphView`: nodes and edges, laid out, of which one node is chosen and, where that is wanted, moved. */

import { graphIn, type Place } from './graph.ts';
import { flagIn, isList, isNumber, isRecord, listed, wrong } from './options.ts';
import type { PartDefinition } from './part.ts';

export interface GraphValue {
  /** Id of the chosen node, or null. */
  readonly selection: string | null;
  /** Place of each node by its id. */
  readonly positions: Readonly<Record<string, Place>>;
}

export const graphView: PartDefinition<GraphValue> = {
  name: 'graphView',
  doc: [
    'graphView({ label, nodes, edges, layout = "dag", directed?, drag = false, value? })',
    'A graph. `nodes`: { id, label, value, state }, or ids; `state`: a word (shown by colour and in the key) or a palette number; `edges`: [from, to] or { from, to, label, state }. `layout`: "dag" finds layers, "layers" takes each node’s `layer`, "force" lets edges pull, "given" takes `x` and `y`. `drag`: nodes can be moved. The value is { selection, positions }: the id of the chosen node or null, and where each stands.',
  ],
  make(options) {
    const graph = graphIn('graphView', options);
    const drag = flagIn('graphView', options, 'drag');
    const { nodes, edges, places } = graph;
    const positions = Object.fromEntries(nodes.map(({ id }, i) => [id, places[i]!]));
    const decode = (wire: unknown): GraphValue => {
      const { selection = null, positions: moved = positions } = isRecord(wire) ? wire : { selection: wire };
      if (selection !== null && !Object.hasOwn(positions, String(selection)))
        throw wrong('graphView', 'value', 'the id of a node, or null', selection, `There are ${listed(nodes.map(({ id }) => id))}.`);
      if (!isRecord(moved)) throw wrong('graphView', 'value', '{ selection, positions }', wire);
      const next: Record<string, Place> = { ...positions };
      for (const [id, at] of Object.entries(moved)) {
        if (!Object.hasOwn(positions, id)) continue; // of a graph that was another one
        if (!isList(at) || !isNumber(at[0]) || !isNumber(at[1])) throw wrong('graphView', 'value', 'positions [x, y]', at);
        next[id] = [at[0], at[1]];
      }
      return { selection: selection === null ? null : String(selection), positions: drag ? next : positions };
    };
    const names = (ids: readonly number[]): string => listed(ids.map((i) => nodes[i]!.label));
    return {
      props: { ...graph, drag: drag || undefined },
      value: decode(options['value'] ?? null),
      text: ({ selection }) => {
        const all = `${nodes.length} nodes, ${edges.length} edges.`;
        const at = nodes.findIndex(({ id }) => id === selection);
        const node = nodes[at];
        if (node === undefined) return `${all} Chosen: none.`;
        const to = edges.filter(({ from }) => from === at).map((edge) => edge.to),
          from = edges.filter((edge) => edge.to === at).map((edge) => edge.from);
        const facts = [node.value, node.state].filter((word) => word !== '').join(', ');
        const said = graph.directed
          ? [from.length === 0 ? '' : `after ${names(from)}`, to.length === 0 ? '' : `before ${names(to)}`]
          : [from.length + to.length === 0 ? '' : `beside ${names([...new Set([...from, ...to])])}`];
        return `${all} Chosen: ${node.label}${facts === '' ? '' : ` (${facts})`}${said
          .filter((one) => one !== '')
          .map((one) => `, ${one}`)
          .join('')}.`;
      },
      decode,
    };
  },
};
