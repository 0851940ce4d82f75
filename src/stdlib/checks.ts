/* `check(name, fn)` and the assertions that its functions use. An assertion returns true or throws an Error whose message
   names the first place that differs, what was expected and what it got. */

import { Interrupted, TimeLimit, type Evaluation, type Host } from './host.ts';
import { outOfTimeWords } from '../base/errors.ts';
import { toText } from '../output/inspect.ts';
import type { Output } from '../output/types.ts';
import { rememberBuiltIns } from './intact.ts';
import { isTensor, isTypedArray, tensorFacts, type TensorLike } from '../output/kinds.ts';
import type { Names } from './names.ts';

const LIMIT_MS = 15_000;
/** An answer whose checks have run out of time so often is not waited for any more. */
const MOST_LATE = 2;
const notTried = `Not tried: ${MOST_LATE} checks before it ran out of time. Mend those first.`;

export function checkNames(host: Pick<Host, 'limited' | 'options'>): Names {
  const judging: Judging = {
    limited: host.limited,
    changed: host.options.judge ? rememberBuiltIns() : () => undefined,
    late: host.options.judge ? 0 : -Infinity,
  };
  return {
    check: (evaluation) => (name: string, fn: () => unknown, options?: { limitMs?: number }) =>
      check(judging, evaluation, name, fn, options),
    close: () => close,
    equal: () => equal,
    throws: () => throws,
    shape: () => shape,
  };
}

interface Judging extends Pick<Host, 'limited'> {
  /** The built-in that an answer has replaced, where one is judged. */
  readonly changed: () => string | undefined;
  /** So many checks of an answer have run out of time. */
  late: number;
}

/** Runs `fn` at once and shows how it went; resolves (to nothing, so a last line shows nothing more) when it is known. A check fails when `fn` throws, rejects, returns
    false or takes longer than `limitMs`; its cell goes on. */
function check(
  judging: Judging,
  evaluation: Evaluation,
  name: string,
  fn: () => unknown,
  { limitMs = 2000 }: { limitMs?: number } = {},
): Promise<void> {
  if (typeof name !== 'string' || typeof fn !== 'function')
    throw new TypeError('check: expected a name and a function, as in check("adds", () => equal(add(1, 2), 3)).');
  if (!(limitMs > 0 && limitMs <= LIMIT_MS))
    throw new RangeError(`check: expected a limitMs of at most ${LIMIT_MS}, got ${toText(limitMs, 40)}.`);
  const started = performance.now();
  const report = (error: { readonly thrown: unknown } | undefined, value?: unknown, place?: number): void => {
    const ms = performance.now() - started;
    const cases = tried.get(evaluation);
    const late = error && lateness(error.thrown);
    if (late) judging.late++;
    const message =
      error && !late
        ? messageOf(error.thrown)
        : value === false
          ? 'The check returned false.'
          : error || ms > limitMs
            ? tooLong(limitMs, late?.at)
            : replaced(judging.changed());
    const output = {
      kind: 'check',
      exercise: evaluation.exercise,
      name,
      pass: message === '',
      message,
      ms: Math.round(ms * 100) / 100,
      ...(cases ? { tried: `${cases.toLocaleString('en')} ${cases === 1 ? 'case' : 'cases'}` } : {}),
      ...brokenLaw(error?.thrown),
    } as const;
    evaluation.emit(output, place);
  };
  tried.delete(evaluation);
  if (judging.late >= MOST_LATE) return Promise.resolve(report({ thrown: new Error(notTried) }));
  let result: unknown;
  try {
    result = judging.limited(limitMs, fn);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return Promise.resolve(report({ thrown: error }));
  }
  if (!isThenable(result)) return Promise.resolve(report(undefined, result));
  const place = evaluation.emit({ kind: 'text', text: '' }); // checks stand in the order of their calls
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(tooLong(limitMs))), limitMs);
  });
  const outcome = Promise.race([result, late])
    .then(
      (value) => report(undefined, value, place),
      (error: unknown) => {
        if (error instanceof Interrupted) throw error;
        return report({ thrown: error }, undefined, place);
      },
    )
    .finally(() => clearTimeout(timer));
  evaluation.waitFor(outcome);
  return outcome;
}

const replaced = (name: string | undefined): string =>
  name === undefined
    ? ''
    : `The answer replaced ${name}, which the checks rest on. Leave what the language has as it is, and write your own beside it.`;
/** How many cases the check that runs has tried so far. */
const tried = new WeakMap<Evaluation, number>();
/** A law of this evaluation has been tried on so many cases. */
export const noteCases = (evaluation: Evaluation, cases: number): void => void tried.set(evaluation, (tried.get(evaluation) ?? 0) + cases);

type Told = Pick<Extract<Output, { kind: 'check' }>, 'law' | 'smallest' | 'tried' | 'expected' | 'got'>;
/** What an assertion or `forAll` found, beside its words. */
function brokenLaw(thrown: unknown): Told {
  if (!(thrown instanceof Error)) return {};
  if (thrown instanceof Difference) return { expected: thrown.expected, got: thrown.got };
  if (thrown.name !== 'CheckFailure') return {};
  const { law, smallest, runs, cause } = thrown as Error & { law?: unknown; smallest?: unknown; runs?: unknown };
  return {
    ...(cause instanceof Difference ? brokenLaw(cause) : {}),
    ...(typeof law === 'string' && law && !thrown.message.startsWith(law) ? { law: bounded(law) } : {}),
    ...(typeof runs === 'number' ? { tried: `fails on case ${runs.toLocaleString('en')}` } : {}),
    smallest: toText(smallest, 600, DEEP),
  };
}

/** Two values that an assertion wants to be the same. Its name is that of any error: its words say all. */
class Difference extends Error {
  readonly expected: string;
  readonly got: string;
  constructor(message: string, expected: string, got: string) {
    super(message);
    this.expected = expected;
    this.got = got;
  }
}
const tooLong = (limitMs: number, at?: string): string =>
  `It took longer than ${limitMs.toLocaleString('en')} ms. Look for a loop that does too much, or does not end.${
    at === undefined ? '' : ` It was at the case ${at}.`
  }`;
/** Whether a limit ended it, as it is or in words of the check's own, and at which generated case. */
const lateness = (thrown: unknown): { readonly at?: string } | undefined =>
  thrown instanceof Error && (thrown instanceof TimeLimit || thrown.message.includes(outOfTimeWords))
    ? (thrown as Error & { at?: string })
    : undefined;
const messageOf = (thrown: unknown): string =>
  bounded(
    (thrown instanceof Error ? `${spoken.has(thrown.name) ? '' : `${thrown.name}: `}${thrown.message}` : toText(thrown, LETTERS)) ||
      'It threw an error without a message.',
  );
/** A case is shown whole, lists in lists too: so many levels, as long as there is room. */
const DEEP = 8;
/** A verdict has room for so much of what an answer says. */
const LETTERS = 2000;
const bounded = (text: string): string => (text.length > LETTERS ? `${text.slice(0, LETTERS)}…` : text);
/** Names of errors whose message says all. */
const spoken: ReadonlySet<string> = new Set(['Error', 'CheckFailure']);

/** Throws unless |a − b| ≤ atol + rtol·|b| for every number in `a` and `b` (numbers, nested arrays, typed arrays, tensors,
    objects). NaN is close to nothing. */
export function close(a: unknown, b: unknown, { rtol = 1e-5, atol = 1e-8 }: { rtol?: number; atol?: number } = {}): true {
  return compare(
    a,
    b,
    '',
    (x, y) =>
      typeof x === 'number' && typeof y === 'number'
        ? x === y || (Math.abs(x - y) <= atol + rtol * Math.abs(y) && Number.isFinite(y))
        : Object.is(x, y),
    (x, y) =>
      typeof x === 'number' && typeof y === 'number' && Number.isFinite(x - y)
        ? ` (they differ by ${Number(Math.abs(x - y).toPrecision(3))})`
        : '',
    0,
  );
}

/** Throws unless `a` and `b` hold the same: same primitives, same items, same keys. −0 equals 0, NaN equals NaN. */
export function equal(a: unknown, b: unknown): true {
  return compare(
    a,
    b,
    '',
    (x, y) => x === y || Object.is(x, y),
    () => '',
    0,
  );
}

/** Throws unless `fn` throws, and what it throws matches: text in its message, a pattern, an error class, or a predicate.
    Returns the error; for an async `fn` a promise of it. */
export function throws(
  fn: () => unknown,
  match?: string | RegExp | (new (...args: never[]) => unknown) | ((error: unknown) => boolean),
): unknown {
  const judge = (error: unknown): unknown => {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : toText(error, 500);
    const isClass = typeof match === 'function' && (match === Error || match.prototype instanceof Error);
    const fits =
      match === undefined ||
      (typeof match === 'string'
        ? text.includes(match)
        : match instanceof RegExp
          ? match.test(text)
          : isClass
            ? error instanceof match
            : (match as (error: unknown) => boolean)(error));
    if (!fits) throw new Error(`Expected an error that matches ${isClass ? match.name : toText(match, 200)}, got ${text}.`);
    return error;
  };
  const calm = (value: unknown): never => {
    throw new Error(`Expected an error, but the call returned ${toText(value, 200)}.`);
  };
  let result: unknown;
  try {
    result = fn();
  } catch (error) {
    if (error instanceof Interrupted || error instanceof TimeLimit) throw error;
    return judge(error);
  }
  return result instanceof Promise ? result.then(calm, judge) : calm(result);
}

/** Whatever says that it comes later is waited for: what an answer returns may be no promise of the language's. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Throws unless `x` (a tensor, an array of arrays, a typed array) has the sizes `dims`; null stands for any size. */
export function shape(x: unknown, dims: readonly (number | null)[]): true {
  const got = shapeOf(x);
  if (got.length !== dims.length || dims.some((size, i) => size !== null && size !== got[i])) {
    throw new Error(`Expected the shape [${dims.map((size) => size ?? 'any').join(', ')}], got [${got.join(', ')}].`);
  }
  return true;
}

function shapeOf(x: unknown): readonly number[] {
  const own: unknown = typeof x === 'object' && x !== null ? (x as { shape?: unknown }).shape : undefined;
  if (Array.isArray(own)) return own as number[];
  if (isTypedArray(x)) return [x.length];
  if (!Array.isArray(x)) return [];
  const inner = x.length > 0 ? shapeOf(x[0]) : [];
  const ragged = x.findIndex((row) => shapeOf(row).join() !== inner.join());
  if (ragged > 0)
    throw new Error(
      `Row ${ragged} has the shape [${shapeOf(x[ragged]).join(', ')}], row 0 has [${inner.join(', ')}]: rows must have one length.`,
    );
  return [x.length, ...inner];
}

const itemsOf = Set.prototype.values;
const sameSizes = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && b.every((size, i) => size === a[i]);

/** As in code: strings in quotes. */
const write = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(toText(value, 200)) : toText(value, 200, DEEP));

type Same = (a: unknown, b: unknown) => boolean;

function compare(a: unknown, b: unknown, path: string, same: Same, note: (a: unknown, b: unknown) => string, depth: number): true {
  const differ = (what = ''): never => {
    const [expected, got] = [write(b), write(a)];
    throw new Difference(`${path ? `At ${path}: expected` : 'Expected'} ${expected}, got ${got}${what || note(a, b)}.`, expected, got);
  };
  if (same(a, b)) return true;
  if (depth > 100) return differ(' (nested too deeply to compare)');
  if (isTensor(a) || isTensor(b)) {
    if (isTensor(a) && isTensor(b) && !sameSizes(a.shape, b.shape))
      throw new Error(`Expected the shape [${b.shape.join(', ')}], got [${a.shape.join(', ')}].`);
    return compare(isTensor(a) ? numbers(a, b) : a, isTensor(b) ? numbers(b, a) : b, path, same, note, depth + 1);
  }
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return differ();
  const list = (value: object): value is readonly unknown[] => Array.isArray(value) || isTypedArray(value);
  if (list(a) && list(b)) {
    // Read once: a proxy may have another length, or another item, each time.
    const got = a.length,
      wanted = b.length;
    const length = Math.min(got, wanted);
    for (let i = 0; i < length; i++) {
      const left = a[i],
        right = b[i];
      if (!same(left, right)) compare(left, right, `${path}[${i}]`, same, note, depth + 1);
    }
    if (got !== wanted) throw new Error(`${path ? `At ${path}: expected` : 'Expected'} ${wanted} items, got ${got}: ${toText(a, 200)}.`);
    return true;
  }
  if (list(a) || list(b)) return differ();
  if (a instanceof Date && b instanceof Date) return +a === +b || differ();
  if (a instanceof Map && b instanceof Map) return compare(Object.fromEntries(a), Object.fromEntries(b), path, same, note, depth + 1);
  if (a instanceof Set && b instanceof Set) {
    const mine = new Set(itemsOf.call(a) as Iterable<unknown>); // of a subclass too: its own `has` does not speak for it
    const missing = [...(b as Set<unknown>)].find((item) => !mine.has(item));
    return (mine.size === b.size && missing === undefined) || differ(missing === undefined ? '' : ` (${write(missing)} is missing)`);
  }
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return differ();
  const left = a as Readonly<Record<string, unknown>>,
    right = b as Readonly<Record<string, unknown>>;
  const keys = Object.keys(right);
  const extra = Object.keys(left).find((key) => !Object.hasOwn(right, key));
  for (const key of keys) {
    if (!Object.hasOwn(left, key)) return differ(` (${key} is missing)`);
    compare(left[key], right[key], `${path}.${key}`, same, note, depth + 1);
  }
  return (
    (extra === undefined && (keys.length > 0 || Object.getPrototypeOf(a) === Object.prototype || Object.getPrototypeOf(a) === null)) ||
    differ(extra === undefined ? '' : ` (${extra} is too many)`)
  );
}

/** A tensor's numbers: nested as its shape says beside an array, flat beside another tensor or a typed array; as booleans beside those. */
function numbers(tensor: TensorLike, other: unknown): unknown {
  const data = tensorFacts(tensor, Infinity)?.data ?? tensor.dataSync();
  let leaf = other;
  while (Array.isArray(leaf)) leaf = leaf[0];
  const flat: unknown[] = Array.from(data, (item) => (tensor.dtype === 'bool' && typeof leaf === 'boolean' ? item !== 0 : item));
  if ((typeof other === 'number' || typeof other === 'boolean') && tensor.shape.length === 0) return flat[0];
  if (!Array.isArray(other)) return flat;
  return tensor.shape
    .slice(1)
    .reduceRight<unknown[]>(
      (items, size) => Array.from({ length: size ? items.length / size : 0 }, (_, i) => items.slice(i * size, (i + 1) * size)),
      flat,
    );
}
