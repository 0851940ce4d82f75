/* `gradus test FILE|FOLDER...`: holds units to the rules of notebook.md 5 and notebooks to running without error. Every problem is a
   line with the file, what is wrong and what to do; the status is 1 when there is one. */

import { dirname, join } from 'node:path';
import { analyse, type Analysis } from '../analysis/index.ts';
import { lateCheck } from '../base/errors.ts';
import { exercisesOf, problemsOf, type Exercise } from '../course/exercises.ts';
import type { Candidate } from '../course/judging.ts';
import { meets } from '../course/mastery.ts';
import type { CellBlock, FrontMatter } from '../document/index.ts';
import type { Job, JobResult, JudgeJob } from '../headless.ts';
import type { Output } from '../output/types.ts';
import type { Verdict } from '../session/judge.ts';
import { notebooksIn } from './check.ts';
import { judgeOrFail } from './grade.ts';
import { openSite, type HeadlessSite } from './headless.ts';
import { load } from './load.ts';
import { inParallel } from './parallel.ts';
import { readUnit, unitJob, unitOf, type UnitFolder } from './unit.ts';
import { UsageError, isFolder, pathOf, readArguments } from './usage.ts';

/** Longest time for one cell of a demonstration, s. */
const cellSeconds = 60;

interface Trial {
  readonly exercise: Exercise;
  readonly candidate: Candidate;
  readonly what: 'starter' | 'reference' | 'wrong';
  readonly line: number;
  /** Of a wrong answer. */
  readonly misconception?: string;
}

export async function test(argv: readonly string[]): Promise<number> {
  const { names, on } = readArguments('test', argv, ['--no-isolation'], []);
  if (!names.length) throw new UsageError('gradus test: no FILE given. Name notebooks, or folders that hold units.');
  const files = [...new Set(names.flatMap((name) => (isFolder(pathOf(name)) ? notebooksIn(name) : [name])))];
  if (!files.length) throw new UsageError(`gradus test: there is no notebook in ${names.join(', ')}.`);
  const folders = files.map((file) => dirname(pathOf(file)));
  const site = await openSite({ folders, isolation: !on.has('--no-isolation') });
  let passed = 0;
  let failed = 0;
  try {
    for (const [index, file] of files.entries()) {
      const began = performance.now();
      const unit = unitOf(file);
      const problems =
        unit === undefined ? await demonstrations(site, index, file, []) : await testUnit(site, index, readUnit('test', unit));
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      if (problems.length) failed++;
      else passed++;
      process.stdout.write(
        problems.length
          ? `✗ ${file} (${seconds} s)\n${problems.map((problem) => `  ${problem.replaceAll('\n', '\n    ')}\n`).join('')}`
          : `✓ ${file} (${seconds} s)\n`,
      );
    }
  } finally {
    await site.close();
  }
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed ? 1 : 0;
}

async function testUnit(site: HeadlessSite, index: number, unit: UnitFolder): Promise<string[]> {
  const say = (name: string, line: number, message: string): string => `${join(unit.folder, name)}:${line}: ${message}`;
  const problems = [
    ...unit.missing.map((name) => `${join(unit.folder, name)}: there is no such file. A unit is notebook.md, solutions.md and checks.md.`),
    ...problemsOf(unit).map(({ file, line, message }) => say(file, line, message)),
    ...unit.stray.map(
      (name) => `${join(unit.folder, name)}: nothing in the unit reads this file. Delete it, or put it into data/ and read it.`,
    ),
  ];
  const exercises = exercisesOf(unit).filter(({ checks }) => checks.length > 0);
  for (const exercise of exercises) {
    const lacks = undefinedIn(exercise);
    if (lacks.length > 0)
      problems.push(
        say(
          'notebook.md',
          exercise.starters[0]!.line,
          `The starter of ${exercise.id} does not define ${lacks.join(', ')}, which its checks ask for. Write the definition and leave its inside to the learner.`,
        ),
      );
  }
  const trials = exercises.flatMap((exercise): Trial[] => [
    { exercise, candidate: 'starter', line: exercise.starters[0]!.line, what: 'starter' },
    ...(exercise.references[0]
      ? [{ exercise, candidate: 'reference' as const, line: exercise.references[0].line, what: 'reference' as const }]
      : []),
    ...exercise.wrong.map(({ code, language, line, misconception }) => ({
      exercise,
      candidate: { code, language },
      line,
      what: 'wrong' as const,
      misconception,
    })),
  ]);
  const verdicts = await inParallel(trials, async ({ exercise, candidate }) => {
    const job: JudgeJob = { unit: unitJob(unit), exercise: exercise.id, candidate, folder: site.folder(index) };
    return judgeOrFail(() => site.ask<Verdict>('judgeAnswer', job, unit.folder), exercise.id);
  });
  const seen = new Map<string, string>();
  const unchecked = new Set<string>();
  trials.forEach(({ what, exercise }, i) => {
    const broken = what === 'reference' ? verdicts[i]!.checks.find(({ cell }) => cell !== undefined) : undefined;
    if (!broken || verdicts[i]!.trouble) return;
    unchecked.add(exercise.id);
    const { line } = exercise.checks[broken.cell!]!;
    problems.push(say('checks.md', line, `The checks of ${exercise.id} cannot judge its reference: ${broken.message}`));
  });
  trials.forEach((trial, i) => {
    const { what, line } = trial;
    if (unchecked.has(trial.exercise.id)) return;
    const file = what === 'starter' ? 'notebook.md' : 'solutions.md';
    const problem = judgedBadly(trial, verdicts[i]!, seen);
    if (problem !== undefined) problems.push(say(file, line, problem));
  });
  problems.push(
    ...(await demonstrations(
      site,
      index,
      join(unit.folder, 'notebook.md'),
      unit.missing.includes('solutions.md') ? [] : [join(unit.folder, 'solutions.md')],
    )),
  );
  return problems;
}

/** Names that an exercise's checks read, its reference defines, and its starter does not. */
function undefinedIn({ starters, references, checks }: Exercise): string[] {
  const analyses = (cells: readonly CellBlock[]): Analysis[] => cells.map(({ code, language }) => analyse(code, { language }));
  const defined = (cells: readonly CellBlock[]): Set<string> =>
    new Set(analyses(cells).flatMap(({ defines }) => defines.flatMap(({ kind, name }) => (kind === 'value' ? name : []))));
  const read = new Set(analyses(checks).flatMap(({ reads }) => reads));
  const begun = defined(starters);
  return [...defined(references)].filter((name) => read.has(name) && !begun.has(name));
}

/** What is wrong with how a candidate was judged; `seen` holds the messages of those before it. */
function judgedBadly(
  { what, exercise, misconception = '' }: Trial,
  { pass, trouble, checks }: Verdict,
  seen: Map<string, string>,
): string | undefined {
  const failed = checks.filter((check) => !check.pass);
  const messages = failed.map(({ name, message }) => `${name}: ${message}`).join('\n');
  if (what === 'reference') return pass ? undefined : `The reference of ${exercise.id} fails:\n${messages}`;
  if (pass)
    return what === 'starter'
      ? `The starter of ${exercise.id} passes all its checks, so there is nothing to solve. Put the TODO back, or make the checks stronger.`
      : `This wrong answer of ${exercise.id} passes ${checks.length === 1 ? 'its one check' : `all ${checks.length} checks`}: the checks are too weak. Add one that rejects it (“${misconception}”).`;
  const name = what === 'starter' ? `The starter of ${exercise.id}` : `This wrong answer of ${exercise.id}`;
  const byCheck = ' It has to fail by a check, so that its author learns what is wrong.';
  if (trouble === 'syntax') return `${name} does not parse: ${failed[0]?.message ?? ''}${byCheck}`;
  if (trouble === 'time') return `${name} ran out of time: ${failed[0]?.message ?? ''}${byCheck}`;
  if (trouble === 'refused' || trouble === 'error') return `${name} fails before any check: ${failed[0]?.message ?? ''}${byCheck}`;
  if (what === 'starter' && failed.every(({ message }) => lateCheck.test(message)))
    return `${name} fails for lack of time alone: ${messages}\nLet it end at once with a wrong value, so that its checks say what is asked.`;
  const key = `${exercise.id}\n${messages}`;
  const before = seen.get(key);
  seen.set(key, what === 'starter' ? 'the starter' : 'another wrong answer');
  return before !== undefined && what === 'wrong'
    ? `This wrong answer of ${exercise.id} fails with the very message of ${before}. Add a check that tells them apart:\n${messages}`
    : undefined;
}

/** Runs a notebook with `overlays` as its reader would: no cell may fail, and its runs reach their pass lines. */
async function demonstrations(site: HeadlessSite, index: number, file: string, overlays: readonly string[]): Promise<string[]> {
  const loaded = load('test', file, overlays, []);
  const { front } = loaded.compiled;
  const compiled = { ...loaded.compiled, ...(front ? { front: { ...front, seed: front.seed ?? 0 } } : {}) };
  const job: Job = { compiled, folder: site.folder(index), set: {}, timeoutMs: cellSeconds * 1000 };
  const result = await site.ask<JobResult>('runNotebook', job, file);
  const places = new Map(loaded.cells.map((cell) => [cell.id, cell]));
  const at = (id: string, line = 0): string => `${places.get(id)?.file ?? file}:${(places.get(id)?.line ?? 0) + line}`;
  const errors = result.cells.flatMap(({ id, state, error }) => {
    if (state !== 'error' && state !== 'blocked') return [];
    const { name, message, line } = error as { name: string; message: string; line?: number };
    return [`${at(id, line)}: cell ${id} ${state === 'error' ? 'fails' : 'waits'}: ${name}: ${message}`];
  });
  // What a timer or a promise throws that nobody waits for is an error as well; so is a check of a demonstration that fails.
  const beside = result.cells.flatMap(({ id, outputs }) =>
    (outputs as Output[]).flatMap((output) => {
      if (output.kind === 'check' && !output.pass) return [`${at(id)}: check “${output.name}” fails: ${output.message}`];
      if (output.kind !== 'error') return [];
      const { name, message, line } = output.error;
      return [`${at(id, line)}: cell ${id} fails afterwards: ${name}: ${message}`];
    }),
  );
  const late = (result.notices as { name: string; message: string }[]).map(
    ({ name, message }) => `${file}: something fails afterwards: ${name}: ${message}`,
  );
  return [...errors, ...beside, ...late, ...passLines(file, loaded.compiled.front, result)];
}

function passLines(file: string, front: FrontMatter | undefined, { runs }: JobResult): string[] {
  const all = runs as { name: string; summary: Record<string, unknown>; metrics: Record<string, { last: number }> }[];
  return (front?.pass ?? []).flatMap((line) => {
    const run = all.findLast(({ name }) => name === line.run);
    if (!run) return [`${file}: no run called ${line.run} was recorded, yet the front matter has a pass line for it.`];
    const summary = run.summary[line.metric];
    const value = typeof summary === 'number' ? summary : run.metrics[line.metric]?.last;
    return value !== undefined && meets(line, value)
      ? []
      : [
          `${file}: run ${line.run} has ${line.metric} ${value ?? 'missing'}, ${line.min === undefined ? `at most ${line.max}` : `at least ${line.min}`} is wanted.`,
        ];
  });
}
