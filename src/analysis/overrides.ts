/* Values given from outside (`--set NAME=value`): the initialiser of a name becomes `__g.set("NAME")`; of a box (`mutable(X)`) X
   does, and an input (`view(…)`) keeps its own. */

import type { Edits } from './edits.ts';
import type { Names } from './scope.ts';
import { unwrap, type Node } from './syntax.ts';

/** Puts the given value into the definition of `name`, where the cell has one. */
export function override(name: string, code: string, body: readonly Node[], names: Names, edits: Edits): void {
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
        initialise(declarator, value, names, edits);
      }
    }
    if (plain) return;
    if (definition.kind === 'const') edits.put(definition.start, definition.start + 'const'.length, 'let');
  }
  edits.after(statement.end, `${code[statement.end - 1] === ';' ? '' : ';'}${name}=${value};`, statement.start);
}

function initialise({ init, end }: Node, value: string, names: Names, edits: Edits): void {
  if (!init) return edits.after(end, `=${value}`);
  if (directCall(init, 'view', names)) return;
  const box = directCall(init, 'mutable', names);
  if (!box) return edits.replace(init.start, init.end, value);
  const argument = box.arguments[0] as Node | undefined;
  if (argument) edits.replace(argument.start, argument.end, value);
  else edits.after(box.end - 1, value);
}

/** The call in `NAME(…)`, `await NAME(…)`, also with a type around it, where the cell itself does not define NAME. */
export function directCall(init: Node, name: string, names: Names): Node | undefined {
  let inner = unwrap(init);
  if (inner.type === 'AwaitExpression') inner = unwrap(inner.argument);
  return inner.type === 'CallExpression' && inner.callee.type === 'Identifier' && inner.callee.name === name && !names.top.has(name)
    ? inner
    : undefined;
}
