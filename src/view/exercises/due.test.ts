import { expect, test } from 'vitest';
import { dayMs } from '../../course/mastery.ts';
import type { StoredAnswer, StoredReview } from '../../store/types.ts';
import { dueOf } from './due.ts';

const at = 1_000 * dayMs;
const passed = (exercise: string, attempts: number): [string, StoredAnswer] => [
  exercise,
  {
    exercise,
    attempts,
    hints: 0,
    updatedAt: at,
    passed: { time: at, attempts, hints: 0, code: '' },
  } as unknown as StoredAnswer,
];
const both = new Map([passed('dot', 1), passed('norm', 4)]);
const ids = ['dot', 'norm'];

test('a unit asks for its review three days after its last exercise, of the one that was hardest', () => {
  expect(dueOf('u', ids, both, [], at + 2 * dayMs)).toBeUndefined();
  expect(dueOf('u', ids, both, [], at + 3 * dayMs)).toBe('norm');
});
test('none is due before every exercise is passed, or while the next one is to come', () => {
  expect(dueOf('u', [...ids, 'angle'], both, [], at + 9 * dayMs)).toBeUndefined();
  const review = { item: 'norm', due: at + 10 * dayMs, interval: 7, rung: 1, last: at + 3 * dayMs, passed: true, passes: 1, fails: 0 };
  expect(dueOf('u', ids, both, [review as StoredReview], at + 9 * dayMs)).toBeUndefined();
  expect(dueOf('u', ids, both, [review as StoredReview], at + 10 * dayMs)).toBe('dot');
});
