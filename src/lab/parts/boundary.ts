/* `boundary`: which class a model gives to each place of a plane, with the points that it should get right. */

import { contour, type Line } from './contours.ts';
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
      props: { ...regions, count, rows, columns, domain, classes, names, drag: drag || undefined },
      value,
      text: (points) => {
        const shares = Array.from({ length: count }, (_, k) => regions.classOf.reduce((sum, one) => sum + (one === k ? 1 : 0), 0));
        const parts = shares.flatMap((share, k) => (share === 0 ? [] : [`${name(k)} ${Math.round((100 * share) / (rows * columns))} %`]));
        const right = rightOf(points, classes, regions, rows, columns, domain);
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
  /** Class at each place of the grid. */
  readonly classOf: Uint8Array;
  /** For each class the lines around what is its own, in grid units; with scores alone. */
  readonly lines: readonly (readonly Line[])[];
  readonly count: number;
}

/** Who wins where. Integer arrays hold classes, one plane of scores two of them, several planes one each. */
export function regionsOf(data: Numbers, rows: number, columns: number, depth: number, level: number): Regions {
  const size = rows * columns;
  const classOf = new Uint8Array(size);
  if (depth > 1) {
    const margins = Array.from({ length: depth }, () => new Float32Array(size));
    for (let i = 0; i < size; i++) {
      let best = 0,
        second = -Infinity;
      for (let k = 1; k < depth; k++) {
        if (data[i * depth + k]! > data[i * depth + best]!) {
          second = data[i * depth + best]!;
          best = k;
        } else second = Math.max(second, data[i * depth + k]!);
      }
      if (best === 0) second = Math.max(...Array.from({ length: depth - 1 }, (_, k) => data[i * depth + k + 1]!));
      classOf[i] = best;
      for (let k = 0; k < depth; k++) margins[k]![i] = data[i * depth + k]! - (k === best ? second : data[i * depth + best]!);
    }
    return { classOf, lines: margins.map((margin) => contour(margin, rows, columns, 0)), count: depth };
  }
  if (data instanceof Float32Array || data instanceof Float64Array) {
    for (let i = 0; i < size; i++) classOf[i] = data[i]! > level ? 1 : 0;
    return { classOf, lines: [[], contour(data, rows, columns, level)], count: 2 };
  }
  let count = 1;
  for (let i = 0; i < size; i++) {
    classOf[i] = data[i]!;
    count = Math.max(count, data[i]! + 1);
  }
  return { classOf, lines: [], count };
}

/** How many points lie in the region of their class; undefined where that cannot be said. */
export function rightOf(
  points: readonly Pair[],
  classes: readonly number[] | undefined,
  { classOf }: Pick<Regions, 'classOf'>,
  rows: number,
  columns: number,
  domain: Domain,
): number | undefined {
  if (classes === undefined || points.length === 0) return undefined;
  return points.filter((point, i) => classAt(point, classOf, rows, columns, domain) === classes[i]).length;
}

/** The class of the place of the grid that is nearest to a point. */
export function classAt([x, y]: Pair, classOf: Uint8Array, rows: number, columns: number, { x: [x0, x1], y: [y0, y1] }: Domain): number {
  const c = Math.max(0, Math.min(columns - 1, Math.round(((x - x0) / (x1 - x0)) * (columns - 1)))),
    r = Math.max(0, Math.min(rows - 1, Math.round(((y - y0) / (y1 - y0)) * (rows - 1))));
  return classOf[r * columns + c]!;
}
