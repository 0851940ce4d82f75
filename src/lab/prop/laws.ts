/* Laws over generated cases, and histories of commands against a slow reference. A law fails when it returns false, throws or
   rejects; what is thrown then is a CheckFailure with the smallest case. */

import { asyncProperty, check as fcCheck, property, sample, type RunDetails } from 'fast-check';
import { equalValues } from './compare.ts';
import { CheckFailure, outOfTime, saidBy, type OutOfTime } from './failure.ts';
import { gen as isGen, generators, type Gen } from './gen.ts';

export interface ForAllOptions {
  /** Cases to try. Default: 100. */
  readonly runs?: number;
  /** The longest list, text or graph. Default: 10. */
  readonly size?: number;
  /** Shares that labels must reach at least, such as `{ negative: 0.1 }`: a generator that got too gentle is noticed. */
  readonly need?: Readonly<Record<string, number>>;
}

export interface Report {
  readonly runs: number;
  readonly seed: number;
  readonly labels: Readonly<Record<string, number>>;
}

export type Law<T> = (x: T) => unknown;

/** Tries `law` on cases of `of`; a promise where the law gives promises. */
export function forAllFrom<T>(seed: number, of: Gen<T>, law: Law<T>, options: ForAllOptions = {}): Report | Promise<Report> {
  isGen(of, 'forAll');
  if (typeof law !== 'function')
    throw new TypeError('forAll: expected a generator and a law, as in forAll(gen.int(), (n) => n + 0 === n).');
  const { runs = 100, size = 10, need = {} } = options;
  const seen = new Map<string, number>();
  let noted: string[] = [];
  let cases = 0;
  const arbitrary = of.build(size, (label) => noted.push(label));
  /** Labels of a case count once, when its law is tried. */
  const begin = (): void => {
    cases++;
    for (const label of new Set(noted)) seen.set(label, (seen.get(label) ?? 0) + 1);
    noted = [];
  };
  const settings = { seed: seed | 0, numRuns: runs, verbose: 0 as const };
  const labels = (): Record<string, number> => Object.fromEntries([...seen].map(([label, n]) => [label, n / Math.max(1, cases)]));
  /** The first case that did not end: a limit says nothing of smaller ones, which have no time left. */
  let late: OutOfTime | undefined;
  let broken = false;
  const timed = <R>(x: T, run: () => R): R | undefined => {
    if (late) return undefined;
    try {
      const result = run();
      broken ||= result === false;
      return result;
    } catch (error) {
      const limit = outOfTime(error, x);
      if (limit && broken) return undefined; // what is already known to break is told, as small as time allowed
      late = limit;
      broken ||= !limit;
      throw error;
    }
  };
  const finish = (details: RunDetails<[T]>): Report => {
    if (late) throw late;
    const shares = labels();
    if (details.failed) {
      const { counterexample, errorInstance } = details;
      if (counterexample === null) throw errorInstance ?? new Error('forAll: no case could be made.');
      const said = errorInstance === null || errorInstance === undefined ? '' : saidBy(errorInstance);
      throw new CheckFailure({
        law: law.name || said,
        smallest: counterexample[0],
        said: said === notHeld || /Property failed by returning false/.test(said) ? '' : said,
        seed,
        runs: details.numRuns,
        labels: shares,
        cause: errorInstance,
      });
    }
    for (const [label, share] of Object.entries(need)) {
      const got = shares[label] ?? 0;
      if (got < share)
        throw new Error(
          `forAll: “${label}” made up ${percent(got)} of ${cases} cases, and ${percent(share)} are needed. Make the generator less gentle.`,
        );
    }
    return { runs: details.numRuns, seed, labels: shares };
  };

  // Whether the law waits is seen by its first case.
  const [first] = sample(arbitrary, { seed: settings.seed, numRuns: 1 });
  let waits = false;
  try {
    const result = timed(first as T, () => law(first as T));
    waits = result instanceof Promise;
    if (waits) (result as Promise<unknown>).catch(() => undefined);
  } catch {
    if (late) throw late;
    /* it is tried again below, and its failure shrunk */
  }
  noted = [];
  broken = false;
  if (!waits)
    return finish(
      fcCheck(
        property(arbitrary, (x) => {
          begin();
          return timed(x, () => law(x)) !== false;
        }),
        settings,
      ),
    );
  const trial = asyncProperty(arbitrary, async (x) => {
    begin();
    if ((await law(x)) === false) throw new Error(notHeld);
  });
  return fcCheck(trial, settings).then(finish);
}

const notHeld = 'It does not hold';
const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

/** One thing that can be done to both: the real object and its model. */
export interface Command<R, M, A> {
  /** What it is called with. Absent: nothing. */
  readonly arg?: Gen<A>;
  /** Whether it may come now. Default: always. */
  readonly when?: (model: M, arg: A) => boolean;
  readonly run: (real: R, arg: A) => unknown;
  readonly model: (model: M, arg: A) => unknown;
}

export interface ModelOptions<R, M> {
  readonly init: () => { readonly real: R; readonly model: M };
  // oxlint-disable-next-line typescript/no-explicit-any -- each command has an argument of its own
  readonly commands: Readonly<Record<string, Command<R, M, any>>>;
  /** Whether two answers are the same (default: by value), or whether the two objects still agree. */
  readonly agree?: (real: unknown, model: unknown, objects: { readonly real: R; readonly model: M }) => boolean;
}

/** Runs histories of commands on the real thing and on its model; the first answer that differs fails, with the shortest history. */
export function modelFrom<R, M>(
  seed: number,
  { init, commands, agree = equalValues }: ModelOptions<R, M>,
  { runs = 100, length = 20 }: { readonly runs?: number; readonly length?: number } = {},
): Report | Promise<Report> {
  const names = Object.keys(commands);
  if (names.length === 0) throw new TypeError('model: expected commands such as { push: { arg: gen.int(), run, model } }, got none.');
  type Step = readonly [name: string, arg?: unknown];
  const step = generators.oneOf<Step>(
    ...names.map((name): Gen<Step> => {
      const { arg } = commands[name]!;
      return arg === undefined ? generators.constant<Step>([name]) : (arg as Gen<unknown>).map((value): Step => [name, value]);
    }),
  );
  const law = (history: readonly Step[]): void => {
    const objects = init();
    history.forEach(([name, arg], i) => {
      const { when, run, model } = commands[name]!;
      if (when && !when(objects.model, arg)) return;
      const expected = model(objects.model, arg);
      const got = run(objects.real, arg);
      if (!agree(got, expected, objects)) throw new Error(`Step ${i + 1}, ${name}: expected ${show(expected)}, got ${show(got)}`);
    });
  };
  return forAllFrom(seed, generators.array(step, { max: length }), law, { runs });
}

function show(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
