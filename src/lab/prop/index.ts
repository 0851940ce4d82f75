/* `gradus:prop`: laws over generated cases with shrinking, histories against a model, tests of draws, numbers compared, rules about
   code. Made for one cell of checks, so that its seeds depend on nothing but the engine's seed, the cell, and how often it asked. */

import { contentSeed } from './seeds.ts';
import { ast } from './ast.ts';
import { freivaldsWith, gradcheck, near, ulps } from './compare.ts';
import { CheckFailure } from './failure.ts';
import { generators, type Gen } from './gen.ts';
import { forAllFrom, modelFrom, type ForAllOptions, type Law, type ModelOptions, type Report } from './laws.ts';
import { chi2From, coverageFrom, ksFrom, lag1From, type Draws, type Tested } from './stat.ts';

export type { Gen } from './gen.ts';
export type { Command, ForAllOptions, Law, ModelOptions, Report } from './laws.ts';

export interface Prop {
  /** Tries `law` on generated cases; throws CheckFailure with the smallest that breaks it. A promise where the law gives promises. */
  forAll<T>(of: Gen<T>, law: Law<T>, options?: ForAllOptions): Report | Promise<Report>;
  readonly gen: typeof generators;
  /** Histories of commands on the real thing and on a slow model; the shortest that differs fails. */
  model<R, M>(options: ModelOptions<R, M>, limits?: { readonly runs?: number; readonly length?: number }): Report | Promise<Report>;
  readonly stat: {
    ks(xs: Draws, cdf: (x: number) => number): Tested;
    chi2(counts: Draws, probs: ArrayLike<number>): Tested;
    lag1(xs: Draws): Tested;
    coverage(make: (seed: number) => boolean, range: readonly [lo: number, hi: number], n: number): number;
  };
  /** A new seed at each call: the learner's in the page, the front matter's headless. */
  seed(): number;
  readonly near: typeof near;
  readonly ulps: typeof ulps;
  readonly gradcheck: typeof gradcheck;
  freivalds(
    a: readonly (readonly number[])[],
    b: readonly (readonly number[])[],
    c: readonly (readonly number[])[],
    options?: { readonly rtol?: number; readonly rounds?: number },
  ): boolean;
  readonly ast: typeof ast;
  readonly CheckFailure: typeof CheckFailure;
}

/** The module for cell `cell` of an engine with `seed`. */
export function createProp({
  seed,
  cell,
  tried = () => undefined,
}: {
  readonly seed: number;
  readonly cell: string;
  /** Told how many cases a law has been tried on. */
  readonly tried?: (cases: number) => void;
}): Prop {
  let asked = 0;
  const counted = (report: Report | Promise<Report>): Report | Promise<Report> => {
    const count = (done: Report): Report => {
      tried(done.runs);
      return done;
    };
    return report instanceof Promise ? report.then(count) : count(report);
  };
  const next = (): number => contentSeed(seed, `${cell} ${asked++}`);
  return {
    forAll: (of, law, options) => counted(forAllFrom(next(), of, law, options)),
    gen: generators,
    model: (options, limits) => counted(modelFrom(next(), options, limits)),
    stat: {
      ks: (xs, cdf) => ksFrom(next, xs, cdf),
      chi2: (counts, probs) => chi2From(next, counts, probs),
      lag1: (xs) => lag1From(next, xs),
      coverage: (make, range, n) => coverageFrom(next, make, range, n),
    },
    seed: next,
    near,
    ulps,
    gradcheck,
    freivalds: (a, b, c, options) => {
      let bits = 0,
        left = 0;
      const sign = (): 1 | -1 => {
        if (left-- === 0) [bits, left] = [next(), 30];
        bits = (bits >>> 1) | 0;
        return bits & 1 ? 1 : -1;
      };
      return freivaldsWith(sign, a, b, c, options);
    },
    ast,
    CheckFailure,
  };
}
