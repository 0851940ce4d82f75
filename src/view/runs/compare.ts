/* Several runs beside each other, as plain data: smoothed curves, what differs between them and what is the same, the best
   of a column, and the labels of lines. Pure; Compare.tsx and Differs.tsx draw what this file returns. */

import type { Series } from './geometry.ts';
import { formatCell, type Row } from './rows.ts';

/** At most so many runs are compared: each has a colour and a dash of its own (look.md 2). */
export const atMost = 6;
export const dashes = ['', '7 3', '2 3', '9 3 2 3', '5 2', '1 3'] as const;

/** Exponential moving average without the pull of its first value; `weight` of what was, 0 to 0.99. Values that are not
    finite stay and count for nothing. */
export function smoothed({ steps, values }: Series, weight: number): Series {
  if (weight <= 0) return { steps, values };
  const out = new Float64Array(values.length);
  let sum = 0,
    mass = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) {
      out[i] = value;
      continue;
    }
    sum = sum * weight + value * (1 - weight);
    mass = mass * weight + (1 - weight);
    out[i] = sum / mass;
  }
  return { steps, values: out };
}

/** Over seconds in place of steps. Where a run has not kept when each step was, they are taken as equally long. */
export function overTime({ steps, values, times }: Series & { readonly times?: ArrayLike<number> }, { run }: Row): Series {
  if (times && times.length === values.length) return { steps: Float64Array.from(times, (ms) => ms / 1000), values };
  const gone = (steps[steps.length - 1] ?? 0) + 1;
  const each = run.ms / 1000 / Math.max(1, gone);
  return { steps: Float64Array.from(steps, (step) => step * each), values };
}

/** Names of all metrics, those that have to do with a loss first. */
export function metricsOf(curves: readonly Readonly<Record<string, unknown>>[]): string[] {
  const names = [...new Set(curves.flatMap((metrics) => Object.keys(metrics)))];
  return [...names.filter((name) => losing(name)), ...names.filter((name) => !losing(name))];
}

const losing = (name: string): boolean => /loss|err|nll|perplex|rmse|mse|mae/i.test(name);
const winning = (name: string): boolean => /acc|f1|score|auc|reward|precision|recall|r2|bleu/i.test(name);

/** Values of the best in a column, where its name says which way is better and two of them differ. */
export function bestOf(name: string, values: readonly unknown[]): number | undefined {
  const numbers = values.filter((value): value is number => typeof value === 'number' && Number.isFinite(value));
  if (new Set(numbers).size < 2) return undefined;
  if (losing(name)) return Math.min(...numbers);
  return winning(name) ? Math.max(...numbers) : undefined;
}

export interface Differing {
  readonly key: string;
  /** One for each run, in its order; `odd` where it is not what most of the others have. */
  readonly cells: readonly { readonly text: string; readonly odd: boolean }[];
}

/** What the runs were given that is not the same for all, then what came out; and the sentence about the rest. */
export function differences(rows: readonly Row[]): { readonly given: Differing[]; readonly came: Differing[]; readonly same: string } {
  const facts = rows.map(({ run }) => ({ ...run.params, ...pick(run.environment, ['backend', 'seed', 'hash']) }));
  const line = (key: string, values: readonly unknown[]): Differing => {
    const texts = values.map((value) => (key === 'notebook text' ? String(value ?? '–').slice(0, 6) : formatCell(value)));
    const counts = new Map<string, number>();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const usual = most > 1 ? [...counts].find(([, n]) => n === most)?.[0] : undefined;
    return { key, cells: texts.map((text) => ({ text, odd: counts.size > 1 && text !== usual })) };
  };
  const keys = [...new Set(facts.flatMap((one) => Object.keys(one)))];
  const all = keys.map((key) =>
    line(
      key === 'hash' ? 'notebook text' : key,
      facts.map((one) => one[key]),
    ),
  );
  const results = [...new Set(rows.flatMap(({ run }) => Object.keys(run.summary)))];
  const alike = all.filter(({ cells }) => cells.every(({ odd }) => !odd));
  return {
    given: all.filter(({ cells }) => cells.some(({ odd }) => odd)),
    came: results
      .map((key) =>
        line(
          key,
          rows.map(({ run }) => run.summary[key]),
        ),
      )
      .map(({ key, cells }) => ({ key, cells: cells.map(({ text }) => ({ text, odd: false })) })),
    same: alike.map(({ key, cells }) => (key === 'notebook text' ? 'the notebook’s text' : `${key} ${cells[0]!.text}`)).join(', '),
  };
}

function pick(from: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined && from[key] !== '').map((key) => [key, from[key]]));
}

/** What a line is called at its end: the run's number, and the one parameter that tells it from the others. */
export function labelOf(row: Row, rows: readonly Row[]): string {
  const name = new Set(rows.map(({ run }) => run.name)).size > 1 ? `${row.run.name} ` : '';
  const { given } = differences(rows);
  const at = rows.indexOf(row);
  const telling = given.find(({ key, cells }) => key in row.run.params && cells[at]?.odd);
  return `${name}${row.number}${telling ? ` ${telling.key} ${telling.cells[at]!.text}` : ''}`;
}

/** Heights moved apart to at least `gap`, in their order, within [top, bottom]. */
export function spread(heights: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = heights.map((y, i) => ({ y: Math.min(bottom, Math.max(top, y)), i })).sort((a, b) => a.y - b.y);
  for (let k = 1; k < order.length; k++) order[k]!.y = Math.max(order[k]!.y, order[k - 1]!.y + gap);
  for (let k = order.length - 1, limit = bottom; k >= 0; k--, limit -= gap) order[k]!.y = Math.min(order[k]!.y, limit);
  const out = [...heights];
  for (const { y, i } of order) out[i] = y;
  return out;
}

/** Index of the step nearest to `x`, in steps that only rise. */
export function nearest(steps: ArrayLike<number>, x: number): number {
  let low = 0,
    high = steps.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (steps[middle]! < x) low = middle;
    else high = middle;
  }
  return Math.abs(steps[high]! - x) < Math.abs(steps[low]! - x) ? high : low;
}
