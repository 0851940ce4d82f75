import { expect, test } from 'vitest';
import { wordsOf } from './everything.ts';

const none = { notebooks: 0, newer: 0, kept: 0, versions: 0, runs: 0, answers: 0, skipped: 0 };

test('an import is told in what it added, what became newer and what stayed', () => {
  expect(wordsOf(none)).toBe('Everything in it was here already.');
  expect(wordsOf({ ...none, notebooks: 2, runs: 1 })).toBe('Added: 2 notebooks, 1 run.');
  expect(wordsOf({ ...none, newer: 1, kept: 2, skipped: 1 })).toBe(
    '1 notebook has the newer text of the archive; yours is among the versions. 2 notebooks here are newer and stay; the archive’s text is among the versions. 1 record could not be read and was left out.',
  );
});
