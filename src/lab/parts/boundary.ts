/* `boundary`: which class a model gives to each place of a plane, with the points that it should get right. */

import { bilinear, contour, type Line } from './contours.ts';
import { classesIn, gridIn, type Numbers } from './data.ts';
import { domainIn, flagIn, namesIn, numberIn, pairsOf, wrong, type Domain, type Pair } from './options.ts';
import type { PartDefinition } from './part.ts';

export const boundary: PartDefinition<readonly Pair[]> = {
  name: 'boundary',
  doc: [
    'boundary({ label, field, shape, domain?, points?, classes?, names?, level = 0, drag = false })',
    'Decision regions of a model on a plane. `field` with `shape` [rows, columns]: a score, class 1 where it is above `level`; whole numbers in an integer array are classes; with `shape` [rows, columns, K] the greatest of K scores wins. Row 0 is the lowest y of `domain`. `points` [[x, y], …] with `classes` are drawn over it, those in the wrong region with a ring; `drag` lets them be moved. The value is the list of points.',
  ],
  make(options) {
    const { data, shape } = gridIn('boundary', options, 'field', [2, 3], '[rows, columns] or [rows, columns, K]');
    const [rows = 0, columns = 0, depth = 1] = shape;
    if (rows < 2 || columns < 2) throw wrong('boundary', 'shape', 'at least 2 rows and 2 columns', shape);
    const level = numberIn('boundary', options, 'level', 0);
    const domain = domainIn('boundary', options, { x: [-1, 1], y: [-1, 1] });
    const drag = flagIn('boundary', options, 'drag');
    const value = pairsOf('boundary', 'points', options['points'] ?? []);
    const classes = classesIn('boundary', options, value.length, 'point');
    const regions = regionsOf(data, rows, columns, depth, level);
    const count = Math.max(2, regions.count, ...(classes ?? []).map((one) => one + 1));
    const names = namesIn('boundary', options, 'names');
    const name = (i: number): string => names?.[i] ?? `class ${i}`;
    return {
      props: { ...regions, count, domain, classes, names, drag: drag || undefined },
      value,
      text: (points) => {
        const shares = Array.from({ length: count }, (_, k) => regions.classOf.reduce((sum, one) => sum + (one === k ? 1 : 0), 0));
        const parts = shares.flatMap((share, k) =>
          share === 0 ? [] : [`${name(k)} ${Math.round((100 * share) / regions.classOf.length)} %`],
        );
        const right = rightOf(points, classes, regions, domain);
        return `Of the plane ${parts.join(', ')}.${right === undefined ? '' : ` ${right} of ${points.length} points lie in the region of their class.`}`;
      },
      decode: (wire, before) => {
        const points = pairsOf('boundary', 'points', wire);
        if (points.length !== before.length) throw wrong('boundary', 'points', `a list of ${before.length} points`, wire);
        return points;
      },
    };
  },
};

export interface Regions {
  /** The class at each place of a grid over the whole domain, its first and last rows and columns on the edges: that of the field, or a
      finer one where scores say what lies between. Row-major. */
  readonly classOf: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  /** For each class the lines around what is its own, in units of the field's grid; with scores alone. */
  readonly lines: readonly (readonly Line[])[];
  readonly fieldRows: number;
  readonly fieldColumns: number;
  readonly count: number;
}

/** A picture of regions has so many rows and columns at least, where scores allow it. */
const fine = 240;

/** Who wins where. Integer arrays hold classes, one plane of scores two of them, several planes one each (the first of equals wins). */
export function regionsOf(data: Numbers, rows: number, columns: number, depth: number, level: number): Regions {
  const sizes = { fieldRows: rows, fieldColumns: columns };
  if (depth > 1) {
    const planes = Array.from({ length: depth }, (_, k) => Float32Array.from({ length: rows * columns }, (__, i) => data[i * depth + k]!));
    const margins = planes.map((own, k) =>
      own.map((score, i) => score - planes.reduce((best, other, j) => (j === k ? best : Math.max(best, other[i]!)), -Infinity)),
    );
    const lines = margins.map((margin) => contour(margin, rows, columns, 0));
    return { ...refined(planes, rows, columns, -Infinity), lines, count: depth, ...sizes };
  }
  if (data instanceof Float32Array || data instanceof Float64Array)
    return { ...refined([data], rows, columns, level), lines: [[], contour(data, rows, columns, level)], count: 2, ...sizes };
  let count = 1;
  const classOf = Uint8Array.from(data, (one) => {
    count = Math.max(count, one + 1);
    return one;
  });
  return { classOf, rows, columns, lines: [], count, ...sizes };
}

/** The winners on a finer grid, scores taken linearly between neighbours. Of one plane alone: whether it is above `level`. */
function refined(planes: readonly Numbers[], rows: number, columns: number, level: number): Pick<Regions, 'classOf' | 'rows' | 'columns'> {
  const finer = (n: number): number => (n - 1) * Math.max(1, Math.ceil(fine / (n - 1))) + 1;
  const [tall, wide] = [finer(rows), finer(columns)];
  const classOf = new Uint8Array(tall * wide);
  const best = new Float32Array(wide);
  const across = (columns - 1) / (wide - 1);
  for (let r = 0; r < tall; r++) {
    best.fill(planes.length === 1 ? level : -Infinity);
    planes.forEach((plane, k) => {
      const line = Float32Array.from({ length: columns }, (_, c) => bilinear(plane, rows, columns, c, (r * (rows - 1)) / (tall - 1)));
      for (let c = 0; c < wide; c++) {
        const at = Math.min(columns - 2, Math.floor(c * across)),
          t = c * across - at;
        const score = line[at]! + (t === 0 ? 0 : (line[at + 1]! - line[at]!) * t);
        if (!(score > best[c]!)) continue;
        best[c] = score;
        classOf[r * wide + c] = planes.length === 1 ? 1 : k;
      }
    });
  }
  return { classOf, rows: tall, columns: wide };
}

/** How many points lie in the region of their class; undefined where that cannot be said. */
export function rightOf(
  points: readonly Pair[],
  classes: readonly number[] | undefined,
  regions: Regions,
  domain: Domain,
): number | undefined {
  if (classes === undefined || points.length === 0) return undefined;
  return points.filter((point, i) => classAt(point, regions, domain) === classes[i]).length;
}

/** The class of the place of the grid that is nearest to a point. */
function classAt([x, y]: Pair, { classOf, rows, columns }: Regions, { x: [x0, x1], y: [y0, y1] }: Domain): number {
  const at = (share: number, size: number): number => Math.max(0, Math.min(size - 1, Math.round(share * (size - 1))));
  return classOf[at((y - y0) / (y1 - y0), rows) * columns + at((x - x0) / (x1 - x0), columns)]!;
}
