/* Runs that are the same but for their seed, and what their curves have in common: at each step the mean, and how far apart they lie.
   Pure. */

import type { Series } from './geometry.ts';
import type { Row } from './rows.ts';
import { firstFrom } from './zoom.ts';

export interface Band {
  readonly steps: Float64Array;
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** `range`: from the least to the greatest; `deviation`: one standard deviation (n − 1) to either side of the mean. */
export type Spread = 'range' | 'deviation';

/** At most so many runs make a band. */
export const bandLimit = 16;
const points = 1000;

/** What runs that differ in their seed alone have in common. */
export function experimentOf({ run }: Row): string {
  const params = Object.entries(run.params)
    .filter(([key]) => key !== 'seed')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([run.notebook, run.name, params]);
}

export const seedOf = ({ run }: Row): unknown => run.params['seed'] ?? run.environment['seed'];

/** The runs of the same experiment that have ended, itself first, one for each seed. */
export function siblingsOf(row: Row, rows: readonly Row[]): Row[] {
  const same = experimentOf(row);
  const seeds = new Set([seedOf(row)]);
  const others = rows.filter((other) => {
    if (other.run.id === row.run.id || other.run.state !== 'done' || experimentOf(other) !== same || seeds.has(seedOf(other))) return false;
    seeds.add(seedOf(other));
    return true;
  });
  return [row, ...others].slice(0, bandLimit);
}

/** The value of a curve between its points; NaN outside of them. */
function valueNear({ steps, values }: Series, x: number): number {
  const i = firstFrom(steps, x);
  if (i >= steps.length) return NaN;
  if (steps[i] === x) return values[i]!;
  if (i === 0) return NaN;
  const [a, b] = [steps[i - 1]!, steps[i]!];
  return values[i - 1]! + ((x - a) / (b - a)) * (values[i]! - values[i - 1]!);
}

/** The band of several curves at the steps of the first one, at most 1,000 of them. Values that are not finite count for nothing. */
export function bandOf(curves: readonly Series[], spread: Spread): Band {
  const grid = curves[0]?.steps ?? [];
  const n = Math.min(points, grid.length);
  const band: Band = { steps: new Float64Array(n), mean: new Float64Array(n), low: new Float64Array(n), high: new Float64Array(n) };
  for (let k = 0; k < n; k++) {
    const x = grid[n === grid.length ? k : Math.round((k * (grid.length - 1)) / (n - 1))]!;
    const values = curves.map((curve) => valueNear(curve, x)).filter((value) => Number.isFinite(value));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = values.length < 2 ? 0 : Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    band.steps[k] = x;
    band.mean[k] = mean;
    band.low[k] = values.length === 0 ? NaN : spread === 'range' ? Math.min(...values) : mean - deviation;
    band.high[k] = values.length === 0 ? NaN : spread === 'range' ? Math.max(...values) : mean + deviation;
  }
  return band;
}
