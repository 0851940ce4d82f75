/* How the app takes over an engine that the page's own scripts have started, and with it the first plan, which they have
   sent where the notebook runs on opening: to the session it is a worker like any other, that is only very quick. */

import type { Report, Request, StartOptions } from './engine/protocol.ts';
import type { WorkerLike } from './session/types.ts';

/** What early.ts and opening.ts leave to the app. */
export interface EarlyEngine {
  readonly worker: Worker;
  /** What it said before the app was there, in order. */
  readonly reports: (readonly Report[])[];
  /** It has been told to start and to evaluate these cells: plan 1. */
  begun?: Begun;
}

export interface Begun extends Pick<StartOptions, 'interruptFlag' | 'interruptUrl'> {
  readonly run: readonly string[];
}

/** `early` as the worker of a session. It has started, and the session's first plan is the one it already has, so neither is
    said again; what the worker has answered by then is told before `postMessage` of the plan returns. It listens to the
    flag, or the address, that it was started with: an interrupt of the session's is passed on to those. */
export function takeOver({ worker, reports, begun }: EarlyEngine): WorkerLike {
  if (begun === undefined) return worker as unknown as WorkerLike;
  let listener: WorkerLike['onmessage'] = null;
  let waiting = true;
  let flag: Int32Array | undefined;
  return {
    postMessage(message, transfer = []) {
      const { kind } = message as Request;
      if (kind === 'start') {
        flag = (message as Extract<Request, { kind: 'start' }>).options.interruptFlag;
        return;
      }
      if (kind === 'interrupt') {
        if (begun.interruptFlag && flag) Atomics.store(begun.interruptFlag, 0, Atomics.load(flag, 0));
        else if (begun.interruptUrl) URL.revokeObjectURL(begun.interruptUrl); // the next address stands in the message
      }
      if (!waiting) return worker.postMessage(message, transfer);
      waiting = false;
      if (!isPlan(message, begun.run)) worker.postMessage(message, transfer);
      worker.onmessage = listener;
      for (const data of reports.splice(0)) listener?.({ data });
    },
    terminate: () => worker.terminate(),
    get onmessage() {
      return listener;
    },
    set onmessage(next) {
      listener = next;
      if (!waiting) worker.onmessage = next;
    },
    get onerror() {
      return worker.onerror as WorkerLike['onerror'];
    },
    set onerror(next) {
      worker.onerror = next as Worker['onerror'];
    },
  };
}

/** Whether `message` is plan 1 for the cells `run`, as a session writes it (engine/remote.ts: long ones as text). */
function isPlan(message: unknown, run: readonly string[]): boolean {
  const plan = (typeof message === 'string' ? JSON.parse(message) : message) as Request;
  return plan.kind === 'plan' && plan.plan === 1 && JSON.stringify(plan.run) === JSON.stringify(run);
}
