/* The page's side of one engine: starts its worker when first needed, sends requests, hands reports on. Stopping what runs is
   the interrupt ladder's (ladder.ts).

     off ──send──> starting ──ready──> up ──interrupt, no answer for KILL_MS──> off (onLost)
      ^─────────────── terminate ──────┘                                                       */

import { createLadder } from './ladder.ts';
import type { Report, Request, StartOptions } from './protocol.ts';

/** The part of a Worker that an engine needs; tests give a pair of ports. */
export interface WorkerLike {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  onerror: ((event: { message?: string }) => void) | null;
}

export interface RemoteOptions {
  readonly createWorker: () => WorkerLike;
  readonly start: () => Omit<StartOptions, 'interruptFlag' | 'interruptUrl'>;
  readonly onReports: (reports: readonly Report[]) => void;
  /** The worker is gone with all its values: `unresponsive` after an interrupt, or it `failed` to load or crashed. */
  readonly onLost: (why: 'unresponsive' | 'failed', message: string) => void;
}

export interface Remote {
  /** Starts the worker if it is off. */
  send(request: Request, transfer?: Transferable[]): void;
  /** Stops everything (no `target`), or one cell of the given rank, which is `superseded` where it only makes way for the next plan. */
  interrupt(reason: 'stop' | 'timeout' | 'superseded', target?: { readonly cell: string; readonly rank: number }): void;
  terminate(): void;
  /** The worker itself, while there is one: another one after the engine was started anew. */
  readonly worker: unknown;
}

export function createRemote({ createWorker, start, onReports, onLost }: RemoteOptions): Remote {
  let worker: WorkerLike | undefined;
  const ladder = createLadder((message) => {
    close();
    onLost('unresponsive', message);
  });
  const open = (): WorkerLike => {
    const opened = (worker = createWorker());
    opened.onmessage = ({ data }) => {
      ladder.answered();
      if (worker === opened) onReports(data as readonly Report[]);
    };
    opened.onerror = ({ message }) => {
      if (worker !== opened) return;
      close();
      onLost('failed', message ?? 'The engine could not be loaded.');
    };
    opened.postMessage({ kind: 'start', options: { ...start(), ...ladder.open() } } satisfies Request);
    return opened;
  };
  const close = (): void => {
    ladder.close();
    worker?.terminate();
    worker = undefined;
  };

  return {
    // Many definitions cross faster as one string than as a tree of objects.
    send: (request, transfer) =>
      (worker ?? open()).postMessage(request.kind === 'plan' && request.define.length > 9 ? JSON.stringify(request) : request, transfer),
    interrupt: (reason, target) => {
      if (worker) ladder.climb(worker, reason, target);
    },
    terminate: close,
    get worker() {
      return worker;
    },
  };
}
