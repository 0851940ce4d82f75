/* What a request of the reader evaluates: from the graph and what is known of each cell to the ids of a plan and the cells
   that turn stale instead. The worker takes it from there (order, turns, blocked cells). Pure. */

import { needsOf } from './graph.ts';
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
  const seen = { asked: new Set<string>(), following: new Set<string>() };
  /** Adds what the cell needs and does not have; a cell that waits for its reader only where it was `asked` for. */
  const addNeeds = (id: string, why: keyof typeof seen): void => {
    const stack = [id];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      for (const { cell: need } of graph.cells.get(next)!.uses) {
        if (run.has(need) || seen[why].has(need)) continue; // what runs has its own turn here
        seen[why].add(need);
        stack.push(need);
        const { valued, state } = facts(need);
        if (runsByItself(graph, facts, need) ? !valued || state !== 'done' : why === 'asked' && !valued) run.add(need);
      }
    }
  };
  for (const id of run) addNeeds(id, 'asked');

  const stale = new Set<string>();
  const followers: string[] = [];
  const changed = [...run];
  for (let id = changed.pop(); id !== undefined; id = changed.pop()) {
    for (const user of graph.dependents.get(id) ?? []) {
      if (run.has(user) || stale.has(user)) continue;
      if (!runsByItself(graph, facts, user)) {
        stale.add(user);
        continue;
      }
      run.add(user);
      followers.push(user);
      changed.push(user);
    }
  }
  for (const id of followers) addNeeds(id, 'following');
  return {
    run: graph.order.filter((id) => run.has(id)),
    stale: stale.size ? graph.order.filter((id) => stale.has(id) && !run.has(id)) : [],
  };
}

function runsByItself(graph: Graph, facts: Facts, id: string): boolean {
  const { run } = graph.cells.get(id)!;
  return run === 'auto' || (run === 'once' && !facts(id).ran);
}
