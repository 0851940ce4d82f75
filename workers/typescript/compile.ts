/* From lowered cells to functions. All cells of a plan become one script (a script each costs ten times as much), named so
   that a stack leads back: script and line to the cell, column through the cell's shifts to what its author wrote. */

import { toAuthor } from '../../src/analysis/shifts.ts';
import type { Shift } from '../../src/analysis/types.ts';
import type { ErrorFrame } from '../../src/output/types.ts';

export type CellFunction = (...args: unknown[]) => Promise<Record<string, unknown>> | Record<string, unknown>;

/** What one function is made of; `parameters` are names, `code` the body that analysis lowered. */
export interface CellSource {
  readonly id: string;
  readonly parameters: readonly string[];
  readonly code: string;
  readonly shifts: readonly Shift[];
  /** Nothing in it awaits or leaves work behind: a plain function costs half as much as an async one. */
  readonly plain?: boolean;
}

export interface Compiler {
  /** One function for each source, or the error of a source that this engine does not take. */
  compile(sources: readonly CellSource[]): (CellFunction | Error)[];
  /** The frames of a stack that lie in cells, innermost first, in lines and columns of the authors' texts. */
  frames(stack: string): ErrorFrame[];
}

interface Placed extends CellSource {
  /** Line of the script, from 1, where the cell's first line stands. */
  readonly firstLine: number;
  readonly lastLine: number;
}

export function createCompiler(): Compiler {
  const scripts: Placed[][] = [];

  function compile(sources: readonly CellSource[]): (CellFunction | Error)[] {
    const placed: Placed[] = [];
    const parts = ['"use strict";['];
    let line = 1;
    for (const source of sources) {
      const firstLine = line + 1;
      const lastLine = firstLine + source.code.split('\n').length - 1;
      placed.push({ ...source, firstLine, lastLine });
      parts.push(`(${source.plain ? '' : 'async '}function(${source.parameters.join()}){\n${source.code}\n}),`);
      line = lastLine + 1;
    }
    parts.push(`]\n//# sourceURL=cells-${scripts.length}`);
    try {
      // oxlint-disable-next-line no-eval -- the one place where cells become code
      const functions = (0, eval)(parts.join('')) as CellFunction[];
      scripts.push(placed);
      return functions;
    } catch (error) {
      return sources.length === 1 ? [error as Error] : sources.flatMap((source) => compile([source]));
    }
  }

  return {
    compile,
    frames: (stack) => {
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
    },
  };
}
