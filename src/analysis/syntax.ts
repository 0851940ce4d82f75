/* The edge to Babel: one parse of a cell as strict module code, with its tokens. Everything else of this layer sees the
   tree through `Node` and finds punctuation through `Tokens`. Nothing here knows what a cell is. */

import { parse as parseBabel, type ParserPlugin } from '@babel/parser';
import type { AnalysisError, Place } from './types.ts';

/** A node of Babel's tree, seen structurally: walks are generic, so fields are read by name. This is the marked edge of `any`. */
export interface Node {
  readonly type: string;
  /** Offsets in the cell's text. */
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: { readonly line: number; readonly column: number } };
  // oxlint-disable-next-line no-explicit-any
  readonly [field: string]: any;
}

/** A token or comment of Babel's stream. */
interface RawToken {
  readonly type: string | { readonly label: string; readonly keyword?: string };
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
}

export interface Syntax {
  readonly program: Node;
  /** With comments, in the order of the text. */
  readonly stream: readonly RawToken[];
  readonly tokens: Tokens;
  /** The first error, if any; the tree may still be whole. */
  readonly error?: AnalysisError;
}

/** Parses; where nothing could be recovered the result is the error alone. */
export function parse(code: string, typescript: boolean): Syntax | { readonly error: AnalysisError } {
  const plugins: ParserPlugin[] = ['decorators-legacy', 'explicitResourceManagement'];
  try {
    const file = parseBabel(code, {
      sourceType: 'module',
      tokens: true,
      errorRecovery: true,
      attachComment: false,
      allowUndeclaredExports: true,
      createParenthesizedExpressions: true,
      plugins: typescript ? ['typescript', ...plugins] : plugins,
    });
    const stream = (file as unknown as { tokens: RawToken[] }).tokens;
    const tokens = new Tokens(stream.filter((token) => typeof token.type !== 'string'));
    const error = (file.errors as unknown as BabelError[] | null)?.find(({ reasonCode }) => !minded.test(reasonCode ?? ''));
    return { program: file.program as unknown as Node, stream, tokens, ...(error ? { error: inPlainWords(error, code) } : {}) };
  } catch (error) {
    return { error: inPlainWords(error, code) };
  }
}

/** Line and column, both from 1, of a node's first character. */
export const placeOf = (node: Node): Place => ({ line: node.loc.start.line, column: node.loc.start.column + 1 });

/** Calls `visit` for each child node, in the order of Babel's fields (nearly that of the text). */
export function forEachChild(node: Node, visit: (child: Node) => void): void {
  for (const key in node) {
    const value: unknown = node[key];
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visit(item);
    } else if (isNode(value)) visit(value);
  }
}

const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string';

const wrappers = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
]);

/** `x as T`, `x satisfies T`, `x!`, `<T>x`, `x<T>`: an expression that carries a type. */
export const isTypeWrapper = (node: Node): boolean => wrappers.has(node.type);

/** The expression inside parentheses and type wrappers. */
export function unwrap(node: Node): Node {
  while (node.type === 'ParenthesizedExpression' || isTypeWrapper(node)) node = node.expression as Node;
  return node;
}

/** Calls `leaf` for each identifier that a pattern binds or assigns, `visit` for every expression in it. */
export function forEachTarget(pattern: Node | null, leaf: (identifier: Node) => void, visit: (expression: Node) => void = () => {}): void {
  if (pattern === null) return;
  const inner = unwrap(pattern);
  switch (inner.type) {
    case 'Identifier':
      return leaf(inner);
    case 'ObjectPattern':
      return inner.properties.forEach((property: Node) => {
        if (property.computed) visit(property.key);
        forEachTarget(property.type === 'RestElement' ? property : property.value, leaf, visit);
      });
    case 'ArrayPattern':
      return inner.elements.forEach((element: Node | null) => forEachTarget(element, leaf, visit));
    case 'AssignmentPattern':
      forEachTarget(inner.left, leaf, visit);
      return visit(inner.right);
    case 'RestElement':
      return forEachTarget(inner.argument, leaf, visit);
    case 'TSParameterProperty':
      return forEachTarget(inner.parameter, leaf, visit);
    default:
      return visit(inner);
  }
}

/** The tokens without comments; positions are offsets in the cell's text. */
export class Tokens {
  private readonly list: readonly RawToken[];
  constructor(list: readonly RawToken[]) {
    this.list = list;
  }

  /** The first token that starts at `offset` or later. */
  from(offset: number): RawToken {
    return this.list[this.index(offset)] ?? this.list.at(-1)!;
  }

  /** The last token that starts before `offset`. */
  before(offset: number): RawToken {
    return this.list[this.index(offset) - 1] ?? this.list[0]!;
  }

  /** Tokens that start in [start, end). */
  between(start: number, end: number): readonly RawToken[] {
    return this.list.slice(this.index(start), this.index(end));
  }

  private index(offset: number): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.list[middle]!.start < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface BabelError {
  readonly message: string;
  readonly reasonCode?: string;
  readonly pos?: number;
  readonly loc?: { readonly line: number; readonly column: number };
}

/** Rules about modifiers and the like that only a type checker minds: they never keep a cell from running. */
const minded =
  /^(Abstract|NonAbstract|DuplicateA|DuplicateM|Incompatible|InvalidModifier|InvalidTuple|IndexSignature|OptionalType|Override|Pattern|ReadonlyFor|ClassMethodHasReadonly)/;

/** What Babel says of some mistakes would puzzle a notebook's author. */
const wordings: Readonly<Record<string, readonly [name: string, message: string]>> = {
  IllegalReturn: [
    'Unsupported',
    'A cell cannot return. Write the value as the last line, without a semicolon, or give it a name: const result = …',
  ],
  SuperNotAllowed: ['SyntaxError', 'super is only valid inside a method of a class.'],
  UnexpectedSuper: ['SyntaxError', 'super is only valid inside a method of a class.'],
  MissingPlugin: ['Unsupported', 'This syntax is no part of the language yet. Write it without.'],
  MissingOneOfPlugins: ['Unsupported', 'This syntax is no part of the language yet. Write it without.'],
  YieldNotInGeneratorFunction: ['SyntaxError', 'yield is only valid inside a generator: write function* and call it.'],
  IllegalBreakContinue: ['SyntaxError', 'break and continue are only valid inside a loop (break also in a switch).'],
  StrictWith: ['SyntaxError', 'with is not allowed. Write the object before each name: object.name.'],
  StrictDelete: ['SyntaxError', 'delete works on a property (delete object.name), not on a variable.'],
  UnexpectedNewTarget: ['SyntaxError', 'new.target is only valid inside a function.'],
  AwaitNotInAsyncContext: [
    'SyntaxError',
    'await is only valid at the top of a cell and in an async function. Write async before the function.',
  ],
  AwaitExpressionFormalParameter: ['SyntaxError', 'await cannot stand in the parameters of an async function.'],
};

function inPlainWords(caught: unknown, code: string): AnalysisError {
  const error = caught as BabelError;
  const place = { line: error.loc?.line ?? 1, column: (error.loc?.column ?? 0) + 1 };
  const wording = wordings[error.reasonCode ?? ''];
  if (wording) return { name: wording[0], message: wording[1], ...place };
  const message = error.message.replace(/\s*\(\d+:\d+\)$/, '');
  if ((error.pos ?? 0) >= code.trimEnd().length && /^Unexpected token|^Missing semicolon/.test(message)) {
    return { name: 'SyntaxError', message: 'The cell ends too early: a bracket, a brace or an expression is not finished.', ...place };
  }
  const found = /^Unexpected token\.?$/.test(message) ? /^(\w+|\S)/.exec(code.slice(error.pos)) : null;
  if (found) return { name: 'SyntaxError', message: `Unexpected ${found[0]} here.`, ...place };
  return { name: 'SyntaxError', message: /[.!?]$/.test(message) ? message : `${message}.`, ...place };
}
