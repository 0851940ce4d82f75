/* A stop or a time limit as the executor meets it: what runs ends in `Interrupted`, what is queued leaves the queue. A guard
   may throw before the request has come as a message; then the end waits for it, since it says why. */

import { Interrupted } from '../../src/stdlib/host.ts';
import type { Changes } from './changes.ts';
import type { Program } from './program.ts';
import type { Running } from './evaluation.ts';

type Reason = keyof typeof words;

const words = {
  stop: 'Stopped by the reader. Run the cell to start it again.',
  timeout: 'The cell ran longer than its time limit. Make it shorter, or give it more time.',
};

export interface Interrupts {
  /** Stops what runs (all, or these cells) and takes it out of the queue. */
  interrupt(ids: readonly string[] | undefined, reason: Reason): void;
  /** Why an evaluation that ended in `Interrupted` was stopped. */
  reason(evaluation: Running): Promise<string>;
}

export function createInterrupts(program: Program, changes: Pick<Changes, 'finishCell'>): Interrupts {
  let asked: { reason: Reason; seen: () => void } = { reason: 'stop', seen: () => {} };
  return {
    interrupt: (ids, reason) => {
      asked = { ...asked, reason };
      const cells = ids ? ids.flatMap((id) => program.cells.get(id) ?? []) : [...program.cells.values()];
      for (const cell of cells) program.dequeue(cell);
      for (const cell of cells) {
        const { evaluation } = cell;
        if (!evaluation) continue;
        if (!evaluation.ended) {
          evaluation.abort();
          evaluation.fail?.(new Interrupted(words[reason]));
        }
        if (evaluation.generators?.size) changes.finishCell(cell);
      }
      asked.seen();
    },
    reason: async (evaluation) => {
      if (!evaluation.aborted) {
        await new Promise<void>((resolve) => {
          asked = { reason: 'stop', seen: resolve };
          setTimeout(resolve, 500);
        });
      }
      return words[asked.reason];
    },
  };
}
