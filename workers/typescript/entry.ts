/* The TypeScript engine as a worker: wires the executor to messages, packs and error events. One classic script, so that the
   same text runs as a worker of the site and, evaluated, inside the opaque frame. */

import { createExecutor } from './executor.ts';
import type { Executor } from './types.ts';
import { createGuard } from './guard.ts';
import { mentioned } from '../../src/stdlib/mentioned.ts';
import { seal } from './sealed.ts';
import { apart, fetchParts, openAll, provideParts } from '../../src/base/apart.ts';
import { partLoader } from '../tensor/parts.ts';
import { createLibrary } from '../../src/stdlib/library.ts';
import type { Report, Request, StartOptions } from '../../src/engine/protocol.ts';

declare const self: {
  postMessage(message: readonly Report[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Request | string>) => void): void;
  addEventListener(type: 'error' | 'unhandledrejection', listener: (event: ErrorEvent & PromiseRejectionEvent) => void): void;
};
declare function importScripts(...urls: string[]): void;

provideParts(partLoader(location.href));
const judging = apart('engine', { seal });

let executor: Executor | undefined;
let judges = false;
const post = self.postMessage.bind(self);

self.addEventListener('message', ({ data, isTrusted }) => {
  if (judges && !isTrusted) return; // an answer speaks to itself
  const request = typeof data === 'string' ? (JSON.parse(data) as Request) : data; // plans come as text
  if (request.kind === 'start') {
    if (executor) return;
    judges = request.options.judge === true;
    if (judges) {
      openAll();
      judging.seal(self);
    }
    executor = start(request.options);
  }
  if (request.kind === 'plan') {
    const run = new Set(request.run);
    void fetchParts(request.define.filter(({ id }) => run.has(id)).flatMap(mentioned))?.catch(() => {}); // asked for again by the cell
  }
  executor?.receive(request);
});
self.addEventListener('error', (event) => {
  executor?.late(event.error ?? new Error(event.message));
  event.preventDefault();
});
self.addEventListener('unhandledrejection', (event) => {
  executor?.late(event.reason);
  event.preventDefault();
});

function start(options: StartOptions): Executor {
  Error.stackTraceLimit = Infinity; // the frame of the failing cell lies below a deep recursion in another one
  const now = (): number => performance.now();
  const channel = new MessageChannel();
  const tasks: (() => void)[] = [];
  channel.port1.onmessage = () => tasks.shift()?.();
  const packs = new Map<string, Promise<unknown>>();
  const executor = createExecutor({
    start: options,
    guard: createGuard(options, now),
    post,
    now,
    task: (fn) => {
      tasks.push(fn);
      channel.port2.postMessage(0);
    },
    load: (pack) => {
      let loading = packs.get(pack);
      if (!loading) {
        loading = loadPack(options, pack);
        packs.set(pack, loading);
        loading.catch(() => packs.delete(pack)); // the network may come back
      }
      return loading;
    },
    createLibrary,
  });
  post([{ kind: 'ready' }]);
  return executor;
}

/** A pack is an IIFE that leaves its value under `__gradusPacks`. */
async function loadPack({ packs }: StartOptions, name: string): Promise<unknown> {
  const registry = globalThis as { __gradusPacks?: Record<string, unknown> };
  const url = packs[name];
  if (!url) throw new Error(`This build ships no pack "${name}". Build the site again.`);
  let response: Response;
  try {
    response = await fetch(url);
    if (!response.ok) throw new Error(String(response.status));
  } catch (error) {
    throw new Error(
      `The library "${name}" could not be loaded (${(error as Error).message}). Check the connection, then run the cell again.`,
      { cause: error },
    );
  }
  const text = await response.text();
  // oxlint-disable-next-line no-eval -- classic scripts of this site, in the frame too
  (0, eval)(`${text}\n//# sourceURL=${url}`);
  return registry.__gradusPacks?.[name];
}
