/* Where the cells of a notebook stand in the drawing of its dependencies: in columns, each cell right of all that it uses, rows so that
   edges cross little. What uses nothing and is used by nothing stands in a block below. Pure, linear but for sorting. */

export interface GraphNode {
  readonly id: string;
  readonly uses: readonly string[];
}

export interface Placed {
  readonly id: string;
  readonly column: number;
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly places: ReadonlyMap<string, Placed>;
  readonly edges: readonly (readonly [from: string, to: string])[];
  readonly width: number;
  readonly height: number;
}

export const columnPx = 190,
  rowPx = 42;
const sweeps = 6;

export function layoutGraph(nodes: readonly GraphNode[]): Layout {
  const known = new Set(nodes.map(({ id }) => id));
  const uses = new Map(nodes.map(({ id, uses: list }) => [id, [...new Set(list)].filter((use) => use !== id && known.has(use))]));
  const users = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  const edges: [string, string][] = [];
  for (const [id, list] of uses)
    for (const use of list) {
      users.get(use)!.push(id);
      edges.push([use, id]);
    }
  const tied = nodes.filter(({ id }) => uses.get(id)!.length > 0 || users.get(id)!.length > 0);
  const column = columnsOf(
    tied.map(({ id }) => id),
    uses,
    users,
  );

  const columns: string[][] = [];
  for (const { id } of tied) (columns[column.get(id)!] ??= []).push(id);
  const y = new Map<string, number>();
  for (const list of columns) list.forEach((id, i) => y.set(id, (i - (list.length - 1) / 2) * rowPx));
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const down = sweep % 2 === 0;
    const order = down ? columns.keys() : [...columns.keys()].reverse();
    for (const at of order) settle(columns[at]!, down ? uses : users, y);
  }

  const top = Math.min(0, ...y.values());
  let bottom = Math.max(0, ...y.values()) - top;
  const places = new Map<string, Placed>();
  for (const { id } of tied) places.set(id, { id, column: column.get(id)!, x: column.get(id)! * columnPx, y: y.get(id)! - top });
  const alone = nodes.filter(({ id }) => !places.has(id));
  if (alone.length > 0) {
    const across = Math.max(1, Math.min(columns.length || Math.ceil(Math.sqrt(alone.length)), 12));
    const begin = places.size > 0 ? bottom + 2 * rowPx : 0;
    alone.forEach(({ id }, i) =>
      places.set(id, { id, column: i % across, x: (i % across) * columnPx, y: begin + Math.floor(i / across) * rowPx }),
    );
    bottom = begin + Math.floor((alone.length - 1) / across) * rowPx;
  }
  return { places, edges, width: Math.max(0, ...[...places.values()].map(({ x }) => x)), height: bottom };
}

/** The longest way from a cell that uses nothing; cells on a cycle stand where the rest of their way puts them. */
function columnsOf(
  ids: readonly string[],
  uses: ReadonlyMap<string, readonly string[]>,
  users: ReadonlyMap<string, readonly string[]>,
): Map<string, number> {
  const column = new Map(ids.map((id) => [id, 0]));
  const waits = new Map(ids.map((id) => [id, uses.get(id)!.length]));
  const ready = ids.filter((id) => waits.get(id) === 0);
  const left = new Set(ids);
  for (let at = 0; left.size > 0; at++) {
    const id = ready[at] ?? left.values().next().value!; // a cycle: one of it goes first
    if (!left.delete(id)) continue;
    if (ready[at] === undefined) ready.push(id);
    for (const user of users.get(id)!) {
      if (left.has(user)) column.set(user, Math.max(column.get(user)!, column.get(id)! + 1));
      const rest = waits.get(user)! - 1;
      waits.set(user, rest);
      if (rest === 0 && left.has(user)) ready.push(user);
    }
  }
  return column;
}

/** Puts a column's cells near the middle of what they are tied to, in that order and a row apart. */
function settle(list: string[], ties: ReadonlyMap<string, readonly string[]>, y: Map<string, number>): void {
  const wanted = new Map(
    list.map((id) => {
      const near = ties.get(id)!;
      return [id, near.length === 0 ? y.get(id)! : near.reduce((sum, other) => sum + y.get(other)!, 0) / near.length];
    }),
  );
  list.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
  const goal = list.reduce((sum, id) => sum + wanted.get(id)!, 0) / list.length;
  let at = -Infinity,
    sum = 0;
  for (const id of list) {
    at = Math.max(at + rowPx, wanted.get(id)!);
    y.set(id, at);
    sum += at;
  }
  const shift = goal - sum / list.length;
  for (const id of list) y.set(id, y.get(id)! + shift);
}
