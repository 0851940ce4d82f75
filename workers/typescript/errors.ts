/* From what a cell threw to what its author is told: name, message, and the place in the cell's own text. Compiled cells
   carry `//# sourceURL=cell:ID`, so a stack names them; generated columns go back through the cell's shifts. */

import { toAuthor } from '../../src/analysis/shifts.ts';
import { toText } from '../../src/output/inspect.ts';
import type { Shift } from '../../src/analysis/types.ts';
import type { ErrorFrame, ErrorInfo } from '../../src/output/types.ts';

export const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** The text of a constructed function: strict, and named so that a stack tells its cell. */
export const wrap = (id: string, code: string): string => `"use strict";\n${code}\n//# sourceURL=cell:${encodeURIComponent(id)}`;

/** Lines above the cell's own first line: those that this engine puts before a constructed function's body, and ours. */
const headerLines = ((): number => {
  try {
    new Function('a', wrap('probe', 'throw new Error()'))();
  } catch (error) {
    const line = /cell:probe:(\d+)/.exec((error as Error).stack ?? '');
    if (line) return Number(line[1]) - 1;
  }
  return 3;
})();

/** The frames of a stack that lie in cells, innermost first, in the authors' lines and columns. */
export function cellFrames(stack: string, shiftsOf: (cell: string) => readonly Shift[] | undefined): ErrorFrame[] {
  const frames: ErrorFrame[] = [];
  for (const line of stack.split('\n')) {
    const match = /cell:([^\s():]+):(\d+):(\d+)/.exec(line);
    if (!match) continue;
    const cell = decodeURIComponent(match[1]!);
    const place = toAuthor(shiftsOf(cell) ?? [], Math.max(1, Number(match[2]) - headerLines), Number(match[3]));
    const name = /^\s*at (?:async )?(?:new )?([\w$.#<>]+) \(/.exec(line)?.[1] ?? /^([\w$.]+)@/.exec(line)?.[1];
    frames.push({ cell, ...place, ...(name && !/^(eval|anonymous|Object\.<anonymous>)$/.test(name) ? { name } : {}) });
  }
  return frames;
}

/** `cell`: the failing one; its innermost frame is the place, frames of other cells are the way. */
export function describeError(thrown: unknown, cell: string | undefined, shiftsOf: (cell: string) => readonly Shift[] | undefined): ErrorInfo {
  const isError = thrown instanceof Error || (typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown);
  const error = thrown as Error & { hint?: unknown };
  const frames = isError ? cellFrames(safely(() => String(error.stack)), shiftsOf) : [];
  const place = frames.find((frame) => frame.cell === cell);
  const way: ErrorFrame[] = [];
  for (const frame of frames) if (frame.cell !== cell && !way.some((seen) => seen.cell === frame.cell)) way.push(frame);
  const message = isError ? safely(() => String(error.message)) : `${toText(thrown)} was thrown. Throw an Error, so that its place is known.`;
  return {
    name: isError ? safely(() => String(error.name)) || 'Error' : 'Thrown',
    message: message.length > 4000 ? `${message.slice(0, 4000)}…` : message,
    ...(place ? { line: place.line, column: place.column } : {}),
    frames: way,
    ...(isError && typeof error.hint === 'string' ? { hint: error.hint } : {}),
  };
}

function safely(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
