/* The executor in this process, for tests: no worker, loops that nobody stops, packs only where they are given. */

import { createRuns } from '../../src/stdlib/start-run.ts';
import { createExecutor } from './executor.ts';
import type { Executor, ExecutorOptions } from './types.ts';

export function inProcessExecutor({
  start,
  post,
  createLibrary,
  load = (pack) => Promise.reject(new Error(`no pack ${pack}`)),
}: Pick<ExecutorOptions, 'post' | 'createLibrary'> & {
  readonly start: Partial<ExecutorOptions['start']>;
  readonly load?: ExecutorOptions['load'];
}): Executor {
  return createExecutor({
    start: { set: {}, headless: true, base: '', packs: {}, ...start },
    guard: {
      flag: new Int32Array(1),
      check: () => {},
      thrown: () => undefined,
      limited: (_ms, fn) => fn(),
      adapt: (code) => code,
      begin: () => {},
      wait: () => {},
      reset: () => {},
    },
    post: (reports) => {
      const message = structuredClone(reports);
      setImmediate(() => post(message)); // never within the call that caused it, as from a worker
    },
    now: () => performance.now(),
    task: (fn) => {
      setImmediate(fn);
    },
    load: (pack) => (pack === 'runs' ? Promise.resolve({ createRuns }) : load(pack)),
    createLibrary,
  });
}
