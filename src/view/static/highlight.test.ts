import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Token } from '../../analysis/types.ts';
import { highlight } from './highlight.ts';

/** What a browser's textContent would say: tags go, the five entities come back. */
const textOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');

test('the text of highlighted code is the code, whatever the code and wherever the tokens lie', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('<', '>', '&', '"', "'", '&lt;', '</span>', '\n', '\t', 'a', 'const '),
  );
  const code = fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(''));
  const kind = fc.constantFrom<Token[2]>('k', 's', 'n', 'c', 'x');
  fc.assert(
    fc.property(code, fc.array(fc.tuple(fc.nat(40), fc.nat(40), kind), { maxLength: 12 }), (text, tokens) => {
      const sorted = [...tokens].sort((a, b) => a[0] - b[0]) as Token[];
      expect(textOf(highlight(text, sorted, new Map([['a', 'cell "a" <b>']])))).toBe(text);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('names of other cells are links that the tab key passes by, other free names are plain', () => {
  expect(
    highlight(
      'dot(x)',
      [
        [0, 3, 'x'],
        [4, 5, 'x'],
      ],
      new Map([['dot', 'dot']]),
    ),
  ).toBe('<a class="x" href="#cell-dot" data-owner="dot" tabindex="-1">dot</a>(x)');
});

test('kinds become classes', () => {
  expect(
    highlight(
      'let a = 1',
      [
        [0, 3, 'k'],
        [8, 9, 'n'],
      ],
      new Map(),
    ),
  ).toBe('<span class="k">let</span> a = <span class="n">1</span>');
});
