/* Level lines of a field that is known on a grid, by marching squares: where the field crosses a level between two neighbours, a
   point stands at the linear interpolation between them; the points of a cell are joined, and segments are joined to lines. */

/** A line in grid units: [column, row, column, row, …]; closed where it ends at its first point. */
export type Line = Float32Array;

/** Lines along which `z` (row-major, `rows` × `columns`) equals `level`. A saddle is cut as its mean says. Cells with a number that
    is not finite have no line. Cost: rows · columns. */
export function contour(z: ArrayLike<number>, rows: number, columns: number, level: number): Line[] {
  // A crossing is named by the edge it lies on: horizontal edges (r, c)-(r, c + 1) first, vertical ones (r, c)-(r + 1, c) behind them.
  const horizontal = (r: number, c: number): number => r * columns + c;
  const vertical = (r: number, c: number): number => rows * columns + r * columns + c;
  const next = new Map<number, number[]>();
  const join = (a: number, b: number): void => {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const list = next.get(from);
      if (list === undefined) next.set(from, [to]);
      else list.push(to);
    }
  };
  for (let r = 0; r + 1 < rows; r++)
    for (let c = 0; c + 1 < columns; c++) {
      const a = z[r * columns + c]! - level,
        b = z[r * columns + c + 1]! - level,
        d = z[(r + 1) * columns + c]! - level,
        e = z[(r + 1) * columns + c + 1]! - level;
      if (!Number.isFinite(a + b + d + e)) continue;
      const top = horizontal(r, c),
        bottom = horizontal(r + 1, c),
        left = vertical(r, c),
        right = vertical(r, c + 1);
      const crossed = [...(a > 0 !== b > 0 ? [top] : []), ...(b > 0 !== e > 0 ? [right] : [])];
      if (d > 0 !== e > 0) crossed.push(bottom);
      if (a > 0 !== d > 0) crossed.push(left);
      if (crossed.length === 2) join(crossed[0]!, crossed[1]!);
      else if (crossed.length === 4) {
        if (a + b + d + e > 0 === a > 0) {
          join(top, right);
          join(bottom, left);
        } else {
          join(top, left);
          join(bottom, right);
        }
      }
    }
  const place = (edge: number): [number, number] => {
    const across = edge < rows * columns;
    const at = across ? edge : edge - rows * columns;
    const r = Math.floor(at / columns),
      c = at % columns;
    const from = z[at]! - level,
      to = z[across ? at + 1 : at + columns]! - level;
    const t = from / (from - to);
    return across ? [c + t, r] : [c, r + t];
  };
  const lines: Line[] = [];
  const walk = (start: number): void => {
    const points = [...place(start)];
    let at = start;
    for (;;) {
      const to = next.get(at)?.pop();
      if (to === undefined) break;
      const back = next.get(to)!;
      back.splice(back.indexOf(at), 1);
      points.push(...place(to));
      at = to;
    }
    if (points.length > 2) lines.push(Float32Array.from(points));
  };
  for (const [edge, to] of next) if (to.length === 1) walk(edge); // open lines from their ends
  for (const [edge, to] of next) if (to.length > 0) walk(edge); // then rings
  return lines;
}

/** About `count` round levels (1, 2 or 5 times a power of ten apart) strictly between `low` and `high`. */
export function roundLevels(low: number, high: number, count = 10): number[] {
  if (!(high > low)) return [];
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= raw * 0.999) ?? power * 10;
  const levels: number[] = [];
  for (let k = Math.floor(low / step) + 1; k * step < high; k++) levels.push(Number((k * step).toPrecision(12)));
  return levels;
}

/** The value of a grid at a place in grid units, between its neighbours linearly; outside, that of the nearest place. */
export function bilinear(z: ArrayLike<number>, rows: number, columns: number, column: number, row: number): number {
  const x = Math.max(0, Math.min(columns - 1, column)),
    y = Math.max(0, Math.min(rows - 1, row));
  const c = Math.min(Math.floor(x), Math.max(0, columns - 2)),
    r = Math.min(Math.floor(y), Math.max(0, rows - 2));
  const right = Math.min(columns - 1, c + 1),
    below = Math.min(rows - 1, r + 1);
  const fx = x - c,
    fy = y - r;
  const mix = (a: number, b: number, t: number): number => (t === 0 ? a : a + (b - a) * t);
  return mix(mix(z[r * columns + c]!, z[r * columns + right]!, fx), mix(z[below * columns + c]!, z[below * columns + right]!, fx), fy);
}

/** Least and greatest finite number; [0, 0] where there is none. */
export function extent(z: ArrayLike<number>): [low: number, high: number] {
  let low = Infinity,
    high = -Infinity;
  for (let i = 0; i < z.length; i++) {
    const x = z[i]!;
    if (x - x !== 0) continue;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return low > high ? [0, 0] : [low, high];
}
