/* An engine in this process for tests of sessions: messages are cloned as a worker's would be, and come as tasks. */

import { createExecutor } from '../../workers/typescript/executor.ts';
import type { Executor, ExecutorOptions } from '../../workers/typescript/types.ts';
import type { Request } from '../engine/protocol.ts';
import type { WorkerLike } from './types.ts';

export function inProcessWorker(createLibrary: ExecutorOptions['createLibrary']): WorkerLike {
  let executor: Executor | undefined;
  let alive = true;
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
          executor = createExecutor({
            start: request.options,
            guard: {
              flag: new Int32Array(1),
              check: () => {},
              thrown: () => undefined,
              limited: (_ms, fn) => fn(),
              adapt: (code) => code,
              begin: () => {},
              reset: () => {},
            },
            post: (reports) => {
              if (alive) {
                const data = structuredClone(reports);
                setImmediate(() => worker.onmessage?.({ data }));
              }
            },
            now: () => performance.now(),
            task: (fn) => {
              setImmediate(fn);
            },
            load: (pack) => Promise.reject(new Error(`no pack ${pack}`)),
            createLibrary,
          });
          worker.onmessage?.({ data: [{ kind: 'ready' }] });
        } else executor?.receive(request);
      });
    },
  };
  return worker;
}
