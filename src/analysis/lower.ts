/* From a parsed cell to the body of a strict async function, in place: no line moves.
     types                          blanked (erase.ts)
     import …, `export`             blanked; the imports are in the record (exports.ts)
     last expression without `;`    __g.show((EXPR))
     const x = view(…)              const x = __g.named("x",view)(…)
     loop bodies                    begin with the guard
     throw x                        throw __g.thrown((x)), where x may be no Error: only errors know where they were thrown
     enum E { A, B = 2 }            var E={};{ E[E["A"]=0]="A"; E[E["B"]= 2]="B"; }  (enums.ts)
     import(x)                      __g.import(x)
     names given by --set           their initialiser becomes __g.set("NAME")  (overrides.ts)
   The body ends in `return {…}` of what others may use. What cannot run in a cell throws a `Refusal` that says what to
   write instead (refusals.ts). A module (`./file.ts`) goes the same way and returns its exports. */

import { Edits } from './edits.ts';
import { eraseTypes } from './erase.ts';
import { lowerEnums } from './enums.ts';
import { exportStatement, importOf, vanishes } from './exports.ts';
import { directCall, override } from './overrides.ts';
import { destructurer } from './patterns.ts';
import { refuse } from './refusals.ts';
import { unwrap, type Node, type Syntax } from './syntax.ts';
import type { Names } from './scope.ts';
import type { Import, Shift } from './types.ts';

export interface Lowered {
  readonly code: string;
  readonly shifts: readonly Shift[];
  readonly imports: readonly Import[];
  readonly shows: boolean;
}

export interface LowerOptions {
  readonly module: boolean;
  readonly overrides: readonly string[];
}

/** What is thrown and is an error by its looks, so that it knows its place: `new TypeError(…)`. */
const isNewError = ({ type, callee }: Node): boolean =>
  type === 'NewExpression' && callee.type === 'Identifier' && /(Error|Exception)$/.test(callee.name);

/** First statement of every loop body; the worker may put an equally long text in its place. */
export const guard = 'if(__f[0]!==0)__i();';

export function lower(code: string, syntax: Syntax, names: Names, options: LowerOptions, edits = new Edits(code)): Lowered {
  const { program, tokens } = syntax;
  const body = program.body as readonly Node[];
  const imports: Import[] = [];
  /** Text of the properties that the body returns. */
  const returned: string[] = [];
  const shown = shownExpression();

  for (const statement of body) {
    const imported = statement.type === 'ImportDeclaration' && importOf(statement);
    if (imported) imports.push(imported);
    if (statement.type.startsWith('Export')) exportStatement(statement, { names, edits, module: options.module, imports, returned });
    const definition = statement.type === 'ExportNamedDeclaration' && statement.declaration ? (statement.declaration as Node) : statement;
    if (definition.type === 'VariableDeclaration' && !definition.declare && !options.module) views(definition);
  }
  for (const name of options.overrides) override(name, code, body, names, edits);
  if (shown) edits.wrap(shown.start, shown.end, '__g.show((', '))');
  // `a<!--b` is a comparison in a module and begins a comment in a script, which is what the worker evaluates.
  for (const { value, start } of code.includes('<!--') ? tokens.between(0, code.length) : []) {
    if (value === '<' && code.startsWith('<!--', start)) edits.after(start + 1, ' ');
  }

  const enums = lowerEnums(code, tokens, names, edits);
  eraseTypes(code, syntax, edits, { enter, vanishes, ...(shown ? { shownEnd: shown.end } : {}) });

  if (!options.module) {
    for (const { name, kind } of names.top.values()) if (kind === 'value' && !name.startsWith('_')) returned.push(name);
  }
  const applied = edits.apply();
  return { code: `${applied.code}\nreturn {${returned.join(',')}}`, shifts: applied.shifts, imports, shows: shown !== undefined };

  /** The statement at the cell's end, if it is an expression without a semicolon (a lone string counts). */
  function shownExpression(): Node | undefined {
    const last = body.at(-1) ?? (program.directives.at(-1) as Node | undefined);
    if (options.module || !last || !/^(ExpressionStatement|Directive)$/.test(last.type) || code[last.end - 1] === ';') return undefined;
    return last;
  }

  /** `view(…)` learns the name that it defines. */
  function views(node: Node): void {
    for (const { id, init } of node.declarations) {
      const call = init && directCall(init, 'view', names);
      if (call)
        edits.put(
          call.callee.start,
          call.callee.end,
          `__g.named(${id.type === 'Identifier' ? JSON.stringify(id.name) : destructurer(id, code, syntax)},view)`,
        );
    }
  }

  function enter(node: Node): void {
    refuse(node, body);
    switch (node.type) {
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement': {
        const loop = node.body as Node;
        if (loop.type === 'BlockStatement') edits.after(loop.start + 1, guard);
        else edits.wrap(loop.start, loop.end, `{${guard}`, '}');
        return;
      }
      case 'ThrowStatement': {
        const thrown = unwrap(node.argument);
        if (!isNewError(thrown)) edits.wrap(thrown.start, thrown.end, '__g.thrown((', '))');
        return;
      }
      case 'Import':
        return edits.before(node.start, '__g.');
      case 'Identifier':
        return enums.identifier(node);
      case 'TSEnumDeclaration':
        return enums.declaration(
          node,
          body.some((statement) => statement === node || statement.declaration === node),
        );
    }
  }
}
