import { expect, test } from 'vitest';
import { parseNotebook } from '../document/index.ts';
import { factsOf, readFacts } from './facts.ts';

const text = `---
gradus: 1
id: linear-algebra-vectors
title: Vectors
minutes: 120
pass: [{ run: r, metric: acc, min: 0.9 }]
---
# Vectors

## 3 Exercise 1: \`dot\` and its law

Write it.

\`\`\`ts {exercise=dot}
const dot = 0 // TODO
\`\`\`

\`\`\`ts {exercise=dot}
const more = 0
\`\`\`

\`\`\`ts {exercise=norm}
const norm = 0 // TODO
\`\`\`
`;

test('a unit has its exercises, called after their headings, its pass lines and its place in the course', () => {
  expect(factsOf(parseNotebook(text))).toEqual({
    id: 'linear-algebra-vectors',
    title: 'Linear Algebra & Vectors',
    number: 1,
    minutes: 120,
    exercises: [
      { id: 'dot', title: 'Dot and its law' },
      { id: 'norm', title: 'Dot and its law' },
    ],
    pass: [{ run: 'r', metric: 'acc', min: 0.9 }],
  });
});

test('a notebook with nothing to master has none', () => {
  expect(factsOf(parseNotebook('---\ngradus: 1\nid: x\ntitle: X\n---\nHi\n'))).toBeUndefined();
  expect(factsOf(parseNotebook('Hi\n'))).toBeUndefined();
  expect(readFacts({})).toEqual([]);
  expect(readFacts([null, { id: 'a' }, { id: 'a', exercises: [], pass: [] }])).toHaveLength(1);
});
