/* The dataflow graph of a notebook, and what a request of the reader evaluates in it. Edges are (names a cell reads) ∩ (names
   another cell defines); a name that nobody defines is left to run time. What is wrong with cells before anything runs is
   worded in problems.ts, orders are found in order.ts. Pure: from analysed cells to plain records. */

import { breakCycles } from './cycles.ts';
import { topological } from './order.ts';
import { duplicate, foreignAssignment, unsound } from './problems.ts';
import type { Definition } from '../analysis/types.ts';
import type { CellProblem, CellState, Graph, GraphCell, SourceCell } from './types.ts';

/** The graph of `sources`. Cells that stand in it as they stood in `before` are the same records. */
export function buildGraph(sources: readonly SourceCell[], before?: Graph): Graph {
  const position = new Map<string, number>();
  for (let at = 0; at < sources.length; at++) position.set(sources[at]!.id, at);
  const live = sources.filter((cell) => cell.run !== 'off' && !cell.prose);

  // Owners: every public value name with the cells that define it, in file order.
  const definers = new Map<string, Definer | Definer[]>();
  for (const cell of live) {
    for (const { kind, name, import: from } of cell.analysis.defines) {
      if (kind === 'type' || name.startsWith('_')) continue;
      const definer = { cell: cell.id, import: from };
      const there = definers.get(name);
      if (there === undefined) definers.set(name, definer);
      else if (Array.isArray(there)) there.push(definer);
      else definers.set(name, [there, definer]);
    }
  }

  // Duplicates: an error on all definers if another cell reads the name (prose is no cell); otherwise each keeps its own.
  const problems = new Map<string, CellProblem>();
  const owner = new Map<string, string>();
  const others = new Map<string, string[]>();
  for (const [name, definer] of definers) {
    if (!Array.isArray(definer)) {
      owner.set(name, definer.cell);
      continue;
    }
    const cells = [...new Set(definer.map(({ cell }) => cell))];
    const sameImport = definer[0]!.import !== undefined && definer.every((entry) => entry.import === definer[0]!.import);
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

  const uses = sources.map((cell) => usesOf(cell, owner, before?.cells.get(cell.id)?.uses));
  const asked = new Int32Array(sources.length).fill(-1); // the last cell that needs this one
  let needs: readonly (readonly number[])[] = sources.map((cell, at) => {
    const need: number[] = [];
    const add = (id: string): void => {
      const other = position.get(id)!;
      if (asked[other] !== at) need.push(other);
      asked[other] = at;
    };
    for (const use of uses[at]!) {
      add(use.cell);
      if (others.size > 0) for (const other of others.get(use.name) ?? none) if (other !== cell.id) add(other);
    }
    return need;
  });

  for (const { id, analysis } of live) {
    const [write] = analysis.writes;
    if (analysis.error) problems.set(id, unsound(analysis.error));
    else if (write && !problems.has(id)) problems.set(id, foreignAssignment(write, owner.get(write.name)));
  }

  // Cycles: what the topological order leaves out holds them, as strongly connected components of more than one cell.
  let sorted = topological(needs);
  if (sorted.length < sources.length) {
    const broken = breakCycles(
      sources.map(({ id }) => id),
      needs,
      uses,
    );
    for (const [id, problem] of broken.problems) problems.set(id, problem);
    needs = broken.needs;
    sorted = topological(needs);
  }

  const cells = new Map<string, GraphCell>();
  for (let at = 0; at < sources.length; at++) {
    const cell = sources[at]!;
    cells.set(cell.id, cellOf(cell, uses[at]!, owner, problems.get(cell.id), before?.cells.get(cell.id)));
  }
  const order: string[] = [];
  const dependents = new Map<string, string[]>();
  for (const at of sorted) {
    const { id } = sources[at]!;
    order.push(id);
    for (const need of needs[at]!) {
      const list = dependents.get(sources[need]!.id);
      if (list) list.push(id);
      else dependents.set(sources[need]!.id, [id]);
    }
  }
  return { cells, order, dependents };
}

interface Definer {
  readonly cell: string;
  readonly import: string | undefined;
}

/** The names it reads that another cell owns; `before`, where that says the same. */
function usesOf(cell: SourceCell, owner: ReadonlyMap<string, string>, before: GraphCell['uses'] | undefined): GraphCell['uses'] {
  if (cell.run === 'off') return none;
  const { reads } = cell.analysis;
  let count = 0,
    same = before !== undefined;
  for (const name of reads) {
    const by = owner.get(name);
    if (by === undefined || by === cell.id) continue;
    const known = same ? before![count] : undefined;
    same &&= known !== undefined && known.name === name && known.cell === by;
    count++;
  }
  if (same && before!.length === count) return before!;
  if (count === 0) return none;
  return reads.flatMap((name) => {
    const by = owner.get(name);
    return by === undefined || by === cell.id ? [] : [{ name, cell: by }];
  });
}

/** The cell as a node of the graph; `before`, where that is the same. */
function cellOf(
  { id, run, prose = false, analysis }: SourceCell,
  uses: GraphCell['uses'],
  owner: ReadonlyMap<string, string>,
  problem: CellProblem | undefined,
  before: GraphCell | undefined,
): GraphCell {
  const isPublic = ({ kind, name }: Definition): boolean => kind === 'value' && !name.startsWith('_') && owner.has(name);
  const defines = run === 'off' || prose ? none : namesOf(analysis.defines, isPublic, before?.defines);
  if (
    before &&
    !problem &&
    !before.problem &&
    before.uses === uses &&
    before.defines === defines &&
    before.run === run &&
    before.prose === prose
  )
    return before;
  return problem ? { id, run, prose, defines, uses, problem } : { id, run, prose, defines, uses };
}

/** The names of those that `are`; `before`, where that says the same. */
function namesOf(
  list: readonly Definition[],
  are: (definition: Definition) => boolean,
  before: readonly string[] | undefined,
): readonly string[] {
  let count = 0,
    same = before !== undefined;
  for (const definition of list) {
    if (!are(definition)) continue;
    same &&= before![count] === definition.name;
    count++;
  }
  if (same && before!.length === count) return before!;
  return count === 0 ? none : list.filter(are).map(({ name }) => name);
}

const none: readonly never[] = [];

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
