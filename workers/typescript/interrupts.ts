/* A stop or a time limit as the executor meets it: what runs ends in `Interrupted`, what is queued leaves the queue. A guard
   may throw before the request has come as a message; then the end waits for it, since it says why. A loop that keeps
   checkpoints is stopped between two steps, if that does not take long. */

import { Interrupted, type Library } from '../../src/stdlib/host.ts';
import { PATIENCE_MS } from './patience.ts';
import type { Changes } from './changes.ts';
import type { Guard } from './guard.ts';
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

export interface InterruptsOptions {
  readonly program: Program;
  readonly changes: Pick<Changes, 'finishCell'>;
  readonly guard: Pick<Guard, 'wait'>;
  readonly library: () => Pick<Library, 'control' | 'patient'>;
  readonly current: () => Running | undefined;
}

export function createInterrupts({ program, changes, guard, library, current }: InterruptsOptions): Interrupts {
  guard.wait(() => {
    const cell = current()?.cell;
    return cell !== undefined && library().patient(cell);
  });
  let asked: { reason: Reason; seen: () => void } = { reason: 'stop', seen: () => {} };
  return {
    interrupt: (ids, reason) => {
      asked = { ...asked, reason };
      const cells = ids ? ids.flatMap((id) => program.cells.get(id) ?? []) : [...program.cells.values()];
      for (const cell of cells) program.dequeue(cell);
      for (const cell of cells) {
        const { evaluation } = cell;
        if (!evaluation) continue;
        const end = (): void => {
          if (!evaluation.ended) {
            evaluation.abort();
            evaluation.fail?.(new Interrupted(words[reason]));
          }
          if (evaluation.generators?.size) changes.finishCell(cell);
        };
        const waits = reason === 'stop' && !evaluation.ended && library().control(cell.record.id, 'stop');
        if (typeof waits === 'object') void Promise.race([waits, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]).then(end);
        else end();
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
