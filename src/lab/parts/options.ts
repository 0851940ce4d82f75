/* Options of parts, checked: each function gives the value in the form the page draws from, or throws a TypeError that names part,
   option, what was expected and what came. */

import { toText } from '../../output/inspect.ts';
import type { Options } from './part.ts';

export type { Options };

export type Pair = readonly [number, number];
/** [least, greatest] of a range, with least < greatest. */
export type Range = Pair;
/** What a plane shows: least and greatest x, least and greatest y. */
export interface Domain {
  readonly x: Range;
  readonly y: Range;
}

export function wrong(part: string, option: string, expected: string, got: unknown, todo = ''): TypeError {
  const shown = typeof got === 'string' ? `"${toText(got, 60)}"` : toText(got, 60);
  return new TypeError(
    `${part}: expected ${option === '' ? '' : `option "${option}" to be `}${expected}, got ${shown}.${todo && ` ${todo}`}`,
  );
}

export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !isList(value);

export function numberIn(part: string, options: Options, option: string, fallback: number, least = -Infinity, greatest = Infinity): number {
  const value = options[option];
  if (value === undefined) return fallback;
  if (!isNumber(value) || value < least || value > greatest) throw wrong(part, option, `a number${bounds(least, greatest)}`, value);
  return value;
}
export function wholeIn(part: string, options: Options, option: string, fallback: number, least = -Infinity, greatest = Infinity): number {
  const value = numberIn(part, options, option, fallback, least, greatest);
  if (!Number.isInteger(value)) throw wrong(part, option, `a whole number${bounds(least, greatest)}`, value);
  return value;
}
const bounds = (least: number, greatest: number): string =>
  least === -Infinity
    ? greatest === Infinity
      ? ''
      : ` up to ${greatest}`
    : greatest === Infinity
      ? ` from ${least}`
      : ` from ${least} to ${greatest}`;

export function flagIn(part: string, options: Options, option: string, fallback = false): boolean {
  const value = options[option];
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') throw wrong(part, option, 'true or false', value);
  return value;
}

export function oneOf<T extends string>(part: string, options: Options, option: string, allowed: readonly T[], fallback: T): T {
  const value = options[option];
  if (value === undefined) return fallback;
  if (!allowed.includes(value as T)) throw wrong(part, option, allowed.map((one) => `"${one}"`).join(' or '), value);
  return value as T;
}

/** A list of words; undefined where there is none. `length`: how many there must be. */
export function namesIn(part: string, options: Options, option: string, length?: number): readonly string[] | undefined {
  const value = options[option];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string' || typeof one === 'number'))
    throw wrong(part, option, 'a list of names, such as ["a", "b"]', value);
  if (length !== undefined && value.length !== length) throw wrong(part, option, `a list of ${length} names`, value);
  return value.map(String);
}

/** `domain`: `[least, greatest]` for both axes, `[[x0, x1], [y0, y1]]`, or `{ x: [x0, x1], y: [y0, y1] }`. */
export function domainIn(part: string, options: Options, fallback: Domain): Domain {
  const value = options['domain'];
  if (value === undefined) return fallback;
  const made = (x: unknown, y: unknown): Domain | undefined =>
    isRange(x) && isRange(y) ? { x: [x[0], x[1]], y: [y[0], y[1]] } : undefined;
  const domain = isRecord(value)
    ? made(value['x'], value['y'])
    : isList(value)
      ? (made(value, value) ?? made(value[0], value[1]))
      : undefined;
  if (domain === undefined) throw wrong(part, 'domain', '[least, greatest], or { x: [0, 1], y: [-1, 1] }', value, 'The least comes first.');
  return domain;
}
const isRange = (value: unknown): value is Range =>
  isList(value) && value.length === 2 && isNumber(value[0]) && isNumber(value[1]) && value[0] < value[1];

/** A domain around these points with a little air, whole where that is natural; [-1, 1] without points. */
export function domainAround(points: readonly Pair[], more: readonly Pair[] = []): Domain {
  const range = (i: 0 | 1): Range => {
    const all = [...points, ...more].map((point) => point[i]);
    if (all.length === 0) return [-1, 1];
    const low = Math.min(0, ...all),
      high = Math.max(0, ...all);
    const air = Math.max((high - low) * 0.15, high === low ? 1 : 0);
    const step = 10 ** Math.floor(Math.log10(high - low + 2 * air)) / 2;
    return [low === 0 && low < Math.min(...all) ? 0 : Math.floor((low - air) / step) * step, Math.ceil((high + air) / step) * step];
  };
  return { x: range(0), y: range(1) };
}

/** A list of `[x, y]`, copied. */
export function pairsOf(part: string, option: string, value: unknown): Pair[] {
  const expected = 'a list of points [x, y]';
  if (!isList(value)) throw wrong(part, option, expected, value, 'Write [[0, 1], [2, 3]].');
  return Array.from(value, (one) => {
    if (!isList(one) || one.length !== 2 || !isNumber(one[0]) || !isNumber(one[1]))
      throw wrong(part, option, expected, one, 'Each point is two finite numbers.');
    return [one[0], one[1]];
  });
}

/** A number as sentences and tables say it: three significant digits, no exponent where it can be read without. */
export function say(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const rounded = size >= 1e6 || (size > 0 && size < 1e-3) ? value.toExponential(2) : String(Number(value.toPrecision(3)));
  return rounded === '-0' ? '0' : rounded;
}

/** The first `most` of a list in words: "a, b and 3 more". */
export function listed(words: readonly string[], most = 6): string {
  if (words.length <= most) return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
  return `${words.slice(0, most - 1).join(', ')} and ${words.length - most + 1} more`;
}
