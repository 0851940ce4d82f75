/* A place for each node of a directed graph, layer by layer (Sugiyama, Tagawa and Toda 1981): edges that close a cycle are turned
   round, every node lies one layer behind the last that leads to it, edges over several layers get a bend in each, the order within a
   layer is that of the neighbours' means until crossings no longer get fewer, and nodes move towards their neighbours. */

export interface Layered {
  /** Place of a node across its layer, in units of size, and its layer. */
  readonly across: number[];
  readonly layer: number[];
  /** The bends of each edge, from its beginning: [across, layer][]. */
  readonly bends: (readonly [number, number])[][];
  readonly width: number;
  readonly layers: number;
}

/** `edges` by indices of nodes; `sizes`: how much room a node takes across (default 1). `given`: layers that are fixed. */
export function layoutLayers(
  count: number,
  edges: readonly (readonly [from: number, to: number])[],
  sizes: readonly number[] = [],
  given?: readonly number[],
): Layered {
  const layer = given === undefined ? longestPaths(count, edges) : [...given];
  // ---- bends: a node of its own in each layer that an edge only passes
  const size = Array.from({ length: count }, (_, i) => sizes[i] ?? 1);
  const at = [...layer];
  const links: (readonly [number, number])[] = [];
  const passed = edges.map(([from, to]) => {
    const chain: number[] = [];
    const down = layer[from]! < layer[to]!;
    for (let l = layer[from]! + (down ? 1 : -1); down ? l < layer[to]! : l > layer[to]!; l += down ? 1 : -1) {
      chain.push(at.length);
      at.push(l);
      size.push(0.25);
    }
    const whole = [from, ...chain, to];
    for (let i = 0; i + 1 < whole.length; i++) if (at[whole[i]!] !== at[whole[i + 1]!]) links.push([whole[i]!, whole[i + 1]!]);
    return chain;
  });
  const layers = Math.max(0, ...at) + 1;
  const rows: number[][] = Array.from({ length: layers }, () => []);
  at.forEach((l, node) => rows[l]!.push(node));
  const above: number[][] = at.map(() => []),
    below: number[][] = at.map(() => []);
  for (const [a, b] of links) {
    const [up, down] = at[a]! < at[b]! ? [a, b] : [b, a];
    below[up]!.push(down);
    above[down]!.push(up);
  }
  order(rows, above, below);
  const across = spread(rows, above, below, size);
  const least = Math.min(...across.map((x, i) => x - size[i]! / 2), 0);
  const shifted = across.map((x) => x - least);
  return {
    across: shifted.slice(0, count),
    layer,
    bends: passed.map((chain) => chain.map((node) => [shifted[node]!, at[node]!] as const)),
    width: Math.max(0, ...shifted.map((x, i) => x + size[i]! / 2)),
    layers,
  };
}

/** Layer of each node: the length of the longest way to it, over edges that close no cycle. */
function longestPaths(count: number, edges: readonly (readonly [number, number])[]): number[] {
  const out: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) if (from !== to) out[from]!.push(to);
  const state = new Uint8Array(count), // 1: on the way, 2: done
    back = new Set<string>(),
    sorted: number[] = [];
  const entered = new Uint8Array(count);
  for (const [from, to] of edges) if (from !== to) entered[to] = 1;
  const starts = [...Array(count).keys()].sort((a, b) => entered[a]! - entered[b]! || a - b);
  for (const start of starts) {
    if (state[start] !== 0) continue;
    const stack: [node: number, next: number][] = [[start, 0]];
    state[start] = 1;
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const to = out[top[0]]![top[1]++];
      if (to === undefined) {
        state[top[0]] = 2;
        sorted.push(top[0]);
        stack.pop();
      } else if (state[to] === 1) back.add(`${top[0]} ${to}`);
      else if (state[to] === 0) {
        state[to] = 1;
        stack.push([to, 0]);
      }
    }
  }
  const layer = new Array<number>(count).fill(0);
  for (const node of sorted.reverse())
    for (const to of out[node]!) if (!back.has(`${node} ${to}`)) layer[to] = Math.max(layer[to]!, layer[node]! + 1);
  return layer;
}

/** Orders each row by the means of its neighbours, down and up, and keeps the order with the fewest crossings. */
function order(rows: number[][], above: readonly number[][], below: readonly number[][]): void {
  const place: number[] = [];
  const number = (): void => {
    for (const row of rows) row.forEach((node, i) => (place[node] = i));
  };
  const sweep = (row: number[], towards: readonly number[][]): void => {
    const mean = new Map(row.map((node) => [node, meanOf(towards[node]!.map((other) => place[other]!)) ?? place[node]!]));
    row.sort((a, b) => mean.get(a)! - mean.get(b)! || place[a]! - place[b]!);
    row.forEach((node, i) => (place[node] = i));
  };
  number();
  let best = rows.map((row) => [...row]),
    fewest = crossings(rows, below, place);
  for (let round = 0; round < 12 && fewest > 0; round++) {
    if (round % 2 === 0) for (const row of rows.slice(1)) sweep(row, above);
    else for (const row of rows.slice(0, -1).reverse()) sweep(row, below);
    const now = crossings(rows, below, place);
    if (now < fewest) {
      fewest = now;
      best = rows.map((row) => [...row]);
    }
  }
  best.forEach((row, l) => rows[l]!.splice(0, Infinity, ...row));
}

/** How many pairs of links cross between neighbouring rows. */
export function crossings(rows: readonly (readonly number[])[], below: readonly (readonly number[])[], place: readonly number[]): number {
  let total = 0;
  for (const row of rows) {
    const ends = row.flatMap((node) => below[node]!.map((to) => place[to]!).sort((a, b) => a - b));
    for (let i = 1; i < ends.length; i++) for (let j = 0; j < i; j++) if (ends[j]! > ends[i]!) total++;
  }
  return total;
}

/** Places across: each towards the mean of its neighbours, as far as those beside it in the row allow. */
function spread(rows: readonly number[][], above: readonly number[][], below: readonly number[][], size: readonly number[]): number[] {
  const x: number[] = [];
  for (const row of rows) {
    let edge = 0;
    for (const node of row) {
      x[node] = edge + size[node]! / 2;
      edge += size[node]!;
    }
  }
  const widest = Math.max(0, ...rows.map((row) => row.reduce((sum, node) => sum + size[node]!, 0)));
  for (const row of rows) {
    const free = (widest - row.reduce((sum, node) => sum + size[node]!, 0)) / 2;
    for (const node of row) x[node]! += free;
  }
  const relax = (row: readonly number[], towards: (node: number) => readonly number[]): void => {
    const wish = row.map((node) => meanOf(towards(node).map((other) => x[other]!)) ?? x[node]!);
    // Isotonic regression with gaps: neighbours that wish the same place share it as a block around their mean.
    const blocks: { sum: number; count: number; offset: number[]; nodes: number[] }[] = [];
    row.forEach((node, i) => {
      blocks.push({ sum: wish[i]!, count: 1, offset: [0], nodes: [node] });
      for (;;) {
        const last = blocks.at(-1)!,
          before = blocks.at(-2);
        if (before === undefined) break;
        const gap = before.offset.at(-1)! + (size[before.nodes.at(-1)!]! + size[last.nodes[0]!]!) / 2;
        if (before.sum / before.count + gap <= last.sum / last.count + 1e-9) break;
        blocks.pop();
        before.sum += last.sum - gap * last.count;
        before.count += last.count;
        before.offset.push(...last.offset.map((o) => o + gap));
        before.nodes.push(...last.nodes);
      }
    });
    for (const block of blocks) block.nodes.forEach((node, i) => (x[node] = block.sum / block.count + block.offset[i]!));
  };
  for (let round = 0; round < 8; round++) {
    if (round % 2 === 0) for (const row of rows.slice(1)) relax(row, (node) => above[node]!);
    else for (const row of rows.slice(0, -1).reverse()) relax(row, (node) => below[node]!);
  }
  for (const row of rows) relax(row, (node) => [...above[node]!, ...below[node]!]);
  return x;
}

const meanOf = (xs: readonly number[]): number | undefined => (xs.length === 0 ? undefined : xs.reduce((a, b) => a + b, 0) / xs.length);
