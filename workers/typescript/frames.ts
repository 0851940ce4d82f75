/* From stacks back to cells: script and line lead to the cell, the column through the cell's shifts to what its author wrote. */

import { toAuthor } from '../../src/analysis/shifts.ts';
import type { Shift } from '../../src/analysis/types.ts';
import type { ErrorFrame } from '../../src/output/types.ts';

/** Where a cell stands in the script it was compiled in; lines count from 1. */
export interface Placed {
  /** What its cell is called now. */
  id: string;
  readonly shifts: readonly Shift[];
  readonly firstLine: number;
  readonly lastLine: number;
}

/** The frames of a stack that lie in cells, innermost first, in lines and columns of the authors' texts. Script k is called `cells-k`. */
export function framesOf(stack: string, scripts: readonly (readonly Placed[])[]): ErrorFrame[] {
  const frames: ErrorFrame[] = [];
  for (const text of stack.split('\n')) {
    const match = /\bcells-(\d+):(\d+):(\d+)/.exec(text);
    const line = Number(match?.[2]);
    const source = match && scripts[Number(match[1])]?.find((one) => line >= one.firstLine && line <= one.lastLine);
    if (!source) continue;
    const name = /^\s*at (?:async )?(?:new )?([\w$.#<>]+) \(/.exec(text)?.[1] ?? /^([\w$.]+)@/.exec(text)?.[1];
    frames.push({
      cell: source.id,
      ...toAuthor(source.shifts, line - source.firstLine + 1, Number(match[3])),
      ...(name && name !== 'eval' ? { name } : {}),
    });
  }
  return frames;
}
