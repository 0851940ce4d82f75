/* From what a cell threw to what its author is told: name, message, the place in the failing cell, the other cells on the
   way. Frames of the library fall away, since only cells have a place. */

import { absentHint } from '../../src/stdlib/absent.ts';
import { toText } from '../../src/output/inspect.ts';
import type { ErrorFrame, ErrorInfo } from '../../src/output/types.ts';

export interface Describe {
  /** `cell`: the failing one; its innermost frame is the place, frames of other cells are the way. */
  describe(thrown: unknown, cell?: string): ErrorInfo;
  /** Whether a stack has a frame in the cell. */
  placed(stack: string, cell: string): boolean;
  /** The cell at whose code the way to an error began: its outermost frame; undefined where none is known. */
  startedIn(error: unknown): string | undefined;
  /** Notes where the code threw a value that knows no place itself, and returns it (`throw` in lower.ts). */
  thrown<T>(value: T): T;
}

/** `framesOf`: the frames of a stack that lie in cells. */
export function createDescribe(framesOf: (stack: string) => readonly ErrorFrame[]): Describe {
  let last: { readonly value: unknown; readonly stack: string } | undefined;
  function describe(thrown: unknown, cell?: string): ErrorInfo {
    const error = isError(thrown) ? thrown : undefined;
    const frames = framesOf(error ? stackOf(error) : last?.value === thrown ? last!.stack : '');
    const place = frames.find((frame) => frame.cell === cell);
    const way = frames.filter((frame, i) => frame.cell !== cell && frames.findIndex((other) => other.cell === frame.cell) === i);
    const message = error ? read(() => String(error.message)) : `${toText(thrown)} was thrown. Throw an Error, so that its kind is known.`;
    const hint = error && (absentHint(error) ?? read(() => String((error as { hint?: unknown }).hint ?? '')));
    return {
      name: error ? read(() => String(error.name)) || 'Error' : 'Thrown',
      message: message.length > 4000 ? `${message.slice(0, 4000)}…` : message,
      ...(place ? { line: place.line, column: place.column } : {}),
      frames: way,
      ...(hint ? { hint } : {}),
    };
  }
  return {
    describe,
    placed: (stack, cell) => framesOf(stack).some((frame) => frame.cell === cell),
    startedIn: (error) => framesOf(stackOf(error)).at(-1)?.cell,
    thrown: (value) => {
      if (!isError(value)) last = { value, stack: new Error().stack ?? '' };
      return value;
    },
  };
}

/** Errors of any realm, and what only looks like one. */
function isError(value: unknown): value is Error {
  try {
    return value instanceof Error || (typeof value === 'object' && value !== null && 'message' in value && 'stack' in value);
  } catch {
    return false;
  }
}

const stackOf = (thrown: unknown): string => (isError(thrown) ? read(() => String(thrown.stack ?? '')) : '');

function read(get: () => string): string {
  try {
    return get();
  } catch {
    return '';
  }
}
