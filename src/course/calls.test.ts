import { expect, test } from 'vitest';
import { callsIn } from './calls.ts';

test('the call of a check that is one assertion is read from its text', () => {
  const code = `check('3, 4, 5', () => close(norm([3, 4]), 5))
check("it's \\"short\\"", () => equal(trim(' a, b '), 'a, b'))
check(\`waits\`, async () => equal(await load({ a: [1, 2] }, (x) => x), 3))
check('says more', () => { equal(f(1), 2) })
check('no call', () => equal(x, 2))
check('many lines', () => equal(f(
  1), 2))`;
  expect([...callsIn([code])]).toEqual([
    ['3, 4, 5', 'norm([3, 4])'],
    ['it\'s "short"', "trim(' a, b ')"],
    ['waits', 'load({ a: [1, 2] }, (x) => x)'],
  ]);
});
