/* Orders of a directed graph, by the textbook: topological (Kahn, ties by position), strongly connected components (Tarjan),
   and the shortest loop through a node. `needs` are the edges. */

/** Kahn's algorithm; among cells that are free the earliest in the file comes first (a binary heap of positions). Cells are
    their positions in the file, `needs[cell]` names each cell once. What lies on a cycle is left out. */
export function topological(needs: readonly (readonly number[])[]): number[] {
  const users = needs.map((): number[] => []);
  const missing = needs.map((list) => list.length);
  needs.forEach((list, cell) => {
    for (const need of list) users[need]!.push(cell);
  });
  const heap: number[] = [];
  const order: number[] = [];
  missing.forEach((count, cell) => count === 0 && push(heap, cell));
  while (heap.length) {
    const cell = pop(heap);
    order.push(cell);
    for (const user of users[cell]!) if (--missing[user]! === 0) push(heap, user);
  }
  return order;
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
export function stronglyConnected(needs: readonly (readonly number[])[]): number[][] {
  const index: number[] = [];
  const low: number[] = [];
  const onStack = new Set<number>();
  const stack: number[] = [];
  const components: number[][] = [];
  let visited = 0;
  for (const root of needs.keys()) {
    if (index[root] !== undefined) continue;
    const work: { cell: number; next: number }[] = [];
    const visit = (cell: number): void => {
      index[cell] = low[cell] = visited++;
      stack.push(cell);
      onStack.add(cell);
      work.push({ cell, next: 0 });
    };
    visit(root);
    while (work.length) {
      const top = work[work.length - 1]!;
      const { cell } = top;
      const need = needs[cell]![top.next++];
      if (need !== undefined) {
        if (index[need] === undefined) visit(need);
        else if (onStack.has(need)) low[cell] = Math.min(low[cell]!, index[need]);
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      if (parent) low[parent.cell] = Math.min(low[parent.cell]!, low[cell]!);
      if (low[cell] !== index[cell]) continue;
      const component = stack.splice(stack.lastIndexOf(cell));
      for (const member of component) onStack.delete(member);
      components.push(component);
    }
  }
  return components;
}

/** The shortest way from a cell over what it needs back to itself: `a → b → a`. */
export function shortestLoop(start: number, needs: readonly (readonly number[])[], inside: ReadonlySet<number>): number[] {
  const from = new Map<number, number>();
  let front = [start];
  while (front.length) {
    const next: number[] = [];
    for (const cell of front) {
      for (const need of needs[cell]!) {
        if (need === start) {
          const way: number[] = [];
          for (let at = cell; at !== start; at = from.get(at)!) way.unshift(at);
          return [start, ...way, start];
        }
        if (!inside.has(need) || from.has(need)) continue;
        from.set(need, cell);
        next.push(need);
      }
    }
    front = next;
  }
  return [start, start];
}
