/* `treeView`: a tree from left to right or downwards, opened and closed, of which one node is chosen. */

import { flagIn, isList, isNumber, isRecord, oneOf, say, wholeIn, wrong } from './options.ts';
import type { Options, PartDefinition } from './part.ts';

export interface TreeNode {
  readonly id: string;
  readonly label: string;
  /** A second line. */
  readonly value: string;
  /** Probability of the edge that leads here, NaN where there is none. */
  readonly p: number;
  /** Of the whole way from the root. */
  readonly product: number;
  readonly depth: number;
  /** Index of the parent, -1 at the root. */
  readonly parent: number;
  readonly children: readonly number[];
  /** Palette number, 0: none. */
  readonly colour: number;
}
export interface TreeChoice {
  readonly id: string;
  readonly label: string;
  /** Which child on each level. */
  readonly path: readonly number[];
  /** Of the whole way, with `probabilities`. */
  readonly probability?: number;
}

export const treeView: PartDefinition<TreeChoice> = {
  name: 'treeView',
  doc: [
    'treeView({ label, root, probabilities = false, expand?, direction = "right", value? })',
    'A tree. `root`: { id, label, value, p, state, children }, or words and lists such as ["+", ["a"], ["b"]]; `probabilities`: each edge shows its `p` and each node the product of its way; `expand`: how many levels are open at first; `direction`: "right" or "down". The value is the chosen node, { id, label, path } (and `probability`), at first the root.',
  ],
  make(options) {
    const probabilities = flagIn('treeView', options, 'probabilities');
    const direction = oneOf('treeView', options, 'direction', ['right', 'down'], 'right');
    const nodes = nodesOf(options, probabilities);
    const expand = wholeIn('treeView', options, 'expand', nodes.length > 60 ? 3 : 64, 0);
    const pathOf = (i: number): number[] => {
      const { parent } = nodes[i]!;
      return parent < 0 ? [] : [...pathOf(parent), nodes[parent]!.children.indexOf(i)];
    };
    const choice = (i: number): TreeChoice => {
      const { id, label, product } = nodes[i]!;
      return { id, label, path: pathOf(i), ...(probabilities ? { probability: product } : {}) };
    };
    const decode = (wire: unknown): TreeChoice => {
      const id = isRecord(wire) ? wire['id'] : wire;
      const at = nodes.findIndex((node) => node.id === String(id));
      if (at < 0)
        throw wrong('treeView', 'value', 'the id of a node', id, 'A node without one is called by its way from the root, such as "0.1".');
      return choice(at);
    };
    return {
      props: { nodes, direction, expand, probabilities: probabilities || undefined },
      value: options['value'] === undefined ? choice(0) : decode(options['value']),
      text: ({ id, path, probability }) => {
        const at = nodes.findIndex((node) => node.id === id);
        const { label, value, children, depth } = nodes[at]!;
        const way = path.length === 0 ? 'the root' : `level ${depth}`;
        const below = children.length === 0 ? 'a leaf' : `${children.length} ${children.length === 1 ? 'child' : 'children'}`;
        return `${nodes.length === 1 ? 'One node' : `${nodes.length} nodes`}. Chosen: ${label}${value === '' ? '' : ` (${value})`}, ${way}, ${below}${probability === undefined ? '' : `, probability ${say(probability)}`}.`;
      },
      encode: ({ id }) => id,
      decode,
    };
  },
};

const most = 2000;

/** All nodes, parents before their children. */
function nodesOf(options: Options, probabilities: boolean): TreeNode[] {
  const nodes: TreeNode[] = [];
  const seen = new Set<unknown>();
  const add = (raw: unknown, parent: number, place: string, depth: number): number => {
    const node = isRecord(raw) ? raw : isList(raw) ? { label: raw[0], children: Array.from(raw).slice(1) } : { label: raw };
    const { id = place, label = node['id'], value = '', p, state = 0, children = [] } = node as Readonly<Record<string, unknown>>;
    if (label === undefined || label === null || typeof label === 'object')
      throw wrong('treeView', 'root', 'a node with a label, such as { label: "root", children: [] }', raw);
    if (typeof raw === 'object' && raw !== null) {
      if (seen.has(raw)) throw wrong('treeView', 'root', 'a tree', raw, 'This node hangs in two places.');
      seen.add(raw);
    }
    if (!isList(children)) throw wrong('treeView', 'root', 'children in a list', children);
    if (p !== undefined && (!isNumber(p) || p < 0 || p > 1)) throw wrong('treeView', 'root', 'p from 0 to 1', p);
    if (!Number.isInteger(state) || (state as number) < 0 || (state as number) > 6)
      throw wrong('treeView', 'root', 'state as a palette number from 1 to 6', state);
    if (nodes.length >= most) throw wrong('treeView', 'root', `at most ${most} nodes`, `more`, 'Show a part of the tree.');
    const at = nodes.length;
    const share = p ?? (probabilities && parent >= 0 ? NaN : 1);
    const kids: number[] = [];
    nodes.push({
      id: String(id),
      label: String(label),
      value: isNumber(value) ? say(value) : String(value),
      p: parent < 0 ? NaN : ((p as number | undefined) ?? NaN),
      product: (nodes[parent]?.product ?? 1) * (share as number),
      depth,
      parent,
      children: kids,
      colour: state as number,
    });
    Array.from(children as ArrayLike<unknown>).forEach((child, i) => {
      if (child !== null && child !== undefined) kids.push(add(child, at, place === '' ? String(i) : `${place}.${i}`, depth + 1));
    });
    return at;
  };
  if (options['root'] === undefined) throw wrong('treeView', 'root', 'a node such as { label: "root", children: [] }', undefined);
  add(options['root'], -1, '', 0);
  const root = nodes[0]!;
  if (root.id === '') nodes[0] = { ...root, id: 'root' };
  const ids = new Set(nodes.map(({ id }) => id));
  if (ids.size < nodes.length)
    throw wrong(
      'treeView',
      'root',
      'ids of which each is there once',
      nodes.find(({ id }, i) => nodes.findIndex((n) => n.id === id) !== i)!.id,
    );
  return nodes;
}
