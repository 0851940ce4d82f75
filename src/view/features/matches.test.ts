import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { patternOf, placesIn, replaceIn, type Query } from './matches.ts';

const query = (text: string, more: Partial<Query> = {}): Query => ({ text, matchCase: false, wholeWord: false, regex: false, ...more });
const pattern = (text: string, more: Partial<Query> = {}): RegExp => {
  const made = patternOf(query(text, more));
  if (!(made instanceof RegExp)) throw new Error(`no pattern: ${made}`);
  return made;
};
const found = (text: string, wanted: string, more: Partial<Query> = {}): string[] =>
  placesIn(text, pattern(wanted, more)).map(({ from, to }) => text.slice(from, to));

describe('a query', () => {
  test('finds as it is written, in any case unless asked', () => {
    expect(found('Loss loss LOSS', 'loss')).toEqual(['Loss', 'loss', 'LOSS']);
    expect(found('Loss loss LOSS', 'loss', { matchCase: true })).toEqual(['loss']);
    expect(found('a.b axb', 'a.b')).toEqual(['a.b']);
    expect(found('x[0] + (y)', '[0] + (')).toEqual(['[0] + (']);
  });
  test('whole words are those of code, in every script', () => {
    expect(found('loss losses $loss loss_2 loss', 'loss', { wholeWord: true })).toEqual(['loss', 'loss']);
    expect(found('größe große', 'gro', { wholeWord: true })).toEqual([]);
    expect(found('f(x) + fx', 'f(x)', { wholeWord: true })).toEqual(['f(x)']);
  });
  test('a regular expression: lines have their own ends, nothing found is empty', () => {
    expect(found('a = 1\nb = 2', '^\\w+', { regex: true })).toEqual(['a', 'b']);
    expect(found('aaa', 'x*', { regex: true })).toEqual([]);
    expect(found('a-b', '\\-', { regex: true })).toEqual(['-']);
  });
  test('a bad one says what is wrong', () => {
    expect(patternOf(query('(a', { regex: true }))).toBe('No regular expression: unterminated group.');
    expect(patternOf(query('[a', { regex: true }))).toMatch(/^No regular expression: .*class\.$/);
    expect(patternOf(query(''))).toBeUndefined();
  });
});

describe('replacing', () => {
  test('all of them, or one', () => {
    expect(replaceIn('a b a', pattern('a'), 'c', false)).toBe('c b c');
    expect(replaceIn('a b a', pattern('a'), 'c', false, 4)).toBe('a b c');
  });
  test('signs mean themselves in plain text, groups in a regular expression', () => {
    expect(replaceIn('a', pattern('a'), '$& $1', false)).toBe('$& $1');
    expect(replaceIn('let x = 1', pattern('let (\\w+)', { regex: true }), 'const $1', true)).toBe('const x = 1');
    expect(replaceIn('2024-05', pattern('(?<y>\\d+)-(?<m>\\d+)', { regex: true }), '$<m>.$<y>$$', true)).toBe('05.2024$');
    expect(replaceIn('a', pattern('(a)', { regex: true }), '$12\\n$2', true)).toBe('a2\n$2');
  });
  test('a place that looks ahead is replaced alone too', () => {
    expect(replaceIn('ab ac', pattern('a(?=c)', { regex: true }), 'x', true, 3)).toBe('ab xc');
  });
});

test('plain text, replaced by itself, changes nothing; replaced there and back neither', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '$', '\n', '(', '\\'), maxLength: 30 });
  fc.assert(
    fc.property(text, fc.string({ unit: fc.constantFrom('a', 'b', '.', '$', '('), minLength: 1, maxLength: 3 }), (given, wanted) => {
      const made = pattern(wanted, { matchCase: true });
      expect(replaceIn(given, made, wanted, false)).toBe(given);
      expect(replaceIn(given, made, 'ß', false)).toBe(given.split(wanted).join('ß'));
    }),
    { seed: 5, numRuns: 500 },
  );
});
