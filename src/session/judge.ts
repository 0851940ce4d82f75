/* Judges one answer to one exercise, for the page and the command line alike: composes what is evaluated (course/judging.ts), runs
   the checks and what they need in an engine of its own, and gives a verdict in words. The engine is new for every answer, knows
   that it judges (its library then looks whether the language is still as it was), and is ended when its time is over. Answers in
   other languages than TypeScript are run beside it (judging.ts). */

import { parseCompiled } from '../document/parse.ts';
import { cellsOf } from '../document/index.ts';
import { judged, type Candidate } from '../course/judging.ts';
import { callsIn } from '../course/calls.ts';
import { withCauses } from '../course/causes.ts';
import type { UnitTexts } from '../course/exercises.ts';
import type { CheckVerdict, Trouble, Verdict } from '../course/verdict.ts';
import type { CellBlock } from '../document/types.ts';
import type { ServiceCall } from '../engine/protocol.ts';
import type { ErrorInfo } from '../output/types.ts';
import { compileNotebook } from './compile.ts';
import { askTrial, native, troubleOf, type Judging, type Trial } from './languages.ts';
import type { Analyse, CellStatus, Compiled, Session, SessionOptions } from './types.ts';

export type { CheckVerdict, Verdict } from '../course/verdict.ts';

/** Answers what checks ask of answers in another language. */
export type Answers = (call: Extract<ServiceCall, { service: 'answer' }>) => Promise<unknown>;

export interface JudgeOptions {
  readonly analyse: Analyse;
  /** Opens a session on `compiled` whose engine starts with `judge: true` and asks `answers`, where it is given, for service `answer`. */
  readonly open: (compiled: Compiled, answers?: Answers) => Session;
  readonly now: () => number;
  /** What random cases come from. Default: the seed of the notebook. */
  readonly seed?: number;
  /** Other languages than TypeScript and JavaScript. */
  readonly languages?: readonly Judging[];
  /** Longest time for one answer with all its checks, ms. Default: 30 s. */
  readonly limitMs?: number;
}

/** Checks may take at most so long together. */
const LIMIT_MS = 30_000;
/** An engine that was told to stop has so long to say what it was doing. */
const GRACE_MS = 3000;

/** What an answer to the unit `id` may ask of the page: neither its unit, in which the reference stands, nor its files. */
export const sealed =
  (id: string | undefined, services: SessionOptions['services']): SessionOptions['services'] =>
  async (call) => {
    if (call.service === 'unit' && call.unit === id)
      throw new Error('An answer cannot import the unit that it is an answer to. Write it with what the notebook gives.');
    if (call.service === 'file' && /(?:^|\/)(?:solutions|checks)\.md$/i.test(call.name))
      throw new Error(`"${call.name}" cannot be read by an answer that is judged with it.`);
    return services(call);
  };

export async function judge(unit: UnitTexts, exercise: string, given: Candidate, options: JudgeOptions): Promise<Verdict> {
  const candidate = plainly(unit, exercise, given);
  const { analyse, now, open, limitMs = LIMIT_MS } = options;
  const began = now();
  const verdict = (checks: readonly CheckVerdict[], trouble?: Trouble): Verdict => ({
    exercise,
    pass: trouble === undefined && checks.length > 0 && checks.every(({ pass }) => pass),
    checks: withCauses(checks),
    ...(trouble === undefined ? {} : { trouble }),
    ms: now() - began,
  });
  const fail = (message: string, trouble: Trouble): Verdict => verdict([{ name: 'answer', pass: false, message, ms: 0 }], trouble);

  const nameOf = ({ code, language }: CellBlock): string | undefined =>
    analyse(code, { language }).defines.find(({ kind }) => kind === 'value')?.name;
  const { text, answers, checks } = judged(unit, exercise, candidate, nameOf);
  const front = unit.notebook.front && { ...unit.notebook.front, ...(options.seed === undefined ? {} : { seed: options.seed }) };
  const composed = parseCompiled(text, front);
  const compiled = keptPrivate(compileNotebook(composed, analyse).compiled, answers, asked(unit, exercise, analyse));

  const written = languageOf(unit, exercise, candidate);
  const wanted = languageOf(unit, exercise, 'reference') ?? languageOf(unit, exercise, 'starter');
  if (written !== undefined && wanted !== undefined && written !== wanted && !(native.has(written) && native.has(wanted)))
    return fail(`The answer is written in ${written}, and ${exercise} asks for ${wanted}.`, 'refused');
  const trials = new Trials(limitMs);
  let language: Answers | undefined;
  if (wanted !== undefined && !native.has(wanted)) {
    const judging = options.languages?.find(({ languages }) => languages.includes(wanted));
    if (!judging) return fail(`This version does not judge answers in ${wanted}.`, 'refused');
    const cells = (which: Candidate): { code: string; answer: boolean }[] => {
      const { text, answers } = judged(unit, exercise, which, nameOf);
      return cellsOf(parseCompiled(text, front))
        .filter((cell) => cell.language === wanted && cell.attributes.check === undefined)
        .map(({ code, attributes: { id } }) => ({ code, answer: answers.includes(id ?? '') }));
    };
    const program = (which: Candidate): Promise<Trial> =>
      trials.run(judging, { cells: cells(which), language: wanted, ...(front?.seed === undefined ? {} : { seed: front.seed }) });
    try {
      const [answer, reference] = await Promise.all([
        program(candidate),
        program('reference').catch((error: unknown) => {
          throw new Error(`The reference of ${exercise} could not be run: ${String((error as Error).message)}`);
        }),
      ]);
      language = ({ question }) => askTrial({ answer, reference }, question);
    } catch (error) {
      trials.close();
      return trials.late ? fail(tooLong(limitMs), 'time') : fail((error as Error).message, troubleOf(error));
    }
  }

  const session = open(compiled, language);
  try {
    session.runEvery(checks);
    const late = await Promise.race([session.settled().then(() => false), pause(limitMs).then(() => true)]);
    if (late) {
      session.stop(undefined, 'timeout');
      await Promise.race([session.settled(), pause(GRACE_MS)]);
    }
    const cells = language ? [] : answers.map((id) => session.cell(id)!);
    const calls = callsIn(cellsOf(unit.checks).flatMap(({ attributes, code }) => (attributes.check === exercise ? code : [])));
    const results = checks
      .flatMap((id, index) => checksOf(session.cell(id)!, index))
      .map((check) => (check.pass || !calls.has(check.name) ? check : { ...check, call: calls.get(check.name)! }));
    const broken = cells.find(({ state }) => state === 'error');
    if (broken) {
      const interrupted = broken.error?.name === 'Interrupted';
      const trouble = interrupted ? 'time' : broken.error?.name === 'SyntaxError' ? 'syntax' : 'error';
      return verdict(
        [
          { name: 'answer', pass: false, message: interrupted ? tooLong(limitMs) : wordsOf(broken.error), ms: broken.ms ?? 0 },
          // What waited for it, or never began, is no failure of its own.
          ...results.filter(({ message, cell }) => message !== '' && (cell === undefined || ran(session.cell(checks[cell]!)!))),
        ],
        trouble,
      );
    }
    if (late)
      return verdict(
        [
          ...results.filter(({ cell }) => cell === undefined || ran(session.cell(checks[cell]!)!)),
          { name: 'time', pass: false, message: tooLong(limitMs), ms: limitMs },
        ],
        'time',
      );
    return verdict(results);
  } finally {
    session.dispose();
    trials.close();
  }
}

/** The language of a candidate; undefined where there is none. */
function languageOf({ notebook, solutions }: UnitTexts, exercise: string, candidate: Candidate): string | undefined {
  if (typeof candidate !== 'string') return candidate.language;
  return candidate === 'starter'
    ? cellsOf(notebook).find(({ attributes }) => attributes.exercise === exercise)?.language
    : cellsOf(solutions).find(({ attributes }) => attributes.solution === exercise)?.language;
}

/** An answer in `tsx` to what is asked for in `ts` or `js` is TypeScript: it has no view to draw. */
function plainly(unit: UnitTexts, exercise: string, candidate: Candidate): Candidate {
  if (typeof candidate === 'string' || candidate.language !== 'tsx') return candidate;
  const asked = languageOf(unit, exercise, 'reference') ?? languageOf(unit, exercise, 'starter');
  return asked === 'ts' || asked === 'js' ? { ...candidate, language: 'ts' } : candidate;
}

/** Engines of another language, ended together. */
class Trials {
  readonly #open: Trial[] = [];
  readonly #ends = new AbortController();
  readonly #limitMs: number;
  late = false;
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }
  async run(judging: Judging, program: Omit<Parameters<Judging['run']>[0], 'signal'>): Promise<Trial> {
    const { signal } = this.#ends;
    const over = pause(this.#limitMs).then((): never => {
      this.late = true;
      this.#ends.abort();
      throw new Error(tooLong(this.#limitMs));
    });
    over.catch(() => undefined);
    const running = judging.run({ ...program, signal });
    // What comes too late is closed all the same.
    void running.then(
      (trial) => (signal.aborted ? trial.close() : this.#open.push(trial)),
      () => undefined,
    );
    return Promise.race([running, over]);
  }
  close(): void {
    this.#ends.abort();
    for (const trial of this.#open.splice(0)) trial.close();
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
function checksOf({ id, state, error, outputs, ms, uses }: CellStatus, index: number): CheckVerdict[] {
  const run = outputs.flatMap(({ output }): CheckVerdict[] => {
    if (output.kind !== 'check') return [];
    const { kind: _, exercise: __, ...told } = output;
    return [told];
  });
  // What was left out may have been checks.
  const cut = outputs.some(({ output }) => output.kind === 'log' && 'truncated' in output);
  if (state === 'done' && run.length > 0 && !cut) return run;
  const message = cut
    ? 'It showed more than can be kept, so not all of its checks are known. Let it show less.'
    : state === 'blocked'
      ? `It could not run: ${wordsOf(error)}`
      : state === 'error'
        ? wordsOf(error)
        : state === 'done'
          ? 'It ran and checked nothing.'
          : `It did not run${uses.length ? '' : ', though it needs nothing'}.`;
  return [...run, { name: id, pass: false, message, ms: ms ?? 0, cell: index }];
}

/** Whether a cell of checks was evaluated, to whatever end. */
const ran = ({ state }: CellStatus): boolean => state === 'done' || state === 'error' || state === 'running';

function wordsOf(error: ErrorInfo | undefined): string {
  if (!error) return 'It failed without a word.';
  const place = error.line === undefined ? '' : `line ${error.line}${error.column === undefined ? '' : `, column ${error.column}`}: `;
  if (error.name === 'StopSignal') return `${place}stop() ended it here, so nothing behind it was judged. Leave stop out of an answer.`;
  return `${place}${error.name === 'Error' ? '' : `${error.name}: `}${error.message}${error.hint ? ` ${error.hint}` : ''}`;
}

const tooLong = (ms: number): string =>
  `The answer and its checks were still running after ${ms / 1000} s. Look for a loop that does not end, or does too much.`;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
