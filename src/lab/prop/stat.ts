/* Whether draws look like what they should: tests that refuse only what chance can hardly explain (p < 1e-4, or so good that it
   cannot be chance, p > 1 − 1e-4), and try once more on a new seed before they do. */

const least = 1e-4;

export interface Tested {
  readonly p: number;
  readonly statistic: number;
}

/** Numbers, or what draws them from a seed (then a first refusal is tried again). */
export type Draws = ArrayLike<number> | ((seed: number) => ArrayLike<number>);

/** Kolmogorov and Smirnov's test against a distribution function. */
export const ksFrom = (seed: () => number, xs: Draws, cdf: (x: number) => number): Tested =>
  judged('ks', seed, xs, (values) => {
    const sorted = Float64Array.from(values).sort();
    const n = sorted.length;
    let d = 0;
    sorted.forEach((x, i) => {
      const f = cdf(x);
      d = Math.max(d, f - i / n, (i + 1) / n - f);
    });
    const root = Math.sqrt(n);
    return { statistic: d, p: kolmogorov((root + 0.12 + 0.11 / root) * d) };
  });

/** Pearson's test of counts against probabilities; cells that expect fewer than 5 are taken together. */
export const chi2From = (seed: () => number, counts: Draws, probs: ArrayLike<number>): Tested =>
  judged('chi2', seed, counts, (values) => {
    const n = Array.from(values).reduce((sum, x) => sum + x, 0);
    const cells: [seen: number, expected: number][] = [];
    let small: [number, number] = [0, 0];
    Array.from(values).forEach((seen, i) => {
      const expected = n * (probs[i] ?? 0);
      if (expected < 5) small = [small[0] + seen, small[1] + expected];
      else cells.push([seen, expected]);
    });
    if (small[1] > 0) cells.push(small);
    else if (small[0] > 0) return { statistic: Infinity, p: 0 }; // what cannot happen has happened
    const statistic = cells.reduce((sum, [seen, expected]) => sum + (seen - expected) ** 2 / expected, 0);
    return { statistic, p: 1 - gammaP((cells.length - 1) / 2, statistic / 2) };
  });

/** Correlation of each draw with the one before; p by the normal law. */
export const lag1From = (seed: () => number, xs: Draws): Tested =>
  judged(
    'lag1',
    seed,
    xs,
    (values) => {
      const x = Array.from(values),
        n = x.length,
        mean = x.reduce((sum, v) => sum + v, 0) / n;
      let above = 0,
        below = 0;
      x.forEach((v, i) => {
        below += (v - mean) ** 2;
        if (i > 0) above += (v - mean) * (x[i - 1]! - mean);
      });
      const r = below === 0 ? 1 : above / below;
      return { statistic: r, p: erfc(Math.abs(r) * Math.sqrt(n / 2)) };
    },
    false,
  );

/** The share of `n` trials in which `make(seed)` is true; throws unless it lies in [lo, hi]. */
export function coverageFrom(seed: () => number, make: (seed: number) => boolean, [lo, hi]: readonly [number, number], n: number): number {
  const share = (): number => {
    let hits = 0;
    for (let i = 0; i < n; i++) if (make(seed())) hits++;
    return hits / n;
  };
  let got = share();
  if (got < lo || got > hi) got = share();
  if (got < lo || got > hi) throw new Error(`coverage: expected a share from ${lo} to ${hi}, got ${got} of ${n} trials.`);
  return got;
}

function judged(name: string, seed: () => number, draws: Draws, test: (values: ArrayLike<number>) => Tested, both = true): Tested {
  const once = (): Tested => {
    const values = typeof draws === 'function' ? draws(seed()) : draws;
    if (values.length === 0) throw new Error(`${name}: expected numbers, got none.`);
    return test(values);
  };
  const refused = ({ p }: Tested): boolean => !(p >= least) || (both && p > 1 - least);
  let result = once();
  if (refused(result) && typeof draws === 'function') result = once();
  if (refused(result))
    throw new Error(
      `${name}: ${result.p < 0.5 ? 'chance hardly explains this' : 'this fits too well to be chance'} (p = ${result.p.toExponential(1)}, statistic ${Number(result.statistic.toPrecision(4))}).`,
    );
  return result;
}

/** 1 − K(x) of Kolmogorov's distribution. */
function kolmogorov(x: number): number {
  if (x < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) sum += (k % 2 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  return Math.min(1, Math.max(0, 2 * sum));
}

/** Regularised lower incomplete gamma function, by series or continued fraction (Numerical Recipes 6.2). */
function gammaP(a: number, x: number): number {
  if (x <= 0) return 0;
  const front = Math.exp(-x + a * Math.log(x) - lgamma(a));
  if (x < a + 1) {
    let term = 1 / a,
      sum = term;
    for (let n = 1; n < 1000 && Math.abs(term) > Math.abs(sum) * 1e-15; n++) sum += term *= x / (a + n);
    return sum * front;
  }
  let b = x + 1 - a,
    c = 1e300,
    d = 1 / b,
    h = d;
  for (let i = 1; i < 1000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b || 1e-300);
    c = b + an / c || 1e-300;
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return 1 - front * h;
}

/** Lanczos, g = 7. */
function lgamma(x: number): number {
  const g = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  const z = x - 1,
    t = z + 7.5;
  let sum = g[0]!;
  for (let i = 1; i < 9; i++) sum += g[i]! / (z + i);
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

const erfc = (x: number): number => 1 - Math.sign(x) * gammaP(0.5, x * x);
