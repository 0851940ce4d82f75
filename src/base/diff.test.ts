import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diff, linesOf, wordsOf } from './diff.ts';
import { merge } from './merge.ts';
import { rebase } from './rebase.ts';

const apply = (a: readonly string[], b: readonly string[]): string[] => {
  const out: string[] = [];
  let at = 0;
  for (const { fromA, toA, fromB, toB } of diff(a, b)) {
    expect(fromA).toBeGreaterThanOrEqual(at);
    out.push(...a.slice(at, fromA), ...b.slice(fromB, toB));
    at = toA;
  }
  return [...out, ...a.slice(at)];
};
const said = (a: string, b: string): string =>
  diff([...a], [...b])
    .map(({ fromA, toA, fromB, toB }) => `${fromA} -${a.slice(fromA, toA)} +${b.slice(fromB, toB)}`)
    .join(', ');
const letters = fc.array(fc.constantFrom('a', 'b', 'c', 'd', '', ' '), { maxLength: 40 });

describe('diff', () => {
  test('names what changed and nothing else', () => {
    expect(said('abc', 'abc')).toBe('');
    expect(said('abc', 'axc')).toBe('1 -b +x');
    expect(said('abcdef', 'abef')).toBe('2 -cd +');
    expect(said('', 'ab')).toBe('0 - +ab');
    expect(said('abcabba', 'cbabac').length).toBeGreaterThan(0);
  });

  test('leads from one to the other, whatever they are', () => {
    fc.assert(
      fc.property(letters, letters, (a, b) => {
        expect(apply(a, b)).toEqual(b);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  test('is as short as can be where nothing is unique', () => {
    const shortest = (a: string, b: string): number => {
      const row = Array.from({ length: b.length + 1 }, (_, j) => j);
      for (let i = 1; i <= a.length; i++) {
        let diagonal = row[0]!;
        row[0] = i;
        for (let j = 1; j <= b.length; j++) {
          const above = row[j]!;
          row[j] = a[i - 1] === b[j - 1] ? diagonal : 1 + Math.min(above, row[j - 1]!);
          diagonal = above;
        }
      }
      return row[b.length]!;
    };
    const doubled = fc.array(fc.constantFrom('aa', 'bb', 'cc'), { maxLength: 10 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(doubled, doubled, (a, b) => {
        const cost = diff([...a], [...b]).reduce((sum, { fromA, toA, fromB, toB }) => sum + toA - fromA + toB - fromB, 0);
        expect(cost).toBe(shortest(a, b));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test('shows a new cell with its own fence', () => {
    const cell = (code: string): string => `\`\`\`ts\n${code}\n\`\`\`\n`;
    const a = linesOf(`${cell('one')}\n${cell('two')}`),
      b = linesOf(`${cell('one')}\n${cell('new')}\n${cell('two')}`);
    const [change, ...rest] = diff(a, b);
    expect(rest).toEqual([]);
    expect(b.slice(change!.fromB, change!.toB).join('')).toBe(`${cell('new')}\n`);
  });

  test('does not compare all with all: two texts of 20,000 lines without a common one', () => {
    const of = (name: string): string[] => Array.from({ length: 20_000 }, (_, i) => `${name}${i}`);
    const began = performance.now();
    expect(diff(of('a'), of('b'))).toEqual([{ fromA: 0, toA: 20_000, fromB: 0, toB: 20_000 }]);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('cuts texts into lines and words that join to the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(linesOf(text).join('')).toBe(text);
        expect(wordsOf(text).join('')).toBe(text);
      }),
      { seed: 5 },
    );
  });
});

describe('merge', () => {
  const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');
  const base = text('one', 'two', 'three', 'four');

  test('takes the changes of both sides', () => {
    expect(merge(base, text('one', 'TWO', 'three', 'four'), text('one', 'two', 'three', 'four', 'five'))).toEqual({
      text: text('one', 'TWO', 'three', 'four', 'five'),
      clashes: 0,
    });
    expect(merge(base, text('zero', 'one', 'two', 'three', 'four'), text('one', 'two', 'four')).text).toBe(
      text('zero', 'one', 'two', 'four'),
    );
    expect(merge(base, text('one', 'two', 'x', 'three', 'four'), text('one', 'two', '3', 'four')).text).toBe(
      text('one', 'two', 'x', '3', 'four'),
    );
  });

  test('keeps both where both wrote at one place, theirs first', () => {
    expect(merge(base, text('one', 'mine', 'two', 'three', 'four'), text('one', 'theirs', 'two', 'three', 'four'))).toEqual({
      text: text('one', 'theirs', 'mine', 'two', 'three', 'four'),
      clashes: 1,
    });
    expect(merge(text('a', ''), text('a', 'x'), text('a', 'y')).text).toBe(text('a', 'y', 'x'));
    expect(merge('a\n', 'a\nx', 'a\ny').text).toBe('a\ny\nx');
  });

  test('joins what both typed in one line', () => {
    expect(merge(text('const a = 1'), text('const a = 12'), text('const ab = 1')).text).toBe(text('const ab = 12'));
    expect(merge(text('// 1 2'), text('// 1 2 4'), text('// 1 2 3'))).toEqual({ text: text('// 1 2 3 4'), clashes: 0 });
  });

  test('keeps both lines where one side deleted what the other changed', () => {
    expect(merge(text('a b c'), text('a B c'), text('a x y')).text).toBe(text('a x y', 'a B c'));
  });

  test('a side that changed nothing changes nothing', () => {
    fc.assert(
      fc.property(letters, letters, (a, b) => {
        const [was, now] = [text(...a), text(...b)];
        expect(merge(was, now, was).text).toBe(now);
        expect(merge(was, was, now).text).toBe(now);
        expect(merge(was, now, now).text).toBe(now);
      }),
      { seed: 11 },
    );
  });

  test('loses no line that a side wrote, and none that neither deleted', () => {
    const edits = fc.array(fc.record({ at: fc.nat(20), remove: fc.nat(2), insert: fc.nat(3) }), { maxLength: 6 });
    const edited = (
      lines: readonly string[],
      side: string,
      changes: readonly { at: number; remove: number; insert: number }[],
    ): readonly string[] =>
      changes.reduce<readonly string[]>((now, { at, remove, insert }, i) => {
        const place = Math.min(at, now.length);
        return [...now.slice(0, place), ...Array.from({ length: insert }, (_, n) => `${side}${i}_${n}`), ...now.slice(place + remove)];
      }, lines);
    const start = Array.from({ length: 12 }, (_, i) => `line${i}`);
    fc.assert(
      fc.property(edits, edits, (left, right) => {
        const [mine, theirs] = [edited(start, 'm', left), edited(start, 't', right)];
        const merged = merge(text(...start), text(...mine), text(...theirs)).text;
        const whole = new Set(merged.split(/\W+/));
        for (const line of [...mine, ...theirs]) if (!start.includes(line)) expect(whole).toContain(line);
        for (const line of start) if (mine.includes(line) && theirs.includes(line)) expect(whole).toContain(line);
      }),
      { seed: 13, numRuns: 3000 },
    );
  });
});

describe('rebase', () => {
  test('puts what was typed into what somebody else made of the text', () => {
    expect(rebase('abc', 'abXc', 'Yabc')).toBe('YabXc');
    expect(rebase('abc', 'Xabc', 'abcY')).toBe('XabcY');
    expect(rebase('abc', 'abc', 'aYc')).toBe('aYc');
    expect(rebase('abc', 'aXc', 'abc')).toBe('aXc');
    expect(rebase('ab', 'abX', 'abY')).toBe('abYX');
    expect(rebase('abcd', 'aXd', 'aYd')).toBe('aYXd');
    expect(rebase('abcd', 'ad', 'abYcd')).toBe('aYd');
  });

  test('keeps every letter that either side put in', () => {
    const change = fc.record({ at: fc.nat(12), remove: fc.nat(4), insert: fc.constantFrom('', 'x', 'xyz') });
    fc.assert(
      fc.property(change, change, (m, t) => {
        const base = 'abcdefghijkl';
        const mine = base.slice(0, m.at) + m.insert.toUpperCase() + base.slice(m.at + m.remove);
        const theirs = base.slice(0, t.at) + t.insert + base.slice(t.at + t.remove);
        const both = rebase(base, mine, theirs);
        expect(both).toContain(m.insert.toUpperCase());
        expect(both).toContain(t.insert);
      }),
      { seed: 19, numRuns: 1000 },
    );
  });
});
