/* What the cells of a table say. A column of numbers has one number of decimals, so that they stand below each other; whole
   numbers are written in full, as they are names as often as amounts. */

import type { ColumnFacts, ColumnType } from '../../../output/look.ts';
import { count, number } from '../../words.ts';

export type Write = (value: unknown) => string;

const mostDecimals = 4;

/** How values of a column are written, by its first ones. */
export function writerOf(type: ColumnType, values: readonly unknown[]): Write {
  if (type === 'date') return dateWriter(values);
  if (type !== 'number') return plain;
  const decimals = values.slice(0, 200).reduce<number>((most, value) => Math.max(most, decimalsOf(value)), 0);
  const least = 10 ** -decimals;
  return (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return plain(value);
    const size = Math.abs(value);
    if (Number.isInteger(value)) return decimals === 0 || size >= 1e9 ? whole(value) : value.toFixed(decimals);
    return size >= 1e9 || size < least ? number(value) : value.toFixed(Math.max(decimals, 1));
  };
}

const whole = (value: number): string => (Math.abs(value) < 1e21 ? String(value) : number(value));

function decimalsOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || Number.isInteger(value)) return 0;
  const text = String(Number(value.toPrecision(12))); // 67.97999999999999 is 67.98
  const point = text.indexOf('.');
  return point < 0 || text.includes('e') ? mostDecimals : Math.min(mostDecimals, text.length - point - 1);
}

/** Days where all are days, else to the minute, second or millisecond. */
function dateWriter(values: readonly unknown[]): Write {
  const times = values.slice(0, 200).flatMap((value) => (value instanceof Date ? [value.getTime()] : []));
  const all = (ms: number): boolean => times.every((time) => Number.isNaN(time) || time % ms === 0);
  const length = all(86_400_000) ? 10 : all(60_000) ? 16 : all(1000) ? 19 : 23;
  return (value) =>
    value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString().slice(0, length).replace('T', ' ') : plain(value);
}

/** Any value in a cell. */
export function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) {
    return Number.isNaN(value.getTime())
      ? 'Invalid Date'
      : value
          .toISOString()
          .replace(/T00:00:00\.000Z$/, '')
          .replace(/\.000Z$/, 'Z');
  }
  if (typeof value === 'number') return Number.isInteger(value) ? whole(value) : String(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A column's facts: one line below its name, and all of them in a sentence. */
export function factLine(facts: ColumnFacts): string {
  if (facts.min !== undefined && facts.max !== undefined) return `${short(facts.min)} … ${short(facts.max)}`;
  return `${distinct(facts)} different`;
}

export function factWords(facts: ColumnFacts): string {
  const { type, missing, min, max, mean, top } = facts;
  return [
    typeWord(type),
    min !== undefined && max !== undefined ? `${short(min)} to ${short(max)}` : '',
    mean !== undefined ? `mean ${number(mean)}` : '',
    `${distinct(facts)} different`,
    missing > 0 ? `${count(missing)} empty` : 'none empty',
    top && facts.distinct < 10_000 && top.length > 0
      ? `most often ${top
          .slice(0, 3)
          .map((one) => `${cut(one.text)} (${count(one.count)})`)
          .join(', ')}`
      : '',
  ]
    .filter(Boolean)
    .join(', ');
}

export const typeWord = (type: ColumnType): string =>
  ({ number: 'number', string: 'text', boolean: 'true or false', date: 'date', other: 'mixed' })[type];

const distinct = ({ distinct: n }: ColumnFacts): string => (n >= 10_000 ? 'over 10,000' : count(n));
const short = (value: number | string): string =>
  typeof value === 'string' ? value.replace(/T.*$/, '') : Number.isInteger(value) && Math.abs(value) < 1e12 ? count(value) : number(value);
const cut = (text: string): string => (text.length > 24 ? `${text.slice(0, 23)}…` : text);
