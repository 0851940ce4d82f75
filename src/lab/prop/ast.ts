/* Rules about how an answer is written: which constructs it uses and which it must not. `source` is code, or a function, whose own
   text is read. Names of constructs are those of the ESTree; some everyday words stand for several. */

import { parseExpression, parse } from '@babel/parser';

interface Node {
  readonly type: string;
  readonly loc?: { readonly start: { readonly line: number } } | null;
  readonly [key: string]: unknown;
}

/** Everyday words for kinds of nodes. */
const words: Readonly<Record<string, readonly string[]>> = {
  loop: ['ForStatement', 'WhileStatement', 'DoWhileStatement', 'ForInStatement', 'ForOfStatement'],
  function: ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'ObjectMethod', 'ClassMethod'],
  class: ['ClassDeclaration', 'ClassExpression'],
  conditional: ['IfStatement', 'ConditionalExpression', 'SwitchStatement'],
  await: ['AwaitExpression'],
  throw: ['ThrowStatement'],
  regexp: ['RegExpLiteral'],
};

export interface Rules {
  /** Throws where a construct (`"loop"`, `"ForOfStatement"`) or a call (`"Math.hypot"`, `".sort"`) stands. */
  bans(kinds: string | readonly string[]): Rules;
  /** Throws where one of these names or calls does not stand. */
  uses(names: string | readonly string[]): Rules;
}

export function ast(source: string | ((...args: never[]) => unknown), language = 'ts'): Rules {
  if (language !== 'ts' && language !== 'js')
    throw new Error(`ast: expected "ts" or "js", got ${JSON.stringify(language)}. Rules for other languages come with their engines.`);
  const code = typeof source === 'function' ? source.toString() : source;
  const nodes: Node[] = [];
  collect(read(code), nodes);
  const found = (word: string): Node | undefined => {
    const kinds = words[word] ?? [word];
    return nodes.find((node) => kinds.includes(node.type) || (isPath(word) && pathOf(node, word)));
  };
  const rules: Rules = {
    bans(kinds) {
      for (const kind of [kinds].flat()) {
        const node = found(kind);
        if (node)
          throw new Error(
            `The answer uses ${named(kind)}${node.loc ? ` in line ${node.loc.start.line}` : ''}, which this exercise asks you to do without.`,
          );
      }
      return rules;
    },
    uses(names) {
      for (const name of [names].flat())
        if (!found(name)) throw new Error(`The answer does not use ${named(name)}, which this exercise is about.`);
      return rules;
    },
  };
  return rules;
}

const named = (word: string): string => (words[word] ? `a ${word}` : `\`${word}\``);
const isPath = (word: string): boolean => /^\.?[\w$]+(\.[\w$]+)*$/.test(word);

function read(code: string): Node {
  const options = { plugins: ['typescript' as const], errorRecovery: true };
  try {
    return parse(code, {
      ...options,
      sourceType: 'module',
      allowAwaitOutsideFunction: true,
      allowReturnOutsideFunction: true,
    }) as unknown as Node;
  } catch {
    // The text of a method or of a function without a name is no statement.
    try {
      return parseExpression(`(${code})`, options) as unknown as Node;
    } catch {
      return parseExpression(`({${code}})`, options) as unknown as Node;
    }
  }
}

function collect(node: unknown, into: Node[]): void {
  if (Array.isArray(node)) node.forEach((item) => collect(item, into));
  else if (typeof node === 'object' && node !== null && typeof (node as Node).type === 'string') {
    into.push(node as Node);
    for (const [key, value] of Object.entries(node)) if (key !== 'loc' && typeof value === 'object') collect(value, into);
  }
}

/** Whether `node` is the name, or the member that the path ends in (`.sort`, `Math.hypot`). */
function pathOf(node: Node, word: string): boolean {
  if (!word.includes('.')) return node.type === 'Identifier' && node['name'] === word;
  if (node.type !== 'MemberExpression' && node.type !== 'OptionalMemberExpression') return false;
  const [object, property] = [node['object'] as Node, node['property'] as Node];
  const at = word.lastIndexOf('.');
  const last = word.slice(at + 1);
  const owner = word.slice(0, at);
  const key = node['computed'] ? (property.type === 'StringLiteral' ? property['value'] : undefined) : property['name'];
  return (
    key === last &&
    (owner === '' || (owner.includes('.') ? pathOf(object, owner) : object.type === 'Identifier' && object['name'] === owner))
  );
}
