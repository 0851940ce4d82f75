/* The dataflow graph of a notebook, and what a request of the reader evaluates in it. Edges are (names a cell reads) ∩ (names
   another cell defines); a name that nobody defines is left to run time. What is wrong with cells before anything runs is
   worded in problems.ts, orders are found in order.ts. Pure: from analysed cells to plain records. */

import { breakCycles } from './cycles.ts';
import { cellOf, usesOf } from './nodes.ts';
import { topological } from './order.ts';
import { duplicate, foreignAssignment, unsound } from './problems.ts';
import type { CellProblem, CellState, Graph, SourceCell } from './types.ts';

/** The graph of `sources`. Cells that stand in it as they stood in `before` are the same records. */
export function buildGraph(sources: readonly SourceCell[], before?: Graph): Graph {
  const position = new Map(sources.map(({ id }, at) => [id, at]));
  const live = sources.filter((cell) => cell.run !== 'off' && !cell.prose);

  // Owners: every public value name with the cells that define it, in file order.
  const definers = new Map<string, { cell: string; import: string | undefined }[]>();
  for (const cell of live) {
    for (const { kind, name, import: from } of cell.analysis.defines) {
      if (kind === 'type' || name.startsWith('_')) continue;
      const list = definers.get(name);
      if (list) list.push({ cell: cell.id, import: from });
      else definers.set(name, [{ cell: cell.id, import: from }]);
    }
  }

  // Duplicates: an error on all definers if another cell reads the name (prose is no cell); otherwise each keeps its own.
  const problems = new Map<string, CellProblem>();
  const owner = new Map<string, string>();
  const others = new Map<string, string[]>();
  for (const [name, list] of definers) {
    const cells = list.length === 1 ? [list[0]!.cell] : [...new Set(list.map((entry) => entry.cell))];
    const sameImport = list[0]!.import !== undefined && list.every((entry) => entry.import === list[0]!.import);
    if (cells.length > 1 && !sameImport) {
      if (!live.some((cell) => !cells.includes(cell.id) && cell.analysis.reads.includes(name))) continue;
      for (const id of cells) {
        const rest = cells.filter((other) => other !== id);
        problems.set(id, duplicate(name, sources[position.get(id)!]!, rest));
      }
      others.set(name, cells.slice(1));
    }
    owner.set(name, cells[0]!);
  }

  const uses = sources.map((cell) => usesOf(cell, owner, before?.cells.get(cell.id)));
  const asked: number[] = []; // the last cell that needs this one
  let needs: readonly (readonly number[])[] = sources.map(({ id }, at) => {
    const need: number[] = [];
    for (const use of uses[at]!) {
      for (const by of [use.cell, ...(others.get(use.name) ?? [])]) {
        const other = position.get(by)!;
        if (asked[other] !== at && by !== id) need.push(other);
        asked[other] = at;
      }
    }
    return need;
  });

  for (const { id, analysis } of live) {
    const [write] = analysis.writes;
    if (analysis.error) problems.set(id, unsound(analysis.error));
    else if (write && !problems.has(id))
      problems.set(id, foreignAssignment(write, owner.get(write.name) ?? definers.get(write.name)?.find(({ cell }) => cell !== id)?.cell));
  }

  // Cycles: what the topological order leaves out holds them, as strongly connected components of more than one cell.
  let sorted = topological(needs);
  if (sorted.length < sources.length) {
    const broken = breakCycles(sources, needs, uses);
    for (const [id, problem] of broken.problems) problems.set(id, problem);
    needs = broken.needs;
    sorted = topological(needs);
  }

  const cells = new Map(
    sources.map((cell, at) => [cell.id, cellOf(cell, uses[at]!, owner, problems.get(cell.id), before?.cells.get(cell.id))]),
  );
  const dependents = new Map<string, string[]>();
  const order = sorted.map((at) => {
    const { id } = sources[at]!;
    for (const need of needs[at]!) {
      const list = dependents.get(sources[need]!.id);
      if (list) list.push(id);
      else dependents.set(sources[need]!.id, [id]);
    }
    return id;
  });
  return { cells, order, dependents };
}

// ---- plans --------------------------------------------------------------------------------------------------------------

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

/** Everything the cells need, directly or by way of others, without the cells themselves unless they need each other. */
function needsOf(graph: Graph, ids: readonly string[]): Set<string> {
  const found = new Set<string>();
  const stack = [...ids];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const { cell } of graph.cells.get(id)?.uses ?? []) {
      if (found.has(cell)) continue;
      found.add(cell);
      stack.push(cell);
    }
  }
  return found;
}
