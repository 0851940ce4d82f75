/* From the steps of a program's calls to few dispatches. A chain goes into the step that writes what it reads (`withEpilogue`), wherever both
   stand, if no way leads from one to the other through a third; then steps that need nothing of each other go side by side into one
   dispatch (merge.ts), those first from which the longest way leads to the end. */

import { withEpilogue } from '../elementwise/generate.ts';
import type { Graph, Node } from '../program/graph.ts';
import { join } from '../program/graph.ts';
import { Bundle } from './merge.ts';
import type { Step } from './step.ts';

/** A step and the call that it is of, by position in the program. */
export interface Work<B> {
  readonly step: Step<B>;
  readonly call: number;
}

export interface Places<B> {
  /** Storage buffers that one dispatch may bind. */
  readonly limit: number;
  /** What must not be both read and written by one dispatch. */
  placeOf(buffer: B): unknown;
  /** Whether the buffer stands for others beside it. */
  isSpan(buffer: B): boolean;
  /** Whether nobody sees after the steps what the buffer holds. */
  isInner(buffer: B): boolean;
}

/** Fewer steps with the same effect, in an order in which they can run. `after`: for each call the later calls that must stay behind it. */
export function scheduled<B>(works: readonly Work<B>[], after: readonly ReadonlySet<number>[], places: Places<B>): Step<B>[] {
  const graph = graphOf(works, after, places);
  joinEpilogues(graph, works, places);
  return sideBySide(
    graph.sequence.filter((node) => node !== undefined),
    places,
  );
}

type StepNode<B> = Node<Step<B>>;

/** Steps that touch one buffer keep their order where their calls must, and within a call unless they are `beside` each other. */
function graphOf<B>(works: readonly Work<B>[], after: readonly ReadonlySet<number>[], { placeOf, isSpan }: Places<B>): Graph<Step<B>> {
  const nodes = works.map(({ step }, order): StepNode<B> => ({
    members: [step],
    after: new Set(),
    before: new Set(),
    readers: new Set(),
    order,
    isFusable: false,
  }));
  interface Touch {
    readonly at: number;
    readonly buffer: B;
    readonly writes: boolean;
  }
  const touches = new Map<unknown, Touch[]>();
  works.forEach(({ step, call }, at) => {
    step.buffers.forEach((buffer, i) => {
      const place = placeOf(buffer);
      const list = touches.get(place) ?? [];
      const touch = { at, buffer, writes: step.access[i] === 'w' };
      for (const other of list) {
        const from = works[other.at]!;
        if (!(touch.writes || other.writes) || other.at === at) continue;
        if (other.buffer !== buffer && !isSpan(other.buffer) && !isSpan(buffer)) continue;
        const keepsOrder = from.call === call ? !step.beside || from.step.beside !== step.beside : after[from.call]!.has(call);
        if (!keepsOrder) continue;
        nodes[other.at]!.after.add(nodes[at]!);
        nodes[at]!.before.add(nodes[other.at]!);
      }
      list.push(touch);
      touches.set(place, list);
    });
  });
  return { sequence: nodes };
}

function joinEpilogues<B>(graph: Graph<Step<B>>, works: readonly Work<B>[], { limit, isInner }: Places<B>): void {
  /** By buffer: how many steps touch it. */
  const users = new Map<B, number>();
  for (const { step } of works) for (const buffer of new Set(step.buffers)) users.set(buffer, (users.get(buffer) ?? 0) + 1);
  for (const start of [...graph.sequence]) {
    for (let node = start; node && graph.sequence[node.order] === node;) {
      const step = node.members[0]!;
      const { whole } = step;
      if (!whole) break;
      let joined: StepNode<B> | undefined;
      for (const next of [...node.after].sort((a, b) => a.order - b.order)) {
        const isAlone = isInner(whole.buffer) && users.get(whole.buffer) === 2;
        const both = withEpilogue(step, next.members[0]!, limit, isAlone);
        joined = both && join(graph, node, next, () => [both]);
        if (joined) break;
      }
      node = joined;
    }
  }
}

/** Steps that are ready at once go into one dispatch, as many as fit. */
function sideBySide<B>(nodes: readonly StepNode<B>[], { limit, placeOf }: Places<B>): Step<B>[] {
  const heights = new Map<StepNode<B>, number>();
  for (const node of nodes.toReversed()) {
    let height = 0;
    for (const later of node.after) height = Math.max(height, heights.get(later)! + 1);
    heights.set(node, height);
  }
  const waitsFor = new Map(nodes.map((node) => [node, node.before.size]));
  let ready = nodes.filter((node) => node.before.size === 0);
  const steps: Step<B>[] = [];
  while (ready.length > 0) {
    ready.sort((a, b) => heights.get(b)! - heights.get(a)! || a.order - b.order);
    const bundle = new Bundle(limit, placeOf);
    const taken = new Set(ready.filter((node) => bundle.add(node.members[0]!)));
    steps.push(bundle.step);
    ready = ready.filter((node) => !taken.has(node));
    for (const node of taken) {
      for (const later of node.after) {
        const left = waitsFor.get(later)! - 1;
        waitsFor.set(later, left);
        if (left === 0) ready.push(later);
      }
    }
  }
  return steps;
}
