/* Values as JSON for the command line and for records of runs, within bounds. Never throws. */

import { isTensor, isTypedArray, tensorFacts } from './kinds.ts';

/** The JSON of a value of at most 1,000 elements and 20 kB, else undefined. Typed arrays become arrays, NaN and ±Infinity
    null, tensors `{ shape, dtype, data }`; anything that is not JSON inside leaves the whole out. */
export function toJson(value: unknown): unknown {
  try {
    const budget = { elements: 1000, characters: 20_000 };
    const json = jsonOf(value, budget, new Set());
    const text = JSON.stringify(json);
    return text !== undefined && utf8Length(text) <= 20_000 ? json : undefined;
  } catch {
    return undefined;
  }
}

function jsonOf(value: unknown, budget: { elements: number; characters: number }, path: Set<object>): unknown {
  const spend = (elements: number, characters: number): void => {
    if ((budget.elements -= elements) < 0 || (budget.characters -= characters) < 0) throw new RangeError('too large');
  };
  switch (typeof value) {
    case 'number':
      spend(1, 1);
      return Number.isFinite(value) ? value : null;
    case 'string':
      spend(1, value.length + 2);
      return value;
    case 'boolean':
      spend(1, 4);
      return value;
    case 'object':
      break;
    default:
      throw new TypeError('no JSON');
  }
  if (value === null) {
    spend(1, 4);
    return null;
  }
  if (path.has(value)) throw new TypeError('circular');
  path.add(value);
  spend(0, 2);
  let json: unknown;
  const facts = tensorFacts(value, budget.elements);
  if (facts) {
    if (!facts.data) throw new RangeError('too large, or not read');
    json = { shape: [...facts.shape], dtype: facts.dtype, data: Array.from(facts.data, (item) => jsonOf(item, budget, path)) };
  } else if (isTensor(value)) {
    if (value.shape.reduce((product, size) => product * size, 1) > budget.elements) throw new RangeError('too large');
    json = { shape: [...value.shape], dtype: value.dtype, data: Array.from(value.dataSync(), (item) => jsonOf(item, budget, path)) };
  } else if (Array.isArray(value) || isTypedArray(value)) {
    if (value.length > budget.characters / 2) throw new RangeError('too large');
    json = Array.from(value as ArrayLike<unknown>, (item) => jsonOf(item, budget, path));
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw new TypeError('no plain object');
    const entries: [string, unknown][] = [];
    for (const key of Object.keys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key)!;
      if (!('value' in property)) throw new TypeError('a getter');
      if (property.value === undefined) continue;
      spend(0, key.length + 4);
      entries.push([key, jsonOf(property.value, budget, path)]);
    }
    json = Object.fromEntries(entries);
  }
  path.delete(value);
  return json;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit <= 0xdfff ? 2 : 3;
  }
  return bytes;
}
