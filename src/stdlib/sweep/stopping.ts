/* When a point of a sweep is ended before its time: after so many values without a better one (patience), or once it is worse than
   the median of the first points at the same step. The median is of points that run whole, the first ones of the grid, so the result
   does not hang on which engine is quicker.
   @source Golovin and others: Google Vizier, a service for black-box optimization (2017), median stopping rule */

import { toText } from '../../output/inspect.ts';
import type { Curve, StopRule } from '../../engine/sweep.ts';

/** Ends the function at the point that it computes. */
export class EarlyStop extends Error {
  override readonly name = 'EarlyStop';
}

/** The rule as it was given, checked. Throws where it names no metric or says not when. */
export function stopRule(given: unknown): StopRule {
  const say = (what: string): never => {
    throw new TypeError(
      `sweep: expected stop to be a rule such as { metric: "loss", patience: 5 } or { metric: "acc", goal: "max", median: 3 }, got ${what}.`,
    );
  };
  if (typeof given !== 'object' || given === null) return say(toText(given, 60));
  const { metric, goal, ...numbers } = given as Record<string, unknown>;
  if (typeof metric !== 'string' || metric === '') return say(`the metric ${toText(metric, 60)}`);
  if (goal !== undefined && goal !== 'min' && goal !== 'max') return say(`the goal ${toText(goal, 60)}`);
  for (const [name, value] of Object.entries(numbers)) {
    if (!numeric.has(name)) return say(`${name}, which no rule has`);
    const least = whole.has(name) ? 1 : 0;
    if (value !== undefined && !(typeof value === 'number' && value >= least && (least === 0 || Number.isInteger(value))))
      return say(`${name}: ${toText(value, 60)}`);
  }
  if (numbers['patience'] === undefined && numbers['median'] === undefined) return say('neither patience nor median');
  return given as StopRule;
}
const numeric = new Set(['patience', 'minDelta', 'median', 'after']);
const whole = new Set(['patience', 'median']);

/** Follows one point: give it each value of the metric; it answers why the point ends, once it does. */
export function watch(rule: StopRule, median?: Curve): (value: number, step: number) => string | undefined {
  const { metric, goal = 'min', patience, minDelta = 0, after = 0 } = rule;
  const sign = goal === 'min' ? 1 : -1;
  let best = Infinity;
  let since = 0;
  let at = -1;
  return (value, step) => {
    const cost = sign * value;
    if (cost < best - minDelta || (best === Infinity && cost < best)) {
      best = cost;
      since = 0;
    } else since++;
    if (step < after) return undefined;
    if (patience !== undefined && since >= patience) return `patience: ${metric} got no better for ${patience} values, step ${step}`;
    if (median) {
      while (at + 1 < median.steps.length && median.steps[at + 1]! <= step) at++;
      if (at >= 0 && best > sign * median.values[at]!)
        return `median: ${metric} was ${Number((sign * best).toPrecision(4))} at best, the first points had ${Number(median.values[at]!.toPrecision(4))}, step ${step}`;
    }
    return undefined;
  };
}

/** At each step that one of `curves` has: the median of the best values so far. A curve that has ended keeps its best; NaN counts as the
    worst. Undefined where there is nothing to compare with. */
export function medianCurve(
  curves: readonly { readonly steps: ArrayLike<number>; readonly values: ArrayLike<number> }[],
  goal: StopRule['goal'] = 'min',
): Curve | undefined {
  const better = goal === 'min' ? (a: number, b: number): boolean => a < b : (a: number, b: number): boolean => a > b;
  const worst = goal === 'min' ? Infinity : -Infinity;
  const steps = [...new Set(curves.flatMap((curve) => Array.from(curve.steps)))].sort((a, b) => a - b);
  if (steps.length === 0) return undefined;
  const places = curves.map(() => ({ next: 0, best: worst }));
  const values = steps.map((step) => {
    const bests = curves.map((curve, i) => {
      const place = places[i]!;
      for (; place.next < curve.steps.length && curve.steps[place.next]! <= step; place.next++)
        if (better(curve.values[place.next]!, place.best)) place.best = curve.values[place.next]!;
      return place.best;
    });
    bests.sort((a, b) => a - b);
    const middle = (bests.length - 1) / 2;
    const [low, high] = [bests[Math.floor(middle)]!, bests[Math.ceil(middle)]!];
    return low === high ? low : (low + high) / 2;
  });
  return { steps, values };
}
