/* `const { a, b } = view(…)`: what takes the names from an input's value. */

import { Edits } from './edits.ts';
import { eraseTypes } from './erase.ts';
import { forEachTarget, type Node, type Syntax } from './syntax.ts';

/** A function from the input's value to the names that the pattern takes from it, in one line. */
export function destructurer(pattern: Node, code: string, syntax: Syntax): string {
  const bound: string[] = [];
  forEachTarget(pattern, ({ name }) => bound.push(name));
  const end = (pattern.typeAnnotation?.start ?? pattern.end) as number;
  const plain = new Edits(code);
  for (const token of syntax.stream) {
    if (typeof token.type === 'string' && token.start >= pattern.start && token.end <= end) plain.put(token.start, token.end);
  }
  eraseTypes(code, syntax, plain);
  const text = plain.oneLine(pattern.start, end);
  return /\bawait\b/.test(text) ? 'undefined' : `($)=>{const ${text}=$;return {${bound.join(',')}}}`;
}
