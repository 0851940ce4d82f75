/* `gradus new unit NN [FOLDER]`: the three files of a unit of the course, begun from its row of the map (course/units.ts). What stands
   in them parses and runs; what is left to write is marked TODO, and `gradus test` says what the unit lacks. Nothing that is there is written over. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { unitById, units, type Unit } from '../course/units.ts';
import { nearest } from '../document/index.ts';
import { root } from './site.ts';
import { UsageError, pathOf, readArguments } from './usage.ts';

export async function create(argv: readonly string[]): Promise<number> {
  const { names } = readArguments('new', argv, [], []);
  const [kind, which, into, ...rest] = names;
  if (kind !== 'unit' || which === undefined || rest.length > 0)
    throw new UsageError(
      `gradus new: expected \`unit NN [FOLDER]\`, such as \`unit 02\` or \`unit C1\`, got ${names.length ? names.join(' ') : 'nothing'}.`,
    );
  const unit = unitCalled(which);
  const capstone = unit.label.startsWith('C');
  const name = `${capstone ? unit.label.toLowerCase() : unit.label.padStart(2, '0')}-${unit.id}`;
  const folder = join(into === undefined ? join(root, 'notebooks', capstone ? 'capstones' : 'course') : pathOf(into), name);
  const files = unitFiles(unit);
  const there = Object.keys(files).filter((file) => existsSync(join(folder, file)));
  if (there.length) throw new UsageError(`gradus new: ${shown(folder)} has its ${there.join(', ')} already. Nothing was written.`);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text, { flag: 'wx' });
  process.stdout.write(
    `${shown(folder)}: ${Object.keys(files).join(', ')}\n` +
      `What is left is marked TODO; \`npm run --silent gradus -- test ${shown(folder)}\` says what a unit lacks. docs/writing-a-unit.md says how.\n`,
  );
  return 0;
}

/** The unit with this number (`2`, `02`), label (`C1`) or id. */
function unitCalled(which: string): Unit {
  const label = which.toUpperCase().replace(/^0+(?=\d)/, '');
  const found = units.find((unit) => unit.label === label) ?? unitById(which);
  if (found) return found;
  const near = nearest(
    which,
    units.map(({ id }) => id),
  );
  throw new UsageError(
    `gradus new: the course has no unit "${which}". It has 1 to 80 and C1 to C3${near === undefined ? '.' : `; did you mean ${near}?`}`,
  );
}

const shown = (folder: string): string => {
  const here = relative(pathOf('.'), folder);
  return here.startsWith('..') ? folder : here;
};

/** The texts of a unit that is begun, by the names of their files. */
export function unitFiles({ number, label, id, title, phase, needs, topics }: Unit): Readonly<Record<string, string>> {
  const word = label.padStart(2, '0').toLowerCase();
  return {
    'notebook.md': `---
gradus: 1
id: ${id}
title: ${JSON.stringify(title)}
unit: ${number}
phase: ${phase}
needs: [${needs.join(', ')}]
minutes: 60
objectives:
  - TODO what the learner can do afterwards, ending with the exercises and runs that prove it (first-one)
open: run
seed: ${number}
---

TODO two sentences that a stranger understands: what you will be able to do, and what it rests on. (${topics}.)

## TODO the first section

TODO one idea in a few lines. Then a question that is answered before anything runs.

\`\`\`ts {id=first-guess hide=code}
import { predict } from 'gradus:parts'
const firstGuess = view(predict({
  id: 'first', label: 'Predict', question: 'TODO what will the picture show?',
  choices: ['this', 'that'], answer: 'this', explain: 'TODO why.',
}))
\`\`\`

\`\`\`ts {id=first-picture}
const k = view(Inputs.range([0, 10], { label: 'k', step: 1, value: 3 }))
display(\`You said \${firstGuess}. TODO a picture that follows k = \${k}.\`)
\`\`\`

### Exercise: TODO what is asked

Write \`firstOne(xs: number[]): number\`, TODO what it gives, for which arguments, what of empty lists and zeros, and what must stay as it is.

\`\`\`ts {exercise=first-one}
function firstOne(xs: number[]): number {
  return 0 // TODO
}
\`\`\`

<details><summary>Hint 1</summary>

TODO point at the law.

</details>

<details><summary>Hint 2</summary>

TODO the shape of the code.

</details>

<details><summary>Hint 3</summary>

TODO nearly the line.

</details>

*Break it.* TODO one given way to make it fail, and the question why.

## Experiment

TODO \`const run = await startRun('u${word}-NAME', { setting })\`, its pass line in the front matter: \`pass: [{ run: u${word}-NAME, metric: KEY, min: 0.9 }]\`.
`,
    'solutions.md': `# Solutions

Each exercise has one cell \`ts {solution=ID}\`, with \`export\` before what later units import, and three or more cells \`ts {wrong=ID}\`, each
after the misconception in a sentence. TODO both for first-one.
`,
    'checks.md': `# Checks

Each exercise has a cell \`ts {check=ID}\` that calls \`check("the law in words", …)\`. TODO the laws of first-one.
`,
  };
}
