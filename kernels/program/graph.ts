/* The calls of a program as a graph that can be contracted: nodes become one where no way leads from one to the other through a third.
   Contracted or not, `sequence` is an order that keeps every hazard, so what is left can be run as it stands. */

import type { ProgramCall } from './effects.ts';
import { dependences } from './effects.ts';
import type { ProgramView } from './views.ts';

/** A call, or several that have become one. */
export interface Node<M = Member> {
  /** By position in the program, ascending. */
  readonly members: M[];
  readonly after: Set<Node<M>>;
  readonly before: Set<Node<M>>;
  /** Later nodes that read something this one wrote. */
  readonly readers: Set<Node<M>>;
  /** Place in an order that all edges follow. */
  order: number;
  readonly isFusable: boolean;
}

export interface Member {
  readonly at: number;
  call: ProgramCall;
  /** The number each input is known to be, where it is. */
  readonly constants: readonly (number | undefined)[];
  /** Positions of the calls that read what this one wrote. */
  readers: ReadonlySet<number>;
}

export interface Graph<M = Member> {
  /** In an order that all edges follow; holes where nodes have become one. */
  readonly sequence: (Node<M> | undefined)[];
}

/** One node a call. `constants` are the numbers that inputs are known to be; `readsAt` leaves those out. */
export function graphOf(
  calls: readonly ProgramCall[],
  constants: readonly (readonly (number | undefined)[])[],
  readsAt: (call: number) => readonly ProgramView[],
  isFusable: (call: ProgramCall) => boolean,
): Graph {
  const { after, readers } = dependences(calls, readsAt);
  const holder = calls.map((call, at): Node => ({
    members: [{ at, call, constants: constants[at]!, readers: readers[at]! }],
    after: new Set(),
    before: new Set(),
    readers: new Set(),
    order: at,
    isFusable: isFusable(call),
  }));
  holder.forEach((node, at) => {
    for (const later of after[at]!) {
      node.after.add(holder[later]!);
      holder[later]!.before.add(node);
    }
    for (const later of readers[at]!) node.readers.add(holder[later]!);
  });
  return { sequence: [...holder] };
}

/**
 * The nodes between `first` and `last` in order that lead to `last`; undefined where one of them comes from `first`: a way around, so that
 * the two cannot become one.
 */
function leadingTo<M>(last: Node<M>, first: Node<M>): Set<Node<M>> | undefined {
  const found = new Set<Node<M>>();
  const open = [last];
  for (let node = open.pop(); node; node = open.pop()) {
    for (const before of node.before) {
      if (before === first) {
        if (node !== last) return undefined;
      } else if (before.order > first.order && !found.has(before)) {
        found.add(before);
        open.push(before);
      }
    }
  }
  return found;
}

/** Makes the two one node with `members`, if no way leads from one to the other through a third; the one that is left. */
export function join<M>(graph: Graph<M>, x: Node<M>, y: Node<M>, members: () => readonly M[] | undefined): Node<M> | undefined {
  const [a, b] = x.order < y.order ? [x, y] : [y, x];
  const ahead = leadingTo(b, a);
  const joined = ahead && members();
  if (!joined) return undefined;
  a.members.splice(0, a.members.length, ...joined);
  for (const node of b.before) {
    node.after.delete(b);
    const read = node.readers.delete(b);
    if (node === a) continue;
    node.after.add(a);
    a.before.add(node);
    if (read) node.readers.add(a);
  }
  for (const node of b.after) {
    node.before.delete(b);
    node.before.add(a);
    a.after.add(node);
  }
  for (const node of b.readers) a.readers.add(node);
  // Those that lead to b move ahead of what is now one; all others between stay behind it.
  const low = a.order;
  const slice = graph.sequence.slice(low + 1, b.order).filter((node) => node !== undefined);
  const sorted = [...slice.filter((node) => ahead.has(node)), a, ...slice.filter((node) => !ahead.has(node))];
  for (let i = low; i <= b.order; i++) {
    const node = sorted[i - low];
    graph.sequence[i] = node;
    if (node) node.order = i;
  }
  return a;
}
