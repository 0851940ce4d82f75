/* From a parsed cell to the body of a strict async function, in place: no line moves.
     types                          blanked (erase.ts)
     import …, `export`             blanked; the imports are in the record
     last expression without `;`    __g.show((EXPR))
     const x = view(…)              const x = __g.named("x",view)(…)
     loop bodies                    begin with the guard
     enum E { A, B = 2 }            var E={};{ E[E["A"]=0]="A"; E[E["B"]= 2]="B"; }
     import(x)                      __g.import(x)
     names given by --set           their initialiser becomes __g.set("NAME")
   The body ends in `return {…}` of what others may use. What cannot run in a cell throws a `Refusal` that says what to
   write instead. A module (`./file.ts`) goes the same way and returns its exports. */

import { Edits } from './edits.ts';
import { eraseTypes } from './erase.ts';
import { lowerEnums } from './enums.ts';
import { importedName, type Names } from './scope.ts';
import { forEachTarget, placeOf, unwrap, type Node, type Syntax } from './syntax.ts';
import type { Import, Shift } from './types.ts';

/** Construct that is not run, with what to write instead. */
export class Refusal extends Error {
  readonly node: Node;
  constructor(node: Node, message: string) {
    super(message);
    this.name = 'Unsupported';
    this.node = node;
  }
}

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
    if (statement.type === 'ImportDeclaration') importStatement(statement);
    else if (statement.type.startsWith('Export')) exportStatement(statement);
    const definition = statement.type === 'ExportNamedDeclaration' && statement.declaration ? (statement.declaration as Node) : statement;
    if (definition.type === 'VariableDeclaration' && !definition.declare && !options.module) views(definition);
  }
  for (const name of options.overrides) override(name);
  if (shown) edits.wrap(shown.start, shown.end, '__g.show((', '))');

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

  // Imports and exports.

  function importStatement(node: Node): void {
    const specifiers = (node.specifiers as Node[]).filter((specifier) => specifier.importKind !== 'type');
    if (node.importKind === 'type' || (node.specifiers.length > 0 && specifiers.length === 0)) return;
    const bindings = specifiers.map((specifier) => ({ imported: importedName(specifier), local: specifier.local.name as string }));
    imports.push({ source: node.source.value, bindings, ...placeOf(node) });
  }

  function vanishes(node: Node): boolean {
    return (
      node.type === 'ImportDeclaration' ||
      node.type === 'ExportAllDeclaration' ||
      (node.type === 'ExportNamedDeclaration' && !node.declaration)
    );
  }

  function exportStatement(node: Node): void {
    if (node.exportKind === 'type' || (node.declaration?.declare ?? false)) return;
    if (node.type === 'ExportNamedDeclaration' && node.declaration) {
      edits.put(node.start, node.start + 'export'.length);
      if (!options.module || /^TS(?!Enum)/.test(node.declaration.type)) return;
      if (node.declaration.id) exported(node.declaration.id.name);
      for (const { id } of node.declaration.declarations ?? []) forEachTarget(id, ({ name }) => exported(name));
      return;
    }
    if (!options.module) {
      throw new Refusal(node, 'A cell exports what it defines. Write export before the definition: export const …, export function …');
    }
    const locals = (source: Node, imported: string): string => {
      const local = `__m${imports.length}`;
      imports.push({ source: source.value, bindings: [{ imported, local }], ...placeOf(node) });
      return local;
    };
    if (node.type === 'ExportAllDeclaration') {
      returned.unshift(`...(({default:_,...rest})=>rest)(${locals(node.source, '*')})`);
    } else if (node.type === 'ExportDefaultDeclaration') {
      exportDefault(node);
    } else {
      for (const specifier of node.specifiers as Node[]) {
        if (specifier.exportKind === 'type') continue;
        const name = specifier.exported.name ?? specifier.exported.value;
        if (specifier.type === 'ExportNamespaceSpecifier') exported(locals(node.source, '*'), name);
        else if (node.source) exported(locals(node.source, specifier.local.name ?? specifier.local.value), name);
        else if (!names.top.has(specifier.local.name))
          throw new Refusal(specifier, `${specifier.local.name} is not defined in this module. Define it or leave it out of the export.`);
        else if (names.top.get(specifier.local.name)!.kind === 'value') exported(specifier.local.name, name);
      }
    }
  }

  function exportDefault(node: Node): void {
    const value = node.declaration as Node;
    if (/^TS(Declare|Interface)/.test(value.type)) return;
    const words = value.start - node.start;
    if (value.id && /Declaration$/.test(value.type)) {
      edits.put(node.start, node.start + words);
      exported(value.id.name, 'default');
    } else {
      edits.put(node.start, node.start + words, 'const __default=');
      if (/Declaration$/.test(value.type)) edits.after(node.end, ';');
      exported('__default', 'default');
    }
  }

  function exported(local: string, name = local): void {
    returned.push(name === local ? local : `${JSON.stringify(name)}:${local}`);
  }

  // What a definition gets from the page: its name for `view`, its value from --set.

  function views(node: Node): void {
    for (const { id, init } of node.declarations) {
      const call = init && directCall(init, 'view');
      if (call)
        edits.put(
          call.callee.start,
          call.callee.end,
          `__g.named(${id.type === 'Identifier' ? JSON.stringify(id.name) : destructurer(id)},view)`,
        );
    }
  }

  /** The call in `NAME(…)`, `await NAME(…)`, also with a type around it, where the cell itself does not define NAME. */
  function directCall(init: Node, name: string): Node | undefined {
    let inner = unwrap(init);
    if (inner.type === 'AwaitExpression') inner = unwrap(inner.argument);
    return inner.type === 'CallExpression' && inner.callee.type === 'Identifier' && inner.callee.name === name && !names.top.has(name)
      ? inner
      : undefined;
  }

  /** A function from the input's value to the names that the pattern takes from it, in one line. */
  function destructurer(pattern: Node): string {
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

  function override(name: string): void {
    const node = names.top.get(name)?.kind === 'value' ? names.top.get(name)!.node : undefined;
    if (!node) return;
    const value = `__g.set(${JSON.stringify(name)})`;
    const statement = body.find(({ start, end }) => node.start >= start && node.end <= end)!;
    const definition = (statement.declaration ?? statement) as Node;
    if (/^(Import|Function)Declaration$/.test(definition.type)) return edits.after(0, `${name}=${value};`);
    if (definition.type === 'VariableDeclaration') {
      let plain = false;
      for (const declarator of definition.declarations as Node[]) {
        if (declarator.id.type === 'Identifier' && declarator.id.name === name) {
          plain = true;
          initialise(declarator, value);
        }
      }
      if (plain) return;
      if (definition.kind === 'const') edits.put(definition.start, definition.start + 'const'.length, 'let');
    }
    edits.after(statement.end, `${code[statement.end - 1] === ';' ? '' : ';'}${name}=${value};`, statement.start);
  }

  function initialise({ init, end }: Node, value: string): void {
    if (!init) return edits.after(end, `=${value}`);
    if (directCall(init, 'view')) return;
    const box = directCall(init, 'mutable');
    if (!box) return edits.replace(init.start, init.end, value);
    const argument = box.arguments[0] as Node | undefined;
    if (argument) edits.replace(argument.start, argument.end, value);
    else edits.after(box.end - 1, value);
  }

  // Inside statements.

  function enter(node: Node): void {
    if (node.decorators?.length)
      throw new Refusal(
        node.decorators[0],
        'Decorators are not run. Call the function on the class or the method instead: const A = decorate(class { … }).',
      );
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
      case 'Import':
        return edits.before(node.start, '__g.');
      case 'Identifier':
        return enums.identifier(node);
      case 'TSEnumDeclaration':
        return enums.declaration(
          node,
          body.some((statement) => statement === node || statement.declaration === node),
        );
      case 'VariableDeclaration':
        if (/using/.test(node.kind) && body.includes(node)) {
          throw new Refusal(
            node,
            'using at the top of a cell would dispose of the value before other cells see it. Write const and onDispose(() => …).',
          );
        }
        return;
      case 'MetaProperty':
        if (node.meta.name === 'import')
          throw new Refusal(
            node,
            'A cell is no module file: import.meta has no meaning in it. Write the address in full, or await file("name") for a file beside the notebook.',
          );
        return;
      case 'TSModuleDeclaration':
        throw new Refusal(
          node,
          `${node.kind === 'module' ? 'module' : 'namespace'} blocks are not run. Write an object, const ${node.id.name ?? 'name'} = { … }, or plain definitions.`,
        );
      case 'TSParameterProperty':
        throw new Refusal(
          node,
          'Parameter properties are not run. Declare the field in the class and assign it in the constructor: this.name = name.',
        );
      case 'TSImportEqualsDeclaration':
        throw new Refusal(node, 'import … = is not run. Write import name from "…" or, for a shorter name, const name = ….');
      case 'TSExportAssignment':
      case 'TSNamespaceExportDeclaration':
        throw new Refusal(node, 'export = and export as are not run. Write export before the definition: export const …');
    }
  }
}
