/* The executor as the standard library sees it: the `Host` of src/stdlib/host.ts, made of the executor's parts. */

import type { Host } from '../../src/stdlib/host.ts';
import type { Changes } from './changes.ts';
import type { Describe } from './errors.ts';
import type { Running } from './evaluation.ts';
import type { ExecutorOptions } from './types.ts';
import type { Lending } from './lending.ts';
import type { Program } from './program.ts';
import type { Services } from './services.ts';

export interface HostOptions extends Pick<ExecutorOptions, 'start' | 'guard' | 'load'> {
  readonly program: Program;
  readonly services: Services;
  readonly lending: Lending;
  readonly changes: Changes;
  readonly current: Host['current'];
  readonly startedIn: Describe['startedIn'];
  readonly enter: (evaluation: Running, fn: () => void) => void;
  readonly report: Host['report'];
  readonly describe: Host['describeError'];
  readonly thrown: <T>(value: T) => T;
}

export function makeHost(options: HostOptions): Host {
  const { start, guard, load, program, services, lending, changes, current, startedIn, enter, report, describe, thrown } = options;
  return {
    options: start,
    program,
    current,
    startedBy: (evaluation) => {
      const now = current();
      return now !== undefined && now !== evaluation && startedIn(new Error()) === now.cell ? now : evaluation;
    },
    enter: (evaluation, fn) => enter(evaluation as Running, fn),
    lend: (evaluation, wait) => lending.lend(evaluation as Running, wait),
    held: function* () {
      for (const { cell, value } of program.slots.values()) if (cell !== undefined) yield { cell, value };
    },
    service: services.ask,
    load,
    assign: (cell, name, value) => changes.assign({ cell }, name, value),
    again: changes.again,
    limited: guard.limited,
    report,
    describeError: describe,
    runModule: async (path, { code, shifts }, imports, importModule) => {
      const [fn] = program.compile([{ id: path, parameters: Object.keys(imports), code, shifts }]);
      if (typeof fn !== 'function') throw fn!;
      const helpers = {
        show: () => {},
        named: (_name: unknown, view: unknown) => view,
        thrown,
        import: (source: unknown) => importModule(String(source)),
      };
      return (await fn(...Object.values(imports), helpers, guard.flag, guard.check)) as never;
    },
  };
}
