/* The worker's side of the table of services: a question leaves as a report, its answer comes back as a request. */

import type { Report, Request, ServiceCall } from '../../src/engine/protocol.ts';

export interface Services {
  ask(call: ServiceCall): Promise<unknown>;
  answer(answer: Extract<Request, { kind: 'answer' }>): void;
}

export function createServices(report: (entry: Report) => void): Services {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (message: string) => void }>();
  let count = 0;
  return {
    ask: (call) =>
      new Promise((resolve, reject) => {
        const failure = new Error(); // made here, so that its frames name the line of the cell that asked
        waiting.set(++count, { resolve, reject: (message) => reject(Object.assign(failure, { message })) });
        report({ kind: 'service', request: count, call });
      }),
    answer: ({ request, value, error }) => {
      const waiter = waiting.get(request);
      waiting.delete(request);
      if (error === undefined) waiter?.resolve(value);
      else waiter?.reject(error);
    },
  };
}
