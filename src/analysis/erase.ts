/* Erases types by writing spaces over them, so that what remains stands where the author wrote it. In few places spaces
   alone would change the meaning; there a `;` or a parenthesis is written into the room of the erased type:
     a statement or member that vanishes after one without a semicolon       ;
     `x as T` at the end of a statement without a semicolon                  ;
     type parameters or a return type over several lines before `(` or `=>`  the parenthesis moves
     `<T>x`, and `as` between operators that would regroup                   parentheses around x */

import type { Edits } from './edits.ts';
import { forEachChild, isTypeWrapper, type Node, type Syntax } from './syntax.ts';

export interface EraseOptions {
  /** Sees every node that stays, before its children. */
  readonly enter?: (node: Node) => void;
  /** Top-level statements that vanish beside those that are types. */
  readonly vanishes?: (statement: Node) => boolean;
  /** No `;` may be written at this offset: the last expression gets parentheses around it. */
  readonly shownEnd?: number;
}

export function eraseTypes(
  code: string,
  { program, tokens }: Syntax,
  edits: Edits,
  { enter, vanishes, shownEnd }: EraseOptions = {},
): void {
  list(program.body, (node) => isErased(node) || (vanishes?.(node) ?? false));

  function list(nodes: readonly Node[], erased = isErased): void {
    let open = false;
    for (const node of nodes) {
      if (erased(node)) {
        edits.put(node.start, node.end, open ? ';' : '');
      } else {
        walk(node, node);
        open = code[node.end - 1] !== ';';
      }
    }
  }

  /** `statement` is the statement or class member around `node`. */
  function walk(node: Node, statement: Node): void {
    enter?.(node);
    const inside = (child: Node): void => walk(child, statement);
    switch (node.type) {
      case 'BlockStatement':
      case 'StaticBlock':
      case 'ClassBody':
        return list(node.body);
      case 'SwitchCase':
        if (node.test) walk(node.test, statement);
        return list(node.consequent);
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
        edits.put(node.expression.end, node.end, node.end === statement.end && node.end !== shownEnd ? ';' : '');
        return inside(node.expression);
      case 'TSNonNullExpression':
        edits.put(node.end - 1, node.end);
        return inside(node.expression);
      case 'TSTypeAssertion':
        edits.put(node.start, node.expression.start, '(');
        edits.after(node.end, ')', node.start);
        return inside(node.expression);
      case 'BinaryExpression':
      case 'LogicalExpression': {
        const operand = node.left.type.startsWith('TS') ? withoutAs(node.left) : node.left;
        if (operand !== node.left && /^(Binary|Logical)Expression$/.test(operand.type)) edits.wrap(operand.start, operand.end, '(', ')');
        break;
      }
      case 'Identifier':
      case 'ObjectPattern':
      case 'ArrayPattern':
        if (node.optional) mark(tokens.before(node.typeAnnotation?.start ?? node.end).start);
        break;
      case 'VariableDeclarator':
        if (node.definite) mark(node.id.start + 1);
        break;
      case 'ClassDeclaration':
      case 'ClassExpression': {
        if (node.abstract) edits.put(node.start, node.start + 'abstract'.length);
        const first = node.implements?.[0] as Node | undefined;
        if (first) edits.put(tokens.before(first.start).start, tokens.before(node.body.start).end);
        if (node.superClass) inside(node.superClass);
        for (const types of [node.typeParameters, node.superTypeParameters] as (Node | null)[])
          if (types) edits.put(types.start, types.end);
        return inside(node.body);
      }
      case 'ClassProperty':
      case 'ClassPrivateProperty':
      case 'ClassMethod':
      case 'ClassPrivateMethod':
        member(node);
        break;
    }
    if (node.params && node.body) signature(node);
    forEachChild(node, (child) => {
      if (isErased(child)) edits.put(child.start, child.end, ';');
      else if (
        !child.type.startsWith('TS') ||
        isTypeWrapper(child) ||
        child.type === 'TSParameterProperty' ||
        child.type.startsWith('TSEnum') ||
        child.type === 'TSModuleDeclaration'
      )
        inside(child);
      else if (child !== node.returnType && child !== (node.params && node.typeParameters)) edits.put(child.start, child.end);
    });
  }

  /** Blanks the `?` or `!` that comes first from `offset` on. */
  function mark(offset: number): void {
    const { start } = tokens.from(offset);
    edits.put(start, start + 1);
  }

  /** `public`, `readonly` and the like, `?` and `!` of a class member. */
  function member(node: Node): void {
    const words = tokens.between(node.start, node.key.start).filter((token) => modifiers.has(code.slice(token.start, token.end)));
    for (const { start, end } of words) {
      // Without its modifier `["x"]`, `*x` or `in` would continue the field before.
      const continues = node.computed || node.generator || /^(in|instanceof)$/.test(node.key.name ?? '');
      edits.put(start, end, start === node.start && continues ? ';' : '');
    }
    const afterKey = node.computed ? tokens.from(node.key.end).end : node.key.end;
    if (node.optional || node.definite) mark(afterKey);
    // `get: T` before another member would become a getter.
    if (node.typeAnnotation && !node.value && /^(get|set|static|async|accessor)$/.test(node.key.name ?? '') && code[node.end - 1] !== ';') {
      edits.put(node.typeAnnotation.start, node.typeAnnotation.end, ';');
    }
  }

  function signature(node: Node): void {
    const { typeParameters, returnType } = node as { readonly [field: string]: Node | null };
    const first = node.params[0] as Node | undefined;
    if (typeParameters) {
      const parenthesis = tokens.from(typeParameters.end).start;
      const moves = spansLines(typeParameters.start, parenthesis);
      edits.put(typeParameters.start, typeParameters.end, moves ? '(' : '');
      if (moves) edits.put(parenthesis, parenthesis + 1);
    }
    if (first?.type === 'Identifier' && first.name === 'this') {
      const comma = tokens.from(first.end);
      edits.put(first.start, code[comma.start] === ',' ? comma.end : first.end);
    }
    if (!returnType) return;
    const parenthesis = tokens.before(returnType.start);
    if (node.type === 'ArrowFunctionExpression' && spansLines(parenthesis.start, tokens.from(returnType.end).start)) {
      edits.put(parenthesis.start, parenthesis.end);
      edits.put(returnType.start, returnType.end - 1);
      edits.put(returnType.end - 1, returnType.end, ')');
    } else {
      edits.put(returnType.start, returnType.end);
    }
  }

  function spansLines(start: number, end: number): boolean {
    return /[\n\r\u2028\u2029]/.test(code.slice(start, end));
  }
}

function withoutAs(node: Node): Node {
  while (node.type === 'TSAsExpression' || node.type === 'TSSatisfiesExpression') node = node.expression as Node;
  return node;
}

const modifiers = new Set(['abstract', 'declare', 'override', 'private', 'protected', 'public', 'readonly']);

/** A statement or class member that is nothing but type. */
export function isErased(node: Node): boolean {
  switch (node.type) {
    case 'TSTypeAliasDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSDeclareFunction':
    case 'TSDeclareMethod':
    case 'TSIndexSignature':
      return true;
    case 'ExportNamedDeclaration':
      return node.exportKind === 'type' || (node.declaration ? isErased(node.declaration) : false);
    case 'ExportDefaultDeclaration':
      return isErased(node.declaration);
    case 'ExportAllDeclaration':
      return node.exportKind === 'type';
    default:
      return node.declare === true || (node.abstract === true && node.type.endsWith('Property'));
  }
}
