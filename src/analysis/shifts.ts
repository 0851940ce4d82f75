/* From a position in generated code back to the author's text. */

import type { Place, Shift } from './types.ts';

/** The author's place of a generated one. A place inside inserted code is where that code was inserted. */
export function toAuthor(shifts: readonly Shift[], line: number, column: number): Place {
  let shift = 0;
  for (const next of shifts) {
    if (next.line < line) continue;
    if (next.line > line) break;
    if (next.from > column) return { line, column: Math.min(column - shift, next.from - next.shift) };
    shift = next.shift;
  }
  return { line, column: column - shift };
}
