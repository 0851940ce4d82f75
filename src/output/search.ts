/* Searching a value for keys and leaves that contain a text, over all of it and in the order in which it is shown. A question
   looks for 120 ms and says what it found so far; asked again it goes on from there. What is reached twice is searched once. */

import { childrenOf } from './children.ts';
import { isTensor, isTypedArray } from './kinds.ts';
import { inspect } from './inspect.ts';
import type { LookAnswers, Path } from './look.ts';

const sliceMs = 120;
const mostHits = 10_000;
const hitsPerAnswer = 500;

/** Gives the next child, undefined behind the last. */
type Next = () => { readonly key: string; readonly value: unknown } | undefined;

interface Search {
  readonly text: string;
  readonly hits: Path[];
  readonly frames: { readonly next: Next; readonly path: Path; place: number }[];
  readonly seen: Set<object>;
  done: boolean;
}

/** The latest search of a value. */
const searches = new WeakMap<object, Search>();

export function find(root: unknown, text: string, from: number): LookAnswers['find'] {
  const wanted = text.toLowerCase();
  if (typeof root !== 'object' || root === null || wanted === '') return { hits: [], count: 0, done: true };
  let search = searches.get(root);
  if (search?.text !== wanted || (search.done && from === 0)) {
    search = { text: wanted, hits: [], frames: [{ next: walk(root), path: [], place: 0 }], seen: new Set([root]), done: false };
    searches.set(root, search);
  }
  if (!search.done) goOn(search);
  return { hits: search.hits.slice(from, from + hitsPerAnswer), count: search.hits.length, done: search.done };
}

function goOn(search: Search): void {
  const until = Date.now() + sliceMs;
  const { frames, hits, seen, text } = search;
  for (let n = 0; frames.length && hits.length < mostHits; n++) {
    if (n % 256 === 255 && Date.now() > until) return;
    const frame = frames.at(-1)!;
    const child = frame.next();
    if (!child) {
      frames.pop();
      continue;
    }
    const place = frame.place++;
    const { key, value } = child;
    const inside = typeof value === 'object' && value !== null && isContainer(value);
    if (contains(key, text) || (!inside && contains(leafText(value), text))) hits.push([...frame.path, place]);
    if (!inside || seen.has(value)) continue;
    seen.add(value);
    frames.push({ next: walk(value), path: [...frame.path, place], place: 0 });
  }
  search.done = true;
  frames.length = 0;
  seen.clear();
}

const contains = (text: string, part: string): boolean => text.length >= part.length && text.toLowerCase().includes(part);

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
const isContainer = (value: object): boolean =>
  Array.isArray(value) || isPlain(value) || isTypedArray(value) || (!isTensor(value) && childrenOf(value).total > 0);

/** The children of arrays and plain objects, which are most of a large value, without a record for each of them. */
function walk(value: object): Next {
  let i = 0;
  if (isTypedArray(value)) return () => (i < value.length ? { key: String(i), value: value[i++] } : undefined);
  if (Array.isArray(value)) return () => (i < value.length ? { key: String(i), value: held(value, String(i++)) } : undefined);
  if (isPlain(value)) {
    const keys = Object.keys(value);
    return () => (i < keys.length ? { key: keys[i]!, value: held(value, keys[i++]!) } : undefined);
  }
  const children = childrenOf(value).from(0);
  return () => {
    const next = children.next();
    return next.done ? undefined : { key: next.value.key, value: next.value.getter ? getter : next.value.value };
  };
}

/** Stands for what nobody has asked a getter for. */
const getter = Symbol('getter');

function held(holder: object, key: string): unknown {
  const property = Object.getOwnPropertyDescriptor(holder, key);
  return property?.get ? getter : property?.value;
}

function leafText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === getter) return '';
  if (typeof value !== 'object' && typeof value !== 'function') return String(value);
  const node = inspect(value, { depth: 0, text: 1000 });
  return node.type === 'primitive' ? node.text : '';
}
