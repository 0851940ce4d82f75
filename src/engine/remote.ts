/* The page's side of one engine: starts its worker when first needed, sends requests, hands reports on, and climbs the
   interrupt ladder: flag or revoked URL, the message, and at last the end of the worker (values are lost, and said so).

     off ──send──> starting ──ready──> up ──interrupt, no answer for KILL_MS──> off (onLost)
      ^─────────────── terminate ──────┘                                                       */

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
  /** Stops everything (no `target`), or one cell of the given rank. */
  interrupt(reason: 'stop' | 'timeout', target?: { readonly cell: string; readonly rank: number }): void;
  terminate(): void;
  readonly up: boolean;
  /** The worker itself: another one after the engine was started anew. */
  readonly worker: unknown;
}

/** A worker that has not answered an interrupt after this is not going to. */
const KILL_MS = 2000;

export function createRemote({ createWorker, start, onReports, onLost }: RemoteOptions): Remote {
  let worker: WorkerLike | undefined;
  let flag: Int32Array | undefined;
  let url: string | undefined;
  let killer: ReturnType<typeof setTimeout> | undefined;

  const nextUrl = (): string => (url = URL.createObjectURL(new Blob([''])));
  const open = (): WorkerLike => {
    const opened = createWorker();
    worker = opened;
    const isolated =
      typeof SharedArrayBuffer === 'function' && (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
    flag = isolated ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
    opened.onmessage = ({ data }) => {
      clearTimeout(killer);
      killer = undefined;
      if (worker === opened) onReports(data as readonly Report[]);
    };
    opened.onerror = ({ message }) => {
      if (worker !== opened) return;
      close();
      onLost('failed', message ?? 'The engine could not be loaded.');
    };
    opened.postMessage({
      kind: 'start',
      options: { ...start(), ...(flag ? { interruptFlag: flag } : { interruptUrl: nextUrl() }) },
    } satisfies Request);
    return opened;
  };
  const close = (): void => {
    clearTimeout(killer);
    killer = undefined;
    worker?.terminate();
    worker = undefined;
    if (url) URL.revokeObjectURL(url);
    url = undefined;
  };

  return {
    // Many definitions cross faster as one string than as a tree of objects.
    send: (request, transfer) =>
      (worker ?? open()).postMessage(request.kind === 'plan' && request.define.length > 9 ? JSON.stringify(request) : request, transfer),
    interrupt: (reason, target) => {
      if (!worker) return;
      if (flag) Atomics.store(flag, 0, target ? target.rank + 2 : 1);
      else if (url) URL.revokeObjectURL(url);
      worker.postMessage({
        kind: 'interrupt',
        reason,
        ...(target ? { cells: [target.cell] } : {}),
        ...(flag ? {} : { next: nextUrl() }),
      } satisfies Request);
      killer ??= setTimeout(() => {
        close();
        onLost(
          'unresponsive',
          'The cell could not be stopped, so the engine was started anew. Values are gone; texts and outputs are kept.',
        );
      }, KILL_MS);
    },
    terminate: close,
    get up() {
      return worker !== undefined;
    },
    get worker() {
      return worker;
    },
  };
}
