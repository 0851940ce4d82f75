import { expect, test } from 'vitest';
import { withoutGrid } from './call.ts';

const fn = '(p) => train(p, epochs)';

test('a grid may grow and options come and go: the code counts as the same', () => {
  const one = `const epochs = 5\nconst r = await sweep({ a: [1] }, ${fn})\nreturn {r}`;
  const other = `const epochs = 5\nconst r = await sweep(\n  { a: [1, 2], act: ['}', "it's"] },\n  ${fn}, { resume: true, workers: 2 },\n)\nreturn {r}`;
  const list = `const epochs = 5\nconst r = await sweep([{ a: 1 }, { a: (1 + 2) }], ${fn}, { resume: true })\nreturn {r}`;
  expect(withoutGrid(other, fn)).toBe(withoutGrid(one, fn));
  expect(withoutGrid(list, fn)).toBe(withoutGrid(one, fn));
  expect(withoutGrid('await sweep({ a: [1, 2] }, train, { resume: true })', 'x')).toBe('await sweep(GRID, train)');
});

test.each([
  ['what stands before the call', `const epochs = 5\nawait sweep({ a: [1] }, ${fn})`, `const epochs = 50\nawait sweep({ a: [1] }, ${fn})`],
  [
    'what stands behind it',
    `await sweep({ a: [1] }, ${fn})\nfunction train() { return 1 }`,
    `await sweep({ a: [1] }, ${fn})\nfunction train() { return 2 }`,
  ],
  ['what makes the function', 'await sweep({ a: [1] }, make(5), { resume: true })', 'await sweep({ a: [1] }, make(50), { resume: true })'],
  ['a grid that sets something', 'await sweep({ a: (epochs = 5, [1]) }, fn)', 'await sweep({ a: (epochs = 50, [1]) }, fn)'],
  ['a grid with a pattern', 'await sweep({ a: [/"/] }, fn); const x = "1"', 'await sweep({ a: [/"/] }, fn); const x = "2"'],
  [
    'the second sweep of a cell',
    `await sweep({ a: [1] }, ${fn}); await sweep({ a: [1] }, other(1))`,
    `await sweep({ a: [1] }, ${fn}); await sweep({ a: [1] }, other(2))`,
  ],
])('other code is other code: %s', (_, one, other) => {
  expect(withoutGrid(one, fn)).not.toBe(withoutGrid(other, fn));
});
