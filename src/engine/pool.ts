/* A pool of engines that evaluate the same cells and then wait in one of them, each for work of its own. An engine that is lost is
   replaced; what it was to do is its owner's to say again or to give up.

     start ──cells──> evaluating ──its first question──> waiting / at work ──lost──> a new one in its place
                            └──its cells failed──> onFailed                                                          */

import { createRemote, type RemoteOptions } from './remote.ts';
import type { Report, Request } from './protocol.ts';

export interface PoolOptions extends Pick<RemoteOptions, 'createWorker' | 'start'> {
  readonly size: number;
  /** What each engine evaluates first. */
  readonly plan: Omit<Extract<Request, { kind: 'plan' }>, 'kind' | 'plan'>;
  /** All that an engine says; `engine` counts from 0 and stays with a place when its engine is replaced. */
  readonly onReport: (engine: number, report: Report) => void;
  readonly onLost: (engine: number, why: 'unresponsive' | 'failed', message: string) => void;
}

export interface Pool {
  readonly size: number;
  /** To the engine that is at this place now. */
  send(engine: number, request: Request, transfer?: Transferable[]): void;
  /** Ends the engine at this place with all it does, and starts another one. */
  replace(engine: number): void;
  end(): void;
}

export function createPool({ size, createWorker, start, plan, onReport, onLost }: PoolOptions): Pool {
  let over = false;
  const engines = Array.from({ length: size }, (_, engine) => {
    const remote = createRemote({
      createWorker,
      start,
      onReports: (reports) => {
        for (const report of reports) if (!over) onReport(engine, report);
      },
      onLost: (why, message) => {
        if (!over) onLost(engine, why, message);
      },
    });
    return remote;
  });
  const begin = (engine: number): void => engines[engine]!.send({ kind: 'plan', plan: 1, ...plan });
  engines.forEach((_, engine) => begin(engine));
  return {
    size,
    send: (engine, request, transfer) => {
      if (!over && engines[engine]!.worker) engines[engine]!.send(request, transfer);
    },
    replace: (engine) => {
      if (over) return;
      engines[engine]!.terminate();
      begin(engine);
    },
    end: () => {
      over = true;
      for (const remote of engines) remote.terminate();
    },
  };
}
