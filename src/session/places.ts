/* Where an error stands that no stack tells of: a cell that waits for a name, or needs itself by way of others, fails where
   it reads that name. */

import type { Analysis } from '../analysis/types.ts';

interface Placeable {
  readonly name: string;
  readonly line?: number;
}

const byName: ReadonlySet<string> = new Set(['Blocked', 'CycleError']);

/** The error with line and column of the first place where the cell reads `used`, if it is one of a name and has no place. */
export function withPlace<E extends Placeable>(
  error: E,
  { code, analysis }: { readonly code: string; readonly analysis: Analysis },
  used: string | undefined,
): E {
  if (error.line !== undefined || used === undefined || !byName.has(error.name)) return error;
  const token = analysis.tokens.find(([start, end, kind]) => kind === 'x' && code.slice(start, end) === used);
  if (!token) return error;
  const lines = code.slice(0, token[0]).split('\n');
  return { ...error, line: lines.length, column: lines.at(-1)!.length + 1 };
}
