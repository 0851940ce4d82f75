/* Which of a cell's names others may see. */

import type { Analysis } from './types.ts';

/** Values that the cell defines: no types, no `_private` names; each once, in the order of the cell. */
export function publicNames({ defines }: Pick<Analysis, 'defines'>): string[] {
  return [...new Set(defines.flatMap(({ kind, name }) => (kind === 'value' && !name.startsWith('_') ? [name] : [])))];
}
