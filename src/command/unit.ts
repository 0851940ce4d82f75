/* A unit's folder from the disk: its three notebooks, and what else lies beside them. */

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cellsOf, frontMatterError, parseCompiled, parseNotebook, type FrontMatter } from '../document/index.ts';
import type { UnitTexts } from '../course/exercises.ts';
import type { JudgeJob } from '../headless.ts';
import { UsageError, pathOf } from './usage.ts';

export interface UnitFolder extends UnitTexts {
  /** As it was given. */
  readonly folder: string;
  readonly front: FrontMatter;
  /** Which of the three files it lacks: `gradus test` says so, and reads on. */
  readonly missing: readonly string[];
  /** Names in the folder that nothing of the unit reads. */
  readonly stray: readonly string[];
}

const own = ['notebook.md', 'solutions.md', 'checks.md'] as const;

/** Whether a folder holds a unit: a notebook.md, and beside it solutions or checks, or exercises in it that want some. */
function isUnit(folder: string): boolean {
  const path = (name: string): string => join(pathOf(folder), name);
  if (!existsSync(path(own[0]))) return false;
  if (existsSync(path(own[1])) || existsSync(path(own[2]))) return true;
  return cellsOf(parseNotebook(readFileSync(path(own[0]), 'utf8'))).some(({ attributes }) => attributes.exercise !== undefined);
}

/** Reads the unit in `folder`; throws a UsageError where it is none. Only `test` takes one that is not whole. */
export function readUnit(command: string, folder: string): UnitFolder {
  const path = pathOf(folder);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`gradus ${command}: ${folder} is no folder. Name the folder of a unit, which holds ${own.join(', ')}.`);
  const missing = own.filter((name) => !existsSync(join(path, name)));
  if (missing.length > 0 && (command !== 'test' || missing.includes(own[0])))
    throw new UsageError(`gradus ${command}: ${folder} is no unit: it has no ${missing.join(' and no ')}.`);
  const [text, solutions, checks] = own.map((name) => (missing.includes(name) ? '' : readFileSync(join(path, name), 'utf8'))) as [
    string,
    string,
    string,
  ];
  const notebook = parseNotebook(text);
  const problem = frontMatterError(notebook);
  if (problem) throw new UsageError(`gradus ${command}: ${join(folder, own[0])}:${problem.line}: ${problem.message}`);
  if (!notebook.front)
    throw new UsageError(`gradus ${command}: ${join(folder, own[0])} is no notebook: its front matter has no \`gradus:\`.`);
  const { front } = notebook;
  return {
    folder,
    front,
    notebook,
    solutions: parseCompiled(solutions, front),
    checks: parseCompiled(checks, front),
    missing,
    stray: strayIn(path, [text, solutions, checks].join('\n')),
  };
}

/** The texts as the page takes them. Where the unit names no seed it has one here, so that a verdict is the same every time. */
export const unitJob = ({ notebook, solutions, checks, front }: UnitFolder): JudgeJob['unit'] => ({
  notebook: notebook.text,
  solutions: solutions.text,
  checks: checks.text,
  front: { ...front, seed: front.seed ?? 0 },
});

/** Files beside the three that no text names: `data/` and what is imported or read by its name belong. */
function strayIn(folder: string, texts: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .map(({ name }) => name)
    .filter((name) => !(own as readonly string[]).includes(name) && name !== 'data' && !texts.includes(name));
}

/** The unit's folder that a path means: the folder, or its notebook.md. */
export function unitOf(path: string): string | undefined {
  if (isUnit(path)) return path;
  return basename(path) === 'notebook.md' && isUnit(dirname(path)) ? dirname(path) : undefined;
}
