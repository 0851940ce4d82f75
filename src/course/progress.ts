/* What progress says: the steps to take next, with words; how often predictions were right; and the record that a reader takes along
   (signing.ts makes a signed file of it). Pure; view/progress draws it. */

import { isDue, type UnitStanding } from './mastery.ts';
import type { PassLine } from '../document/types.ts';
import { units } from './units.ts';

export type NextStep =
  | { readonly kind: 'review'; readonly standing: UnitStanding; readonly exercise: string; readonly title: string; readonly due: number }
  | {
      readonly kind: 'exercise';
      readonly standing: UnitStanding;
      readonly exercise: string;
      readonly title: string;
      readonly tried: boolean;
    }
  | { readonly kind: 'experiment'; readonly standing: UnitStanding; readonly line: PassLine; readonly best?: number }
  | { readonly kind: 'read'; readonly standing: UnitStanding }
  | { readonly kind: 'start'; readonly standing: UnitStanding }
  | { readonly kind: 'wait'; readonly standing: UnitStanding; readonly due: number };

/** What can be done, the most useful first: what was begun (latest first), reviews that are due (longest first), steps that are open,
    and, where nothing else is left, what only time will bring. */
export function nextSteps(standings: readonly UnitStanding[], now: number): readonly NextStep[] {
  const due = standings
    .filter((standing) => isDue(standing, now))
    .sort((a, b) => a.review!.due - b.review!.due)
    .map((standing): NextStep => ({ kind: 'review', standing, ...standing.review! }));
  const begun = standings
    .filter(({ state }) => state === 'begun')
    .sort((a, b) => (b.touched ?? 0) - (a.touched ?? 0))
    .map(goOn);
  const start = standings
    .filter((standing) => standing.unit.number !== undefined && standing.state === 'untouched' && isOpen(standing, standings))
    .sort((a, b) => a.unit.number! - b.unit.number!)
    .map((standing): NextStep => ({ kind: 'start', standing }));
  const wait = standings
    .filter((standing) => standing.review !== undefined && !isDue(standing, now))
    .sort((a, b) => a.review!.due - b.review!.due)
    .map((standing): NextStep => ({ kind: 'wait', standing, due: standing.review!.due }));
  return [...begun, ...due, ...start, ...wait];
}

/** The first exercise that is not passed, else the first line that is not met. */
function goOn(standing: UnitStanding): NextStep {
  const open = standing.exercises.find(({ passed }) => passed === undefined);
  if (open) return { kind: 'exercise', standing, exercise: open.id, title: open.title, tried: open.attempts > 0 };
  const line = standing.lines.find(({ met }) => !met);
  if (line) return { kind: 'experiment', standing, line: line.line, ...(line.best === undefined ? {} : { best: line.best.value }) };
  return { kind: 'read', standing };
}

/** Whether what a step builds on is reached: of units that have not shipped nobody can say, so they do not hold it back. */
export function isOpen({ unit }: UnitStanding, standings: readonly UnitStanding[]): boolean {
  return missingNeeds(unit.number, standings).length === 0;
}

/** Numbers of the units that step `number` needs and that are not reached: the shipped ones alone. `review` counts as reached, since
    only time is missing. */
export function missingNeeds(number: number | undefined, standings: readonly UnitStanding[]): readonly number[] {
  const needs = number === undefined ? [] : (units[number - 1]?.needs ?? []);
  return needs.filter((need) => {
    const other = standings.find(({ unit }) => unit.number === need);
    return other !== undefined && !isReached(other);
  });
}

/** Mastered, or only waiting for its first review. */
export const isReached = ({ state }: UnitStanding): boolean => state === 'mastered' || state === 'review';

/** A pass line in words: `test_acc at least 0.94`. */
export const lineWords = ({ metric, min, max }: PassLine): string =>
  `${metric} ${[...(min === undefined ? [] : [`at least ${min}`]), ...(max === undefined ? [] : [`at most ${max}`])].join(' and ')}`;

/* ---- predictions ---- */

export interface Prediction {
  readonly notebook: string;
  readonly id: string;
  readonly question: string;
  readonly right: boolean;
  readonly form: 'choice' | 'number' | 'order' | 'sketch';
  readonly confidence?: number;
  readonly time: number;
}

export interface Share {
  readonly label: string;
  readonly right: number;
  readonly total: number;
}

export interface Calibration extends Share {
  /** By how it was asked; only forms that occur. */
  readonly forms: readonly Share[];
  /** By how sure the reader was; `mean` is the mean of what they said. */
  readonly bands: readonly (Share & { readonly mean: number })[];
  /** Mean of confidence minus share of right ones, over those with a confidence: above 0, too sure. */
  readonly gap?: number;
}

const forms = { choice: 'choices', number: 'numbers', order: 'orders', sketch: 'sketches' } as const;
const bands = [
  [0, 0.6, 'a guess'],
  [0.6, 0.8, 'fairly sure'],
  [0.8, 0.95, 'sure'],
  [0.95, 1.01, 'certain'],
] as const;

/** How often predictions were right, in all, by form and by confidence. */
export function calibrationOf(predictions: readonly Prediction[]): Calibration {
  const share = (label: string, list: readonly Prediction[]): Share => ({
    label,
    right: list.filter(({ right }) => right).length,
    total: list.length,
  });
  const sure = predictions.filter(({ confidence }) => confidence !== undefined);
  const mean = (list: readonly Prediction[]): number => list.reduce((sum, { confidence }) => sum + confidence!, 0) / list.length;
  return {
    ...share('all', predictions),
    forms: Object.entries(forms)
      .map(([form, label]) =>
        share(
          label,
          predictions.filter((one) => one.form === form),
        ),
      )
      .filter(({ total }) => total > 0),
    bands: bands.flatMap(([from, to, label]) => {
      const list = sure.filter(({ confidence }) => confidence! >= from && confidence! < to);
      return list.length === 0 ? [] : [{ ...share(label, list), mean: mean(list) }];
    }),
    ...(sure.length === 0 ? {} : { gap: mean(sure) - share('', sure).right / sure.length }),
  };
}

/* ---- the record ---- */

export interface ProgressRecord {
  readonly gradus: 'progress';
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly made: string;
  readonly says: string;
  readonly units: readonly {
    readonly id: string;
    readonly number?: number;
    readonly title: string;
    readonly state: string;
    readonly exercises: readonly {
      readonly id: string;
      readonly passed: string | null;
      readonly attempts: number;
      readonly hints: number;
    }[];
    readonly experiments: readonly (PassLine & { readonly best: number | null; readonly met: boolean })[];
    readonly reviewsPassed: number;
    readonly nextReview: string | null;
  }[];
  readonly predictions: { readonly right: number; readonly total: number };
}

const recordSays =
  'The signature shows that nothing in this file was changed since a browser signed it with its own key. It does not show who solved the exercises, nor that they were solved without help.';

/** The record of every unit that was touched. */
export function recordOf(standings: readonly UnitStanding[], predictions: readonly Prediction[], now: number): ProgressRecord {
  const iso = (time: number | undefined): string | null => (time === undefined ? null : new Date(time).toISOString());
  const { right, total } = calibrationOf(predictions);
  return {
    gradus: 'progress',
    version: 1,
    made: iso(now)!,
    says: recordSays,
    units: standings
      .filter(({ state }) => state !== 'untouched')
      .map(({ unit, state, exercises, lines, reviewed, review }) => ({
        id: unit.id,
        ...(unit.number === undefined ? {} : { number: unit.number }),
        title: unit.title,
        state,
        exercises: exercises.map(({ id, passed, attempts, hints }) => ({ id, passed: iso(passed), attempts, hints })),
        experiments: lines.map(({ line, best, met }) => ({ ...line, best: best?.value ?? null, met })),
        reviewsPassed: reviewed,
        nextReview: iso(review?.due),
      })),
    predictions: { right, total },
  };
}
