import { expect, test } from 'vitest';
import { ownEdits } from './own-edits.ts';

test('what both have in common is the text before the first edit that the other lacks', () => {
  const edits = ownEdits('a');
  for (const [i, text] of ['ab', 'abc', 'abcd'].entries()) edits.note({ text, revision: 2 + i });
  expect(edits.count).toBe(3);
  expect([0, 1, 2, 3].map((included) => edits.before(included))).toEqual(['a', 'ab', 'abc', undefined]);
});

test('a text that came from another tab is no edit; one that follows it begins there', () => {
  const edits = ownEdits('a');
  edits.adopted('a theirs');
  edits.note({ text: 'a theirs', revision: 2 });
  expect(edits.count).toBe(0);
  edits.note({ text: 'a theirs, mine', revision: 3 });
  expect(edits.before(0)).toBe('a theirs');
});

test('what is stored is let go', () => {
  const edits = ownEdits('a');
  for (const [i, text] of ['ab', 'abc', 'abcd'].entries()) edits.note({ text, revision: 2 + i });
  edits.storedAs(2);
  expect(edits.before(0)).toBe('ab');
  edits.stored(3);
  expect(edits.before(0)).toBeUndefined();
});

test('of many edits, and of few in a long text, an earlier common text stands for those that are not kept apart', () => {
  for (const [long, kept] of [
    ['', 64],
    ['x'.repeat(300_000), 4],
  ] as const) {
    const edits = ownEdits(long);
    for (let n = 1; n <= 1000; n++) edits.note({ text: `${long}${'e'.repeat(n)}`, revision: n });
    expect(edits.before(0)).toBe(long);
    const apart = new Set(Array.from({ length: 1000 }, (_, n) => edits.before(n)!.length - long.length));
    expect(apart.size).toBeLessThanOrEqual(kept);
    for (let n = 0; n < 1000; n++) expect(edits.before(n)!.length - long.length).toBeLessThanOrEqual(n);
    expect(edits.before(999)!.length - long.length).toBe(999);
  }
});
