/* A value as JSON to be copied: what is no JSON is written as near as it goes (Maps as objects or pairs, Sets and typed arrays
   as arrays, NaN as null, bigints as text), getters are left out, and a way back is named. Bounded in length. */

import { childrenOf } from './children.ts';
import { is, isTypedArray, tensorFacts } from './kinds.ts';

const mostElements = 500_000;
const mostCharacters = 8_000_000;

export function jsonText(value: unknown): { readonly text: string; readonly whole: boolean } {
  let whole = true;
  let elements = 0;
  let characters = 0;
  const way = new Set<object>();
  const plain = (item: unknown): unknown => {
    if (++elements > mostElements || characters > mostCharacters) return lost();
    switch (typeof item) {
      case 'string':
        characters += item.length;
        return item;
      case 'number':
        if (!Number.isFinite(item)) whole = false;
        return item;
      case 'boolean':
        return item;
      case 'bigint':
        whole = false;
        return String(item);
      case 'object':
        return item === null ? null : held(item);
      default:
        return lost();
    }
  };
  const lost = (): undefined => void (whole = false);
  const held = (item: object): unknown => {
    if (way.has(item)) {
      whole = false;
      return '[circular]';
    }
    if (is(item, 'Date', Date)) return Number.isNaN(item.getTime()) ? null : item.toISOString();
    if (is(item, 'RegExp', RegExp)) return String(item);
    const facts = tensorFacts(item, mostElements);
    if (facts) return facts.data ? { shape: [...facts.shape], dtype: facts.dtype, data: Array.from(facts.data) } : lost();
    way.add(item);
    const list = Array.isArray(item) || isTypedArray(item) || is(item, 'Set', Set);
    const map = is(item, 'Map', Map);
    const pairs = map && [...item.keys()].some((key) => typeof key !== 'string');
    const values: unknown[] = [];
    const entries: [string, unknown][] = [];
    const all = childrenOf(item).from(0);
    const keys = map ? item.keys() : undefined;
    for (let next = all.next(); !next.done; next = all.next()) {
      if (elements > mostElements) break;
      const { key, value: inside, getter } = next.value;
      const name: unknown = keys ? keys.next().value : key;
      if (getter) continue;
      const json = plain(inside);
      if (list) values.push(json ?? null);
      else if (pairs) values.push([plain(name), json ?? null]);
      else if (json !== undefined) entries.push([String(name), json]);
    }
    way.delete(item);
    return list || pairs ? values : Object.fromEntries(entries);
  };
  const json = plain(value);
  const text = JSON.stringify(json, null, elements > 2000 ? undefined : 2) as string | undefined;
  return { text: text ?? String(value), whole };
}
