/* Where the caret stands in code, from the editor's syntax tree: behind a dot, in a name, among the options of a call; which call's
   arguments it is in; which names the code around it defines. Pure. */

import type { syntaxTree } from '@codemirror/language';
import type { Text } from '@codemirror/state';

export type Tree = ReturnType<typeof syntaxTree>;
type Node = Tree['topNode'];

export type Place =
  | { readonly kind: 'name'; readonly from: number }
  /** `path` is absent where the object is more than names and dots. */
  | { readonly kind: 'member'; readonly from: number; readonly path: readonly string[] | undefined; readonly object: string }
  /** The key of an object given to the call `path`. */
  | { readonly kind: 'option'; readonly from: number; readonly path: readonly string[]; readonly given: readonly string[] };

export interface Call {
  readonly path: readonly string[];
  /** Which argument the caret is in, from 0. */
  readonly argument: number;
  /** Where its name begins. */
  readonly from: number;
}

const silent: ReadonlySet<string> = new Set([
  'LineComment',
  'BlockComment',
  'String',
  'RegExp',
  'TemplateString',
  'TemplateType',
  'Escape',
  'JSXText',
  'Number',
  'VariableDefinition',
  'TypeDefinition',
  'PrivatePropertyDefinition',
]);

/** Undefined where nothing is to be offered. */
export function placeAt(tree: Tree, doc: Text, at: number): Place | undefined {
  const line = doc.lineAt(at);
  const word = /[\p{L}\p{N}_$]*$/u.exec(line.text.slice(0, at - line.from))?.[0] ?? '';
  const from = at - word.length;
  if (/^\p{N}/u.test(word)) return undefined;
  const node = tree.resolveInner(at, -1);
  if (silent.has(node.name) && (node.to >= at || node.name === 'LineComment')) return undefined;
  const before = doc.sliceString(Math.max(0, from - 2), from);
  if (before.endsWith('.') && before !== '..') {
    const dot = before.endsWith('?.') ? from - 2 : from - 1;
    const object = objectBefore(tree, dot);
    if (object?.name === 'Number') return undefined;
    return { kind: 'member', from, path: object && pathOf(object, doc), object: object?.name ?? '' };
  }
  const option = optionAt(node, doc, at, from);
  if (option !== undefined) return option;
  if (node.name === 'PropertyDefinition' || node.name === 'Label' || node.name === 'ObjectExpression') return undefined;
  return { kind: 'name', from };
}

function optionAt(node: Node, doc: Text, at: number, from: number): Place | undefined {
  let object: Node | null = node;
  while (object !== null && object.name !== 'ObjectExpression') {
    if (!(object === node || object.name === 'Property' || object.name === '⚠')) return undefined;
    if (object.name === 'Property' && object.getChild(':') !== null && object.getChild(':')!.from < at) return undefined;
    object = object.parent;
  }
  const list = object?.parent;
  const call = list?.parent;
  if (object === null || list?.name !== 'ArgList' || (call?.name !== 'CallExpression' && call?.name !== 'NewExpression')) return undefined;
  const path = calleeOf(call, doc);
  if (path === undefined) return undefined;
  const given = object.getChildren('Property').flatMap((property) => {
    const key = property.firstChild;
    return key === null || (key.from <= from && key.to >= from) ? [] : [doc.sliceString(key.from, key.to)];
  });
  return { kind: 'option', from, path, given };
}

/** The widest expression that ends at `end`. */
function objectBefore(tree: Tree, end: number): Node | undefined {
  let node: Node | null = tree.resolveInner(end, -1);
  if (node.to !== end) return undefined;
  while (node.parent !== null && node.parent.to === end && /Expression$|^VariableName$/.test(node.parent.name)) node = node.parent;
  return node;
}

/** `a.b.c` as its names; undefined for anything else. */
export function pathOf(node: Node, doc: Text): readonly string[] | undefined {
  if (node.name === 'VariableName') return [doc.sliceString(node.from, node.to)];
  if (node.name !== 'MemberExpression' || node.firstChild === null) return undefined;
  const object = pathOf(node.firstChild, doc),
    key = node.lastChild;
  if (object === undefined || key?.name !== 'PropertyName') {
    const number = key?.name === ']' ? key.prevSibling : null; // a[0].b
    return object !== undefined && number?.name === 'Number' ? [...object, doc.sliceString(number.from, number.to)] : undefined;
  }
  return [...object, doc.sliceString(key.from, key.to)];
}

function calleeOf(call: Node, doc: Text): readonly string[] | undefined {
  let callee = call.firstChild;
  while (callee !== null && (callee.name === 'new' || callee.name === '⚠')) callee = callee.nextSibling;
  return callee === null ? undefined : pathOf(callee, doc);
}

/** The innermost call whose arguments the caret stands in. */
export function callAt(tree: Tree, doc: Text, at: number): Call | undefined {
  for (let node: Node | null = tree.resolveInner(at, -1); node !== null; node = node.parent) {
    if (/^(?:ArrowFunction|FunctionExpression|Block|ClassBody)$/.test(node.name) && node.from < at && node.name !== 'ArrowFunction')
      return undefined;
    if (node.name !== 'ArgList' || node.from >= at || (node.lastChild?.name === ')' && node.to <= at)) continue;
    const call = node.parent;
    const path = call === null ? undefined : calleeOf(call, doc);
    if (call === null || path === undefined) return undefined;
    let argument = 0;
    for (let child = node.firstChild; child !== null && child.to <= at; child = child.nextSibling) if (child.name === ',') argument++;
    return { path, argument, from: call.from };
  }
  return undefined;
}

/** The names and dots around a place: what help is asked about. */
export function nameAt(
  tree: Tree,
  doc: Text,
  at: number,
  side: -1 | 1 = 1,
): { readonly path: readonly string[]; readonly from: number; readonly to: number } | undefined {
  for (const bias of [side, -side as -1 | 1]) {
    const node = tree.resolveInner(at, bias);
    if (node.name === 'VariableName' || node.name === 'VariableDefinition')
      return { path: [doc.sliceString(node.from, node.to)], from: node.from, to: node.to };
    if (node.name === 'PropertyName' && node.parent?.name === 'MemberExpression') {
      const path = pathOf(node.parent, doc);
      return path && { path, from: node.from, to: node.to };
    }
  }
  return undefined;
}

const scopes =
  /^(?:Script|Block|ArrowFunction|FunctionDeclaration|FunctionExpression|MethodDeclaration|ForStatement|CatchClause|ClassBody)$/;

/** Names that are defined in this code and can be read at a place. */
export function localsAt(tree: Tree, doc: Text, at: number): string[] {
  const names = new Set<string>();
  tree.iterate({
    enter: ({ name, from, to, node }) => {
      if (name !== 'VariableDefinition' || (from <= at && to >= at)) return;
      let scope = node.parent;
      // A function's own name stands in the scope around it.
      if (scope !== null && /^(?:FunctionDeclaration|ClassDeclaration)$/.test(scope.name)) scope = scope.parent;
      while (scope !== null && !scopes.test(scope.name)) scope = scope.parent;
      if (scope === null || scope.name === 'Script' || (scope.from <= at && scope.to >= at)) names.add(doc.sliceString(from, to));
    },
  });
  return [...names];
}
