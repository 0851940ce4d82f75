/* Answers to questions about a value as a tree (look.ts): children by the hundred, long texts, what a getter gives, the path
   as code, JSON, statistics. Only `getter` runs code of the notebook, by the `run` that is handed in; every answer is
   bounded. Searching stands in search.ts, tables in rows.ts. */

import { childrenOf, reach, type Lying } from './children.ts';
import { inspect } from './inspect.ts';
import { isTypedArray } from './kinds.ts';
import { jsonText } from './json-text.ts';
import { numberFacts } from './numbers.ts';
import { cutText } from './line.ts';
import { find } from './search.ts';
import type { Answer, Child, Look, NumberFacts } from './look.ts';

/** Children, and characters, of one answer. */
const mostChildren = 1000,
  mostText = 200_000;
const longText = 300;
const preview = { depth: 1, breadth: 12, text: 1000, nodes: 40 };

export type TreeLook = Extract<Look, { of: 'children' | 'getter' | 'text' | 'name' | 'json' | 'stats' | 'find' }>;

/** Throws a sentence where there is no answer. */
export function explore(root: unknown, question: TreeLook, run: <T>(fn: () => T) => T): Answer<TreeLook> {
  if (question.of === 'find') return find(root, question.text, question.from);
  const { lying, value, way, name } = reach(root, question.path, question.of === 'name' ? question.root : '');
  switch (question.of) {
    case 'children': {
      const children = childrenOf(value);
      const found: Child[] = [];
      const all = children.from(question.from);
      const count = Math.min(question.count, mostChildren);
      for (let next = all.next(); !next.done && found.length < count; next = found.length < count ? all.next() : next)
        found.push(childOf(next.value, way));
      return { total: children.total, children: found };
    }
    case 'getter': {
      const got = lying.getter ? run(lying.getter) : value;
      return childOf({ key: lying.key, value: got, name: lying.name }, way);
    }
    case 'text': {
      const text = typeof value === 'function' ? sourceOf(value) : String(value);
      return { text: text.slice(question.from, question.from + Math.min(question.count, mostText)), length: text.length };
    }
    case 'name':
      return name;
    case 'json':
      return jsonText(value);
    case 'stats':
      return statsOf(value);
    default:
      return question satisfies never;
  }
}

/** The row of a child. */
function childOf({ key, value, getter }: Lying, way: readonly object[]): Child {
  if (getter) return { key, node: { type: 'primitive', of: 'other', text: '[getter]' }, getter: true };
  if (typeof value === 'function') {
    const node = inspect(value);
    const text = node.type === 'primitive' && node.of === 'function' ? signatureOf(value) : undefined;
    return { key, node: text && node.type === 'primitive' ? { ...node, text } : node, opens: 'text' };
  }
  if (typeof value === 'string') {
    const node = inspect(cutText(value, longText));
    return value.length > longText || value.includes('\n') ? { key, node, opens: 'text' } : { key, node };
  }
  const node = inspect(value, preview, way);
  const opens = node.type !== 'circular' && childrenOf(value).total > 0;
  return opens ? { key, node, opens: 'children' } : { key, node };
}

export function statsOf(value: unknown): NumberFacts | undefined {
  if (isTypedArray(value)) return numberFacts(value.length, (i) => Number(value[i]));
  if (!Array.isArray(value) || typeof value[0] !== 'number') return undefined;
  return numberFacts(value.length, (i) => {
    const item: unknown = value[i];
    return typeof item === 'number' ? item : undefined;
  });
}

/** The text of a function as it was compiled, without the guards of its loops. */
function sourceOf(fn: Function): string {
  try {
    return Function.prototype.toString.call(fn).replaceAll(/if\(__f\[0\]!==0\)__i\(\);?/g, '');
  } catch {
    return 'function () { … }';
  }
}

/** `ƒ name(a, b = 1)`. */
function signatureOf(fn: Function): string | undefined {
  const text = sourceOf(fn);
  const name = Object.getOwnPropertyDescriptor(fn, 'name')?.value as unknown;
  const start = text.indexOf('(');
  const arrow = /^(?:async\s+)?([\p{L}\p{N}_$]+)\s*=>/u.exec(text);
  let end = start;
  for (let depth = 0; end < Math.min(text.length, start + 400); end++) {
    if ('([{'.includes(text[end]!)) depth++;
    else if (')]}'.includes(text[end]!) && --depth === 0) break;
  }
  const parameters = arrow
    ? arrow[1]!
    : start < 0 || /^class\b/.test(text)
      ? undefined
      : text
          .slice(start + 1, end)
          .replaceAll(/\s+/g, ' ')
          .trim();
  return parameters === undefined ? undefined : cutText(`ƒ ${typeof name === 'string' ? name : ''}(${parameters})`, 200);
}
