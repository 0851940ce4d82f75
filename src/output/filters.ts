/* What a reader writes to filter a column: a text that is contained, `= value`, `!= value`, `> 3`, `<= 3`, `2..5`, `empty`.
   Ranges hold for numbers and for dates as they are written (2024-05-01). */

export type Test = (value: unknown) => boolean;

/** How a value reads when it is compared with what was written. */
export function textOf(value: unknown, other: (value: unknown) => string = String): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  return typeof value === 'object' || typeof value === 'function' ? other(value) : String(value);
}

export const isMissing = (value: unknown): boolean => value === null || value === undefined || value !== value;

/** The test that a filter asks for; undefined for an empty one. `other` writes values that are no plain ones. */
export function testOf(filter: string, other?: (value: unknown) => string): Test | undefined {
  const written = filter.trim();
  if (written === '') return undefined;
  if (written === 'empty') return isMissing;
  if (written === 'not empty') return (value) => !isMissing(value);
  const range = rangeOf(written);
  if (range) return range;
  const equals = /^(!?)=\s*(.*)$/s.exec(written);
  if (equals) {
    const same = sameAs(equals[2]!, other);
    return equals[1] ? (value) => !same(value) : same;
  }
  const part = written.toLowerCase();
  return (value) => !isMissing(value) && textOf(value, other).toLowerCase().includes(part);
}

function sameAs(written: string, other?: (value: unknown) => string): Test {
  if (written === '') return (value) => isMissing(value) || value === '';
  const text = written.toLowerCase();
  const number = Number(written);
  const moment = Date.parse(written);
  return (value) => {
    if (value instanceof Date) return value.getTime() === moment || textOf(value).startsWith(written);
    if (typeof value === 'number') return value === number || (Number.isNaN(value) && text === 'nan');
    return textOf(value, other).toLowerCase() === text;
  };
}

function rangeOf(written: string): Test | undefined {
  const compared = /^(>=|<=|>|<)\s*(.+)$/.exec(written);
  const between = compared ? undefined : /^(\S*?)\s*\.\.\s*(\S*)$/.exec(written);
  if (compared) {
    const bound = boundOf(compared[2]!);
    if (!bound) return undefined;
    switch (compared[1]) {
      case '>':
        return measured(bound, (x, b) => x > b.end);
      case '<':
        return measured(bound, (x, b) => x < b.start);
      case '>=':
        return measured(bound, (x, b) => x >= b.start);
      default:
        return measured(bound, (x, b) => x <= b.end);
    }
  }
  if (!between || between[0] === '..') return undefined;
  const low = between[1] === '' ? unbounded : boundOf(between[1]!);
  const high = between[2] === '' ? unbounded : boundOf(between[2]!);
  if (!low || !high) return undefined;
  const above = measured(low, (x, b) => x >= b.start),
    below = measured(high, (x, b) => x <= b.end);
  return (value) => (low === unbounded || above(value)) && (high === unbounded || below(value)) && isMeasured(value);
}

interface Span {
  readonly start: number;
  readonly end: number;
}
/** What was written as a number, and as a year, month, day or moment. */
interface Bound {
  readonly number: Span | undefined;
  readonly time: Span | undefined;
}
const unbounded: Bound = { number: undefined, time: undefined };

function boundOf(written: string): Bound | undefined {
  const x = Number(written.replaceAll('−', '-'));
  const number = Number.isNaN(x) ? undefined : { start: x, end: x };
  const time = /^\d{4}(-|$)/.test(written) ? timeOf(written) : undefined;
  return number || time ? { number, time } : undefined;
}

/** From its first to its last millisecond. */
function timeOf(written: string): Span | undefined {
  const start = Date.parse(written);
  if (Number.isNaN(start)) return undefined;
  const last = new Date(start);
  const parts = written.split('-').length;
  if (parts === 1) last.setUTCFullYear(last.getUTCFullYear() + 1);
  else if (parts === 2) last.setUTCMonth(last.getUTCMonth() + 1);
  else if (!written.includes('T')) last.setUTCDate(last.getUTCDate() + 1);
  else return { start, end: start };
  return { start, end: last.getTime() - 1 };
}

const isMeasured = (value: unknown): boolean =>
  typeof value === 'number' ? !Number.isNaN(value) : typeof value === 'bigint' || (value instanceof Date && !Number.isNaN(value.getTime()));

function measured({ number, time }: Bound, test: (x: number, bound: Span) => boolean): Test {
  return (value) => {
    if (value instanceof Date) return time !== undefined && test(value.getTime(), time);
    return number !== undefined && isMeasured(value) && test(Number(value), number);
  };
}
