/* Colour classes of a cell's text, from the parser's own tokens: for static highlighting and for following names. */

import type { Reference } from './scope.ts';
import { forEachChild, type Node, type Syntax } from './syntax.ts';
import type { Token } from './types.ts';

/** Words that are keywords in some places and names in others. */
const contextual = new Set([
  'abstract',
  'as',
  'asserts',
  'async',
  'await',
  'declare',
  'enum',
  'from',
  'get',
  'implements',
  'infer',
  'interface',
  'is',
  'keyof',
  'let',
  'module',
  'namespace',
  'of',
  'override',
  'private',
  'protected',
  'public',
  'readonly',
  'satisfies',
  'set',
  'static',
  'type',
  'unique',
  'using',
  'yield',
]);

/** Words that the parser hands out as names here and there (`x as const`, a parameter `this`) and that read as keywords. */
const reserved = new Set(['undefined', 'const', 'this']);

export function colour({ program, stream }: Syntax, references: readonly Reference[]): readonly Token[] {
  const free = new Set(references.map(({ node }) => node.start));
  const tokens: Token[] = [];
  let identifiers: Set<number> | undefined;
  for (const { type, value, start, end } of stream) {
    const kind = typeof type === 'string' ? 'c' : classOf(type.label, type.keyword, value, start);
    const last = tokens.at(-1);
    if (kind === 's' && last?.[2] === 's' && last[1] === start && end > start) tokens[tokens.length - 1] = [last[0], end, 's'];
    else if (kind && end > start) tokens.push([start, end, kind]);
  }
  return tokens;

  function classOf(label: string, keyword: string | undefined, value: unknown, start: number): Token[2] | undefined {
    if (keyword !== undefined || (label === 'name' && reserved.has(String(value)))) return 'k';
    switch (label) {
      case 'string':
      case 'template':
      case '`':
      case 'regexp':
        return 's';
      case 'num':
      case 'bigint':
        return 'n';
      case 'name':
        if (free.has(start)) return 'x';
        return contextual.has(String(value)) && !(identifiers ??= identifierStarts(program)).has(start) ? 'k' : undefined;
      default:
        return contextual.has(String(value)) && /^[a-z]/.test(label) ? 'k' : undefined;
    }
  }
}

function identifierStarts(program: Node): Set<number> {
  const starts = new Set<number>();
  const visit = (node: Node): void => {
    if (node.type === 'Identifier') starts.add(node.start);
    forEachChild(node, visit);
  };
  visit(program);
  return starts;
}
