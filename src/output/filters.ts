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
    if (bound === undefined) return undefined;
    const sign = compared[1]!;
    return measured((x) => (sign === '>' ? x > bound : sign === '<' ? x < bound : sign === '>=' ? x >= bound : x <= bound));
  }
  if (!between || between[0] === '..') return undefined;
  const low = between[1] === '' ? -Infinity : boundOf(between[1]!);
  const high = between[2] === '' ? Infinity : boundOf(between[2]!);
  return low === undefined || high === undefined ? undefined : measured((x) => x >= low && x <= high);
}

/** A number, or a date in ms. */
function boundOf(written: string): number | undefined {
  const number = Number(written.replaceAll('−', '-'));
  if (!Number.isNaN(number)) return number;
  const moment = /^\d{4}(-\d\d){0,2}/.test(written) ? Date.parse(written) : NaN;
  return Number.isNaN(moment) ? undefined : moment;
}

function measured(test: (x: number) => boolean): Test {
  return (value) => {
    if (typeof value === 'number') return test(value);
    if (typeof value === 'bigint') return test(Number(value));
    return value instanceof Date && test(value.getTime());
  };
}
