/* Progress in words (look.md 11): when something is due, what a step of the plan says, and how a unit stands. Shared by the page of
   progress and the map. */

import { dayMs, type UnitStanding } from '../../course/mastery.ts';
import { isReached, lineWords, type NextStep } from '../../course/progress.ts';
import { units } from '../../course/units.ts';
import { number, plural } from '../words.ts';

/** A moment to come, seen from `now`: today, tomorrow, in 3 days, within a week; then the date. */
export function when(moment: number, now: number): string {
  const days = Math.round((midnight(moment) - midnight(now)) / dayMs);
  if (days <= 0) return moment <= now ? 'now' : `in ${plural(Math.max(1, Math.ceil((moment - now) / 3_600_000)), 'hour')}`;
  if (days === 1) return 'tomorrow';
  if (days < 7) return `in ${days} days`;
  return `on ${date(moment, now)}`;
}

/** Since when a review is due. */
export function since(due: number, now: number): string {
  const days = Math.round((midnight(now) - midnight(due)) / dayMs);
  return days <= 0 ? 'due today' : days === 1 ? 'due since yesterday' : days < 7 ? `due for ${days} days` : `due since ${date(due, now)}`;
}

/** 22 Nov, with the year where it is another one. */
export function date(moment: number, now: number): string {
  const year = new Date(moment).getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' as const };
  return new Date(moment).toLocaleDateString('en', { day: 'numeric', month: 'short', ...year });
}

const midnight = (moment: number): number => new Date(moment).setHours(0, 0, 0, 0);

/** `14 Neural Network Fundamentals`; the title alone where it is no step. */
export function nameOf({ unit }: UnitStanding): string {
  const label = unit.number === undefined ? undefined : units[unit.number - 1]?.label;
  return label === undefined ? unit.title : `${label} ${unit.title}`;
}

/** `2 of 5 exercises`, empty where there are none. */
export function tally({ exercises }: UnitStanding): string {
  const passed = exercises.filter((one) => one.passed !== undefined).length;
  return exercises.length === 0 ? '' : `${passed} of ${plural(exercises.length, 'exercise')}`;
}

/** How a unit stands, in a few words. */
export function stateWords(standing: UnitStanding, now: number): string {
  const { state, review } = standing;
  if (review !== undefined && review.due <= now) return 'review due';
  if (state === 'mastered') return 'reached';
  if (state === 'review') return review === undefined ? 'review to come' : `review ${when(review.due, now)}`;
  if (state === 'untouched') return 'not begun';
  return tally(standing) || 'under way';
}

/** The point of a unit (look.md 7): closed where it is reached, half where it is under way, ringed where a review is due. */
export function standingPoint(standing: UnitStanding, now: number): 'reached' | 'half' | 'due' | 'ready' {
  if (standing.review !== undefined && standing.review.due <= now) return 'due';
  return standing.state === 'mastered' ? 'reached' : standing.state === 'untouched' ? 'ready' : 'half';
}

/** Its class. */
export function pointOf(standing: UnitStanding, now: number): string {
  const point = standingPoint(standing, now);
  return `pt ${point === 'reached' ? 'done' : point}`;
}

export interface StepWords {
  readonly title: string;
  readonly about: string;
  readonly verb: string;
  /** Relative to the site's root. */
  readonly href: string;
  readonly point: string;
}

/** Where an exercise stands in its unit's page. */
export const exerciseHref = (unit: string, exercise: string): string =>
  `n/${encodeURIComponent(unit)}/#cell-${encodeURIComponent(exercise)}`;
export const reviewHref = (unit: string): string => `#/review/${encodeURIComponent(unit)}`;

/** What a step of the plan says, and where it leads. */
export function stepWords(step: NextStep, now: number): StepWords {
  const { standing } = step;
  const { unit } = standing;
  const href = `n/${encodeURIComponent(unit.id)}/`;
  const title = nameOf(standing);
  const facts = (...parts: string[]): string => parts.filter(Boolean).join(' · ');
  switch (step.kind) {
    case 'review':
      return {
        title: `${step.title}, once more`,
        about: facts(title, since(step.due, now)),
        verb: 'Review',
        href: reviewHref(unit.id),
        point: 'pt due',
      };
    case 'exercise':
      return {
        title,
        about: facts(`${step.tried ? 'Go on with' : 'Next'}: ${step.title}`, tally(standing)),
        verb: 'Continue',
        href: exerciseHref(unit.id, step.exercise),
        point: 'pt half',
      };
    case 'experiment':
      return {
        title,
        about: facts(
          `Experiment ${step.line.run}: ${lineWords(step.line)}`,
          step.best === undefined ? 'no finished run yet' : `best so far ${number(step.best)}`,
        ),
        verb: 'Continue',
        href,
        point: 'pt half',
      };
    case 'read':
      return { title, about: 'under way', verb: 'Continue', href, point: 'pt half' };
    case 'start':
      return {
        title,
        about: facts(
          (unit.number === undefined ? undefined : units[unit.number - 1]?.topics) ?? '',
          unit.minutes === undefined ? '' : `about ${hours(unit.minutes)}`,
        ),
        verb: 'Start',
        href,
        point: 'pt ready',
      };
    case 'wait':
      return {
        title: `${isReached(standing) && standing.state === 'mastered' ? 'Next review' : 'Review'} ${when(step.due, now)}`,
        about: title,
        verb: 'Open',
        href,
        point: 'pt',
      };
    default:
      return step satisfies never;
  }
}

const hours = (minutes: number): string => (minutes < 90 ? `${minutes} min` : `${number(Math.round(minutes / 30) / 2)} h`);
