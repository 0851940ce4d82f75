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

  const known = new Map<string, ReturnType<Analyse>>();
  const analyseOnce: Analyse = (code, how) => {
    const key = `${how.language}\n${code}`;
    return known.get(key) ?? known.set(key, analyse(code, how)).get(key)!;
  };
  const nameOf = ({ code, language }: CellBlock): string | undefined =>
    analyseOnce(code, { language }).defines.find(({ kind }) => kind === 'value')?.name;
  const { text, answers, checks } = judged(unit, exercise, candidate, nameOf);
  const compiled = keptPrivate(
    compileNotebook(parseCompiled(text, unit.notebook.front), analyseOnce).compiled,
    answers,
    asked(unit, exercise, analyseOnce),
  );

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

/** The names that an exercise is about: what its starter and its reference define. */
function asked({ notebook, solutions }: UnitTexts, exercise: string, analyse: Analyse): ReadonlySet<string> {
  const cells = [...notebook.blocks, ...solutions.blocks].flatMap((block) => (block.kind === 'cell' ? block : []));
  return new Set(
    cells
      .filter(({ attributes }) => attributes.exercise === exercise || attributes.solution === exercise)
      .flatMap(({ code, language }) => analyse(code, { language }).defines.map(({ name }) => name)),
  );
}

/** What else an answer defines (a helper called `dot`, `close` or `check`) stays in its own cells: it clashes with no name of the
    notebook and takes the place of nothing that the checks use. */
const keptPrivate = (compiled: Compiled, answers: readonly string[], names: ReadonlySet<string>): Compiled => ({
  ...compiled,
  cells: compiled.cells.map((cell) =>
    answers.length === 1 && answers[0] === cell.id
      ? { ...cell, analysis: { ...cell.analysis, defines: cell.analysis.defines.filter(({ name }) => names.has(name)) } }
      : cell,
  ),
});

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
