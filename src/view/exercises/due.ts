/* Where a unit's review is due, the exercise that it asks for says so and leads to it. When that is stands in course/mastery.ts; the
   review itself is a page of its own (view/progress). */

import { isDue, standingOf, type ReviewFacts } from '../../course/mastery.ts';
import type { StoredAnswer } from '../../store/types.ts';
import { h } from '../dom.ts';
import { reviewHref } from '../progress/words.ts';
import type { ExerciseView } from './exercise.ts';

export interface Reviewed {
  readonly unit: string;
  /** The site's root as seen from the page. */
  readonly base: string;
  readonly views: ReadonlyMap<string, ExerciseView>;
  readonly answers: ReadonlyMap<string, StoredAnswer>;
  readonly reviews: readonly ReviewFacts[];
}

/** The exercise whose review is due at `now`, if any. */
export function dueOf(
  unit: string,
  ids: Iterable<string>,
  answers: Reviewed['answers'],
  reviews: Reviewed['reviews'],
  now: number,
): string | undefined {
  const standing = standingOf(
    { id: unit, title: unit, exercises: [...ids].map((id) => ({ id, title: id })), pass: [] },
    {
      answers: [...answers.values()].map(({ exercise, attempts, hints, passed, updatedAt }) => ({
        exercise,
        attempts: passed?.attempts ?? attempts,
        hints: passed?.hints ?? hints,
        time: updatedAt,
        ...(passed === undefined ? {} : { passed: passed.first ?? passed.time }),
      })),
      runs: [],
      reviews,
    },
  );
  return isDue(standing, now) ? standing.review?.exercise : undefined;
}

/** Offers the review in the row of its exercise, and nowhere else. */
export function offerReview({ unit, base, views, answers, reviews }: Reviewed): void {
  const due = dueOf(unit, views.keys(), answers, reviews, Date.now());
  for (const [id, { place, title }] of views) {
    const there = place.row.querySelector('.review-due');
    if (id !== due) there?.remove();
    else if (!there)
      place.row.lastElementChild?.before(
        h('a', { class: 'btn small review-due', href: `${base}${reviewHref(unit)}`, 'aria-label': `Review due: ${title}` }, 'Review due'),
      );
  }
}
