/* Names in the text of code: which one stands at a place of the page, where a cell defines one, where another cell reads it. */

import type { CellStatus } from '../../session/types.ts';

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

const letters = /[\p{L}\p{N}_$]/u;

/** The name around an offset of a text node of code; undefined in strings, comments and behind a dot. */
export function nameAround(node: Node, offset: number): string | undefined {
  if (node.nodeType !== Node.TEXT_NODE) return undefined;
  if (node.parentElement?.closest('.s, .c, .k, .n') != null) return undefined;
  const text = node.nodeValue ?? '';
  let from = offset,
    to = offset;
  while (from > 0 && letters.test(text[from - 1]!)) from--;
  while (to < text.length && letters.test(text[to]!)) to++;
  if (from === to || /\p{N}/u.test(text[from]!)) return undefined;
  const before = from > 0 ? text[from - 1] : node.previousSibling?.textContent?.at(-1);
  return before === '.' && !text.slice(0, from).endsWith('...') ? undefined : text.slice(from, to);
}

/** Where code defines a name at its top level, as near as text can tell; the first time it stands there else. */
export function definitionIn(code: string, name: string): Stretch | undefined {
  const word = escaped(name);
  const stated = new RegExp(
    `^[^\\S\\n]*(?:export\\s+)?(?:const|let|var|class|(?:const\\s+)?enum|(?:async\\s+)?function\\s*\\*?)\\s+(?:[^\\n=]*[\\s{[,])?(${word})(?![\\p{L}\\p{N}_$])`,
    'mu',
  ).exec(code);
  if (stated !== null) {
    const from = stated.index + stated[0].lastIndexOf(name);
    return { from, to: from + name.length };
  }
  return places(code, name)[0];
}

/** Where code reads a name: by the tokens of its analysis where they are those of this text. */
export function usesIn(code: string, name: string, status: CellStatus | undefined): readonly Stretch[] {
  if (status?.code === code) {
    const found = status.tokens
      .filter(([from, to, kind]) => kind === 'x' && code.slice(from, to) === name)
      .map(([from, to]) => ({ from, to }));
    if (found.length > 0) return found;
  }
  return places(code, name);
}

function places(code: string, name: string): Stretch[] {
  return [...code.matchAll(new RegExp(`(?<![\\p{L}\\p{N}_$.])${escaped(name)}(?![\\p{L}\\p{N}_$])`, 'gu'))].map(({ index }) => ({
    from: index,
    to: index + name.length,
  }));
}

const escaped = (name: string): string => name.replace(/\$/g, '\\$');
