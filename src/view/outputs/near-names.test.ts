import { expect, test } from 'vitest';
import { firstSentence } from './error.ts';
import { isSlip } from './near-names.ts';

test('a slip is one letter more, less, other or exchanged, or capitals; short names are like too many', () => {
  for (const [a, b] of [
    ['lables', 'labels'],
    ['answr', 'answer'],
    ['answers', 'answer'],
    ['modal', 'model'],
    ['Model', 'model'],
  ] as const)
    expect([a, isSlip(a, b)]).toEqual([a, true]);
  for (const [a, b] of [
    ['x', 'y'],
    ['ab', 'ax'],
    ['train', 'test'],
    ['labels', 'tables'],
  ] as const)
    expect([a, isSlip(a, b)]).toEqual([a, false]);
});

test('the first sentence of a message stands out, and the rest follows it', () => {
  expect(firstSentence('matmul: expected [2, 3] × [3, n], got [2, 3] × [4, 5]. The inner sizes 3 and 4 must be equal.')).toEqual([
    'matmul: expected [2, 3] × [3, n], got [2, 3] × [4, 5].',
    'The inner sizes 3 and 4 must be equal.',
  ]);
  for (const whole of ['Failed to fetch', 'n is 0.5. and 0.6', 'x: e.g. 3', 'It ends. ']) expect(firstSentence(whole)).toEqual([whole, '']);
});
