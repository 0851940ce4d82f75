import { expect, test } from 'vitest';
import { definitionIn, usesIn } from './threads-names.ts';

const word = (code: string, at: { from: number; to: number } | undefined): string | undefined =>
  at && `${code.slice(0, at.from).split('\n').length}:${code.slice(at.from, at.to)}@${at.from}`;

test('where a name is defined', () => {
  expect(word('const a = 1, b = 2', definitionIn('const a = 1, b = 2', 'a'))).toBe('1:a@6');
  expect(word('log(total)\nlet total = 3', definitionIn('log(total)\nlet total = 3', 'total'))).toBe('2:total@15');
  expect(word('const { x, y: z } = p', definitionIn('const { x, y: z } = p', 'z'))).toBe('1:z@14');
  expect(word('export async function go() {}', definitionIn('export async function go() {}', 'go'))).toBe('1:go@22');
  expect(word('const $el = 1', definitionIn('const $el = 1', '$el'))).toBe('1:$el@6');
  expect(definitionIn('const other = 1', 'none')).toBeUndefined();
});

test('where a name is read: not behind a dot, not inside of another', () => {
  const code = 'rows.map((r) => r.rows + rowsum + rows)';
  expect(usesIn(code, 'rows', undefined).map(({ from }) => from)).toEqual([0, 34]);
});
