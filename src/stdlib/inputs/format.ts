/* How inputs write values by themselves: Observable's formatters, and the order and the search that go with them. */

import { toText } from '../../output/inspect.ts';

/** A number with the separators of `locale` (default English). Source: Observable Inputs, formatLocaleNumber. */
export const formatLocaleNumber =
  (locale: string | undefined = 'en') =>
  (value: number): string =>
    value === 0 ? '0' : value.toLocaleString(locale);

/** A value as a reader expects it: nothing for null, numbers by `locale`, dates by ISO 8601 in UTC, the rest as text. */
export const formatLocaleAuto = (locale?: string): ((value: unknown) => string) => {
  const write = formatLocaleNumber(locale);
  return (value) =>
    value === null || value === undefined
      ? ''
      : typeof value === 'number'
        ? write(value)
        : value instanceof Date
          ? formatDate(value)
          : toText(value, 200);
};

/** ISO 8601 in UTC, no longer than needed: `2024-01-31`, `2024-01-31T12:30Z`. */
export function formatDate(date: Date): string {
  if (Number.isNaN(+date)) return 'Invalid Date';
  return date
    .toISOString()
    .replace(/T00:00:00\.000Z$/, '')
    .replace(/:00\.000Z$/, 'Z')
    .replace(/\.000Z$/, 'Z');
}

/** A number without the zeros behind its last digit after the point. */
export function formatTrim(value: number): string {
  const text = value.toString();
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text;
}

const defined = (value: unknown): number => (value !== null && value !== undefined && !Number.isNaN(value) ? 1 : 0);

/** Ascending, with what has no value last. */
export const ascending = (a: unknown, b: unknown): number =>
  defined(b) - defined(a) || ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);
/** Descending, with what has no value last. */
export const descending = (a: unknown, b: unknown): number =>
  defined(b) - defined(a) || ((a as number) < (b as number) ? 1 : (a as number) > (b as number) ? -1 : 0);

/** A filter for rows: every word of the query must begin a word somewhere in the row, in `columns` where they are given. */
export function searchFilter(query: string, columns?: readonly string[]): (row: unknown) => boolean {
  const tests = String(query)
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => new RegExp(`(?:^|[^\\p{L}-])${word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`, 'iu'));
  return (row) => {
    if (row === null || row === undefined) return false;
    const parts =
      typeof row === 'object' && !(row instanceof Date)
        ? (columns ?? Object.keys(row)).map((name) => (row as Record<string, unknown>)[name])
        : [row];
    return tests.every((test) => parts.some((part) => test.test(toText(part, 1000))));
  };
}
