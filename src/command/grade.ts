/* `gradus grade UNIT-FOLDER ANSWERS.md...`: judges answers that stand in other files, each on its own, as the page would. */

import { readFileSync } from 'node:fs';
import { nearest, parseCompiled } from '../document/index.ts';
import { exercisesOf } from '../course/exercises.ts';
import { answersOf } from '../course/judging.ts';
import type { Verdict } from '../session/judge.ts';
import type { JudgeJob } from '../headless.ts';
import { openSite } from './headless.ts';
import { inParallel } from './parallel.ts';
import { readUnit, unitJob, type UnitFolder } from './unit.ts';
import { UsageError, pathOf, readArguments } from './usage.ts';

interface Answer {
  readonly file: string;
  readonly exercise: string;
  /** Among the answers of its file, from 0. */
  readonly index: number;
  readonly code: string;
  readonly language: string;
}

export async function grade(argv: readonly string[]): Promise<number> {
  const { names, on } = readArguments('grade', argv, ['--json', '--no-isolation'], []);
  const [folder, ...files] = names;
  if (folder === undefined || files.length === 0)
    throw new UsageError(
      'gradus grade: expected UNIT-FOLDER ANSWERS.md..., got ' + (folder === undefined ? 'nothing' : 'no file with answers') + '.',
    );
  const unit = readUnit('grade', folder);
  const answers = files.flatMap((file) => readAnswers(unit, file));
  const site = await openSite({ folders: [pathOf(folder)], isolation: !on.has('--no-isolation') });
  try {
    const judged = await inParallel(answers, async ({ file, exercise, index, code, language }) => {
      const job: JudgeJob = { unit: unitJob(unit), exercise, candidate: { code, language }, folder: site.folder(0) };
      const { pass, ms, checks } = await judgeOrFail(() => site.ask<Verdict>('judgeAnswer', job, file), exercise);
      return {
        file,
        exercise,
        index,
        pass,
        ms: Math.round(ms),
        checks: checks.map((check) => ({ name: check.name, pass: check.pass, message: check.message })),
      };
    });
    process.stdout.write(
      on.has('--json')
        ? `${JSON.stringify({ answers: judged }, null, 2)}\n`
        : `${judged.map(readable).join('')}${judged.filter(({ pass }) => pass).length} of ${judged.length} passed\n`,
    );
    return 0;
  } finally {
    await site.close();
  }
}

/** A page that dies of an answer (it took all memory) is that answer's verdict, not the end of the others. */
export async function judgeOrFail(ask: () => Promise<Verdict>, exercise: string): Promise<Verdict> {
  try {
    return await ask();
  } catch (error) {
    if (!/crashed/.test(String(error))) throw error;
    const message = 'The answer ended the page that ran it, most likely for lack of memory. Look for something that grows without end.';
    return { exercise, pass: false, trouble: 'time', ms: 0, checks: [{ name: 'answer', pass: false, message, ms: 0 }] };
  }
}

function readAnswers(unit: UnitFolder, file: string): Answer[] {
  let text: string;
  try {
    text = readFileSync(pathOf(file), 'utf8');
  } catch {
    throw new UsageError(`gradus grade: cannot read ${file}. Name a Markdown file with cells \`ts {answer=ID}\`.`);
  }
  const notebook = parseCompiled(text, unit.front);
  const answers = answersOf(notebook);
  if (answers.length === 0) throw new UsageError(`gradus grade: ${file} holds no answer. An answer is a cell \`ts {answer=ID}\`.`);
  const known = exercisesOf(unit).map(({ id }) => id);
  const unknown = answers.find(({ exercise }) => !known.includes(exercise));
  if (unknown) {
    const near = nearest(unknown.exercise, known);
    throw new UsageError(
      `gradus grade: ${file}: answer=${unknown.exercise}: the unit has no such exercise. ${near === undefined ? `It has ${known.join(', ')}.` : `Did you mean ${near}?`}`,
    );
  }
  return answers.map((answer, index) => ({ file, index, ...answer }));
}

function readable({
  file,
  exercise,
  index,
  pass,
  checks,
}: {
  file: string;
  exercise: string;
  index: number;
  pass: boolean;
  checks: readonly { name: string; pass: boolean; message: string }[];
}): string {
  const failed = checks.filter((check) => !check.pass).map(({ name, message }) => `    ${name}: ${message.replaceAll('\n', '\n      ')}\n`);
  return `${pass ? 'passed' : 'failed'}  ${file} ${exercise} (${index})\n${failed.join('')}`;
}
