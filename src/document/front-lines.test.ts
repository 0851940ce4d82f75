import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frontOf } from './front-fields.ts';
import { readLines } from './front-lines.ts';
import { readFrontMatter } from './front-matter.ts';

/** Both readers on the same text; the small one may be silent, and never says something else. */
function compare(yaml: string): boolean {
  const entries = readLines(yaml);
  if (entries) expect(frontOf(entries), JSON.stringify(yaml)).toEqual(readFrontMatter(yaml));
  return entries !== undefined;
}

test('the front matter of a unit is read without the yaml package, and to the same', () => {
  const unit =
    'gradus: 1\nid: nn-fundamentals\ntitle: Neural Network Fundamentals\nunit: 14\nphase: 2\nneeds: [1, 2, 4, 9]\nminutes: 180\nobjectives:\n  - Train a classifier to 95 % and say why it is not 98 %\n  - "Quoted: with a colon"\nopen: run\nseed: 14\npython: 3.12\npass:\n  - { run: mlp, metric: accuracy, min: 0.95 }\nextra: [a, 1.5, "c"]\n';
  expect(compare(unit)).toBe(true);
  expect(compare(unit.replaceAll('\n', '\r\n'))).toBe(true);
  expect(compare('gradus: 1\nid: untitled\ntitle: Untitled\n')).toBe(true);
});

test('what YAML reads in its own way is left to the yaml package', () => {
  for (const line of [
    'a: yes',
    'a: null',
    'a: 010',
    'a: 0x1f',
    'a: 1e3',
    'a: .5',
    "a: 'x'",
    'a: "\\n"',
    'a: x # y',
    '# c',
    'a: |\n  x',
    'a: &b x',
    'a: *b',
    'a: b: c',
    'a:',
    'a: x\n  y',
    'a: [x, [y]]',
    'a: {b}',
    'gradus: 2',
    'a: ~',
    '- a',
    'a: -',
    'a: 1.0.0',
    'a: 2024-01-01',
    'a:\tx',
    'a: x\t',
    'a: !!str 1',
  ])
    expect(readLines(`gradus: 1\n${line}\n`), line).toBeUndefined();
});

test('where the small reader is sure, the yaml package says the same', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'run',
      'wait',
      'true',
      'No',
      'null',
      '~',
      '1',
      '-1',
      '0',
      '-0',
      '007',
      '3.12',
      '3.10',
      '1.',
      '.5',
      '1e5',
      '12345678901234567890',
      '0.1234567890123456789',
      '""',
      '"a: b"',
      "it's",
      'a "b" c',
      'a, b',
      '95 %',
      'a - b',
      'é–ü',
      '?',
      '-',
      'x:',
      'a#b',
      'a #b',
      '日本',
      '.inf',
      '.nan',
      '0o7',
      '0x1F',
      '---',
      '...',
      'a\u00a0b',
      '<<',
    ),
    fc.string({ maxLength: 6, unit: 'grapheme' }),
    fc.string({ maxLength: 6, unit: fc.constantFrom(...'ab1-., :#"\'[]{}&*!|>%@`?_+=/\\\t ') }),
  );
  const key = fc.constantFrom(
    'gradus',
    'id',
    'title',
    'open',
    'seed',
    'python',
    'unit',
    'needs',
    'objectives',
    'pass',
    'mine',
    'null',
    'y',
    'true',
    'constructor',
    'toString',
  );
  const pair = fc.tuple(key, word).map(([k, w]) => `${k}: ${w}`);
  const value = fc.oneof(
    { weight: 4, arbitrary: word },
    fc.array(word, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.array(pair, { maxLength: 3 }).map((items) => `{ ${items.join(', ')} }`),
  );
  const line = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(key, fc.constantFrom(': ', ':  ', ':'), value).map((parts) => parts.join('')) },
    fc
      .tuple(key, fc.constantFrom('', ' ', '  '), fc.array(fc.oneof(word, value), { maxLength: 3 }))
      .map(([k, indent, items]) => [`${k}:`, ...items.map((item) => `${indent}- ${item}`)].join('\n')),
    word,
  );
  let sure = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), fc.constantFrom('\n', '\r\n', ''), (lines, end) => {
      if (compare(['gradus: 1', ...lines].join('\n') + end)) sure++;
    }),
    { seed: 14, numRuns: 6000 },
  );
  expect(sure).toBeGreaterThan(600);
});
