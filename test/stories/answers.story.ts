/* Answers that strangers might give, judged as `gradus grade` judges them: every right one of test/fixtures/answers/unit-NN passes,
   however unusual, and wrong ones fail by a check whose words say which law they break. One call of the command for each unit. */

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, runGradus } from './harness.ts';

interface Graded {
  readonly file: string;
  readonly exercise: string;
  readonly index: number;
  readonly pass: boolean;
  readonly checks: readonly { readonly name: string; readonly pass: boolean; readonly message: string }[];
}

const lists = join(root, 'test/fixtures/answers');
const course = join(root, 'notebooks/course');
/** Names that the judge gives where no check of the unit spoke. */
const judgeOnly = new Set(['answer', 'time']);

test.each(readdirSync(lists).filter((name) => readdirSync(join(lists, name)).some((file) => file.endsWith('-right.md'))))(
  'answers to %s',
  async (name) => {
    const unit = readdirSync(course).find((folder) => folder.startsWith(`${name.slice('unit-'.length)}-`));
    expect(unit, `the folder of ${name}`).toBeDefined();
    const files = readdirSync(join(lists, name)).filter((file) => /-(right|wrong)\.md$/.test(file));
    const { status, out, err } = await runGradus(root, [
      'grade',
      join(course, unit!),
      ...files.map((file) => join(lists, name, file)),
      '--json',
    ]);
    expect([status, err]).toEqual([0, '']);
    const { answers } = JSON.parse(out) as { answers: readonly Graded[] };
    const told = ({ file, index, exercise, checks }: Graded): string =>
      `${exercise} ${file.split('/').at(-1)} (${index}): ${checks
        .filter(({ pass }) => !pass)
        .map((check) => `${check.name}: ${check.message}`)
        .join('; ')}`;
    const right = answers.filter(({ file }) => file.endsWith('-right.md'));
    const wrong = answers.filter(({ file }) => file.endsWith('-wrong.md'));
    expect(right.filter(({ pass }) => !pass).map(told)).toEqual([]);
    expect(wrong.filter(({ pass }) => pass).map(told)).toEqual([]);
    const unnamed = wrong.filter(({ checks }) => !checks.some(({ name: law, pass }) => !pass && !judgeOnly.has(law)));
    expect(unnamed.map(told)).toEqual([]);
    for (const exercise of new Set(answers.map((answer) => answer.exercise))) {
      const count = (list: readonly Graded[]): number => list.filter((answer) => answer.exercise === exercise).length;
      expect([exercise, count(right) >= 12, count(wrong) >= 25]).toEqual([exercise, true, true]);
    }
    for (const file of files) expect(readFileSync(join(lists, name, file), 'utf8')).toMatch(/^[A-Z]/);
  },
  900_000,
);
