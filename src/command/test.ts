/* `gradus test FILE|FOLDER...`: holds units to the rules of notebook.md 5 and notebooks to running without error. Every problem is a
   line with the file, what is wrong and what to do; the status is 1 when there is one. */

import { dirname, join } from 'node:path';
import { exercisesOf, problemsOf, type Exercise } from '../course/exercises.ts';
import type { Candidate } from '../course/judging.ts';
import { meets } from '../course/mastery.ts';
import type { FrontMatter } from '../document/index.ts';
import type { Job, JobResult, JudgeJob } from '../headless.ts';
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
    ...problemsOf(unit).map(({ file, line, message }) => say(file, line, message)),
    ...unit.stray.map(
      (name) => `${join(unit.folder, name)}: nothing in the unit reads this file. Delete it, or put it into data/ and read it.`,
    ),
  ];
  const exercises = exercisesOf(unit).filter(({ checks }) => checks.length > 0);
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
  trials.forEach((trial, i) => {
    const { what, line } = trial;
    const file = what === 'starter' ? 'notebook.md' : 'solutions.md';
    const problem = judgedBadly(trial, verdicts[i]!, seen);
    if (problem !== undefined) problems.push(say(file, line, problem));
  });
  problems.push(...(await demonstrations(site, index, join(unit.folder, 'notebook.md'), [join(unit.folder, 'solutions.md')])));
  return problems;
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
      : `This wrong answer of ${exercise.id} passes all ${checks.length} checks: the checks are too weak. Add one that rejects it (“${misconception}”).`;
  const name = what === 'starter' ? `The starter of ${exercise.id}` : `This wrong answer of ${exercise.id}`;
  const byCheck = ' It has to fail by a check, so that its author learns what is wrong.';
  if (trouble === 'syntax') return `${name} does not parse: ${failed[0]?.message ?? ''}${byCheck}`;
  if (trouble === 'time') return `${name} ran out of time: ${failed[0]?.message ?? ''}${byCheck}`;
  if (trouble === 'refused' || trouble === 'error') return `${name} fails before any check: ${failed[0]?.message ?? ''}${byCheck}`;
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
  const job: Job = { compiled: loaded.compiled, folder: site.folder(index), set: {}, timeoutMs: cellSeconds * 1000 };
  const result = await site.ask<JobResult>('runNotebook', job, file);
  const places = new Map(loaded.cells.map((cell) => [cell.id, cell.line]));
  const errors = result.cells.flatMap(({ id, state, error }) => {
    if (state !== 'error' && state !== 'blocked') return [];
    const { name, message, line } = error as { name: string; message: string; line?: number };
    return [`${file}:${(places.get(id) ?? 0) + (line ?? 0)}: cell ${id} ${state === 'error' ? 'fails' : 'waits'}: ${name}: ${message}`];
  });
  const checks = (result.checks as { name: string; pass: boolean; message: string }[])
    .filter(({ pass }) => !pass)
    .map(({ name, message }) => `${file}: check “${name}” fails: ${message}`);
  return [...errors, ...checks, ...passLines(file, loaded.compiled.front, result)];
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
