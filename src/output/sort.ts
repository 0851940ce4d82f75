/* The order of rows by the values of a column: stable, numbers by size, texts as a reader sorts them (up to 50,000 different
   ones; more by their letters' codes), numbers before texts, what is missing last in either direction. A million rows are
   sorted by their digits (least significant first), which costs a few passes instead of twenty million comparisons. */

import { isMissing, textOf } from './filters.ts';

const collatedTexts = 50_000;

/** `rows` in the order of `at(row)`. */
export function sortRows(rows: Uint32Array, at: (row: number) => unknown, down: boolean, other?: (value: unknown) => string): Uint32Array {
  const numbers: number[] = [];
  const numberRows = new Uint32Array(rows.length),
    textRows = new Uint32Array(rows.length),
    missing = new Uint32Array(rows.length);
  const texts: string[] = [];
  let lost = 0;
  for (const row of rows) {
    const value = at(row);
    if (isMissing(value) || (value instanceof Date && Number.isNaN(value.getTime()))) missing[lost++] = row;
    else if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint' || value instanceof Date) {
      numberRows[numbers.length] = row;
      numbers.push(Number(value));
    } else {
      textRows[texts.length] = row;
      texts.push(textOf(value, other));
    }
  }
  const byNumber = byKeys(numberRows.subarray(0, numbers.length), keysOfNumbers(numbers), down);
  const byText = byKeys(textRows.subarray(0, texts.length), keysOfTexts(texts), down);
  const sorted = new Uint32Array(rows.length);
  const [first, second] = down ? [byText, byNumber] : [byNumber, byText];
  sorted.set(first);
  sorted.set(second, first.length);
  sorted.set(missing.subarray(0, lost), first.length + second.length);
  return sorted;
}

/** Whole numbers of 64 bits, low and high half, in the order of the values. */
interface Keys {
  readonly low: Uint32Array | undefined;
  readonly high: Uint32Array;
}

function keysOfNumbers(numbers: readonly number[]): Keys {
  const low = new Uint32Array(numbers.length),
    high = new Uint32Array(numbers.length);
  const one = new Float64Array(1);
  const [a, b] = [new Uint32Array(one.buffer, 0, 1), new Uint32Array(one.buffer, 4, 1)];
  for (let i = 0; i < numbers.length; i++) {
    one[0] = numbers[i]! + 0; // -0 is 0
    const top = b[0]!;
    const negative = top >>> 31 === 1;
    high[i] = negative ? ~top : top ^ 0x80000000;
    low[i] = negative ? ~a[0]! : a[0]!;
  }
  return { low, high };
}

function keysOfTexts(texts: readonly string[]): Keys {
  const ranks = new Map<string, number>();
  for (const text of texts) ranks.set(text, 0);
  const distinct = [...ranks.keys()];
  if (distinct.length <= collatedTexts) {
    const { compare } = new Intl.Collator('en', { numeric: true });
    distinct.sort((x, y) => compare(x, y) || (x < y ? -1 : x > y ? 1 : 0));
  } else distinct.sort();
  distinct.forEach((text, rank) => ranks.set(text, rank));
  return { low: undefined, high: Uint32Array.from(texts, (text) => ranks.get(text)!) };
}

function byKeys(rows: Uint32Array, { low, high }: Keys, down: boolean): Uint32Array {
  let order: Uint32Array = Uint32Array.from(rows, (_, i) => i);
  for (const half of low ? [low, high] : [high]) for (const shift of [0, 16]) order = pass(order, half, shift, down);
  return order.map((i) => rows[i]!);
}

/** One digit of 16 bits. */
function pass(order: Uint32Array, keys: Uint32Array, shift: number, down: boolean): Uint32Array {
  const digit = (i: number): number => {
    const d = (keys[i]! >>> shift) & 0xffff;
    return down ? 0xffff - d : d;
  };
  const starts = new Uint32Array(0x10001);
  for (const i of order) starts[digit(i) + 1]!++;
  if (order.length > 0 && starts[digit(order[0]!) + 1] === order.length) return order; // all the same
  for (let d = 1; d <= 0xffff; d++) starts[d]! += starts[d - 1]!;
  const next = new Uint32Array(order.length);
  for (const i of order) next[starts[digit(i)]!++] = i;
  return next;
}
