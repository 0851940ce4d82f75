import { expect, test } from 'vitest';
import type { Report } from './engine/protocol.ts';
import { takeOver, type EarlyEngine } from './takeover.ts';

const done = (cell: string): Report => ({ kind: 'done', cells: [cell], evaluations: [1], ms: [0], values: ['1'], types: ['number'] });
const plan = (run: readonly string[], number = 1): object => ({ kind: 'plan', plan: number, define: [], remove: [], run });

function early(begun: EarlyEngine['begun']) {
  const sent: unknown[] = [];
  const worker = { postMessage: (message: unknown) => sent.push(message), terminate: () => undefined, onmessage: null, onerror: null };
  return { sent, worker, engine: { worker: worker as unknown as Worker, reports: [[done('a')]], ...(begun ? { begun } : {}) } };
}

test('a session hears what was said before it, as the answer to its first plan, and the engine is told nothing twice', () => {
  for (const text of [false, true]) {
    const { sent, engine, worker } = early({ run: ['a', 'b'] });
    const taken = takeOver(engine);
    const heard: unknown[] = [];
    taken.onmessage = ({ data }) => heard.push(data);
    taken.postMessage({ kind: 'start', options: {} });
    expect(heard).toEqual([]);
    taken.postMessage(text ? JSON.stringify(plan(['a', 'b'])) : plan(['a', 'b']));
    expect(heard).toEqual([[done('a')]]);
    expect(sent).toEqual([]);
    (worker.onmessage as unknown as (event: object) => void)({ data: [done('b')] });
    expect(heard).toHaveLength(2);
    taken.postMessage(plan(['b'], 2));
    expect(sent).toEqual([plan(['b'], 2)]);
  }
});

test('another first plan is sent on', () => {
  const { sent, engine } = early({ run: ['a'] });
  const taken = takeOver(engine);
  taken.postMessage(plan(['b']));
  expect(sent).toEqual([plan(['b'])]);
});

test('an interrupt reaches the flag that the engine was started with', () => {
  const own = new Int32Array(new SharedArrayBuffer(4)),
    flag = new Int32Array(new SharedArrayBuffer(4));
  const { sent, engine } = early({ run: ['a'], interruptFlag: own });
  const taken = takeOver(engine);
  taken.postMessage({ kind: 'start', options: { interruptFlag: flag } });
  taken.postMessage(plan(['a']));
  Atomics.store(flag, 0, 5);
  taken.postMessage({ kind: 'interrupt', reason: 'stop' });
  expect(own[0]).toBe(5);
  expect(sent).toEqual([{ kind: 'interrupt', reason: 'stop' }]);
});

test('an engine that was only started early is a worker like any other', () => {
  const { engine, worker } = early(undefined);
  expect(takeOver(engine)).toBe(worker);
});
