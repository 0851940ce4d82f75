/* Numbers compared: near by tolerance, by units in the last place, a gradient by central differences, a product by Freivalds. */

/** Whether all numbers of `a` and `b` (numbers, nested arrays, typed arrays) satisfy |a − b| ≤ atol + rtol·|b|. Defaults 1e-5, 1e-8. */
export function near(
  a: unknown,
  b: unknown,
  { rtol = 1e-5, atol = 1e-8 }: { readonly rtol?: number; readonly atol?: number } = {},
): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Object.is(a, b) || a === b || (Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b));
  const [x, y] = [listOf(a), listOf(b)];
  return x !== undefined && y !== undefined && x.length === y.length && x.every((item, i) => near(item, y[i], { rtol, atol }));
}

/** How many float64 lie between `a` and `b`: 0 when equal (−0 and 0 too), Infinity where one is NaN. */
export function ulps(a: number, b: number): number {
  if (a === b) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Infinity;
  const ordered = (x: number): bigint => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, x);
    const bits = view.getBigInt64(0);
    return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
  };
  const away = ordered(a) - ordered(b);
  return Number(away < 0n ? -away : away);
}

/** Compares the gradient that `f` gives with central differences of its value. `f(x)` → `[value, gradient]`, `x` a list of numbers.
    Throws with the first component that differs by more than rtol·max(1, |slope|); returns true. */
export function gradcheck(
  f: (x: number[]) => readonly [value: number, gradient: ArrayLike<number>],
  x: ArrayLike<number>,
  { eps = 1e-5, rtol = 1e-4 }: { readonly eps?: number; readonly rtol?: number } = {},
): true {
  const at = Array.from(x);
  const [, gradient] = f([...at]);
  if (gradient.length !== at.length) throw new Error(`gradcheck: expected a gradient of ${at.length} numbers, got ${gradient.length}.`);
  at.forEach((value, i) => {
    const h = eps * Math.max(1, Math.abs(value));
    const moved = (by: number): number => f(at.map((v, k) => (k === i ? v + by : v)))[0];
    const slope = (moved(h) - moved(-h)) / (2 * h);
    const got = gradient[i]!;
    if (!(Math.abs(got - slope) <= rtol * Math.max(1, Math.abs(slope))))
      throw new Error(`gradcheck: component ${i} is ${got}, and the slope there is ${Number(slope.toPrecision(6))}.`);
  });
  return true;
}

/** Whether A·B = C, by `rounds` random vectors of ±1 drawn from `sign` (Freivalds 1977): wrong with probability 2^-rounds. */
export function freivaldsWith(
  sign: () => 1 | -1,
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
  c: readonly (readonly number[])[],
  { rtol = 1e-6, rounds = 20 }: { readonly rtol?: number; readonly rounds?: number } = {},
): boolean {
  const columns = b[0]?.length ?? 0;
  if (a.some((row) => row.length !== b.length) || b.some((row) => row.length !== columns)) return false;
  if (c.length !== a.length || c.some((row) => row.length !== columns)) return false;
  const times = (m: readonly (readonly number[])[], v: readonly number[]): number[] =>
    m.map((row) => row.reduce((sum, x, i) => sum + x * v[i]!, 0));
  const size = (m: readonly (readonly number[])[]): number[] => m.map((row) => row.reduce((sum, x) => sum + Math.abs(x), 0));
  const scale =
    times(
      [size(a)].map((row) => row),
      a.map(() => 1),
    )[0]! * Math.max(0, ...size(b));
  for (let round = 0; round < rounds; round++) {
    const v = Array.from({ length: columns }, sign);
    const left = times(a, times(b, v));
    const right = times(c, v);
    if (left.some((x, i) => !(Math.abs(x - right[i]!) <= rtol * Math.max(1, scale)))) return false;
  }
  return true;
}

/** Equal by value: primitives by Object.is but for zeros, arrays and plain objects by their parts. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b || Object.is(a, b)) return true;
  const [x, y] = [listOf(a), listOf(b)];
  if (x && y) return x.length === y.length && x.every((item, i) => equalValues(item, y[i]));
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || x || y) return false;
  if (a instanceof Map && b instanceof Map) return equalValues([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return equalValues([...a], [...b]);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalValues((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

function listOf(x: unknown): readonly unknown[] | undefined {
  if (Array.isArray(x)) return x;
  return ArrayBuffer.isView(x) && !(x instanceof DataView) ? Array.from(x as unknown as ArrayLike<unknown>) : undefined;
}
