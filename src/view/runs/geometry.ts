/* Where the marks of a curve go: decimation, ticks, scales and path text, as pure functions of the numbers.
   Lengths are CSS pixels with y downwards; steps and values come as any array of numbers, values that are not finite
   break the line. Curve.tsx and the table's sparks draw what this file returns. */

/** A metric over steps; both arrays have the same length. */
export interface Series {
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
}

/** Indices of at most `limit` points that keep the curve's shape: the least and the greatest value of each bucket, the
    first and the last point. A bucket without a finite value keeps one index, so that the gap shows. */
export function decimate(values: ArrayLike<number>, limit = 1000): number[] {
  const n = values.length;
  if (n <= limit) return Array.from({ length: n }, (_, i) => i);
  const buckets = Math.floor((limit - 2) / 2);
  const kept = [0];
  for (let b = 0; b < buckets; b++) {
    const from = 1 + Math.floor((b * (n - 2)) / buckets);
    const to = 1 + Math.floor(((b + 1) * (n - 2)) / buckets);
    let low = -1;
    let high = -1;
    for (let i = from; i < to; i++) {
      const v = values[i]!;
      if (!Number.isFinite(v)) continue;
      if (low < 0 || v < values[low]!) low = i;
      if (high < 0 || v > values[high]!) high = i;
    }
    if (low < 0) kept.push(from);
    else if (low === high) kept.push(low);
    else kept.push(Math.min(low, high), Math.max(low, high));
  }
  kept.push(n - 1);
  return kept;
}

/** Round numbers (1, 2 or 5 times a power of ten) inside [low, high], about `count` of them. */
export function linearTicks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return Number.isFinite(low) ? [low] : [];
  const raw = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((m) => m * power >= raw * 0.75) ?? 10);
  const ticks: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

/** Powers of ten inside [low, high]; with fewer than two of them also 2 and 5 times a power. `low` must be positive. */
export function logTicks(low: number, high: number): number[] {
  const of = (factors: readonly number[]): number[] => {
    const ticks: number[] = [];
    for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++)
      for (const f of factors) {
        const t = Number((f * 10 ** e).toPrecision(12));
        if (t >= low * (1 - 1e-9) && t <= high * (1 + 1e-9)) ticks.push(t);
      }
    return ticks;
  };
  const decades = of([1]);
  return decades.length >= 2 ? decades : of([1, 2, 5]);
}

/** Least and greatest of the finite (with `positive`: and positive) numbers; absent where there is none. */
export function extent(values: ArrayLike<number>, positive = false): [number, number] | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    if (!Number.isFinite(v) || (positive && v <= 0)) continue;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low <= high ? [low, high] : undefined;
}

/** Maps `domain` to `range`. A domain of one value lies in the middle. */
export function makeScale(domain: readonly [number, number], range: readonly [number, number], count: number, log = false): Scale {
  const [from, to] = range;
  const place = log ? Math.log : (v: number): number => v;
  const low = place(domain[0]);
  const span = place(domain[1]) - low;
  const scale = (v: number): number => (span > 0 ? from + ((place(v) - low) / span) * (to - from) : (from + to) / 2);
  return Object.assign(scale, { ticks: log ? logTicks(domain[0], domain[1]) : linearTicks(domain[0], domain[1], count) });
}

/** An SVG path through the points of `indices`, broken where a value has no place. */
export function linePath(series: Series, indices: readonly number[], x: Scale, y: Scale): string {
  let path = '';
  let pen = false;
  for (const i of indices) {
    const at = y(series.values[i]!);
    if (!Number.isFinite(at)) {
      pen = false;
      continue;
    }
    path += `${pen ? 'L' : 'M'}${round(x(series.steps[i]!))} ${round(at)}`;
    pen = true;
  }
  return path;
}

/** A number as the interface writes it: 1,250 · 0.043 · 2.1e-6 · NaN. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9))
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return (size >= 1000 ? whole : short).format(value);
}

// Making a formatter costs more than a thousand uses of it.
const whole = /* @__PURE__ */ new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = /* @__PURE__ */ new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 });

const round = (v: number): number => Math.round(v * 10) / 10;
