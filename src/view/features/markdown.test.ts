import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { asMarkdown, fromText, seamOf } from './markdown.ts';
import type { NewBlock } from '../../session/types.ts';

describe('pasted text becomes blocks', () => {
  test('fences of a language that runs are cells, the rest is prose', () => {
    expect(fromText('# A\n\ntext\n\n```ts {id=a run=manual}\nconst a = 1\n```\n\n```text\nno cell\n```\n', 'ts')).toEqual([
      { kind: 'prose', markdown: '# A\n\ntext' },
      { kind: 'cell', language: 'ts', code: 'const a = 1', attributes: 'id=a run=manual' },
      { kind: 'prose', markdown: '```text\nno cell\n```' },
    ]);
  });
  test('text without such a fence is one cell of the language at hand', () => {
    expect(fromText('let x = 1\r\nx + 1\n', 'js')).toEqual([{ kind: 'cell', language: 'js', code: 'let x = 1\nx + 1' }]);
  });
  test('front matter, a fence that is never closed, and a static one', () => {
    expect(fromText('---\ngradus: 1\n---\n```ts\na', 'ts')).toEqual([{ kind: 'cell', language: 'ts', code: 'a' }]);
    expect(fromText('```ts {static}\na\n```\n\n```ts\nb\n```', 'ts')).toEqual([
      { kind: 'prose', markdown: '```ts {static}\na\n```' },
      { kind: 'cell', language: 'ts', code: 'b' },
    ]);
  });
  test('nothing is nothing', () => expect(fromText('  \n', 'ts')).toEqual([]));
});

test('cells survive the way through text, fences inside of them too', () => {
  const code = fc
    .array(fc.constantFrom('const a = 1', '`x`', '```', '````ts', '~~~', '', '  b'), { maxLength: 5 })
    .map((lines) => lines.join('\n'));
  const cell = code.map((text): NewBlock => ({ kind: 'cell', language: 'ts', code: text }));
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 4 }), (blocks) => {
      expect(fromText(asMarkdown(blocks), 'ts')).toEqual(blocks);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('the seam of two joined texts is found by the paragraphs beside it', () => {
  expect(seamOf('One.\n\nTwo.\n\nThree.', 'One.\n\nTwo.', 'Three.\n\nFour.')).toBe(12);
  expect(seamOf('Two.\n\nThree.', 'One.\n\nTwo.', 'Three.')).toBe(6);
  expect(seamOf('Two.\n\nTwo.\n\nThree.', 'Two.', 'Three.')).toBe(12);
  expect(seamOf('Two.\n\nOther.\n\nThree.', 'Two.', 'Three.')).toBeUndefined();
  expect(seamOf('Two. Three.', 'Two.', 'Three.')).toBeUndefined();
});
