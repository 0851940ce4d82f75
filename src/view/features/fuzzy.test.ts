import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { commandTable } from '../commands/table.ts';
import { fuzzy } from './fuzzy.ts';

const marked = (query: string, text: string): string | undefined => {
  const match = fuzzy(query, text);
  return match && [...text].map((letter, i) => (match.at.includes(i) ? `[${letter}]` : letter)).join('');
};
const first = (query: string): string | undefined =>
  commandTable
    .map(({ title }) => ({ title, score: fuzzy(query, title)?.score ?? -Infinity }))
    .filter(({ score }) => score > -Infinity)
    .sort((a, b) => b.score - a.score)[0]?.title;

describe('a few letters find a text', () => {
  test('what stands together is marked together, at the beginning of a word where there is one', () => {
    expect(marked('sta', 'Run stale')).toBe('Run [s][t][a]le');
    expect(marked('sta', 'Restart')).toBe('Re[s][t][a]rt');
    expect(marked('ce', 'replace cell')).toBe('replace [c][e]ll');
  });
  test('first letters of words count', () => {
    expect(marked('rs', 'Run stale')).toBe('[R]un [s]tale');
    expect(first('fr')).toBe('Find and replace');
    expect(first('mcu')).toBe('Move cell up');
  });
  test('the command that is meant comes first', () => {
    expect(first('stale')).toBe('Run stale');
    expect(first('split')).toBe('Split cell at the caret');
    expect(first('shortcuts')).toBe('All shortcuts');
    expect(first('down')).toBe('Download');
  });
  test('a missing letter, or letters strewn over a long text, do not match', () => {
    expect(fuzzy('xyz', 'Run stale')).toBeUndefined();
    expect(fuzzy('ae', 'Find something that is nowhere near the end')).toBeUndefined();
  });
  test('accents and case do not count', () => {
    expect(marked('bezier', 'Bézier')).toBe('[B][é][z][i][e][r]');
  });
});

test('the marked letters are the query, in order', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 5 }), fc.string({ maxLength: 40 }), (query, text) => {
      const match = fuzzy(query, text);
      if (match === undefined) return;
      for (const [i, at] of match.at.entries()) if (i > 0) expect(at).toBeGreaterThan(match.at[i - 1]!);
      if (/^[a-z]*$/.test(query)) expect(match.at.map((at) => text[at]!.toLowerCase()).join('')).toBe(query);
    }),
    { seed: 11, numRuns: 500 },
  );
});
