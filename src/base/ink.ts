/* Ink on a fine grid, and what a small picture of it is: strokes with soft edges, and the picture centred as MNIST centres its digits
   (Le Cun et al. 1998: scaled into a box of 20 of 28 pixels, its centre of mass in the middle). */

/** Fine pixels along one pixel of the picture. */
export const fine = 4;

export interface Ink {
  /** Side of the picture in pixels; the grid is `fine` times as fine. */
  readonly size: number;
  /** 0 to 1, row by row. */
  readonly grid: Float32Array;
}

export const blankInk = (size: number): Ink => ({ size, grid: new Float32Array((size * fine) ** 2) });

/** A stroke from one place to another, in pixels of the picture; `width` likewise. */
export function stroke({ size, grid }: Ink, [x0, y0]: readonly number[], [x1, y1]: readonly number[], width: number): void {
  const n = size * fine,
    r = (width / 2) * fine;
  const [ax, ay, bx, by] = [x0! * fine, y0! * fine, x1! * fine, y1! * fine];
  const [dx, dy] = [bx - ax, by - ay];
  const long = dx * dx + dy * dy;
  const from = (a: number, b: number): number => Math.max(0, Math.floor(Math.min(a, b) - r - 1));
  const to = (a: number, b: number): number => Math.min(n - 1, Math.ceil(Math.max(a, b) + r + 1));
  for (let y = from(ay, by); y <= to(ay, by); y++) {
    for (let x = from(ax, bx); x <= to(ax, bx); x++) {
      const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
      const t = long === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / long));
      const off = Math.hypot(px - t * dx, py - t * dy);
      const i = y * n + x;
      grid[i] = Math.max(grid[i]!, Math.min(1, Math.max(0, r - off + 0.5)));
    }
  }
}

/** Puts a picture of the same size under the ink. */
export function under({ size, grid }: Ink, picture: ArrayLike<number>): void {
  const n = size * fine;
  for (let i = 0; i < grid.length; i++)
    grid[i] = Math.max(grid[i]!, picture[Math.floor(Math.floor(i / n) / fine) * size + Math.floor((i % n) / fine)] ?? 0);
}

/** The picture: `size` × `size` numbers from 0 to 1. Empty ink gives zeros. */
export function pictureOf({ size, grid }: Ink, centre: 'mnist' | 'none'): Float32Array {
  const n = size * fine;
  let [left, right, top, bottom, mass, mx, my] = [n, -1, n, -1, 0, 0, 0];
  for (let i = 0; i < grid.length; i++) {
    const ink = grid[i]!;
    if (ink === 0) continue;
    const x = i % n,
      y = (i - x) / n;
    mass += ink;
    mx += ink * (x + 0.5);
    my += ink * (y + 0.5);
    if (ink < 0.1) continue;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  const picture = new Float32Array(size * size);
  if (right < 0) return picture;
  const side = Math.max(right - left, bottom - top) + 1;
  const [step, x0, y0] =
    centre === 'none'
      ? [fine, 0, 0]
      : [side / (size * (20 / 28)), mx / mass - (side / (20 / 28)) / 2, my / mass - (side / (20 / 28)) / 2]; // prettier-ignore
  const sums = sumsOf(grid, n);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [l, t] = [x0 + x * step, y0 + y * step];
      const all = at(sums, n, l + step, t + step) - at(sums, n, l, t + step) - at(sums, n, l + step, t) + at(sums, n, l, t);
      picture[y * size + x] = Math.min(1, Math.max(0, all / (step * step)));
    }
  }
  return picture;
}

/** Sums of all ink above and left of each corner. */
function sumsOf(grid: Float32Array, n: number): Float64Array {
  const sums = new Float64Array((n + 1) ** 2);
  for (let y = 0; y < n; y++) {
    let row = 0;
    for (let x = 0; x < n; x++) {
      row += grid[y * n + x]!;
      sums[(y + 1) * (n + 1) + x + 1] = sums[y * (n + 1) + x + 1]! + row;
    }
  }
  return sums;
}

/** The same at a place between corners: exact, since ink is even within a fine pixel. */
function at(sums: Float64Array, n: number, x: number, y: number): number {
  const [cx, cy] = [Math.min(n, Math.max(0, x)), Math.min(n, Math.max(0, y))];
  const [i, j] = [Math.min(n - 1, Math.floor(cx)), Math.min(n - 1, Math.floor(cy))];
  const [u, v] = [cx - i, cy - j];
  const sum = (a: number, b: number): number => sums[b * (n + 1) + a]!;
  return (1 - v) * ((1 - u) * sum(i, j) + u * sum(i + 1, j)) + v * ((1 - u) * sum(i, j + 1) + u * sum(i + 1, j + 1));
}
