/* Judges one answer to one exercise, for the page and the command line alike: composes what is evaluated (course/judging.ts), runs
   the checks and what they need in an engine of its own, and gives a verdict in words. The engine is new for every answer, knows
   that it judges (its library then looks whether the language is still as it was), and is ended when its time is over. */

import { parseCompiled } from '../document/parse.ts';
import { judged, type Candidate } from '../course/judging.ts';
import type { UnitTexts } from '../course/exercises.ts';
import type { CellBlock } from '../document/types.ts';
import type { ErrorInfo } from '../output/types.ts';
import { compileNotebook } from './compile.ts';
import type { Analyse, CellStatus, Compiled, Session } from './types.ts';

export interface CheckVerdict {
  readonly name: string;
  readonly pass: boolean;
  /** Empty when it passed. */
  readonly message: string;
  readonly ms: number;
}

export interface Verdict {
  readonly exercise: string;
  readonly pass: boolean;
  readonly checks: readonly CheckVerdict[];
  /** How it failed, where not by a check: the answer does not parse, threw, took too long. */
  readonly trouble?: 'syntax' | 'error' | 'time' | 'refused';
  readonly ms: number;
}

export interface JudgeOptions {
  readonly analyse: Analyse;
  /** Opens a session on `compiled` whose engine starts with `judge: true`. */
  readonly open: (compiled: Compiled) => Session;
  readonly now: () => number;
  /** Longest time for one answer with all its checks, ms. Default: 30 s. */
  readonly limitMs?: number;
}

/** Checks may take at most so long together. */
const LIMIT_MS = 30_000;
/** An engine that was told to stop has so long to say what it was doing. */
const GRACE_MS = 3000;

export async function judge(unit: UnitTexts, exercise: string, candidate: Candidate, options: JudgeOptions): Promise<Verdict> {
  const { analyse, now, open, limitMs = LIMIT_MS } = options;
  const began = now();
  const verdict = (checks: readonly CheckVerdict[], trouble?: Verdict['trouble']): Verdict => ({
    exercise,
    pass: trouble === undefined && checks.length > 0 && checks.every(({ pass }) => pass),
    checks,
    ...(trouble === undefined ? {} : { trouble }),
    ms: now() - began,
  });
  const fail = (message: string, trouble: Verdict['trouble']): Verdict =>
    verdict([{ name: 'answer', pass: false, message, ms: 0 }], trouble);

  const known = new Map<string, ReturnType<Analyse>>();
  const analyseOnce: Analyse = (code, how) => {
    const key = `${how.language}\n${code}`;
    return known.get(key) ?? known.set(key, analyse(code, how)).get(key)!;
  };
  const nameOf = ({ code, language }: CellBlock): string | undefined =>
    analyseOnce(code, { language }).defines.find(({ kind }) => kind === 'value')?.name;
  const { text, answers, checks } = judged(unit, exercise, candidate, nameOf);
  const { compiled } = compileNotebook(parseCompiled(text, unit.notebook.front), analyseOnce);

  const taken = shadowed(compiled, answers, checks, unit, analyseOnce);
  if (taken !== undefined)
    return fail(`The answer defines \`${taken}\`, which the checks use for themselves. Give it another name in your answer.`, 'refused');

  const session = open(compiled);
  try {
    session.runEvery(checks);
    const late = await Promise.race([session.settled().then(() => false), pause(limitMs).then(() => true)]);
    if (late) {
      session.stop(undefined, 'timeout');
      await Promise.race([session.settled(), pause(GRACE_MS)]);
    }
    const cells = answers.map((id) => session.cell(id)!);
    const results = checks.flatMap((id) => checksOf(session.cell(id)!));
    const broken = cells.find(({ state }) => state === 'error');
    if (broken) {
      const interrupted = broken.error?.name === 'Interrupted';
      const trouble = interrupted ? 'time' : broken.error?.name === 'SyntaxError' ? 'syntax' : 'error';
      return verdict(
        [
          { name: 'answer', pass: false, message: interrupted ? tooLong(limitMs) : wordsOf(broken.error), ms: broken.ms ?? 0 },
          ...results.filter(({ message }) => message !== ''),
        ],
        trouble,
      );
    }
    if (late) return verdict([...results, { name: 'time', pass: false, message: tooLong(limitMs), ms: limitMs }], 'time');
    return verdict(results);
  } finally {
    session.dispose();
  }
}

/** A name of the answer that the checks take from the library or the language, and that the reference does not define. */
function shadowed(
  compiled: Compiled,
  answers: readonly string[],
  checks: readonly string[],
  unit: UnitTexts,
  analyse: Analyse,
): string | undefined {
  const byId = new Map(compiled.cells.map(({ id, analysis }) => [id, analysis]));
  const reads = new Set(checks.flatMap((id) => byId.get(id)!.reads));
  const meant = new Set(
    [...unit.notebook.blocks, ...unit.solutions.blocks].flatMap((block) =>
      block.kind === 'cell' && (block.attributes.exercise ?? block.attributes.solution) !== undefined
        ? analyse(block.code, { language: block.language }).defines.map(({ name }) => name)
        : [],
    ),
  );
  return answers.flatMap((id) => byId.get(id)!.defines).find(({ name, kind }) => kind === 'value' && reads.has(name) && !meant.has(name))
    ?.name;
}

/** The checks that a cell has run, and the one that its own end is: a cell of checks that could not run has failed. */
function checksOf({ id, state, error, outputs, ms, uses }: CellStatus): CheckVerdict[] {
  const run = outputs.flatMap(({ output }) =>
    output.kind === 'check' ? [{ name: output.name, pass: output.pass, message: output.message, ms: output.ms }] : [],
  );
  if (state === 'done' && run.length > 0) return run;
  const message =
    state === 'blocked'
      ? `It could not run: ${wordsOf(error)}`
      : state === 'error'
        ? wordsOf(error)
        : state === 'done'
          ? 'It ran and checked nothing.'
          : `It did not run${uses.length ? '' : ', though it needs nothing'}.`;
  return [...run, { name: id, pass: false, message, ms: ms ?? 0 }];
}

function wordsOf(error: ErrorInfo | undefined): string {
  if (!error) return 'It failed without a word.';
  const place = error.line === undefined ? '' : `line ${error.line}${error.column === undefined ? '' : `, column ${error.column}`}: `;
  return `${place}${error.name === 'Error' ? '' : `${error.name}: `}${error.message}${error.hint ? ` ${error.hint}` : ''}`;
}

const tooLong = (ms: number): string =>
  `The answer and its checks were still running after ${ms / 1000} s. Look for a loop that does not end, or does too much.`;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
