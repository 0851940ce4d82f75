/* Recorded steps of an algorithm, replayed: what an array, a graph or a matrix looks like after k events. An event changes something that
   stays (`swap`, `set`, `state`) and lights what it touches until the next one (`compare`, `read`, `visit`). */

export interface Event {
  /** What is said of it: "compare 3 and 5". */
  readonly note?: string;
  // of arrays, by index
  readonly compare?: readonly number[];
  readonly swap?: readonly [number, number];
  readonly insert?: readonly [index: number, value: number];
  readonly remove?: number;
  readonly done?: readonly number[];
  // of matrices, by [row, column]; of arrays by index
  readonly set?: readonly number[];
  readonly read?: readonly (readonly number[])[] | readonly number[];
  // of graphs, by id
  readonly visit?: string | readonly string[];
  readonly edge?: readonly [string, string];
  readonly state?: Readonly<Record<string, string | number>>;
  readonly value?: Readonly<Record<string, string | number>>;
}
export type Kind = 'array' | 'graph' | 'matrix';

export interface Scene {
  /** Numbers of an array or a matrix (row-major). */
  readonly data: readonly number[];
  /** Indices that the last event touched, those it changed, and those that are done. */
  readonly lit: ReadonlySet<number>;
  readonly changed: ReadonlySet<number>;
  readonly done: ReadonlySet<number>;
  /** Of a graph: nodes and edges ("a b") that the last event touched, states and values by id. */
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  readonly states: ReadonlyMap<string, string | number>;
  readonly values: ReadonlyMap<string, string | number>;
}

/** After the first `k` of `events`. `columns`: of a matrix. Cost: k. */
export function replay(start: readonly number[], events: readonly Event[], k: number, columns = 0): Scene {
  const data = [...start];
  const done = new Set<number>();
  const states = new Map<string, string | number>(),
    values = new Map<string, string | number>();
  const place = ([a = 0, b = 0]: readonly number[]): number => (columns > 0 ? a * columns + b : a);
  let lit = new Set<number>(),
    changed = new Set<number>(),
    nodes = new Set<string>(),
    edges = new Set<string>();
  for (const event of events.slice(0, k)) {
    [lit, changed, nodes, edges] = [new Set(), new Set(), new Set(), new Set()];
    const { compare, swap, insert, remove, set, read, visit, edge } = event;
    for (const i of compare ?? []) lit.add(i);
    for (const one of read ?? []) lit.add(typeof one === 'number' ? one : place(one));
    if (swap) {
      const [i, j] = swap;
      [data[i], data[j]] = [data[j]!, data[i]!];
      changed.add(i).add(j);
    }
    if (set) {
      const at = place(set);
      data[at] = set[columns > 0 ? 2 : 1]!;
      changed.add(at);
    }
    if (insert) {
      data.splice(insert[0], 0, insert[1]);
      changed.add(insert[0]);
    }
    if (remove !== undefined) data.splice(remove, 1);
    for (const i of event.done ?? []) done.add(i);
    for (const id of visit === undefined ? [] : typeof visit === 'object' ? visit : [visit]) nodes.add(String(id));
    if (edge) edges.add(`${edge[0]} ${edge[1]}`);
    for (const [id, state] of Object.entries(event.state ?? {})) states.set(id, state);
    for (const [id, value] of Object.entries(event.value ?? {})) values.set(id, value);
  }
  return { data, lit, changed, done, nodes, edges, states, values };
}

/** An event in words. */
export function wordsOf(event: Event, data: readonly number[] = []): string {
  if (event.note !== undefined) return event.note;
  const { compare, swap, insert, remove, set, read, visit, edge, state } = event;
  const at = (i: number): string => `${i}${data[i] === undefined ? '' : ` (${data[i]})`}`;
  if (compare) return `compare ${compare.map(at).join(' and ')}`;
  if (swap) return `swap ${swap[0]} and ${swap[1]}`;
  if (set) return set.length > 2 ? `set [${set[0]}, ${set[1]}] to ${set[2]}` : `set ${set[0]} to ${set[1]}`;
  if (insert) return `insert ${insert[1]} at ${insert[0]}`;
  if (remove !== undefined) return `remove ${remove}`;
  if (edge) return `edge ${edge[0]} to ${edge[1]}`;
  if (visit !== undefined) return `visit ${typeof visit === 'object' ? visit.join(', ') : visit}`;
  if (state)
    return Object.entries(state)
      .map(([id, word]) => `${id} is ${word}`)
      .join(', ');
  if (read) return `read ${read.map((one) => (typeof one === 'number' ? at(one) : `[${one.join(', ')}]`)).join(', ')}`;
  return event.done ? `done: ${event.done.join(', ')}` : 'nothing';
}
