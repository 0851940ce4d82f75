/* What a cell may not contain, found while it is lowered: a `Refusal` says what to write instead. */

import { placeOf, type Node, type Syntax } from './syntax.ts';
import type { Names } from './scope.ts';
import type { AnalysisError } from './types.ts';

/** Construct that is not run, with what to write instead. */
export class Refusal extends Error {
  readonly node: Node;
  constructor(node: Node, message: string) {
    super(message);
    this.name = 'Unsupported';
    this.node = node;
  }
}

/** Throws for a node that is not run. `body`: the statements of the cell itself. */
export function refuse(node: Node, body: readonly Node[]): void {
  const message = reason(node, body);
  if (message !== undefined) throw new Refusal(node.decorators?.[0] ?? node, message);
}

function reason(node: Node, body: readonly Node[]): string | undefined {
  if (node.decorators?.length)
    return 'Decorators are not run. Call the function on the class or the method instead: const A = decorate(class { … }).';
  switch (node.type) {
    case 'VariableDeclaration':
      return /using/.test(node.kind) && body.includes(node)
        ? 'using at the top of a cell would dispose of the value before other cells see it. Write const and onDispose(() => …).'
        : undefined;
    case 'MetaProperty':
      return node.meta.name === 'import'
        ? 'A cell is no module file: import.meta has no meaning in it. Write the address in full, or await file("name") for a file beside the notebook.'
        : undefined;
    case 'TSModuleDeclaration':
      return `${node.kind === 'module' ? 'module' : 'namespace'} blocks are not run. Write an object, const ${node.id.name ?? 'name'} = { … }, or plain definitions.`;
    case 'TSParameterProperty':
      return 'Parameter properties are not run. Declare the field in the class and assign it in the constructor: this.name = name.';
    case 'TSImportEqualsDeclaration':
      return 'import … = is not run. Write import name from "…" or, for a shorter name, const name = ….';
    case 'TSExportAssignment':
    case 'TSNamespaceExportDeclaration':
      return 'export = and export as are not run. Write export before the definition: export const …';
    default:
      return undefined;
  }
}

/** Names that are assigned though they are imported, or defined though they are the notebook's own. */
export function misused(code: string, syntax: Syntax, names: Names): AnalysisError | undefined {
  const assigned = names.importWrites[0];
  if (assigned) {
    return {
      name: 'TypeError',
      message: `${assigned.name} is imported: it cannot be assigned. Give the new value a name of its own.`,
      ...placeOf(assigned.node),
    };
  }
  const loose = names.free.find(({ name }) => name === 'arguments');
  if (loose) {
    return {
      name: 'ReferenceError',
      message:
        'arguments is only there inside a function. A cell has none, and an arrow function has those of what is around it: write (...values) => ….',
      ...placeOf(loose.node),
    };
  }
  const taken = syntax.tokens.between(0, code.length).find(({ value }) => /^__[gfi]$/.test(String(value)));
  if (taken) {
    const before = code.slice(0, taken.start).split(/\r\n|[\n\r\u2028\u2029]/);
    return {
      name: 'Unsupported',
      message: `The name ${String(taken.value)} is taken by the notebook. Choose another one.`,
      line: before.length,
      column: before.at(-1)!.length + 1,
    };
  }
  return undefined;
}
