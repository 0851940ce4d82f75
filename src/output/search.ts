/* Searching a value for keys and leaves that contain a text, over all of it and in the order in which it is shown. A question
   looks for 120 ms and says what it found so far; asked again it goes on from there. What is reached twice is searched once. */

import { childrenOf, type Lying } from './children.ts';
import { isPrimitive } from './leaves.ts';
import { inspect } from './inspect.ts';
import { isTensor } from './kinds.ts';
import type { LookAnswers, Path } from './look.ts';

const sliceMs = 120;
const mostHits = 10_000;
const hitsPerAnswer = 500;

interface Search {
  readonly text: string;
  readonly hits: Path[];
  readonly frames: { readonly children: Iterator<Lying>; readonly path: Path; place: number }[];
  readonly seen: Set<object>;
  done: boolean;
}

/** The latest search of a value. */
const searches = new WeakMap<object, Search>();

export function find(root: unknown, text: string, from: number): LookAnswers['find'] {
  const wanted = text.toLowerCase();
  if (typeof root !== 'object' || root === null || wanted === '') return { hits: [], count: 0, done: true };
  let search = searches.get(root);
  if (search?.text !== wanted || from === 0) {
    search = {
      text: wanted,
      hits: [],
      frames: [{ children: childrenOf(root).from(0), path: [], place: 0 }],
      seen: new Set([root]),
      done: false,
    };
    searches.set(root, search);
  }
  goOn(search);
  if (search.done) search.seen.clear();
  return { hits: search.hits.slice(from, from + hitsPerAnswer), count: search.hits.length, done: search.done };
}

function goOn(search: Search): void {
  const until = performance.now() + sliceMs;
  const { frames, hits, seen, text } = search;
  for (let n = 0; frames.length; n++) {
    if (hits.length >= mostHits) break;
    if (n % 256 === 255 && performance.now() > until) return;
    const frame = frames.at(-1)!;
    const next = frame.children.next();
    if (next.done) {
      frames.pop();
      continue;
    }
    const { key, value, getter } = next.value;
    const place = frame.place++;
    const path = (): Path => [...frame.path, place];
    const leaf = getter ? '' : leafText(value);
    if (key.toLowerCase().includes(text) || leaf?.toLowerCase().includes(text)) hits.push(path());
    if (leaf === undefined && !seen.has(value as object)) {
      seen.add(value as object);
      frames.push({ children: childrenOf(value).from(0), path: path(), place: 0 });
    }
  }
  search.done = true;
  frames.length = 0;
}

/** Undefined for what has children. */
function leafText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (isPrimitive(value)) return String(value);
  if (typeof value === 'object' && !isTensor(value) && childrenOf(value).total > 0) return undefined;
  const node = inspect(value, { depth: 0, text: 1000 });
  return node.type === 'primitive' ? node.text : '';
}
