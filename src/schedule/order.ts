/* Orders of a directed graph, by the textbook: topological (Kahn, ties by position), strongly connected components (Tarjan),
   and the shortest loop through a node. Cells are ids, `needs` are the edges. */

/** Kahn's algorithm; among cells that are free the earliest in the file comes first (a binary heap of positions). */
export function topological(
  ids: readonly string[],
  needs: ReadonlyMap<string, ReadonlySet<string>>,
): { order: string[]; dependents: Map<string, string[]> } {
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
export function stronglyConnected(ids: readonly string[], edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
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
export function shortestLoop(start: string, needs: ReadonlyMap<string, ReadonlySet<string>>, inside: ReadonlySet<string>): string[] {
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
