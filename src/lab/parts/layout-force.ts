/* A place for each node of a graph as if edges were springs and nodes pushed each other off (Fruchterman and Reingold 1991). It starts
   from a sunflower of seeds instead of chance, so one graph has one picture. */

/** Places within the unit square, [x, y] of each node. Rounds are fewer in large graphs: about 2e7 pushes in all. */
export function layoutForce(count: number, edges: readonly (readonly [from: number, to: number])[]): [number, number][] {
  if (count === 0) return [];
  if (count === 1) return [[0.5, 0.5]];
  const x = new Float64Array(count),
    y = new Float64Array(count),
    dx = new Float64Array(count),
    dy = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const angle = i * 2.399963229728653, // the golden angle
      radius = Math.sqrt((i + 0.5) / count) / 2;
    x[i] = radius * Math.cos(angle);
    y[i] = radius * Math.sin(angle);
  }
  const k = Math.sqrt(1 / count);
  const rounds = Math.max(30, Math.min(400, Math.round(4e7 / (count * count))));
  for (let round = 0; round < rounds; round++) {
    const heat = 0.12 * (1 - round / rounds) ** 1.5 + 1e-4;
    dx.fill(0);
    dy.fill(0);
    for (let i = 1; i < count; i++)
      for (let j = 0; j < i; j++) {
        const ax = x[i]! - x[j]!,
          ay = y[i]! - y[j]!;
        const push = (k * k) / Math.max(1e-6, ax * ax + ay * ay);
        dx[i]! += ax * push;
        dy[i]! += ay * push;
        dx[j]! -= ax * push;
        dy[j]! -= ay * push;
      }
    for (const [a, b] of edges) {
      if (a === b) continue;
      const ax = x[a]! - x[b]!,
        ay = y[a]! - y[b]!;
      const pull = Math.hypot(ax, ay) / k;
      dx[a]! -= ax * pull;
      dy[a]! -= ay * pull;
      dx[b]! += ax * pull;
      dy[b]! += ay * pull;
    }
    for (let i = 0; i < count; i++) {
      // Towards the middle, so that what is not connected stays in sight.
      const gx = dx[i]! - x[i]! * 0.6,
        gy = dy[i]! - y[i]! * 0.6;
      const far = Math.hypot(gx, gy) || 1,
        step = Math.min(far, heat) / far;
      x[i]! += gx * step;
      y[i]! += gy * step;
    }
  }
  const [left, right] = [Math.min(...x), Math.max(...x)],
    [top, bottom] = [Math.min(...y), Math.max(...y)];
  const size = Math.max(right - left, bottom - top) || 1;
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  return Array.from({ length: count }, (_, i) => [0.5 + (x[i]! - cx) / size, 0.5 + (y[i]! - cy) / size]);
}
