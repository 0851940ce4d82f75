/* `enum` as code: the members become statements in a block, so that columns stay and `await` works in them.
   Like TypeScript: numbers count up and have a reverse mapping, strings have none, and initialisers may use earlier members. */

import type { Edits } from './edits.ts';
import type { EnumNames, Names } from './scope.ts';
import { type Node, type Tokens } from './syntax.ts';

type Constant = number | string | undefined;

export interface EnumLowering {
  declaration(node: Node, isTop: boolean): void;
  /** Rewrites an identifier that stands for a member, in an initialiser. */
  identifier(node: Node): void;
}

export function lowerEnums(code: string, tokens: Tokens, names: Names, edits: Edits): EnumLowering {
  const members = new Map(names.members.map((member) => [member.reference.node.start, member]));
  const byName = new Map<string, EnumNames>();

  return {
    declaration(node, isTop) {
      const name = node.id.name as string;
      const own = names.enums.get(node)!;
      byName.set(name, own);
      edits.put(node.start, tokens.from(node.id.end).start, own.first === node ? `${isTop ? 'var' : 'let'} ${name}={};` : '');
      let next: string | number = 0;
      for (const member of node.members as Node[]) {
        const key = (member.id.name ?? member.id.value) as string;
        const field = JSON.stringify(key);
        const init = member.initializer as Node | undefined;
        const value: Constant = init ? constant(init) : typeof next === 'number' ? next : undefined;
        if (!init) {
          edits.put(member.start, member.end, `${name}[${name}[${field}]=${next}]=${field}`);
        } else {
          const isText = typeof value === 'string' || isString(init);
          const equals = tokens.from(member.id.end);
          edits.put(member.id.start, member.id.end, isText ? `${name}[${field}]` : `${name}[${name}[${field}]`);
          edits.put(equals.start, equals.end, '=');
          if (!isText) edits.after(member.end, `]=${field}`, member.start);
        }
        if (value !== undefined) own.values.set(key, value);
        next = typeof value === 'number' ? value + 1 : `${name}[${field}]+1`;
        const comma = tokens.from(member.end);
        if (code[comma.start] === ',') edits.put(comma.start, comma.end, ';');
      }
    },
    identifier(node) {
      const member = members.get(node.start);
      if (!member) return;
      const access = `${member.of.name}[${JSON.stringify(node.name)}]`;
      edits.put(node.start, node.end, member.reference.shorthand ? `${node.name}:${access}` : access);
    },
  };

  /** The value that TypeScript would compute; undefined where it depends on the run. */
  function constant(expression: Node): Constant {
    const node = withoutParentheses(expression);
    switch (node.type) {
      case 'NumericLiteral':
      case 'StringLiteral':
        return node.value;
      case 'TemplateLiteral': {
        const parts = (node.expressions as Node[]).map(constant);
        return parts.includes(undefined)
          ? undefined
          : node.quasis.map((quasi: Node, i: number) => quasi.value.cooked + (parts[i] ?? '')).join('');
      }
      case 'Identifier':
        return members.get(node.start)?.of.values.get(node.name) ?? ({ NaN, Infinity } as Record<string, number>)[node.name];
      case 'MemberExpression':
        return byName.get(node.object.name)?.values.get(node.computed ? node.property.value : node.property.name);
      case 'UnaryExpression': {
        const x = constant(node.argument);
        if (typeof x !== 'number') return undefined;
        return node.operator === '-' ? -x : node.operator === '+' ? x : node.operator === '~' ? ~x : undefined;
      }
      case 'BinaryExpression': {
        const x = constant(node.left);
        const y = constant(node.right);
        if (x === undefined || y === undefined) return undefined;
        if (typeof x === 'number' && typeof y === 'number') return arithmetic[node.operator]?.(x, y);
        return node.operator === '+' ? `${x}${y}` : undefined;
      }
      default:
        return undefined;
    }
  }
}

const arithmetic: Readonly<Record<string, (x: number, y: number) => number>> = {
  '+': (x, y) => x + y,
  '-': (x, y) => x - y,
  '*': (x, y) => x * y,
  '/': (x, y) => x / y,
  '%': (x, y) => x % y,
  '**': (x, y) => x ** y,
  '|': (x, y) => x | y,
  '&': (x, y) => x & y,
  '^': (x, y) => x ^ y,
  '<<': (x, y) => x << y,
  '>>': (x, y) => x >> y,
  '>>>': (x, y) => x >>> y,
};

/** Text whatever its parts are. */
function isString(expression: Node): boolean {
  const node = withoutParentheses(expression);
  return (
    node.type === 'StringLiteral' ||
    node.type === 'TemplateLiteral' ||
    (node.type === 'BinaryExpression' && node.operator === '+' && (isString(node.left) || isString(node.right)))
  );
}

/** Not through `as`: TypeScript takes `"x" as any` for computed. */
function withoutParentheses(node: Node): Node {
  while (node.type === 'ParenthesizedExpression') node = node.expression as Node;
  return node;
}
