/* Import and export statements of a cell or a module. Both are blanked where they stand; imports go into the record, what a
   module exports into what its body returns. A cell exports what it defines, by the names that other cells see. */

import type { Edits } from './edits.ts';
import { Refusal } from './refusals.ts';
import { importedName, type Names } from './scope.ts';
import { forEachTarget, placeOf, type Node } from './syntax.ts';
import type { Import } from './types.ts';

/** The import that a statement makes; undefined where it imports types alone. */
export function importOf(node: Node): Import | undefined {
  const specifiers = (node.specifiers as Node[]).filter((specifier) => specifier.importKind !== 'type');
  if (node.importKind === 'type' || (node.specifiers.length > 0 && specifiers.length === 0)) return undefined;
  const bindings = specifiers.map((specifier) => ({ imported: importedName(specifier), local: specifier.local.name as string }));
  return { source: node.source.value, bindings, ...placeOf(node) };
}

/** Top-level statements of which nothing stays. */
export const vanishes = (node: Node): boolean =>
  node.type === 'ImportDeclaration' ||
  node.type === 'ExportAllDeclaration' ||
  (node.type === 'ExportNamedDeclaration' && !node.declaration);

export interface ExportsOptions {
  readonly names: Names;
  readonly edits: Edits;
  readonly module: boolean;
  /** Collects what re-exports import, and the properties that the body of a module returns. */
  readonly imports: Import[];
  readonly returned: string[];
}

/** Takes the words of an export away and notes what it exports. */
export function exportStatement(node: Node, { names, edits, module, imports, returned }: ExportsOptions): void {
  if (node.exportKind === 'type' || (node.declaration?.declare ?? false)) return;
  if (node.type === 'ExportNamedDeclaration' && node.declaration) {
    edits.put(node.start, node.start + 'export'.length);
    if (!module || /^TS(?!Enum)/.test(node.declaration.type)) return;
    if (node.declaration.id) exported(node.declaration.id.name);
    for (const { id } of node.declaration.declarations ?? []) forEachTarget(id, ({ name }) => exported(name));
    return;
  }
  if (!module) return cellExport(node, names, edits);
  const locals = (source: Node, imported: string): string => {
    const local = `__m${imports.length}`;
    imports.push({ source: source.value, bindings: [{ imported, local }], ...placeOf(node) });
    return local;
  };
  if (node.type === 'ExportAllDeclaration') {
    returned.unshift(`...(({default:_,...rest})=>rest)(${locals(node.source, '*')})`);
  } else if (node.type === 'ExportDefaultDeclaration') {
    exportDefault();
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

  function exportDefault(): void {
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
}

/** In a cell, `export default` before a named definition and `export { a }` mean what `export` before the definition means. */
function cellExport(node: Node, names: Names, edits: Edits): void {
  const value = node.declaration as Node | null | undefined;
  const named = value && (/^(Function|Class)Declaration$/.test(value.type) ? value.id : value.type === 'Identifier' && value);
  if (named && names.top.has(named.name)) return edits.put(node.start, value.start, value.type === 'Identifier' ? ';' : '');
  if (value && /^TS(Declare|Interface)/.test(value.type)) return;
  const specifiers = (node.source || !node.specifiers ? undefined : node.specifiers) as Node[] | undefined;
  const fits = ({ type, local, exported }: Node): boolean =>
    type === 'ExportSpecifier' && names.top.has(local.name) && [local.name, 'default'].includes(exported.name ?? exported.value);
  if (!specifiers?.every((specifier) => specifier.exportKind === 'type' || fits(specifier)))
    throw new Refusal(node, 'A cell exports what it defines. Write export before the definition: export const …, export function …');
}
