/* A tidy place for each node of a tree (Reingold and Tilford 1981): equal depths lie on one level, a parent stands in the middle of
   its children, equal subtrees look equal, and subtrees stand as close as their outlines allow. */

export interface Branch {
  readonly children: readonly Branch[];
  /** How much room it takes on its level; 1: a unit. */
  readonly size?: number;
}

/** Places in depth-first order: `across` in units of size, least 0 at the outermost edge; `depth` in levels. `width`: of the whole. */
export function layoutTree(root: Branch): { readonly across: number[]; readonly depth: number[]; readonly width: number } {
  const across: number[] = [],
    depth: number[] = [];
  /** Places a subtree with its own root at 0; answers with its outline: the least and the greatest edge of each level. */
  interface Outline {
    readonly low: number[];
    readonly high: number[];
  }
  const place = (node: Branch, level: number): Outline => {
    const me = across.length;
    across.push(0);
    depth.push(level);
    const half = (node.size ?? 1) / 2;
    let low: number[] = [],
      high: number[] = [];
    const spans: { from: number; to: number; at: number }[] = [];
    for (const child of node.children) {
      const from = across.length;
      const outline = place(child, level + 1);
      let shift = 0;
      for (let d = 0; d < Math.min(high.length, outline.low.length); d++) shift = Math.max(shift, high[d]! - outline.low[d]!);
      if (spans.length === 0) shift = 0;
      for (let i = from; i < across.length; i++) across[i]! += shift;
      low = outline.low.map((x, d) => Math.min(low[d] ?? Infinity, x + shift)).concat(low.slice(outline.low.length));
      high = outline.high.map((x, d) => Math.max(high[d] ?? -Infinity, x + shift)).concat(high.slice(outline.high.length));
      spans.push({ from, to: across.length, at: shift });
    }
    // The children so that their middle is 0.
    const middle = spans.length === 0 ? 0 : (spans[0]!.at + spans.at(-1)!.at) / 2;
    for (let i = me + 1; i < across.length; i++) across[i]! -= middle;
    return { low: [-half, ...low.map((x) => x - middle)], high: [half, ...high.map((x) => x - middle)] };
  };
  const outline = place(root, 0);
  const least = Math.min(...outline.low);
  return { across: across.map((x) => x - least), depth, width: Math.max(...outline.high) - least };
}
