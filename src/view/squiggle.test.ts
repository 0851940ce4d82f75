import { expect, test } from 'vitest';
import { squiggleOf } from './squiggle.ts';
import { ago, duration, number, ordinal } from './words.ts';

const code = 'const a = 1\nreturn lables.map(one)\n';
const word = (line: number, column: number): string | undefined => {
  const place = squiggleOf(code, line, column);
  return place && code.slice(place.from, place.to);
};

test('the wavy line takes the word at the place, one sign where there is none, nothing behind the end of a line', () => {
  expect(word(2, 8)).toBe('lables');
  expect(word(2, 14)).toBe('.');
  expect(word(1, 12)).toBe('');
  expect(word(9, 1)).toBeUndefined();
  const place = squiggleOf(code, 2, 8)!;
  expect(code.slice(place.lineStart, place.lineEnd)).toBe('return lables.map(one)\n');
});

test('numbers, times and places are worded as the interface writes them', () => {
  expect([duration(0.4), duration(12.4), duration(2440), duration(200_000)]).toEqual(['0 ms', '12 ms', '2.4 s', '3 min 20 s']);
  expect([ordinal(1), ordinal(2), ordinal(11), ordinal(23)]).toEqual(['1st', '2nd', '11th', '23rd']);
  expect([number(1250), number(0.00001), number(NaN)]).toEqual(['1,250', '1.00e-5', 'NaN']);
  expect([ago(0, 30_000), ago(0, 3 * 86_400_000)]).toEqual(['just now', '3 days ago']);
});
