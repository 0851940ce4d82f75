/* The interrupt ladder, page side: a flag in shared memory or, without isolation, a revoked URL; the message; and at last, when
   the worker does not answer, its end (values are lost, and said so). */

import type { Request, StartOptions } from './protocol.ts';
import type { WorkerLike } from './remote.ts';

export interface Ladder {
  /** What a new worker is told, so that its loops see an interrupt. */
  open(): Pick<StartOptions, 'interruptFlag' | 'interruptUrl'>;
  /** Stops everything (no `target`), or one cell of the given rank. `superseded`: it only makes way, so no worker is ended for it. */
  climb(worker: WorkerLike, reason: 'stop' | 'timeout' | 'superseded', target?: { readonly cell: string; readonly rank: number }): void;
  /** The worker lives. */
  answered(): void;
  close(): void;
}

/** A worker that has not answered an interrupt after this is not going to. */
const KILL_MS = 2000;

/** `unanswered`: the worker has to be ended; the message says so. */
export function createLadder(unanswered: (message: string) => void): Ladder {
  let flag: Int32Array | undefined;
  let url: string | undefined;
  let killer: ReturnType<typeof setTimeout> | undefined;
  const nextUrl = (): string => (url = URL.createObjectURL(new Blob([''])));
  const answered = (): void => {
    clearTimeout(killer);
    killer = undefined;
  };
  return {
    open: () => {
      const isolated =
        typeof SharedArrayBuffer === 'function' && (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
      flag = isolated ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
      return flag ? { interruptFlag: flag } : { interruptUrl: nextUrl() };
    },
    climb: (worker, reason, target) => {
      if (flag) Atomics.store(flag, 0, target ? target.rank + 2 : 1);
      else if (url) URL.revokeObjectURL(url);
      worker.postMessage({
        kind: 'interrupt',
        reason: reason === 'timeout' ? 'timeout' : 'stop',
        ...(target ? { cells: [target.cell] } : {}),
        ...(flag ? {} : { next: nextUrl() }),
      } satisfies Request);
      if (reason === 'superseded') return;
      killer ??= setTimeout(
        () => unanswered('The cell could not be stopped, so the engine was started anew. Values are gone; texts and outputs are kept.'),
        KILL_MS,
      );
    },
    answered,
    close: () => {
      answered();
      if (url) URL.revokeObjectURL(url);
      url = undefined;
    },
  };
}
