/* An engine in this process for tests of sessions: messages are cloned as a worker's would be, and come as tasks. */

import { inProcessExecutor } from '../../workers/typescript/test-executor.ts';
import type { Executor, ExecutorOptions } from '../../workers/typescript/types.ts';
import type { Request } from '../engine/protocol.ts';
import type { WorkerLike } from './types.ts';

/** `load`: packs; default: none. */
export function inProcessWorker(createLibrary: ExecutorOptions['createLibrary'], load?: ExecutorOptions['load']): WorkerLike {
  let executor: Executor | undefined;
  let alive = true;
  const tell = (data: unknown): void => {
    if (alive) setImmediate(() => worker.onmessage?.({ data }));
  };
  const worker: WorkerLike = {
    onmessage: null,
    onerror: null,
    terminate: () => {
      alive = false;
    },
    postMessage: (message) => {
      const request = (typeof message === 'string' ? JSON.parse(message) : structuredClone(message)) as Request;
      setImmediate(() => {
        if (!alive) return;
        if (request.kind === 'start') {
          executor = inProcessExecutor({ start: request.options, post: tell, createLibrary, ...(load ? { load } : {}) });
          tell([{ kind: 'ready' }]);
        } else executor?.receive(request);
      });
    },
  };
  return worker;
}
