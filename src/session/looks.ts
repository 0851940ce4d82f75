/* Questions of the page about values that the engine holds behind the outputs it shows. Every one is answered: where nothing
   stands behind an output any more (it is from last time, its cell runs again, the engine is gone), by a sentence that says
   what to do. */

import type { Answer, Look } from '../output/look.ts';
import type { Remote } from '../engine/remote.ts';
import type { Report } from '../engine/protocol.ts';
import type { Entries } from './entries.ts';

export interface Looks {
  /** Rejects with a sentence where there is no answer. */
  ask<Q extends Look>(cell: string, key: number, question: Q): Promise<Answer<Q>>;
  answered(report: Extract<Report, { kind: 'looked' }>): void;
  /** Rejects what was asked of an engine that is not there any more. */
  sweep(): void;
}

/** What the page says where nothing stands behind an output. */
export const goneSentence = 'Run the cell to see the rest.';

interface Waiting {
  readonly worker: unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export function createLooks(entries: Entries, remote: Remote): Looks {
  const waiting = new Map<number, Waiting>();
  let questions = 0;
  return {
    ask: (cell, key, question) =>
      new Promise((resolve, reject) => {
        const { worker } = remote;
        const entry = entries.byId.get(cell);
        if (!worker || !entry || entry.kept !== undefined || entry.old || entry.evaluation === 0) return reject(new Error(goneSentence));
        waiting.set(++questions, { worker, resolve, reject });
        remote.send({ kind: 'look', request: questions, cell, evaluation: entry.evaluation, key, question });
      }),
    answered: ({ request, value, error }) => {
      const asked = waiting.get(request);
      waiting.delete(request);
      if (error === undefined) asked?.resolve(value as never);
      else asked?.reject(new Error(error));
    },
    sweep: () => {
      for (const [request, asked] of waiting) {
        if (asked.worker === remote.worker) continue;
        waiting.delete(request);
        asked.reject(new Error(goneSentence));
      }
    },
  };
}
