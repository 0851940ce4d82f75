/* The dataflow graph of a notebook: who defines a name, who uses it, in what order cells may run, and what is wrong with
   them before anything runs (duplicates, cycles, foreign assignments). Edges are (names a cell reads) ∩ (names another
   cell defines); a name that nobody defines is left to run time. Pure: from analysed cells to plain records. */

import type { Analysis } from '../analysis/types.ts';
import type { CellProblem, Graph, GraphCell, SourceCell } from './types.ts';

export function buildGraph(sources: readonly SourceCell[]): Graph {
  const live = sources.filter((cell) => cell.run !== 'off' && !cell.prose);
  const position = new Map(sources.map((cell, index) => [cell.id, index]));

  // Owners: every public value name with the cells that define it, in file order.
  const definers = new Map<string, { cell: string; import: string | undefined }[]>();
  for (const cell of live) {
    for (const definition of cell.analysis.defines) {
      if (definition.kind === 'type' || definition.name.startsWith('_')) continue;
      const list = definers.get(definition.name);
      if (list) list.push({ cell: cell.id, import: definition.import });
      else definers.set(definition.name, [{ cell: cell.id, import: definition.import }]);
    }
  }

  // Duplicates: an error on all definers if somebody else reads the name; otherwise each keeps its own.
  const problems = new Map<string, CellProblem>();
  const owner = new Map<string, string>();
  const others = new Map<string, string[]>();
  for (const [name, list] of definers) {
    const cells = list.length === 1 ? [list[0]!.cell] : [...new Set(list.map((entry) => entry.cell))];
    const sameImport = list[0]!.import !== undefined && list.every((entry) => entry.import === list[0]!.import);
    if (cells.length > 1 && !sameImport) {
      if (!sources.some((cell) => cell.run !== 'off' && !cells.includes(cell.id) && cell.analysis.reads.includes(name))) continue;
      for (const id of cells) {
        const rest = cells.filter((other) => other !== id);
        problems.set(id, {
          name: 'DuplicateDefinition',
          message: `\`${name}\` is defined here and in ${words(rest)}. Rename one of them, or call it \`_${name}\` to keep it to its cell.`,
          cells: rest, ...placeOf(sources[position.get(id)!]!, name),
        });
      }
      others.set(name, cells.slice(1));
    }
    owner.set(name, cells[0]!);
  }

  const uses = new Map<string, readonly { name: string; cell: string }[]>();
  const needs = new Map<string, Set<string>>();
  for (const cell of sources) {
    const used: { name: string; cell: string }[] = [];
    const need = new Set<string>();
    for (const name of cell.run === 'off' ? [] : cell.analysis.reads) {
      const by = owner.get(name);
      if (by === undefined || by === cell.id) continue;
      used.push({ name, cell: by });
      need.add(by);
      for (const other of others.get(name) ?? []) if (other !== cell.id) need.add(other);
    }
    uses.set(cell.id, used);
    needs.set(cell.id, need);
  }

  for (const cell of live) {
    const error = cell.analysis.error;
    if (error) problems.set(cell.id, { name: error.name, message: error.message, line: error.line, column: error.column, cells: [] });
    for (const write of cell.analysis.writes) {
      if (problems.has(cell.id)) break;
      const by = owner.get(write.name);
      problems.set(cell.id, by === undefined
        ? { name: 'ReferenceError', message: `No cell defines \`${write.name}\`, so nothing can be assigned to it. Write \`const ${write.name} = …\` to define it here.`, cells: [], line: write.line, column: write.column }
        : { name: 'ForeignAssignment', message: `\`${write.name}\` belongs to ${by}: only its own cell can assign it. Define it there as \`const ${write.name} = mutable(…)\` with \`const ${setter(write.name)} = (v) => { ${write.name}.value = v }\`, and call \`${setter(write.name)}\` here.`, cells: [by], line: write.line, column: write.column });
    }
  }

  // Cycles: what the topological order leaves out holds them, as strongly connected components of more than one cell.
  const ids = sources.map((cell) => cell.id);
  let sorted = topological(ids, needs);
  if (sorted.order.length < ids.length) {
    for (const cells of stronglyConnected(ids, needs)) {
      if (cells.length < 2) continue;
      const inside = new Set(cells);
      for (const id of cells) {
        const loop = shortestLoop(id, needs, inside);
        const names = loop.slice(0, -1).flatMap((from, i) => uses.get(from)!.find((use) => use.cell === loop[i + 1])?.name ?? []);
        problems.set(id, { name: 'CycleError', message: `These cells need each other: ${loop.join(' → ')}${names.length ? ` (by ${names.map((name) => `\`${name}\``).join(', ')})` : ''}. Move what both need into a cell of its own.`, cells: [...new Set(loop)].filter((other) => other !== id) });
      }
      for (const id of cells) needs.set(id, new Set([...needs.get(id)!].filter((need) => !inside.has(need))));
    }
    sorted = topological(ids, needs);
  }

  const cells = new Map<string, GraphCell>();
  sources.forEach((cell, order) => {
    const problem = problems.get(cell.id);
    cells.set(cell.id, {
      id: cell.id, language: cell.language, run: cell.run, prose: cell.prose === true, order,
      defines: cell.run === 'off' || cell.prose ? [] : cell.analysis.defines.flatMap(({ kind, name }) => (kind === 'value' && !name.startsWith('_') && owner.has(name) ? [name] : [])),
      uses: uses.get(cell.id)!,
      ...(problem ? { problem } : {}),
    });
  });
  return { cells, ...sorted };
}

/** Whether a cell with analysis `b` in place of `a` leaves the graph as it is: the same names in the same roles. */
export function sameEdges(a: Analysis, b: Analysis): boolean {
  return a.error === undefined && b.error === undefined && a.writes.length + b.writes.length === 0 && equal(a.reads, b.reads)
    && equal(a.defines.map(roleOf), b.defines.map(roleOf));
}
const roleOf = ({ name, kind, import: from }: Analysis['defines'][number]): string => `${kind} ${name} ${from ?? ''}`;
const equal = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

/** Everything the cells need, directly or by way of others, without the cells themselves unless they need each other. */
export function needsOf(graph: Graph, ids: Iterable<string>): Set<string> {
  return closure(ids, (id) => graph.cells.get(id)?.uses.map((use) => use.cell) ?? []);
}

/** Everything that follows from the cells. `through` says which cells pass a change on. */
export function dependentsOf(graph: Graph, ids: Iterable<string>, through: (id: string) => boolean = () => true): Set<string> {
  return closure(ids, (id) => graph.dependents.get(id) ?? [], through);
}

function closure(ids: Iterable<string>, next: (id: string) => readonly string[], through: (id: string) => boolean = () => true): Set<string> {
  const found = new Set<string>();
  const stack = [...ids].flatMap(next);
  while (stack.length) {
    const id = stack.pop()!;
    if (found.has(id)) continue;
    found.add(id);
    if (through(id)) stack.push(...next(id));
  }
  return found;
}

/** Kahn's algorithm; among cells that are free the earliest in the file comes first (a binary heap of positions). */
function topological(ids: readonly string[], needs: ReadonlyMap<string, ReadonlySet<string>>): { order: string[]; dependents: Map<string, string[]> } {
  const position = new Map(ids.map((id, index) => [id, index]));
  const users = new Map<string, string[]>();
  const missing = new Map<string, number>();
  for (const id of ids) {
    missing.set(id, needs.get(id)!.size);
    for (const need of needs.get(id)!) append(users, need, id);
  }
  const heap: number[] = [];
  const order: string[] = [];
  for (const id of ids) if (missing.get(id) === 0) push(heap, position.get(id)!);
  while (heap.length) {
    const id = ids[pop(heap)]!;
    order.push(id);
    for (const user of users.get(id) ?? []) {
      const left = missing.get(user)! - 1;
      missing.set(user, left);
      if (left === 0) push(heap, position.get(user)!);
    }
  }
  const rank = new Map(order.map((id, index) => [id, index]));
  const dependents = new Map<string, string[]>();
  for (const [id, list] of users) dependents.set(id, list.length > 1 ? list.sort((a, b) => rank.get(a)! - rank.get(b)!) : list);
  return { order, dependents };
}

function push(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (heap[parent]! <= value) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = value;
}

function pop(heap: number[]): number {
  const top = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return top;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= last) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return top;
}

/** Tarjan's algorithm with an explicit stack: a chain of thousands of cells must not overflow ours. */
function stronglyConnected(ids: readonly string[], edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const components: string[][] = [];
  for (const root of ids) {
    if (index.has(root)) continue;
    const work: { id: string; next: Iterator<string> }[] = [];
    const visit = (id: string): void => {
      index.set(id, index.size);
      low.set(id, index.get(id)!);
      stack.push(id);
      onStack.add(id);
      work.push({ id, next: edges.get(id)!.values() });
    };
    visit(root);
    while (work.length) {
      const { id, next } = work[work.length - 1]!;
      const step = next.next();
      if (!step.done) {
        if (!index.has(step.value)) visit(step.value);
        else if (onStack.has(step.value)) low.set(id, Math.min(low.get(id)!, index.get(step.value)!));
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      if (parent) low.set(parent.id, Math.min(low.get(parent.id)!, low.get(id)!));
      if (low.get(id) !== index.get(id)) continue;
      const component = stack.splice(stack.lastIndexOf(id));
      for (const member of component) onStack.delete(member);
      components.push(component);
    }
  }
  return components;
}

/** The shortest way from a cell over what it needs back to itself: `a → b → a`. */
function shortestLoop(start: string, needs: ReadonlyMap<string, ReadonlySet<string>>, inside: ReadonlySet<string>): string[] {
  const from = new Map<string, string>();
  let front = [start];
  while (front.length) {
    const next: string[] = [];
    for (const id of front) {
      for (const need of needs.get(id)!) {
        if (need === start) {
          const way = [start];
          for (let at = id; at !== start; at = from.get(at)!) way.splice(1, 0, at);
          return [...way.slice(0, 1), ...way.slice(1), start];
        }
        if (!inside.has(need) || from.has(need)) continue;
        from.set(need, id);
        next.push(need);
      }
    }
    front = next;
  }
  return [start, start];
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

const words = (ids: readonly string[]): string => (ids.length < 2 ? ids.join('') : `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)!}`);
const setter = (name: string): string => `set${name[0]!.toUpperCase()}${name.slice(1)}`;

function placeOf(cell: SourceCell, name: string): { line?: number; column?: number } {
  const definition = cell.analysis.defines.find((d) => d.name === name && d.kind === 'value');
  return definition ? { line: definition.line, column: definition.column } : {};
}
