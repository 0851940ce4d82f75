/* What is wrong with cells as the graph stands, in words: found before anything runs. */

import type { AnalysisError, Place } from '../analysis/types.ts';
import type { CellProblem, SourceCell } from './types.ts';

/** Several cells define `name`, and another one reads it. `cell` is one of them, `rest` the others. */
export function duplicate(name: string, cell: SourceCell, rest: readonly string[]): CellProblem {
  const definition = cell.analysis.defines.find((d) => d.name === name && d.kind === 'value');
  return {
    name: 'DuplicateDefinition',
    message: `\`${name}\` is defined here and in ${words(rest)}. Rename one of them, or call it \`_${name}\` to keep it to its cell.`,
    cells: rest,
    ...(definition ? { line: definition.line, column: definition.column } : {}),
  };
}

/** A cell assigns a name that is not its own; `by`: whose it is, if anyone's. */
export function foreignAssignment({ name, line, column }: Place & { readonly name: string }, by: string | undefined): CellProblem {
  if (by === undefined) {
    const message = `No cell defines \`${name}\`, so nothing can be assigned to it. Write \`const ${name} = …\` to define it here.`;
    return { name: 'ReferenceError', message, cells: [], line, column };
  }
  const setter = `set${name[0]!.toUpperCase()}${name.slice(1)}`;
  return {
    name: 'ForeignAssignment',
    message: `\`${name}\` belongs to ${by}: only its own cell can assign it. Define it there as \`const ${name} = mutable(…)\` with \`const ${setter} = (v) => { ${name}.value = v }\`, and call \`${setter}\` here.`,
    cells: [by],
    line,
    column,
  };
}

/** `loop`: ids from the cell back to itself; `names`: by which each needs the next. */
export function cycle(loop: readonly string[], names: readonly string[]): CellProblem {
  const by = names.length ? ` (by ${names.map((name) => `\`${name}\``).join(', ')})` : '';
  return {
    name: 'CycleError',
    message: `These cells need each other: ${loop.join(' → ')}${by}. Move what both need into a cell of its own.`,
    cells: [...new Set(loop)].filter((other) => other !== loop[0]),
  };
}

/** The cell does not parse, or holds what is not run. */
export const unsound = ({ name, message, line, column }: AnalysisError): CellProblem => ({ name, message, line, column, cells: [] });

const words = (ids: readonly string[]): string => (ids.length < 2 ? ids.join('') : `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)!}`);
