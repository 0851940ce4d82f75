/* The answers of test/fixtures/answers/unit-NN/EXERCISE.md: under "Right" and under "Wrong", each a cell `ts {answer=EXERCISE}` behind a
   sentence, a wrong one also behind "Law: " and how the check that has to reject it begins. */

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Answer {
  readonly sentence: string;
  readonly code: string;
}
export interface WrongAnswer extends Answer {
  /** How the name of a check begins that has to reject it. */
  readonly law: string;
}

export interface UnitWithAnswers {
  readonly unit: string;
  readonly folder: string;
  readonly answers: string;
}

/** Units of the course for which there are answers of this form. */
export function unitsWithAnswers(root: string): UnitWithAnswers[] {
  const folders = join(root, 'test/fixtures/answers');
  const units = readdirSync(join(root, 'notebooks/course'));
  return readdirSync(folders).flatMap((name) => {
    const unit = units.find((folder) => `unit-${folder.slice(0, 2)}` === name);
    const answers = join(folders, name);
    const ours = readdirSync(answers).some((file) => answersIn(join(answers, file)).wrong.some(({ law }) => law !== ''));
    return unit && ours ? [{ unit, folder: join(root, 'notebooks/course', unit), answers }] : [];
  });
}

export function answersIn(file: string): { readonly right: readonly Answer[]; readonly wrong: readonly WrongAnswer[] } {
  const [right = '', wrong = ''] = readFileSync(file, 'utf8').split('\n## Wrong\n');
  const told = (text: string): WrongAnswer[] =>
    [...text.matchAll(/(?:^|\n)([^\n]+)\n\n(?:Law: ([^\n]+)\n\n)?```ts \{answer=[\w-]+\}\n([\s\S]*?)\n```/g)].map(
      ([, sentence = '', law = '', code = '']) => ({ sentence, law, code }),
    );
  return { right: told(right), wrong: told(wrong) };
}
