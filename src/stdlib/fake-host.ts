/* For tests: a Host without an executor. Evaluations keep their outputs in a map; waits lend nothing. */

import { Interrupted, type Evaluation, type Host } from './host.ts';
import { createRuns } from './start-run.ts';
import type { Report, ServiceCall, StartOptions } from '../engine/protocol.ts';
import type { ErrorInfo, Output } from '../output/types.ts';

export interface FakeEvaluation extends Evaluation {
  readonly outputs: Output[];
  readonly emitted: Output[];
  readonly late: unknown[];
  readonly waits: Promise<unknown>[];
  end(exports?: Readonly<Record<string, unknown>>, error?: ErrorInfo): void;
  dispose(): void;
}

export interface FakeHost extends Host {
  readonly log: string[];
  readonly reports: Report[];
  evaluation(cell?: string): FakeEvaluation;
}

export function fakeHost(
  options: Partial<StartOptions> = {},
  answer: (call: ServiceCall) => unknown = ({ service }) => {
    if (service !== 'resume') throw new Error('no such thing');
  },
  packs: Record<string, unknown> = {},
): FakeHost {
  const log: string[] = [];
  const reports: Report[] = [];
  let number = 0;
  return {
    log,
    reports,
    options: { seed: 14, set: {}, headless: false, base: 'http://localhost/', packs: {}, ...options },
    program: { cells: new Map(), slots: new Map() },
    current: () => undefined,
    startedBy: (evaluation) => evaluation,
    enter: (evaluation, fn) => {
      try {
        fn();
      } catch (error) {
        evaluation.lateError(error);
      }
    },
    lend: (evaluation, wait) => {
      log.push(`lend ${evaluation.cell}`);
      return Promise.race([
        wait,
        new Promise<never>((_, reject) => {
          evaluation.signal.addEventListener('abort', () => reject(new Interrupted('Stopped.')), { once: true });
        }),
      ]);
    },
    held: () => [],
    service: async (call) => answer(call),
    load: async (pack) => packs[pack] ?? (pack === 'runs' ? { createRuns } : undefined),
    limited: (_ms, fn) => fn(),
    runModule: async (_path, module, imports, importModule) => {
      const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
      const body = new AsyncFunction(...Object.keys(imports), '__g', '__f', '__i', module.code) as (
        ...args: unknown[]
      ) => Promise<Readonly<Record<string, unknown>>>;
      return body(...Object.values(imports), { import: importModule, thrown: (value: unknown) => value }, [0], () => {});
    },
    assign: (cell, name, value) => {
      log.push(`assign ${cell}.${name} = ${JSON.stringify(value)}`);
    },
    again: (cell) => {
      log.push(`again ${cell}`);
    },
    report: (report) => {
      reports.push(report);
    },
    describeError: (error) => ({ name: 'Error', message: String(error), frames: [] }),
    evaluation(cell = 'a') {
      const abort = new AbortController();
      const outputs: Output[] = [],
        emitted: Output[] = [],
        late: unknown[] = [],
        waits: Promise<unknown>[] = [];
      const disposers: (() => void)[] = [];
      const enders: ((exports: Readonly<Record<string, unknown>>, error?: ErrorInfo) => void)[] = [];
      return {
        cell,
        number: ++number,
        exercise: 'dot',
        signal: abort.signal,
        outputs,
        emitted,
        late,
        waits,
        emit: (output, key = outputs.length) => {
          emitted.push(output);
          outputs[key] = output;
          return key;
        },
        onDispose: (fn) => {
          disposers.push(fn);
        },
        onEnd: (fn) => {
          enders.push(fn);
        },
        waitFor: (promise) => {
          waits.push(promise);
        },
        lateError: (error) => {
          late.push(error);
        },
        end: (exports = {}, error) => {
          for (const fn of enders) fn(exports, error);
        },
        dispose: () => {
          abort.abort();
          for (const fn of disposers.reverse()) fn();
        },
      };
    },
  };
}
