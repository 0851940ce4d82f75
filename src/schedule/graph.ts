/* The dataflow graph of a notebook: who defines a name, who uses it, in what order cells may run, and what is wrong with
   them before anything runs (duplicates, cycles, foreign assignments). Edges are (names a cell reads) ∩ (names another
   cell defines); a name that nobody defines is left to run time. Pure: from analysed cells to plain records. */

import { shortestLoop, stronglyConnected, topological } from './order.ts';
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
          cells: rest,
          ...placeOf(sources[position.get(id)!]!, name),
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
      problems.set(
        cell.id,
        by === undefined
          ? {
              name: 'ReferenceError',
              message: `No cell defines \`${write.name}\`, so nothing can be assigned to it. Write \`const ${write.name} = …\` to define it here.`,
              cells: [],
              line: write.line,
              column: write.column,
            }
          : {
              name: 'ForeignAssignment',
              message: `\`${write.name}\` belongs to ${by}: only its own cell can assign it. Define it there as \`const ${write.name} = mutable(…)\` with \`const ${setter(write.name)} = (v) => { ${write.name}.value = v }\`, and call \`${setter(write.name)}\` here.`,
              cells: [by],
              line: write.line,
              column: write.column,
            },
      );
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
        problems.set(id, {
          name: 'CycleError',
          message: `These cells need each other: ${loop.join(' → ')}${names.length ? ` (by ${names.map((name) => `\`${name}\``).join(', ')})` : ''}. Move what both need into a cell of its own.`,
          cells: [...new Set(loop)].filter((other) => other !== id),
        });
      }
      for (const id of cells) needs.set(id, new Set([...needs.get(id)!].filter((need) => !inside.has(need))));
    }
    sorted = topological(ids, needs);
  }

  const cells = new Map<string, GraphCell>();
  sources.forEach((cell, order) => {
    const problem = problems.get(cell.id);
    cells.set(cell.id, {
      id: cell.id,
      language: cell.language,
      run: cell.run,
      prose: cell.prose === true,
      order,
      defines:
        cell.run === 'off' || cell.prose
          ? []
          : cell.analysis.defines.flatMap(({ kind, name }) => (kind === 'value' && !name.startsWith('_') && owner.has(name) ? [name] : [])),
      uses: uses.get(cell.id)!,
      ...(problem ? { problem } : {}),
    });
  });
  return { cells, ...sorted };
}

/** Whether a cell with analysis `b` in place of `a` leaves the graph as it is: the same names in the same roles. */
export function sameEdges(a: Analysis, b: Analysis): boolean {
  return (
    a.error === undefined &&
    b.error === undefined &&
    a.writes.length + b.writes.length === 0 &&
    equal(a.reads, b.reads) &&
    equal(a.defines.map(roleOf), b.defines.map(roleOf))
  );
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

function closure(
  ids: Iterable<string>,
  next: (id: string) => readonly string[],
  through: (id: string) => boolean = () => true,
): Set<string> {
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

const words = (ids: readonly string[]): string => (ids.length < 2 ? ids.join('') : `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)!}`);
const setter = (name: string): string => `set${name[0]!.toUpperCase()}${name.slice(1)}`;

function placeOf(cell: SourceCell, name: string): { line?: number; column?: number } {
  const definition = cell.analysis.defines.find((d) => d.name === name && d.kind === 'value');
  return definition ? { line: definition.line, column: definition.column } : {};
}
