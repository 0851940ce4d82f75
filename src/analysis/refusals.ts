/* What a cell may not contain, found while it is lowered: a `Refusal` says what to write instead. */

import type { Node } from './syntax.ts';

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
