import { expect, test } from 'vitest';
import { cellsOf, parseNotebook } from '../document/index.ts';
import { reviewNotebook } from './review.ts';

const unit = parseNotebook(`---
gradus: 1
id: u
title: U
---
# U

<details><summary>Hint 3</summary>

secret

</details>

## Length

Write \`norm\`; now it is \${wrong}.

\`\`\`ts {exercise=norm}
const norm = 0 // TODO
\`\`\`

\`\`\`ts {exercise=norm}
const more = 0
\`\`\`

<details><summary>Hint 1</summary>

secret

</details>

\`\`\`ts {id=demo}
norm
\`\`\`
`);

test('a review asks what the exercise asks and begins at its starter, without hints and other cells', () => {
  const { text, cells } = reviewNotebook(unit, 'norm', 'Length')!;
  const notebook = parseNotebook(text);
  expect(notebook.front?.title).toBe('Length, once more');
  expect(cellsOf(notebook).map(({ attributes, code }) => [attributes.id, attributes.exercise, code])).toEqual([
    ['norm', undefined, 'const norm = 0 // TODO'],
    ['norm-2', undefined, 'const more = 0'],
  ]);
  expect(cells).toEqual(['norm', 'norm-2']);
  expect(text).toContain('now it is \\${wrong}');
  expect(text).not.toContain('secret');
  expect(reviewNotebook(unit, 'nrom', '')).toBeUndefined();
});
