/* What a request of the reader evaluates: from the graph and what is known of each cell to the ids of a plan and the cells
   that turn stale instead. The worker takes it from there (order, turns, blocked cells). Pure. */

import { dependentsOf, needsOf } from './graph.ts';
import type { CellState, Graph } from './types.ts';

/** What the page knows of a cell when it plans. */
export interface CellFacts {
  readonly state: CellState;
  /** The engine holds the values that its present text defines. */
  readonly valued: boolean;
  /** Evaluated since the engine started: a `once` cell now waits to be asked. */
  readonly ran: boolean;
}

export interface Plan {
  /** In the order of the graph. */
  readonly run: readonly string[];
  /** Cells that follow from the plan but wait for their reader. */
  readonly stale: readonly string[];
}

type Facts = (id: string) => CellFacts;

/** Every `auto` cell, and `once` cells that have not run; `manual` ones turn stale. */
export function planAll(graph: Graph, facts: Facts): Plan {
  const run = graph.order.filter((id) => runsByItself(graph, facts, id));
  return { run, stale: graph.order.filter((id) => graph.cells.get(id)!.run === 'manual') };
}

/** As if its reader had pressed run on each of `ids` (default: all) and on all they need, whatever their mode; `off` stays off. */
export function planEvery(graph: Graph, ids?: readonly string[]): Plan {
  const wanted = ids && new Set([...ids, ...needsOf(graph, ids)]);
  return { run: graph.order.filter((id) => graph.cells.get(id)!.run !== 'off' && (!wanted || wanted.has(id))), stale: [] };
}

/** First what the cells need and do not have, then the cells, then their dependents that run by themselves. */
export function planCells(graph: Graph, facts: Facts, ids: readonly string[]): Plan {
  const run = new Set(ids.filter((id) => graph.cells.has(id) && graph.cells.get(id)!.run !== 'off'));
  const stale = new Set<string>();
  const visited = { asked: new Set<string>(), following: new Set<string>() };
  const addNeeds = (id: string, asked: boolean): void => {
    const stack = [id];
    while (stack.length) {
      for (const { cell: need } of graph.cells.get(stack.pop()!)!.uses) {
        const seen = asked ? visited.asked : visited.following;
        if (seen.has(need)) continue;
        seen.add(need);
        stack.push(need);
        const { valued, state } = facts(need);
        const byItself = runsByItself(graph, facts, need);
        if (byItself ? !valued || state !== 'done' : asked && !valued) run.add(need);
      }
    }
  };
  for (const id of run) addNeeds(id, true);
  for (const id of dependentsOf(graph, run, (id) => run.has(id) || runsByItself(graph, facts, id))) {
    if (run.has(id)) continue;
    if (!runsByItself(graph, facts, id)) {
      stale.add(id);
      continue;
    }
    run.add(id);
    addNeeds(id, false);
  }
  return { run: graph.order.filter((id) => run.has(id)), stale: graph.order.filter((id) => stale.has(id) && !run.has(id)) };
}

function runsByItself(graph: Graph, facts: Facts, id: string): boolean {
  const { run } = graph.cells.get(id)!;
  return run === 'auto' || (run === 'once' && !facts(id).ran);
}
